"""What the reviewers' desk shows, and the gates to it. The queue costs the same however many wait."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from accounts.models import User
from core.paging import Page
from influencers import desk, risk
from influencers.countries import country_name
from influencers.desk import DESK
from influencers.finding import COUNTRY, NETWORK, TOPIC
from influencers.models import (
    Appeal,
    Application,
    ApplicationEvent,
    Connection,
    ReplyTemplate,
    ScorePolicy,
    Snapshot,
    SocialAccount,
)
from influencers.platforms.clients import client_for
from influencers.queries.finding import named, with_marks
from influencers.queries.programme import Moment, accounts_of, stored_score, story_of, topic_names
from influencers.queries.proving import AccountCard, cards_for
from influencers.services import judging
from influencers.services.appealing import may_answer
from influencers.services.reviewing import second_reason
from influencers.services.weighing import figures_of_snapshot, reach_of, told_of
from influencers.social_handles import profile_url
from influencers.wording import VERDICT_KINDS, ScoreView, networks

QUEUE_SIZE = 20
# More are said to be so many: nobody works by the number of a queue as long as that.
MOST_COUNTED = 1_000
BESIDE = 3
LOG_SIZE = 50
State = Application.State
# Where a keyset page goes on: microseconds and number.
MARK = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)
POSTS = 6


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases are asked for; everything left out asks for all that wait."""

    view: str = "waiting"
    q: str = ""
    topic: str = ""
    country: str = ""
    platform: str = ""
    hold: str = ""
    near: bool = False
    reapplied: bool = False
    risky: bool = False
    overdue: bool = False
    order: str = "oldest"

    @property
    def query(self) -> str:
        """The same filters as part of an address, without what goes without saying."""
        plain = Filters()
        given = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) != getattr(plain, name)}
        return urlencode({name: "on" if value is True else value for name, value in given.items()})

    @property
    def is_narrowed(self) -> bool:
        """More is asked than a view and an order."""
        return Filters(view=self.view, order=self.order) != self


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application in the reviewer's list."""

    application: Application
    topics: str
    platforms: str
    kind: str
    clock: desk.Clock
    holder: str
    is_reapplied: bool


@dataclass(frozen=True, slots=True)
class QueueStats:
    """How much waits, since when, and how much of it too long."""

    waiting: int
    overdue: int
    oldest: desk.Clock | None

    @property
    def waiting_words(self) -> str:
        """The number that waits."""
        return count_words(self.waiting)

    @property
    def overdue_words(self) -> str:
        """The number that is overdue."""
        return count_words(self.overdue)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as stated and as fetched; ``percent`` is how far the fetched one lies off."""

    label: str
    stated: int | None
    fetched: int | None
    percent: int | None
    is_notable: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """One account: what the applicant says and what the network says."""

    account: SocialAccount
    figures: list[Figure]
    profile_url: str
    fetched_at: datetime | None

    @property
    def notable(self) -> list[Figure]:
        """Figures that differ by more than the desk lets pass."""
        return [figure for figure in self.figures if figure.is_notable]


@dataclass(frozen=True, slots=True)
class RecentPost:
    """One post that the network told of; ``picture_url`` is our own, empty where the network named no picture."""

    account: str
    at: datetime | None
    likes: int | None
    url: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that wants a closer look."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the score's bar, in points of a hundred."""

    number: int
    label: str
    start: float
    width: float
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What an applicant would read of a decision, in her language."""

    language: str
    title: str
    reason: str
    text: str
    until: str


@dataclass(frozen=True, slots=True)
class AppealCard:
    """An appeal against a finding of fraud, and whether the reader may answer it."""

    appeal: Appeal
    may_answer: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One case with all that a decision needs."""

    application: Application
    claims: list[Claim]
    posts: list[RecentPost]
    cards: list[AccountCard]
    score: ScoreView | None
    segments: list[Segment]
    signals: list[Signal]
    moments: list[Moment]
    others: list[Application]
    topics: str
    country: str
    clock: desk.Clock
    beside: list[Application]
    prev_pk: int | None
    next_pk: int | None
    second: str
    last: Application | None
    undo_until: datetime | None
    is_open: bool
    is_own: bool
    is_mine: bool
    holder: str
    may_decide: bool
    # She declined it before it came back from an appeal.
    is_decided_before: bool
    verdict: str
    appeals: list[AppealCard]


