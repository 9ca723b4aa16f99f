"""What these tables hold of a person (core/personal.py says how to read it)."""

from core.personal import GONE_ADDRESS, Fate, Word

WORDS = (
    Word("lists.Reveal", Fate.GOES, hers=("by",)),
    # What others take of her wishes is a surprise, and stays one: no claim on her lists is in her copy, nor the counter.
    Word(
        "lists.Claim", Fate.LOSES_HER, hers=("giver", "@email"), secret=("token", "thanked_at"),
        blank={"name": "", "message": "", "shows_name": False, "email": GONE_ADDRESS}, plain=("token",),
    ),
    Word("lists.ListFollow", Fate.GOES, hers=("user",), secret=("token",)),
    Word("lists.ListMember", Fate.GOES, hers=("user", "list__owner"), people=("user",)),
    # What she wrote on lists of others is taken out by services.leaving.
    Word(
        "lists.ListItem", Fate.GOES, hers=("list__owner",), people=("bringer", "added_by"), secret=("taken",),
        files=("picture",),
    ),
    Word("lists.List", Fate.GOES, hers=("owner",), people=("recipient",), files=("cover",)),
)  # fmt: skip
