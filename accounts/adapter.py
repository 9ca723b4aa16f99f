"""How allauth speaks with our people."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """allauth's behaviour, with a person's name in place of a user name and the site's name in the mails."""

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """People have no user name: handles are claimed later."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        super().send_mail(
            template_prefix, email, {**context, "SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}
        )
