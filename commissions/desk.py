"""Pages of the people who pay creators: approve, send, settle, and see that the books agree."""

import csv

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from commissions import queries
from commissions.access import payer_required
from commissions.cells import safe_cell
from commissions.errors import CommissionError
from commissions.forms import FAILURES, FailureForm, NoteForm
from commissions.services import payouts, reconciling
from core.http import MemberRequest
from core.money import Money
from core.paging import page_of


def _back(request: HttpRequest, *, said: str = "", refused: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    if refused:
        messages.error(request, refused)
    return redirect("commissions:desk")


@never_cache
@require_GET
@payer_required
def desk(request: HttpRequest) -> HttpResponse:
    context = {
        "desk": queries.desk(), "batches": queries.bank_batches(), "failures": FAILURES,
        "page": page_of(queries.ended_payouts(), request, size=20),
    }  # fmt: skip
    return render(request, "commissions/desk.html", context)


@require_POST
@payer_required
def run(request: MemberRequest) -> HttpResponse:
    """A run besides the weekly one; its slot is the minute, so that pressing twice makes one."""
    slot = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    try:
        done = payouts.run(slot=slot, by=request.user)
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    said = ngettext("%(n)s payout was prepared.", "%(n)s payouts were prepared.", done.made) % {"n": done.made}
    return _back(request, said=said)


@require_POST
@payer_required
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    row = queries.payout_for_desk(pk)
    try:
        payouts.approve(payout=row, by=request.user)
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    return _back(request, said=_("%(number)s is approved.") % {"number": row.number})


@require_POST
@payer_required
def refuse(request: MemberRequest, pk: int) -> HttpResponse:
    row, form = queries.payout_for_desk(pk), NoteForm(request.POST)
    if not form.is_valid():
        return _back(
            request, refused=_("Write why: the creator sees that it was refused, your colleagues see your words.")
        )
    try:
        payouts.refuse(payout=row, by=request.user, note=form.cleaned_data["note"])
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    return _back(request, said=_("%(number)s was refused; the money is back in the balance.") % {"number": row.number})


@require_POST
@payer_required
def make_file(request: MemberRequest) -> HttpResponse:
    try:
        batch = payouts.make_bank_file(by=request.user)
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    return _back(request, said=_("The bank file %(name)s is ready below.") % {"name": batch})


@never_cache
@require_GET
@payer_required
def bank_file(request: MemberRequest, batch: str) -> HttpResponse:
    rows = payouts.bank_rows(batch=batch, by=request.user)
    if not rows:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="payouts-{batch}.csv"'
    out = csv.writer(response, quoting=csv.QUOTE_ALL)
    out.writerow(["reference", "name", "country", "account", "bank_code", "amount", "currency"])
    for row in rows:
        payout = row.payout
        amount = str(Money(payout.amount_minor, payout.currency).major)
        name = safe_cell(payout.payee.name)
        out.writerow([payout.number, name, payout.payee.country, row.account, row.bank_code, amount, payout.currency])
    return response


@require_POST
@payer_required
def mark_paid(request: MemberRequest, pk: int) -> HttpResponse:
    row = queries.payout_for_desk(pk)
    try:
        payouts.mark_paid(payout=row, by=request.user, reference=request.POST.get("reference", "").replace("\0", ""))
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    return _back(request, said=_("%(number)s is paid. The creator is told.") % {"number": row.number})


@require_POST
@payer_required
def mark_failed(request: MemberRequest, pk: int) -> HttpResponse:
    row, form = queries.payout_for_desk(pk), FailureForm(request.POST)
    if not form.is_valid():
        return _back(request, refused=_("Choose why it failed."))
    try:
        payouts.mark_failed(payout=row, by=request.user, failure=form.cleaned_data["failure"])
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    return _back(request, said=_("%(number)s failed; the money is back in the balance.") % {"number": row.number})


@require_POST
@payer_required
def check_now(request: MemberRequest) -> HttpResponse:
    """The nightly checks at once; the ledger's proof reads every row."""
    try:
        found = [reconciling.check_ledger(), reconciling.check_provider()]
    except CommissionError as refusal:
        return _back(request, refused=str(refusal))
    if any(check and check.differences for check in found):
        return _back(request, refused=_("There is a difference: see below. Payouts are stopped."))
    return _back(request, said=_("Everything agrees."))


@require_POST
@payer_required
def settle_check(request: MemberRequest, pk: int) -> HttpResponse:
    row, form = queries.check_for_desk(pk), NoteForm(request.POST)
    if not form.is_valid():
        return _back(request, refused=_("Write what you found and did."))
    try:
        reconciling.settle(check=row, by=request.user, note=form.cleaned_data["note"])
    except CommissionError as refusal:
        return _back(request, refused=str(refusal) or _("Somebody has settled this already."))
    return _back(request, said=_("Settled. Payouts go on unless another difference is open."))
