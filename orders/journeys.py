"""What a cart knows of how its things are bought, in the words of the rule of attribution."""

from collections.abc import Sequence
from datetime import datetime

from influencers.models import CreatorCode
from influencers.referrals import Journey, Touch, from_stored, merged
from orders.models import CartLine


def journey_of(
    line: CartLine, trail: Sequence[Touch], *, placed_at: datetime, code: CreatorCode | None = None,
    previous_order_at: datetime | None = None,
) -> Journey:  # fmt: skip
    """How this cart line comes to be bought, as the rule of attribution reads it."""
    recorded = [from_stored(values) for values in line.touches]
    if not recorded and line.influencer_id and line.touched_at:
        recorded = [Touch(line.influencer_id, line.source, line.touched_at)]
    return Journey(
        product_id=line.variant.product_id, added_at=line.added_at, placed_at=placed_at, touches=merged(recorded, trail),
        code=code.code if code else "", code_influencer_id=code.influencer_id if code else None,
        previous_order_at=previous_order_at,
    )  # fmt: skip
