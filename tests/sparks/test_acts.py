"""What readers do: likes, comments, polls, votes, reports, buying from a tag."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Block, User
from catalog.services import stir
from commissions.models import Decision
from commissions.services.deciding import accrue_for
from lists.models import ListItem
from notifications.models import Notice
from orders.models import CartLine, Order
from sparks import queries, trending
from sparks.errors import LongComment, NotTwoOptions, PollClosed, PollStands, TooFast, TooManyLinks
from sparks.models import Comment, Heat, Helpful, Like, PollVote, ProductVote, Report, Spark
from sparks.services import acts, heating, limits, polls
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory, VariantFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def spark(db: None) -> Spark:
    return SparkFactory(code="open")


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def settled(name: str = "Olga") -> User:
    """Somebody who joined long ago."""
    return UserFactory(name=name, date_joined=timezone.now() - timedelta(days=400))


def hottest() -> list[tuple[str, int]]:
    """Names and thousandths of a point after a refresh, hottest first; heat that fades within the test is rounded away."""
    now = timezone.now()
    heating.refresh(now)
    return [(row.product.name, round(trending.heat(row.score.level, now), -1)) for row in queries.hottest(None)]


def test_a_like_sends_the_wanted_state_so_that_twice_is_once(spark: Spark, as_lina: Client) -> None:
    for on, likes in [("1", 1), ("1", 1), ("0", 0), ("0", 0), ("1", 1)]:
        as_lina.post("/s/open/like", {"on": on}, headers=HTMX)
        spark.refresh_from_db()
        assert (spark.likes, Like.objects.count()) == (likes, likes)


def test_a_guest_is_asked_to_sign_in_and_comes_back(spark: Spark, as_guest: Client) -> None:
    answer = as_guest.post("/s/open/like", {"on": "1", "next": "/sparks"})
    assert answer["Location"] == "/account/login/?next=%2Fsparks"
    part = as_guest.post("/s/open/like", {"on": "1", "next": "https://evil.example"}, headers=HTMX)
    assert part["HX-Redirect"] == "/account/login/?next=%2Fs%2Fopen"
    assert Like.objects.count() == 0


def test_a_comment_is_counted_shown_and_told(spark: Spark, as_lina: Client) -> None:
    as_lina.post("/s/open/comment", {"words": "  <b>Lovely</b> "})
    spark.refresh_from_db()
    page = as_lina.get("/s/open").content.decode()

    assert (spark.comments, Comment.objects.get().words) == (1, "<b>Lovely</b>")
    assert "&lt;b&gt;Lovely" in page
    assert Notice.objects.get().recipient == spark.author


@pytest.mark.parametrize("words", ["", "   ", "\x00", "x" * 401, "x" * 50_000])
def test_a_wrong_comment_changes_nothing(spark: Spark, as_lina: Client, words: str) -> None:
    answer = as_lina.post("/s/open/comment", {"words": words}, headers=HTMX)
    spark.refresh_from_db()

    assert answer.status_code == 422
    assert (spark.comments, Comment.objects.count()) == (0, 0)


def test_a_refused_comment_is_all_there_and_a_refused_reply_stays_a_reply(spark: Spark, as_lina: Client) -> None:
    long = "x" * 50_000
    answer = as_lina.post(f"/s/{spark.code}/comment", {"words": long})
    assert (answer.status_code, Comment.objects.count()) == (422, 0)
    assert "400 characters at most" in answer.content.decode()
    assert long in answer.content.decode()

    first = acts.comment(spark=spark, author=UserFactory(), words="First")
    page = as_lina.post(f"/s/{spark.code}/comment", {"words": long, "parent": first.pk}).content.decode()
    assert f'id="reply-{first.pk}" name="words" rows="2" required aria-invalid="true">{long}' in page
    assert page.count(long) == 1


def test_a_mention_leads_to_whom_the_reader_may_know_of(spark: Spark, mei: Mei, lina: User, as_guest: Client) -> None:
    acts.comment(spark=spark, author=UserFactory(), words="<b>@SlowHome.</b> and @nobody.here")
    link = '&lt;b&gt;<a class="link" href="/@slowhome">@SlowHome</a>.&lt;/b&gt; and @nobody.here'
    address = f"/s/{spark.code}"
    assert link in as_guest.get(address).content.decode()

    Block.objects.create(blocker=mei.user, blocked=lina)
    assert 'href="/@slowhome"' in as_guest.get(address).content.decode()
    assert 'href="/@slowhome"' not in client_for(lina).get(address).content.decode()


def test_400_signs_are_taken_and_401_are_not(spark: Spark) -> None:
    acts.comment(spark=spark, author=settled(), words="字" * 400)
    with pytest.raises(LongComment):
        acts.comment(spark=spark, author=settled(), words="字" * 401)


def test_links_and_mentions_by_the_dozen_are_refused(spark: Spark) -> None:
    old, new = settled(), UserFactory()
    links = " ".join(f"https://{n}.example" for n in range(6))
    acts.comment(spark=spark, author=old, words="https://a.example and www.b.example @one @two")
    for person, words in [(old, links), (new, links), (old, "@one @two @three @four @five @six")]:
        with pytest.raises(TooManyLinks):
            acts.comment(spark=spark, author=person, words=words)

    assert Comment.objects.count() == 1


def test_a_new_account_comments_ten_times_an_hour(spark: Spark) -> None:
    new = UserFactory()
    for n in range(10):
        acts.comment(spark=spark, author=new, words=f"No. {n}")
    with pytest.raises(TooFast):
        acts.comment(spark=spark, author=new, words="No. 10")

    assert Comment.objects.count() == 10


@pytest.mark.parametrize(
    ("act", "most"),
    [("like", 100), ("vote", 40), ("want", 40), ("helpful", 40), ("report", 10), ("comment", 10), ("post", 4)],
)
def test_every_act_of_a_new_account_has_a_limit_an_hour(db: None, act: str, most: int) -> None:
    new, old = UserFactory(), settled()
    limits.check_pace(act, by=new, times=most)
    with pytest.raises(TooFast):
        limits.check_pace(act, by=new)

    limits.check_pace(act, by=old, times=limits.HOURLY[act][0])
    with pytest.raises(TooFast):
        limits.check_pace(act, by=old)


def test_what_comes_too_fast_changes_nothing_and_says_when(
    spark: Spark, as_lina: Client, lina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for act in limits.HOURLY:
        monkeypatch.setitem(limits.HOURLY, act, (0, 0))
    product = ProductFactory()
    poll = polls.set_poll(spark=spark, question="Which?", options=[("This", product), ("That", None)], days=3)
    comment = Comment.objects.create(spark=spark, author=UserFactory(), words="Yes")
    like = as_lina.post("/s/open/like", {"on": "1"})
    want = as_lina.post(f"/sparks/want/{product.pk}", {"on": "1"})
    thanks = as_lina.post(f"/s/open/comments/{comment.pk}/helpful", {"on": "1"})
    vote = as_lina.post("/s/open/vote", {"option": poll.options.first().pk}, headers=HTMX)
    report = as_lina.post("/s/open/report", {"reason": "spam"})
    said = as_lina.post("/s/open/comment", {"words": "Lovely"})

    assert [answer.status_code for answer in (like, want, thanks, vote, report, said)] == [429, 429, 429, 422, 422, 422]
    assert int(like["Retry-After"]) <= 3600
    assert "Lovely</textarea>" in said.content.decode()
    counts = [model.objects.count() for model in (Like, ProductVote, Helpful, PollVote, Report)]
    assert (counts, Comment.objects.count()) == ([0] * 5, 1)


def test_mentions_of_many_comments_together_have_a_limit(spark: Spark) -> None:
    new = UserFactory()
    for n in range(4):
        acts.comment(spark=spark, author=new, words=f"@a{n}x @b{n}x")
    with pytest.raises(TooFast):
        acts.comment(spark=spark, author=new, words="@another")

    assert Comment.objects.count() == 4


def test_replies_to_replies_stand_under_the_first_and_go_with_it(spark: Spark) -> None:
    one = acts.comment(spark=spark, author=settled(), words="One")
    two = acts.comment(spark=spark, author=settled(), words="Two", parent=one)
    three = acts.comment(spark=spark, author=settled(), words="Three", parent=two)
    assert three.parent == one

    assert (acts.drop_comment(row=one), acts.drop_comment(row=one)) == (3, 0)
    spark.refresh_from_db()
    assert spark.comments == 0
    one.refresh_from_db()
    acts.restore_comment(row=one)
    spark.refresh_from_db()
    assert (spark.comments, Comment.objects.filter(removed_at__isnull=True).count()) == (3, 3)


def test_only_the_writer_and_the_asker_take_a_comment_away(spark: Spark, lina: User, as_otto: Client) -> None:
    row = acts.comment(spark=spark, author=lina, words="Mine")
    assert as_otto.post(f"/s/open/comments/{row.pk}/drop").status_code == 404
    assert client_for(spark.author).post(f"/s/open/comments/{row.pk}/drop").status_code == 302
    row.refresh_from_db()

    assert row.removed_at is not None


# --- Polls


@pytest.fixture
def poll(spark: Spark) -> object:
    return polls.set_poll(spark=spark, question="Which?", options=[("This", None), ("That", None)], days=3)


@pytest.mark.parametrize(
    "options", [[], ["One"], ["One", ""], ["Same", "same"], ["Same", " Same "], ["1", "2", "3", "4", "5"]]
)
def test_a_poll_needs_two_to_four_different_options(spark: Spark, options: list[str]) -> None:
    with pytest.raises(NotTwoOptions):
        polls.set_poll(spark=spark, question="Which?", options=[(words, None) for words in options], days=3)

    assert queries.poll_view(spark, None) is None


def test_one_vote_a_person_and_it_may_change_until_closing(spark: Spark, poll: object, lina: User) -> None:
    this, that = poll.options.all()
    for option in (this, this, that):
        polls.vote(poll=poll, option=option, user=lina)
    assert PollVote.objects.get().option == that

    with pytest.raises(PollClosed):
        polls.vote(poll=poll, option=this, user=lina, now=poll.closes_at)
    assert PollVote.objects.get().option == that


def test_two_devices_leave_one_vote(spark: Spark, poll: object, lina: User) -> None:
    this, that = poll.options.all()
    phone, laptop = client_for(lina), client_for(lina)
    phone.post("/s/open/vote", {"option": this.pk})
    answer = laptop.post("/s/open/vote", {"option": that.pk}, headers=HTMX)

    assert PollVote.objects.get().option == that
    assert "You voted That. 100%, 1 of 1." in answer["HX-Trigger"]


@pytest.mark.parametrize("option", ["", "0", "abc", "999999999999999999999", "-1"])
def test_an_answer_of_no_poll_is_not_found(spark: Spark, poll: object, as_lina: Client, option: str) -> None:
    assert as_lina.post("/s/open/vote", {"option": option}).status_code == 404
    assert PollVote.objects.count() == 0


def test_a_late_vote_is_refused_in_words(spark: Spark, poll: object, as_lina: Client) -> None:
    type(poll).objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    answer = as_lina.post("/s/open/vote", {"option": poll.options.first().pk}, headers=HTMX)

    assert answer.status_code == 422
    assert "This poll has closed" in answer.content.decode()
    assert PollVote.objects.count() == 0


def test_results_are_hidden_before_voting(spark: Spark, poll: object, lina: User, otto: User) -> None:
    polls.vote(poll=poll, option=poll.options.first(), user=otto)

    assert not queries.poll_view(spark, lina).shows_result
    view = queries.poll_view(spark, otto)
    assert [(option.percent, option.votes, option.is_mine) for option in view.options] == [
        (100, 1, True),
        (0, 0, False),
    ]


def test_votes_of_owners_are_counted_apart(spark: Spark, lina: User, otto: User) -> None:
    product = ProductFactory()
    OrderLineFactory(order=OrderFactory(user=lina), product=product, delivered_at=timezone.now())
    poll = polls.set_poll(spark=spark, question="Which?", options=[("Mug", product), ("None", None)], days=3)
    for person in (lina, otto):
        polls.vote(poll=poll, option=poll.options.first(), user=person)
    view = queries.poll_view(spark, lina)

    assert (view.total, view.owners) == (2, 1)


def test_a_poll_with_votes_keeps_its_words(spark: Spark, poll: object, lina: User) -> None:
    polls.vote(poll=poll, option=poll.options.first(), user=lina)
    with pytest.raises(PollStands):
        polls.set_poll(spark=spark, question="Which?", options=[("This", None), ("Those", None)], days=3)

    assert PollVote.objects.count() == 1


def test_the_asker_says_what_came_of_it_once_closed(spark: Spark, poll: object) -> None:
    author = client_for(spark.author)
    option = poll.options.first()
    author.post("/s/open/outcome", {"option": option.pk})
    poll.refresh_from_db()
    assert poll.outcome == ""
    type(poll).objects.update(closes_at=timezone.now())
    author.post("/s/open/outcome", {"option": option.pk})

    assert "What came of it:" in client_for(None).get("/s/open").content.decode()


# --- Hottest products, reports


def test_one_more_owner_never_lowers_a_product(db: None) -> None:
    mug, lamp = ProductFactory(), ProductFactory()
    acts.set_wanted(product=lamp, user=settled(), on=True)
    places = []
    for _ in range(4):
        person = settled()
        OrderLineFactory(order=OrderFactory(user=person), product=mug, delivered_at=timezone.now())
        acts.set_wanted(product=mug, user=person, on=True)
        heating.refresh()
        level = Heat.objects.get(kind="all", product=mug).level
        places.append((level, [row.product for row in queries.hottest(None)].index(mug)))

    assert [place for _level, place in places] == [0, 0, 0, 0]
    assert sorted(level for level, _place in places) == [level for level, _place in places]


def test_the_hottest_products_net_of_young_accounts(spark: Spark) -> None:
    mug, lamp = ProductFactory(name="Mug"), ProductFactory(name="Lamp")
    for _ in range(3):
        acts.set_wanted(product=mug, user=settled(), on=True)
    acts.set_wanted(product=lamp, user=settled(), on=True)
    for _ in range(50):
        acts.set_wanted(product=lamp, user=UserFactory(), on=True)

    assert hottest() == [("Mug", 12_000), ("Lamp", 4_000)]
    assert [row.score.young for row in queries.hottest(None)] == [0, 50]
    page = client_for(None).get("/trending").content.decode()
    assert "3 would buy it" in page
    assert "50 new accounts left out" in page


def test_what_is_sent_back_cools_and_friends_of_the_author_count_three(spark: Spark) -> None:
    product = ProductFactory()
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    from tests.factories.accounts import befriend

    for _ in range(5):
        friend = settled()
        befriend(spark.author, friend)
        acts.set_wanted(product=product, user=friend, on=True)
    assert hottest() == [(product.name, 12_000)]
    for _ in range(4):
        OrderLineFactory(product=product, delivered_at=timezone.now(), refunded_minor=2400)
    stir([product.pk])

    assert hottest() == [(product.name, 6_000)]


def test_saves_and_likes_count_once_a_person(spark: Spark) -> None:
    product = ProductFactory()
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    person = settled()
    client_for(person).post(f"/p/{product.slug}/save")
    acts.set_liked(spark=spark, user=person, on=True)
    assert ListItem.objects.count() == 1

    assert hottest() == [(product.name, 2_000)]
    score = queries.hottest(None)[0].score
    assert (score.saves, score.likes) == (1, 0)


def test_a_vote_is_written_once_with_ownership(as_lina: Client, lina: User) -> None:
    product = ProductFactory()
    OrderLineFactory(order=OrderFactory(user=lina), product=product, delivered_at=timezone.now())
    for _ in range(2):
        as_lina.post(f"/sparks/want/{product.pk}", {"on": "1"})
    assert ProductVote.objects.get().is_owner
    as_lina.post(f"/sparks/want/{product.pk}", {"on": "0"}, headers=HTMX)

    assert ProductVote.objects.count() == 0


def test_a_product_is_voted_for_from_any_card(mei: Mei, as_lina: Client, as_guest: Client, lina: User) -> None:
    _spark, product = tagged(mei.user)
    address = f"/sparks/want/{product.pk}"
    part = {"HX-Request": "true"}
    for page in ("/sparks", "/s/shop", product.get_absolute_url()):
        assert f'action="{address}"' in as_lina.get(page).content.decode()
    # The sheet of the bookmark, which every product's card has, asks for it.
    sheet = as_lina.get(f"/p/{product.slug}/save", headers=part).content.decode()
    assert f'hx-get="{address}?at=sheet"' in sheet
    assert 'value="1">I would buy it' in as_lina.get(f"{address}?at=sheet", headers=part).content.decode()
    assert ProductVote.objects.count() == 0

    answer = as_lina.post(address, {"on": "1", "at": "shop"}, headers=part).content.decode()
    assert f'id="want-{product.pk}-shop"' in answer
    assert [
        page
        for page in ("/sparks", product.get_absolute_url())
        if "You would buy it" not in as_lina.get(page).content.decode()
    ] == []
    assert "/account/login/" in as_guest.post(address, {"on": "1"}, headers=part)["HX-Redirect"]
    assert list(ProductVote.objects.values_list("user", "product")) == [(lina.pk, product.pk)]


def test_a_report_is_kept_once_and_decided_for_all(
    spark: Spark, as_lina: Client, as_otto: Client, as_rhea: Client
) -> None:
    for client in (as_lina, as_lina, as_otto):
        client.post("/s/open/report", {"reason": "advert", "note": "No label"})
    assert Report.objects.count() == 2
    assert "No label" in as_rhea.get("/sparks/reports").content.decode()
    as_rhea.post(f"/sparks/reports/{Report.objects.first().pk}", {"uphold": "1"})
    spark.refresh_from_db()

    assert spark.state == "hidden"
    assert set(Report.objects.values_list("state", flat=True)) == {"upheld"}


def test_a_report_without_a_reason_says_so(spark: Spark, as_lina: Client) -> None:
    assert as_lina.post("/s/open/report", {"reason": "because"}).status_code == 422
    assert Report.objects.count() == 0


# --- Buying from a tag


def tagged(author: User) -> tuple[Spark, object]:
    spark = SparkFactory(author=author, code="shop")
    product = ProductFactory()
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    return spark, product


def test_a_tag_goes_into_the_cart_with_its_author(mei: Mei, as_lina: Client) -> None:
    spark, product = tagged(mei.user)
    answer = as_lina.post("/s/shop/cart", {"product": product.pk}, headers=HTMX)
    line = CartLine.objects.get()

    assert answer.status_code == 200
    assert (line.influencer, line.source, line.variant.product) == (mei.influencer, f"spark:{spark.pk}", product)


def test_the_author_is_credited_when_it_is_paid(mei: Mei, lina: User) -> None:
    _spark, product = tagged(mei.user)
    client = client_for(lina)
    client.post("/s/shop/cart", {"product": product.pk})
    line = CartLine.objects.get()
    order = OrderFactory(user=lina, email=lina.email)
    bought = OrderLineFactory(
        order=order, product=product, influencer=line.influencer, source=line.source, touched_at=line.touched_at,
        added_at=line.added_at,
    )  # fmt: skip
    accrue_for(order=Order.objects.get(pk=order.pk))

    assert Decision.objects.get(line=bought).reason == "cart_line"
    assert "A Spark" in client_for(mei.user).get("/studio/earnings").content.decode()


def test_a_member_who_is_no_creator_earns_nothing(otto: User, as_lina: Client) -> None:
    _spark, product = tagged(otto)
    as_lina.post("/s/shop/cart", {"product": product.pk})

    assert CartLine.objects.get().influencer is None


def test_a_guest_buys_from_a_tag(mei: Mei, as_guest: Client) -> None:
    _spark, product = tagged(mei.user)

    assert as_guest.post("/s/shop/cart", {"product": product.pk})["Location"] == "/cart"
    assert "Product" in as_guest.get("/cart").content.decode()


def test_a_product_with_choices_leads_to_its_page_with_the_referral(mei: Mei, as_lina: Client) -> None:
    spark, product = tagged(mei.user)
    VariantFactory(product=product)

    answer = as_lina.post("/s/shop/cart", {"product": product.pk})
    assert answer["Location"] == f"/p/{product.slug}?via=slowhome&from=spark:{spark.pk}"
    assert CartLine.objects.count() == 0


def test_colour_and_size_are_chosen_in_the_card(mei: Mei, as_lina: Client) -> None:
    spark, product = tagged(mei.user)
    green, gone = (
        VariantFactory(product=product, options={"Colour": name}, stock=n) for name, n in (("Moss", 3), ("Ember", 0))
    )
    asked = as_lina.post("/s/shop/cart", {"product": product.pk}, headers={"HX-Request": "true"}).content.decode()
    assert asked.startswith('<form class="spark-choose')
    assert f'<option value="{green.pk}">Moss' in asked
    assert f'<option value="{gone.pk}" disabled>Ember' in asked
    assert CartLine.objects.count() == 0

    form = {"product": product.pk, "variant": VariantFactory().pk}
    assert "spark-choose" in as_lina.post("/s/shop/cart", form, headers={"HX-Request": "true"}).content.decode()
    as_lina.post("/s/shop/cart", form | {"variant": green.pk}, headers={"HX-Request": "true"})
    line = CartLine.objects.get()
    assert (line.variant, line.influencer, line.source) == (green, mei.influencer, spark.source)


def test_a_product_withdrawn_after_posting_cannot_be_bought_and_breaks_nothing(mei: Mei, as_lina: Client) -> None:
    _spark, product = tagged(mei.user)
    type(product).objects.update(is_active=False)

    answer = as_lina.post("/s/shop/cart", {"product": product.pk}, headers={"HX-Request": "true"})
    assert (answer.status_code, CartLine.objects.count()) == (422, 0)
    assert "no longer sold" in answer.content.decode()
    page = as_lina.get("/s/shop").content.decode()
    assert "No longer sold" in page
    # A withdrawn product has no page: neither its pin nor its label leads there.
    assert f"/p/{product.slug}" not in page
    assert "No longer sold" in as_lina.get("/sparks").content.decode()


def test_a_product_that_the_spark_does_not_tag_is_not_found(mei: Mei, as_lina: Client) -> None:
    tagged(mei.user)

    assert as_lina.post("/s/shop/cart", {"product": ProductFactory().pk}).status_code == 404


def test_labels_stand_beside_the_author(mei: Mei, as_guest: Client) -> None:
    tagged(mei.user)
    SparkFactory(code="paid", is_sponsored=True, is_gifted=True)
    assert "Earns commission" in as_guest.get("/s/shop").content.decode()
    paid = as_guest.get("/s/paid").content.decode()

    assert paid.index("Paid partnership") < paid.index("Gifted") < paid.index('class="spark-acts"')
    mei.influencer.state = "suspended"
    mei.influencer.save()
    assert "Earns commission" not in as_guest.get("/s/shop").content.decode()


def test_the_page_is_open_to_search_engines(mei: Mei, as_guest: Client, settings: LazySettings) -> None:
    tagged(mei.user)
    page = as_guest.get("/s/shop").content.decode()

    assert f'<link rel="canonical" href="{settings.SITE_URL}/s/shop">' in page
    assert f'<meta property="og:image" content="{settings.SITE_URL}/media/sparks/large.webp">' in page
    assert 'itemtype="https://schema.org/SocialMediaPosting"' in page
