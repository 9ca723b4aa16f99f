"""Addresses of the influencer programme."""

from django.urls import path

from influencers import channels, views

app_name = "influencers"
urlpatterns = [
    path("go/<slug:code>", channels.go, name="go"),
    path("go/<slug:code>/qr", channels.go_qr, name="go_qr"),
    path("studio/channels", channels.channels, name="channels"),
    path("studio/channels/code", channels.choose_code, name="choose_code"),
    path("studio/channels/add", channels.add_channel, name="add_channel"),
    path("studio/channels/<int:pk>/put-away", channels.put_away, name="put_away_channel"),
    path("studio/channels/<int:pk>/qr.svg", channels.qr, name="qr"),
    path("apply", views.apply, name="apply"),
    path("apply/status", views.status, name="status"),
    path("review", views.queue, name="queue"),
    path("review/applications/<int:pk>", views.review, name="review"),
    path("review/applications/<int:pk>/approve", views.approve, name="approve"),
    path("review/applications/<int:pk>/decline", views.decline, name="decline"),
    path("review/applications/<int:pk>/ask", views.ask, name="ask"),
    path("review/applications/<int:pk>/accounts/<int:account_pk>/rate", views.rate, name="rate"),
]
