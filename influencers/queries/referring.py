"""What a creator hands out, and where it leads: codes and channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from influencers.models import Click, CreatorCode, Influencer, Link


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with what it brought in the last 28 days."""

    link: Link
    address: str
    clicks: int
    scans: int


@dataclass(frozen=True, slots=True)
class ChannelsPage:
    """What a creator hands out: her code and her channels."""

    code: CreatorCode | None
    older_codes: list[CreatorCode]
    paused_codes: list[CreatorCode]
    channels: list[Channel]
    put_away: list[Channel]


def link_at(code: str) -> Link:
    """The channel at a short address; 404 for none."""
    return get_object_or_404(Link.objects.select_related("influencer__user", "product"), code=code.lower())


def destination(link: Link, source: str) -> str:
    """Where a channel leads: a page of this site, with the source by which it is entered."""
    handle = link.influencer.user.handle
    if link.product is not None:
        return f"{link.product.get_absolute_url()}?via={handle}&from={source}"
    path = link.path or (reverse("storefront:page", args=[handle]) if handle else "/")
    return f"{path}?from={source}"


def channel_of(influencer: Influencer, pk: int) -> Link:
    """One of her channels; 404 for any other."""
    return get_object_or_404(Link.objects.select_related("influencer__user"), influencer=influencer, pk=pk)


def channels_page(influencer: Influencer) -> ChannelsPage:
    """Her codes and channels; three queries however many there are."""
    every = list(CreatorCode.objects.filter(influencer=influencer).order_by("-created_at", "-pk"))
    codes = [code for code in every if code.paused_at is None]
    since = timezone.now() - timedelta(days=28)
    came = Click.objects.filter(influencer=influencer, at__gte=since).filter(
        Q(source__startswith="channel:") | Q(source__startswith="qr:")
    )
    counts = dict(came.values("source").annotate(n=Count("pk")).values_list("source", "n"))
    channels = [
        Channel(
            link, urljoin(settings.SITE_URL, link.get_absolute_url()), counts.get(f"channel:{link.pk}", 0),
            counts.get(f"qr:{link.pk}", 0),
        )
        for link in Link.objects.filter(influencer=influencer).select_related("product").order_by("-created_at", "-pk")
    ]  # fmt: skip
    return ChannelsPage(
        code=codes[0] if codes else None,
        older_codes=codes[1:],
        paused_codes=[code for code in every if code.paused_at],
        channels=[one for one in channels if one.link.archived_at is None],
        put_away=[one for one in channels if one.link.archived_at is not None],
    )


def paused_codes() -> list[CreatorCode]:
    """Codes that wait for somebody to look, the longest first."""
    rows = CreatorCode.objects.filter(paused_at__isnull=False).select_related("influencer__user")
    return list(rows.order_by("paused_at", "pk"))


def channel_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The names of those of the channels that are hers."""
    return dict(influencer.links.filter(pk__in=ids).values_list("pk", "name"))
