"""The only door to the ledger: every entry is written here, under its creators' locks."""

from collections.abc import Iterable, Sequence

from commissions.models import Account, Balance, Decision, Entry


def lock(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Balance]:
    """The balances of these influencers and currencies, locked in one order; to be called inside a transaction.

    Whoever moves cleared money takes the lock before the entry gets its number: a payout then covers every number up to its own.
    """
    wanted = sorted(set(pairs))
    Balance.objects.bulk_create(
        (Balance(influencer_id=influencer, currency=currency) for influencer, currency in wanted), ignore_conflicts=True
    )
    rows = (
        Balance.objects.select_for_update()
        .filter(influencer_id__in={influencer for influencer, _ in wanted}, currency__in={c for _, c in wanted})
        .order_by("influencer_id", "currency")
    )
    return {(row.influencer_id, row.currency): row for row in rows}


def book(entries: Sequence[Entry]) -> list[Entry]:
    """Write the entries; the database keeps the balances beside them and refuses one that would fall below zero."""
    for entry in entries:
        entry.save(force_insert=True)
    return list(entries)


def accruals(decision: Decision, shares: Iterable[tuple[int, int]]) -> list[Entry]:
    """What a decision earns each beneficiary, with its base and rate copied."""
    return [
        Entry(
            influencer_id=influencer_id, line_id=decision.line_id, kind=Entry.Kind.ACCRUAL, debit=Account.PROGRAMME,
            credit=Account.PENDING, amount_minor=amount, currency=decision.currency, base_minor=decision.base_minor,
            rate_bps=decision.rate_bps, reason="paid", created_at=decision.decided_at,
        )
        for influencer_id, amount in shares
    ]  # fmt: skip