def cases(filters: Filters, reviewer: User, now: datetime) -> QuerySet[Application]:
    """The cases that the filters ask for, in the order they ask for."""
    rows = Application.objects.sent()
    if filters.view == "decided":
        rows = rows.undoable()
    elif filters.view == "appealed":
        rows = rows.filter(Exists(Appeal.objects.waiting().filter(application=OuterRef("pk"))))
    else:
        state = {"asked": State.NEEDS_MORE, "approved": State.APPROVED, "declined": State.DECLINED}
        rows = rows.filter(state=state.get(filters.view, State.SUBMITTED), verdict="")
    if filters.view == "second":
        rows = rows.filter(first_by__isnull=False)
    marks = {TOPIC: filters.topic, NETWORK: filters.platform, COUNTRY: filters.country}
    if any(marks.values()):
        rows = rows.filter(with_marks(f"{sign}{value}" for sign, value in marks.items() if value))
    if filters.near:
        rows = rows.near(ScorePolicy.objects.in_force().likely_from, within=DESK.near_points)
    if filters.reapplied:
        rows = rows.reapplied()
    if filters.risky:
        rows = rows.exclude(risk="")
    if filters.overdue:
        rows = rows.filter(submitted_at__lt=desk.overdue_before(now))
    if filters.hold == "mine":
        rows = rows.filter(held_by=reviewer, held_until__gt=now)
    elif filters.hold == "held":
        rows = rows.filter(held_by__isnull=False, held_until__gt=now)
    elif filters.hold == "free":
        rows = rows.free_for(reviewer.pk, now)
    if filters.q:
        rows = rows.filter(named(filters.q))
    sign = "-" if filters.order == "newest" else ""
    return rows.order_by(f"{sign}submitted_at", f"{sign}pk")


def following(rows: QuerySet[Application], at: datetime | None, pk: int, order: str) -> QuerySet[Application]:
    """Those of the rows that come after this place in their order."""
    return rows.earlier_than(at, pk) if order == "newest" else rows.later_than(at, pk)  # type: ignore[attr-defined,no-any-return]


def queue_page(filters: Filters, reviewer: User, path: str, after: str) -> tuple[Page, list[QueueRow]]:
    """A page of the queue behind the mark ``after``, and its rows; 404 for what is no mark."""
    now = timezone.now()
    rows = cases(filters, reviewer, now).select_related("user", "held_by").prefetch_related("accounts")
    if after:
        match = MARK.fullmatch(after)
        if match is None:
            raise Http404
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(match[1]))
        rows = following(rows, at, int(match[2]), filters.order)
    found = list(rows[: QUEUE_SIZE + 1])
    shown = found[:QUEUE_SIZE]
    has_next = len(found) > QUEUE_SIZE
    next_url = ""
    if has_next:
        query = "&".join(part for part in (filters.query, urlencode({"after": mark_of(shown[-1])})) if part)
        next_url = f"{path}?{query}"
    page = Page(items=shown, number=1, has_next=has_next, next_url=next_url)
    return page, [_queue_row(application, reviewer, now) for application in shown]


def mark_of(application: Application) -> str:
    """Where the page behind this row begins."""
    at = application.submitted_at or timezone.now()
    return f"{(at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)}-{application.pk}"


def _queue_row(application: Application, reviewer: User, now: datetime) -> QueueRow:
    return QueueRow(
        application=application,
        topics=topic_names(application.topics),
        platforms=", ".join(dict.fromkeys(account.get_platform_display() for account in application.accounts.all())),
        kind=VERDICT_KINDS.get((application.score or {}).get("verdict", ""), "neutral"),
        clock=desk.clock(application.submitted_at or now, now),
        holder=holder_of(application, reviewer, now),
        is_reapplied=application.previous_id is not None,
    )


