"""Settings, read top to bottom. Everything that differs between machines comes from the environment.

With no variable set the site runs on SQLite, with files on disk, mail on the
console, the test payment gateway and background work in the same process.
``.env.example`` names every variable; ``config/checks.py`` refuses wrong values.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.reactions import REACTIONS  # noqa: F401  (read by core.reactions)
from config.sources import SOURCE_NAMES  # noqa: F401  (read by commissions.sources)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

SITE_NAME = env.str("SITE_NAME", default="Vitrine")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-" + "x" * 50 if DEBUG else "")
# Addresses are sealed with the first of these and opened with any; none: SECRET_KEY serves. To renew, put the new one in front.
SEAL_KEYS = env.list("SEAL_KEYS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "core",
    "accounts",
    "catalog",
    "notifications",
    "influencers",
    "orders",
    "lists",
    "commissions",
    "storefront",
    "sparks",
    "discovery",
    "privacy",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.refuse_nul",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "core.templatetags.core",
                "lists.templatetags.lists",
                "sparks.templatetags.sparks",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]

# --- Database: SQLite unless DATABASE_URL says otherwise.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    # Here, not in a check: Django loads the engine before it runs any.
    raise ImproperlyConfigured("DATABASE_URL: Use sqlite:///path or postgres://user:password@host:5432/name.")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE and WAL: writers queue instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- Redis: cache and broker when REDIS_URL is set, else the process's own memory.
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": (
        {
            "BACKEND": "core.cache.GuardedRedisCache",
            "LOCATION": REDIS_URL,
            # Half a second: a cache that hangs must not hang the page.
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Background work
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://localhost/")
# The worker and beat run as threads of the web process (make demo), not beside it.
EMBEDDED_WORKER = env.bool("EMBEDDED_WORKER", default=DEBUG)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05}
    if CELERY_BROKER_URL.startswith("memory")
    else {"visibility_timeout": 1200, "socket_timeout": 1, "socket_connect_timeout": 1}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
# A broker that is away must not hold a request: the sweeps below catch up.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "send-mail": {"task": "notifications.tasks.sweep", "schedule": 60.0},
    "release-unpaid-orders": {"task": "orders.tasks.release_unpaid", "schedule": 60.0},
    "gifts": {"task": "orders.tasks.tend_gifts", "schedule": 300.0},
    "lists": {"task": "lists.tasks.sweep", "schedule": 60.0},
    "sparks": {"task": "sparks.tasks.publish_due", "schedule": 60.0},
    "heat": {"task": "sparks.tasks.refresh_heat", "schedule": 60.0},
    "sparks-daily": {"task": "sparks.tasks.tend", "schedule": crontab(hour=4, minute=10)},
    "films": {"task": "sparks.tasks.draw_lost", "schedule": 600.0},
    "badges": {"task": "sparks.tasks.renew_badges", "schedule": 21600.0},
    "list-alerts": {"task": "lists.tasks.watch", "schedule": 900.0},
    "invite-back": {"task": "influencers.tasks.invite_back", "schedule": crontab(hour=4, minute=20)},
    "creators": {"task": "influencers.tasks.watch_over", "schedule": crontab(minute=40)},
    "figures": {"task": "influencers.tasks.measure_due", "schedule": 600.0},
    "proofs": {"task": "influencers.tasks.tidy_proofs", "schedule": 3600.0},
    "decisions": {"task": "influencers.tasks.settle", "schedule": 30.0},
    "commissions": {"task": "commissions.tasks.sweep", "schedule": 60.0},
    "payout-runs": {"task": "commissions.tasks.run_payouts", "schedule": 900.0},
    "payouts": {"task": "commissions.tasks.send_payouts", "schedule": 60.0},
    "money-checks": {"task": "commissions.tasks.check", "schedule": 3600.0},
    "privacy": {"task": "privacy.tasks.sweep", "schedule": 300.0},
    "rate-changes": {"task": "commissions.tasks.tell_rate_changes", "schedule": 600.0},
}

# --- Creators
# Who knows whether a creator has money in the ledger: a ban that touches money needs a second person.
BALANCE_READER = "commissions.queries.has_balance"

# --- People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "discovery:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "phone_number"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "privacy.adapter.AccountAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Mail
# Without EMAIL_URL, development writes its mails into a folder.
vars().update(env.email_url("EMAIL_URL", default="filemail://" if DEBUG else "smtp://localhost:25"))
if DEBUG and "EMAIL_URL" not in env.ENVIRON:
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <shop@example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10

# --- Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

# --- Files: on disk, or in an S3-compatible store when S3_BUCKET is set.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_PUBLIC_URL = env.str("S3_PUBLIC_URL", default="").rstrip("/")
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": S3_ENDPOINT_URL or None,
                "region_name": env.str("S3_REGION", default="") or None,
                "access_key": env.str("S3_ACCESS_KEY", default="") or None,
                "secret_key": env.str("S3_SECRET_KEY", default="") or None,
                "signature_version": "s3v4",
                "addressing_style": "path",
                "querystring_auth": False,
                "file_overwrite": False,
                "custom_domain": S3_PUBLIC_URL.partition("://")[2] or None,
                "url_protocol": S3_PUBLIC_URL.partition("://")[0] + ":" if S3_PUBLIC_URL else "https:",
            },
        }
        if S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# While developing, static files come from their folders as they are.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
SHOW_STYLEGUIDE = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 15 * 1024 * 1024
UPLOAD_MAX_BYTES = 12 * 1024 * 1024
UPLOAD_MAX_PIXELS = 40_000_000
VIDEO_MAX_BYTES = 60 * 1024 * 1024

# --- Payments
PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", default="test")
# The test gateway moves no money; outside DEBUG it must be asked for by name.
ALLOW_TEST_GATEWAY = env.bool("ALLOW_TEST_GATEWAY", default=DEBUG)

# --- Networks: each road of each network is open when its keys are here (docs/running.md).
PLATFORMS = {
    "facebook": {
        "client_id": env.str("FACEBOOK_CLIENT_ID", default=""),
        "client_secret": env.str("FACEBOOK_CLIENT_SECRET", default=""),
        "page_token": env.str("FACEBOOK_PAGE_TOKEN", default=""),
    },
    "instagram": {
        "client_id": env.str("INSTAGRAM_CLIENT_ID", default=""),
        "client_secret": env.str("INSTAGRAM_CLIENT_SECRET", default=""),
        "discovery_user_id": env.str("INSTAGRAM_DISCOVERY_USER_ID", default=""),
        "discovery_token": env.str("INSTAGRAM_DISCOVERY_TOKEN", default=""),
    },
    "youtube": {
        "client_id": env.str("YOUTUBE_CLIENT_ID", default=""),
        "client_secret": env.str("YOUTUBE_CLIENT_SECRET", default=""),
        "api_key": env.str("YOUTUBE_API_KEY", default=""),
    },
    "x": {
        "client_id": env.str("X_CLIENT_ID", default=""),
        "client_secret": env.str("X_CLIENT_SECRET", default=""),
        "bearer_token": env.str("X_BEARER_TOKEN", default=""),
    },
    "tiktok": {
        "client_key": env.str("TIKTOK_CLIENT_KEY", default=""),
        "client_secret": env.str("TIKTOK_CLIENT_SECRET", default=""),
    },
}
# Questions that a network is asked at most in a day (UTC).
PLATFORM_DAILY_QUESTIONS = {
    "facebook": env.int("FACEBOOK_DAILY_QUESTIONS", default=20_000),
    "instagram": env.int("INSTAGRAM_DAILY_QUESTIONS", default=20_000),
    "youtube": env.int("YOUTUBE_DAILY_QUESTIONS", default=9_000),
    "x": env.int("X_DAILY_QUESTIONS", default=5_000),
    "tiktok": env.int("TIKTOK_DAILY_QUESTIONS", default=20_000),
}
# Other base addresses, such as {"youtube.api": "http://127.0.0.1:9000"}: for tests and development.
PLATFORM_URLS: dict[str, str] = {}
PLATFORM_SECONDS = 5.0
PLATFORM_BYTES = 2 * 1024 * 1024
# --- Payouts to creators
# The least that is sent, in whole units of the currency; less is carried over to the next Friday.
PAYOUT_MINIMUM = env.str("PAYOUT_MINIMUM", default="10.00")
# Other minimums by currency: JPY=1500,KRW=15000
PAYOUT_MINIMUMS = env.dict("PAYOUT_MINIMUMS", default={"JPY": "1500", "KRW": "15000"})
# From so many minimums on, a second person approves.
PAYOUT_APPROVAL_TIMES = env.int("PAYOUT_APPROVAL_TIMES", default=100)
# Stripe Connect; without a key, creators are paid by bank transfer.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")

# --- Sparks
# Who may post: everyone, buyers (something that they bought arrived), or creators (approved).
SPARKS_POSTERS = env.str("SPARKS_POSTERS", default="everyone")
# The address at which browsers reach the stream process (config/stream.py); empty: open feeds ask every half minute.
STREAM_URL = env.str("STREAM_URL", default="")
# Countries in which posting is open, as two-letter codes; none: everywhere. Reading is open everywhere.
SPARKS_MARKETS = [code.strip().upper() for code in env.list("SPARKS_MARKETS", default=[]) if code.strip()]

# --- Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # The origin alone: a path would match that one address only.
        "img-src": [SELF, "data:", *(["/".join(S3_PUBLIC_URL.split("/")[:3])] if S3_PUBLIC_URL else [])],
        "media-src": [SELF, *(["/".join(S3_PUBLIC_URL.split("/")[:3])] if S3_PUBLIC_URL else [])],
        "font-src": [SELF],
        "connect-src": [SELF, *(["/".join(STREAM_URL.split("/")[:3])] if STREAM_URL else [])],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_SSL_REDIRECT", default=True)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO" if not DEBUG else "WARNING")},
}
