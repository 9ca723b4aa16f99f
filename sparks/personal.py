"""What these tables hold of a person (core/personal.py says how to read it). Counters are kept right by services.leaving."""

from core.personal import Fate, Word

HER = "spark__author"
WORDS = (
    Word("sparks.TopicFollow", Fate.GOES, hers=("user",)),
    Word("sparks.SellerFollow", Fate.GOES, hers=("user",)),
    Word("sparks.Less", Fate.GOES, hers=("user",), about=("author",), people=("author",)),
    Word("sparks.Like", Fate.GOES, hers=("user",)),
    Word("sparks.Helpful", Fate.GOES, hers=("user",)),
    Word("sparks.Badge", Fate.GOES, hers=("user",)),
    Word("sparks.ProductVote", Fate.GOES, hers=("user",)),
    # A poll keeps its result: one voice of somebody who left.
    Word("sparks.PollVote", Fate.STAYS, hers=("user",)),
    # On a list of others a Spark stays; on hers it goes with the list.
    Word("sparks.KeptSpark", Fate.STAYS, hers=("by",), plain=("items",)),
    # Against whom she reported something is the desk's; who reported her is told to nobody.
    Word(
        "sparks.Report",
        Fate.LOSES_HER,
        hers=("reporter",),
        acts=("decided_by",),
        secret=("decided_at",),
        blank={"note": ""},
    ),
    # The desk's notes are its own. What was ruled about a comment of hers elsewhere goes with that comment.
    Word("sparks.Appeal", Fate.GOES, hers=("author",), acts=("hidden_by", "decided_by")),
    Word("sparks.Ruling", Fate.GOES, hers=(HER, "comment__author"), acts=("by",), secret=("note",)),
    # One that others replied to stays as an empty place (services.leaving).
    Word("sparks.Comment", Fate.GOES, hers=("author",), emptied={"state": "left"}),
    Word("sparks.SparkEdit", Fate.GOES, hers=(HER,)),
    Word("sparks.ProductTag", Fate.GOES, hers=(f"photo__{HER}",)),
    Word("sparks.Photo", Fate.GOES, hers=(HER,), files=("small", "large", "film", "upload")),
    Word("sparks.DroppedPhoto", Fate.GOES, hers=(HER,)),
    Word("sparks.PollOption", Fate.GOES, hers=(f"poll__{HER}",)),
    Word("sparks.Poll", Fate.GOES, hers=(HER,)),
    Word("sparks.Shelf", Fate.GOES, about=(HER,)),
    Word("sparks.SparkStir", Fate.GOES, about=(HER,)),
    Word("sparks.SparkHeat", Fate.GOES, about=(HER,)),
    # Members by their number: what she saw goes by services.leaving.
    Word("sparks.View", Fate.GOES, about=(HER,)),
    Word("sparks.Spark", Fate.GOES, hers=("author",), files=("share",)),
    Word("sparks.Topic", Fate.NOBODYS),
    Word("sparks.Heat", Fate.NOBODYS),
    Word("sparks.HeatDue", Fate.NOBODYS),
    Word("sparks.Chart", Fate.NOBODYS),
)
