from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications", views.notices, name="notices"),
    path("notifications/read", views.mark_read, name="mark_read"),
]
