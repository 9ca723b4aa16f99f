"""A creator's own code and channels in the studio, and the short addresses that lead to her."""

import io
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from influencers.access import influencer_required
from influencers.errors import ProgrammeError
from influencers.forms import ChannelForm, CodeForm
from influencers.models import Influencer
from influencers.queries import referring as queries
from influencers.referral_cookie import came_through
from influencers.services import referring


@login_not_required
@require_safe
def go(request: HttpRequest, code: str) -> HttpResponse:
    """A channel's short address: counts the visit and leads to the page that was written down when the channel was made."""
    return _lead(request, code, "channel")


@login_not_required
@require_safe
def go_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The same by its QR code, counted by itself."""
    return _lead(request, code, "qr")


def _lead(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    link = queries.link_at(code)
    source = f"{kind}:{link.pk}"
    response = HttpResponseRedirect(queries.destination(link, source))
    # A browser that remembers where it leads would not ask again, and nothing would be counted.
    response["Cache-Control"] = "no-store"
    if link.influencer.is_active:
        came_through(
            request, response, influencer=link.influencer, source=source, product_id=link.product_id,
            live_at=link.created_at,
        )  # fmt: skip
    return response


def _page(
    request: HttpRequest, influencer: Influencer, *, code: CodeForm | None = None, channel: ChannelForm | None = None
) -> HttpResponse:
    context = {
        "page": queries.channels_page(influencer),
        "code_form": code or CodeForm(),
        "channel_form": channel or ChannelForm(influencer=influencer),
    }
    return render(request, "influencers/channels.html", context, status=422 if code or channel else 200)


@require_GET
@influencer_required
def channels(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Her code, and her channels with their addresses, QR codes and clicks."""
    return _page(request, influencer)


@require_POST
@influencer_required
def choose_code(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Choose the code that buyers type."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            chosen = referring.choose_code(influencer=influencer, typed=form.cleaned_data["code"])
        except ProgrammeError as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, _("Your code is %(code)s.") % {"code": chosen})
            return redirect("influencers:channels")
    return _page(request, influencer, code=form)


@require_POST
@influencer_required
def fresh_code(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Another code in one click, in place of one that is paused."""
    try:
        chosen = referring.fresh_code(influencer=influencer)
    except ProgrammeError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your code is %(code)s.") % {"code": chosen})
    return redirect("influencers:channels")


@require_POST
@influencer_required
def add_channel(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Make a channel with an address and a QR code of its own."""
    form = ChannelForm(request.POST, influencer=influencer)
    if form.is_valid():
        data = form.cleaned_data
        try:
            referring.add_link(influencer=influencer, name=data["name"], path=form.path, product=form.product)
        except ProgrammeError as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("The channel is ready. Copy its address, or print its QR code."))
            return redirect("influencers:channels")
    return _page(request, influencer, channel=form)


@require_POST
@influencer_required
def put_away(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    """Take a channel off the page, or put it back: that is the undo."""
    queries.channel_of(influencer, pk)
    referring.put_away(influencer=influencer, pk=pk, away=request.POST.get("away") == "1")
    return redirect("influencers:channels")


@require_GET
@influencer_required
def qr(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    """The channel's QR code as a drawing that can be printed in any size."""
    link = queries.channel_of(influencer, pk)
    out = io.BytesIO()
    segno.make(urljoin(settings.SITE_URL, link.qr_url), error="m").save(
        out, kind="svg", scale=8, border=4, light="#fff"
    )
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    if request.GET.get("download"):
        response["Content-Disposition"] = f'attachment; filename="qr-{link.code}.svg"'
    return response
