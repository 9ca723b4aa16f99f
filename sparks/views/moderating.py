"""The desk of the shop's staff: what is reported, held and appealed; and the author's side of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.http import MemberRequest
from sparks import queries
from sparks.access import moderator_required
from sparks.errors import SparkError
from sparks.models import Report
from sparks.services import moderating

HIDDEN = "hidden_last"


@moderator_required
@require_safe
def reports(request: MemberRequest) -> HttpResponse:
    """What waits for a decision; above it the way back from what was hidden last."""
    context = {
        "cases": queries.desk(request.user),
        "hidden": request.session.pop(HIDDEN, None),
        "reasons": Report.Reason.choices,
    }
    return render(request, "sparks/reports.html", context)


def _act(request: HttpRequest, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except SparkError as refusal:
        request.session.pop(HIDDEN, None)
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("sparks:reports")


def _reason(request: HttpRequest, default: str) -> str:
    typed = request.POST.get("reason", "")
    return typed if typed in Report.Reason.values else default


@moderator_required
@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Hide what was reported (``uphold=1``), or let it stay."""
    report = queries.open_report(pk)
    uphold = request.POST.get("uphold") == "1"
    if uphold:
        request.session[HIDDEN] = {"code": report.spark.code, "comment": report.comment_id or ""}
    reason = _reason(request, report.reason)
    return _act(
        request,
        lambda: moderating.decide_report(report=report, uphold=uphold, by=request.user, reason=reason),
        _("Hidden. Its author is told why.") if uphold else _("It stays."),
    )


@moderator_required
@require_POST
def hide(request: MemberRequest, code: str) -> HttpResponse:
    """Hide a Spark, or a comment under it, at once; or show it again (``on=0``)."""
    spark = queries.any_spark(code)
    comment = queries.any_comment(spark, request.POST.get("comment", ""))
    if request.POST.get("on", "1") != "1":
        return _act(
            request,
            lambda: moderating.show(spark=spark, comment=comment, by=request.user),
            _("It stands again."),
        )
    request.session[HIDDEN] = {"code": spark.code, "comment": comment.pk if comment else ""}
    reason = _reason(request, Report.Reason.OTHER)
    return _act(
        request,
        lambda: moderating.hide(spark=spark, comment=comment, by=request.user, reason=reason),
        _("Hidden. Its author is told why."),
    )


@moderator_required
@require_POST
def release(request: MemberRequest, code: str) -> HttpResponse:
    """Let a Spark, or a comment under it, through that waited for a look."""
    spark = queries.any_spark(code)
    comment = queries.any_comment(spark, request.POST.get("comment", ""))
    return _act(request, lambda: moderating.release(spark=spark, comment=comment, by=request.user), _("It stands now."))


@moderator_required
@require_POST
def decide_appeal(request: MemberRequest, pk: int) -> HttpResponse:
    """Show it again (``grant=1``), or let it stay hidden; never by who hid it."""
    row = queries.any_appeal(pk)
    grant = request.POST.get("grant") == "1"
    return _act(
        request,
        lambda: moderating.decide_appeal(row=row, grant=grant, by=request.user, note=request.POST.get("note", "")),
        _("It stands again.") if grant else _("It stays hidden."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ruling(request: MemberRequest, pk: int) -> HttpResponse:
    """Why something of hers was hidden, and her appeal."""
    row = queries.own_ruling(pk, request.user)
    refusal, typed = "", request.POST.get("words", "")[:2000]
    if request.method == "POST":
        try:
            moderating.appeal(ruling=row, author=request.user, words=request.POST.get("words", ""))
        except SparkError as trouble:
            refusal = str(trouble)
        else:
            messages.success(request, _("Sent. Somebody else than who hid it decides; you are told."))
            return redirect("sparks:ruling", row.pk)
    context = {
        "ruling": row, "appeal": getattr(row, "appeal", None), "refusal": refusal, "typed": typed,
        "most": moderating.LONGEST_APPEAL, "can_appeal": moderating.can_appeal(row),
    }  # fmt: skip
    return render(request, "sparks/ruling.html", context, status=422 if refusal else 200)
