from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("storefront", "0002_keep_what_was_removed")]

    operations = [
        migrations.AddField(
            model_name="collection", name="photo", field=models.CharField(blank=True, max_length=200)
        ),
    ]
