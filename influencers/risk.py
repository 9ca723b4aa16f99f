"""What makes an application worth a closer look, and what may be decided without one. Pure; docs/rules/risk.md is run as its test."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from influencers.scoring import AccountScore, Policy, Reach, band_of

HIGH, SOME, NONE = "high", "some", ""
LEVELS = {
    "barred_account": HIGH,
    "duplicate_account": HIGH,
    "claim_far": HIGH,
    "engagement_too_high": HIGH,
    "engagement_too_low": HIGH,
    "spike": HIGH,
    "odd_figures": SOME,
    "claim_differs": SOME,
    "drop": SOME,
    "follows_many": SOME,
    "young": SOME,
    "quiet": SOME,
    "stale": SOME,
    "disposable_mail": SOME,
}
# Reasons of a decline that decide when she may apply again.
AT_ONCE = "needs_more_detail"
NEVER = "fraud"


@dataclass(frozen=True, slots=True)
class Claim:
    """Followers of an account as the applicant states them and as its network tells them."""

    platform: str
    handle: str
    stated: int
    fetched: int


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of who applies. ``shared``: accounts that somebody else names in an application that was sent;
    ``barred``: accounts of an application that was declined for proven fraud.
    """

    accounts: tuple[AccountScore, ...]
    reaches: tuple[Reach, ...]
    claims: tuple[Claim, ...] = ()
    shared: frozenset[tuple[str, str]] = frozenset()
    barred: frozenset[tuple[str, str]] = frozenset()
    mail_domain: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason to look closer, of an account or (no platform) of the person. ``numbers``: stated and fetched."""

    key: str
    level: str
    platform: str = ""
    handle: str = ""
    numbers: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Automatic:
    """A decision that the policy makes: ``approved`` or ``declined``, with the points and the line that decided."""

    state: str
    points: float
    line: int


def signals(applicant: Applicant, policy: Policy) -> tuple[Signal, ...]:
    """Every signal, high ones first."""
    found = []
    sizes = {(reach.platform, reach.handle): reach.followers for reach in applicant.reaches}
    for account in applicant.accounts:
        key = (account.platform, account.handle)
        flags = [_told(flag, account, sizes.get(key, 0), policy) for flag in account.flags]
        flags += ["barred_account"] * (key in applicant.barred) + ["duplicate_account"] * (key in applicant.shared)
        found += [Signal(flag, LEVELS[flag], *key) for flag in flags]
    for claim in applicant.claims:
        apart = difference(claim.stated, claim.fetched)
        if apart > policy.claim_tolerance:
            name = "claim_far" if apart > policy.claim_far else "claim_differs"
            found.append(Signal(name, LEVELS[name], claim.platform, claim.handle, (claim.stated, claim.fetched)))
    if is_disposable(applicant.mail_domain, policy):
        found.append(Signal("disposable_mail", LEVELS["disposable_mail"]))
    order = list(LEVELS)
    return tuple(sorted(found, key=lambda one: (order.index(one.key), one.platform, one.handle)))


def _told(flag: str, account: AccountScore, followers: int, policy: Policy) -> str:
    """A flag of the score as a signal: unlikely engagement says which way."""
    if flag != "unlikely_engagement":
        return flag
    high = band_of(account.platform, followers, policy)[3]
    return "engagement_too_high" if (account.rate or 0) > high else "engagement_too_low"


def difference(stated: int, fetched: int) -> float:
    """How far a claim lies from the truth, as a share of the truth."""
    return abs(stated - fetched) / max(1, fetched)


def is_disposable(domain: str, policy: Policy) -> bool:
    """Mail to this domain, or to one under it, is thrown away."""
    domain = domain.lower()
    return any(domain == name or domain.endswith(f".{name}") for name in policy.disposable_domains)


def level(found: Iterable[Signal]) -> str:
    """The worst of the signals: ``high``, ``some`` or nothing."""
    levels = {signal.level for signal in found}
    return HIGH if HIGH in levels else SOME if levels else NONE


def second_reason(followers: int, risk: str, policy: Policy) -> str:
    """Why an approval needs a second person: ``reach`` (followers of all accounts), ``risk``, or nothing."""
    if risk == HIGH and policy.second_reviewer_at_high_risk:
        return "risk"
    return "reach" if followers >= policy.second_reviewer_from_followers else ""


def automatic(
    *,
    points: float,
    points_once_proved: float,
    verdict: str,
    followers: int,
    risk: str,
    is_confirmed: bool,
    policy: Policy,
) -> Automatic | None:
    """What the policy decides without a person; None: a person decides.

    Approval wants a likely verdict, no signal at all, no second person, and (``is_confirmed``) every account that counts proved
    and its numbers from its network. A decline looks at what she would have with every account proved, and is never made
    where the risk is high: fraud is for people to judge.
    """
    if policy.auto_approve and verdict == "likely" and points >= policy.auto_approve_from:
        if is_confirmed and risk == NONE and not second_reason(followers, risk, policy):
            return Automatic("approved", points, policy.auto_approve_from)
        return None
    if policy.auto_decline and points_once_proved < policy.auto_decline_below and risk != HIGH:
        return Automatic("declined", points_once_proved, policy.auto_decline_below)
    return None


def reapply_on(reason: str, decided_on: date, policy: Policy) -> date | None:
    """From when a declined person may apply again; None: not, unless the finding of fraud is taken back."""
    if reason == NEVER:
        return None
    return decided_on + timedelta(days=0 if reason == AT_ONCE else policy.reapply_days)
