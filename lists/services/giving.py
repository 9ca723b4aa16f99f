"""Take things upon oneself, and let them go. The owner of a wish list notices nothing of it."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import User
from lists.errors import AllTaken, NotThere
from lists.models import Claim, List, ListItem, Reveal
from notifications.services import notify, send_mail

SHOPPING_MINUTES = 30
RESERVED_DAYS = 14
REMINDER_DAYS = 4
UNDO_MINUTES = 5
LIVE = (Claim.State.SHOPPING, Claim.State.RESERVED, Claim.State.BOUGHT)
ENDING = (Claim.State.SHOPPING, Claim.State.RESERVED)


@transaction.atomic
def claim(
    *, item: ListItem, quantity: int, giver: User | None = None, email: str = "", name: str = "", shows_name: bool = False,
    shopping: bool = False, now: datetime | None = None,
) -> Claim:  # fmt: skip
    """Take so many of an item: for half an hour while shopping, else for two weeks.

    A guest's claim is held for half an hour and kept when she opens the link in her mail. Never more is taken than is
    wanted, however many come at once: the counter moves by one conditional update. Raises AllTaken or NotThere.
    """
    moment = now or timezone.now()
    release_expired(moment, item=item)
    held = shopping or giver is None
    # No join: with one, Django would put the condition into a subquery, which PostgreSQL does not ask again
    # after waiting for another giver's row lock.
    moved = ListItem.objects.filter(
        pk=item.pk, removed_at__isnull=True, is_suggestion=False, list__in=List.objects.present(),
        wanted__gte=Greatest(F("taken"), F("got")) + quantity,
    ).update(taken=F("taken") + quantity)  # fmt: skip
    if not moved:
        fresh = ListItem.objects.present().filter(pk=item.pk).first()
        if fresh is None:
            raise NotThere
        raise AllTaken(max(0, fresh.wanted - max(fresh.taken, fresh.got)))
    row = Claim.objects.create(
        item=item, giver=giver, email=email, name=name or (giver.name if giver else ""), shows_name=shows_name,
        quantity=quantity, state=Claim.State.SHOPPING if held else Claim.State.RESERVED, token=secrets.token_hex(16),
        expires_at=moment + (timedelta(minutes=SHOPPING_MINUTES) if held else timedelta(days=RESERVED_DAYS)),
    )  # fmt: skip
    if giver is None:
        send_mail(
            kind="claim_confirm", to=email, language=get_language() or settings.LANGUAGE_CODE, key=f"claim-{row.pk}",
            data={"name": name, "thing": item.label, "list": item.list.name, "url": f"/claims/{row.token}"},
        )  # fmt: skip
    return row


@transaction.atomic
def confirm(*, row: Claim, now: datetime | None = None) -> bool:
    """A guest opened the link in her mail: held for two weeks from now. False when it ended before."""
    moment = now or timezone.now()
    moved = Claim.objects.filter(pk=row.pk, state__in=ENDING, expires_at__gt=moment).update(
        state=Claim.State.RESERVED, expires_at=moment + timedelta(days=RESERVED_DAYS)
    )
    row.refresh_from_db()
    return bool(moved)


@transaction.atomic
def release(*, row: Claim) -> bool:
    """Let it go; others may take it. True the first time; what was bought stays taken."""
    moved = Claim.objects.filter(pk=row.pk, state__in=ENDING).update(state=Claim.State.RELEASED)
    if moved:
        ListItem.objects.filter(pk=row.item_id).update(taken=F("taken") - row.quantity)
    return bool(moved)


@transaction.atomic
def mark_bought(*, row: Claim, now: datetime | None = None) -> bool:
    """It was bought, here or elsewhere. True the first time.

    A reservation that ended while the payment was under way counts again if the thing is still free.
    """
    moment = now or timezone.now()
    if Claim.objects.filter(pk=row.pk, state=Claim.State.RELEASED).exists():
        free = ListItem.objects.filter(pk=row.item_id, wanted__gte=F("taken") + row.quantity)
        if not free.update(taken=F("taken") + row.quantity):
            return False
        Claim.objects.filter(pk=row.pk).update(state=Claim.State.RESERVED)
    moved = Claim.objects.filter(pk=row.pk, state__in=ENDING).update(
        state=Claim.State.BOUGHT, bought_at=moment, expires_at=None
    )
    if moved and row.giver_id is not None:
        _plan_is_bought(row)
    return bool(moved)


def _plan_is_bought(row: Claim) -> None:
    """On the giver's gift lists the thing is bought: the one she claimed, and what was pulled there from the wish she claimed."""
    hers = Q(list__owner=row.giver) | Q(list__members__user=row.giver)
    plans = ListItem.objects.filter(Q(pk=row.item_id) | Q(source=row.item_id), hers, list__kind=List.Kind.GIFT)
    ListItem.objects.filter(pk__in=plans.values("pk")).update(state=ListItem.State.BOUGHT, bringer=row.giver)


