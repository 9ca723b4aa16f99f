"""Forms of Sparks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from core import videos
from sparks.errors import NothingToPost
from sparks.models import Report, Spark, Topic
from sparks.services.polls import DAYS, MOST
from sparks.services.posting import WITH_WORDS

PHOTOS = "image/jpeg,image/png,image/webp"
FILMS = "video/mp4,video/quicktime,video/webm"


class ManyFiles(forms.ClearableFileInput):
    """A field for several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, or none."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(each, initial) for each in files]


class StartForm(forms.Form):
    """The first step: what kind, and the photos."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=Spark.Kind.choices, initial=Spark.Kind.PHOTO, widget=forms.RadioSelect
    )


class PhotosForm(forms.Form):
    """More photos. Each is checked by core.images; the text is said of the first."""

    photos = ManyFilesField(
        label=_("Photos"), required=False,
        help_text=_("JPEG, PNG or WebP, at most 12 MB each, ten in all. They are cut to 4:5, and where they were taken is removed."),
        widget=ManyFiles(attrs={"accept": PHOTOS, "multiple": True}),
    )  # fmt: skip
    alt = forms.CharField(
        label=_("What does the photo show?"), required=False, max_length=200,
        help_text=_("For people who cannot see it: “A shelf with a teal mug and three books”."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if videos.is_available():
            photos = self.fields["photos"]
            photos.label = _("Photos, or a short film")
            photos.help_text = _(
                "JPEG, PNG or WebP, at most 12 MB each, ten in all, and one MP4, MOV or WebM film of at most 60 seconds. "
                "Photos are cut to 4:5, and where anything was taken is removed."
            )
            photos.widget.attrs["accept"] = f"{PHOTOS},{FILMS}"


class WordsForm(forms.ModelForm):
    """The last step: words, topic, circle, labels, poll, and when."""

    question = forms.CharField(label=_("Question"), required=False, max_length=120)
    days = forms.TypedChoiceField(
        label=_("Closes in"), coerce=int, required=False, initial=7,
        choices=[(1, _("1 day")), (3, _("3 days")), (7, _("7 days"))],
    )  # fmt: skip
    at = forms.DateTimeField(
        label=_("Post later"), required=False, help_text=_("Empty: now. Times are those of the site."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )  # fmt: skip

    class Meta:
        model = Spark
        fields = ["words", "topic", "audience", "is_gifted", "is_sponsored"]
        widgets = {"words": forms.Textarea(attrs={"rows": 4}), "audience": forms.RadioSelect}
        labels = {"topic": _("Topic")}

    def __init__(self, *args: Any, tagged: Sequence[Product] = (), **kwargs: Any) -> None:
        """``tagged``: what the Spark shows, offered as the answers of a poll."""
        super().__init__(*args, **kwargs)
        self.tagged = {product.label[:80]: product for product in tagged}
        topic = self.fields["topic"]
        assert isinstance(topic, forms.ModelChoiceField)  # noqa: S101  (says so to the type checker)
        topic.queryset, topic.empty_label = Topic.objects.all(), str(_("Choose"))
        # A browser would cut off silently what is pasted; said in words, nothing of it is lost.
        del self.fields["words"].widget.attrs["maxlength"]
        if self.instance.is_out:
            del self.fields["at"]
        if self.instance.kind == Spark.Kind.POLL:
            self._ask()
        else:
            del self.fields["question"], self.fields["days"]
        if self.data.get("act") != "keep":
            self._need_what_posting_needs()

    def _ask(self) -> None:
        """The fields of a poll, above the rest."""
        poll = getattr(self.instance, "poll", None)
        typed = ([row.words for row in poll.options.all()] if poll else []) or list(self.tagged)
        for place in range(MOST):
            self.fields[f"option_{place}"] = forms.CharField(
                label=_("Option %(n)s") % {"n": place + 1}, required=False, max_length=80,
                initial=typed[place] if place < len(typed) else "",
            )  # fmt: skip
        if self.tagged:
            self.fields["option_0"].help_text = _("The name of a product that you tagged brings its picture and price.")
        if poll:
            self.fields["question"].initial, self.fields["days"].initial = poll.question, poll.days
        self.order_fields(["question", *(f"option_{place}" for place in range(MOST)), "days"])

    def _need_what_posting_needs(self) -> None:
        needed = {"topic": NothingToPost("topic")}
        if self.instance.kind in WITH_WORDS:
            needed["words"] = NothingToPost("words")
        if self.instance.kind == Spark.Kind.POLL:
            needed |= {
                "question": NothingToPost("poll"),
                "option_0": NothingToPost("poll"),
                "option_1": NothingToPost("poll"),
            }
        for name, refusal in needed.items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = str(refusal)

    def clean_days(self) -> int:
        days = self.cleaned_data["days"] or DAYS[-1]
        return days if days in DAYS else DAYS[-1]

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at

    def typed_options(self) -> list[tuple[str, Product | None]]:
        """The answers as typed, each with the tagged product that it names."""
        typed = [self.cleaned_data.get(f"option_{place}") or "" for place in range(MOST)]
        return [(words, self.tagged.get(words)) for words in typed]


class ReportForm(forms.ModelForm):
    """What is wrong with a Spark or a comment."""

    class Meta:
        model = Report
        fields = ["reason", "note"]
        widgets = {"reason": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)  # noqa: S101  (says so to the type checker)
        reason.choices = list(Report.Reason.choices)
