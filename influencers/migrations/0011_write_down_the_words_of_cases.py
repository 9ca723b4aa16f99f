from django.db import migrations

from influencers.finding import case_words


def write_down(apps, schema_editor):
    """Words of every application that was sent, and the decline before it."""
    Application = apps.get_model("influencers", "Application")
    CaseWord = apps.get_model("influencers", "CaseWord")
    declined = {}
    for application in Application.objects.exclude(state="draft").prefetch_related("accounts").order_by("pk").iterator(1000):
        if application.user_id in declined:
            Application.objects.filter(pk=application.pk).update(previous=declined[application.user_id])
        if application.state == "declined":
            declined[application.user_id] = application.pk
        accounts = application.accounts.all()
        words = case_words(
            name=application.display_name, handles=[account.handle for account in accounts], topics=application.topics,
            networks=[account.platform for account in accounts], country=application.country,
        )  # fmt: skip
        CaseWord.objects.bulk_create(CaseWord(application=application, word=word) for word in sorted(words))


class Migration(migrations.Migration):
    dependencies = [("influencers", "0010_find_cases_by_words")]

    operations = [migrations.RunPython(write_down, migrations.RunPython.noop)]
