"""The log of conduct and the policies that were published refuse UPDATE and DELETE, as the log of applications does."""

from django.db import migrations, models

from influencers import triggers


class Migration(migrations.Migration):
    dependencies = [("influencers", "0012_pause_codes_and_mark_adverts")]
    operations = [
        migrations.AlterField(
            model_name="conductevent",
            name="kind",
            field=models.CharField(
                max_length=20,
                choices=[
                    ("warning", "Warned"),
                    ("suspension", "Suspended"),
                    ("proposed", "Ban proposed: a second person decides"),
                    ("ban", "Banned"),
                    ("lifted", "Lifted"),
                    ("ended", "Ended by itself"),
                    ("appealed", "Appeal sent"),
                    ("upheld", "Appeal refused"),
                    ("unproved", "No account is proved"),
                    ("proved_again", "An account is proved again"),
                    ("handle_changed", "The name of an account changed"),
                    ("probation_reminder", "Reminded of the probation"),
                    ("probation_passed", "Probation passed"),
                    ("probation_ended", "Probation ended without the sales"),
                    ("probation_paused", "Probation paused"),
                    ("probation_resumed", "Probation goes on"),
                    ("probation_longer", "Probation made longer"),
                    ("reopened", "In the programme again"),
                ],
            ),
        ),
        migrations.RunPython(triggers.install, triggers.remove),
    ]
