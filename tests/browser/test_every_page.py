"""Every page of the walk, looked at by axe in both themes, at the width of a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from commissions.services import deciding, ledger
from core.sealing import seal
from influencers.models import Snapshot
from notifications.services import notify
from orders.models import OrderLine
from tests import cast
from tests.browser.conftest import violations
from tests.factories.influencers import ApplicationFactory, ConnectionFactory
from tests.house.access_world import World, build

PAGES = {
    "guest": [
        "/", "/search?q=mug", "/search?q=nothingatall", "/topics/home", "/p/teal-mug?via=slowhome", "/@slowhome",
        "/@slowhome?tab=about", "/@slowhome/collections/mornings", "/cart", "/apply", "/how-commissions-work", "/account/login/",
        "/account/signup/", "/account/password/reset/", "/nowhere", "/sparks", "/sparks/c", "/sparks/lively", "/sparks/t/home", "/s/morning", "/trending", "/welcome/topics",
        "/sparks/badges", "/sparks/of/slowhome/badges", "/s/morning/edits",
    ],
    "buyer": ["/", "/cart", "/checkout", "/orders", "/orders/ORDER1", "/me", "/me/settings", "/me/data", "/me/close", "/me/closed", "/notifications", "/account/email/", "/lists", "/lists/new", "/lists/{wishes}", "/lists/{wishes}/settings", "/lists/{wishes}/add",
              "/lists/{wishes}/reveal", "/lists/{wishes}/items/{wish}", "/friends", "/friends/find?q=mei", "/parcels", "/parcels/{gift}", "/p/teal-mug/save", "/sparks", "/sparks/following", "/sparks/new", "/s/morning", "/s/morning/keep", "/s/morning/report", "/sparks/rulings/{ruling}"],
    "stranger": ["/apply?step=you", "/apply?step=accounts", "/orders", "/notifications", "/review"],
    "owner": ["/studio", "/studio?days=90", "/studio/earnings", "/studio/earnings/{line}", "/studio/shop", "/studio/shop/collections/{collection}",
              "/studio/shop/handle", "/lists/{wishes}", "/claims/{claim}", "/claims/{claim}/buy", "/sparks", "/s/morning", "/s/morning/tags", "/s/morning/words", "/apply/accounts/{connection}", "/apply/status"],
    "other creator": ["/studio", "/studio/earnings", "/studio/shop"],
    "reviewer": ["/review", "/review?overdue=on", "/review/applications/{application}", "/review/log", "/review/replies", "/review/proofs", "/review/networks", "/styleguide", "/sparks/reports"],
    "seller": ["/seller", "/seller?show=sent", "/seller/lines/{line}/refund"],
    "applicant": ["/apply/status", "/apply/accounts/{waiting}"],
    "candidate": ["/apply?step=accounts", "/apply?step=prove", "/apply?step=reach", "/apply?step=send", "/apply/signed-in/x"],
}  # fmt: skip


@pytest.fixture
def world(db: None) -> World:
    world = build(cast)
    deciding.accrue_for(world.order)
    sent_at = timezone.now() - timedelta(days=31)
    other = OrderLine.objects.create(
        **{
            field.attname: getattr(world.line, field.attname)
            for field in OrderLine._meta.fields
            if field.attname not in {"id", "shipped_at", "returnable_until"}
        },
        shipped_at=sent_at,
        returnable_until=sent_at + timedelta(days=30),
    )
    deciding.accrue_for(world.order)
    ledger.clear_for(other.order)
    notify(recipient=world.people["buyer"], kind="application_submitted", mail=False)
    declined = ApplicationFactory(
        state="declined", reason="other", note="Post more often.", reapply_on=timezone.localdate()
    )
    world.people["applicant"] = declined.user
    # A code that a reviewer is asked about, on an account that somebody else proved.
    ConnectionFactory(
        user=declined.user, handle=world.connection.handle, proof="", asked="code", asked_at=timezone.now(),
        code=seal("VT-ABCDEFGH23"), code_expires_at=timezone.now() + timedelta(days=7), refusal="Show the insights page.",
    )  # fmt: skip
    Snapshot.objects.create(connection=world.connection, source="platform", followers=31_204, average_likes=200, posts_in_60_days=9,
                            taken_at=timezone.now() - timedelta(days=4))  # fmt: skip
    world.people["candidate"] = ApplicationFactory(state="draft", submitted_at=None).user
    return world


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(visit: object, world: World, role: str, theme: str) -> None:
    window = visit(390, world.people[role], color_scheme=theme)
    found: dict[str, list[str]] = {}
    for path in PAGES[role]:
        address = path.format(
            line=world.line.pk, collection=world.collection.pk, application=world.application.pk, gift=world.gift.pk,
            wishes=world.wishes.slug, wish=world.wish.pk, claim=world.claim.token, ruling=world.ruling.pk,
            connection=world.connection.pk, waiting=world.people["applicant"].connections.get(proof="").pk,
        )  # fmt: skip
        window.page.goto(address)
        problems = violations(window.page)
        if window.page.evaluate("document.documentElement.scrollWidth") > 390:
            problems.append("the page is wider than the window")
        if window.page.locator("h1").count() != 1:
            problems.append("not one h1")
        if problems:
            found[address] = problems
    complaints = [text for text in window.complaints if not any(code in text for code in ("400", "403", "404"))]

    assert found == {}
    assert complaints == []
