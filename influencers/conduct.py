"""Due process: how long a sanction holds, who may decide, until when one may appeal. Pure; docs/rules/conduct.md is run as its test."""

from datetime import datetime, timedelta

WARNING, SUSPENSION, BAN = "warning", "suspension", "ban"
APPEAL_DAYS = 14
# A suspension ends by itself, a ban that nobody confirms falls, a warning is forgotten.
HOLDS_DAYS = {WARNING: 180, SUSPENSION: 30, BAN: None}
CONFIRM_DAYS = 14
# A proof that ends: told so many days before; without any other proof the shop stays open for so many days after.
PROOF_NOTICE_DAYS = 14
PROOF_GRACE_DAYS = 14


def needs_second_person(kind: str, has_balance: bool) -> bool:
    """A ban that touches money is two people's decision."""
    return kind == BAN and has_balance


def ends_at(kind: str, at: datetime, *, is_proposed: bool = False) -> datetime | None:
    """When it ends by itself; None: it does not."""
    days = CONFIRM_DAYS if is_proposed else HOLDS_DAYS[kind]
    return at + timedelta(days=days) if days is not None else None


def appeal_until(at: datetime) -> datetime:
    """Until when she may appeal."""
    return at + timedelta(days=APPEAL_DAYS)


def may_judge(person: int, *, subject: int, decided: tuple[int | None, ...] = ()) -> bool:
    """Nobody judges herself, and nobody looks again at what she decided."""
    return person != subject and person not in decided


def has_left(state: str) -> bool:
    """She is out of the programme: her links earn nothing new, and what she earned is paid out whatever the minimum."""
    return state in {"closed", "banned"}


def is_held(state: str) -> bool:
    """What she earns from now on is held."""
    return state == "suspended"


def state(*, has_ban: bool, is_suspended: bool, has_failed_probation: bool) -> str:
    """What follows for her shop from everything that stands against it: the hardest wins."""
    if has_ban:
        return "banned"
    if is_suspended:
        return "suspended"
    return "closed" if has_failed_probation else "active"
