"""The reviewers' desk: the queue, one case with its decision, the log, and the replies kept ready."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.http import is_part_request, render_page
from influencers.access import reviewer_required
from influencers.conduct_forms import WordsForm
from influencers.desk import DESK
from influencers.errors import ProgrammeError
from influencers.forms import (
    ApproveForm,
    AskForm,
    BulkForm,
    DeclineForm,
    FilterForm,
    LogForm,
    NoteForm,
    RefuseProofForm,
    RelevanceForm,
    ReplyForm,
)
from influencers.models import Application, ReplyTemplate, SocialAccount
from influencers.queries import desk as queries
from influencers.services import appealing, holding, picturing, replying, reviewing
from influencers.views.applying import member

Act = ReplyTemplate.Act
FORMS: dict[str, type[forms.Form]] = {Act.APPROVE: ApproveForm, Act.DECLINE: DeclineForm, Act.ASK: AskForm}
# The field in which the words to the applicant stand.
WORDS: dict[str, str] = {Act.APPROVE: "note", Act.DECLINE: "note", Act.ASK: "question"}


def filters_of(request: HttpRequest) -> tuple[queries.Filters, FilterForm]:
    """The filters of the address; what is wrong among them is left out and named by the form."""
    form = FilterForm(request.GET)
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if value}
    return queries.Filters(**given), form


def case_url(pk: int, filters: queries.Filters) -> str:
    """The address of a case within its filters; the heading is where reading begins."""
    query = f"?{filters.query}" if filters.query else ""
    return f"{reverse('influencers:review', args=[pk])}{query}#case"


@reviewer_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The applications that wait, oldest first."""
    return _queue(request, BulkForm())


def _queue(request: HttpRequest, bulk: BulkForm, *, status: int = 200) -> HttpResponse:
    filters, form = filters_of(request)
    path = reverse("influencers:queue")
    page, rows = queries.queue_page(filters, member(request), path, request.GET.get("after", ""))
    context = {
        "page": page,
        "rows": rows,
        "stats": queries.queue_stats(),
        "filters": filters,
        "form": form,
        "bulk": bulk,
        "can_bulk": filters.view in {"waiting", "second"},
        "clock_days": DESK.clock_days,
        "title": dict(FilterForm.VIEWS)[filters.view],
    }
    if form.errors and status == 200:
        status = 422
    return render_page(request, "influencers/queue.html", context, fragment="influencers/_queue.html", status=status)


@reviewer_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The same act for several cases; those that it is refused for are named."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        return _queue(request, form, status=422)
    verb = reviewing.decline_many if form.cleaned_data["act"] == Act.DECLINE else reviewing.ask_many
    outcome = verb(pks=form.cleaned_data["picked"], reviewer=member(request), reason=form.cleaned_data["reason"])
    text, left = queries.outcome_words(outcome.done, outcome.left)
    if outcome.done:
        undo = _("You can undo each for %(minutes)d minutes, under Decided.") % {"minutes": DESK.undo_minutes}
        messages.success(request, f"{text} {undo}")
    for line in left:
        messages.warning(request, line)
    filters, _form = filters_of(request)
    return redirect(f"{reverse('influencers:queue')}?{filters.query}")


@reviewer_required
@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its figures, evidence and score, and the decision."""
    return _case(request, pk)


def _case(request: HttpRequest, pk: int, more: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """The case; ``more`` carries what is different this time: forms with what was typed, a refusal."""
    application = queries.application_for_review(pk)
    filters, _form = filters_of(request)
    page = queries.review_page(application, member(request), filters)
    more = more or {}
    given = {act: form(auto_id=f"{act}_%s") for act, form in FORMS.items() if f"{act}_form" not in more}
    if Act.APPROVE in given:
        words = replying.reply_for(application, Act.APPROVE, "")
        given[Act.APPROVE] = ApproveForm(initial={"note": words}, auto_id="approve_%s")
    context = {
        "page": page,
        "application": application,
        "filters": filters,
        **{f"{act}_form": form for act, form in given.items()},
        "note_form": NoteForm(auto_id="note_%s"),
        "appeal_form": WordsForm(auto_id="appeal_%s"),
        "rows": [
            (
                claim,
                RelevanceForm(initial={"relevance": claim.account.relevance}, auto_id=f"rate_{claim.account.pk}_%s"),
            )
            for claim in page.claims
        ],
        "proofs": [(card, RefuseProofForm(auto_id=f"refuse_{card.connection.pk}_%s")) for card in page.cards],
        "viewer": request.user,
        "clock_days": DESK.clock_days,
        "hold_minutes": DESK.hold_minutes,
        "undo_minutes": DESK.undo_minutes,
        **more,
    }
    return render(request, "influencers/review.html", context, status=status)


def _refused(request: HttpRequest, pk: int, error: ProgrammeError, typed: dict[str, Any] | None = None) -> HttpResponse:
    """The case as it is now, with the reason why nothing was changed."""
    return _case(request, pk, {"refusal": error.message, **(typed or {})}, status=error.status)


@reviewer_required
@require_GET
def post_picture(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The picture of a recent post, from our own address."""
    content = picturing.post_picture(queries.snapshot_for_review(pk), number)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})


