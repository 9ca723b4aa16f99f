"""Topics, Sparks, their photos and tags."""

import factory
from django.utils import timezone

from sparks.models import Photo, ProductTag, Spark, Topic
from sparks.services.shelving import place
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic
        # A shop begins with twelve.
        django_get_or_create = ["slug"]

    slug = factory.Sequence(lambda n: f"topic-{n}")
    name = factory.Sequence(lambda n: f"Topic {n}")


class SparkFactory(factory.django.DjangoModelFactory):
    """A story that everybody sees."""

    class Meta:
        model = Spark

    author = factory.SubFactory(UserFactory)
    code = factory.Sequence(lambda n: f"code{n}")
    kind = "story"
    words = factory.Sequence(lambda n: f"Words {n}")
    topic = factory.SubFactory(TopicFactory)
    state = "posted"
    posted_at = factory.LazyFunction(timezone.now)


class PhotoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Photo

    spark = factory.SubFactory(SparkFactory)
    small = "sparks/small.webp"
    large = "sparks/large.webp"
    width = 1080
    height = 1350
    alt = "A shelf"


class ProductTagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductTag
        skip_postgeneration_save = True

    photo = factory.SubFactory(PhotoFactory)
    product = factory.SubFactory(ProductFactory)
    x = 5000
    y = 5000

    @factory.post_generation
    def shelf(tag: ProductTag, *_args: object, **_more: object) -> None:  # noqa: N805
        """As the services do: a posted Spark stands on the shelves of what it tags."""
        place([tag.photo.spark_id])
