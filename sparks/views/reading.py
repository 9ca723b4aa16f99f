"""Feeds, one Spark, the hottest products."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.budget import seconds_to_wait
from core.http import MemberRequest, is_part_request, render_page
from core.views import safe_next
from influencers.referral_cookie import came_through, client_address, is_opened, is_robot
from sparks import live, queries
from sparks.badges import DEFAULT_POLICY
from sparks.services import acts
from sparks.visitors import CHOSEN, LESS, UNWANTED, chosen_topics, member, unwanted, viewer_key

# A page tells every two seconds at most.
SEEN_A_MINUTE = 60


@login_not_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """For you: whom she knows, and her topics."""
    user = member(request)
    _bring_choices(request)
    rows = queries.without_authors(queries.for_you(user, chosen_topics(request)), unwanted(request))
    return _feed(request, rows, tab="for_you", title=_("For you"))


@require_safe
def following(request: MemberRequest) -> HttpResponse:
    """The people and topics that she follows."""
    return _feed(request, queries.following(request.user), tab="following", title=_("Following"))


@login_not_required
@require_safe
def lively(request: HttpRequest) -> HttpResponse:
    """What people talk of now, liveliest first."""
    rows = queries.without_authors(queries.lively(member(request)), unwanted(request))
    reason = _("People liked it or wrote under it lately.")
    return _feed(request, rows, tab="lively", title=_("Trending"), reason=reason)


@login_not_required
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """One topic, newest first."""
    found = queries.topic_at(slug)
    rows = queries.of_topic(found, member(request))
    reason = _("It is in this topic: newest first.")
    return _feed(
        request, rows, tab="topic", title=found.label, topic=found, atom=found.atom_url, reason=reason
    )  # fmt: skip


@login_not_required
@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """What one person posted, newest first; her page at ``/@handle`` loads the newest as tiles."""
    user = member(request)
    found, rows = queries.of_person(handle, user)
    if request.headers.get("HX-Target") == "sparks-of":
        newest = queries.newest_of(rows, user)
        return render_page(request, "sparks/_tiles.html", {"cards": newest, "person": found, "title": "sparks-of"})
    return _feed(
        request,
        rows,
        tab="person",
        title=found.name,
        handle=found.handle or "",
        atom=queries.atom_of(found),
        reason=_("She posted it."),
    )


@login_not_required
@require_safe
def votes(request: HttpRequest, handle: str) -> HttpResponse:
    """What one person would buy, where she shows it; her page at ``/@handle`` loads it as a part."""
    user = member(request)
    found = queries.votes_page(handle, user)
    return render_page(request, "sparks/votes.html", {"page": found}, fragment="sparks/_votes.html")


@login_not_required
@require_safe
def things(request: HttpRequest) -> HttpResponse:
    """Every Spark that shows something, newest first, with what owners say; from here to each category."""
    return _shelf(request, queries.things_page(), title=_("By category"), tab="things")


@login_not_required
@require_safe
def category(request: HttpRequest, path: str) -> HttpResponse:
    """Sparks with things of a category and those below, newest first, with what owners say."""
    found = queries.category_page(path)
    return _shelf(request, found, title=found.category.label if found.category else "", tab="things")


@login_not_required
@require_safe
def seller(request: HttpRequest, slug: str) -> HttpResponse:
    """Sparks with things of a seller, newest first, with what owners say."""
    found = queries.seller_page(slug, member(request))
    return _shelf(request, found, title=found.seller.name if found.seller else "", tab="seller")


def _shelf(request: HttpRequest, shelf: queries.ShelfPage, *, title: str, tab: str) -> HttpResponse:
    user = member(request)
    rows = queries.on_shelf(shelf.kind, shelf.number, user)
    reason = _("It shows something of this kind: newest first.")
    if tab == "seller":
        reason = _("It shows something of this seller: newest first.")
    return _feed(request, rows, tab=tab, title=title, shelf=shelf, reason=reason)


def _feed(
    request: HttpRequest, rows: Any, *, tab: str, title: str, topic: Any = None, shelf: queries.ShelfPage | None = None,
    handle: str = "", atom: str = "", reason: str = "",
) -> HttpResponse:  # fmt: skip
    user = member(request)
    stream = live.address(topic=topic.slug if topic else "", person=handle, user=user)
    context: dict[str, Any] = {
        "tab": tab,
        "title": title,
        "topic": topic,
        "address": request.path,
        "stream": stream,
        "atom": atom,
        "handle": handle,
    }
    if newest := request.GET.get("since", ""):
        count = queries.arrivals(rows, user, newest)
        return render(request, "sparks/_arrivals.html", context | {"count": count, "newest": newest})
    page = queries.feed_page(rows, user, request.GET.get("before", ""), reason=reason)
    context |= {"page": page, "shelf": shelf, "says": queries.owners_say(page.cards, user) if shelf else {}}
    context["loads_itself"] = _loads_itself(request, page.next)
    if not is_part_request(request):
        followed = queries.topics_followed(user, chosen_topics(request))
        context |= {
            "topics": queries.topics(),
            "is_topic_followed": topic is not None and topic.pk in followed,
            "has_topics": bool(followed),
            "hottest": queries.hottest(user, category=shelf.category if shelf else None, limit=5),
            "people": queries.worth_following(user, 3),
            "lessened": request.session.pop(LESS, None),
        }
    return render_page(request, "sparks/feed.html", context, fragment="sparks/_cards.html")


def _loads_itself(request: HttpRequest, cursor: str) -> bool:
    """Two more pages come by themselves as one scrolls, so that the foot of the page stays in reach; none where data are dear."""
    shown = int(cursor.partition(".")[0] or 0)
    return 0 < shown <= 2 * queries.PAGE_SIZE and request.headers.get("Save-Data") != "on"


def _bring_choices(request: HttpRequest) -> None:
    """Somebody who signed in finds what she chose as a guest: topics, unless she has her own, and less of some people."""
    user = member(request)
    if user is not None and request.session.get(UNWANTED):
        acts.adopt_less(user=user, people=request.session.pop(UNWANTED))
    if user is not None and request.session.get(CHOSEN):
        acts.adopt_topics(user=user, topics=request.session.pop(CHOSEN))


@login_not_required
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """The page says which Sparks were looked at: each counts once a person and day."""
    if not is_robot(request):
        _count(request, request.POST.getlist("code"))
    return HttpResponse(status=204)


def _count(request: HttpRequest, codes: list[str]) -> None:
    """Once a person and day, and not so often that somebody could talk a post out of its first audience."""
    if seconds_to_wait(f"sparks:seen:{client_address(request)}", limit=SEEN_A_MINUTE):
        return
    found = queries.seen_sparks(codes, member(request))
    acts.record_views(sparks=found, visitor=viewer_key(request))


@login_not_required
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One Spark with its comments. Whoever comes here was brought by its author, where her links earn, and has seen it."""
    user = member(request)
    spark = queries.spark_for(code, user)
    shown = queries.spark_page(spark, user, before=request.GET.get("before", ""))
    context = {
        "page": shown,
        "card": shown.card,
        "spark": spark,
        "is_staff": bool(user and user.is_staff),
        "atom": queries.atom_of(spark.author),
    }
    dropped = request.session.get("dropped_comment")
    if dropped and dropped["spark"] == spark.code and not is_part_request(request):
        context["dropped"] = request.session.pop("dropped_comment")["pk"]
    response = render_page(request, "sparks/page.html", context, fragment="sparks/_comments.html")
    if not shown.card.is_self and not is_part_request(request) and is_opened(request):
        _count(request, [spark.code])
    if shown.card.via and not shown.card.is_self and not is_part_request(request):
        creator = spark.author.influencer
        came_through(request, response, influencer=creator, source=spark.source, live_at=spark.posted_at)
    return response


