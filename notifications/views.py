"""A person's notices."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from core.http import MemberRequest, render_page
from core.paging import page_of
from notifications import queries, services


@require_GET
def notices(request: MemberRequest) -> HttpResponse:
    page = page_of(queries.notices_of(request.user), request, size=20)
    return render_page(
        request, "notifications/notices.html", {"page": page, "groups": queries.grouped(list(page.items))}
    )


@require_POST
def mark_read(request: MemberRequest) -> HttpResponse:
    services.mark_read(recipient=request.user)
    return redirect("notifications:notices")
