"""The logs still refuse every change but one: when a person is erased, their words may be emptied."""

from django.db import migrations

from influencers import triggers


class Migration(migrations.Migration):
    dependencies = [("influencers", "0013_refuse_to_change_conduct_and_policies")]
    operations = [migrations.RunPython(triggers.install, triggers.install)]
