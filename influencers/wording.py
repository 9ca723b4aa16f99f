"""A score and its growth plan in words, as pages and mails say them: both sides read the same numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from influencers import scoring
from influencers.models import SocialAccount

VERDICT_KINDS = {"likely": "ok", "close": "warn", "not_yet": "info"}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One factor with her own numbers: ``points`` of at most ``most``; ``advice`` says what would move it.

    ``step`` is the smallest change of this factor that would be enough alone; where none is, ``limit`` says how far it would lead.
    """

    key: str
    label: str
    points: float
    most: float
    sentence: str
    advice: str
    is_missing: bool
    step: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account beside the others."""

    name: str
    points: float
    is_proved: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """What would carry her over the line: any of ``singles`` alone, or all of ``combination`` together."""

    singles: list[str]
    combination: list[str]
    needs_proof: bool
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score as both sides see it. ``once_proved``: the points if every account were proved; None where all are."""

    points: float
    verdict: str
    label: str
    kind: str
    lines: list[ScoreLine]
    remarks: list[str]
    accounts: list[AccountLine]
    needed: int
    version: str
    once_proved: float | None
    plan: PlanView | None
    # What moved since her earlier application; empty for a first one.
    since: str


def networks() -> dict[str, str]:
    """The names of the networks."""
    return dict(SocialAccount.Platform.choices)


def labels() -> dict[str, str]:
    """The names of the factors."""
    return {
        "engagement": _("Engagement"),
        "reach": _("Audience"),
        "authenticity": _("Account health"),
        "cadence": _("Activity"),
        "relevance": _("Fit"),
        "second": _("Second account"),
    }


def verdict_label(verdict: str) -> str:
    """A verdict in words."""
    return {"likely": _("Likely to qualify"), "close": _("Close"), "not_yet": _("Not yet")}[verdict]


def score_view(
    score: Mapping[str, Any], policy: scoring.Policy, *, today: date, before: Mapping[str, Any] | None = None
) -> ScoreView:
    """A score as it is kept (services.weighing.weighed) in words, beside the one ``before``. Sentences carry her own numbers."""
    names = networks()
    reaches = [scoring.reach_from(data) for data in score.get("reaches") or []]
    by_account = {(reach.platform, reach.handle): reach for reach in reaches}
    listed = score.get("accounts") or []
    best = listed[0] if listed else None
    reach = by_account.get((best["platform"], best["handle"])) if best else None
    plan = score.get("plan") or {}
    steps = {step["part"]: step_words(step) for step in plan.get("singles", [])}
    limits = {part: _limit_words(points, policy) for part, points in plan.get("tops", [])}
    # Nothing proved yet: the factors of what would count stand there, so that she sees what proof is worth.
    parts = score["parts"] or (best["parts"] if best else [])
    lines = [_line(part, reach, best, listed, policy, today, steps, limits) for part in parts] if best and reach else []
    once_proved = score.get("points_once_proved", score["points"])
    return ScoreView(
        points=score["points"],
        verdict=score["verdict"],
        label=verdict_label(score["verdict"]),
        kind=VERDICT_KINDS[score["verdict"]],
        lines=lines,
        remarks=_remarks(score, policy),
        accounts=[
            AccountLine(f"{names[item['platform']]} @{item['handle']}", item["points"], item["is_proved"])
            for item in listed
        ],
        needed=policy.likely_from,
        version=policy.version,
        once_proved=None if once_proved == score["points"] else once_proved,
        plan=plan_view(score),
        since=since_words(before, score) if before else "",
    )


