from django.apps import AppConfig


class SparksConfig(AppConfig):
    name = "sparks"
