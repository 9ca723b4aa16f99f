"""A creator's month: what stood on each account, what came and went, what stands; as a page, CSV and PDF, to the cent.

Months are half-open intervals by the site's clock: each entry is in exactly one, and a month's closing is the next one's opening.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from commissions.cells import safe_cell, written
from commissions.models import Account, DaySum, Entry
from commissions.settling import month_bounds
from core.money import Money
from influencers.models import Influencer

ACCOUNTS = (Account.PENDING, Account.HELD, Account.CLEARED, Account.IN_PAYOUT, Account.PAID, Account.OWED)
# No transaction of ours lives longer: after that a month gets no further entry.
SETTLED_AFTER = timedelta(hours=1)
PDF_LINES = 1_000
# One of the fonts that readers of PDF bring along for Chinese; it is named in the file, not carried by it.
CHINESE = "STSong-Light"


@dataclass(frozen=True, slots=True)
class Row:
    """An account in a month, in minor units: opening + came - went = closing."""

    account: Account
    opening: int
    came: int
    went: int

    @property
    def closing(self) -> int:
        """What stands at the end."""
        return self.opening + self.came - self.went


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of one currency. ``end`` is the first moment that no longer belongs to it."""

    influencer: Influencer
    currency: str
    month: date
    start: datetime
    end: datetime
    is_closed: bool
    rows: list[Row]

    @property
    def entries(self) -> QuerySet[Entry]:
        """The month's entries, oldest first."""
        own = Entry.objects.of(self.influencer).filter(
            currency=self.currency, created_at__gte=self.start, created_at__lt=self.end
        )
        return own.select_related("line", "payout").order_by("created_at", "pk")

    @property
    def file_name(self) -> str:
        """``statement-2026-11-USD``, without an ending."""
        return f"statement-{self.month:%Y-%m}-{self.currency}"


def _sums(entries: QuerySet[Entry]) -> dict[str, Any]:
    wanted = {}
    for account in ACCOUNTS:
        wanted[f"{account}_came"] = Sum("amount_minor", filter=Q(credit=account), default=0)
        wanted[f"{account}_went"] = Sum("amount_minor", filter=Q(debit=account), default=0)
    return entries.aggregate(**wanted)


def statement(
    influencer: Influencer, currency: str, year: int, month: int, *, now: datetime | None = None
) -> Statement:
    """The month of a creator's ledger in one currency; two queries whatever it holds."""
    moment = now or timezone.now()
    start, end = month_bounds(year, month, timezone.get_current_timezone())
    own = Entry.objects.of(influencer).filter(currency=currency)
    before = _sums(own.filter(created_at__lt=start))
    within = _sums(own.filter(created_at__gte=start, created_at__lt=end))
    rows = [
        Row(
            account, before[f"{account}_came"] - before[f"{account}_went"], within[f"{account}_came"], within[f"{account}_went"]
        )
        for account in ACCOUNTS
    ]  # fmt: skip
    return Statement(influencer, currency, start.date(), start, end, moment >= end + SETTLED_AFTER, rows)


def _first_day(influencer: Influencer, currency: str) -> date | None:
    own = Entry.objects.of(influencer).filter(currency=currency).aggregate(first=Min("created_at"))["first"]
    return timezone.localdate(own) if own else None


def months_of(influencer: Influencer, *, most: int = 24) -> list[tuple[date, str]]:
    """Months for which there is a statement, of each currency the newest so many, newest first."""
    # The oldest of the closed days; whoever has none began after them.
    sums = DaySum.objects.filter(influencer=influencer, split=DaySum.Split.ALL).exclude(currency="")
    closed = dict(sums.values("currency").annotate(first=Min("on")).values_list("currency", "first"))
    found: list[tuple[date, str]] = []
    for currency in influencer.balances.order_by("currency").values_list("currency", flat=True):
        first = closed.get(currency) or _first_day(influencer, currency)
        month = timezone.localdate().replace(day=1)
        oldest = first.replace(day=1) if first else month
        last = len(found) + most
        while month >= oldest and len(found) < last:
            found.append((month, currency))
            month = (month - timedelta(days=1)).replace(day=1)
    return found


