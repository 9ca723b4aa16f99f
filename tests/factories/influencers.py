"""Applications and approved influencers."""

import factory
from django.utils import timezone

from influencers.models import Application, Influencer, SocialAccount
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

    @factory.post_generation
    def account(self, create: bool, extracted: bool | None, **kwargs: object) -> None:
        """``account=False`` leaves it without a social account."""
        if create and extracted is not False:
            SocialAccountFactory(application=self)


class SocialAccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SocialAccount

    application = factory.SubFactory(ApplicationFactory, account=False)
    platform = SocialAccount.Platform.INSTAGRAM
    handle = factory.Sequence(lambda n: f"creator{n}")
    followers = 25_000
    average_likes = 230
    average_comments = 20
    posts_in_60_days = 20
    evidence_url = factory.LazyAttribute(lambda account: f"https://www.instagram.com/{account.handle}")


class InfluencerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Influencer

    user = factory.SubFactory(UserFactory)
    application = factory.LazyAttribute(
        lambda influencer: ApplicationFactory(user=influencer.user, state=Application.State.APPROVED)
    )
