"""What the pages about proofs and networks show, and the gates to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from core.paging import Page, page_of
from influencers.access import is_reviewer
from influencers.models import Connection, Evidence, Platform, PlatformMeter, Snapshot, SocialAccount
from influencers.platforms.base import Platform as Client
from influencers.platforms.clients import client_for
from influencers.politeness import is_stale
from influencers.services.proving import code_of, redirect_uri
from influencers.social_handles import profile_url

PROOFS_SIZE = 20


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One account with how it stands: ``state`` is proved, waiting, taken, lapsed or open."""

    connection: Connection
    state: str
    profile_url: str
    newest: Snapshot | None
    is_stale: bool
    account: SocialAccount | None = None
    # For reviewers: the code to look for, the picture to look at, others who name the same account or one that looks like it.
    code: str = ""
    evidence_pk: int | None = None
    rivals: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvePage:
    """One account and the roads to its proof."""

    card: AccountCard
    code: str
    can_sign_in: bool
    can_read_profiles: bool


@dataclass(frozen=True, slots=True)
class Road:
    """One way to a network: open, or the variables that are missing for it (their names, never a value)."""

    is_open: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """One network as staff see it."""

    name: str
    sign_in: Road
    profiles: Road | None
    redirect_uri: str
    asked_today: int
    most_a_day: int
    meter: PlatformMeter | None
    open_until: datetime | None
    proved: int
    in_trouble: int


def own_connection(user: User, pk: int) -> Connection:
    """One of her accounts; 404 for anybody else's."""
    return get_object_or_404(Connection.objects.select_related("user"), pk=pk, user=user)


def prove_page(connection: Connection) -> ProvePage:
    """Her page about one account."""
    client = client_for(connection.platform)
    return ProvePage(
        card=cards_of([connection])[0],
        code=code_of(connection),
        can_sign_in=client.can_sign_in(),
        can_read_profiles=client.can_read_profiles(),
    )


def cards_for(accounts: Iterable[SocialAccount], *, for_reviewer: bool = False) -> list[AccountCard]:
    """The accounts of an application as cards; those whose connection was taken away are left out."""
    listed = {account.connection_id: account for account in accounts if account.connection is not None}
    connections = [account.connection for account in listed.values() if account.connection is not None]
    return cards_of(connections, accounts=listed, for_reviewer=for_reviewer)


def cards_of(
    connections: Iterable[Connection],
    *,
    accounts: dict[int | None, SocialAccount] | None = None,
    for_reviewer: bool = False,
) -> list[AccountCard]:
    """The cards of some accounts, in their order, with a fixed number of queries."""
    listed = list(connections)
    pks = [connection.pk for connection in listed]
    newest: dict[int, Snapshot] = {}
    for snapshot in _newest_of(pks):
        newest[snapshot.connection_id] = snapshot
    rivals = _same_account(listed)
    alike = _look_alikes(listed) if for_reviewer else {}
    waiting = (
        dict(Evidence.objects.filter(connection__in=pks, decided_at__isnull=True).values_list("connection_id", "pk"))
        if for_reviewer
        else {}
    )
    now = timezone.now()
    cards = []
    for connection in listed:
        others = rivals.get((connection.platform, connection.key), [])
        others = [other for other in others if other.user_id != connection.user_id]
        told = newest.get(connection.pk)
        cards.append(
            AccountCard(
                connection=connection,
                account=(accounts or {}).get(connection.pk),
                state=_state(connection, is_taken=any(other.is_proved for other in others)),
                profile_url=profile_url(connection.handle, connection.platform),
                newest=told,
                is_stale=told is not None and is_stale(told.taken_at, now),
                code=code_of(connection) if for_reviewer else "",
                evidence_pk=waiting.get(connection.pk),
                rivals=tuple(other.user.name for other in others) if for_reviewer else (),
                alike=tuple(alike.get(connection.pk, ())),
            )
        )
    return cards


def _state(connection: Connection, *, is_taken: bool) -> str:
    if connection.is_proved:
        return "proved"
    if is_taken:
        return "taken"
    if connection.asked:
        return "waiting"
    return "lapsed" if connection.proof else "open"