def about(entry: Entry) -> str:
    """What an entry belongs to, for a line of text."""
    if entry.line:
        return entry.line.name
    return entry.payout.number if entry.payout else ""


HEAD = ["date", "entry", "kind", "from", "to", "currency", "amount", "about", "reason"]


def as_csv(found: Statement) -> Iterator[str]:
    """The statement's accounts and then every entry, in major units, safe for spreadsheets; made while it is sent."""
    return written(_rows(found))


def _rows(found: Statement) -> Iterator[list[Any]]:
    def major(minor: int) -> str:
        return str(Money(minor, found.currency).major)

    yield ["account", "opening", "came", "went", "closing", "currency"]
    for row in found.rows:
        yield [row.account, *map(major, (row.opening, row.came, row.went, row.closing)), found.currency]
    yield []
    yield HEAD
    for entry in found.entries.iterator(chunk_size=2000):
        at = timezone.localtime(entry.created_at).isoformat(timespec="seconds")
        what = [safe_cell(about(entry)), entry.reason]
        yield [at, entry.pk, entry.kind, entry.debit, entry.credit, entry.currency, major(entry.amount_minor), *what]


def _paragraph(text: str, size: int, *, bold: bool = False) -> Paragraph:
    """Text in a font that has its letters."""
    latin = text.isascii() or all(ord(letter) < 0x250 or letter in "–—−‘’“”•→€" for letter in text)
    font = ("Helvetica-Bold" if bold else "Helvetica") if latin else CHINESE
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Paragraph(
        escaped,
        ParagraphStyle(font, fontName=font, fontSize=size, leading=size * 1.35, wordWrap="" if latin else "CJK"),
    )


def _table(rows: list[list[str]], widths: list[float], first_number: int) -> Table:
    cells = [[_paragraph(text, 8, bold=number == 0) for text in row] for number, row in enumerate(rows)]
    for row in cells:
        for cell in row[first_number:]:
            cell.style.alignment = 2
    table = Table(cells, colWidths=[width * mm for width in widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
                ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def as_pdf(found: Statement, *, site: str) -> bytes:
    """The statement as an A4 document; of very long months the first thousand entries, and it says so."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))

    def money(minor: int) -> str:
        return f"{Money(minor, found.currency).major:,}"

    person = found.influencer.user
    title = f"{site} · {_('Statement')} {found.month:%Y-%m} · {found.currency}"
    parts: list[Any] = [_paragraph(title, 14, bold=True), Spacer(1, 2 * mm)]
    parts.append(_paragraph(f"{person.name} (@{person.handle})" if person.handle else person.name, 10))
    zone = timezone.get_current_timezone_name()
    parts.append(_paragraph(f"{found.start:%Y-%m-%d} – {found.end - timedelta(days=1):%Y-%m-%d} ({zone})", 9))
    if not found.is_closed:
        parts.append(_paragraph(_("This month is not over: more entries may come."), 9))
    head = [pgettext("ledger", "Account"), _("Opening"), _("Came"), _("Went"), _("Closing")]
    rows = [[str(row.account.label), *map(money, (row.opening, row.came, row.went, row.closing))] for row in found.rows]
    parts += [Spacer(1, 4 * mm), _table([head, *rows], [50, 32, 32, 32, 32], 1), Spacer(1, 6 * mm)]
    entries = list(found.entries[: PDF_LINES + 1])
    lines = [
        [
            date_format(timezone.localtime(entry.created_at), "Y-m-d"), entry.get_kind_display(), about(entry)[:80],
            f"{entry.get_debit_display()} → {entry.get_credit_display()}", money(entry.amount_minor),
        ]
        for entry in entries[:PDF_LINES]
    ]  # fmt: skip
    head = [_("Date"), _("What"), _("About"), _("From and to"), _("Amount")]
    parts.append(_table([head, *lines], [20, 34, 66, 40, 22], 4))
    if len(entries) > PDF_LINES:
        parts.append(_paragraph(_("The first 1,000 entries. The CSV has every one."), 9))
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=14 * mm,
        rightMargin=14 * mm,
        topMargin=14 * mm,
        bottomMargin=14 * mm,
        title=title,
        invariant=1,
    ).build(parts)
    return out.getvalue()
