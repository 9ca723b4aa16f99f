"""The log of acts and ended payouts let one thing go when a person is erased: words about her, and her bank details."""

from django.db import migrations

from commissions import triggers


class Migration(migrations.Migration):
    dependencies = [("commissions", "0008_hold_for_suspensions")]
    operations = [migrations.RunPython(triggers.install, triggers.install)]