def holder_of(application: Application, reviewer: User, now: datetime) -> str:
    """The name of the other reviewer who has the case open; empty when nobody has, or she herself."""
    if application.held_by is None or application.held_until is None or application.held_until <= now:
        return ""
    return "" if application.held_by_id == reviewer.pk else application.held_by.name


def queue_stats() -> QueueStats:
    """How the queue stands."""
    now, rows = timezone.now(), Application.objects.waiting()
    oldest = rows.values_list("submitted_at", flat=True).first()
    return QueueStats(
        waiting=counted(rows),
        overdue=counted(rows.filter(submitted_at__lt=desk.overdue_before(now))),
        oldest=desk.clock(oldest, now) if oldest else None,
    )


def counted(rows: QuerySet[Application]) -> int:
    """How many there are, up to MOST_COUNTED."""
    return rows[:MOST_COUNTED].count()


def count_words(count: int) -> str:
    """The number, or that there are so many and more."""
    return f"{MOST_COUNTED}+" if count == MOST_COUNTED else str(count)


def application_for_review(pk: int) -> Application:
    """The gate of a reviewer's acts: 404 for a draft or no application."""
    return get_object_or_404(
        Application.objects.sent().select_related("user", "decided_by", "held_by", "first_by", "previous"), pk=pk
    )


def appeal_for_review(pk: int) -> Appeal:
    """The gate of the answer to an appeal; 404 for none."""
    return get_object_or_404(Appeal, pk=pk)


def review_page(application: Application, reviewer: User, filters: Filters) -> ReviewPage:
    """One application as its reviewer sees it."""
    now = timezone.now()
    accounts = accounts_of(application)
    score = stored_score(application)
    signals = judging.signals_of(application)
    cards = cards_for(accounts, for_reviewer=True)
    rows = cases(filters, reviewer, now).select_related("user")
    behind = list(following(rows, application.submitted_at, application.pk, filters.order)[: 2 * BESIDE])
    other_way = "oldest" if filters.order == "newest" else "newest"
    ahead = list(following(rows.reverse(), application.submitted_at, application.pk, other_way)[:BESIDE])[::-1]
    last = Application.objects.undoable().filter(decided_by=reviewer, decided_at__gt=_undo_from(now))
    others = Application.objects.sent().filter(user=application.user_id).exclude(pk=application.pk)
    is_open = application.state == State.SUBMITTED and not application.verdict
    is_own = application.user_id == reviewer.pk
    appeals = list(application.appeals.select_related("application", "against", "decided_by").order_by("pk"))
    is_decided_before = is_open and any(row.against_id == reviewer.pk for row in appeals)
    holder = holder_of(application, reviewer, now)
    latest = last.order_by("-decided_at").first()
    return ReviewPage(
        application=application,
        claims=[claim_of(account) for account in accounts],
        posts=[post for card in cards if card.newest for post in posts_of(card.newest, card.connection)],
        cards=cards,
        score=score,
        segments=segments_of(score),
        signals=in_words(signals),
        moments=story_of(application, for_applicant=False),
        others=list(others.order_by("-pk")[:10]),
        topics=topic_names(application.topics),
        country=country_name(application.country, get_language() or "en"),
        clock=desk.clock(application.submitted_at or now, application.decided_at or now),
        beside=[*ahead, application, *behind],
        prev_pk=ahead[-1].pk if ahead else None,
        next_pk=behind[0].pk if behind else None,
        second=second_reason([reach_of(account) for account in accounts], signals) if is_open else "",
        last=latest,
        undo_until=latest.decided_at + timedelta(minutes=DESK.undo_minutes) if latest and latest.decided_at else None,
        is_open=is_open,
        is_own=is_own,
        is_mine=application.held_by_id == reviewer.pk and bool(application.held_until and application.held_until > now),
        holder=holder,
        may_decide=is_open and not is_own and not holder and not is_decided_before,
        is_decided_before=is_decided_before,
        verdict=str(State(application.verdict).label) if application.verdict else "",
        appeals=[AppealCard(row, not row.outcome and may_answer(row, reviewer)) for row in appeals],
    )


def _undo_from(now: datetime) -> datetime:
    return now - timedelta(minutes=DESK.undo_minutes)


