"""Templates and styles: nothing that the content policy would refuse, no raw colours, nothing missing."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.test import Client

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "emails" not in path.parts]
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
FRAME = {"topbar", "tabbar", "footer", "messages", "switches"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son(click|change|submit|load|input|error|focus|blur|key\w+)=", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_components_are_included_with_what_they_name_only(path: Path) -> None:
    for tag in re.findall(r"{% include (.*?)%}", path.read_text(encoding="utf-8")):
        component = re.match(r'"components/(\w+)\.html"', tag)
        if component and component[1] not in FRAME:
            assert tag.strip().endswith("only"), tag


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_static_file_exists(path: Path) -> None:
    for found in re.findall(r"""{% static ['"]([^'"]+)['"]""", path.read_text(encoding="utf-8")):
        assert finders.find(found), found


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_styles_use_logical_sides(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        if "/* physical */" not in line:
            assert not re.search(r"(?<![\w-])((margin|padding|border)-(left|right)|left|right|float)\s*:", line), line
            assert not re.search(r"text-align:\s*(left|right)", line), line


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=name)
def test_colours_stand_in_the_tokens_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|rgba?\(|hsl", text) == []


def test_the_home_page_keeps_its_weight(as_guest: Client) -> None:
    """Compressed, as a server sends it: 30 kB of HTML, 18 kB of CSS and 35 kB of JavaScript at most."""
    page = as_guest.get("/").content
    files = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page.decode())

    def weight(ending: str) -> int:
        return sum(
            len(gzip.compress(Path(str(finders.find(file))).read_bytes())) for file in files if file.endswith(ending)
        )

    assert len(files) >= 8
    assert len(gzip.compress(page)) < 30_000
    assert weight(".css") < 18_000
    assert weight(".js") < 35_000