@transaction.atomic
def unmark_bought(*, row: Claim) -> None:
    """It was sent back or never came: others may take it."""
    if Claim.objects.filter(pk=row.pk, state=Claim.State.BOUGHT).update(state=Claim.State.RELEASED):
        ListItem.objects.filter(pk=row.item_id).update(taken=F("taken") - row.quantity)


def release_expired(now: datetime | None = None, *, item: ListItem | None = None, limit: int = 500) -> int:
    """Let go what was held too long, of one item or of all; returns how many."""
    moment = now or timezone.now()
    ended = Claim.objects.filter(state__in=ENDING, expires_at__lte=moment)
    if item is not None:
        ended = ended.filter(item=item)
    return sum(release(row=row) for row in ended.order_by("expires_at")[:limit])


def remind(now: datetime | None = None) -> int:
    """Remind those whose reservation ends in four days, once; returns how many."""
    moment = now or timezone.now()
    soon = Claim.objects.filter(
        state=Claim.State.RESERVED, reminded_at__isnull=True, expires_at__lte=moment + timedelta(days=REMINDER_DAYS)
    ).select_related("item__list__owner", "item__product", "giver")  # fmt: skip
    told = 0
    for row in soon.order_by("expires_at")[:200]:
        if Claim.objects.filter(pk=row.pk, reminded_at__isnull=True).update(reminded_at=moment):
            _tell(row, "claim_reminder")
            told += 1
    return told


def _tell(row: Claim, kind: str) -> None:
    """Tell a giver something about her claim: by notice, or by mail where she is a guest."""
    data = {"thing": row.item.label, "list": row.item.list.name, "owner": row.item.list.owner.name, "name": row.name}
    if row.giver is not None:
        notify(recipient=row.giver, actor=row.item.list.owner, kind=kind, data=data, url=f"/claims/{row.token}")
    else:
        words = {**data, "url": f"/claims/{row.token}"}
        send_mail(kind=kind, to=row.email, language=settings.LANGUAGE_CODE, data=words, key=f"{kind}-{row.pk}")


def tell_of_removals(now: datetime | None = None) -> int:
    """Tell those who took what its owner took away, and nobody else; returns how many.

    Minutes later and in the background: her own request lasts as long for a free wish as for a taken one, and what
    she puts back at once is told to nobody.
    """
    before = (now or timezone.now()) - timedelta(minutes=UNDO_MINUTES)
    gone = Q(item__removed_at__lte=before) | Q(item__list__removed_at__lte=before)
    rows = Claim.objects.filter(gone, state__in=LIVE, removal_told_at__isnull=True).select_related(
        "item__list__owner", "item__product", "giver"
    )  # fmt: skip
    told = 0
    for row in rows.order_by("pk")[:200]:
        if Claim.objects.filter(pk=row.pk, removal_told_at__isnull=True).update(removal_told_at=timezone.now()):
            _tell(row, "claim_removed")
            told += 1
    return told


def reveal(*, row: List, by: User) -> None:
    """The owner asks to see what was taken. Written down, and not to be undone."""
    with transaction.atomic():
        if List.objects.filter(pk=row.pk, revealed_at__isnull=True).update(revealed_at=timezone.now()):
            Reveal.objects.create(list=row, by=by)
    row.refresh_from_db(fields=["revealed_at"])


def thank(*, row: Claim, on: bool) -> None:
    """The owner thanked the giver; her own tick, nobody is told."""
    Claim.objects.filter(pk=row.pk).update(thanked_at=timezone.now() if on else None)
