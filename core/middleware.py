"""What no page should have to think of."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from core.views import bad_request, not_found

Handler = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: Handler) -> Handler:
    """An address with a NUL character names nothing: PostgreSQL cannot even compare it. 404 in a path, 400 in a query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return not_found(request, Http404())
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return bad_request(request, ValueError())
        return get_response(request)

    return middleware
