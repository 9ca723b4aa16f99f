"""What the environment must be for the site to start; each error says what to do."""

import os
import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's name)

from influencers.countries import country_choices

BROKERS = ("memory", "redis", "rediss", "amqp", "amqps")
GATEWAYS = {"test"}
POSTERS = ("everyone", "buyers", "creators")


@register(Tags.security)
def environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every variable that is set has a value that can work."""
    return [*_site(), *_services(), *_files(), *_payments(), *_sparks()]


def _site() -> Iterator[CheckMessage]:
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield Error(
            f"SITE_URL is {settings.SITE_URL!r}.",
            hint="Set it to the shop's address, such as https://shop.example",
            id="shop.E001",
        )
    if not settings.DEBUG and len(settings.SECRET_KEY) < 50:
        hint = "Set it to fifty or more random characters: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        yield Error("SECRET_KEY is missing or short.", hint=hint, id="shop.E002")
    if not settings.DEBUG and not settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS is empty.", hint="List the shop's host names, separated by commas.", id="shop.E003")
    if settings.TIME_ZONE not in zoneinfo.available_timezones():
        yield Error(
            f"TIME_ZONE is {settings.TIME_ZONE!r}.", hint="Use a name such as UTC or Europe/Oslo.", id="shop.E004"
        )
    if not settings.DEBUG and settings.SITE_URL.startswith("http://127.0.0.1"):
        yield Warning("SITE_URL is not set: mails would link to this machine.", hint="Set SITE_URL.", id="shop.W001")


def _services() -> Iterator[CheckMessage]:
    if settings.REDIS_URL and urlsplit(settings.REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
        yield Error("REDIS_URL is no address of a Redis.", hint="Use redis://host:6379/0", id="shop.E006")
    scheme = urlsplit(settings.CELERY_BROKER_URL).scheme
    if scheme not in BROKERS:
        yield Error(
            f"CELERY_BROKER_URL begins with {scheme!r}.", hint=f"Use one of {', '.join(BROKERS)}.", id="shop.E007"
        )
    if scheme == "memory" and not settings.DEBUG and not settings.EMBEDDED_WORKER:
        hint = "Set REDIS_URL, or EMBEDDED_WORKER=1 where the worker runs in the web process (make demo)."
        yield Error("There is no broker that a worker could read.", hint=hint, id="shop.E008")
    backend = settings.EMAIL_BACKEND
    if not backend.startswith("django.core.mail.backends."):
        yield Error(
            f"EMAIL_URL asks for {backend}.", hint="Use smtp://user:password@host:587 or smtp+tls://…", id="shop.E009"
        )


def _files() -> Iterator[CheckMessage]:
    given = {name for name in ("S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_PUBLIC_URL") if os.environ.get(name)}
    if given and "S3_BUCKET" not in given:
        yield Error(
            "S3_* is set without S3_BUCKET.",
            hint="Set S3_BUCKET, or none of them to keep files on disk.",
            id="shop.E010",
        )
    if ("S3_ACCESS_KEY" in given) != ("S3_SECRET_KEY" in given):
        yield Error("One of S3_ACCESS_KEY and S3_SECRET_KEY is missing.", hint="Set both, or neither.", id="shop.E011")
    if settings.S3_PUBLIC_URL and urlsplit(settings.S3_PUBLIC_URL).scheme not in {"http", "https"}:
        yield Error(
            "S3_PUBLIC_URL is no web address.",
            hint="Use the address at which browsers reach the bucket.",
            id="shop.E012",
        )


def _payments() -> Iterator[CheckMessage]:
    if settings.PAYMENT_GATEWAY not in GATEWAYS:
        hint = f"Use one of: {', '.join(sorted(GATEWAYS))}."
        yield Error(f"PAYMENT_GATEWAY is {settings.PAYMENT_GATEWAY!r}.", hint=hint, id="shop.E013")
    elif settings.PAYMENT_GATEWAY == "test" and not settings.ALLOW_TEST_GATEWAY:
        hint = "It moves no money. Set ALLOW_TEST_GATEWAY=1 to try the shop out with it."
        yield Error("The test payment gateway is not allowed here.", hint=hint, id="shop.E014")


def _sparks() -> Iterator[CheckMessage]:
    if settings.SPARKS_POSTERS not in POSTERS:
        hint = f"Use one of: {', '.join(POSTERS)}."
        yield Error(f"SPARKS_POSTERS is {settings.SPARKS_POSTERS!r}.", hint=hint, id="shop.E015")
    if settings.STREAM_URL and (
        urlsplit(settings.STREAM_URL).scheme not in {"http", "https"} or not settings.REDIS_URL
    ):
        hint = "Set it to a full address such as https://shop.example/stream, and REDIS_URL with it; empty: no stream."
        yield Error("STREAM_URL cannot work.", hint=hint, id="shop.E016")
    unknown = sorted(set(settings.SPARKS_MARKETS) - {code for code, _name in country_choices("en")})
    if unknown:
        hint = "Use two-letter codes of countries: SPARKS_MARKETS=DE,FR,US. Empty: posting is open everywhere."
        yield Error(f"SPARKS_MARKETS names {', '.join(map(repr, unknown))}.", hint=hint, id="shop.E017")
