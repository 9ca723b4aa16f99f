"""The environment: every variable is named in .env.example, containers set what settings read, wrong values are refused."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
SETTINGS = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
READ = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', SETTINGS))
EXAMPLE = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
GOOD = {
    "DEBUG": "0", "SECRET_KEY": "a-key-for-tests-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-zyx", "ALLOWED_HOSTS": "shop.example", "SITE_URL": "https://shop.example",
    "DATABASE_URL": "postgres://u:p@127.0.0.1/x", "REDIS_URL": "redis://127.0.0.1/0", "EMAIL_URL": "smtp://127.0.0.1:25",
    "ALLOW_TEST_GATEWAY": "1",
}  # fmt: skip


def check(**changes: str) -> str:
    """What the checks say under production settings with these variables changed; empty when all is well."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in READ | {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={**kept, **GOOD, **changes}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stderr


def test_every_variable_that_is_read_is_named_in_the_example() -> None:
    assert READ == EXAMPLE


def test_production_settings_pass_every_check() -> None:
    assert check() == ""
    assert check(SPARKS_MARKETS="de, FR") == ""


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SITE_URL", "shop.example", "shop.E001"), ("SECRET_KEY", "short", "shop.E002"), ("ALLOWED_HOSTS", "", "shop.E003"),
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE"), ("DATABASE_URL", "mysql://u:p@127.0.0.1/x", "Use sqlite:///path or postgres://"),
        ("REDIS_URL", "http://127.0.0.1", "shop.E006"), ("CELERY_BROKER_URL", "kafka://x", "shop.E007"),
        ("CELERY_BROKER_URL", "memory://", "shop.E008"), ("S3_ACCESS_KEY", "only", "shop.E010"),
        ("PAYMENT_GATEWAY", "gold", "shop.E013"), ("STREAM_URL", "/stream", "shop.E016"), ("ALLOW_TEST_GATEWAY", "0", "shop.E014"),
        ("SPARKS_POSTERS", "friends", "shop.E015"), ("SPARKS_MARKETS", "DE,XX", "shop.E017"), ("SPARKS_MARKETS", "Germany", "shop.E017"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_a_hint(name: str, value: str, code: str) -> None:
    said = check(**{name: value})

    assert code in said
    assert "HINT" in said or name in {"TIME_ZONE", "DATABASE_URL"}


def test_containers_set_only_what_settings_read() -> None:
    for service in ("web", "stream", "worker", "beat", "migrate"):
        assert set(COMPOSE["services"][service]["environment"]) <= READ
    assert {"DATABASE_URL", "REDIS_URL", "S3_BUCKET", "S3_PUBLIC_URL"} <= set(COMPOSE["services"]["web"]["environment"])


def test_containers_wait_for_what_they_need_and_tell_their_health() -> None:
    services = COMPOSE["services"]

    assert set(services) == {"web", "stream", "worker", "beat", "migrate", "postgres", "redis", "minio", "bucket"}
    for name in ("postgres", "redis", "minio", "worker", "stream"):
        assert services[name]["healthcheck"]["test"]
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_pictures_of_the_object_store_may_be_shown() -> None:
    kept = {name: value for name, value in os.environ.items() if name not in READ | {"DJANGO_SETTINGS_MODULE"}}
    script = (
        "from django.conf import settings; from django.core.files.storage import default_storage;"
        "print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'][-1], default_storage.url('a/b.webp'))"
    )
    bucket = {
        "S3_BUCKET": "shop",
        "S3_PUBLIC_URL": "https://media.example/shop",
        "S3_ACCESS_KEY": "a",
        "S3_SECRET_KEY": "b",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", script],
        env={**kept, **GOOD, **bucket}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.split() == ["https://media.example", "https://media.example/shop/a/b.webp"]
