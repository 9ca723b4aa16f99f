from django.urls import path

from privacy import views

app_name = "privacy"
urlpatterns = [
    path("me/data", views.data, name="data"),
    path("me/data/copy", views.ask_copy, name="ask_copy"),
    path("me/data/copy/<int:pk>", views.download, name="download"),
    path("me/close", views.close, name="close"),
    path("me/closed", views.closed, name="closed"),
    path("me/come-back", views.come_back, name="come_back"),
]
