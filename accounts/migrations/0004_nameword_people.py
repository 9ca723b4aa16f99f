from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_circle_and_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='nameword',
            name='people',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(
            "UPDATE accounts_nameword SET people = "
            "(SELECT COUNT(*) FROM accounts_personword WHERE accounts_personword.word_id = accounts_nameword.id)",
            migrations.RunSQL.noop,
        ),
    ]
