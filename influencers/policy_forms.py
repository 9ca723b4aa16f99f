"""Every number of the policy as staff type it."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from influencers import scoring
from influencers.countries import country_choices
from influencers.errors import BadPolicy
from influencers.models import ScorePolicy, SocialAccount

Words = str | Promise
WEIGHT = "weight_"
LABELS: dict[str, Words] = {
    "weight_engagement": _("Engagement, percent of the score"),
    "weight_reach": _("Audience, percent of the score"),
    "weight_authenticity": _("Account health, percent of the score"),
    "weight_cadence": _("Activity, percent of the score"),
    "weight_relevance": _("Fit, percent of the score"),
    "second_account_share": _("Share of the second account that is added"),
    "likely_from": _("Likely from, points"),
    "close_from": _("Close from, points"),
    "follower_floor": _("Fewest followers that are eligible"),
    "follower_ceiling": _("Followers that give all points"),
    "points_per_post": _("Points for each post in 60 days"),
    "tiers": _("Sizes at which a new tier begins"),
    "bands": _("Rates in percent, one row a tier"),
    "band_points": _("Points at the four edges of a row"),
    "per_view": _("Networks counted against views"),
    "unlikely_engagement_penalty": _("Unlikely engagement costs"),
    "unlikely_above_high": _("Unlikely above so many times the high edge"),
    "unlikely_below_low": _("Unlikely below this share of the low edge"),
    "unlikely_below_from_followers": _("… from more followers than"),
    "odd_figures_penalty": _("Figures that do not fit together cost"),
    "spike_penalty": _("A jump of followers costs"),
    "spike_growth": _("A jump is a rise in 30 days by more than this share"),
    "spike_least_followers": _("… and by so many followers at least"),
    "drop_penalty": _("A fall of followers costs"),
    "drop_share": _("A fall is a loss in 30 days of more than this share"),
    "growth_remembered_days": _("Days for which a jump or a fall counts"),
    "young_penalty": _("A young account costs"),
    "young_days": _("Young is below so many days"),
    "follows_many_penalty": _("Following very many costs"),
    "follows_many_ratio": _("Very many is so many times the followers"),
    "quiet_penalty": _("Hardly a post costs"),
    "quiet_posts": _("Hardly a post is fewer in 60 days than"),
    "stale_penalty": _("Old numbers cost"),
    "stale_days": _("Numbers are old after so many days"),
    "open_countries": _("Open countries, as two-letter codes"),
    "reapply_days": _("Days until a declined person may apply again"),
    "auto_approve": _("Approve without a reviewer"),
    "auto_approve_from": _("… from so many points"),
    "auto_decline": _("Decline without a reviewer"),
    "auto_decline_below": _("… below so many points"),
    "second_reviewer_from_followers": _("A second reviewer from so many followers"),
    "second_reviewer_at_high_risk": _("A second reviewer at high risk"),
    "claim_tolerance": _("A claim is told from the network's number beyond this share"),
    "claim_far": _("… and is a high risk beyond this share"),
    "disposable_domains": _("Domains of mail that is thrown away"),
}
GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (_("Weights"), tuple(f"{WEIGHT}{part}" for part in scoring.PARTS)),
    (
        _("Lines"),
        ("likely_from", "close_from", "second_account_share", "follower_floor", "follower_ceiling", "points_per_post"),
    ),
    (_("Engagement beside peers"), ("tiers", "bands", "band_points", "per_view")),
    (_("Account health"), tuple(name for name in LABELS if name.startswith(("unlikely", "odd", "spike", "drop", "growth", "young", "follows", "quiet", "stale")))),
    (
        _("The programme"),
        tuple(name for name in LABELS if name.startswith(("open", "reapply", "auto", "second_reviewer", "claim", "disposable"))),
    ),
)  # fmt: skip


class PolicyForm(forms.ModelForm):
    """A draft of a version; the numbers in force stand there to begin with."""

    class Meta:
        model = ScorePolicy
        fields = ("version", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = self.instance.policy if self.instance.pk else ScorePolicy.objects.in_force()
        for name, field in number_fields():
            field.label, field.initial = str(LABELS[name]), shown(policy, name)
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        """The numbers together have to score."""
        data = super().clean() or {}
        if not self.errors:
            self.numbers = numbers_of(data)
            faults = scoring.policy_faults(scoring.policy_from(self.numbers, data["version"]))
            if faults:
                raise ValidationError(BadPolicy(faults).message)
        return data


def number_fields() -> Iterator[tuple[str, forms.Field]]:
    """A field for every number of a policy, made for its kind."""
    for part in scoring.PARTS:
        yield f"{WEIGHT}{part}", forms.FloatField(min_value=0, max_value=100)
    texts: dict[str, forms.Field] = {
        "tiers": forms.CharField(help_text=_("Numbers with spaces between.")),
        "band_points": forms.CharField(help_text=_("Four numbers with spaces between.")),
        "bands": forms.CharField(
            widget=forms.Textarea(attrs={"rows": 14}),
            help_text=_("The network and four rising rates, such as: x 0.03 0.09 0.15 0.36"),
        ),
        "per_view": forms.MultipleChoiceField(
            choices=SocialAccount.Platform.choices, required=False, widget=forms.CheckboxSelectMultiple
        ),
        "open_countries": forms.CharField(required=False, help_text=_("With spaces between; empty: open everywhere.")),
        "disposable_domains": forms.CharField(
            required=False, widget=forms.Textarea(attrs={"rows": 6}), help_text=_("With spaces between.")
        ),
    }
    for item in fields(scoring.Policy):
        if item.name in {"version", "weights"}:
            continue
        if item.name in texts:
            yield item.name, texts[item.name]
        elif isinstance(item.default, bool):
            yield item.name, forms.BooleanField(required=False)
        elif isinstance(item.default, int):
            yield item.name, forms.IntegerField(min_value=0, max_value=10**12)
        else:
            yield item.name, forms.FloatField(min_value=0, max_value=10**6)


def shown(policy: scoring.Policy, name: str) -> Any:
    """A number of the policy as its field shows it."""
    if name.startswith(WEIGHT):
        return round(100 * dict(policy.weights)[name.removeprefix(WEIGHT)], 6)
    value = getattr(policy, name)
    if name == "bands":
        return "\n".join(f"{network} {' '.join(map(str, row))}" for network, rows in value.items() for row in rows)
    if name in {"tiers", "band_points", "open_countries", "disposable_domains"}:
        return " ".join(map(str, value))
    return list(value) if name == "per_view" else value


def numbers_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as a policy keeps it. Raises ValidationError by field."""
    numbers = {item.name: data[item.name] for item in fields(scoring.Policy) if item.name in data}
    del numbers["version"]
    numbers["weights"] = {part: data[f"{WEIGHT}{part}"] / 100 for part in scoring.PARTS}
    numbers["tiers"] = whole_numbers(data["tiers"], "tiers")
    numbers["band_points"] = whole_numbers(data["band_points"], "band_points")
    if len(numbers["band_points"]) != 4:
        raise ValidationError({"band_points": _("Enter four numbers with spaces between.")})
    numbers["bands"] = rows_of(data["bands"])
    numbers["open_countries"] = codes_of(data["open_countries"])
    numbers["disposable_domains"] = sorted(set(data["disposable_domains"].lower().split()))
    return numbers


