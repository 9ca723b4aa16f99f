"""A step of a creator's standing in words, as notices, mails and her page say it: all from the same facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from influencers.models import Application, Sanction


@dataclass(frozen=True, slots=True)
class Words:
    """A title and sentences, in the language of the page or mail."""

    title: str
    sentences: tuple[str, ...]
    quote: str = ""


def day_words(day: str) -> str:
    """A day in the reader's form; empty for none."""
    return date_format(date.fromisoformat(day), "DATE_FORMAT") if day else ""


def reason_words(reason: str) -> str:
    """The name of a reason, of a decline or of a sanction."""
    for choices in (Application.Reason, Sanction.Reason):
        if reason in choices.values:
            return str(choices(reason).label)
    return reason


def standing_words(data: Mapping[str, Any]) -> Words:
    """The words of one step; where it is not said, that there is something to see. Raises KeyError for a step that has none."""
    facts = {**data, **{name: day_words(data[name]) for name in ("day", "ends", "again", "until") if data.get(name)}}
    facts["reason"] = reason_words(data.get("reason", ""))
    step = data.get("step", "")
    if not step:
        return Words(
            _("How you stand"), (_("Something about your place in the programme has changed. Your page says what."),)
        )
    if step.startswith("probation"):
        return _probation(step, facts)
    if step.startswith("proof"):
        return _proof(step, facts)
    return _conduct(step, facts)


def sales_words(sales: int, needed: int) -> str:
    """How many sales count of those that are needed."""
    return ngettext(
        "%(sales)d of %(needed)d sale counts so far.", "%(sales)d of %(needed)d sales count so far.", needed
    ) % {
        "sales": sales,
        "needed": needed,
    }


def _paid_out() -> str:
    """What becomes of the money of who leaves."""
    return _("What you earned stays yours: it is paid out on Fridays as it clears, however little it is. Say under Payouts where it goes.")  # fmt: skip


def _probation(step: str, facts: dict[str, Any]) -> Words:
    count = sales_words(facts["sales"], facts["needed"]) if "sales" in facts else ""
    keeps = _("What you earned stays yours and is paid out.")
    if step == "probation_reminder":
        until = _("Your probation runs until %(ends)s.") % facts
        return Words(_("Your first sales"), (count, until, keeps))
    if step == "probation_passed":
        return Words(_("Your probation is passed"), (count, _("Nothing runs against you any more.")))
    if step == "probation_ended":
        return Words(
            _("Your shop is closed for now"),
            (
                _("Your probation ended without the sales that it asks for.") + " " + count, _paid_out(),
                _("Your account, your lists and your picks are kept. You can apply again from %(again)s.") % facts,
            ),
        )  # fmt: skip
    if step == "probation_paused":
        return Words(_("Your probation rests"), (_("No day of it is lost."),), facts["note"])
    return Words(_("Your probation goes on"), (_("Your probation runs until %(ends)s.") % facts,))


def _proof(step: str, facts: dict[str, Any]) -> Words:
    if step == "proof_ends":
        return Words(
            _("Prove %(network)s @%(handle)s again") % facts,
            (
                _("Its proof ends on %(day)s. From then on the account counts no more, until you prove it again.") % facts,
                _("Your shop stays as it is while another account is proved."),
            ),
        )  # fmt: skip
    return Words(
        _("No account of yours is proved"),
        (
            _("Your shop stays open until %(day)s. Prove one account by then, or it is hidden until you do.") % facts,
            _("What you earned stays yours."),
        ),
    )  # fmt: skip


def _conduct(step: str, facts: dict[str, Any]) -> Words:
    titles = {
        "warning": _("A warning"),
        "suspension": _("Your shop is suspended"),
        "proposed": _("Your shop is suspended"),
        "ban": _("Your place in the programme was ended"),
        "appealed": _("We have your appeal"),
        "upheld": _("Your appeal: the decision stands"),
        "lifted": _("A decision against you was taken back"),
        "ended": _("A decision against you has ended"),
        "proved_again": _("Your shop is open again"),
    }
    why = _("Reason: %(reason)s.") % facts
    appeal = (
        _("You can appeal until %(until)s; a person who did not decide this answers.") % facts
        if facts.get("until")
        else ""
    )
    kept = _("You keep your account, your lists and what you earned.")
    held = _("What you earn meanwhile is held, and released when the suspension is over, after 30 days at the latest.")
    ends = _("It ends on %(ends)s by itself.") % facts if facts.get("ends") else ""
    if step in {"warning", "suspension", "ban"}:
        proof = (
            _("Prove one account, and your shop is open again at once.")
            if facts.get("kind") == "suspension" and not ends
            else ""
        )
        hides = _("Visitors do not see your shop while it is suspended.") if step == "suspension" else ""
        keeps = {"warning": "", "ban": _paid_out()}.get(step, kept)
        lines = (why, hides, held if hides else "", proof, ends, keeps, appeal)
        return Words(titles[step], tuple(line for line in lines if line), facts.get("evidence", ""))
    if step == "proposed":
        waits = (
            _("A ban was proposed. A second person decides until %(ends)s; if nobody agrees, your shop opens again.")
            % facts
        )
        return Words(titles[step], (why, waits, held, kept, appeal), facts.get("evidence", ""))
    if step == "appealed":
        return Words(titles[step], (why, _("A person who did not decide this looks at it. You read the answer here.")))
    return Words(titles[step], (why,), facts.get("answer", ""))
