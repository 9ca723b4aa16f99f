from django.urls import path

from discovery import views

app_name = "discovery"
urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("topics/<path:path>", views.category, name="category"),
    path("p/<slug:slug>", views.product, name="product"),
]
