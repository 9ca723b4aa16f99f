"""Pages about whose account it is: hers, the reviewers', and the networks as staff see them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.http import render_page
from core.images import BadPicture
from core.sealing import BrokenSeal, unseal_bytes
from influencers.access import reviewer_required
from influencers.errors import NetworkTrouble, ProgrammeError, TooManyTries
from influencers.forms import EvidenceForm, RefuseProofForm
from influencers.models import Connection
from influencers.queries import proving as queries
from influencers.services import proving
from influencers.views.applying import member


def _prove(
    request: HttpRequest,
    connection: Connection,
    *,
    refusal: str = "",
    form: EvidenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "page": queries.prove_page(connection),
        "connection": connection,
        "evidence_form": form or EvidenceForm(),
        "refusal": refusal,
    }
    return render(request, "influencers/prove.html", context, status=status)


def _refused(request: HttpRequest, connection: Connection, error: ProgrammeError) -> HttpResponse:
    connection.refresh_from_db()
    response = _prove(request, connection, refusal=error.message, status=error.status)
    if isinstance(error, TooManyTries):
        response["Retry-After"] = str(error.seconds)
    return response


@never_cache
@require_GET
def prove(request: HttpRequest, pk: int) -> HttpResponse:
    """One of her accounts: whether it is proved, how and when, and the ways to prove it."""
    return _prove(request, queries.own_connection(member(request), pk))


@never_cache
@require_POST
def sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """What will be asked for on the network, and the link to it. The content policy lets no form lead to another site."""
    connection = queries.own_connection(member(request), pk)
    try:
        address = proving.begin_sign_in(connection=connection)
    except ProgrammeError as error:
        return _refused(request, connection, error)
    return render(request, "influencers/sign_in.html", {"connection": connection, "address": address})


@never_cache
@require_GET
def signed_in(request: HttpRequest, platform: str) -> HttpResponse:
    """Back from a network. The one GET that writes: networks send people back so, and the state is good once."""
    name = queries.platform_or_404(platform)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    try:
        if request.GET.get("error"):
            connection = proving.turn_back(user=member(request), platform=name, state=state)
            messages.info(request, _("You did not allow it, so nothing was connected. There are other ways."))
        else:
            connection = proving.finish_sign_in(user=member(request), platform=name, state=state, code=code)
            messages.success(request, _("%(account)s is proved to be yours.") % {"account": connection})
    except ProgrammeError as error:
        return render(request, "influencers/sign_in_refused.html", {"refusal": error.message}, status=error.status)
    return redirect("influencers:prove", pk=connection.pk)


@require_POST
def give_code(request: HttpRequest, pk: int) -> HttpResponse:
    """A code for her profile."""
    connection = queries.own_connection(member(request), pk)
    try:
        proving.give_code(connection=connection)
    except ProgrammeError as error:
        return _refused(request, connection, error)
    return redirect("influencers:prove", pk=pk)


@require_POST
def check_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for her code, or have a reviewer look."""
    connection = queries.own_connection(member(request), pk)
    try:
        connection = proving.check_code(connection=connection)
    except ProgrammeError as error:
        return _refused(request, connection, error)
    if connection.is_proved:
        messages.success(request, _("%(account)s is proved to be yours.") % {"account": connection})
    else:
        messages.success(request, _("A reviewer will look for the code. Leave it in the profile until then."))
    return redirect("influencers:prove", pk=pk)


@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture as evidence."""
    connection = queries.own_connection(member(request), pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _prove(request, connection, form=form, status=422)
    try:
        proving.hand_in(connection=connection, upload=form.cleaned_data["picture"])
    except BadPicture as refusal:
        form.add_error("picture", str(refusal))
        return _prove(request, connection, form=form, status=422)
    except ProgrammeError as error:
        return _refused(request, connection, error)
    messages.success(request, _("Your picture is with the reviewers. Only you and they can see it."))
    return redirect("influencers:prove", pk=pk)


@require_POST
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the proof and the tokens back."""
    connection = queries.own_connection(member(request), pk)
    try:
        proving.disconnect(connection=connection)
    except NetworkTrouble as error:
        messages.warning(request, _("Disconnected here, and what we kept is erased. %(why)s") % {"why": error.message})
    else:
        messages.success(request, _("Disconnected. What we kept to read the account with is erased."))
    return redirect("influencers:prove", pk=pk)


@never_cache
@require_GET
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture itself, for her who handed it in and for reviewers."""
    kept = queries.evidence_picture(pk, member(request))
    try:
        picture = unseal_bytes(bytes(kept.picture))
    except BrokenSeal:
        return HttpResponse(status=410)
    return HttpResponse(
        picture,
        content_type="image/webp",
        headers={
            "Content-Disposition": "inline; filename=evidence.webp",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@reviewer_required
@never_cache
@require_GET
def proofs(request: HttpRequest) -> HttpResponse:
    """The proofs that wait for a reviewer."""
    return _proofs(request)


def _proofs(
    request: HttpRequest,
    *,
    refusal: str = "",
    refused_pk: int = 0,
    form: RefuseProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page, cards, total = queries.proofs_page(request)
    rows = [
        (
            card,
            form
            if form and card.connection.pk == refused_pk
            else RefuseProofForm(auto_id=f"refuse_{card.connection.pk}_%s"),
        )
        for card in cards
    ]
    context = {"page": page, "rows": rows, "total": total, "refusal": refusal, "viewer": request.user}
    return render_page(request, "influencers/proofs.html", context, status=status)


@reviewer_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The code is there, or the picture is believed."""
    queries.connection_for_review(pk)
    try:
        connection = proving.accept(connection_pk=pk, reviewer=member(request), asked=request.POST.get("asked", ""))
    except ProgrammeError as error:
        return _proofs(request, refusal=error.message, status=error.status)
    messages.success(request, _("%(account)s is proved.") % {"account": connection})
    return redirect("influencers:proofs")


@reviewer_required
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The code is not there, or the picture is not enough."""
    queries.connection_for_review(pk)
    form = RefuseProofForm(request.POST, auto_id=f"refuse_{pk}_%s")
    if not form.is_valid():
        return _proofs(request, form=form, refused_pk=pk, status=422)
    try:
        connection = proving.refuse(
            connection_pk=pk,
            reviewer=member(request),
            asked=request.POST.get("asked", ""),
            words=form.cleaned_data["words"],
        )
    except ProgrammeError as error:
        return _proofs(request, refusal=error.message, status=error.status)
    messages.success(request, _("%(account)s is not proved; the applicant reads why.") % {"account": connection})
    return redirect("influencers:proofs")


@reviewer_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A proof was false."""
    queries.connection_for_review(pk)
    form = RefuseProofForm(request.POST)
    if not form.is_valid():
        return _proofs(request, refusal=_("Write what the applicant can do."), status=422)
    try:
        connection = proving.withdraw(connection_pk=pk, reviewer=member(request), words=form.cleaned_data["words"])
    except ProgrammeError as error:
        return _proofs(request, refusal=error.message, status=error.status)
    messages.success(request, _("The proof of %(account)s is taken back.") % {"account": connection})
    return redirect("influencers:proofs")


@reviewer_required
@never_cache
@require_GET
def networks(request: HttpRequest) -> HttpResponse:
    """Which networks are connected, why one is not, and how much they are asked."""
    return render(request, "influencers/networks.html", {"rows": queries.networks()})