@login_not_required
@require_safe
def edits(request: HttpRequest, code: str) -> HttpResponse:
    """What a Spark said before, for whoever sees it."""
    spark = queries.spark_for(code, member(request))
    return render(request, "sparks/edits.html", {"spark": spark, "edits": queries.edits_of(spark)})


@login_not_required
@require_safe
def badges(request: HttpRequest) -> HttpResponse:
    """What the badges mean."""
    return render(request, "sparks/badges.html", {"policy": DEFAULT_POLICY})


@login_not_required
@require_safe
def badges_of(request: HttpRequest, handle: str) -> HttpResponse:
    """One person's badges and what they rest on."""
    found = queries.badges_of(handle, member(request))
    context = {"found": found, "policy": DEFAULT_POLICY}
    return render_page(request, "sparks/badges.html", context, fragment="sparks/_badge_row.html")


@login_not_required
@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """The hottest products with the reason for each place: of all, of a topic, or of a category."""
    slug, path = request.GET.get("topic", ""), request.GET.get("category", "")
    topic = queries.topic_at(slug) if slug else None
    category = queries.category_at(path) if path and topic is None else None
    context = {
        "hot": queries.hottest(member(request), topic=topic, category=category), "made_at": queries.heat_as_of(),
        "topics": queries.topics(), "topic": topic, "category": category,
        "categories": queries.categories_with_heat(), "tab": "trending",
    }  # fmt: skip
    return render_page(request, "sparks/trending.html", context)


@login_not_required
@require_safe
def on_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The Sparks on a list, for who may see the list, each for who may see it; the page of the list loads them."""
    found = queries.kept_page(slug, member(request), token=request.GET.get("token", "")[:32])
    return render_page(request, "sparks/on_list.html", {"page": found}, fragment="sparks/_on_list.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Pick topics; a guest's are kept on this device until she signs in."""
    user = member(request)
    if request.method == "POST":
        picked = queries.topics_named(request.POST.getlist("topic"))
        if user is None:
            request.session[CHOSEN] = [row.pk for row in picked]
        else:
            acts.choose_topics(user=user, topics=picked)
        return redirect(safe_next(request, "/sparks"))
    context = {
        "topics": queries.topics(),
        "chosen": queries.topics_followed(user, chosen_topics(request)),
        "people": queries.worth_following(user),
    }
    return render_page(request, "sparks/welcome.html", context)
