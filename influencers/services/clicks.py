"""Count the visits that an influencer's pages and links brought."""

from datetime import datetime

from django.utils import timezone

from influencers.models import Click, Influencer


def record_click(
    *, influencer: Influencer, source: str, visitor: str, product_id: int | None = None, at: datetime | None = None
) -> None:
    """Count a visit once an hour, visitor and link, however often told. ``visitor``: referral_cookie.visitor_key."""
    at = at or timezone.now()
    click = Click(
        influencer=influencer,
        source=source[:60],
        product_id=product_id,
        visitor=visitor,
        hour=at.replace(minute=0, second=0, microsecond=0),
        at=at,
    )
    Click.objects.bulk_create([click], ignore_conflicts=True)
