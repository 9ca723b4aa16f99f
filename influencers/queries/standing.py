"""How a creator stands: her own page, and the pages of staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from core.paging import Page, page_of
from influencers import conduct as conduct_rule
from influencers import probation as probation_rule
from influencers.models import ConductEvent, Connection, Influencer, Sanction
from influencers.services.probation import sales_of

POLICY = probation_rule.DEFAULT_POLICY
CREATORS_SIZE = 30
VIEWS = ("all", *Influencer.State.values, "appealed", "unconfirmed", "probation")


@dataclass(frozen=True, slots=True)
class SanctionCard:
    """A sanction with what the reader may do about it."""

    sanction: Sanction
    may_appeal: bool
    may_judge: bool


@dataclass(frozen=True, slots=True)
class StandingPage:
    """How a creator stands. ``day`` of ``days`` and ``sales`` of ``needed`` of her probation."""

    influencer: Influencer
    sales: int
    needed: int
    day: int
    days: int
    sanctions: list[SanctionCard]
    connections: list[Connection]
    events: Sequence[ConductEvent]


def own_standing(user: User) -> StandingPage:
    """Her page; 404 for who is no creator."""
    return _page(get_object_or_404(Influencer.objects.select_related("user"), user=user), user)


def own_sanction(user: User, pk: int) -> Sanction:
    """A sanction of hers; 404 for anybody else's."""
    return get_object_or_404(Sanction.objects.select_related("influencer__user"), pk=pk, influencer__user=user)


def creator_page(pk: int, reviewer: User) -> StandingPage:
    """A creator as staff see her, with the log; 404 for none."""
    return _page(get_object_or_404(Influencer.objects.select_related("user"), pk=pk), reviewer, with_log=True)


def sanction_for_review(pk: int) -> Sanction:
    """The gate of staff's acts; 404 for none."""
    return get_object_or_404(Sanction, pk=pk)


def creators_page(request: HttpRequest) -> tuple[Page, str, str]:
    """Creators of one view, newest first, those whose name, handle or mail fits ``?q=``; the view and the words."""
    show, q = request.GET.get("show", "all"), request.GET.get("q", "").replace("\0", "").strip()[:100]
    show = show if show in VIEWS else "all"
    rows = Influencer.objects.select_related("user").order_by("-approved_at", "-pk")
    if show in Influencer.State.values:
        rows = rows.filter(state=show)
    elif show == "appealed":
        rows = rows.filter(pk__in=Sanction.objects.appealed().values("influencer"))
    elif show == "unconfirmed":
        rows = rows.filter(pk__in=Sanction.objects.unconfirmed().values("influencer"))
    elif show == "probation":
        rows = rows.filter(probation=Influencer.Probation.RUNNING)
    if q:
        rows = rows.filter(
            Q(user__name__icontains=q) | Q(user__handle__iexact=q.lstrip("@")) | Q(user__email__iexact=q)
        )
    return page_of(rows, request, size=CREATORS_SIZE), show, q


def _page(influencer: Influencer, viewer: User, *, with_log: bool = False) -> StandingPage:
    now = timezone.now()
    sanctions = influencer.sanctions.select_related("by", "confirmed_by", "appeal_decided_by").order_by("-at", "-pk")
    until = influencer.probation_ends_at
    if influencer.probation_paused_at:
        # The day on which it rests.
        until += now - influencer.probation_paused_at
    return StandingPage(
        influencer=influencer,
        sales=sales_of(influencer),
        needed=POLICY.sales,
        day=probation_rule.day_of(now, until),
        days=POLICY.days,
        sanctions=[
            SanctionCard(
                sanction=row,
                may_appeal=row.state in {"proposed", "in_force"} and not row.appealed_at and row.appeal_until > now,
                may_judge=conduct_rule.may_judge(viewer.pk, subject=influencer.user_id, decided=row.decided_by_pks),
            )
            for row in sanctions
        ],
        connections=list(influencer.user.connections.order_by(F("expires_at").asc(nulls_last=True), "pk")),
        events=list(influencer.conduct_events.select_related("actor", "sanction").order_by("at", "pk"))
        if with_log
        else [],
    )
