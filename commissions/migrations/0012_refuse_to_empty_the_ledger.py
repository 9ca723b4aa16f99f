"""PostgreSQL refuses to empty the tables of the money with one TRUNCATE, too."""

from django.db import migrations

from commissions import triggers


class Migration(migrations.Migration):
    dependencies = [("commissions", "0011_sum_up_days")]
    operations = [migrations.RunPython(triggers.install, triggers.install)]
