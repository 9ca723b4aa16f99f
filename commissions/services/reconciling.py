"""Compare what we believe with what the provider keeps, both ways, and prove the ledger. A difference stops payouts."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from commissions import audit
from commissions.errors import AlreadyDone, ProviderAway
from commissions.models import Act, Check, Entry, Payee, Payout, ProviderEvent
from commissions.providers import Provider, is_stripe_on, provider
from commissions.services import payees, payouts
from notifications.services import notify

# How far back the provider is asked, and how much of our side is compared with it: a day less, for clocks and late commits.
LOOK_BACK = timedelta(days=35)
# A payout that was sent has so long before it is expected to have an answer.
PATIENCE = timedelta(hours=2)
MANAGE = "commissions.change_payout"


def check_ledger(*, now: datetime | None = None, most: int = 20) -> Check:
    """Prove the invariants over all rows and keep what came out."""
    moment = now or timezone.now()
    # A difference to the provider has its own check; it is no second one here.
    found = [text for text in audit.breaks() if not text.startswith("I9 ")][:most]
    return _keep(Check.Kind.LEDGER, Entry.objects.count(), found, moment)


def check_provider(*, now: datetime | None = None) -> Check | None:
    """Compare payouts and transfers of the last weeks; None without a provider that could be asked. Raises ProviderAway."""
    moment = now or timezone.now()
    if not is_stripe_on():
        return None
    rows, found = compare(provider(Payee.Method.STRIPE), moment)
    return _keep(Check.Kind.PROVIDER, rows, found, moment)


def compare(asked: Provider, now: datetime) -> tuple[int, list[str]]:
    """How many were compared, and each difference: transfers without a payout, twice or otherwise; payouts without a transfer."""
    since = now - LOOK_BACK
    seen: dict[str, str] = {}
    found, rows = [], 0
    for transfer in asked.transfers(since):
        rows += 1
        who = f"transfer {transfer.reference}"
        if transfer.key in seen:
            found.append(f"{who}: a second one for {transfer.key}, after {seen[transfer.key]}")
            continue
        seen[transfer.key] = transfer.reference
        payout = _payout(transfer.key)
        if payout is None:
            found.append(f"{who}: there is no payout {transfer.key}")
        elif (payout.amount_minor, payout.currency, payout.destination) != (
            transfer.amount_minor, transfer.currency, transfer.destination,
        ):  # fmt: skip
            found.append(
                f"{payout.number}: {payout.amount_minor} {payout.currency} frozen, {who} has {transfer.amount_minor} {transfer.currency}"
            )
        elif transfer.is_reversed and payout.state == Payout.State.PAID:
            found.append(f"{payout.number}: paid here, {who} was reversed")
        elif not transfer.is_reversed and payout.state == Payout.State.FAILED:
            found.append(f"{payout.number}: failed here, {who} was made")
    ours = Payout.objects.filter(method=Payee.Method.STRIPE, sent_at__gte=since + timedelta(days=1))
    gone = Q(state=Payout.State.PAID) | Q(state=Payout.State.SENDING, sent_at__lt=now - PATIENCE)
    for payout in ours.filter(gone).order_by("pk").iterator():
        rows += 1
        if payout.key not in seen:
            found.append(f"{payout.number}: {payout.state} here, the provider has no transfer")
    return rows, found


def _payout(key: str) -> Payout | None:
    number = key.removeprefix("payout-")
    if not (key.startswith("payout-") and number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Payout.objects.filter(pk=int(number), method=Payee.Method.STRIPE).first()


@transaction.atomic
def _keep(kind: Check.Kind, rows: int, found: list[str], moment: datetime) -> Check:
    same = Check.objects.filter(kind=kind, settled_at__isnull=True, differences=found).exclude(differences=[]).first()
    if same:
        # It is known, and somebody was told.
        return same
    check = Check.objects.create(kind=kind, at=moment, rows=rows, differences=found)
    if found:
        data = {"kind": kind, "first": found[0], "count": len(found)}
        for person in get_user_model().objects.filter(is_staff=True, is_active=True):
            if person.has_perm(MANAGE):
                notify(recipient=person, kind="payouts_stopped", data=data, url=reverse("commissions:desk"))
    return check


@transaction.atomic
def settle(*, check: Check, by: User, note: str, now: datetime | None = None) -> None:
    """Somebody has looked at a difference and says what became of it; payouts go on. Raises AlreadyDone."""
    moment = now or timezone.now()
    if not Check.objects.filter(pk=check.pk, settled_at__isnull=True).update(settled_at=moment):
        raise AlreadyDone
    Act.objects.create(kind=Act.Kind.SETTLED, actor=by, note=note[:300], at=moment, before=check.kind)


# --- News from the provider


def receive(*, source: str, event_id: str, kind: str, subject: str, body: str) -> tuple[ProviderEvent, bool]:
    """Keep an event as it came; whether it is new. The same one twice is one row."""
    fields = {"kind": kind, "subject": subject, "body": body}
    return ProviderEvent.objects.get_or_create(source=source, event_id=event_id, defaults=fields)


def answer_event(*, event: ProviderEvent, now: datetime | None = None) -> None:
    """Look at what an event is about and write down how it stands now, whatever the event said. Raises ProviderAway."""
    moment = now or timezone.now()
    reversed_transfer = None
    if event.kind.startswith("account."):
        payees.refresh(event.subject)
    elif event.kind.startswith("transfer."):
        reversed_transfer = next(
            (row for row in Payout.objects.filter(method=Payee.Method.STRIPE, reference=event.subject)), None
        )
    is_back = False
    if reversed_transfer:
        made = provider(Payee.Method.STRIPE).find(reversed_transfer.key)
        is_back = made is not None and made.is_reversed
    with transaction.atomic():
        if not ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(processed_at=moment):
            return
        if reversed_transfer and is_back and reversed_transfer.state == Payout.State.PAID:
            payouts.came_back(payout=reversed_transfer, failure="sent_back", now=moment)


def answer_events(*, limit: int = 200) -> int:
    """Every event that a lost message left; one whose provider is away waits."""
    answered = 0
    for event in ProviderEvent.objects.filter(processed_at__isnull=True).order_by("pk")[:limit]:
        try:
            answer_event(event=event)
        except (ProviderAway, AlreadyDone):
            continue
        answered += 1
    return answered
