"""What is typed about a creator's standing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from influencers.models import Sanction
from influencers.services.conduct import CHARGES


class SanctionForm(forms.Form):
    """Warn, suspend or ban, why, and what was seen."""

    kind = forms.ChoiceField(label=_("Act"), choices=Sanction.Kind.choices)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[(value, label) for value, label in Sanction.Reason.choices if value in CHARGES]
    )
    evidence = forms.CharField(
        label=_("What was seen"),
        max_length=2000,
        help_text=_("The creator reads this: name no other person."),
        error_messages={"required": _("Write what was seen: she reads it, and an appeal is judged by it.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class WordsForm(forms.Form):
    """Some words that another person reads."""

    words = forms.CharField(
        label=_("Your words"),
        max_length=2000,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
