from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("me", views.me, name="me"),
    path("me/settings", views.settings_page, name="settings"),
    path("me/settings/handle", views.check_handle, name="check_handle"),
    path("@<str:handle>/follow", views.follow, name="follow"),
]
