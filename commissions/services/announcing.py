"""Verbs of rates: announce a change of the card or a campaign, and tell creators. Nothing that was announced is changed later."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Category, Product, Seller
from commissions.errors import RateRefused
from commissions.models import Campaign, Decision, Invitation, Rate
from commissions.rates import ALL_BPS, NOTICE_DAYS, RateRow, earliest_start, overlapping, rate_for
from core.reactions import start_after_commit
from influencers.models import Influencer
from notifications.services import notify

TELL_TASK = "commissions.tasks.tell_rate_change"
INVITE_TASK = "commissions.tasks.tell_invitation"
# Whoever sold in a category so long ago is told by mail, too.
CONCERNED_DAYS = 90


def card_rows() -> list[RateRow]:
    """The whole card, past and announced, as the rule reads it."""
    rows = Rate.objects.select_related("category").order_by("starts_on")
    return [
        RateRow(row.category.path if row.category else "", row.rate_bps, row.starts_on, row.ends_on) for row in rows
    ]


@transaction.atomic
def announce_rate(
    *,
    category: Category | None,
    rate_bps: int,
    starts_on: date,
    reason: str,
    by: User | None,
    today: date | None = None,
) -> Rate:
    """A category pays this from a day on; the row before it ends then. Creators are told after commit.

    A lower rate starts two weeks from today at the earliest. Raises RateRefused and changes nothing.
    """
    day = today or timezone.localdate()
    if not 0 <= rate_bps <= ALL_BPS:
        raise RateRefused(_("A rate is 0 to 100 percent."))
    if starts_on < day:
        raise RateRefused(_("A change does not start in the past. Choose today or later."))
    own = Rate.objects.filter(category=category)
    path = category.path if category else ""
    rows = card_rows()
    # The row that holds until further notice ends on that day; any other row must leave the days from then on free.
    open_end = own.filter(ends_on__isnull=True, starts_on__lt=starts_on)
    staying = [row for row in rows if row.ends_on is not None or row.starts_on >= starts_on]
    clash = overlapping(staying, RateRow(path, rate_bps, starts_on))
    if clash is not None:
        raise RateRefused(_clash_words(clash, starts_on))
    old = rate_for(path, starts_on, rows).rate_bps
    earliest = earliest_start(old, rate_bps, today=day)
    if starts_on < earliest:
        words = _("A lower rate is announced %(days)s days ahead: %(day)s is the earliest day.")
        raise RateRefused(words % {"days": NOTICE_DAYS, "day": date_format(earliest)})
    try:
        with transaction.atomic():
            open_end.update(ends_on=starts_on)
            rate = Rate.objects.create(
                category=category,
                rate_bps=rate_bps,
                starts_on=starts_on,
                old_bps=old,
                reason=reason[:200],
                announced_by=by,
            )
    except IntegrityError:
        raise RateRefused(_("This overlaps another row of this category. Nothing was changed.")) from None
    start_after_commit(TELL_TASK, rate.pk)
    return rate


def _clash_words(clash: RateRow, starts_on: date) -> str:
    if clash.starts_on < starts_on and clash.ends_on is not None:
        words = _("A row that ends on %(day)s holds on that day already. Choose %(day)s or later.")
        return words % {"day": date_format(clash.ends_on)}
    words = _("A row that begins on %(day)s is announced already. Choose a day after it.")
    return words % {"day": date_format(clash.starts_on)}


@transaction.atomic
def announce_rates(
    *, changes: Sequence[tuple[Category | None, int]], starts_on: date, reason: str, by: User | None
) -> list[Rate]:
    """Several changes from one day on, all or none. Raises RateRefused with the category's name in front."""
    made = []
    for category, rate_bps in changes:
        try:
            made.append(announce_rate(category=category, rate_bps=rate_bps, starts_on=starts_on, reason=reason, by=by))
        except RateRefused as refusal:
            name = category.label if category else _("Everything else")
            raise RateRefused(f"{name}: {refusal}") from None
    return made