@reviewer_required
@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the case: others read it and do not decide. The page asks for it when it is there, a button does without."""
    queries.application_for_review(pk)
    filters, _form = filters_of(request)
    try:
        holding.hold(application_pk=pk, reviewer=member(request))
    except ProgrammeError as error:
        if not is_part_request(request):
            return _refused(request, pk, error)
    if not is_part_request(request):
        return redirect(case_url(pk, filters))
    # Held by somebody else, decided, or hers: the fragment says which.
    application = queries.application_for_review(pk)
    context = {
        "page": queries.review_page(application, member(request), filters),
        "application": application,
        "filters": filters,
        "hold_minutes": DESK.hold_minutes,
    }
    return render_page(request, "influencers/_hold.html", context)


@reviewer_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case back: sent when the page is left, and by a button."""
    queries.application_for_review(pk)
    try:
        until = parse_datetime(request.POST.get("until", "").strip())
    except ValueError:
        until = None
    if until is not None and timezone.is_aware(until):
        holding.release(application_pk=pk, reviewer=member(request), until=until)
    filters, _form = filters_of(request)
    return redirect(f"{reverse('influencers:queue')}?{filters.query}")


def _form_for(act: str, request: HttpRequest, application: Application) -> tuple[forms.Form, dict[str, Any]]:
    """The act's form as posted. ``step`` asks for less than the act: ``fill`` puts the kept reply into it, ``reason``
    does so unless somebody wrote other words, and all of them show what the applicant would read."""
    data = request.POST.copy()
    reason, step = data.get("reason", ""), data.get("step", "")
    words = data.get(WORDS[act], "")
    if step == "fill" or (step == "reason" and (not words.strip() or replying.is_kept(application, act, words))):
        data[WORDS[act]] = words = replying.reply_for(application, act, reason)
    form = FORMS[act](data, auto_id=f"{act}_%s")
    if step not in {"fill", "reason", "preview"}:
        return form, {}
    reading = queries.reading_of(application, act, reason, words)
    form = FORMS[act](initial=data.dict(), auto_id=f"{act}_%s")
    return form, {"reading": reading, "read_act": act}


def _decision(request: HttpRequest, pk: int, act: str, verb: Any, words: str) -> HttpResponse:
    """Fill, preview, or decide and load the next case."""
    application = queries.application_for_review(pk)
    form, shown = _form_for(act, request, application)
    if shown:
        if is_part_request(request):
            context = {"application": application, "filters": filters_of(request)[0], "form": form, "act": act, **shown}
            return render_page(request, "influencers/_words.html", context)
        return _case(request, pk, {f"{act}_form": form, **shown})
    if not form.is_valid():
        return _case(request, pk, {f"{act}_form": form}, status=422)
    try:
        decided = verb(application_pk=pk, reviewer=member(request), **form.cleaned_data)
    except ProgrammeError as error:
        return _refused(request, pk, error, {f"{act}_form": form})
    if act == Act.APPROVE and not decided.verdict:
        words = _("%(name)s: your yes is kept. Another reviewer confirms it.")
    return _onward(request, words % {"name": decided.display_name}, decided)


def _onward(request: HttpRequest, text: str, application: Application) -> HttpResponse:
    """After a decision the next case loads, and says what was done and how many are left."""
    filters, _form = filters_of(request)
    coming, waiting = queries.next_case(application, filters, member(request))
    left = ngettext("%(count)s left.", "%(count)s left.", waiting) % {"count": queries.count_words(waiting)}
    messages.success(request, f"{text} {left}")
    if coming is None:
        return redirect(f"{reverse('influencers:queue')}?{filters.query}")
    return redirect(case_url(coming, filters))


