"""Applications and approved influencers."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.handles import skeleton
from accounts.models import User
from influencers.models import Application, Connection, Influencer, SocialAccount
from influencers.services.indexing import keep_words
from influencers.social_handles import same_key
from tests.factories.accounts import UserFactory


class ApplicationFactory(factory.django.DjangoModelFactory):
    """A submitted application with one Instagram account of 25,000 followers."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    state = Application.State.SUBMITTED
    display_name = factory.LazyAttribute(lambda application: application.user.name)
    country = "JP"
    topics = ["home"]
    pitch = "I show how a small flat can feel calm."
    submitted_at = factory.LazyFunction(timezone.now)
    previous = factory.LazyAttribute(
        lambda application: application.user.applications.filter(state="declined").order_by("-pk").first()
    )

    @factory.post_generation
    def account(self, create: bool, extracted: bool | None, **kwargs: object) -> None:
        """``account=False`` leaves it without a social account."""
        if create and extracted is not False:
            SocialAccountFactory(application=self)
        elif create:
            keep_words(self)


class ConnectionFactory(factory.django.DjangoModelFactory):
    """An account that is proved by a code; ``proof=""`` leaves it open."""

    class Meta:
        model = Connection

    user = factory.SubFactory(UserFactory)
    platform = Connection.Platform.INSTAGRAM
    handle = factory.Sequence(lambda n: f"creator{n}")
    key = factory.LazyAttribute(lambda connection: same_key(connection.handle, connection.platform))
    skeleton = factory.LazyAttribute(lambda connection: skeleton(connection.handle))
    proof = Connection.Proof.CODE
    proved_at = factory.LazyAttribute(lambda connection: timezone.now() if connection.proof else None)
    expires_at = factory.LazyAttribute(
        lambda connection: timezone.now() + timedelta(days=180) if connection.proof else None
    )


def prove_all(user: User) -> None:
    """Every account that she named is proved, by codes that somebody saw."""
    now = timezone.now()
    user.connections.update(proof="code", proved_at=now, expires_at=now + timedelta(days=180))


class SocialAccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SocialAccount
        skip_postgeneration_save = True

    application = factory.SubFactory(ApplicationFactory, account=False)
    platform = SocialAccount.Platform.INSTAGRAM
    handle = factory.Sequence(lambda n: f"creator{n}")
    followers = 25_000
    average_likes = 230
    average_comments = 20
    posts_in_60_days = 20
    evidence_url = factory.LazyAttribute(lambda account: f"https://www.instagram.com/{account.handle}")
    connection = factory.LazyAttribute(
        lambda account: (
            Connection.objects.filter(
                user=account.application.user, platform=account.platform, key=same_key(account.handle, account.platform)
            ).first()
            or ConnectionFactory(user=account.application.user, platform=account.platform, handle=account.handle)
        )
    )

    @factory.post_generation
    def found(self, create: bool, extracted: object, **kwargs: object) -> None:
        """The desk finds the application by the account."""
        if create:
            keep_words(self.application)


class InfluencerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Influencer

    user = factory.SubFactory(UserFactory)
    application = factory.LazyAttribute(
        lambda influencer: ApplicationFactory(user=influencer.user, state=Application.State.APPROVED)
    )
