"""What the programme's pages show, and the gates to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from core.paging import Page, page_of
from influencers import scoring
from influencers.countries import country_name
from influencers.models import Application, ApplicationEvent, Click, CreatorCode, Influencer, Link, SocialAccount
from influencers.services.applying import POLICY, AccountFigures, reach_of
from influencers.topics import TOPICS

QUEUE_SIZE = 20
NEAR_POINTS = 5
VERDICT_KINDS = {"likely": "ok", "close": "warn", "not_yet": "info"}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One factor with her own numbers: ``points`` of at most ``most``; ``advice`` says what would move it."""

    key: str
    label: str
    points: float
    most: float
    sentence: str
    advice: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score as both sides see it."""

    points: float
    verdict: str
    label: str
    kind: str
    lines: list[ScoreLine]
    remarks: list[str]
    accounts: list[tuple[str, float]]
    needed: int
    version: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of an application's story; ``at`` is None for what has not happened yet."""

    label: str
    at: datetime | None
    actor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with the programme."""

    influencer: Influencer | None
    latest: Application | None

    @property
    def may_edit(self) -> bool:
        """She may fill in an application now."""
        if self.influencer:
            return False
        if self.latest is None or self.latest.state == Application.State.DRAFT:
            return True
        return (
            self.latest.state == Application.State.DECLINED
            and (self.latest.reapply_on is None or self.latest.reapply_on <= timezone.localdate())
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Where an application stands."""

    application: Application
    score: ScoreView | None
    moments: list[Moment]
    may_reapply: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application in the reviewer's list."""

    application: Application
    topics: str
    kind: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One case with all that a decision needs."""

    application: Application
    accounts: list[SocialAccount]
    score: ScoreView | None
    moments: list[Moment]
    previous: list[Application]
    topics: str
    country: str
    next_pk: int | None
    prev_pk: int | None
    is_open: bool
    is_own: bool


def topic_names(slugs: Sequence[str]) -> str:
    """Topics in words of the page's language, with commas."""
    names = dict(TOPICS)
    return ", ".join(str(names.get(slug, slug)) for slug in slugs)


def standing_of(user: User) -> Standing:
    """Where she stands: her influencer row and her latest application."""
    return Standing(
        influencer=Influencer.objects.filter(user=user).first(),
        latest=Application.objects.filter(user=user).order_by("-pk").first(),
    )


def programme() -> dict[str, Any]:
    """The rule in force, for the page that explains it: the policy, and the weights in points by factor."""
    return {"policy": POLICY, "weights": {key: round(100 * weight) for key, weight in POLICY.weights}}


def accounts_of(application: Application | None) -> list[SocialAccount]:
    """The accounts in the order in which they were entered."""
    return list(application.accounts.order_by("pk")) if application else []


def live_score(figures: Iterable[AccountFigures]) -> ScoreView:
    """The score of what was typed, by the same rule and in the same words as the stored one."""
    reaches = [
        scoring.Reach(
            platform=item.platform,
            handle=item.handle,
            followers=item.followers,
            posts_in_60_days=item.posts_in_60_days,
            likes=item.average_likes,
            comments=item.average_comments,
            views=item.average_views,
            following=item.following,
            opened_on=item.opened_on,
        )
        for item in figures
    ]
    today = timezone.localdate()
    result = scoring.score(reaches, POLICY, today=today)
    return score_view(asdict(result), reaches, POLICY.version, today=today)


def stored_score(application: Application, accounts: Sequence[SocialAccount]) -> ScoreView | None:
    """The score that was kept with the application; None for a draft."""
    if not application.score or application.submitted_at is None:
        return None
    reaches = [reach_of(account) for account in accounts]
    day = timezone.localdate(application.submitted_at)
    return score_view(application.score, reaches, application.policy_version, today=day)