@transaction.atomic
def announce_campaign(
    *, name: str, bonus_bps: int, starts_on: date, ends_on: date, by: User | None, seller: Seller | None = None,
    category: Category | None = None, products: Collection[Product] = (), creators: Collection[Influencer] = (),
    today: date | None = None,
) -> Campaign:  # fmt: skip
    """A bonus between two days (the second is the first without it). Invited creators are told after commit. Raises RateRefused."""
    if not 1 <= bonus_bps <= ALL_BPS:
        raise RateRefused(_("A bonus is more than 0 and at most 100 percent."))
    if starts_on < (today or timezone.localdate()):
        raise RateRefused(_("A campaign does not start in the past. Choose today or later."))
    if ends_on <= starts_on:
        raise RateRefused(_("A campaign ends after its first day."))
    highest = max((row.rate_bps for row in card_rows() if row.ends_on is None or row.ends_on > starts_on), default=0)
    if highest + bonus_bps > ALL_BPS:
        raise RateRefused(_("With this bonus a sale would pay more than 100 %. Lower it."))
    if seller is not None and any(product.seller_id != seller.pk for product in products):
        raise RateRefused(_("A seller's campaign has only that seller's products."))
    campaign = Campaign.objects.create(
        name=name[:80], bonus_bps=bonus_bps, starts_on=starts_on, ends_on=ends_on, seller=seller, category=category,
        announced_by=by,
    )  # fmt: skip
    campaign.products.set(products)
    for invitation in Invitation.objects.bulk_create(
        Invitation(campaign=campaign, influencer=creator) for creator in creators
    ):
        start_after_commit(INVITE_TASK, invitation.pk)
    return campaign


@transaction.atomic
def tell_invitation(*, invitation_pk: int) -> bool:
    """Tell a creator that she is invited, once; False when she was told."""
    waiting = Invitation.objects.filter(pk=invitation_pk, told_at__isnull=True)
    if not waiting.update(told_at=timezone.now()):
        return False
    row = Invitation.objects.select_related("campaign", "influencer__user").get(pk=invitation_pk)
    campaign = row.campaign
    data = {
        "name": campaign.name, "bonus_bps": campaign.bonus_bps, "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
    }  # fmt: skip
    notify(recipient=row.influencer.user, kind="campaign_invitation", data=data, url=reverse("commissions:rates"))
    return True


def tell_invitations(*, limit: int = 500) -> int:
    """Invitations of which a lost message told nobody; how many were told now."""
    waiting = Invitation.objects.filter(told_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    return sum(tell_invitation(invitation_pk=pk) for pk in waiting[:limit])


@transaction.atomic
def answer_invitation(*, invitation: Invitation, accepts: bool, now: datetime | None = None) -> Invitation:
    """The creator takes part, or does not; she may change her mind while the campaign is open. What she accepted stays accepted.

    Raises RateRefused.
    """
    moment = now or timezone.now()
    row = Invitation.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=invitation.pk)
    if row.campaign.ends_on <= timezone.localdate(moment):
        raise RateRefused(_("This campaign is over. Nothing was changed."))
    if row.answer == Invitation.Answer.ACCEPTED:
        # The bonus is hers since then: a second click does not move the day.
        return row
    row.answer = Invitation.Answer.ACCEPTED if accepts else Invitation.Answer.DECLINED
    row.answered_at = moment
    row.save(update_fields=["answer", "answered_at"])
    return row


def tell_change(*, rate_pk: int) -> int:
    """Tell every active creator of an announced change, once; those who sold in the category lately by mail too. How many."""
    with transaction.atomic():
        waiting = Rate.objects.filter(pk=rate_pk, told_at__isnull=True, old_bps__isnull=False)
        if not waiting.update(told_at=timezone.now()):
            return 0
        rate = Rate.objects.select_related("category").get(pk=rate_pk)
        since = timezone.now() - timedelta(days=CONCERNED_DAYS)
        sold = Decision.objects.filter(outcome=Decision.Outcome.CREDITED, decided_at__gte=since)
        if rate.category:
            inside = Category.objects.filter(path__startswith=f"{rate.category.path}/")
            sold = sold.filter(line__category__in=[rate.category.pk, *inside.values_list("pk", flat=True)])
        concerned = set(sold.values_list("influencer", flat=True).distinct())
        data = {
            "category": rate.category.name if rate.category else "", "old_bps": rate.old_bps, "new_bps": rate.rate_bps,
            "starts_on": rate.starts_on.isoformat(), "reason": rate.reason,
        }  # fmt: skip
        told = 0
        for creator in Influencer.objects.active().select_related("user").order_by("pk").iterator():
            url = reverse("commissions:rate_changes")
            notify(recipient=creator.user, kind="rate_change", data=data, url=url, mail=creator.pk in concerned)
            told += 1
        return told


def tell_changes() -> int:
    """Changes of which a lost message told nobody."""
    waiting = Rate.objects.filter(told_at__isnull=True, old_bps__isnull=False).order_by("pk")
    return sum(tell_change(rate_pk=pk) for pk in waiting.values_list("pk", flat=True))