def _newest_of(pks: list[int]) -> QuerySet[Snapshot]:
    """The newest snapshot from its network of each account."""
    rows = Snapshot.objects.filter(connection__in=pks, source=Snapshot.Source.PLATFORM)
    newest = rows.values("connection").annotate(last=Max("pk")).values("last")
    return Snapshot.objects.filter(pk__in=newest)


def _same_account(listed: list[Connection]) -> dict[tuple[str, str], list[Connection]]:
    """Everybody's connections to the same accounts."""
    same = Q(pk__in=[])
    for connection in listed:
        same |= Q(platform=connection.platform, key=connection.key)
    found: dict[tuple[str, str], list[Connection]] = {}
    for other in Connection.objects.filter(same).select_related("user").order_by("pk"):
        found.setdefault((other.platform, other.key), []).append(other)
    return found


def _look_alikes(listed: list[Connection]) -> dict[int, list[str]]:
    """Proved accounts of others whose names a hurried reader takes for these."""
    same = Q(pk__in=[])
    for connection in listed:
        same |= Q(platform=connection.platform, skeleton=connection.skeleton)
    proved = list(Connection.objects.proved().filter(same))
    return {
        connection.pk: [
            other.handle
            for other in proved
            if other.platform == connection.platform
            and other.user_id != connection.user_id
            and other.key != connection.key
            and other.skeleton == connection.skeleton
        ]
        for connection in listed
    }


def evidence_picture(pk: int, viewer: User) -> Evidence:
    """A picture for her who handed it in and for reviewers; 404 for everybody else, as if there were none."""
    rows = Evidence.objects.all() if is_reviewer(viewer) else Evidence.objects.filter(connection__user=viewer)
    return get_object_or_404(rows, pk=pk)


def connection_for_review(pk: int) -> Connection:
    """The gate of a reviewer's acts."""
    return get_object_or_404(Connection.objects.select_related("user"), pk=pk)


def proofs_page(request: HttpRequest) -> tuple[Page, list[AccountCard], int]:
    """The proofs that wait for a reviewer, oldest first, and how many there are."""
    waiting = Connection.objects.waiting().select_related("user", "proved_by")
    page = page_of(waiting, request, size=PROOFS_SIZE)
    latest = {
        account.connection_id: account
        for account in SocialAccount.objects.filter(connection__in=[row.pk for row in page.items])
        .select_related("application")
        .order_by("pk")
    }
    total = Connection.objects.waiting().aggregate(count=Count("pk"))["count"]
    return page, cards_of(page.items, accounts=latest, for_reviewer=True), total


def networks() -> list[NetworkRow]:
    """Which roads to which networks are open, why one is not, and how the networks behave."""
    now = timezone.now()
    meters = {meter.platform: meter for meter in PlatformMeter.objects.all()}
    counts = {
        row["platform"]: (row["proved"], row["in_trouble"])
        for row in Connection.objects.proved()
        .values("platform")
        .annotate(proved=Count("pk"), in_trouble=Count("pk", filter=~Q(trouble="")))
    }
    rows = []
    for platform, label in Platform.choices:
        client = client_for(platform)
        meter = meters.get(platform)
        proved, in_trouble = counts.get(platform, (0, 0))
        is_left_alone = meter is not None and meter.open_until is not None and meter.open_until > now
        rows.append(
            NetworkRow(
                name=label,
                sign_in=_road(client, client.sign_in_keys),
                profiles=_road(client, client.public_keys) if client.public_keys else None,
                redirect_uri=redirect_uri(platform),
                asked_today=meter.calls if meter and meter.day == now.date() else 0,
                most_a_day=settings.PLATFORM_DAILY_QUESTIONS[platform],
                meter=meter,
                open_until=meter.open_until if meter and is_left_alone else None,
                proved=proved,
                in_trouble=in_trouble,
            )
        )
    return rows


def _road(client: Client, keys: tuple[str, ...]) -> Road:
    missing = tuple(f"{client.name}_{key}".upper() for key in keys if not client.key(key))
    return Road(is_open=not missing, missing=missing)


def platform_or_404(name: str) -> str:
    """A network's name in an address."""
    if name not in Platform.values:
        raise Http404
    return name
