"""What an applicant and a reviewer type."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from influencers.countries import country_choices
from influencers.errors import BadDestination
from influencers.models import Application, ApplicationEvent, Influencer, ReplyTemplate, SocialAccount
from influencers.plausible import Impossible, impossible
from influencers.services.applying import AccountFigures
from influencers.social_handles import Trouble, UnreadableHandle, read_handle, same_key
from influencers.topics import TOPICS

# Pages to which a channel may lead, besides products.
OWN_PAGES = ("storefront:page", "storefront:collection")
MOST_TOPICS = 3
MOST_ACCOUNTS = 10
LARGEST_COUNT = 10_000_000_000
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class CodeForm(forms.Form):
    """The word that buyers type."""

    code = forms.CharField(
        label=_("Your code"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("3 to 20 letters and digits. Buyers may type it in small letters."),
        error_messages={"required": _("Type the code that you want.")},
    )  # fmt: skip


class ChannelForm(forms.Form):
    """A channel and the page of this shop to which it leads: her own shop, one of its collections, or a product."""

    name = forms.CharField(
        label=_("Channel"), max_length=40, help_text=_("Where you will share it, such as Newsletter or Flyer in May."),
        error_messages={"required": _("Name the channel.")},
    )  # fmt: skip
    address = forms.CharField(
        label=_("Leads to"), max_length=500, required=False,
        help_text=_("Paste the address of a product, or of your shop or a collection of it. Empty: your shop."),
    )  # fmt: skip

    def __init__(self, *args: Any, influencer: Influencer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.influencer = influencer
        # Where it leads once the form is valid: an empty path stands for her shop.
        self.path = ""
        self.product: Product | None = None

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"].strip()
        if not self.influencer.user.handle:
            raise ValidationError(_("Open your shop first: a channel leads there."))
        if not typed:
            return typed
        parts, home = urlsplit(typed), urlsplit(settings.SITE_URL)
        refusal = ValidationError(BadDestination().message)
        if (parts.scheme or parts.netloc) and (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
            raise refusal
        try:
            match = resolve(unquote(parts.path))
        except Resolver404:
            raise refusal from None
        if match.view_name == "discovery:product":
            self.product = Product.objects.on_sale().filter(slug=match.kwargs["slug"]).first()
            if self.product is None:
                raise ValidationError(_("This product is not on sale."))
        elif match.kwargs.get("handle") != self.influencer.user.handle or match.view_name not in OWN_PAGES:
            raise refusal
        self.path = "" if match.view_name == "storefront:page" else parts.path
        return typed


class CountField(forms.IntegerField):
    """A whole number of zero or more; ``31,400`` and ``31 400`` are understood."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages = {"invalid": _("Enter a whole number, such as 31400.")}

    def __init__(self, *, most: int = LARGEST_COUNT, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=most, **kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number without the marks that people put between thousands."""
        if isinstance(value, str):
            value = re.sub(r"[\s,_'’]", "", value)
        return super().to_python(value)


def check_public_link(value: str) -> None:
    """Raise ValidationError unless the link is http(s) and names a host that anybody can reach."""
    refusal = ValidationError(
        _("Enter a full link to a public page, such as https://www.instagram.com/yourname."), code="link"
    )
    if CONTROL.search(value) or "\\" in value or any(mark.isspace() for mark in value):
        raise refusal
    try:
        parts = urlsplit(value)
        host = (parts.hostname or "").rstrip(".").lower()
        port = parts.port
    except ValueError:
        raise refusal from None
    if parts.scheme not in {"http", "https"} or parts.username is not None or port not in {None, 80, 443}:
        raise refusal
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        # The last label of a public name has a letter: 127.1 and 2130706433 are addresses in disguise.
        is_public = (
            len(labels) > 1
            and all(re.fullmatch(r"[^\W_]([\w-]{0,61}[^\W_])?", label) for label in labels)
            and not labels[-1].isdigit()
            and not re.fullmatch(r"0x[0-9a-f]*", labels[-1])
            and labels[-1] not in {"local", "internal", "localhost", "lan", "home", "test", "invalid", "onion"}
        )
        if not is_public:
            raise refusal from None
    else:
        if not address.is_global:
            raise refusal


def handle_from(text: str, platform: str) -> str:
    """The bare handle of ``@name``, ``name`` or a link to the profile; ValidationError says what to do."""
    try:
        return read_handle(text, platform)
    except UnreadableHandle as refusal:
        words = {
            Trouble.EMPTY: _("Enter your handle, such as @yourname."),
            Trouble.SPACES: _("A handle has no spaces. Enter one handle, such as @yourname, or one link."),
            Trouble.OTHER_NETWORK: _("This link is not of the network you chose. Enter the handle, such as @yourname."),
            Trouble.NOT_A_PROFILE: _("This link leads to a post or another page. Open your profile and copy its link."),
            Trouble.LOOKALIKE: _(
                "The letter %(sign)s only looks like one that this network uses. Type the handle again."
            ),
            Trouble.SHAPE: _("Check the handle: this network has no account of that form. Copy it from your profile."),
        }
        message = words[refusal.trouble]
        raise ValidationError(message % {"sign": refusal.sign} if refusal.sign else message) from None


class YouForm(forms.Form):
    """Step 1: who she is."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=80,
        help_text=_("The name that shoppers will see."),
        error_messages={"required": _("Enter your display name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=lambda: [("", _("Choose a country")), *country_choices(get_language() or "en")],
        error_messages={"required": _("Choose your country."), "invalid_choice": _("Choose a country of the list.")},
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        choices=TOPICS,
        help_text=_("One to three: what your posts are about."),
        error_messages={"required": _("Choose at least one topic."), "invalid_choice": _("Choose topics of the list.")},
        widget=forms.CheckboxSelectMultiple,
    )
    pitch = forms.CharField(
        label=_("About your work"),
        max_length=1000,
        help_text=_("A few sentences: what you make, and for whom."),
        error_messages={"required": _("Write a few words about your work.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_topics(self) -> list[str]:
        """At most three."""
        topics = self.cleaned_data["topics"]
        if len(topics) > MOST_TOPICS:
            raise ValidationError(_("Choose three topics at most."))
        return topics


class NameForm(forms.Form):
    """One social account by its name."""

    platform = forms.ChoiceField(
        label=_("Network"),
        choices=[("", _("Choose a network")), *SocialAccount.Platform.choices],
        error_messages={"required": _("Choose a network."), "invalid_choice": _("Choose a network of the list.")},
    )
    handle = forms.CharField(
        label=_("Handle or link"),
        max_length=300,
        error_messages={"required": _("Enter your handle, such as @yourname.")},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """The handle is read with the network in mind."""
        data = super().clean() or {}
        if data.get("handle") and data.get("platform"):
            try:
                data["handle"] = handle_from(data["handle"], data["platform"])
            except ValidationError as refusal:
                self.add_error("handle", refusal)
        return data


class AccountForm(NameForm):
    """One social account with the figures that the applicant gives."""

    followers = CountField(label=_("Followers"), error_messages={"required": _("Enter how many followers you have.")})
    posts_in_60_days = CountField(
        label=_("Posts in the last 60 days"),
        most=5_000,
        error_messages={"required": _("Enter how many posts you made in the last 60 days.")},
    )
    average_likes = CountField(label=_("Likes on a typical post"), required=False)
    average_comments = CountField(label=_("Comments on a typical post"), required=False)
    average_views = CountField(
        label=_("Views of a typical post"), required=False, help_text=_("On TikTok we count reactions against views.")
    )
    following = CountField(label=_("Accounts you follow"), required=False)
    opened_on = forms.DateField(
        label=_("Opened on"),
        required=False,
        error_messages={"invalid": _("Enter a date, such as 2021-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"],
    )
    evidence_url = forms.CharField(
        label=_("Link as evidence"),
        max_length=500,
        validators=[check_public_link],
        help_text=_("A public page where a reviewer sees these figures: your profile, or a screenshot you put online."),
        error_messages={"required": _("Enter a link where a reviewer sees these figures.")},
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def clean_opened_on(self) -> date | None:
        """Not in the future, not before there were such networks."""
        opened_on = self.cleaned_data["opened_on"]
        if opened_on and not date(2003, 1, 1) <= opened_on <= timezone.localdate():
            raise ValidationError(_("The date must be today or earlier, and not before 2003."))
        return opened_on

    def clean(self) -> dict[str, Any]:
        """Figures that cannot be are refused."""
        data = super().clean()
        self._refuse_the_impossible(data)
        return data

    def _refuse_the_impossible(self, data: dict[str, Any]) -> None:
        """Figures that cannot be are named where they stand."""
        if not data.get("platform"):
            return
        words = {
            Impossible.REACTIONS_ABOVE_VIEWS: _(
                "Likes and comments together are more than the views: that cannot be. Check the three numbers."
            ),
            Impossible.OPENED_BEFORE_THE_NETWORK: _("On that day this network was not open yet. Check the date."),
        }
        for what in impossible(
            platform=data["platform"], likes=data.get("average_likes"), comments=data.get("average_comments"),
            views=data.get("average_views"), opened_on=data.get("opened_on"),
        ):  # fmt: skip
            self.add_error(what.value, words[what])

    def figures(self) -> AccountFigures:
        """What was typed, for the service."""
        return AccountFigures(**{name: self.cleaned_data[name] for name in self.fields})


class BaseAccountFormSet(BaseFormSet):
    """Step 2: all her accounts. Rows that were left empty are no rows."""

    def clean(self) -> None:
        """No account twice; the second one is named."""
        if any(self.errors):
            return
        seen = set()
        for form in self.filled():
            platform = form.cleaned_data["platform"]
            key = (platform, same_key(form.cleaned_data["handle"], platform))
            if key in seen:
                form.add_error("handle", _("This account is listed already."))
                raise ValidationError(_("An account is listed twice. Remove one of them."))
            seen.add(key)

    def filled(self) -> list[AccountForm]:
        """The rows in which something stands and nothing is wrong."""
        return [form for form in self.forms if form.has_changed() and form.is_valid()]

    def figures(self) -> list[AccountFigures]:
        """All rows that can be used, for the service and the live score."""
        return [form.figures() for form in self.filled()]


AccountFormSet = forms.formset_factory(
    AccountForm,
    formset=BaseAccountFormSet,
    extra=0,
    max_num=MOST_ACCOUNTS,
    validate_max=True,
    absolute_max=MOST_ACCOUNTS + 1,
)
PREFIX = "accounts"


def typed_accounts(data: QueryDict, *, without: int | None = None) -> BaseAccountFormSet:
    """The rows as they were posted, one left out where it is to be removed. The first may stay empty."""
    posted: Mapping[str, str] = data
    if without is not None:
        posted = _without_row(data, without)
    return cast("BaseAccountFormSet", AccountFormSet(data=_with_management(posted), prefix=PREFIX))


def _with_management(data: Mapping[str, str]) -> dict[str, str]:
    """The posted rows with a count that can be relied on: forged or missing counts become what was posted."""
    rows = {name: value for name, value in data.items() if re.match(rf"{PREFIX}-\d{{1,2}}-", name)}
    count = 1 + max((int(name.split("-")[1]) for name in rows), default=0)
    return {
        **rows,
        f"{PREFIX}-TOTAL_FORMS": str(min(count, MOST_ACCOUNTS + 1)),
        f"{PREFIX}-INITIAL_FORMS": "0",
    }


def _without_row(data: Mapping[str, str], gone: int) -> dict[str, str]:
    kept = {}
    for name, value in data.items():
        match = re.match(rf"{PREFIX}-(\d{{1,2}})-(.*)", name)
        if match and int(match[1]) != gone:
            row = int(match[1]) - (int(match[1]) > gone)
            kept[f"{PREFIX}-{row}-{match[2]}"] = value
    return kept


class EvidenceForm(forms.Form):
    """A picture that shows whose account it is."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_(
            "A JPEG, PNG or WebP picture of the network's own page about your account, with handle and figures."
        ),
        error_messages={"required": _("Choose a picture first."), "empty": _("This file is empty. Choose another.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class RefuseProofForm(forms.Form):
    """Why a proof is not enough."""

    words = forms.CharField(
        label=_("What would do"),
        max_length=500,
        help_text=_("The applicant reads this."),
        error_messages={"required": _("Write what the applicant can do.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SendForm(forms.Form):
    """Step 4: she stands by what she typed."""

    consent = forms.BooleanField(
        label=_("My followers are real, the figures are true, and you may check them."),
        error_messages={"required": _("Tick the box: we can only read figures that you stand by.")},
    )


class AnswerForm(forms.Form):
    """The applicant's answer to a reviewer."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        error_messages={"required": _("Write your answer first.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AppealForm(forms.Form):
    """What an applicant says to a finding of fraud."""

    words = forms.CharField(
        label=_("Your appeal"),
        max_length=2000,
        help_text=_("You can write once. Say what we cannot see, and link what shows it."),
        error_messages={"required": _("Write your appeal first.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ApproveForm(forms.Form):
    """A reviewer's yes."""

    note = forms.CharField(
        label=_("Note to the applicant"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(forms.Form):
    """A reviewer's not yet, with the reason."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *Application.Reason.choices],
        error_messages={
            "required": _("Choose a reason: the applicant reads it."),
            "invalid_choice": _("Choose a reason of the list."),
        },
    )
    note = forms.CharField(
        label=_("Note to the applicant"),
        required=False,
        max_length=2000,
        help_text=_("What would move it: she reads this with her score."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AskForm(forms.Form):
    """A reviewer's question."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[("", _("No reason of the list")), *Application.Reason.choices],
        error_messages={"invalid_choice": _("Choose a reason of the list.")},
    )
    question = forms.CharField(
        label=_("Your question"),
        max_length=2000,
        error_messages={"required": _("Write what you need to know.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class NoteForm(forms.Form):
    """A word among reviewers."""

    text = forms.CharField(
        label=_("Note for other reviewers"),
        max_length=2000,
        help_text=_("The applicant never sees it. It cannot be changed afterwards."),
        error_messages={"required": _("Write the note first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BulkForm(forms.Form):
    """The same act for several cases."""

    act = forms.ChoiceField(
        choices=[("decline", ""), ("ask", "")], error_messages={"required": _("Choose what to do.")}
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *Application.Reason.choices],
        error_messages={
            "required": _("Choose a reason: the applicant reads it."),
            "invalid_choice": _("Choose a reason of the list."),
        },
    )
    picked = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={"required": _("Pick at least one case."), "invalid_choice": _("Pick cases of the list.")},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        # Whatever number is posted: the service takes those that exist and may be decided.
        posted = data.getlist("picked") if data is not None else []
        numbers = [value for value in posted if re.fullmatch(r"[0-9]{1,18}", value)]
        cast("forms.TypedMultipleChoiceField", self.fields["picked"]).choices = [(value, value) for value in numbers]


class FilterForm(forms.Form):
    """What of the queue is shown. A value that does not exist is named, and the rest holds."""

    VIEWS = [
        ("waiting", _("Waiting")),
        ("second", _("Waiting for a second person")),
        ("asked", _("Waiting for an answer")),
        ("decided", _("Decided, can be undone")),
        ("approved", _("Approved")),
        ("declined", _("Not yet")),
        ("appealed", _("Appealed")),
    ]
    WRONG = {"invalid_choice": _("This filter does not exist. Choose one of the list.")}

    view = forms.ChoiceField(label=_("State"), required=False, choices=VIEWS, error_messages=WRONG)
    q = forms.CharField(
        label=_("Name or handle"),
        required=False,
        max_length=80,
        error_messages={"max_length": _("Search for 80 signs or fewer.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    topic = forms.ChoiceField(
        label=_("Topic"), required=False, choices=[("", _("All topics")), *TOPICS], error_messages=WRONG
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        choices=lambda: [("", _("All countries")), *country_choices(get_language() or "en")],
        error_messages=WRONG,
    )
    platform = forms.ChoiceField(
        label=_("Network"),
        required=False,
        choices=[("", _("All networks")), *SocialAccount.Platform.choices],
        error_messages=WRONG,
    )
    hold = forms.ChoiceField(
        label=_("Open with"),
        required=False,
        choices=[("", _("Anybody")), ("mine", _("Me")), ("held", _("Somebody")), ("free", _("Nobody else"))],
        error_messages=WRONG,
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("oldest", _("Oldest first")), ("newest", _("Newest first"))],
        error_messages=WRONG,
    )
    near = forms.BooleanField(label=_("Near the line"), required=False)
    reapplied = forms.BooleanField(label=_("Applied again"), required=False)
    risky = forms.BooleanField(label=_("With risk signals"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)


class LogForm(forms.Form):
    """What of the log is shown."""

    kind = forms.ChoiceField(
        label=_("Act"), required=False, choices=[("", _("All acts")), *ApplicationEvent.Kind.choices],
        error_messages=FilterForm.WRONG,
    )  # fmt: skip
    actor = forms.CharField(label=_("Reviewer"), required=False, max_length=80)
    about = forms.CharField(label=_("Applicant"), required=False, max_length=80)
    since = forms.DateField(
        label=_("From"),
        required=False,
        error_messages={"invalid": _("Enter a date, such as 2021-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        error_messages={"invalid": _("Enter a date, such as 2021-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class ReplyForm(forms.ModelForm):
    """A reply that reviewers keep ready."""

    class Meta:
        model = ReplyTemplate
        fields = ("act", "reason", "language", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {"text": _("These are filled in: {name}, {points}, {needed}, {shop}.")}
        error_messages = {"text": {"required": _("Write the reply first.")}}


class RelevanceForm(forms.Form):
    """A reviewer's judgement of one account."""

    relevance = forms.TypedChoiceField(
        label=_("Shows products"),
        required=False,
        choices=[
            ("", _("Not judged")),
            ("0", _("0: never")),
            ("1", _("1: seldom")),
            ("2", _("2: at times")),
            ("3", _("3: often")),
            ("4", _("4: nearly always")),
        ],
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": _("Choose 0 to 4.")},
    )


class PeriodForm(forms.Form):
    """The days that figures are for."""

    first = forms.DateField(
        label=_("From"),
        error_messages={"required": _("Choose the first day."), "invalid": _("Enter a date, such as 2026-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    last = forms.DateField(
        label=_("To"),
        error_messages={"required": _("Choose the last day."), "invalid": _("Enter a date, such as 2026-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )

    def clean(self) -> dict[str, Any]:
        """The first day comes first, and both are days that the calendar bears."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day must not be before the first."))
        if first and last and not (date(2000, 1, 1) <= first and last <= date(2200, 1, 1)):
            self.add_error("last", _("Choose days between 2000 and 2200."))
        return data
