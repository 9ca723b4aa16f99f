"""What stands open: Atom feeds, sitemaps, and what a Spark's page says to machines."""

import io
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from accounts.models import User
from core.sitemaps import NumberedSitemap
from sparks.models import Spark
from sparks.services import posting, sharing
from tests.cast import Mei
from tests.factories.catalog import ProductFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def tree_of(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314  (our own)


def titles(client: Client, path: str) -> list[str]:
    tree = tree_of(client.get(path).content)
    return [str(entry.findtext(f"{ATOM}title")) for entry in tree.iter(f"{ATOM}entry")]


def places(client: Client, path: str) -> list[str]:
    tree = tree_of(client.get(path).content)
    return [str(place.text) for place in tree.iter(f"{MAP}loc")]


def section(client: Client, name: str) -> list[str]:
    """All pages of a section together: numbers may begin on any of them."""
    pages = [page for page in places(client, "/sitemap.xml") if f"/sitemap-{name}.xml" in page]
    return [place for page in pages for place in places(client, page.removeprefix("http://testserver"))]


@pytest.mark.parametrize("path", ["/sparks/t/home/atom", "/sparks/of/slowhome/atom"])
def test_a_feed_holds_what_a_guest_sees_newest_first_and_no_adverts(as_mei: Client, mei: Mei, path: str) -> None:
    home, now = TopicFactory(slug="home"), timezone.now()
    SparkFactory(author=mei.user, topic=home, words="Older", posted_at=now - timedelta(hours=1))
    SparkFactory(author=mei.user, topic=home, words="Newer", posted_at=now)
    SparkFactory(author=mei.user, topic=home, words="For friends", audience="friends")
    SparkFactory(author=mei.user, topic=home, words="Paid", is_sponsored=True)
    SparkFactory(author=mei.user, topic=home, words="Hidden", state="hidden")
    SparkFactory(author=mei.user, topic=home, words="Gone", removed_at=now)

    assert titles(as_mei, path) == ["Mei Tanaka: Newer", "Mei Tanaka: Older"]


def test_an_entry_has_picture_labels_words_and_products_that_earn(as_guest: Client, mei: Mei) -> None:
    spark = SparkFactory(
        author=mei.user, topic=TopicFactory(slug="home"), code="lamp", words="<b>Warm\x0blight</b>", is_gifted=True
    )
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=ProductFactory(name="Moka pot", slug="moka-pot"))
    answer = as_guest.get("/sparks/t/home/atom")
    entry = next(tree_of(answer.content).iter(f"{ATOM}entry"))
    text = str(entry.findtext(f"{ATOM}summary"))

    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert entry.find(f"{ATOM}link").attrib["href"] == "http://testserver/s/lamp"
    assert '<img src="http://testserver/media/sparks/large.webp" alt="A shelf">' in text
    assert "Gifted · Earns commission" in text
    assert "&lt;b&gt;Warm light&lt;/b&gt;" in text
    assert f'href="http://testserver/p/moka-pot?via=slowhome&amp;from=spark%3A{spark.pk}"' in text


def test_an_unchanged_feed_is_not_sent_again(as_guest: Client, mei: Mei) -> None:
    SparkFactory(author=mei.user, topic=TopicFactory(slug="home"))
    first = as_guest.get("/sparks/t/home/atom")
    again = as_guest.get("/sparks/t/home/atom", headers={"If-None-Match": first["ETag"]})

    assert (first["Cache-Control"], again.status_code, first.cookies) == ("public, max-age=300", 304, {})


def test_a_feed_costs_the_same_for_three_and_for_twenty(
    as_guest: Client, mei: Mei, django_assert_max_num_queries: object
) -> None:
    topic = TopicFactory(slug="home")
    counts = []
    for many in (3, 17):
        for _ in range(many):
            ProductTagFactory(photo=PhotoFactory(spark=SparkFactory(author=mei.user, topic=topic)))
        with django_assert_max_num_queries(20) as asked:
            as_guest.get("/sparks/t/home/atom")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_whom_nobody_may_find_has_no_feed_and_no_page_names_one(as_lina: Client, lina: User, mei: Mei) -> None:
    SparkFactory(author=mei.user, code="lamp")
    link = '<link rel="alternate" type="application/atom+xml" title="Mei Tanaka" href="/sparks/of/slowhome/atom">'
    for page in ("/sparks/of/slowhome", "/s/lamp"):
        assert link in as_lina.get(page).content.decode()
    User.objects.filter(pk=mei.user.pk).update(handle=None)
    SparkFactory(author=lina, code="hers")
    User.objects.filter(pk=lina.pk).update(handle="lina", findable_by="nobody")

    assert as_lina.get("/sparks/of/lina/atom").status_code == 404
    for page in ("/sparks/of/lina", "/s/hers", "/s/lamp"):
        answer = as_lina.get(page)
        assert (answer.status_code, "application/atom+xml" in answer.content.decode()) == (200, False)


def test_a_topics_page_names_its_feed(as_guest: Client) -> None:
    topic = TopicFactory(slug="home")
    page = as_guest.get("/sparks/t/home").content.decode()

    assert f'type="application/atom+xml" title="{escape(topic.label)}" href="/sparks/t/home/atom"' in page


# --- Sitemaps


