"""The queue of reports, and hiding at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.http import MemberRequest
from sparks import queries
from sparks.access import moderator_required
from sparks.services import moderating


@moderator_required
@require_safe
def reports(request: MemberRequest) -> HttpResponse:
    """What waits for a decision."""
    return render(request, "sparks/reports.html", {"reports": queries.reports()})


@moderator_required
@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Hide what was reported (``uphold=1``), or let it stay."""
    uphold = request.POST.get("uphold") == "1"
    moderating.decide_report(report=queries.open_report(pk), uphold=uphold, by=request.user)
    messages.success(request, _("Hidden.") if uphold else _("It stays."))
    return redirect("sparks:reports")


@moderator_required
@require_POST
def hide(request: MemberRequest, code: str) -> HttpResponse:
    """Hide a Spark at once, or show it again (``on=0``)."""
    spark = queries.any_spark(code)
    if request.POST.get("on", "1") == "1":
        moderating.hide_spark(spark=spark, by=request.user)
        messages.success(request, _("Hidden."))
    else:
        moderating.show_spark(spark=spark, by=request.user)
        messages.success(request, _("It stands again."))
    return redirect("sparks:reports")
