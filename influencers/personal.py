"""What these tables hold of a person (core/personal.py says how to read it)."""

from collections.abc import Callable
from typing import Any

from core.personal import Fate, Word
from core.sealing import keyed_hash, unseal_bytes
from influencers.models import Application, ApplicationEvent, CreatorCode, Evidence


def _picture(row: Evidence, _reader: int) -> bytes:
    return unseal_bytes(bytes(row.picture))


def _once_told(column: str) -> Callable[[Application, int], Any]:
    """What was decided, when and in which words is hers once it was told; until then it is the desk's."""
    return lambda row, _reader: None if row.verdict else getattr(row, column)


def _shown_note(row: ApplicationEvent, _reader: int) -> str:
    """How a reviewer judged the fit is in the score; the note says it among reviewers."""
    return "" if row.kind == ApplicationEvent.Kind.RATED else row.note


def resting_code(code: str) -> str:
    """What stands for the code of a creator who left: no other creator gets it, and it is none."""
    return f"~{keyed_hash('code', code)[:19]}".upper()


def _resting(row: CreatorCode) -> str:
    return row.code if row.code.startswith("~") else resting_code(row.code)


HER = "influencer__user"
WORDS = (
    Word("influencers.SignInState", Fate.GOES, hers=("connection__user",), secret=("state_hash", "verifier")),
    Word("influencers.Evidence", Fate.GOES, hers=("connection__user",), opens={"picture": _picture}),
    Word("influencers.Snapshot", Fate.GOES, hers=("connection__user",)),
    Word("influencers.ProofTry", Fate.GOES, hers=("user",)),
    Word(
        "influencers.SocialAccount", Fate.LOSES_HER, hers=("application__user",), secret=("relevance",),
        blank={"handle": lambda row: f"gone-{row.pk}", "evidence_url": ""},
    ),
    # The reviewer who looked stays unnamed; tokens and codes are shown to nobody.
    Word(
        "influencers.Connection", Fate.GOES, hers=("user",), acts=("proved_by",),
        secret=("tokens", "code", "key", "skeleton", "due_at", "failures"),
    ),
    # The words of the log are emptied, which is the one change that the database allows; who did what and when stays.
    Word(
        "influencers.ApplicationEvent", Fate.LOSES_HER, hers=("application__user",), acts=("actor",),
        unseen={"kind__in": ApplicationEvent.DESK_ONLY}, opens={"note": _shown_note}, blank={"note": ""},
        plain=("before", "after", "reason"),
    ),
    Word(
        "influencers.Appeal", Fate.LOSES_HER, hers=("application__user",), acts=("against", "decided_by"),
        blank={"finding": "", "words": "", "answer": ""},
    ),
    # By which the desk finds her.
    Word("influencers.CaseWord", Fate.GOES, about=("application__user",)),
    # What was decided and by which rule stays for the figures of the programme; what she said goes.
    Word(
        "influencers.Application", Fate.LOSES_HER, hers=("user",), acts=("decided_by", "held_by", "first_by"),
        secret=("risk", "verdict", "held_until", "first_at", "looked_at"),
        opens={column: _once_told(column) for column in ("reason", "note", "decided_at")},
        plain=("policy_version", "verdict"),
        blank={
            "display_name": "", "country": "", "topics": [], "pitch": "", "score": {}, "question": "", "answer": "",
            "note": "",
        },
    ),
    Word("influencers.Link", Fate.GOES, hers=(HER,)),
    Word("influencers.CreatorCode", Fate.LOSES_HER, hers=(HER,), blank={"code": _resting}),
    Word("influencers.QualifyingSale", Fate.STAYS, hers=(HER,)),
    # Counts of visits. Who came is not known.
    Word("influencers.Click", Fate.STAYS, hers=(HER,), secret=("visitor",), plain=("source", "visitor")),
    Word(
        "influencers.ConductEvent", Fate.LOSES_HER, hers=(HER,), acts=("actor",), secret=("note",), blank={"note": ""},
        plain=("kind",),
    ),
    Word(
        "influencers.Sanction", Fate.LOSES_HER, hers=(HER,), acts=("by", "confirmed_by", "appeal_decided_by"),
        blank={"evidence": "", "appeal": "", "answer": ""},
    ),
    # Ledger entries stand behind it.
    Word("influencers.Influencer", Fate.STAYS, hers=("user",)),
    Word("influencers.ScorePolicy", Fate.STAYS, hers=("created_by", "published_by"), plain=("version", "note", "numbers")),
    Word("influencers.AttributionPolicy", Fate.STAYS, hers=("created_by",), plain=("version", "note")),
    Word("influencers.ReplyTemplate", Fate.NOBODYS),
    Word("influencers.PlatformMeter", Fate.NOBODYS),
)  # fmt: skip
