"""People."""

import factory

from accounts.handles import skeleton
from accounts.models import Friend, Handle, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    password = factory.django.Password("correct horse battery")

    @factory.post_generation
    def confirmed(self, create: bool, extracted: bool | None, **kwargs: object) -> None:
        """Every person's address is confirmed unless ``confirmed=False``."""
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)


def with_handle(user: User, name: str) -> User:
    """The same person under a handle, as accounts.services.claim_handle would leave her."""
    Handle.objects.create(name=name, skeleton=skeleton(name), owner=user)
    user.handle = name
    user.save(update_fields=["handle"])
    return user


def befriend(one: User, other: User) -> None:
    """The two are friends."""
    Friend.objects.create(user=one, friend=other)
    Friend.objects.create(user=other, friend=one)
