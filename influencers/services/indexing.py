"""What an application is found by at the desk, written when it is sent."""

from influencers.finding import case_words
from influencers.models import Application, CaseWord


def keep_words(application: Application) -> None:
    """Write down the words and marks of an application, in place of those that stand there."""
    application.words.all().delete()
    CaseWord.objects.bulk_create(words_of(application))


def words_of(application: Application) -> list[CaseWord]:
    """Its words and marks, not written down yet."""
    accounts = list(application.accounts.all())
    words = case_words(
        name=application.display_name,
        handles=[account.handle for account in accounts],
        topics=application.topics,
        networks=[account.platform for account in accounts],
        country=application.country,
    )
    return [CaseWord(application=application, word=word) for word in sorted(words)]
