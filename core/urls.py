from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("theme", views.set_theme, name="set_theme"),
    path("styleguide", views.styleguide, name="styleguide"),
]
