"""The worked tables of docs/rules, as rows that tests run."""

from pathlib import Path

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules"


def table(document: str, heading: str = "Worked table") -> list[dict[str, str]]:
    """The rows of the first table under a heading, by column name."""
    text = (RULES / f"{document}.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rows]
