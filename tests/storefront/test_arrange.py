"""storefront.services: collections, picks, their order, and taking things out and putting them back."""

import pytest

from storefront import services
from storefront.errors import (
    AlreadyPickedError,
    NothingToRestoreError,
    NotOnSaleError,
    NotReadyError,
    OrderChangedError,
    TooManyCollectionsError,
    TooManyPicksError,
)
from storefront.models import Collection, Pick, Removal, Storefront
from storefront.ordering import moved
from storefront.slugs import base_slug
from tests.cast import Mei
from tests.factories.catalog import CategoryFactory, ProductFactory, SellerFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.storefront import CollectionFactory, PickFactory

pytestmark = pytest.mark.django_db


def order_of(collection: Collection) -> list[int]:
    return list(Pick.objects.filter(collection=collection).values_list("pk", flat=True))


def test_opening_twice_gives_the_same_draft() -> None:
    influencer = InfluencerFactory()
    first = services.open_storefront(influencer=influencer)
    second = services.open_storefront(influencer=influencer)
    assert first == second
    assert first.published_at is None
    assert Storefront.objects.count() == 1


def test_a_collection_gets_an_address_from_its_title_and_stands_last(mei: Mei) -> None:
    first = services.add_collection(storefront=mei.storefront, title="Slow mornings", note="Tea first.")
    second = services.add_collection(storefront=mei.storefront, title="Slow Mornings!")
    assert (first.slug, first.note, first.position) == ("slow-mornings", "Tea first.", 1)
    assert (second.slug, second.position) == ("slow-mornings-2", 2)


def test_a_chinese_title_gets_a_short_code_that_is_always_the_same(mei: Mei) -> None:
    collection = services.add_collection(storefront=mei.storefront, title="慢生活早晨")
    assert collection.slug == base_slug("慢生活早晨")
    assert collection.slug.startswith("c-")
    assert collection.slug.isascii()
    again = services.add_collection(storefront=mei.storefront, title="慢生活早晨")
    assert again.slug == f"{collection.slug}-2"


def test_a_title_of_eighty_letters_fits_its_address(mei: Mei) -> None:
    for _ in range(3):
        assert len(services.add_collection(storefront=mei.storefront, title="m" * 80).slug) <= 80


def test_the_forty_first_collection_is_refused(mei: Mei) -> None:
    CollectionFactory.create_batch(40, storefront=mei.storefront)
    with pytest.raises(TooManyCollectionsError, match="40"):
        services.add_collection(storefront=mei.storefront, title="One more")
    assert mei.storefront.collections.count() == 40


def test_renaming_keeps_the_address(mei: Mei) -> None:
    collection = services.add_collection(storefront=mei.storefront, title="Kitchen")
    services.rename_collection(collection=collection, title="The kitchen", note="Used daily.")
    collection.refresh_from_db()
    assert (collection.title, collection.note, collection.slug) == ("The kitchen", "Used daily.", "kitchen")


def test_picks_stand_in_the_order_in_which_they_were_added(mei: Mei) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    picks = [services.add_pick(collection=collection, product=ProductFactory(), note="Mine.") for _ in range(3)]
    assert order_of(collection) == [pick.pk for pick in picks]
    assert picks[0].note == "Mine."


def test_a_product_picked_twice_is_said_and_not_doubled(mei: Mei) -> None:
    collection, product = CollectionFactory(storefront=mei.storefront), ProductFactory(name="Teal mug")
    services.add_pick(collection=collection, product=product, note="First.")
    with pytest.raises(AlreadyPickedError, match="Teal mug is in this collection already"):
        services.add_pick(collection=collection, product=product, note="Second.")
    assert [pick.note for pick in collection.picks.all()] == ["First."]


def test_a_product_that_is_off_sale_is_refused(mei: Mei) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    with pytest.raises(NotOnSaleError):
        services.add_pick(collection=collection, product=ProductFactory(is_active=False))
    assert not collection.picks.exists()


def test_the_two_hundred_and_first_pick_is_refused(mei: Mei) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    seller, category = SellerFactory(), CategoryFactory()
    for _ in range(200):
        PickFactory(collection=collection, product__seller=seller, product__category=category)
    with pytest.raises(TooManyPicksError, match="200"):
        services.add_pick(collection=collection, product=ProductFactory())
    assert collection.picks.count() == 200


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (1, [3, 1, 2, 4]),
        (2, [1, 3, 2, 4]),
        (3, [1, 2, 3, 4]),
        (4, [1, 2, 4, 3]),
        (99, [1, 2, 4, 3]),
        (-5, [3, 1, 2, 4]),
    ],
)
def test_moving_puts_an_item_at_the_position_named(position: int, expected: list[int]) -> None:
    assert moved([1, 2, 3, 4], 3, position) == expected


def test_a_moved_pick_stands_where_it_was_put(mei: Mei) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    one, two, three = PickFactory.create_batch(3, collection=collection)
    assert services.move_pick(pick=three, position=1) == 1
    assert order_of(collection) == [three.pk, one.pk, two.pk]


def test_a_moved_collection_stands_where_it_was_put(mei: Mei) -> None:
    one, two = CollectionFactory.create_batch(2, storefront=mei.storefront)
    assert services.move_collection(collection=one, position=2) == 2
    assert list(mei.storefront.collections.all()) == [two, one]


def test_a_new_order_of_all_picks_is_kept(mei: Mei) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    one, two, three = PickFactory.create_batch(3, collection=collection)
    services.reorder(collection=collection, order=[two.pk, three.pk, one.pk])
    assert order_of(collection) == [two.pk, three.pk, one.pk]


