"""Every address of the site. Names are ``app:noun`` for pages, ``app:verb_noun`` for acts."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import index, sitemap
from django.urls import include, path, re_path
from django.views.i18n import set_language
from django.views.static import serve

from accounts import entrance
from catalog.sitemaps import ProductSitemap
from sparks.sitemaps import SparkSitemap, TopicSitemap
from storefront.sitemaps import StorefrontSitemap

# The desk has no door of its own: allauth's, with its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

SITEMAPS = {
    "storefronts": StorefrontSitemap,
    "products": ProductSitemap,
    "topics": TopicSitemap,
    "sparks": SparkSitemap,
}

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/login/", entrance.SignIn.as_view(), name="account_login"),
    path("account/signup/", entrance.Join.as_view(), name="account_signup"),
    path("account/password/reset/", entrance.AskReset.as_view(), name="account_reset_password"),
    path("account/password/change/", entrance.ChangePassword.as_view(), name="account_change_password"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.Reset.as_view(),
        name="account_reset_password_from_key",
    ),
    path("account/", include("allauth.account.urls")),
    path("language", login_not_required(set_language), name="set_language"),
    path(
        "sitemap.xml",
        login_not_required(index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"},
        name="sitemap_index",
    ),
    path("sitemap-<slug:section>.xml", login_not_required(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("influencers.urls")),
    path("", include("orders.urls")),
    path("", include("lists.urls")),
    path("", include("commissions.urls")),
    path("", include("sparks.urls")),
    path("", include("storefront.urls")),
    path("", include("discovery.urls")),
    path("", include("privacy.urls")),
]
if not settings.S3_BUCKET:
    # Files on disk are served by the site itself; with an object store they never come through here.
    urlpatterns.append(
        re_path(
            r"^media/(?P<path>.*)$", login_not_required(serve), {"document_root": settings.MEDIA_ROOT}, name="media"
        )
    )

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
