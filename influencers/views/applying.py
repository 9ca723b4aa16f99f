"""The programme's pages for applicants: apply, and where it stands."""

from dataclasses import asdict
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core.http import render_page
from influencers.countries import country_name
from influencers.errors import CountryClosed, Incomplete, ProgrammeError
from influencers.forms import (
    PREFIX,
    AccountFormSet,
    AnswerForm,
    AppealForm,
    SendForm,
    YouForm,
    typed_accounts,
)
from influencers.queries import programme as queries
from influencers.queries.proving import cards_for
from influencers.services import appealing, applying, inviting, judging

STEPS = ("you", "accounts", "prove", "reach", "send")


def member(request: HttpRequest) -> User:
    """The person who asks, on pages that no guest reaches."""
    return cast("User", request.user)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """What the programme is, for everyone; with ``?step=`` the steps of an application, for members."""
    step = request.GET.get("step", "")
    if not request.user.is_authenticated:
        if step or request.method == "POST":
            return redirect_to_login(request.get_full_path())
        return render(request, "influencers/landing.html", {"standing": None, **queries.programme()})
    standing = queries.standing_of(member(request))
    if request.method != "POST" and not step:
        return render(request, "influencers/landing.html", {"standing": standing, **queries.programme()})
    if step not in STEPS:
        raise Http404
    if not standing.may_edit:
        # Sent, approved, or too early: the status page says which, and from when.
        return redirect("influencers:status")
    view = {"you": _you, "accounts": _accounts, "prove": _prove, "reach": _reach, "send": _send}[step]
    try:
        return view(request, standing)
    except Incomplete as refusal:
        messages.error(request, refusal.message)
        return redirect(step_url(refusal.step))
    except ProgrammeError as refusal:
        messages.error(request, refusal.message)
        return redirect("influencers:status")


def step_url(step: str) -> str:
    """The address of one step."""
    return f"{reverse('influencers:apply')}?{urlencode({'step': step})}"


def _context(step: str, **more: Any) -> dict[str, Any]:
    number = STEPS.index(step) + 1
    return {
        "step": step,
        "number": number,
        "steps": STEPS,
        "back_url": step_url(STEPS[number - 2]) if number > 1 else reverse("influencers:apply"),
        "action": step_url(step),
        **more,
    }


def _onward(request: HttpRequest, following: str) -> HttpResponse:
    """After a step was kept: the next one, or out."""
    if request.POST.get("act") == "exit":
        messages.success(request, _("Your answers are kept. Come back whenever you like."))
        return redirect("influencers:apply")
    return redirect(step_url(following))


