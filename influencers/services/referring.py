"""Verbs of referring: count a visit, choose a code, make and put away channels."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Product
from influencers.codes import LONGEST, is_code, normalised
from influencers.errors import BadCode, BadDestination, TooMany
from influencers.models import AttributionPolicy, Click, CreatorCode, Influencer, Link
from influencers.personal import resting_code
from influencers.referrals import DEFAULT_POLICY, Policy
from notifications.services import notify

# Signs of a channel's address: no 0, o, 1, l or i, so that it can be read out.
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
MOST_CODES, MOST_LINKS = 5, 100


def record_click(
    *, influencer: Influencer, source: str, visitor: str, product_id: int | None = None, at: datetime | None = None,
    is_late: bool = False, is_paid: bool = False,
) -> None:  # fmt: skip
    """Count a visit once an hour, visitor and link, however often told. ``visitor``: referral_cookie.visitor_key.

    One statement, and nothing but the database takes part: no click waits for a broker or is lost with one.
    """
    at = at or timezone.now()
    click = Click(
        influencer=influencer,
        source=source[:60],
        product_id=product_id,
        visitor=visitor,
        hour=at.replace(minute=0, second=0, microsecond=0),
        at=at,
        is_late=is_late,
        is_paid=is_paid,
    )
    Click.objects.bulk_create([click], ignore_conflicts=True)


def policy_at(moment: datetime) -> Policy:
    """The attribution policy for orders placed at a moment: the newest that holds, or the built-in one."""
    row = AttributionPolicy.objects.filter(starts_at__lte=moment).order_by("-starts_at").first()
    return row.numbers if row else DEFAULT_POLICY


@transaction.atomic
def choose_code(*, influencer: Influencer, typed: str) -> CreatorCode:
    """Her code from now on. Codes she had before go on crediting her. Raises BadCode or TooMany; then nothing was changed."""
    code = normalised(typed)
    if not is_code(code):
        raise BadCode(_("A code has 3 to 20 letters and digits, for example MEI10."))
    if CreatorCode.objects.filter(code=resting_code(code)).exists():
        # Of a creator who left.
        raise BadCode(_("This code is taken. Choose another one."))
    own = CreatorCode.objects.filter(influencer=influencer)
    if kept := own.filter(code=code).first():
        if kept.paused_at:
            raise BadCode(_("This code is paused, because it was spread elsewhere. Choose another one."))
        CreatorCode.objects.filter(pk=kept.pk).update(created_at=timezone.now())
        return kept
    # What was paused does not count: whoever lost a code needs another one.
    if own.filter(paused_at__isnull=True).count() >= MOST_CODES:
        raise TooMany(_("You have chosen five codes, and each of them stays yours. Use one of them."))
    try:
        with transaction.atomic():
            return CreatorCode.objects.create(influencer=influencer, code=code)
    except IntegrityError:
        raise BadCode(_("This code is taken. Choose another one.")) from None


def fresh_code(*, influencer: Influencer) -> CreatorCode:
    """Another code at once, in place of one that is paused: its letters, and digits that nobody has. Raises TooMany."""
    paused = CreatorCode.objects.filter(influencer=influencer, paused_at__isnull=False).order_by("-paused_at").first()
    stem = (paused.code if paused else "CODE").rstrip("0123456789")[: LONGEST - 4].rstrip("-") or "CODE"
    while True:
        try:
            return choose_code(influencer=influencer, typed=f"{stem}{secrets.randbelow(9_000) + 1_000}")
        except BadCode:
            continue


@transaction.atomic
def pause_code(*, code: CreatorCode, now: datetime | None = None) -> bool:
    """Nobody can type the code any more, and who has it in the cart goes on without it. Its creator is told, once."""
    waiting = CreatorCode.objects.filter(pk=code.pk, paused_at__isnull=True)
    if not waiting.update(paused_at=now or timezone.now()):
        return False
    notify(
        recipient=code.influencer.user,
        kind="code_paused",
        data={"code": code.code},
        url=reverse("influencers:channels"),
    )
    return True


@transaction.atomic
def resume_code(*, code: CreatorCode, now: datetime | None = None) -> bool:
    """Somebody has looked: the code works again, and what was bought with it until now is no sign any more. Its creator is told."""
    paused = CreatorCode.objects.filter(pk=code.pk, paused_at__isnull=False)
    if not paused.update(paused_at=None, looked_at=now or timezone.now()):
        return False
    notify(
        recipient=code.influencer.user,
        kind="code_resumed",
        data={"code": code.code},
        url=reverse("influencers:channels"),
    )
    return True


def add_link(*, influencer: Influencer, name: str, path: str, product: Product | None = None) -> Link:
    """A channel with an address of its own that leads to ``path``, a page of this site ("": her shop).

    Raises TooMany or BadDestination.
    """
    if path and (not path.startswith("/") or path.startswith(("//", "/\\"))):
        raise BadDestination
    if Link.objects.filter(influencer=influencer).count() >= MOST_LINKS:
        raise TooMany(_("You have 100 channels. Put one to another use: its address stays."))
    name = " ".join(name.split())[:40]
    try:
        with transaction.atomic():
            return Link.objects.create(
                influencer=influencer, name=name, path=path, product=product,
                code="".join(secrets.choice(SIGNS) for _place in range(8)),
            )  # fmt: skip
    except IntegrityError:
        raise BadDestination(_("You have a channel with this name already.")) from None


def put_away(*, influencer: Influencer, pk: int, away: bool) -> Link | None:
    """Take a channel off the page, or put it back. Its printed addresses go on working."""
    Link.objects.filter(influencer=influencer, pk=pk).update(archived_at=timezone.now() if away else None)
    return Link.objects.filter(influencer=influencer, pk=pk).first()
