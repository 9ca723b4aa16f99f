"""What the style guide shows: stand-ins in every state, without a database."""

from dataclasses import dataclass

from django import forms

from core.paging import Page
from core.templatetags.bars import Bar

SHOP_THEMES = ("rosewood", "persimmon", "marigold", "moss", "lagoon", "cobalt", "iris", "graphite")


@dataclass(frozen=True, slots=True)
class Stand:
    """Somebody or something to show."""

    pk: int = 0
    slug: str = "deep-teal-mug"
    name: str = "Mei Tanaka"
    label: str = "Deep teal mug"
    brand: str = "Kiln & Co"
    avatar_url: str = ""
    image_url: str = ""
    price_minor: int = 2400
    list_price_minor: int | None = None
    currency: str = "USD"
    is_sold_out: bool = False
    note: str = ""
    flag: str = ""
    get_absolute_url: str = "#g-products"


@dataclass(frozen=True, slots=True)
class ListStand:
    """A list to show: its card reads ``row`` and the rest."""

    name: str = "Birthday wish list"
    kind: str = "wish"
    audience: str = "friends"
    get_kind_display: str = "Wish list"
    get_absolute_url: str = "#g-products"
    count: int = 14
    pictures: tuple[str, ...] = ()

    @property
    def row(self) -> "ListStand":
        """Card and list in one."""
        return self


class GuideForm(forms.Form):
    """A field of every kind, one of them wrong."""

    name = forms.CharField(label="Name", help_text="A hint under the label.")
    wrong = forms.CharField(label="Wrong", error_messages={"required": "Enter your name"})
    choice = forms.ChoiceField(label="Choice", choices=[("a", "One"), ("b", "Two")], required=False)
    kinds = forms.ChoiceField(
        label="Kind", choices=[("a", "One"), ("b", "Two")], widget=forms.RadioSelect, required=False
    )
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    consent = forms.BooleanField(label="I have read it", required=False)
    picture = forms.FileField(label="Picture", required=False)


def context() -> dict[str, object]:
    """Everything that the page of the style guide names."""
    products = [
        Stand(),
        Stand(label="On sale", list_price_minor=3200, flag="Price drop"),
        Stand(label="Sold out", is_sold_out=True),
        Stand(label="With a note and a name that runs over two lines", note="The one everyone reaches for first."),
    ]
    return {
        "shop_themes": SHOP_THEMES,
        "person": Stand(),
        "lists": [
            ListStand(),
            ListStand(name="A calm flat", kind="idea", audience="public", get_kind_display="Idea list"),
            ListStand(name="Shopping list", kind="shopping", audience="private", get_kind_display="Shopping list"),
        ],
        "sizes": (24, 32, 40, 64, 132),
        "products": products,
        "form": GuideForm({"name": "Mei"}),
        "bars": [Bar("Started", 164, "100 %"), Bar("Sent", 82, "50 %"), Bar("Decided", 41, "25 %")],
        "page": Page(items=[], number=1, has_next=True, next_url="#guide-more", total=164, shown=24),
    }
