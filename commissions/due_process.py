"""Pages of held money: the creator's appeal, and the staff's queue of holds and appeals."""

from django import forms
from django.contrib import messages
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from commissions.access import payer_required
from commissions.errors import CommissionError
from commissions.models import Account, Entry, Hold
from commissions.services import appealing, holding
from core.http import MemberRequest
from core.paging import page_of
from influencers.access import any_influencer_required
from influencers.models import CreatorCode, Influencer
from influencers.queries.referring import paused_codes
from influencers.services import referring


class AppealForm(forms.Form):
    """What a creator says to a hold."""

    words = forms.CharField(
        max_length=1000, strip=True, error_messages={
            "required": gettext_lazy("Write what we should know, then send it."),
            "max_length": gettext_lazy("Write at most 1,000 characters."),
        },
    )  # fmt: skip


class AnswerForm(forms.Form):
    """Why staff decided so; the creator reads it."""

    words = forms.CharField(max_length=300, strip=True)


def open_holds() -> QuerySet[Hold]:
    """What is held, with its amount, appeals first, then by deadline."""
    entries = Entry.objects.filter(line=OuterRef("line"), influencer=OuterRef("influencer")).order_by().values("line")
    came, went = (Sum("amount_minor", filter=Q(**{side: Account.HELD}), default=0) for side in ("credit", "debit"))
    held = Subquery(entries.annotate(left=came - went).values("left"))
    rows = Hold.objects.filter(released_at__isnull=True).annotate(held_minor=held)
    return rows.select_related("line__order", "influencer__user", "opened_by", "finding__by", "appeal").order_by(
        F("appeal__at").asc(nulls_last=True), "deadline_at"
    )


@require_POST
@any_influencer_required
def appeal(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    """Say once why the money should be released."""
    hold = get_object_or_404(Hold.objects.select_related("influencer__user"), pk=pk, influencer=influencer)
    form = AppealForm(request.POST)
    if not form.is_valid():
        # Her words come back: nothing that was typed is lost.
        request.session["appeal_words"] = request.POST.get("words", "")[:4000]
        messages.error(request, " ".join(map(str, form.errors["words"])))
        return redirect("commissions:receipt", hold.line_id)
    try:
        appealing.appeal(hold=hold, words=form.cleaned_data["words"])
    except CommissionError as refusal:
        messages.error(request, str(refusal))
    else:
        request.session.pop("appeal_words", None)
        messages.success(request, _("Your appeal is sent. Somebody else than who held it reads it; you are told."))
    return redirect("commissions:receipt", hold.line_id)


@never_cache
@require_GET
@payer_required
def holds(request: HttpRequest) -> HttpResponse:
    """Everything that is held, with its evidence, and the appeals."""
    context = {"page": page_of(open_holds(), request, size=20), "paused": paused_codes()}
    return render(request, "commissions/holds.html", context)


@require_POST
@payer_required
def resume_code(request: MemberRequest, pk: int) -> HttpResponse:
    """A paused code works again, if somebody else than its creator says so."""
    code = get_object_or_404(CreatorCode.objects.select_related("influencer__user"), pk=pk)
    if code.influencer.user_id == request.user.pk:
        messages.error(request, _("This is your own code. Somebody else decides about it."))
    elif referring.resume_code(code=code):
        messages.success(request, _("%(code)s works again. The creator is told.") % {"code": code})
    else:
        messages.error(request, _("Somebody has decided about it already."))
    return redirect("commissions:holds")


@require_POST
@payer_required
def judge(request: MemberRequest, pk: int) -> HttpResponse:
    """Release it, find against it, or answer its appeal."""
    hold = get_object_or_404(open_holds(), pk=pk)
    form = AnswerForm(request.POST)
    act = request.POST.get("act", "")
    if not form.is_valid() or act not in {"release", "remove"}:
        messages.error(request, _("Write why, in at most 300 characters: the creator reads it. Nothing was changed."))
        return redirect("commissions:holds")
    words, waiting = form.cleaned_data["words"], getattr(hold, "appeal", None)
    try:
        if waiting is not None:
            appealing.decide(appeal=waiting, by=request.user, is_granted=act == "release", answer=words)
            said = _("The appeal is decided. The creator is told.")
        elif act == "release":
            holding.release(hold=hold, by=request.user, note=words)
            said = _("Released. The creator is told.")
        else:
            appealing.find(hold=hold, by=request.user, words=words)
            said = _("Noted. It is taken away in 14 days unless she appeals; she is told.")
    except CommissionError as refusal:
        messages.error(request, str(refusal) or _("Somebody has decided about it already."))
    else:
        messages.success(request, said)
    return redirect("commissions:holds")
