from django.urls import URLPattern

app_name = "influencers"
urlpatterns: list[URLPattern] = []
