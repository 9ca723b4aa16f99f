"""Mutes leave the row of a friendship: anybody can be muted. Those between friends are kept."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def keep_mutes(apps, schema_editor):
    Friend, Mute = apps.get_model("accounts", "Friend"), apps.get_model("accounts", "Mute")
    Mute.objects.bulk_create(
        [
            Mute(user_id=user, muted_id=friend)
            for user, friend in Friend.objects.filter(is_muted=True).values_list("user", "friend")
        ],
        batch_size=500,
    )


def give_mutes_back(apps, schema_editor):
    Friend, Mute = apps.get_model("accounts", "Friend"), apps.get_model("accounts", "Mute")
    for user, muted in Mute.objects.values_list("user", "muted"):
        Friend.objects.filter(user_id=user, friend_id=muted).update(is_muted=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_show_sparks_and_votes")]

    operations = [
        migrations.CreateModel(
            name="Mute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "muted",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "muted"), name="one_mute_per_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("muted")), _negated=True), name="nobody_mutes_herself"
                    ),
                ],
            },
        ),
        migrations.RunPython(keep_mutes, give_mutes_back),
        migrations.RemoveField(model_name="friend", name="is_muted"),
    ]