def test_the_sitemap_leads_to_every_public_spark_and_to_no_other(
    as_mei: Client, mei: Mei, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NumberedSitemap, "limit", 2)
    for n in range(5):
        SparkFactory(author=mei.user, code=f"public{n}")
    SparkFactory(author=mei.user, code="friends", audience="friends")
    SparkFactory(author=mei.user, code="draft", state="draft", posted_at=None)
    sections = [path for path in places(as_mei, "/sitemap.xml") if "sitemap-sparks" in path]
    found = [place for path in sections for place in places(as_mei, path.removeprefix("http://testserver"))]

    assert sections[0] == "http://testserver/sitemap-sparks.xml"
    assert found == [f"http://testserver/s/public{n}" for n in range(5)]


def test_a_section_reads_its_own_numbers_alone(as_guest: Client, mei: Mei, django_assert_num_queries: object) -> None:
    SparkFactory(author=mei.user, code="first", pk=1)
    SparkFactory(author=mei.user, code="last", pk=1_000_000)
    with django_assert_num_queries(2):
        assert places(as_guest, "/sitemap-sparks.xml?p=200") == ["http://testserver/s/last"]
    with django_assert_num_queries(4):
        index = places(as_guest, "/sitemap.xml")

    assert len([path for path in index if "sitemap-sparks" in path]) == 200


@pytest.mark.parametrize("asked", ["0", "-1", "3", "x", "²", "1" * 30, "1.5"])
def test_a_section_that_is_not_there_is_404(as_guest: Client, asked: str) -> None:
    assert as_guest.get(f"/sitemap-sparks.xml?p={asked}").status_code == 404
    assert as_guest.get("/sitemap-people.xml").status_code == 404


def test_the_other_sections_hold_shops_products_and_topics(as_guest: Client, mei: Mei) -> None:
    ProductFactory(slug="moka-pot")
    ProductFactory(slug="gone", is_active=False)
    TopicFactory(slug="home")

    assert section(as_guest, "storefronts") == ["http://testserver/@slowhome"]
    assert section(as_guest, "products") == ["http://testserver/p/moka-pot"]
    assert "http://testserver/sparks/t/home" in section(as_guest, "topics")


# --- Structured data


def test_a_page_says_to_machines_what_it_is_with_full_addresses_and_no_script(as_guest: Client, mei: Mei) -> None:
    spark = SparkFactory(author=mei.user, code="lamp", words="Warm light")
    PhotoFactory(spark=spark)
    page = as_guest.get("/s/lamp").content.decode()

    picture = "http://testserver/media/sparks/large.webp"
    for said in (
        f'<meta property="og:image" content="{picture}">', '<meta property="og:image:width" content="1080">',
        '<meta property="og:url" content="http://testserver/s/lamp">', '<link rel="canonical" href="http://testserver/s/lamp">',
        'itemtype="https://schema.org/SocialMediaPosting"', f'<meta itemprop="image" content="{picture}">',
        '<meta itemprop="text" content="Warm light">', '<meta itemprop="url" content="http://testserver/@slowhome">',
        '<meta itemprop="commentCount" content="0">',
    ):  # fmt: skip
        assert said in page
    # Microdata, because the policy knows no script that stands in a page.
    assert "application/ld+json" not in page


def test_what_is_for_friends_says_nothing_to_machines(as_mei: Client, mei: Mei) -> None:
    Spark.objects.filter(pk=SparkFactory(author=mei.user, code="lamp").pk).update(audience="friends")
    page = as_mei.get("/s/lamp").content.decode()

    assert '<meta name="robots" content="noindex">' in page
    assert ("og:image" in page, "application/atom+xml" in page) == (False, False)


def test_a_spark_is_shared_by_a_picture_of_its_first_photo_and_pins(
    as_guest: Client, mei: Mei, settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (1080, 1350), "#2f6f6a").save(out, "WEBP")
    path = default_storage.save("sparks/teal.webp", ContentFile(out.getvalue()))
    spark = SparkFactory(author=mei.user, code="shelf", state="draft", posted_at=None, kind="photo")
    photo = PhotoFactory(spark=spark, large=path, alt="")
    tag = ProductTagFactory(photo=photo, x=5000, y=5000, product=ProductFactory(name="Teal mug"))
    with django_capture_on_commit_callbacks(execute=True):
        posting.post_spark(spark=spark)
    spark.refresh_from_db()
    first = spark.share
    with default_storage.open(first) as file, Image.open(file) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (1200, 630))
        # The pin in the middle of the photo, and the photo beside it.
        for y, colour in ((315, (244, 176, 0)), (200, (47, 111, 106))):
            assert max(abs(a - b) for a, b in zip(drawn.getpixel((600, y)), colour, strict=True)) < 30
    assert default_storage.size(first) < 300_000
    page = as_guest.get("/s/shelf").content.decode()
    assert f'<meta property="og:image" content="{settings.SITE_URL}/media/{first}">' in page
    assert '<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">' in page
    assert '<meta property="og:image:alt" content="Photo by Mei Tanaka showing Teal mug">' in page

    with django_capture_on_commit_callbacks(execute=True):
        posting.place_tag(tag=tag, x=2000, y=2000)
    spark.refresh_from_db()
    assert (spark.share != first, default_storage.exists(first), default_storage.exists(spark.share)) == (
        True,
        False,
        True,
    )
    Spark.objects.update(share="")
    assert (sharing.draw_lost(), sharing.draw_lost()) == (1, 0)
    assert sharing.draw_lost(timezone.now() + timedelta(days=2)) == 0
