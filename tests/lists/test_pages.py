"""The pages of lists: what they hold, who may act, and what bad input does."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from lists.errors import AllTaken
from lists.models import List, ListItem, ListMember
from lists.services import giving, keeping, watching
from notifications.models import Notice
from orders.models import CartLine
from storefront.models import Storefront
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import ProductFactory
from tests.factories.lists import ListFactory, ListItemFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


@pytest.fixture
def row(lina: User) -> List:
    return ListFactory(owner=lina, kind="shopping", name="Groceries")


def test_the_bookmark_saves_with_one_tap_and_undoes(as_lina: Client, lina: User) -> None:
    product = ProductFactory()
    answer = as_lina.post(f"/p/{product.slug}/save", headers={"HX-Request": "true"})
    assert "Saved to" in answer["HX-Trigger"]
    kept = ListItem.objects.get(product=product)
    assert (kept.list.owner, kept.list.audience) == (lina, "private")
    as_lina.post(f"/p/{product.slug}/save")
    assert ListItem.objects.filter(product=product).count() == 1

    as_lina.post(f"/p/{product.slug}/unsave/{kept.list.pk}")
    assert not ListItem.objects.present().exists()


def test_what_a_guest_keeps_comes_with_her(as_guest: Client, lina: User) -> None:
    product = ProductFactory()
    as_guest.post(f"/p/{product.slug}/save")
    assert 'aria-pressed="true"' in as_guest.get(product.get_absolute_url()).content.decode()
    as_guest.force_login(lina, backend="allauth.account.auth_backends.AuthenticationBackend")
    as_guest.get("/lists")

    assert ListItem.objects.get(product=product).list.kind == "wish"


def test_adding_twice_leaves_one(row: List, lina: User) -> None:
    product = ProductFactory()
    first, is_new = keeping.add_product(row=row, product=product, by=lina)
    second, is_new_again = keeping.add_product(row=row, product=product, by=lina)

    assert (first, is_new, is_new_again) == (second, True, False)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "Say what it is"), ("link", "javascript:alert(1)", "Enter a link such as"), ("link", "data:text/html,x", "Enter a link such as"),
        ("price", "abc", "Enter an amount such as"), ("price", "-1", "Enter an amount such as"), ("title", "a\x00", "Null characters"),
        ("note", "x" * 281, "at most 280"), ("currency", "XXX", "Select a valid choice"),
    ],
)  # fmt: skip
def test_a_wrong_line_says_what_to_do(as_lina: Client, row: List, field: str, value: str, words: str) -> None:
    answer = as_lina.post(f"/lists/{row.slug}/add", {"title": "Soap", "currency": "EUR", field: value})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ListItem.objects.exists()


def test_a_thing_of_another_shop_is_added_by_hand(as_lina: Client, row: List) -> None:
    from tests.core.test_images import picture

    upload = SimpleUploadedFile("vase.jpg", picture())
    form = {
        "title": "Blue vase",
        "link": "https://elsewhere.example/vase",
        "price": "24,50",
        "currency": "EUR",
        "picture": upload,
    }
    as_lina.post(f"/lists/{row.slug}/add", form)

    item = ListItem.objects.get()
    assert (item.price_now_minor, item.currency_now, item.picture_url.endswith(".webp")) == (2450, "EUR", True)
    assert 'rel="nofollow ugc noopener noreferrer"' in as_lina.get(f"/lists/{row.slug}").content.decode()


def test_ticked_moved_copied_removed_and_put_back(as_lina: Client, lina: User, row: List) -> None:
    other = ListFactory(owner=lina, kind="idea")
    one, two = ListItemFactory(list=row, wanted=2), ListItemFactory(list=row)
    as_lina.post(f"/lists/{row.slug}/items/{one.pk}/tick", {"got": "2"})
    as_lina.post(f"/lists/{row.slug}/bulk", {"item": [one.pk, two.pk], "act": "copy", "to": other.pk})
    as_lina.post(f"/lists/{row.slug}/bulk", {"item": [one.pk], "act": "remove"})
    assert list(row.items.present()) == [two]
    as_lina.post(f"/lists/{row.slug}/items/restore")
    as_lina.post(f"/lists/{row.slug}/bulk", {"item": [two.pk], "act": "move", "to": other.pk})

    one.refresh_from_db()
    assert one.is_done
    assert other.items.present().count() == 2
    as_lina.post(f"/lists/{row.slug}/merge", {"to": other.pk})
    assert other.items.present().count() == 2
    assert not List.objects.present().filter(pk=row.pk).exists()


def test_a_shopping_list_goes_into_the_cart_at_once(as_lina: Client, row: List) -> None:
    ListItemFactory(list=row, wanted=2)
    ListItemFactory(list=row, got=1)
    ListItemFactory(list=row, product=ProductFactory(stock=0, is_sold_out=True))
    as_lina.post(f"/lists/{row.slug}/cart")
    as_lina.post(f"/lists/{row.slug}/cart")

    assert [line.quantity for line in CartLine.objects.all()] == [2]


def test_a_removed_list_comes_back(as_lina: Client, row: List) -> None:
    answer = as_lina.post(f"/lists/{row.slug}/remove", follow=True)
    assert "was removed" in answer.content.decode()
    assert as_lina.get(f"/lists/{row.slug}").status_code == 404
    as_lina.post(f"/lists/{row.slug}/restore")
    assert as_lina.get(f"/lists/{row.slug}").status_code == 200


def test_a_link_that_was_closed_opens_nothing(as_lina: Client, as_guest: Client, row: List) -> None:
    as_lina.post(f"/lists/{row.slug}/audience", {"audience": "link"})
    row.refresh_from_db()
    old = f"/l/{row.token}"
    assert len(row.token) == 32
    assert as_guest.get(old).status_code == 200
    as_lina.post(f"/lists/{row.slug}/audience", {"audience": "private"})
    assert as_guest.get(old).status_code == 404
    as_lina.post(f"/lists/{row.slug}/audience", {"audience": "link"})
    assert as_guest.get(old).status_code == 404


@pytest.mark.parametrize("audience", ["public", "friends", "x", ""])
def test_a_shopping_list_is_not_shown_so_widely(as_lina: Client, row: List, audience: str) -> None:
    as_lina.post(f"/lists/{row.slug}/audience", {"audience": audience})

    row.refresh_from_db()
    assert row.audience == "private"


def test_a_collaborator_who_was_dropped_meanwhile_changes_nothing(as_lina: Client, row: List, otto: User) -> None:
    row.members.create(user=otto, role="edit")
    List.objects.filter(pk=row.pk).update(audience="named")
    item, client = ListItemFactory(list=row), client_for(otto)
    assert client.get(f"/lists/{row.slug}/items/{item.pk}").status_code == 200
    as_lina.post(f"/lists/{row.slug}/people/{otto.pk}/drop")

    assert client.post(f"/lists/{row.slug}/items/{item.pk}", {"wanted": "9", "priority": "3"}).status_code == 404
    assert client.post(f"/lists/{row.slug}/bulk", {"item": item.pk, "act": "remove"}).status_code == 404
    item.refresh_from_db()
    assert (item.wanted, item.removed_at) == (1, None)


def test_who_may_suggest_suggests(as_lina: Client, row: List, otto: User) -> None:
    row.members.create(user=otto, role="suggest")
    List.objects.filter(pk=row.pk).update(audience="named")
    client_for(otto).post(f"/lists/{row.slug}/add", {"title": "Candles"})
    item = ListItem.objects.get()
    assert item.is_suggestion
    assert row.items.present().count() == 0
    as_lina.post(f"/lists/{row.slug}/items/{item.pk}/accept")
    assert row.items.present().count() == 1


@pytest.mark.parametrize("q", ["%", "_", "'", '"', "\\", "\u202e", "😀", "x" * 500])
def test_any_text_can_be_searched_for(as_lina: Client, row: List, q: str) -> None:
    ListItemFactory(list=row)
    assert as_lina.get(f"/lists/{row.slug}", {"q": q}).status_code == 200


def test_a_page_asks_as_much_for_ten_things_as_for_five_thousand(lina: User, otto: User) -> None:
    befriend(lina, otto)
    counts: dict[str, list[int]] = {"owner": [], "friend": [], "overview": []}
    for many in (10, 5000):
        row = ListFactory(owner=lina, audience="friends")
        product = ProductFactory()
        ListItem.objects.bulk_create(
            [ListItem(list=row, title=f"Thing {n}", position=n) for n in range(many - 1)], batch_size=500
        )
        ListItemFactory(list=row, product=product, position=0)
        for name, client, path in (
            ("owner", client_for(lina), f"/lists/{row.slug}"),
            ("friend", client_for(otto), f"/lists/{row.slug}"),
            ("overview", client_for(lina), "/lists"),
        ):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            counts[name].append(len(queries))

    assert all(few == many for few, many in counts.values()), counts


def test_prices_and_stock_are_told_once(lina: User, row: List) -> None:
    product = ProductFactory(price_minor=2400)
    ListItemFactory(list=row, product=product)
    product.price_minor, product.is_sold_out = 1900, True
    product.save()
    watching.tell_of_prices()
    watching.tell_of_prices()
    watching.tell_of_stock()
    product.is_sold_out = False
    product.save()
    watching.tell_of_stock()
    watching.tell_of_stock()

    assert sorted(Notice.objects.filter(recipient=lina).values_list("kind", flat=True)) == [
        "back_in_stock",
        "price_drop",
    ]
    product.price_minor = 3000
    product.save()
    watching.tell_of_prices()
    product.price_minor = 2900
    product.save()
    assert watching.tell_of_prices() == 1


def test_an_idea_list_earns_for_its_creator(mei: Mei, as_guest: Client) -> None:
    row = ListFactory(owner=mei.user, kind="idea", audience="public", name="Calm flat")
    item = ListItemFactory(list=row)
    page = as_guest.get(f"/lists/{row.slug}").content.decode()
    assert "earns commission" in page
    assert "Calm flat" in as_guest.get("/@slowhome?tab=lists").content.decode()
    as_guest.get("/lists/" + row.slug)
    as_guest.post("/cart/add", {"variant": item.product.variants.get().pk, "quantity": "1"})

    line = CartLine.objects.get()
    assert (line.influencer, line.source) == (mei.influencer, f"list:{row.pk}")
    assert Storefront.objects.exists()


def test_the_owner_looks_at_it_as_others_do(as_lina: Client, lina: User) -> None:
    row = ListFactory(owner=lina, audience="friends", name="Wishes")
    ListItemFactory(list=row, product=ProductFactory(name="Teapot"))

    assert "Teapot" in as_lina.get(f"/lists/{row.slug}?as=friend").content.decode()
    assert "does not exist" in as_lina.get(f"/lists/{row.slug}?as=anyone").content.decode()


def test_a_list_for_a_friend_is_begun_with_her_handle(as_lina: Client, lina: User) -> None:
    from tests.factories.accounts import with_handle

    tomas = with_handle(UserFactory(name="Tomas Berg"), "tomas")
    befriend(lina, tomas)
    as_lina.post("/lists/new", {"kind": "gift", "name": "Birthday", "for_handle": "@tomas", "budget": "120"})
    as_lina.post("/lists/new", {"kind": "gift", "name": "Neighbour", "for_handle": "Frau Weber"})

    assert List.objects.get(name="Birthday").recipient == tomas
    assert List.objects.get(name="Neighbour").recipient_name == "Frau Weber"
    assert as_lina.post("/lists/new", {"kind": "gift", "name": "Nobody"}).status_code == 422
    assert as_lina.post("/lists/new", {"kind": "wish", "name": "x" * 81}).status_code == 422


def test_the_export_keeps_formulas_harmless(as_lina: Client, row: List) -> None:
    ListItemFactory(list=row, product=None, title="=1+1")

    assert "'=1+1" in as_lina.get(f"/lists/{row.slug}/export").content.decode()


def test_a_friends_wish_is_pulled_onto_the_list_for_her(as_lina: Client, lina: User, otto: User) -> None:
    befriend(lina, otto)
    wish = ListItemFactory(list=ListFactory(owner=otto, audience="friends"), note="for my eyes")
    row = ListFactory(owner=lina, kind="gift", recipient=otto)
    assert f'name="item" value="{wish.pk}"' in as_lina.get(f"/lists/{row.slug}").content.decode()
    answer = as_lina.post(
        f"/lists/{wish.list.slug}/bulk", {"item": wish.pk, "act": "copy", "to": row.pk, "next": f"/lists/{row.slug}"}
    )

    assert answer.url == f"/lists/{row.slug}"
    assert row.items.get().product == wish.product
    assert client_for(otto).get(f"/lists/{row.slug}").status_code == 404


@pytest.mark.parametrize("pk", ["²", "9" * 40, "x", ""])
def test_a_number_that_is_none_restores_nothing(as_lina: Client, row: List, pk: str) -> None:
    assert as_lina.post(f"/lists/{row.slug}/items/restore", {"item": pk}).status_code == 302


def test_undo_works_without_javascript(as_lina: Client, row: List) -> None:
    item = ListItemFactory(list=row)
    as_lina.post(f"/lists/{row.slug}/bulk", {"act": "remove", "item": item.pk})
    page = as_lina.get(f"/lists/{row.slug}").content.decode()
    form = page[page.index("/items/restore") :]
    form = form[: form.index("</form>")]

    as_lina.post(f"/lists/{row.slug}/items/restore", {"item": re.findall(r'name="item" value="(\d+)"', form)})

    item.refresh_from_db()
    assert item.removed_at is None


def test_who_follows_by_a_link_goes_back_by_it(as_otto: Client, row: List) -> None:
    List.objects.filter(pk=row.pk).update(audience="link", kind="wish")
    answer = as_otto.post(f"/lists/{row.slug}/follow", {"on": "1", "token": row.token})

    assert answer.url == f"/l/{row.token}"
    assert as_otto.get(answer.url).status_code == 200
    assert f"/l/{row.token}" in as_otto.get("/lists").content.decode()

    List.objects.filter(pk=row.pk).update(token="f" * 32)
    assert row.name not in as_otto.get("/lists").content.decode()


def test_a_handle_that_nobody_has_is_not_kept_as_a_name(as_lina: Client) -> None:
    answer = as_lina.post("/lists/new", {"kind": "gift", "name": "For her", "for_handle": "@nobody.here"})

    assert answer.status_code == 422
    assert "Nobody has this handle" in answer.content.decode()
    assert not List.objects.exists()


def test_yen_have_no_decimals_in_the_form(as_lina: Client, row: List) -> None:
    item = ListItemFactory(list=row, product=None, title="Bowl", price_minor=1200, currency="JPY")

    assert 'value="1200"' in as_lina.get(f"/lists/{row.slug}/items/{item.pk}").content.decode()


def test_a_suggestion_can_be_left(as_lina: Client, row: List, otto: User) -> None:
    item = ListItemFactory(list=row, is_suggestion=True, added_by=otto)

    as_lina.post(f"/lists/{row.slug}/items/{item.pk}/accept", {"accept": "0"})

    item.refresh_from_db()
    assert (item.is_suggestion, item.removed_at is not None) == (True, True)
    assert not Notice.objects.filter(recipient=otto).exists()


def test_one_tap_puts_nothing_where_others_look(as_lina: Client, lina: User) -> None:
    product = ProductFactory()
    for kind in ("gift", "idea"):
        ListFactory(owner=lina, kind=kind)

    as_lina.post(f"/p/{product.slug}/save")

    assert ListItem.objects.get(product=product).list.kind == "wish"


def test_two_lists_become_one_from_the_settings(as_lina: Client, lina: User, row: List) -> None:
    other, item = ListFactory(owner=lina, kind="shopping", name="More groceries"), ListItemFactory(list=row)
    page = as_lina.get(f"/lists/{row.slug}/settings").content.decode()
    assert f'action="/lists/{row.slug}/merge"' in page
    assert f'<option value="{other.pk}">More groceries</option>' in page

    as_lina.post(f"/lists/{row.slug}/merge", {"to": other.pk})

    item.refresh_from_db()
    row.refresh_from_db()
    assert (item.list, row.removed_at is not None) == (other, True)


def test_a_list_for_a_mere_name_promises_no_more_than_it_keeps(as_lina: Client, lina: User, otto: User) -> None:
    for recipient, promised in ((None, False), (otto, True)):
        row = ListFactory(owner=lina, kind="gift", recipient=recipient, recipient_name="Otto")
        assert ("whatever happens" in as_lina.get(f"/lists/{row.slug}").content.decode()) is promised


def test_a_pulled_wish_is_given_once(as_lina: Client, lina: User, otto: User) -> None:
    befriend(lina, otto)
    wish = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    plans = ListFactory(owner=lina, kind="gift", recipient=otto)
    keeping.copy_items(items=[ListItem.objects.select_related("list").get(pk=wish.pk)], to=plans, by=lina)
    pulled = ListItem.objects.get(list=plans)
    assert pulled.source == wish
    assert f"/lists/{wish.list.slug}/items/{wish.pk}/claim" in as_lina.get(f"/lists/{plans.slug}").content.decode()

    row = giving.claim(item=wish, quantity=1, giver=lina, shopping=True)
    page = as_lina.get(f"/lists/{plans.slug}").content.decode()
    assert "Reserved by you" in page
    assert f"/claims/{row.token}/buy" in page
    giving.mark_bought(row=row)

    pulled.refresh_from_db()
    assert (pulled.state, pulled.bringer) == ("bought", lina)
    assert "Bought by you" in as_lina.get(f"/lists/{plans.slug}").content.decode()


def test_a_pulled_wish_that_another_gives_says_so(as_lina: Client, lina: User, otto: User) -> None:
    befriend(lina, otto)
    befriend(otto, other := UserFactory())
    wish = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    plans = ListFactory(owner=lina, kind="gift", recipient=otto)
    keeping.copy_items(items=[ListItem.objects.select_related("list").get(pk=wish.pk)], to=plans, by=lina)
    giving.claim(item=wish, quantity=1, giver=other)

    page = as_lina.get(f"/lists/{plans.slug}").content.decode()

    assert "Someone has this" in page
    assert "Buy as gift" not in page


def test_a_giver_finds_what_she_gives_also_when_the_list_closed(as_lina: Client, lina: User, otto: User) -> None:
    befriend(lina, otto)
    wish = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    row = giving.claim(item=wish, quantity=1, giver=lina)
    List.objects.filter(pk=wish.list_id).update(audience="private")

    assert f"/claims/{row.token}" in as_lina.get("/lists").content.decode()
    assert as_lina.get(f"/claims/{row.token}").status_code == 200


def test_what_the_owner_has_got_cannot_be_taken(lina: User, otto: User) -> None:
    item = ListItemFactory(list=ListFactory(owner=otto, audience="friends"), wanted=2, got=1)
    with pytest.raises(AllTaken):
        giving.claim(item=item, quantity=2, giver=lina)

    giving.claim(item=item, quantity=1, giver=lina)

    item.refresh_from_db()
    assert item.taken == 1


def test_her_own_list_does_not_tell_that_a_wish_sold_out(
    as_otto: Client, as_lina: Client, lina: User, otto: User
) -> None:
    befriend(lina, otto)
    item = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    type(item.product).objects.filter(pk=item.product_id).update(is_sold_out=True)

    assert "Sold out" not in as_otto.get(f"/lists/{item.list.slug}").content.decode()
    assert "Sold out" in as_lina.get(f"/lists/{item.list.slug}").content.decode()


def test_an_editor_learns_nothing_of_claims_by_planning_a_gift(lina: User, otto: User) -> None:
    befriend(lina, otto)
    befriend(otto, other := UserFactory())
    wish = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    ListMember.objects.create(list=wish.list, user=lina, role="edit")
    plans = ListFactory(owner=lina, kind="gift", recipient=otto)
    keeping.copy_items(items=[ListItem.objects.select_related("list").get(pk=wish.pk)], to=plans, by=lina)
    before = client_for(lina).get(f"/lists/{plans.slug}").content.decode()

    giving.claim(item=wish, quantity=1, giver=other)

    after = client_for(lina).get(f"/lists/{plans.slug}").content.decode()
    assert re.sub(r"[A-Za-z0-9]{64}", "", before) == re.sub(r"[A-Za-z0-9]{64}", "", after)


def test_the_last_of_five_thousand_things_can_be_reached(as_lina: Client, lina: User) -> None:
    row = ListFactory(owner=lina, kind="shopping")
    ListItem.objects.bulk_create([ListItem(list=row, title=f"Thing {n}", position=n) for n in range(5000)])

    assert "Thing 4999" in as_lina.get(f"/lists/{row.slug}?page=209").content.decode()


def test_a_number_beyond_all_numbers_drops_nobody(as_lina: Client, row: List) -> None:
    assert as_lina.post(f"/lists/{row.slug}/people/{'9' * 30}/drop").status_code == 302


def test_a_preview_does_not_tell_that_a_wish_sold_out(as_otto: Client, otto: User) -> None:
    item = ListItemFactory(list=ListFactory(owner=otto, audience="public"))
    type(item.product).objects.filter(pk=item.product_id).update(is_sold_out=True)

    for seen_as in ("friend", "anyone"):
        assert "Sold out" not in as_otto.get(f"/lists/{item.list.slug}?as={seen_as}").content.decode()


@pytest.mark.parametrize(("role", "is_suggestion"), [("edit", False), ("suggest", True)])
def test_who_fills_a_list_with_its_owner_saves_products_there(
    as_otto: Client, lina: User, otto: User, role: str, is_suggestion: bool
) -> None:
    befriend(lina, otto)
    row = ListFactory(owner=lina, kind="idea", audience="named", name="Our garden")
    ListMember.objects.create(list=row, user=otto, role=role)
    product = ProductFactory()
    assert "Our garden" in as_otto.get(f"/p/{product.slug}/save").content.decode()

    as_otto.post(f"/p/{product.slug}/save", {"list": row.pk, "on": "1"})

    item = row.items.get()
    assert (item.product, item.is_suggestion, item.added_by) == (product, is_suggestion, otto)


def test_who_only_looks_saves_nothing_there(as_otto: Client, lina: User, otto: User) -> None:
    row = ListFactory(owner=lina, kind="idea", audience="named", name="Our garden")
    ListMember.objects.create(list=row, user=otto, role="view")
    product = ProductFactory()

    assert "Our garden" not in as_otto.get(f"/p/{product.slug}/save").content.decode()
    assert as_otto.post(f"/p/{product.slug}/save", {"list": row.pk, "on": "1"}).status_code == 404
    assert not row.items.exists()


def test_an_editor_of_a_gift_list_pulls_wishes_onto_it(as_otto: Client, lina: User, otto: User) -> None:
    friend = UserFactory()
    befriend(friend, otto)
    befriend(friend, lina)
    wish = ListItemFactory(list=ListFactory(owner=friend, audience="friends"))
    plans = ListFactory(owner=lina, kind="gift", recipient=friend, audience="named")
    ListMember.objects.create(list=plans, user=otto, role="edit")
    assert f'name="item" value="{wish.pk}"' in as_otto.get(f"/lists/{plans.slug}").content.decode()

    as_otto.post(f"/lists/{wish.list.slug}/bulk", {"item": wish.pk, "act": "copy", "to": plans.pk})

    assert plans.items.get().source == wish


def test_pictures_of_things_that_are_gone_are_deleted(lina: User) -> None:
    row = ListFactory(owner=lina)
    path = default_storage.save("lists/items/a.webp", ContentFile(b"x"))
    first, second = (ListItemFactory(list=row, product=None, title="A", picture=path) for _n in range(2))
    for item in (first, second):
        assert default_storage.exists(path)
        ListItem.objects.filter(pk=item.pk).update(removed_at=timezone.now() - timedelta(days=31))
        keeping.delete_pictures()

    assert not default_storage.exists(path)


def test_owns_it_stands_beside_her_own_notes_on_a_public_idea_list_alone(lina: User, as_guest: Client) -> None:
    row = ListFactory(owner=lina, kind="idea", audience="public", slug="ideas")
    kept, silent, fresh = (ProductFactory() for _ in range(3))
    for product in (kept, silent):
        order = OrderFactory(user=lina, state="paid")
        OrderLineFactory(order=order, product=product, delivered_at=timezone.now())
    item = ListItemFactory(list=row, product=kept, note="Every morning.", added_by=lina)
    ListItemFactory(list=row, product=silent)
    ListItemFactory(list=row, product=fresh, note="One day.")

    def marks() -> int:
        return as_guest.get("/lists/ideas").content.decode().count("Owns it")

    assert marks() == 1
    ListItem.objects.filter(pk=item.pk).update(added_by=UserFactory())
    assert marks() == 0
    ListItem.objects.filter(pk=item.pk).update(added_by=None)
    assert marks() == 1
    # A wish list keeps its surprise: what she has already would tell what others need not bring.
    List.objects.filter(pk=row.pk).update(kind="wish")
    assert marks() == 0
