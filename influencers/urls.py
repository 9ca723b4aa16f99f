"""Addresses of the influencer programme."""

from django.urls import path

from influencers import views

app_name = "influencers"
urlpatterns = [
    path("apply", views.apply, name="apply"),
    path("apply/status", views.status, name="status"),
    path("apply/again", views.apply_again, name="apply_again"),
    path("apply/person", views.ask_for_a_person, name="ask_for_a_person"),
    path("review", views.queue, name="queue"),
    path("review/applications/<int:pk>", views.review, name="review"),
    path("review/applications/<int:pk>/approve", views.approve, name="approve"),
    path("review/applications/<int:pk>/decline", views.decline, name="decline"),
    path("review/applications/<int:pk>/ask", views.ask, name="ask"),
    path("review/applications/<int:pk>/accounts/<int:account_pk>/rate", views.rate, name="rate"),
]
