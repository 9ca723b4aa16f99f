"""The programme's pages: apply, where it stands, and the reviewers' desk."""

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
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from core.http import render_page
from influencers import queries
from influencers.access import reviewer_required
from influencers.countries import country_name
from influencers.errors import Incomplete, ProgrammeError
from influencers.forms import (
    PREFIX,
    AccountFormSet,
    AnswerForm,
    ApproveForm,
    AskForm,
    DeclineForm,
    RelevanceForm,
    SendForm,
    YouForm,
    typed_accounts,
)
from influencers.models import SocialAccount
from influencers.services import applying

STEPS = ("you", "accounts", "reach", "send")
SHOWS = ("oldest", "near", "reapplied", "asked")


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
    view = {"you": _you, "accounts": _accounts, "reach": _reach, "send": _send}[step]
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
    formset = typed_accounts(request.POST, without=int(removed) if removed.isascii() and removed.isdigit() else None)
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
    return _onward(request, "reach")


def _reach(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    if request.method == "POST":
        return _onward(request, "send")
    accounts = queries.accounts_of(standing.latest)
    if not accounts:
        return redirect(step_url("accounts"))
    score = queries.live_score(applying.figures_of(account) for account in accounts)
    context = _context("reach", score=score, accounts=accounts)
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
        score=queries.live_score(applying.figures_of(account) for account in accounts),
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
    return render(request, "influencers/status.html", {"page": page, "form": form, "refusal": refusal}, status=code)


@reviewer_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The applications that wait, oldest first."""
    show = request.GET.get("show", "oldest")
    if show not in SHOWS:
        raise Http404
    page, rows, waiting = queries.queue_page(request, show)
    context = {"page": page, "rows": rows, "waiting": waiting, "show": show}
    return render_page(request, "influencers/queue.html", context, fragment="influencers/_queue.html")


@reviewer_required
@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its figures, evidence and score, and the decision."""
    return _case(request, pk)


def _case(request: HttpRequest, pk: int, *, refusal: str = "", status: int = 200, **forms: Any) -> HttpResponse:
    page = queries.review_page(pk, member(request))
    context = {
        "page": page,
        "refusal": refusal,
        "approve_form": ApproveForm(auto_id="approve_%s"),
        "decline_form": DeclineForm(auto_id="decline_%s"),
        "ask_form": AskForm(auto_id="ask_%s"),
        "rows": [
            (account, RelevanceForm(initial={"relevance": account.relevance}, auto_id=f"rate_{account.pk}_%s"))
            for account in page.accounts
        ],
        **forms,
    }
    return render(request, "influencers/review.html", context, status=status)


def _decided(request: HttpRequest, text: str, application: Any) -> HttpResponse:
    """After a decision the next case loads."""
    following, waiting = queries.next_case(application)
    left = ngettext("%(count)d left.", "%(count)d left.", waiting) % {"count": waiting}
    messages.success(request, f"{text} {left}")
    return redirect("influencers:review", pk=following) if following else redirect("influencers:queue")


@reviewer_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes."""
    queries.application_for_review(pk)
    form = ApproveForm(request.POST, auto_id="approve_%s")
    if not form.is_valid():
        return _case(request, pk, status=422, approve_form=form)
    try:
        application = applying.approve(application_pk=pk, reviewer=member(request), note=form.cleaned_data["note"])
    except ProgrammeError as error:
        return _case(request, pk, refusal=error.message, status=error.status)
    return _decided(request, _("%(name)s is approved.") % {"name": application.display_name}, application)


@reviewer_required
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Not yet, with the reason."""
    queries.application_for_review(pk)
    form = DeclineForm(request.POST, auto_id="decline_%s")
    if not form.is_valid():
        return _case(request, pk, status=422, decline_form=form)
    try:
        application = applying.decline(application_pk=pk, reviewer=member(request), **form.cleaned_data)
    except ProgrammeError as error:
        return _case(request, pk, refusal=error.message, status=error.status)
    return _decided(request, _("%(name)s is declined.") % {"name": application.display_name}, application)


@reviewer_required
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A question to the applicant."""
    queries.application_for_review(pk)
    form = AskForm(request.POST, auto_id="ask_%s")
    if not form.is_valid():
        return _case(request, pk, status=422, ask_form=form)
    try:
        application = applying.ask(application_pk=pk, reviewer=member(request), question=form.cleaned_data["question"])
    except ProgrammeError as error:
        return _case(request, pk, refusal=error.message, status=error.status)
    return _decided(request, _("%(name)s was asked.") % {"name": application.display_name}, application)


@reviewer_required
@require_POST
def rate(request: HttpRequest, pk: int, account_pk: int) -> HttpResponse:
    """How much of one account shows products; the score follows."""
    queries.application_for_review(pk)
    form = RelevanceForm(request.POST)
    if not form.is_valid():
        return _case(request, pk, refusal=" ".join(str(error) for error in form.errors["relevance"]), status=422)
    try:
        application = applying.rate_relevance(
            application_pk=pk, account_pk=account_pk, reviewer=member(request), relevance=form.cleaned_data["relevance"]
        )
    except SocialAccount.DoesNotExist:
        raise Http404 from None
    except ProgrammeError as error:
        return _case(request, pk, refusal=error.message, status=error.status)
    messages.success(request, _("The score is now %(points)s.") % {"points": application.score_points})
    return redirect(f"{reverse('influencers:review', args=[pk])}#score")