def _you(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    if request.method == "POST":
        form = YouForm(request.POST)
        if form.is_valid():
            applying.save_draft(user=member(request), **form.cleaned_data)
            try:
                applying.refuse_country(form.cleaned_data["country"])
            except CountryClosed as closed:
                messages.warning(request, closed.message)
            return _onward(request, "accounts")
        return render_page(request, "influencers/step_you.html", _context("you", form=form), status=422)
    last = standing.latest
    initial = {"display_name": member(request).name}
    if last:
        initial = {
            "display_name": last.display_name,
            "country": last.country,
            "topics": last.topics,
            "pitch": last.pitch,
        }
    return render_page(request, "influencers/step_you.html", _context("you", form=YouForm(initial=initial)))


def _accounts(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    template, fragment = "influencers/step_accounts.html", "influencers/_estimate.html"
    if request.method != "POST":
        kept = [asdict(applying.figures_of(account)) for account in queries.accounts_of(standing.latest)]
        score = queries.live_score(applying.AccountFigures(**figures) for figures in kept)
        formset = AccountFormSet(initial=kept, prefix=PREFIX)
        # "Add another account" leads here with one empty row more.
        formset.extra = 1 if "more" in request.GET or not kept else 0
        return render_page(request, template, _context("accounts", formset=formset, score=score))
    act = request.POST.get("act", "")
    removed = request.POST.get("remove", "")
    is_row = removed.isascii() and removed.isdigit() and len(removed) < 3
    formset = typed_accounts(request.POST, without=int(removed) if is_row else None)
    is_good = formset.is_valid()
    context = _context("accounts", formset=formset, score=queries.live_score(formset.figures()))
    if act == "check":
        return render_page(request, template, context, fragment=fragment)
    figures = formset.figures()
    is_enough = bool(figures) or bool(removed) or act == "exit"
    if not is_good or not is_enough:
        context["nothing"] = not is_enough and is_good
        return render_page(request, template, context, status=422)
    applying.save_draft(user=member(request), accounts=figures)
    if act == "add":
        return redirect(f"{step_url('accounts')}&more=1#more")
    if removed:
        return redirect(step_url("accounts"))
    return _onward(request, "prove")


def _prove(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    if request.method == "POST":
        return _onward(request, "reach")
    accounts = queries.accounts_of(standing.latest)
    if not accounts:
        return redirect(step_url("accounts"))
    return render_page(request, "influencers/step_prove.html", _context("prove", cards=cards_for(accounts)))


def _reach(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    if request.method == "POST":
        return _onward(request, "send")
    accounts = queries.accounts_of(standing.latest)
    if not accounts:
        return redirect(step_url("accounts"))
    context = _context("reach", score=queries.draft_score(accounts[0].application), accounts=accounts)
    return render_page(request, "influencers/step_reach.html", context, fragment="influencers/_estimate.html")


def _send(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    form = SendForm(request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            applying.submit(application=applying.save_draft(user=member(request)))
        except Incomplete:
            raise
        except ProgrammeError as error:
            refusal = error.message
        else:
            messages.success(request, _("Your application is sent."))
            return redirect("influencers:status")
    accounts = queries.accounts_of(standing.latest)
    context = _context(
        "send",
        form=form,
        refusal=refusal,
        application=standing.latest,
        accounts=accounts,
        score=queries.draft_score(standing.latest) if standing.latest else None,
        topics=queries.topic_names(standing.latest.topics) if standing.latest else "",
        country=country_name(standing.latest.country, request.LANGUAGE_CODE) if standing.latest else "",
    )
    return render_page(request, "influencers/step_send.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Where her application stands, and the answer to a reviewer's question."""
    standing = queries.standing_of(member(request))
    if request.method != "POST" and (
        standing.latest is None or (standing.may_edit and not standing.latest.submitted_at)
    ):
        return redirect("influencers:apply")
    page = queries.status_page(member(request))
    form = AnswerForm(request.POST or None)
    refusal, code = "", 200
    if request.method == "POST":
        code = 422
        if form.is_valid():
            try:
                applying.answer(application=page.application, text=form.cleaned_data["text"])
            except ProgrammeError as error:
                refusal, code = error.message, error.status
            else:
                messages.success(request, _("Your answer is sent. Your application keeps its place."))
                return redirect("influencers:status")
    context = {"page": page, "form": form, "appeal_form": AppealForm(auto_id="appeal_%s"), "refusal": refusal}
    return render(request, "influencers/status.html", context, status=code)


@require_POST
def appeal(request: HttpRequest) -> HttpResponse:
    """She has another person look at a finding of fraud."""
    page = queries.status_page(member(request))
    form = AppealForm(request.POST, auto_id="appeal_%s")
    refusal, code = "", 422
    if form.is_valid():
        try:
            appealing.appeal(application=page.application, text=form.cleaned_data["words"])
        except ProgrammeError as error:
            refusal, code = error.message, error.status
        else:
            messages.success(
                request, _("Your appeal is sent. A person who never decided about you answers; you get a mail.")
            )
            return redirect("influencers:status")
    context = {"page": page, "form": AnswerForm(), "appeal_form": form, "refusal": refusal}
    return render(request, "influencers/status.html", context, status=code)


@require_POST
def apply_again(request: HttpRequest) -> HttpResponse:
    """The last application once more, nothing filled in again."""
    try:
        inviting.apply_again(user=member(request))
    except Incomplete as refusal:
        messages.error(request, refusal.message)
        return redirect(step_url(refusal.step))
    except ProgrammeError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your application is sent."))
    return redirect("influencers:status")


@require_POST
def ask_for_a_person(request: HttpRequest) -> HttpResponse:
    """What the rule declined goes to a reviewer."""
    page = queries.status_page(member(request))
    try:
        judging.ask_for_a_person(application=page.application)
    except ProgrammeError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("A person looks at your application now."))
    return redirect("influencers:status")
