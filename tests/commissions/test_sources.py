"""Places where links stand, by the names that their creator gave them."""

import pytest

from commissions.sources import Source, named
from influencers.models import Link
from lists.models import List
from tests.cast import Mei
from tests.factories.lists import ListFactory
from tests.factories.sparks import SparkFactory
from tests.factories.storefront import CollectionFactory

pytestmark = pytest.mark.django_db


def test_places_have_the_names_that_she_gave_them(mei: Mei) -> None:
    shelf = CollectionFactory(storefront=mei.storefront, title="Slow mornings")
    spark = SparkFactory(author=mei.user, words="My reading corner")
    gifts = ListFactory(owner=mei.user, name="Birthday")
    channel = Link.objects.create(influencer=mei.influencer, code="abc", name="Newsletter")
    keys = [f"collection:{shelf.pk}/pick:3", f"spark:{spark.pk}/tag:9", f"list:{gifts.pk}", f"channel:{channel.pk}", f"qr:{channel.pk}"]  # fmt: skip

    found = named(mei.influencer, [*keys, "code:MEI10", "storefront", "collection:99999"])

    names = {key: place.name for key, place in found.items()}
    assert names == {
        f"collection:{shelf.pk}": "Slow mornings", f"spark:{spark.pk}": "My reading corner", f"list:{gifts.pk}": "Birthday",
        f"channel:{channel.pk}": "Newsletter", f"qr:{channel.pk}": "Newsletter", "code:MEI10": "MEI10", "storefront": "",
        "collection:99999": "",
    }  # fmt: skip


def test_somebody_elses_names_stay_hers(mei: Mei) -> None:
    foreign: List = ListFactory(name="Secret birthday")

    assert named(mei.influencer, [f"list:{foreign.pk}"])[f"list:{foreign.pk}"] == Source(
        "list", "", f"list:{foreign.pk}"
    )