def since_words(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """How far the points moved since an earlier score, and by which factors, the largest first."""
    names = labels()
    earlier, later = ({part["key"]: part["points"] for part in score.get("parts") or []} for score in (before, now))
    moved = {key: round(later.get(key, 0) - earlier.get(key, 0), 1) for key in names}
    told = [f"{names[key]} {_signed(by)}" for key, by in sorted(moved.items(), key=lambda item: -abs(item[1])) if by]
    total = _("Since last time: %(points)s points.") % {"points": _signed(round(now["points"] - before["points"], 1))}
    return f"{total} {' · '.join(told)}" if told else total


def _signed(by: float) -> str:
    """A change with its sign."""
    shown = number_format(abs(by), 1)
    return f"+{shown}" if by > 0 else f"−{shown}" if by < 0 else shown


def plan_view(score: Mapping[str, Any]) -> PlanView | None:
    """The kept growth plan in words; None where she is over the line or there is no account."""
    plan = score.get("plan")
    if not plan or plan["is_there"] or not score.get("accounts"):
        return None
    singles = [step_words(step) for step in plan["singles"]]
    combination = [step_words(step) for step in plan["combination"]]
    return PlanView(
        singles=singles,
        combination=combination,
        needs_proof=plan["needs_proof"],
        is_reachable=bool(singles or combination or plan["needs_proof"]),
    )


def plan_words(score: Mapping[str, Any]) -> list[str]:
    """The growth plan as sentences for a mail, in the order in which the page has them."""
    view = plan_view(score)
    if view is None:
        return []
    sentences = [_("Prove that the accounts are yours: only then they count.")] if view.needs_proof else []
    if view.singles:
        sentences += [_("One of these is enough:"), *(f"– {words}" for words in view.singles)]
    elif view.combination:
        sentences += [
            _("No single change is enough. Together these are:"),
            *(f"– {words}" for words in view.combination),
        ]
    elif not view.needs_proof:
        sentences.append(_("No number of yours would change this by itself: a person has to look."))
    return sentences


def step_words(step: Mapping[str, Any]) -> str:
    """One change in words, with the numbers it was reckoned with."""
    before, after = step["before"], step["after"]
    gap = abs(after - (before or 0))
    words = {"network": networks()[step["platform"]], "handle": step["handle"]}
    counted = {**words, "gap": number(gap), "after": number(after), "before": number(before or 0)}
    kind = step["number"]
    if kind in {"likes", "comments"}:
        return _engagement_step(step, counted, gap)
    if kind == "followers":
        return ngettext(
            "%(gap)s more follower on %(network)s (%(after)s instead of %(before)s)",
            "%(gap)s more followers on %(network)s (%(after)s instead of %(before)s)",
            gap,
        ) % counted  # fmt: skip
    if kind == "posts":
        if before is None:
            return _("%(after)s posts in 60 days on %(network)s") % counted
        return ngettext(
            "%(gap)s more post in 60 days on %(network)s (%(after)s instead of %(before)s)",
            "%(gap)s more posts in 60 days on %(network)s (%(after)s instead of %(before)s)",
            gap,
        ) % counted  # fmt: skip
    if kind == "relevance":
        return _("More posts on %(network)s that show products: %(after)s of 4 instead of %(before)s") % counted
    if kind == "following":
        return _("Follow %(gap)s fewer accounts on %(network)s (%(after)s instead of %(before)s)") % counted
    if kind == "days":
        return ngettext(
            "Time: your %(network)s account is old enough in %(gap)s day",
            "Time: your %(network)s account is old enough in %(gap)s days",
            gap,
        ) % counted  # fmt: skip
    return _("Fresh numbers from %(network)s: connect the account again") % counted


def _limit_words(points: float, policy: scoring.Policy) -> str:
    """That a part is not enough alone, and how far it would lead at its best."""
    if points >= policy.likely_from:
        # Something in the figures is doubted: points alone do not carry her over.
        return _("Not enough alone.")
    return _("Not enough alone: at its best your score would be about %(points)s.") % {
        "points": number_format(points, 1)
    }


def _engagement_step(step: Mapping[str, Any], counted: dict[str, str], gap: int) -> str:
    if step["rate_before"] is None:
        if step["number"] == "comments":
            return _("Tell us the comments on a typical post on %(network)s: %(after)s are enough") % counted
        return _("Tell us the likes on a typical post on %(network)s: %(after)s are enough") % counted
    rates = {
        "before_rate": number_format(math.floor(step["rate_before"] * 100) / 100, 2),
        # Rounded up: who reaches the number shown is over the line.
        "after_rate": number_format(math.ceil(step["rate_after"] * 100 - 1e-9) / 100, 2),
    }
    if step["number"] == "comments":
        return ngettext(
            "%(network)s engagement from %(before_rate)s%% to %(after_rate)s%%: %(gap)s more comment on a typical post",
            "%(network)s engagement from %(before_rate)s%% to %(after_rate)s%%: %(gap)s more comments on a typical post",
            gap,
        ) % {**counted, **rates}  # fmt: skip
    return ngettext(
        "%(network)s engagement from %(before_rate)s%% to %(after_rate)s%%: %(gap)s more like on a typical post",
        "%(network)s engagement from %(before_rate)s%% to %(after_rate)s%%: %(gap)s more likes on a typical post",
        gap,
    ) % {**counted, **rates}  # fmt: skip


def _remarks(score: Mapping[str, Any], policy: scoring.Policy) -> list[str]:
    """What the number alone does not say: what was left out, and what bars the way."""
    remarks = []
    flags = score.get("flags") or []
    if "no_account" in flags:
        remarks.append(_("Add an account to see a score."))
    if "too_few_followers" in flags:
        remarks.append(
            _("Not eligible yet, whatever the score: one account needs %(floor)d followers or more.")
            % {"floor": policy.follower_floor}
        )
    unproved = [
        f"{networks()[item['platform']]} @{item['handle']}"
        for item in score.get("accounts") or []
        if not item["is_proved"]
    ]
    if unproved:
        remarks.append(
            _("Not proved yet, so not counted: %(accounts)s. Once proved, the score would be %(points)s.")
            % {"accounts": ", ".join(unproved), "points": number_format(score["points_once_proved"], 1)}
        )
    if not scoring.DOUBTS.isdisjoint(flags):
        remarks.append(_("A reviewer looks closer: something in these figures is unusual for this size."))
    missing = [labels()[key] for key in score.get("missing") or []]
    if missing:
        remarks.append(
            _("Left out because we do not know it yet: %(factors)s. The other factors count for more instead.")
            % {"factors": ", ".join(missing)}
        )
    return remarks


def _line(
    part: Mapping[str, Any],
    reach: scoring.Reach,
    best: Mapping[str, Any],
    listed: Sequence[Mapping[str, Any]],
    policy: scoring.Policy,
    today: date,
    steps: Mapping[str, str],
    limits: Mapping[str, str],
) -> ScoreLine:
    """One factor in words."""
    network = networks()[reach.platform]
    key = part["key"]
    sentence = advice = ""
    if key == "engagement":
        sentence, advice = _engagement_words(reach, best["rate"], network, part["most"], policy)
    elif key == "reach":
        sentence = _(
            "%(followers)s followers on %(network)s. The scale is logarithmic: the first 10,000 matter most."
        ) % {
            "followers": number(reach.followers),
            "network": network,
        }
        advice = _("Twice the followers add about %(points)s points.") % {
            "points": number_format(round(scoring.gain_of_doubling(policy) * part["most"] / 100, 1), 1)
        }
    elif key == "authenticity":
        sentence, advice = _health_words(best["flags"], reach, network, policy, today)
    elif key == "cadence":
        sentence, advice = _cadence_words(reach, policy)
    elif key == "relevance":
        sentence = (
            _("A reviewer judges how much of your posts shows products.")
            if part["value"] is None
            else _("A reviewer gave %(given)d of 4 for how much of it shows products.")
            % {"given": reach.relevance or 0}
        )
        if part["value"] is not None and part["value"] < 100:
            advice = _("Show the things you use, and link them.")
    elif key == "second":
        other = listed[1]
        sentence = _("A tenth of %(network)s @%(handle)s, which has %(points)s points of its own.") % {
            "network": networks()[other["platform"]],
            "handle": other["handle"],
            "points": number_format(round(other["points"], 1), 1),
        }
    return ScoreLine(
        key=key,
        label=labels()[key],
        points=round(part["points"], 1),
        most=round(part["most"], 1),
        sentence=sentence,
        advice=advice,
        is_missing=part["value"] is None,
        step=steps.get(key, ""),
        limit=limits.get(key, ""),
    )


def _cadence_words(reach: scoring.Reach, policy: scoring.Policy) -> tuple[str, str]:
    if reach.posts_in_60_days is None:
        return _("We do not know how many posts there were in the last 60 days."), ""
    sentence = ngettext(
        "%(count)s post in the last 60 days.", "%(count)s posts in the last 60 days.", reach.posts_in_60_days
    ) % {"count": number(reach.posts_in_60_days)}
    needed = math.ceil(100 / policy.points_per_post)
    if reach.posts_in_60_days >= needed:
        return sentence, ""
    return sentence, _("%(count)d posts in 60 days give all points.") % {"count": needed}


def _engagement_words(
    reach: scoring.Reach, rate: float | None, network: str, most: float, policy: scoring.Policy
) -> tuple[str, str]:
    per_view = reach.platform in policy.per_view
    if rate is None:
        needed = _("likes, comments and views") if per_view else _("likes and comments")
        return (
            _("We do not know how people react on %(network)s.") % {"network": network},
            _("Add the %(numbers)s of a typical post.") % {"numbers": needed},
        )
    edges = scoring.band_of(reach.platform, reach.followers, policy)
    words = {"rate": number_format(round(rate, 2), 2), "network": network}
    sentence = (
        _("%(rate)s%% of viewers react to a typical post on %(network)s.") % words
        if per_view
        else _("%(rate)s%% of followers react to a typical post on %(network)s.") % words
    )
    target = next((edge for edge in edges if rate < edge), None)
    if target is None:
        return sentence, ""
    gain = scoring.band_value(target, edges, policy) - scoring.band_value(rate, edges, policy)
    advice = _("At %(rate)s%% it would add about %(points)s points.") % {
        "rate": number_format(round(target, 2), 2),
        "points": number_format(round(gain * most / 100, 1), 1),
    }
    return sentence, advice


def _health_words(
    flags: Sequence[str], reach: scoring.Reach, network: str, policy: scoring.Policy, today: date
) -> tuple[str, str]:
    """The first flag's advice stands: it costs the most."""
    words = {"network": network, "following": number(reach.following or 0), "followers": number(reach.followers)}
    told: dict[str, tuple[str, str]] = {
        "unlikely_engagement": (
            _("The engagement on %(network)s is unusual for its size."), _("Link evidence that explains it."),
        ),
        "odd_figures": (
            _("The figures of %(network)s do not fit together: more comments than likes, or more reactions than views."),
            _("Check them."),
        ),
        "spike": (
            _("The followers on %(network)s jumped and reactions did not follow."),
            ngettext("A jump is forgotten after %(days)d day.", "A jump is forgotten after %(days)d days.", policy.growth_remembered_days)
            % {"days": policy.growth_remembered_days},
        ),
        "drop": (_("The account on %(network)s lost many followers at once."), _("This fades with time.")),
        "young": ("", _("This rises with time.")),
        "follows_many": (
            _("You follow %(following)s accounts and have %(followers)s followers."),
            _("Fewer follows than twice your followers lift this."),
        ),
        "quiet": (_("There was hardly a post on %(network)s lately."), _("Two posts in 60 days lift this.")),
        "stale": (_("The numbers of %(network)s are old."), _("Connect the account again.")),
    }  # fmt: skip
    if not flags:
        return _("Nothing unusual on %(network)s.") % words, ""
    sentences = []
    for flag in flags:
        if flag == "young" and reach.opened_on:
            weeks = max(0, (today - reach.opened_on).days // 7)
            sentences.append(
                ngettext(
                    "Your %(network)s account is %(weeks)d week old.",
                    "Your %(network)s account is %(weeks)d weeks old.",
                    weeks,
                )
                % {"network": network, "weeks": weeks}
            )
        else:
            sentences.append(told[flag][0] % words)
    return " ".join(sentences), told[flags[0]][1]


def number(count: int) -> str:
    """A count with marks between thousands."""
    return number_format(count, use_l10n=True, force_grouping=True)
