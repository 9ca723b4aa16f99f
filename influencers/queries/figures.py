"""What the programme's figures show: how many came how far, how long it took, and whether score and reviewers agree."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from core.templatetags.bars import Bar
from influencers.models import Application
from influencers.scoring import VERDICTS
from influencers.wording import verdict_label

State = Application.State
DAYS = 28
STEP = 10
# Ends of the stretches of time to a decision; the last has none.
HOURS = (1, 24, 72, 120)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both in it."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment in it."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How people decided what the score said. Close ones are for people: they neither agree nor differ."""

    rows: list[tuple[str, int, int]]
    agreed: int
    compared: int
    by_policy: int

    @property
    def percent(self) -> int | None:
        """Agreed of those compared; None where nothing can be compared."""
        return round(100 * self.agreed / self.compared) if self.compared else None

    @property
    def bars(self) -> list[Bar]:
        """What people decided as the score said, and otherwise; and the close ones."""
        counts = {
            _("As the score said"): self.agreed,
            _("Otherwise"): self.compared - self.agreed,
            _("Close ones"): sum(approved + declined for _label, approved, declined in self.rows) - self.compared,
        }
        whole = sum(counts.values())
        return [Bar(label, count, _share(count, whole)) for label, count in counts.items()]


@dataclass(frozen=True, slots=True)
class Figures:
    """The page for staff."""

    period: Period
    funnel: list[Bar]
    waits: list[Bar]
    median: timedelta | None
    spread: list[Bar]
    agreement: Agreement

    @property
    def median_words(self) -> str:
        """The middle of the waits in words; nothing where nothing was decided."""
        return "" if self.median is None else timesince(self.period.start, self.period.start + self.median)


def last_days(days: int = DAYS) -> Period:
    """The period that ends today."""
    today = timezone.localdate()
    return Period(today - timedelta(days=days - 1), today)


def figures(period: Period) -> Figures:
    """All figures of a period, in five queries however many applications there are."""
    waits, median = _waits(period)
    return Figures(
        period=period,
        funnel=_funnel(period),
        waits=waits,
        median=median,
        spread=_spread(period),
        agreement=_agreement(period),
    )


def _decided(period: Period) -> QuerySet[Application]:
    decided = Application.objects.filter(state__in=[State.APPROVED, State.DECLINED])
    return decided.filter(decided_at__gte=period.start, decided_at__lt=period.end)


def _funnel(period: Period) -> list[Bar]:
    """Of the applications begun in the period: how far each has come by now."""
    begun = Application.objects.filter(created_at__gte=period.start, created_at__lt=period.end)
    counts = begun.aggregate(
        started=Count("pk"),
        sent=Count("pk", filter=Q(submitted_at__isnull=False)),
        decided=Count("pk", filter=Q(state__in=[State.APPROVED, State.DECLINED])),
        approved=Count("pk", filter=Q(state=State.APPROVED)),
    )
    labels = {"started": _("Started"), "sent": _("Sent"), "decided": _("Decided"), "approved": _("Approved")}
    return [Bar(label, counts[key], _share(counts[key], counts["started"])) for key, label in labels.items()]


def _waits(period: Period) -> tuple[list[Bar], timedelta | None]:
    """From sending to the decision, for what was decided in the period; and the middle of it."""
    wait = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    rows = _decided(period).filter(submitted_at__isnull=False).annotate(wait=wait)
    ends = [timedelta(hours=hours) for hours in HOURS]
    stretches = [
        Q(wait__lt=ends[0]),
        *(Q(wait__gte=low, wait__lt=high) for low, high in pairwise(ends)),
        Q(wait__gte=ends[-1]),
    ]
    counts = rows.aggregate(
        all=Count("pk"), **{f"n{place}": Count("pk", filter=stretch) for place, stretch in enumerate(stretches)}
    )
    labels = (_("under an hour"), _("1 to 24 hours"), _("1 to 3 days"), _("3 to 5 days"), _("over 5 days"))
    ticks = (_("< 1 h"), _("1–24 h"), _("1–3 d"), _("3–5 d"), _("> 5 d"))
    bars = [
        Bar(label, counts[f"n{place}"], _share(counts[f"n{place}"], counts["all"]), tick)
        for place, (label, tick) in enumerate(zip(labels, ticks, strict=True))
    ]
    middle = (counts["all"] - 1) // 2
    return bars, rows.order_by("wait", "pk").values_list("wait", flat=True)[middle] if counts["all"] else None


def _spread(period: Period) -> list[Bar]:
    """Points of what was sent in the period."""
    sent = Application.objects.sent().filter(submitted_at__gte=period.start, submitted_at__lt=period.end)
    counts = sent.aggregate(
        **{
            f"n{low}": Count("pk", filter=Q(score_points__gte=low) & (Q(score_points__lt=low + STEP) if low < 100 - STEP else Q()))
            for low in range(0, 100, STEP)
        }
    )  # fmt: skip
    return [Bar(f"{low}–{low + STEP}", counts[f"n{low}"], tick=str(low)) for low in range(0, 100, STEP)]


def _agreement(period: Period) -> Agreement:
    """What the score said beside what was decided in the period."""
    rows = _decided(period).values_list("score__verdict", "state").annotate(all=Count("pk"), people=Count("decided_by"))
    by_people = {(verdict, state): 0 for verdict in VERDICTS for state in (State.APPROVED, State.DECLINED)}
    by_policy = 0
    for verdict, state, count, people in rows.order_by():
        by_policy += count - people
        if verdict:
            by_people[(verdict, State(state))] += people
    sides = (
        ("likely", State.APPROVED),
        ("not_yet", State.DECLINED),
        ("likely", State.DECLINED),
        ("not_yet", State.APPROVED),
    )
    counted = [by_people[side] for side in sides]
    return Agreement(
        rows=[
            (verdict_label(verdict), by_people[(verdict, State.APPROVED)], by_people[(verdict, State.DECLINED)])
            for verdict in reversed(VERDICTS)
        ],
        agreed=sum(counted[:2]),
        compared=sum(counted),
        by_policy=by_policy,
    )


def _share(part: int, whole: int) -> str:
    return f"{(200 * part + whole) // (2 * whole)} %" if whole else ""