def claim_of(account: SocialAccount) -> Claim:
    """The account's figures in the order in which a reviewer reads them, beside what its network told last."""
    told = told_of(account)
    newest = told[-1] if told else None
    fetched = figures_of_snapshot(newest) if newest else {}
    rows = [
        (_("Followers"), account.followers, "followers"),
        (_("Likes"), account.average_likes, "likes"),
        (_("Comments"), account.average_comments, "comments"),
        (_("Views"), account.average_views, "views"),
        (_("Posts, 60 days"), account.posts_in_60_days, "posts_in_60_days"),
        (_("Follows"), account.following, "following"),
    ]
    figures = []
    for label, stated, name in rows:
        value = fetched.get(name)
        figures.append(figure_of(label, stated, value if isinstance(value, int) else None))
    return Claim(
        account=account,
        figures=figures,
        profile_url=profile_url(account.handle, account.platform),
        fetched_at=newest.taken_at if newest else None,
    )


def posts_of(snapshot: Snapshot, connection: Connection) -> list[RecentPost]:
    """The newest posts of an account's snapshot."""
    client, found = client_for(connection.platform), []
    for number, post in enumerate(snapshot.recent[:POSTS]):
        url, is_pictured = str(post.get("url") or ""), client.is_picture(str(post.get("picture") or ""))
        found.append(
            RecentPost(
                account=str(connection),
                at=parse_datetime(str(post.get("at") or "")),
                likes=post.get("likes"),
                # What a network tells is no address until it looks like one.
                url=url if url.startswith("https://") else "",
                picture_url=reverse("influencers:post_picture", args=[snapshot.pk, number]) if is_pictured else "",
            )
        )
    return found


def snapshot_for_review(pk: int) -> Snapshot:
    """The figures behind a picture; 404 where there are none."""
    return get_object_or_404(Snapshot.objects.select_related("connection"), pk=pk)


def figure_of(label: str, stated: int | None, fetched: int | None) -> Figure:
    """One figure of both sides."""
    return Figure(
        label=label,
        stated=stated,
        fetched=fetched,
        percent=desk.difference_percent(stated, fetched),
        is_notable=desk.is_notable(stated, fetched),
    )


def segments_of(score: ScoreView | None) -> list[Segment]:
    """The score's parts one behind the other, as far as they have points."""
    segments: list[Segment] = []
    start = 0.0
    for line in score.lines if score and score.points else []:
        if not line.is_missing:
            segments.append(
                Segment(len(segments) + 1, line.label, round(start, 2), line.points, line.points, line.most)
            )
            start += line.points
    return segments


def in_words(signals: Iterable[risk.Signal]) -> list[Signal]:
    """What wants a closer look, in words, the worst first."""
    names = networks()
    words = {
        "barred_account": _("This account was declined for proven fraud before."),
        "duplicate_account": _("Somebody else applied with the same account."),
        "claim_far": _("What is claimed lies far from what the network says."),
        "engagement_too_high": _("So much engagement is unusual for this size."),
        "engagement_too_low": _("So little engagement is unusual for this size."),
        "spike": _("Followers rose by leaps."),
        "odd_figures": _("These figures do not fit together."),
        "claim_differs": _("What is claimed differs from what the network says."),
        "drop": _("Followers fell by leaps."),
        "follows_many": _("It follows far more accounts than follow it."),
        "young": _("The account is young."),
        "quiet": _("Hardly a post lately."),
        "stale": _("The numbers have not been refreshed for long."),
        "disposable_mail": _("The mail address is of a service that throws mail away."),
    }
    told = []
    for signal in signals:
        about = f"{names[signal.platform]} @{signal.handle}: " if signal.platform else ""
        told.append(Signal(kind=signal.level, words=f"{about}{words[signal.key]}"))
    return told


