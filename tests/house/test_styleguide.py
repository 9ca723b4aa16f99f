"""The living style guide: every component in every state."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.conftest import client_for

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Parts of the frame: they stand around every page, the guide's too.
FRAME = {"topbar", "tabbar", "footer", "messages", "switches", "sprite", "logo", "cart_count"}


def test_staff_see_it(as_rhea: Client) -> None:
    assert as_rhea.get("/styleguide").status_code == 200


@pytest.mark.parametrize("who", ["guest", "member"])
def test_others_do_not(otto: User, who: str) -> None:
    assert client_for(otto if who == "member" else None).get("/styleguide").status_code == 404


def test_every_component_stands_in_it() -> None:
    guide = (TEMPLATES / "core" / "styleguide.html").read_text(encoding="utf-8")
    components = {path.stem for path in (TEMPLATES / "components").glob("*.html")} - FRAME

    # A component is included, or drawn by the tag of its name.
    tags = {"price", "bar_chart"}
    assert {name for name in components if f"components/{name}.html" not in guide} <= tags
    assert "{% bar_chart " in guide