@pytest.mark.parametrize("wrong", ["one is missing", "one is foreign", "one stands twice"])
def test_an_order_that_names_other_picks_is_refused(mei: Mei, wrong: str) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    one, two = PickFactory.create_batch(2, collection=collection)
    foreign = PickFactory()
    order = {
        "one is missing": [two.pk],
        "one is foreign": [two.pk, foreign.pk],
        "one stands twice": [two.pk, two.pk],
    }[wrong]
    with pytest.raises(OrderChangedError, match="Order changed in another window"):
        services.reorder(collection=collection, order=order)
    assert order_of(collection) == [one.pk, two.pk]


def test_a_new_order_of_the_collections_is_kept_and_a_wrong_one_refused(mei: Mei) -> None:
    one, two = CollectionFactory.create_batch(2, storefront=mei.storefront)
    services.reorder_collections(storefront=mei.storefront, order=[two.pk, one.pk])
    assert list(mei.storefront.collections.all()) == [two, one]
    with pytest.raises(OrderChangedError):
        services.reorder_collections(storefront=mei.storefront, order=[two.pk])
    assert list(mei.storefront.collections.all()) == [two, one]


def test_a_removed_pick_comes_back_where_it_was_with_its_note(mei: Mei) -> None:
    collection = CollectionFactory(storefront=mei.storefront)
    one, two, three = PickFactory.create_batch(3, collection=collection, note="Mine.")
    removal = services.remove_pick(pick=two)
    assert order_of(collection) == [one.pk, three.pk]
    services.restore(removal=removal)
    assert order_of(collection) == [one.pk, two.pk, three.pk]
    again = Pick.objects.get(pk=two.pk)
    assert (again.note, again.added_at, again.product) == ("Mine.", two.added_at, two.product)


def test_a_removed_collection_comes_back_with_its_picks_and_its_address(mei: Mei) -> None:
    collection = services.add_collection(storefront=mei.storefront, title="Kitchen", note="Used daily.")
    picks = PickFactory.create_batch(2, collection=collection, note="Mine.")
    removal = services.remove_collection(collection=collection)
    assert not Collection.objects.exists()
    assert not Pick.objects.exists()
    services.restore(removal=removal)
    again = Collection.objects.get()
    assert (again.slug, again.title, again.note) == ("kitchen", "Kitchen", "Used daily.")
    assert order_of(again) == [pick.pk for pick in picks]


def test_restoring_twice_brings_it_back_once(mei: Mei) -> None:
    pick = PickFactory(collection__storefront=mei.storefront)
    removal = services.remove_pick(pick=pick)
    services.restore(removal=removal)
    with pytest.raises(NothingToRestoreError, match="brought back already"):
        services.restore(removal=Removal(pk=removal.pk, storefront=mei.storefront, content=removal.content))
    assert Pick.objects.count() == 1


def test_a_pick_whose_collection_is_gone_says_so_and_can_come_back_after_it(mei: Mei) -> None:
    pick = PickFactory(collection__storefront=mei.storefront)
    of_pick = services.remove_pick(pick=pick)
    of_collection = services.remove_collection(collection=pick.collection)
    with pytest.raises(NothingToRestoreError, match="Bring the collection back first"):
        services.restore(removal=Removal.objects.get(pk=of_pick.pk))
    services.restore(removal=of_collection)
    services.restore(removal=Removal.objects.get(pk=of_pick.pk))
    assert Pick.objects.get().product == pick.product


def test_a_pick_that_was_added_again_meanwhile_is_not_doubled(mei: Mei) -> None:
    pick = PickFactory(collection__storefront=mei.storefront)
    removal = services.remove_pick(pick=pick)
    services.add_pick(collection=pick.collection, product=pick.product)
    services.restore(removal=removal)
    assert Pick.objects.count() == 1


def test_a_collection_comes_back_beside_a_new_one_of_the_same_title(mei: Mei) -> None:
    removal = services.remove_collection(collection=services.add_collection(storefront=mei.storefront, title="Tea"))
    services.add_collection(storefront=mei.storefront, title="Tea")
    services.restore(removal=removal)
    assert sorted(mei.storefront.collections.values_list("slug", flat=True)) == ["tea", "tea-2"]


def test_publishing_names_everything_that_is_missing() -> None:
    storefront = services.open_storefront(influencer=InfluencerFactory())
    with pytest.raises(NotReadyError) as refused:
        services.publish(storefront=storefront)
    assert refused.value.missing == ["handle", "pick"]
    storefront.refresh_from_db()
    assert storefront.published_at is None


def test_a_shop_with_a_handle_and_a_pick_opens_and_a_second_time_changes_nothing(mei: Mei) -> None:
    services.unpublish(storefront=mei.storefront)
    PickFactory(collection__storefront=mei.storefront)
    first = services.publish(storefront=mei.storefront).published_at
    assert first is not None
    assert services.publish(storefront=mei.storefront).published_at == first


def test_a_pick_that_is_off_sale_is_not_enough_to_publish(mei: Mei) -> None:
    services.unpublish(storefront=mei.storefront)
    PickFactory(collection__storefront=mei.storefront, product__is_active=False)
    with pytest.raises(NotReadyError) as refused:
        services.publish(storefront=mei.storefront)
    assert refused.value.missing == ["pick"]


def test_every_change_marks_the_storefront_as_changed(mei: Mei) -> None:
    before = mei.storefront.updated_at
    services.add_collection(storefront=mei.storefront, title="Tea")
    mei.storefront.refresh_from_db()
    assert mei.storefront.updated_at > before