def next_case(after: Application, filters: Filters, reviewer: User) -> tuple[int | None, int]:
    """The case that follows and that nobody else has open (from the top again at the end), and how many wait."""
    now = timezone.now()
    if filters.view not in {"waiting", "second"}:
        filters = Filters()
    rows = cases(filters, reviewer, now).exclude(user=reviewer).exclude(pk=after.pk)
    rows = rows.free_for(reviewer.pk, now)  # type: ignore[attr-defined]
    found = following(rows, after.submitted_at, after.pk, filters.order).first() or rows.first()
    return (found.pk if found else None), counted(Application.objects.waiting())


def reading_of(application: Application, act: str, reason: str, text: str) -> Reading:
    """What she would read, in her own language."""
    with override(application.user.language):
        title = {
            ReplyTemplate.Act.APPROVE: _("You are approved"),
            ReplyTemplate.Act.DECLINE: _("Not yet"),
            ReplyTemplate.Act.ASK: _("One thing to fix"),
        }[ReplyTemplate.Act(act)]
        shown, until = "", ""
        if act == ReplyTemplate.Act.DECLINE and reason in Application.Reason.values:
            shown = str(Application.Reason(reason).label)
            day = risk.reapply_on(reason, timezone.localdate(), ScorePolicy.objects.in_force())
            if day:
                until = _("You can apply again from %(day)s.") % {"day": date_format(day, "DATE_FORMAT")}
    return Reading(language=application.user.language, title=title, reason=shown, text=text, until=until)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act, as the log shows it."""

    event: ApplicationEvent
    before: str
    after: str
    reason: str


def log_page(
    *, kind: str, actor: str, about: str, since: datetime | None, until: datetime | None, after: str, path: str
) -> tuple[Page, list[LogLine]]:
    """A page of the log, newest first, behind the mark ``after``; 404 for what is no mark."""
    rows = ApplicationEvent.objects.select_related("actor", "application__user")
    query: dict[str, str] = {}
    if kind:
        rows, query["kind"] = rows.filter(kind=kind), kind
    if actor:
        people = User.objects.filter(Q(name__icontains=actor) | Q(email__iexact=actor), is_staff=True)
        rows, query["actor"] = rows.filter(actor__in=list(people.values_list("pk", flat=True)[:50])), actor
    if about:
        rows, query["about"] = rows.filter(application__in=Application.objects.filter(named(about))), about
    if since:
        rows, query["since"] = rows.filter(at__gte=since), since.date().isoformat()
    if until:
        rows, query["until"] = rows.filter(at__lt=until + timedelta(days=1)), until.date().isoformat()
    if after:
        match = MARK.fullmatch(after)
        if match is None:
            raise Http404
        at, pk = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(match[1])), int(match[2])
        rows = rows.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)
    found = list(rows.order_by("-at", "-pk")[: LOG_SIZE + 1])
    shown = found[:LOG_SIZE]
    next_url = ""
    if len(found) > LOG_SIZE:
        epoch = datetime.fromtimestamp(0, UTC)
        query["after"] = f"{(shown[-1].at - epoch) // timedelta(microseconds=1)}-{shown[-1].pk}"
        next_url = f"{path}?{urlencode(query)}"
    page = Page(items=shown, number=1, has_next=bool(next_url), next_url=next_url)
    return page, [_log_line(event) for event in shown]


def _log_line(event: ApplicationEvent) -> LogLine:
    states: Mapping[str, Any] = dict(State.choices)
    reasons: Mapping[str, Any] = {
        **dict(Application.Reason.choices), "reach": _("High reach"), "risk": _("High risk"),
    }  # fmt: skip
    return LogLine(
        event=event,
        before=str(states.get(event.before, event.before)),
        after=str(states.get(event.after, event.after)),
        reason=str(reasons.get(event.reason, event.reason)),
    )


def outcome_words(done: Sequence[Application], left: Iterable[tuple[Application, str]]) -> tuple[str, list[str]]:
    """What became of several cases: how many were done, and each that was left with the reason."""
    text = ngettext("%(count)d case decided.", "%(count)d cases decided.", len(done)) % {"count": len(done)}
    return text, [f"{application.display_name}: {message}" for application, message in left]


def replies_kept() -> list[ReplyTemplate]:
    """All replies, act by act."""
    return list(ReplyTemplate.objects.order_by("act", "reason", "language"))
