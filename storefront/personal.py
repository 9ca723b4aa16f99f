"""What these tables hold of a person (core/personal.py says how to read it)."""

from core.personal import Fate, Word

WORDS = (
    Word("storefront.Pick", Fate.GOES, hers=("collection__storefront__influencer__user",)),
    Word("storefront.Collection", Fate.GOES, hers=("storefront__influencer__user",), files=("photo",)),
    Word("storefront.Removal", Fate.GOES, hers=("storefront__influencer__user",)),
    Word("storefront.Storefront", Fate.GOES, hers=("influencer__user",), files=("cover", "cover_small")),
)
