"""allauth's pages where a form that comes back with errors says so by its status: 422."""

from typing import Any

from allauth.account import views
from django.http import HttpResponse
from django.views import View


class Unprocessable(View):
    """A form that is not valid answers 422, with everything that was typed."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class SignIn(Unprocessable, views.LoginView):
    """Sign in."""


class Join(Unprocessable, views.SignupView):
    """Sign up."""


class AskReset(Unprocessable, views.PasswordResetView):
    """Ask for a new password."""


class Reset(Unprocessable, views.PasswordResetFromKeyView):
    """Choose a new password by the link in the mail."""


class ChangePassword(Unprocessable, views.PasswordChangeView):
    """Change the password."""