def whole_numbers(text: str, name: str) -> list[int]:
    """Whole numbers with spaces or commas between."""
    words = re.split(r"[\s,]+", text.strip())
    if not all(re.fullmatch(r"[0-9]{1,12}", word) for word in words):
        raise ValidationError({name: _("Enter whole numbers with spaces between.")})
    return [int(word) for word in words]


def rows_of(text: str) -> dict[str, list[list[float]]]:
    """The rows of rates by network, in the order of sizes."""
    rows: dict[str, list[list[float]]] = {}
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        network, *rates = line.split()
        if (
            network not in scoring.BANDS
            or not all(re.fullmatch(r"\d{1,3}(\.\d{1,6})?", rate, re.ASCII) for rate in rates)
            or len(rates) != 4
        ):
            raise ValidationError({"bands": _("Line %(line)d: write the network and four rates, such as: x 0.03 0.09 0.15 0.36") % {"line": place}})  # fmt: skip
        rows.setdefault(network, []).append([float(rate) for rate in rates])
    return rows


def codes_of(text: str) -> list[str]:
    """Countries by their codes."""
    known = {code for code, _name in country_choices("en")}
    codes = [code.upper() for code in re.split(r"[\s,]+", text.strip()) if code]
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise ValidationError({"open_countries": _("No country has the code %(code)s.") % {"code": unknown[0]}})
    return sorted(set(codes))


def numbers_in_words(policy: scoring.Policy) -> list[tuple[Words, Words, Any]]:
    """Group, label and number of everything in a policy, for reading."""
    return [(group, LABELS[name], shown(policy, name)) for group, names in GROUPS for name in names]
