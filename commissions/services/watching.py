"""Look for signs of fraud once a day and hold the lines that they concern; ``signs.py`` has the rules. Run as often as you like:
a line that was held for a sign is not held for it again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from commissions import signs
from commissions.errors import NothingToHold
from commissions.explaining import touched_by
from commissions.models import Decision, Hold
from commissions.services import holding
from influencers.models import Click, CreatorCode
from influencers.referrals import Journey, PaidAds, journey_from_stored
from influencers.services.referring import pause_code
from orders.models import OrderLine

Reason = Hold.Reason


def watch(*, now: datetime | None = None) -> int:
    """Every sign that is looked for by night; returns how many lines were held."""
    moment = now or timezone.now()
    adverts = hold_adverts(_credited(moment - timedelta(days=28), moment), now=moment)
    return _floods(moment) + _rings(moment) + _returns(moment) + _leaks(moment) + adverts


def hold_adverts(lines: QuerySet[OrderLine], *, now: datetime | None = None) -> int:
    """Those of the lines that a visit by a paid advert won, under a policy that holds them. When an order is paid, and at night."""
    won = lines.filter(
        decision__outcome=Decision.Outcome.CREDITED, decision__facts__paid_ad=True,
        decision__facts__policy__paid_ads=PaidAds.HOLD,
    )  # fmt: skip
    evidence = "The visit came by the address of a paid advert."
    return _hold(_fresh(won, Reason.PAID_ADS), Reason.PAID_ADS, evidence, now or timezone.now())


def _credited(since: datetime, until: datetime) -> QuerySet[OrderLine]:
    """Lines of orders paid in these days for which somebody is credited by her own link or code."""
    return OrderLine.objects.filter(
        order__paid_at__gte=since, order__paid_at__lte=until, decision__outcome=Decision.Outcome.CREDITED,
        decision__influencer=F("influencer"),
    )  # fmt: skip


def _hold(lines: Iterable[OrderLine], reason: Reason, evidence: str, moment: datetime) -> int:
    held = 0
    for line in lines:
        if line.influencer is None:
            continue
        try:
            holding.hold(line=line, influencer=line.influencer, reason=reason, evidence=evidence, by=None, now=moment)
        except NothingToHold:
            continue
        held += 1
    return held


def _fresh(lines: QuerySet[OrderLine], reason: Reason) -> QuerySet[OrderLine]:
    return lines.exclude(holds__reason=reason).select_related("influencer__user").order_by("pk")


def _floods(moment: datetime) -> int:
    """Hours of the last two days with a flood, beside the busiest hour of the four weeks before them."""
    recent = moment - timedelta(days=2)
    hours = Click.objects.values("influencer", "hour").annotate(n=Count("pk"))
    floods = list(hours.filter(hour__gte=recent, hour__lte=moment, n__gte=signs.FLOOD_CLICKS).order_by("hour"))
    before = hours.filter(
        influencer__in={row["influencer"] for row in floods}, hour__gte=recent - timedelta(days=28), hour__lt=recent
    )
    usual: dict[int, int] = defaultdict(int)
    for row in before:
        usual[row["influencer"]] = max(usual[row["influencer"]], row["n"])
    held = 0
    for row in floods:
        busiest = usual[row["influencer"]]
        if signs.is_click_flood(row["n"], busiest):
            lines = _credited(recent, moment).filter(
                influencer=row["influencer"],
                touched_at__gte=row["hour"],
                touched_at__lt=row["hour"] + timedelta(hours=1),
            )
            evidence = f"{row['n']} clicks in the hour of {row['hour']:%Y-%m-%d %H:%M} UTC; the busiest hour before had {busiest}."
            held += _hold(_fresh(lines, Reason.CLICK_FLOOD), Reason.CLICK_FLOOD, evidence, moment)
    return held


def _rings(moment: datetime) -> int:
    """One buyer behind most of a creator's orders of the last 28 days."""
    recent = _credited(moment - timedelta(days=28), moment)
    buyers = recent.filter(order__user__isnull=False).values("influencer", "order__user")
    counted = buyers.annotate(n=Count("order", distinct=True)).filter(n__gte=signs.RING_ORDERS).order_by("influencer")
    rows = list(counted)
    everyone = recent.filter(influencer__in={row["influencer"] for row in rows})
    totals = dict(
        everyone.values("influencer").annotate(n=Count("order", distinct=True)).values_list("influencer", "n")
    )
    held = 0
    for row in rows:
        if signs.is_ring(totals[row["influencer"]], row["n"]):
            lines = recent.filter(influencer=row["influencer"], order__user=row["order__user"])
            evidence = f"One buyer made {row['n']} of {totals[row['influencer']]} credited orders in 28 days."
            held += _hold(_fresh(lines, Reason.SELF_REFERRAL), Reason.SELF_REFERRAL, evidence, moment)
    return held


def _returns(moment: datetime) -> int:
    """One buyer who gives back half of what she orders through one creator in 90 days."""
    recent = _credited(moment - timedelta(days=90), moment)
    buyers = recent.filter(order__user__isnull=False).values("influencer", "order__user")
    # An order counts as returned when one of its lines was given back in full.
    given_back = Count("order", distinct=True, filter=Q(refunded_minor=F("total_minor"), total_minor__gt=0))
    counted = buyers.annotate(n=Count("order", distinct=True), back=given_back)
    held = 0
    for row in counted.filter(n__gte=signs.RETURN_ORDERS).order_by("influencer"):
        if signs.is_return_abuse(row["n"], row["back"]):
            lines = recent.filter(influencer=row["influencer"], order__user=row["order__user"])
            evidence = f"One buyer returned {row['back']} of {row['n']} orders in 90 days."
            held += _hold(_fresh(lines, Reason.RETURN_ABUSE), Reason.RETURN_ABUSE, evidence, moment)
    return held


def _leaks(moment: datetime) -> int:
    """Codes that a week's buyers typed without ever having visited their creator: their lines are held, the code is paused."""
    since = moment - timedelta(days=7)
    week = _credited(since, moment).filter(source__startswith="code:")
    counted = week.values("source", "influencer").annotate(n=Count("order", distinct=True))
    rows = list(counted.filter(n__gte=signs.LEAK_ORDERS).order_by("source"))
    codes = CreatorCode.objects.select_related("influencer__user").in_bulk(
        [row["source"].removeprefix("code:") for row in rows], field_name="code"
    )
    held = 0
    for row in rows:
        code = codes.get(row["source"].removeprefix("code:"))
        own = week.filter(source=row["source"], influencer=row["influencer"])
        if code and code.looked_at and code.looked_at > since:
            own = own.filter(order__paid_at__gt=code.looked_at)
        lines = list(own.select_related("influencer__user").order_by("pk"))
        strangers = [line for line in lines if not _visited(line)]
        orders = len({line.order_id for line in lines})
        unvisited = len({line.order_id for line in strangers})
        if signs.is_code_leak(orders, unvisited):
            evidence = f"{unvisited} of {orders} orders with the code in a week came from people who had not visited."
            fresh = _fresh(own.filter(pk__in=[line.pk for line in strangers]), Reason.CODE_LEAK)
            held += _hold(fresh, Reason.CODE_LEAK, evidence, moment)
            if code:
                pause_code(code=code, now=moment)
    return held


def _visited(line: OrderLine) -> bool:
    if not line.journey:
        return False
    journey = journey_from_stored(line.journey)
    links = Journey(journey.product_id, journey.added_at, journey.placed_at, journey.touches)
    return touched_by(links, line.influencer_id or 0)
