"""A creator's standing: her own page with its appeals, and the pages of staff."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.http import render_page
from influencers.access import any_influencer_required, reviewer_required
from influencers.conduct_forms import SanctionForm
from influencers.errors import ProgrammeError
from influencers.forms import NameForm
from influencers.models import Influencer
from influencers.queries import standing as queries
from influencers.services import conduct, probation, proving
from influencers.views.applying import member


def _words(request: HttpRequest) -> str:
    """What was written, without NUL characters: PostgreSQL keeps none."""
    return request.POST.get("words", "").replace("\0", "")


def _standing(
    request: HttpRequest, *, refusal: str = "", typed: str = "", form: NameForm | None = None, status: int = 200
) -> HttpResponse:
    page = queries.own_standing(member(request))
    context = {"page": page, "refusal": refusal, "typed": typed, "form": form or NameForm()}
    return render(request, "influencers/standing.html", context, status=status)


@never_cache
@require_GET
def standing(request: HttpRequest) -> HttpResponse:
    """How she stands, why, and what she can do."""
    return _standing(request)


@require_POST
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """She asks another person to look at a sanction."""
    sanction, text = queries.own_sanction(member(request), pk), _words(request)
    try:
        conduct.appeal(sanction=sanction, text=text)
    except ProgrammeError as error:
        return _standing(request, refusal=error.message, typed=text, status=error.status)
    messages.success(request, _("Your appeal is sent. A person who did not decide this answers it here."))
    return redirect("influencers:standing")


@require_POST
@any_influencer_required
def add_account(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Another account of hers, or one under its new name: she proves it on its own page."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _standing(request, form=form, status=422)
    return redirect("influencers:prove", proving.connect(user=influencer.user, **form.cleaned_data).pk)


@reviewer_required
@never_cache
@require_GET
def creators(request: HttpRequest) -> HttpResponse:
    """The creators, by how they stand."""
    page, show, q = queries.creators_page(request)
    return render_page(request, "influencers/creators.html", {"page": page, "show": show, "q": q})


def _creator(
    request: HttpRequest,
    pk: int,
    *,
    refusal: str = "",
    form: SanctionForm | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    page = queries.creator_page(pk, member(request))
    context = {
        "page": page, "form": form or SanctionForm(), "refusal": refusal, "typed": typed,
        "is_own": page.influencer.user_id == member(request).pk,
    }  # fmt: skip
    return render(request, "influencers/creator.html", context, status=status)


@reviewer_required
@never_cache
@require_GET
def creator(request: HttpRequest, pk: int) -> HttpResponse:
    """One creator: how she stands, her accounts, what happened."""
    return _creator(request, pk)


@reviewer_required
@require_POST
def sanction(request: HttpRequest, pk: int) -> HttpResponse:
    """Warn, suspend or ban."""
    queries.creator_page(pk, member(request))
    form = SanctionForm(request.POST)
    if not form.is_valid():
        return _creator(request, pk, form=form, status=422)
    try:
        made = conduct.impose(influencer_pk=pk, by=member(request), **form.cleaned_data)
    except ProgrammeError as error:
        return _creator(request, pk, refusal=error.message, form=form, status=error.status)
    text = (
        _("Written down. A second person has to confirm the ban.")
        if made.state == "proposed"
        else _("Written down. She is told why and how to appeal.")
    )
    messages.success(request, text)
    return redirect("influencers:creator", pk)


def _act(request: HttpRequest, creator_pk: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except ProgrammeError as error:
        return _creator(request, creator_pk, refusal=error.message, typed=_words(request), status=error.status)
    messages.success(request, _("Written down."))
    return redirect("influencers:creator", creator_pk)


@reviewer_required
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a ban, refuse it, lift a sanction, answer an appeal: as the pressed button says."""
    row, by, words = queries.sanction_for_review(pk), member(request), _words(request)
    acts: dict[str, Callable[[], object]] = {
        "confirm": lambda: conduct.confirm(sanction_pk=pk, by=by),
        "refuse": lambda: conduct.refuse(sanction_pk=pk, by=by, words=words),
        "lift": lambda: conduct.lift(sanction_pk=pk, by=by, words=words),
        "uphold": lambda: conduct.decide_appeal(sanction_pk=pk, by=by, is_lifted=False, words=words),
        "grant": lambda: conduct.decide_appeal(sanction_pk=pk, by=by, is_lifted=True, words=words),
    }
    act = acts.get(request.POST.get("act", ""))
    return _act(request, row.influencer_id, act) if act else _creator(request, row.influencer_id, status=422)


@reviewer_required
@require_POST
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a probation, or let it go on."""
    queries.creator_page(pk, member(request))
    by = member(request)
    if request.POST.get("act") == "resume":
        return _act(request, pk, lambda: probation.resume(influencer_pk=pk, by=by))
    return _act(request, pk, lambda: probation.pause(influencer_pk=pk, by=by, words=_words(request)))


@reviewer_required
@require_POST
def make_up(request: HttpRequest) -> HttpResponse:
    """The site was away: every probation that runs ends later."""
    hours = request.POST.get("hours", "")
    try:
        count = probation.make_up_for_outage(
            hours=int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 4 else 0,
            by=member(request),
            words=_words(request),
        )
    except ProgrammeError:
        messages.error(request, _("Nothing was changed: give hours from 1 to 720, and say what happened."))
    else:
        messages.success(request, _("%(count)d probations end later.") % {"count": count})
    return redirect("influencers:creators")
