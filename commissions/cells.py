"""Cells of CSV files that people open in spreadsheets."""

# What a spreadsheet takes for the start of a formula.
STARTS = tuple("=+-@\t\r＝＋－＠")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(STARTS) else text
