"""Forms about oneself."""

from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.profile import welcome

YOUNGEST = 13


class SignupForm(forms.Form):
    """What sign-up asks besides e-mail and password."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name")},
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Nobody sees it. Nobody under 18 can be found by others."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
        error_messages={"required": _("Enter your date of birth"), "invalid": _("Enter a date such as 1990-05-31")},
    )
    findable_by = forms.ChoiceField(
        label=_("Who can find you, to be friends and give you things?"),
        choices=User.FindableBy,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who can find you")},
    )
    field_order = ["name", "email", "password1", "born_on", "findable_by"]

    def clean_born_on(self) -> date:
        born, today = self.cleaned_data["born_on"], timezone.localdate()
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if not 0 <= age <= 120:
            raise forms.ValidationError(_("Enter a date such as 1990-05-31"))
        if age < YOUNGEST:
            raise forms.ValidationError(_("You can join when you are 13."))
        return cast("date", born)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the account exists."""
        data = self.cleaned_data
        welcome(
            user=user, name=data["name"], language=get_language() or settings.LANGUAGE_CODE, born_on=data["born_on"],
            findable_by=data["findable_by"],
        )  # fmt: skip


class SettingsForm(forms.ModelForm):
    """Name, bio, handle, picture, language, and who finds and sees what."""

    handle = forms.CharField(
        label=_("Handle"),
        required=False,
        max_length=40,
        help_text=_(
            "Your name at /@…: 3 to 30 letters a to z, numbers, dots or dashes. It can be changed twice a year."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("A JPEG, PNG or WebP photo of at most 12 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    language = forms.ChoiceField(label=_("Language of mails"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = [
            "name",
            "bio",
            "language",
            "findable_by",
            "shows_lists_to",
            "shows_friends_to",
            "shows_sparks_to",
            "shows_votes_to",
        ]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        error_messages = {"name": {"required": _("Enter your name")}}

    field_order = [
        "name",
        "bio",
        "handle",
        "picture",
        "language",
        "findable_by",
        "shows_lists_to",
        "shows_friends_to",
        "shows_sparks_to",
        "shows_votes_to",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handle"].initial = self.instance.handle or ""