def score_view(score: Mapping[str, Any], reaches: Sequence[scoring.Reach], version: str, *, today: date) -> ScoreView:
    """A score (as kept in the database) in words. Sentences carry her own numbers."""
    names = dict(SocialAccount.Platform.choices)
    by_account = {(reach.platform, reach.handle): reach for reach in reaches}
    listed = score.get("accounts") or []
    best = listed[0] if listed else None
    reach = by_account.get((best["platform"], best["handle"])) if best else None
    lines = [_line(part, reach, best, listed, names, today) for part in score["parts"]] if best and reach else []
    return ScoreView(
        points=score["points"],
        verdict=score["verdict"],
        label={"likely": _("Likely to qualify"), "close": _("Close"), "not_yet": _("Not yet")}[score["verdict"]],
        kind=VERDICT_KINDS[score["verdict"]],
        lines=lines,
        remarks=_remarks(score),
        accounts=[(f"{names[item['platform']]} @{item['handle']}", item["points"]) for item in listed],
        needed=POLICY.likely_from,
        version=version,
    )


def _remarks(score: Mapping[str, Any]) -> list[str]:
    """What the number alone does not say: what was left out, and what bars the way."""
    remarks = []
    flags = score.get("flags") or []
    if "no_account" in flags:
        remarks.append(_("Add an account to see a score."))
    if "too_few_followers" in flags:
        remarks.append(
            _("Not eligible yet, whatever the score: one account needs %(floor)d followers or more.")
            % {"floor": POLICY.follower_floor}
        )
    if "unlikely_engagement" in flags:
        remarks.append(_("A reviewer looks closer: so much or so little engagement is unusual for this size."))
    missing = [_labels()[key] for key in score.get("missing") or []]
    if missing:
        remarks.append(
            _("Left out because we do not know it yet: %(factors)s. The other factors count for more instead.")
            % {"factors": ", ".join(missing)}
        )
    return remarks


def _labels() -> dict[str, str]:
    return {
        "engagement": _("Engagement"),
        "audience": _("Audience"),
        "health": _("Account health"),
        "activity": _("Activity"),
        "fit": _("Fit"),
        "second": _("Second account"),
    }


def _line(
    part: Mapping[str, Any],
    reach: scoring.Reach,
    best: Mapping[str, Any],
    listed: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    today: date,
) -> ScoreLine:
    """One factor in words."""
    network = names[reach.platform]
    key = part["key"]
    sentence = advice = ""
    if key == "engagement":
        sentence, advice = _engagement_words(reach, best["rate"], network, part["most"])
    elif key == "audience":
        sentence = _(
            "%(followers)s followers on %(network)s. The scale is logarithmic: the first 10,000 matter most."
        ) % {
            "followers": _number(reach.followers),
            "network": network,
        }
        advice = _("Twice the followers add about %(points)s points.") % {
            "points": number_format(round(scoring.gain_of_doubling(POLICY) * part["most"] / 100, 1), 1)
        }
    elif key == "health":
        sentence, advice = _health_words(best["flags"], reach, network, today)
    elif key == "activity":
        sentence = ngettext(
            "%(count)s post in the last 60 days.", "%(count)s posts in the last 60 days.", reach.posts_in_60_days
        ) % {"count": _number(reach.posts_in_60_days)}
        needed = 100 // POLICY.points_per_post
        if reach.posts_in_60_days < needed:
            advice = _("%(count)d posts in 60 days give all points.") % {"count": needed}
    elif key == "fit":
        sentence = (
            _("A reviewer judges how much of your posts shows products.")
            if part["value"] is None
            else _("A reviewer gave %(given)d of 4 for how much of it shows products.")
            % {"given": reach.relevance or 0}
        )
        if part["value"] is not None and part["value"] < 100:
            advice = _("Show the things you use, and link them.")
    elif key == "second":
        other = listed[1]
        sentence = _("A tenth of %(network)s @%(handle)s, which has %(points)s points of its own.") % {
            "network": names[other["platform"]],
            "handle": other["handle"],
            "points": number_format(round(other["points"], 1), 1),
        }
    return ScoreLine(
        key=key,
        label=_labels()[key],
        points=round(part["points"], 1),
        most=round(part["most"], 1),
        sentence=sentence,
        advice=advice,
        is_missing=part["value"] is None,
    )


