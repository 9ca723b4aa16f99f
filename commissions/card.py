"""Pages of the rates: for creators, for everyone, and the desk where a card is tried and announced."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Seller
from commissions import card_queries
from commissions.card_forms import AnnounceForm, CampaignForm, CardForm
from commissions.errors import RateRefused
from commissions.models import Invitation
from commissions.rates import LOCK_DAYS, NOTICE_DAYS
from commissions.services import announcing
from core.http import MemberRequest, render_page
from core.paging import page_of
from influencers.access import any_influencer_required, influencer_required
from influencers.models import Influencer
from orders.access import seller_required

KEEP = "commissions.add_rate"


def rate_keeper_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for staff with the permission to add rates; other members get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not (user.is_authenticated and getattr(user, "is_staff", False) and user.has_perm(KEEP)):  # type: ignore[union-attr]
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@any_influencer_required
def rates(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """What a creator's sales pay today, what was announced, and the campaigns she may use."""
    context = {
        "card": card_queries.card_now(),
        "campaigns": card_queries.campaigns_for_everyone(),
        "invitations": card_queries.invitations_of(influencer),
        "lock_days": LOCK_DAYS,
        "notice_days": NOTICE_DAYS,
    }
    return render(request, "commissions/rates.html", context)


@require_POST
@influencer_required
def answer_campaign(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    """Take part in a campaign, or not."""
    invitation = card_queries.invitation_of(influencer, pk)
    try:
        answered = announcing.answer_invitation(invitation=invitation, accepts=request.POST.get("act") == "accept")
    except RateRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if answered.answer == Invitation.Answer.ACCEPTED:
            messages.success(request, _("Accepted. The bonus is yours from today, or from its first day."))
        else:
            messages.success(request, _("Declined. You can still accept until it ends."))
    return redirect("commissions:rates")


@require_http_methods(["GET", "POST"])
@seller_required
def campaigns(request: MemberRequest, seller: Seller) -> HttpResponse:
    """A seller's campaigns, who takes part, and a form for another one."""
    form = CampaignForm(request.POST or None, seller=seller)
    if request.method == "POST" and form.is_valid():
        try:
            made = announcing.announce_campaign(**form.campaign, seller=seller, by=request.user)
        except RateRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is announced.") % {"name": made.name})
            return redirect("commissions:campaigns")
    page = page_of(card_queries.campaigns_of(seller), request, size=20)
    context = {"page": page, "form": form, "seller": seller, "today": timezone.localdate()}
    return render(request, "commissions/campaigns.html", context, status=422 if form.errors else 200)


@login_not_required
@require_GET
def rate_changes(request: HttpRequest) -> HttpResponse:
    """The public ledger of rates: every row that was ever announced."""
    page = page_of(card_queries.changes(), request, size=50)
    rows = [(rate, card_queries.kept_until(rate)) for rate in page.items]
    context = {"page": page, "rows": rows, "lock_days": LOCK_DAYS, "notice_days": NOTICE_DAYS}
    return render_page(request, "commissions/rate_changes.html", context)


@rate_keeper_required
@require_http_methods(["GET", "POST"])
def try_card(request: MemberRequest) -> HttpResponse:
    """Try another card on last quarter's orders, or announce it."""
    card, status = card_queries.card_now(), 200
    form, announce, simulation = CardForm(card=card), AnnounceForm(), None
    if request.method == "POST":
        form = CardForm(request.POST, card=card)
        is_announced = request.POST.get("act") == "announce"
        announce = AnnounceForm(request.POST) if is_announced else AnnounceForm(initial=request.POST.dict())
        if not form.is_valid() or (is_announced and not announce.is_valid()):
            status = 422
        elif not is_announced:
            simulation = card_queries.simulate(form.proposed)
        elif _announced(request, form, announce):
            return redirect("commissions:rate_changes")
        else:
            status = 422
    context = {"form": form, "announce": announce, "simulation": simulation, "notice_days": NOTICE_DAYS}
    return render(request, "commissions/try_card.html", context, status=status)


def _announced(request: MemberRequest, form: CardForm, announce: AnnounceForm) -> bool:
    """Announce what the form says; False, with the reason on the form, where that is refused."""
    data = announce.cleaned_data
    try:
        made = announcing.announce_rates(
            changes=form.changes, starts_on=data["starts_on"], reason=data["reason"], by=request.user
        )
    except RateRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    words = ngettext("%(n)d change is announced.", "%(n)d changes are announced.", len(made))
    messages.success(request, words % {"n": len(made)})
    return True
