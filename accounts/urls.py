from django.urls import path

from accounts import friends, views

app_name = "accounts"
urlpatterns = [
    path("me", views.me, name="me"),
    path("me/settings", views.settings_page, name="settings"),
    path("me/settings/handle", views.check_handle, name="check_handle"),
    path("friends", friends.friends, name="friends"),
    path("friends/find", friends.find, name="find"),
    path("friends/blocked/<int:pk>/unblock", friends.unblock, name="unblock"),
    path("friends/muted/<int:pk>/unmute", friends.unmute, name="unmute"),
    path("@<str:handle>/follow", views.follow, name="follow"),
    path("@<str:handle>/befriend", friends.befriend, name="befriend"),
    path("@<str:handle>/answer", friends.answer, name="answer"),
    path("@<str:handle>/part", friends.part, name="part"),
    path("@<str:handle>/mute", friends.mute, name="mute"),
    path("@<str:handle>/block", friends.block, name="block"),
]
