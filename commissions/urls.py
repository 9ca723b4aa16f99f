from django.urls import path

from commissions import views

app_name = "commissions"
urlpatterns = [
    path("studio", views.overview, name="overview"),
    path("studio/earnings", views.earnings, name="earnings"),
    path("studio/earnings.csv", views.export, name="export"),
    path("studio/earnings/<int:pk>", views.receipt, name="receipt"),
    path("how-commissions-work", views.how, name="how"),
]