@reviewer_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes."""
    return _decision(request, pk, Act.APPROVE, reviewing.approve, _("%(name)s is approved."))


@reviewer_required
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Not yet, with the reason."""
    return _decision(request, pk, Act.DECLINE, reviewing.decline, _("%(name)s is declined."))


@reviewer_required
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A question to the applicant."""
    return _decision(request, pk, Act.ASK, reviewing.ask, _("%(name)s will be asked."))


@reviewer_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what she decided some minutes ago; the case is hers again."""
    queries.application_for_review(pk)
    filters, _form = filters_of(request)
    try:
        application = reviewing.undo(application_pk=pk, reviewer=member(request))
    except ProgrammeError as error:
        return _refused(request, pk, error)
    messages.success(
        request, _("Undone: %(name)s waits again, and was told nothing.") % {"name": application.display_name}
    )
    return redirect(case_url(pk, filters))


@reviewer_required
@require_POST
def answer_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a finding of fraud back, or let it stand."""
    row = queries.appeal_for_review(pk)
    form, act = WordsForm(request.POST, auto_id="appeal_%s"), request.POST.get("act", "")
    if not form.is_valid() or act not in {"grant", "refuse"}:
        return _case(request, row.application_id, {"appeal_form": form}, status=422)
    try:
        appealing.decide(appeal_pk=pk, by=member(request), is_granted=act == "grant", words=form.cleaned_data["words"])
    except ProgrammeError as error:
        return _refused(request, row.application_id, error, {"appeal_form": form})
    messages.success(request, _("The appeal is answered. The applicant gets a mail."))
    return redirect(case_url(row.application_id, filters_of(request)[0]))


@reviewer_required
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A word for other reviewers."""
    queries.application_for_review(pk)
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return _case(request, pk, {"note_form": form}, status=422)
    try:
        reviewing.add_note(application_pk=pk, reviewer=member(request), text=form.cleaned_data["text"])
    except ProgrammeError as error:
        return _refused(request, pk, error, {"note_form": form})
    messages.success(request, _("Your note is kept."))
    return redirect(case_url(pk, filters_of(request)[0]))


@reviewer_required
@require_POST
def rate(request: HttpRequest, pk: int, account_pk: int) -> HttpResponse:
    """How much of one account shows products; the score follows."""
    queries.application_for_review(pk)
    form = RelevanceForm(request.POST)
    if not form.is_valid():
        return _case(request, pk, {"refusal": " ".join(str(error) for error in form.errors["relevance"])}, status=422)
    try:
        application = reviewing.rate_relevance(
            application_pk=pk, account_pk=account_pk, reviewer=member(request), relevance=form.cleaned_data["relevance"]
        )
    except SocialAccount.DoesNotExist:
        raise Http404 from None
    except ProgrammeError as error:
        return _refused(request, pk, error)
    messages.success(request, _("The score is now %(points)s.") % {"points": application.score_points})
    return redirect(case_url(pk, filters_of(request)[0]))


@reviewer_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Every act on every application, newest first. Nobody can change it."""
    form = LogForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    page, lines = queries.log_page(
        kind=given.get("kind", ""),
        actor=given.get("actor", ""),
        about=given.get("about", ""),
        since=_midnight(given.get("since")),
        until=_midnight(given.get("until")),
        after=request.GET.get("after", ""),
        path=request.path,
    )
    context = {"page": page, "lines": lines, "form": form}
    code = 422 if form.errors else 200
    return render_page(request, "influencers/log.html", context, fragment="influencers/_log.html", status=code)


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


@reviewer_required
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """The replies kept ready, and the form for a new one."""
    return _reply(request, None)


@reviewer_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """One reply to change."""
    return _reply(request, get_object_or_404(ReplyTemplate, pk=pk))


def _reply(request: HttpRequest, row: ReplyTemplate | None) -> HttpResponse:
    form = ReplyForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The reply is kept."))
        return redirect("influencers:replies")
    context = {"form": form, "row": row, "replies": queries.replies_kept()}
    return render_page(request, "influencers/replies.html", context, status=422 if request.method == "POST" else 200)
