"""The owner sees nothing of what others take, wherever she looks, until it is revealed."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from lists.errors import NotThere
from lists.models import Claim, List, ListItem
from lists.services import giving, keeping
from lists.services.buying import gift_cart
from lists.services.sharing import change_audience
from notifications.models import Mail, Notice
from orders.services import checkout
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.lists import ListFactory, ListItemFactory

GIVER = "Zebedee Quillfeather"


@pytest.fixture
def owner(db: None) -> User:
    return with_handle(UserFactory(name="Tomas Berg"), "tomas")


@pytest.fixture
def giver(owner: User) -> User:
    user = with_handle(UserFactory(name=GIVER, email="zebedee@example.com"), "zebedee")
    befriend(owner, user)
    return user


@pytest.fixture
def wishes(owner: User) -> List:
    row = ListFactory(owner=owner, audience="friends", happens_on=timezone.localdate() + timedelta(days=9),
                      surprise_until=timezone.localdate() + timedelta(days=9))  # fmt: skip
    for number in range(4):
        ListItemFactory(list=row, product=ProductFactory(name=f"Wish {number}"), wanted=2)
    return row


def crawl(client: Client, starts: list[str], most: int = 150) -> dict[str, str]:
    """Every page that can be reached by links, without what is new each time (tokens, times)."""
    seen: dict[str, str] = {}
    waiting = list(starts)
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen or re.match(r"/(static|media|admin|account|language|readyz)", path):
            continue
        answer = client.get(path)
        if answer.status_code >= 400 or "text" not in answer.get("Content-Type", "text"):
            continue
        body = answer.content.decode() if not answer.streaming else ""
        seen[path] = re.sub(r"[A-Za-z0-9]{64}", "", body)
        waiting += [link for link in re.findall(r'href="(/[^"#]*)"', body) if "//" not in link]
    return seen


def take_everything(wishes: List, giver: User) -> list[Claim]:
    """One is reserved, one bought here and paid, one bought elsewhere, one let go."""
    first, second, third, fourth = ListItem.objects.filter(list=wishes).order_by("pk")
    bought = giving.claim(item=second, quantity=1, giver=giver, shopping=True)
    cart = gift_cart(claim=bought, trail=[], recipient=wishes.owner)
    contact = checkout.Contact("zebedee@example.com", "en", GIVER, "Elm Row 77", "", "10115", "Berlin", "DE")
    order = checkout.place_order(
        cart=cart, user=giver, contact=contact, checkout_token=cart.checkout_token, total_minor=2400
    )
    checkout.pay(order=order, card="4242424242424242", cart=cart)
    giving.mark_bought(row=bought)
    claims = [
        giving.claim(item=first, quantity=2, giver=giver, shows_name=True),
        bought,
        giving.claim(item=third, quantity=1, giver=giver),
    ]
    giving.mark_bought(row=claims[2])
    giving.release(row=giving.claim(item=fourth, quantity=1, giver=giver))
    return claims


@pytest.mark.parametrize("is_staff", [False, True])
def test_every_page_of_the_owner_is_the_same_before_and_after(
    owner: User, giver: User, wishes: List, is_staff: bool, django_capture_on_commit_callbacks: object
) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=is_staff, is_superuser=is_staff)
    client = client_for(owner)
    starts = [
        "/",
        "/lists",
        f"/lists/{wishes.slug}",
        f"/lists/{wishes.slug}/export",
        "/notifications",
        "/orders",
        "/parcels",
        "/@tomas",
        f"/lists/{wishes.slug}?sort=priority&show=open",
    ]
    before = crawl(client, starts)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        take_everything(wishes, giver)
    after = crawl(client, starts)

    assert len(before) > 20
    assert after == before
    assert not any(GIVER in body and "Friend" not in body for body in after.values())
    assert not Notice.objects.filter(recipient=owner).exists()
    assert not Mail.objects.filter(to=owner.email).exists()
    assert owner.email not in {to for message in mail.outbox for to in message.to}
    assert client.get(f"/lists/{wishes.slug}/thanks").status_code == 404


def test_the_order_and_what_she_may_do_stay_as_if_all_were_free(owner: User, giver: User, wishes: List) -> None:
    take_everything(wishes, giver)
    item = ListItem.objects.filter(list=wishes).order_by("pk")[0]
    client = client_for(owner)

    answer = client.post(f"/lists/{wishes.slug}/items/{item.pk}", {"wanted": "1", "priority": "3", "note": ""})

    item.refresh_from_db()
    assert (answer.status_code, item.wanted, item.taken) == (302, 1, 2)


def giver_two(owner: User) -> User:
    user = UserFactory(name="Second Giver")
    befriend(owner, user)
    return user


def test_other_givers_see_what_is_taken(owner: User, giver: User, wishes: List) -> None:
    take_everything(wishes, giver)
    body = client_for(giver_two(owner)).get(f"/lists/{wishes.slug}").content.decode()

    assert GIVER in body
    assert "1 of 2 still free" in body


def test_an_editor_with_her_sees_as_little(owner: User, giver: User, wishes: List) -> None:
    spouse = UserFactory(name="Spouse")
    wishes.members.create(user=spouse, role="edit")
    take_everything(wishes, giver)

    body = client_for(spouse).get(f"/lists/{wishes.slug}").content.decode()
    assert GIVER not in body
    assert "still free" not in body


def test_moving_the_date_to_an_earlier_day_reveals_nothing(owner: User, giver: User, wishes: List) -> None:
    take_everything(wishes, giver)
    client = client_for(owner)
    form = {"name": "Mine", "words": "", "occasion": ""}
    client.post(f"/lists/{wishes.slug}/settings", {**form, "happens_on": str(timezone.localdate())})
    refused = client.post(f"/lists/{wishes.slug}/settings", {**form, "happens_on": "2020-01-01"})
    client.post(f"/lists/{wishes.slug}/settings", {**form, "happens_on": ""})

    wishes.refresh_from_db()
    assert refused.status_code == 422
    assert wishes.surprise_until == timezone.localdate() + timedelta(days=9)
    assert not wishes.is_revealed(timezone.localdate() + timedelta(days=9))
    assert wishes.is_revealed(timezone.localdate() + timedelta(days=10))


def test_she_reveals_and_thanks(owner: User, giver: User, wishes: List) -> None:
    take_everything(wishes, giver)
    client = client_for(owner)
    assert GIVER not in client.get(f"/lists/{wishes.slug}/reveal").content.decode()
    client.post(f"/lists/{wishes.slug}/reveal")
    page = client.get(f"/lists/{wishes.slug}/thanks").content.decode()
    assert page.count(GIVER) >= 3

    claim = Claim.objects.filter(state="bought").first()
    client.post(f"/lists/{wishes.slug}/thanks", {"claim": claim.pk, "on": "1"})
    claim.refresh_from_db()
    assert claim.thanked_at is not None


def test_what_she_removes_is_told_to_who_took_it_and_to_nobody_else(owner: User, giver: User, wishes: List) -> None:
    claims = take_everything(wishes, giver)
    client_for(owner).post(f"/lists/{wishes.slug}/bulk", {"item": claims[0].item_id, "act": "remove"})
    giving.tell_of_removals(timezone.now() + timedelta(minutes=6))

    assert [notice.recipient for notice in Notice.objects.filter(kind="claim_removed")] == [giver]


def test_a_creator_earns_nothing_by_a_gift_to_herself(mei: Mei, giver: User) -> None:
    """Her earnings would tell her of it."""
    from influencers.referrals import Touch

    befriend(mei.user, giver)
    row = ListFactory(owner=mei.user, audience="friends")
    item = ListItemFactory(list=row)
    claim = giving.claim(item=item, quantity=1, giver=giver, shopping=True)
    touch = Touch(influencer_id=mei.influencer.pk, source="storefront", seen_at=timezone.now())

    cart = gift_cart(claim=claim, trail=[touch], recipient=mei.user)

    assert cart.lines.get().influencer is None


def test_a_gift_list_is_not_there_for_whom_it_is_made(owner: User, giver: User) -> None:
    row = ListFactory(owner=giver, kind="gift", recipient=owner, name="Secret plans for Tomas")
    change_audience(row=row, audience="named")
    row.members.create(user=owner, role="edit")
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    client = client_for(owner)

    assert client.get(f"/lists/{row.slug}").status_code == client.get(f"/l/{row.token}").status_code == 404
    assert not any(
        "Secret plans" in body for body in crawl(client, ["/", "/lists", "/@zebedee", "/notifications"]).values()
    )
    refused = client_for(giver).post(f"/lists/{row.slug}/people", {"handle": "@tomas", "role": "view"})
    assert refused.status_code == 422
    assert "must not see it" in refused.content.decode()


@pytest.mark.parametrize(
    ("target", "goes_along"),
    [
        ({"kind": "wish", "audience": "friends"}, True),
        ({"kind": "wish", "audience": "friends", "surprise_until": timedelta(days=20)}, True),
        ({"kind": "wish", "audience": "friends", "surprise_until": timedelta(days=1)}, False),
        ({"kind": "wish", "audience": "friends", "surprise_until": timedelta(days=-1)}, False),
        ({"kind": "wish", "audience": "private"}, False),
        ({"kind": "gift"}, False),
        ({"kind": "shopping"}, False),
    ],
)
def test_moving_a_wish_never_shows_that_it_was_taken(
    owner: User, giver: User, wishes: List, target: dict[str, object], goes_along: bool
) -> None:
    days = target.pop("surprise_until", None)
    until = timezone.localdate() + days if isinstance(days, timedelta) else None
    to = ListFactory(owner=owner, surprise_until=until, **target)
    item = ListItem.objects.filter(list=wishes).select_related("list", "product").earliest("pk")
    giving.claim(item=item, quantity=1, giver=giver)

    assert keeping.move_items(items=[item], to=to) == 1

    there = ListItem.objects.present().get(list=to)
    assert (there.product, there.taken) == (item.product, 1 if goes_along else 0)
    assert Claim.objects.filter(item=there).exists() is goes_along
    assert giving.tell_of_removals(timezone.now() + timedelta(minutes=6)) == (0 if goes_along else 1)


def test_a_list_that_is_merged_tells_who_took_a_double(owner: User, giver: User, wishes: List) -> None:
    item = ListItem.objects.filter(list=wishes).earliest("pk")
    giving.claim(item=item, quantity=1, giver=giver)
    into = ListFactory(owner=owner)
    ListItemFactory(list=into, product=item.product)

    keeping.merge(row=wishes, into=into)
    giving.tell_of_removals(timezone.now() + timedelta(minutes=6))

    assert Notice.objects.get(recipient=giver).kind == "claim_removed"


def test_after_the_reveal_givers_are_not_told_that_she_cannot_see(owner: User, giver: User, wishes: List) -> None:
    page = f"/lists/{wishes.slug}"
    assert "cannot see what is reserved" in client_for(giver).get(page).content.decode()
    giving.reveal(row=wishes, by=owner)

    assert "cannot see what is reserved" not in client_for(giver).get(page).content.decode()


def test_a_moderator_reads_no_mail_about_a_claim(owner: User, wishes: List, db: None) -> None:
    item = ListItem.objects.filter(list=wishes).earliest("pk")
    giving.claim(item=item, quantity=1, email="guest@example.com", name="Gil")
    desk = client_for(UserFactory(is_staff=True, is_superuser=True))
    row = Mail.objects.get(kind="claim_confirm")

    assert "guest@example.com" not in desk.get("/admin/notifications/mail/").content.decode()
    assert desk.get(f"/admin/notifications/mail/{row.pk}/change/").status_code == 302


def test_a_suggestion_is_not_taken_before_it_is_on_the_list(owner: User, giver: User, wishes: List) -> None:
    item = ListItem.objects.filter(list=wishes).earliest("pk")
    ListItem.objects.filter(pk=item.pk).update(is_suggestion=True)

    with pytest.raises(NotThere):
        giving.claim(item=item, quantity=1, giver=giver)


def test_taking_a_wish_off_asks_the_database_as_much_whether_it_is_taken_or_not(
    owner: User, giver: User, wishes: List
) -> None:
    free, taken = ListItem.objects.filter(list=wishes).order_by("pk")[:2]
    giving.claim(item=taken, quantity=1, giver=giver)
    client, counts = client_for(owner), []
    for item in (free, taken):
        with CaptureQueriesContext(connection) as queries:
            client.post(f"/lists/{wishes.slug}/bulk", {"act": "remove", "item": item.pk})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_what_is_put_back_at_once_is_told_to_nobody(owner: User, giver: User, wishes: List) -> None:
    item = ListItem.objects.filter(list=wishes).earliest("pk")
    giving.claim(item=item, quantity=1, giver=giver)
    keeping.remove_items(items=[item])
    keeping.restore_items(row=wishes, pks=[item.pk])
    assert giving.tell_of_removals(timezone.now() + timedelta(minutes=6)) == 0

    keeping.remove_items(items=[item])
    assert giving.tell_of_removals(timezone.now() + timedelta(minutes=4)) == 0
    assert giving.tell_of_removals(timezone.now() + timedelta(minutes=6)) == 1
    assert giving.tell_of_removals(timezone.now() + timedelta(minutes=7)) == 0


def test_a_claim_does_not_follow_a_wish_to_a_list_that_is_not_for_the_giver(
    owner: User, giver: User, wishes: List
) -> None:
    item = ListItem.objects.filter(list=wishes).select_related("list", "product").earliest("pk")
    giving.claim(item=item, quantity=1, giver=giver)
    keeping.move_items(items=[item], to=ListFactory(owner=owner, name="Secret", audience="private"))

    assert ListItem.objects.get(list__name="Secret").taken == 0


@pytest.mark.parametrize("kind", ["order_receipt", "claim_confirm"])
def test_a_moderator_reads_what_no_mail_says(db: None, kind: str) -> None:
    desk = client_for(UserFactory(is_staff=True, is_superuser=True))
    row = Mail.objects.create(kind=kind, to="a@example.com", data={"thing": "Straw boater"})
    answer = desk.get(f"/admin/notifications/mail/{row.pk}/change/", follow=True)

    assert "Straw boater" not in answer.content.decode()
