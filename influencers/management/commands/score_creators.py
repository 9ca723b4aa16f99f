"""``manage.py score_creators FILE.csv [FILE2.csv ...] [--json] [--picture OUT.svg]``: score the creators of files."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from influencers import readings, scoring, spread
from influencers.models import ScorePolicy


class Command(BaseCommand):
    help = (
        "Score the creators of CSV files with the policy in force: one line a creator, then a summary."
        " Several files of different days (a day such as 2022-06 in the name) give growth."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, help="the day to score for (else the last file's)"
        )
        parser.add_argument("--picture", default="", metavar="OUT.svg", help="draw the spread of the points")

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["files"]
        taken = readings.days_of([Path(name).name for name in names], today=options["today"] or timezone.localdate())
        today = options["today"] or max(taken)
        policy = self.policy()
        collected = readings.Collected()
        for name, day in zip(names, taken, strict=True):
            self.collect(collected, name, day, policy)
        drawn = spread.Spread()
        for reach in readings.reaches_of(collected):
            result = scoring.score([reach], policy, today=today)
            drawn.add(reach.platform, result)
            self.stdout.write(self.line(result, is_json=options["json"]))
        for refusal in collected.refused:
            self.stderr.write(refusal)
        if options["picture"]:
            title = f"{drawn.count} creators on {today.isoformat()}, policy {policy.version}"
            Path(options["picture"]).write_text(spread.picture(drawn, policy, title), encoding="utf-8")
        # Beside JSON the summary stands on standard error, so that a program can read the lines.
        (self.stderr if options["json"] else self.stdout).write(summary(collected, drawn, policy, today))

    def policy(self) -> scoring.Policy:
        """The policy in force; without a database, which this command does not need, the default."""
        try:
            return ScorePolicy.objects.in_force()
        except DatabaseError:
            self.stderr.write("No database is set up: the default policy scores.")
            return scoring.DEFAULT_POLICY

    def collect(self, collected: readings.Collected, name: str, day: date, policy: scoring.Policy) -> None:
        """Read one file, whatever bytes stand in it."""
        try:
            with Path(name).open(encoding="utf-8-sig", errors="replace", newline="") as lines:
                readings.collect(collected, lines, Path(name).name, day, policy.bands)
        except (OSError, readings.BadFileError) as error:
            raise CommandError(str(error)) from error

    def line(self, result: scoring.Score, *, is_json: bool) -> str:
        """One creator."""
        account = result.accounts[0]
        parts = {part.key: part for part in account.parts}
        if is_json:
            return json.dumps(
                {
                    "platform": account.platform,
                    "handle": account.handle,
                    "score": result.points,
                    "parts": {
                        key: None if part.value is None else {"value": round(part.value, 1), "points": round(part.points, 1), "most": round(part.most, 1)}
                        for key, part in parts.items()
                    },
                    "missing": list(account.missing),
                    "rate": None if account.rate is None else round(account.rate, 4),
                    "growth": None if account.growth is None else round(account.growth, 4),
                    "flags": list(result.flags),
                    "verdict": result.verdict,
                },
                ensure_ascii=False,
            )  # fmt: skip
        told = " ".join(
            f"{key} {'-' if part.value is None else format(part.points, '.1f')}" for key, part in parts.items()
        )
        flags = f"  {' '.join(result.flags)}" if result.flags else ""
        return f"{account.platform:<9} {account.handle:<30} {result.points:5.1f} {result.verdict:<7} {told}{flags}"


def summary(collected: readings.Collected, drawn: spread.Spread, policy: scoring.Policy, today: date) -> str:
    """How many creators, and how they came out, network by network."""
    scored = f"{drawn.count} creators of {collected.lines} lines scored for {today.isoformat()}"
    lines = [f"{scored} with policy {policy.version}. Lines left out: {len(collected.refused)}."]
    for platform, points in sorted(drawn.points.items()):
        quarters = spread.quartiles(points)
        verdicts = ", ".join(f"{verdict} {drawn.verdicts[platform][verdict]}" for verdict in reversed(scoring.VERDICTS))
        flags = ", ".join(f"{flag} {count}" for flag, count in sorted(drawn.flags[platform].items()))
        lines.append(
            f"{platform}: {len(points)} creators; points {quarters['least']} to {quarters['most']}, quartiles"
            f" {quarters['quarter']}, {quarters['middle']}, {quarters['three_quarters']}; {verdicts}; flags: {flags or 'none'}."
        )
    return "\n".join(lines)
