"""Settings of the tests: the same site, with background work done at once and nothing sent."""

import tempfile
from pathlib import Path

from config.settings import *

DEBUG = False
SHOW_STYLEGUIDE = False
SECRET_KEY = "tests-only-" + "t" * 50
ALLOWED_HOSTS = ["*"]
SITE_URL = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
ALLOW_TEST_GATEWAY = True
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
_var = tempfile.TemporaryDirectory(prefix="storefront-tests-", ignore_cleanup_errors=True)
VAR_DIR = Path(_var.name)
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# No test asks a network, whatever keys the machine has.
PLATFORMS = {name: dict.fromkeys(keys, "") for name, keys in PLATFORMS.items()}
# allauth counts attempts in the cache, which the tests share.
ACCOUNT_RATE_LIMITS = False
# Static files come from the source folders, as they are.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: tests with several threads want a real database between them.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Tests with several connections empty every table when they have ended (commissions/triggers.py).
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c ledger.may_be_emptied=yes"
