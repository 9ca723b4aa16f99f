"""Forms about oneself."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """What sign-up asks besides e-mail and password."""

    name = forms.CharField(label=_("Name"), max_length=80)

    def signup(self, request: object, user: object) -> None:
        """Called by allauth once the account exists."""
        user.name = self.cleaned_data["name"]  # type: ignore[attr-defined]
        user.save()  # type: ignore[attr-defined]
