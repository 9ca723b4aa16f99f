"""The reply that is kept for a reason, in the applicant's words and language."""

from django.utils.formats import number_format
from django.utils.translation import override

from influencers import replies
from influencers.models import Application, ReplyTemplate, ScorePolicy


def reply_for(application: Application, act: str, reason: str) -> str:
    """The reply for this act and reason, filled in; English where her language has none, empty where none is kept.

    One for the reason itself goes before one that fits every reason.
    """
    language = application.user.language
    kept = ReplyTemplate.objects.filter(act=act, reason__in=[reason, ""], language__in=[language, "en"])
    best = max(kept, key=lambda row: (row.language == language, row.reason == reason), default=None)
    return "" if best is None else filled(application, best.text)


def is_kept(application: Application, act: str, words: str) -> bool:
    """The words are those of a reply kept for the act: nobody wrote them by hand, and others may take their place."""
    plain = "\n".join(words.split())
    kept = ReplyTemplate.objects.filter(act=act).values_list("text", flat=True)
    return any("\n".join(filled(application, text).split()) == plain for text in kept)


def filled(application: Application, text: str) -> str:
    """The text with the applicant's own facts in the places kept for them."""
    language = application.user.language
    with override(language):
        points = "–" if application.score_points is None else number_format(application.score_points, 1)
        values = {
            "name": application.display_name,
            "points": points,
            "needed": number_format(ScorePolicy.objects.in_force().likely_from),
            "shop": f"@{application.user.handle}" if application.user.handle else "–",
        }
    return replies.fill(text, values)
