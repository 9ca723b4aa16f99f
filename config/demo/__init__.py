"""The demo world: invented people, shops and three months of orders, the same for the same seed and day."""

PASSWORD = "vitrine demo 2026"  # noqa: S105  (printed at start, in an invented world)

SIGN_IN: list[tuple[str, str, str]] = [
    ("Creator", "mei@demo.example", "her shop, studio and earnings"),
    ("Shopper", "lina@demo.example", "follows Mei, has bought before"),
    ("Applicant", "jun@demo.example", "declined, with a way back"),
    ("Reviewer", "omar@demo.example", "the queue of applications"),
    ("Seller", "ada@demo.example", "orders to ship, refunds"),
    ("Staff", "staff@demo.example", "everything, and the admin"),
]


def sign_in_lines() -> list[str]:
    """One line for each role: who, with what, and what there is to see."""
    return [f"{role:<10} {email:<22} {PASSWORD}   {sight}" for role, email, sight in SIGN_IN]