def _engagement_words(reach: scoring.Reach, rate: float | None, network: str, most: float) -> tuple[str, str]:
    per_view = reach.platform in POLICY.per_view
    if rate is None:
        needed = _("likes, comments and views") if per_view else _("likes and comments")
        return (
            _("We do not know how people react on %(network)s.") % {"network": network},
            _("Add the %(numbers)s of a typical post.") % {"numbers": needed},
        )
    low, below, average, high = scoring.band_of(reach.platform, reach.followers, POLICY)
    words = {"rate": number_format(round(rate, 2), 2), "network": network}
    sentence = (
        _("%(rate)s%% of viewers react to a typical post on %(network)s.") % words
        if per_view
        else _("%(rate)s%% of followers react to a typical post on %(network)s.") % words
    )
    target = next((edge for edge in (low, below, average, high) if rate < edge), None)
    if target is None:
        return sentence, ""
    gain = scoring.band_value(target, (low, below, average, high), POLICY) - scoring.band_value(
        rate, (low, below, average, high), POLICY
    )
    advice = _("At %(rate)s%% it would add about %(points)s points.") % {
        "rate": number_format(round(target, 2), 2),
        "points": number_format(round(gain * most / 100, 1), 1),
    }
    return sentence, advice


def _health_words(flags: Sequence[str], reach: scoring.Reach, network: str, today: date) -> tuple[str, str]:
    if not flags:
        return _("Nothing unusual on %(network)s.") % {"network": network}, ""
    sentences = []
    advice = ""
    for flag in flags:
        if flag == "young" and reach.opened_on:
            weeks = max(0, (today - reach.opened_on).days // 7)
            sentences.append(
                ngettext(
                    "Your %(network)s account is %(weeks)d week old.",
                    "Your %(network)s account is %(weeks)d weeks old.",
                    weeks,
                )
                % {"network": network, "weeks": weeks}
            )
            advice = _("This rises with time.")
        elif flag == "quiet":
            sentences.append(_("There was hardly a post on %(network)s lately.") % {"network": network})
            advice = _("Two posts in 60 days lift this.")
        elif flag == "follows_many":
            sentences.append(
                _("You follow %(following)s accounts and have %(followers)s followers.")
                % {"following": _number(reach.following or 0), "followers": _number(reach.followers)}
            )
            advice = _("Fewer follows than twice your followers lift this.")
        elif flag == "unlikely_engagement":
            sentences.append(_("The engagement on %(network)s is unusual for its size.") % {"network": network})
            advice = advice or _("Link evidence that explains it.")
    return " ".join(sentences), advice


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


def status_page(user: User) -> StatusPage:
    """Her latest application that was sent; 404 when there is none."""
    application = Application.objects.sent().filter(user=user).order_by("-pk").first()
    if application is None:
        raise Http404
    return StatusPage(
        application=application,
        score=stored_score(application, accounts_of(application)),
        moments=_story(application, for_applicant=True),
        may_reapply=application.state == Application.State.DECLINED and standing_of(user).may_edit,
    )


def _story(application: Application, *, for_applicant: bool) -> list[Moment]:
    """What happened, oldest first; for the applicant also what comes next, without the reviewer's name."""
    words = {
        "submitted": _("Sent"),
        "asked": _("Question from the reviewer"),
        "answered": _("Answer sent"),
        "approved": _("Approved"),
        "declined": _("Not yet"),
        "rated": _("Fit judged"),
    }
    events = ApplicationEvent.objects.filter(application=application).select_related("actor").order_by("at", "pk")
    moments = [
        Moment(
            label=words.get(event.kind, event.kind),
            at=event.at,
            actor="" if for_applicant or event.actor is None else event.actor.name,
            note="" if for_applicant and event.kind == "rated" else event.note,
        )
        for event in events
    ]
    if for_applicant and application.state == Application.State.SUBMITTED:
        moments += [Moment(label=_("In review, usually 3 days"), at=None), Moment(label=_("Decision"), at=None)]
    elif for_applicant and application.state == Application.State.NEEDS_MORE:
        moments.append(Moment(label=_("Waiting for your answer"), at=None))
    return moments


def queue_rows(show: str) -> QuerySet[Application]:
    """The applications of one view of the queue, oldest first: ``oldest``, ``near``, ``reapplied``, ``asked``."""
    waiting = Application.objects.waiting().select_related("user")
    if show == "near":
        return waiting.near(POLICY.likely_from, within=NEAR_POINTS)
    if show == "reapplied":
        return waiting.reapplied()
    if show == "asked":
        asked = Application.objects.filter(state=Application.State.NEEDS_MORE).select_related("user")
        return asked.order_by("submitted_at", "pk")
    return waiting


def queue_page(request: HttpRequest, show: str) -> tuple[Page, list[QueueRow], int]:
    """A page of the queue, its rows, and how many applications wait for a reviewer."""
    page = page_of(queue_rows(show), request, size=QUEUE_SIZE)
    rows = [
        QueueRow(
            application=application,
            topics=topic_names(application.topics),
            kind=VERDICT_KINDS.get((application.score or {}).get("verdict", ""), "neutral"),
        )
        for application in page.items
    ]
    waiting = Application.objects.waiting().aggregate(count=Count("pk"))["count"]
    return page, rows, waiting


def application_for_review(pk: int) -> Application:
    """The gate of a reviewer's acts: 404 for a draft or no application."""
    return get_object_or_404(Application.objects.sent().select_related("user", "decided_by"), pk=pk)


def review_page(pk: int, reviewer: User) -> ReviewPage:
    """One application as its reviewer sees it; 404 for a draft or no application."""
    application = application_for_review(pk)
    accounts = accounts_of(application)
    waiting = Application.objects.waiting()
    after, before = waiting.after(application).first(), waiting.before(application).last()
    previous = Application.objects.sent().filter(user=application.user_id, pk__lt=application.pk).order_by("-pk")[:5]
    return ReviewPage(
        application=application,
        accounts=accounts,
        score=stored_score(application, accounts),
        moments=_story(application, for_applicant=False),
        previous=list(previous),
        topics=topic_names(application.topics),
        country=country_name(application.country, get_language() or "en"),
        next_pk=after.pk if after else None,
        prev_pk=before.pk if before else None,
        is_open=application.state == Application.State.SUBMITTED,
        is_own=application.user_id == reviewer.pk,
    )


def next_case(after: Application) -> tuple[int | None, int]:
    """The case that follows in the queue (from the top again at its end), and how many wait."""
    waiting = Application.objects.waiting()
    following = waiting.after(after).first() or waiting.first()
    return (following.pk if following else None), waiting.count()


# --- Channels and codes


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with what it brought in the last 28 days."""

    link: Link
    address: str
    clicks: int
    scans: int


@dataclass(frozen=True, slots=True)
class ChannelsPage:
    """What a creator hands out: her code and her channels."""

    code: CreatorCode | None
    older_codes: list[CreatorCode]
    channels: list[Channel]
    put_away: list[Channel]


def link_at(code: str) -> Link:
    """The channel at a short address; 404 for none."""
    return get_object_or_404(Link.objects.select_related("influencer__user", "product"), code=code.lower())


def destination(link: Link, source: str) -> str:
    """Where a channel leads: a page of this site, with the source by which it is entered."""
    handle = link.influencer.user.handle
    if link.product is not None:
        return f"{link.product.get_absolute_url()}?via={handle}&from={source}"
    path = link.path or (reverse("storefront:page", args=[handle]) if handle else "/")
    return f"{path}?from={source}"


def channel_of(influencer: Influencer, pk: int) -> Link:
    """One of her channels; 404 for any other."""
    return get_object_or_404(Link.objects.select_related("influencer__user"), influencer=influencer, pk=pk)


def channels_page(influencer: Influencer) -> ChannelsPage:
    """Her codes and channels; three queries however many there are."""
    codes = list(CreatorCode.objects.filter(influencer=influencer).order_by("-created_at", "-pk"))
    since = timezone.now() - timedelta(days=28)
    came = Click.objects.filter(influencer=influencer, at__gte=since).filter(
        Q(source__startswith="channel:") | Q(source__startswith="qr:")
    )
    counts = dict(came.values("source").annotate(n=Count("pk")).values_list("source", "n"))
    channels = [
        Channel(
            link, urljoin(settings.SITE_URL, link.get_absolute_url()), counts.get(f"channel:{link.pk}", 0),
            counts.get(f"qr:{link.pk}", 0),
        )
        for link in Link.objects.filter(influencer=influencer).select_related("product").order_by("-created_at", "-pk")
    ]  # fmt: skip
    return ChannelsPage(
        code=codes[0] if codes else None,
        older_codes=codes[1:],
        channels=[one for one in channels if one.link.archived_at is None],
        put_away=[one for one in channels if one.link.archived_at is not None],
    )


def channel_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The names of those of the channels that are hers."""
    return dict(influencer.links.filter(pk__in=ids).values_list("pk", "name"))
