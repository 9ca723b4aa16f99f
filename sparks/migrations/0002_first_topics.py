"""A shop begins with twelve topics; moderators change them in the admin."""

from django.db import migrations

TOPICS = [
    ("home", "Home & decor", "家居"), ("kitchen", "Kitchen", "厨房"), ("style", "Style", "穿搭"), ("beauty", "Beauty", "美妆"),
    ("tech", "Tech", "数码"), ("kids", "Kids", "亲子"), ("fitness", "Fitness", "健身"), ("travel", "Travel", "旅行"),
    ("plants", "Plants", "绿植"), ("books", "Books", "阅读"), ("bath", "Bath", "卫浴"), ("games", "Games", "游戏"),
]


def add(apps, schema_editor):
    Topic = apps.get_model("sparks", "Topic")
    for position, (slug, name, zh) in enumerate(TOPICS):
        Topic.objects.get_or_create(
            slug=slug, defaults={"name": name, "names": {"zh-hans": zh}, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [("sparks", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
