"""What these tables hold of a person (core/personal.py says how to read it). The ledger is kept by law, and names nobody."""

import json
from typing import Any

from commissions.models import Payee
from core.personal import Fate, Word
from core.sealing import unseal


def _bank(row: Payee, _reader: int) -> Any:
    return json.loads(unseal(row.sealed)) if row.sealed else {}


HER = "influencer__user"
WORDS = (
    Word("commissions.Entry", Fate.STAYS, hers=(HER,), plain=("currency", "reason")),
    Word("commissions.Balance", Fate.STAYS, hers=(HER,), plain=("currency",)),
    # What the rule was told of a purchase is the buyer's.
    Word(
        "commissions.Decision", Fate.STAYS, hers=(HER,), about=("introducer__user",), secret=("facts", "introducer"),
        plain=("reason", "policy_version", "currency", "rate_source", "facts"),
    ),
    Word("commissions.Appeal", Fate.LOSES_HER, hers=(f"hold__{HER}",), acts=("decided_by",), blank={"words": "", "answer": ""}),
    Word("commissions.Finding", Fate.LOSES_HER, hers=(f"hold__{HER}",), acts=("by",), blank={"words": ""}),
    Word("commissions.Hold", Fate.LOSES_HER, hers=(HER,), acts=("opened_by",), blank={"evidence": ""}),
    # The words of the log are emptied, which is the one change that the database allows.
    Word(
        "commissions.Act", Fate.LOSES_HER, hers=(HER,), acts=("actor",), secret=("note",), blank={"note": ""},
        plain=("before", "after"),
    ),
    # Where the money went is emptied by services.leaving, once the payout has ended.
    Word(
        "commissions.Payout", Fate.LOSES_HER, hers=(HER,), acts=("started_by",), secret=("destination", "batch"),
        blank={"ending": ""}, plain=("currency", "slot", "destination", "reference", "failure", "batch"),
    ),
    Word(
        "commissions.Payee", Fate.LOSES_HER, hers=(HER,), secret=("reference",), opens={"sealed": _bank},
        blank={"name": "", "country": "", "sealed": "", "ending": "", "reference": "", "state": Payee.State.SETTING_UP},
        plain=("currency",),
    ),
    # By services.leaving: what the provider told of her account.
    Word("commissions.ProviderEvent", Fate.LOSES_HER, blank={"body": "", "subject": ""}, plain=("source", "event_id", "kind")),
    Word("commissions.Rate", Fate.STAYS, hers=("announced_by",), plain=("reason",)),
    Word("commissions.Campaign", Fate.STAYS, hers=("announced_by",), plain=("name",)),
    Word("commissions.Invitation", Fate.STAYS, hers=(HER,)),
    Word("commissions.DaySum", Fate.STAYS, hers=(HER,), plain=("key", "currency")),
    Word("commissions.ClosedDay", Fate.NOBODYS),
    Word("commissions.Claim", Fate.NOBODYS),
    Word("commissions.Check", Fate.NOBODYS),
)  # fmt: skip
