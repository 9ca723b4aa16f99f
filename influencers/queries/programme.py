"""What the programme's pages show, and the gates to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from influencers import scoring
from influencers.desk import DESK
from influencers.models import Appeal, Application, ApplicationEvent, Influencer, ScorePolicy, SocialAccount
from influencers.queries.proving import AccountCard, cards_for
from influencers.services import weighing
from influencers.services.applying import AccountFigures
from influencers.services.weighing import reaches_of, weighed
from influencers.topics import TOPICS
from influencers.wording import ScoreView, score_view


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
        if self.influencer and self.influencer.state != Influencer.State.CLOSED:
            return False
        if self.latest is None or self.latest.state == Application.State.DRAFT:
            return True
        return (
            self.latest.state in {Application.State.DECLINED, Application.State.APPROVED}
            and not self.is_barred
            and (self.latest.reapply_on is None or self.latest.reapply_on <= timezone.localdate())
        )  # fmt: skip

    @property
    def is_barred(self) -> bool:
        """Fraud was proven: she may not apply again."""
        return self.latest is not None and self.latest.reason == Application.Reason.FRAUD


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Where an application stands."""

    application: Application
    # Hers once she was approved: whether her shop is open is its state's to say.
    influencer: Influencer | None
    score: ScoreView | None
    cards: list[AccountCard]
    moments: list[Moment]
    may_reapply: bool
    is_barred: bool
    # Her appeal against a finding of fraud, once she sent it; before that she may.
    appeal: Appeal | None
    may_appeal: bool
    # The policy declined it: she may have a person look.
    may_ask_for_a_person: bool
    clock_days: int


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
    policy = ScorePolicy.objects.in_force()
    weights = {key: round(100 * weight) for key, weight in policy.weights}
    return {"policy": policy, "weights": weights, "clock_days": DESK.clock_days}


def accounts_of(application: Application | None) -> list[SocialAccount]:
    """The accounts in the order in which they were entered."""
    return weighing.accounts_of(application) if application else []


def live_score(figures: Iterable[AccountFigures]) -> ScoreView:
    """The score of what was typed, by the same rule and in the same words as the stored one."""
    return _estimate([
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
    ])  # fmt: skip


def draft_score(application: Application) -> ScoreView:
    """The score that a draft would have if it were sent now, beside that of her last one that was declined."""
    declined = Application.objects.filter(user=application.user_id, state=Application.State.DECLINED).order_by("-pk")
    return _estimate(reaches_of(application), before=declined.values_list("score", flat=True).first())


def _estimate(reaches: list[scoring.Reach], before: dict[str, Any] | None = None) -> ScoreView:
    today, policy = timezone.localdate(), ScorePolicy.objects.in_force()
    return score_view(weighed(reaches, policy, today=today), policy, today=today, before=before)


def stored_score(application: Application) -> ScoreView | None:
    """The score that was kept with the application, by the policy that it was scored with; None for a draft."""
    if not application.score or application.submitted_at is None:
        return None
    policy = ScorePolicy.objects.numbers_of(application.policy_version)
    before = application.previous.score if application.previous else None
    return score_view(application.score, policy, today=timezone.localdate(application.submitted_at), before=before)


def status_page(user: User) -> StatusPage:
    """Her latest application that was sent; 404 when there is none."""
    application = Application.objects.sent().filter(user=user).select_related("previous").order_by("-pk").first()
    if application is None:
        raise Http404
    standing, is_declined = standing_of(user), application.state == Application.State.DECLINED
    is_by_policy = is_declined and application.decided_by_id is None
    # The newest: one that was granted stands there, too, while her application is decided anew.
    appeal = application.appeals.order_by("-pk").first()
    has_appealed = appeal is not None and appeal.against_id == application.decided_by_id
    return StatusPage(
        application=application,
        influencer=standing.influencer,
        score=stored_score(application),
        cards=cards_for(accounts_of(application)),
        moments=story_of(application, for_applicant=True),
        may_reapply=is_declined and standing.may_edit,
        is_barred=standing.is_barred,
        appeal=appeal,
        may_appeal=is_declined and standing.is_barred and not has_appealed,
        may_ask_for_a_person=is_by_policy and not standing.is_barred,
        clock_days=DESK.clock_days,
    )


def story_of(application: Application, *, for_applicant: bool) -> list[Moment]:
    """What happened, oldest first; for the applicant also what comes next, without the reviewer's name."""
    events = ApplicationEvent.objects.filter(application=application).select_related("actor").order_by("at", "pk")
    if for_applicant:
        events = events.for_applicant()
    moments = [
        Moment(
            label=event.get_kind_display(),
            at=event.at,
            actor="" if for_applicant or event.actor is None else event.actor.name,
            note="" if for_applicant and event.kind == "rated" else event.note,
        )
        for event in events
    ]
    if for_applicant and application.state == Application.State.SUBMITTED:
        moments += [
            Moment(label=_("In review, usually within %(days)d days") % {"days": DESK.clock_days}, at=None),
            Moment(label=_("Decision"), at=None),
        ]
    elif for_applicant and application.state == Application.State.NEEDS_MORE:
        moments.append(Moment(label=_("Waiting for your answer"), at=None))
    return moments
