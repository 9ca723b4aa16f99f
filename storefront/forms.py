"""What a creator types into her editor."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from storefront.models import Collection, Pick, Storefront

LARGEST_ID = 2**63 - 1


class LookForm(forms.ModelForm):
    """Words and theme of the shop."""

    class Meta:
        model = Storefront
        fields = ["tagline", "about", "theme"]
        widgets = {"about": forms.Textarea(attrs={"rows": 5}), "theme": forms.RadioSelect}
        help_texts = {
            "tagline": _("One line under your name."),
            "about": _("What you pick and why. Shown on the About tab."),
        }


class CoverForm(forms.Form):
    """The picture on top of the page."""

    cover = forms.FileField(
        label=_("Cover"),
        help_text=_("A wide photo: JPEG, PNG or WebP of up to 12 MB. It is cropped to 8:3."),
        error_messages={
            "required": _("Choose a photo first."),
            "empty": _("This file is empty. Choose another photo."),
        },
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_cover(self) -> Any:
        """Refuse what is too large before anything reads it."""
        upload = self.cleaned_data["cover"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(
                _("%(name)s is %(size)d MB. The most is %(most)d MB."),
                params={
                    "name": upload.name,
                    "size": -(-upload.size // 1024**2),
                    "most": settings.UPLOAD_MAX_BYTES // 1024**2,
                },
            )
        return upload


class HandleForm(forms.Form):
    """The name at ``/@name``. Whether it may be had is for accounts to say."""

    handle = forms.CharField(
        label=_("Handle"),
        max_length=40,
        help_text=_("3 to 30 letters, numbers, dots or dashes. Start with a letter."),
        error_messages={"required": _("Enter a handle.")},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )


class CollectionForm(forms.ModelForm):
    """Title and note of a collection."""

    class Meta:
        model = Collection
        fields = ["title", "note"]
        error_messages = {"title": {"required": _("Enter a title.")}}
        help_texts = {"note": _("Shown under the title.")}


class NoteForm(forms.ModelForm):
    """The creator's words on one product."""

    class Meta:
        model = Pick
        fields = ["note"]


class PlaceForm(forms.Form):
    """Where a row shall stand: one place up or down (``by``), or at a position counted from 1."""

    by = forms.TypedChoiceField(choices=[("-1", "-1"), ("1", "1")], coerce=int, required=False)
    position = forms.IntegerField(
        label=_("Position"),
        min_value=1,
        max_value=100_000,
        required=False,
        error_messages={"invalid": _("Enter a position as a whole number.")},
    )

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        cleaned = super().clean() or {}
        cleaned["by"] = cleaned.get("by") or 0
        if not self.errors and not cleaned["by"] and cleaned["position"] is None:
            self.add_error("position", _("Enter a position, 1 for the first."))
        return cleaned


class OrderForm(forms.Form):
    """All rows of a list by their ids, in the order wanted: ``order`` repeated, or once with commas."""

    order = forms.CharField(max_length=8_000)

    @classmethod
    def of(cls, data: Any) -> "OrderForm":
        """The form from a posted QueryDict."""
        return cls({"order": ",".join(data.getlist("order"))})

    def clean_order(self) -> list[int]:
        """The ids as numbers."""
        parts = self.cleaned_data["order"].split(",")
        if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise forms.ValidationError(_("This order could not be read. Load the page again."))
        return [int(part) for part in parts]


class ProductForm(forms.Form):
    """The product to add."""

    product = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
