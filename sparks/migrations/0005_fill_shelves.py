"""What was posted, voted for and saved before comes onto its shelves and into the rankings."""

from django.db import migrations


def fill(apps, schema_editor):
    """Put what was posted before onto its shelves, and have everything scored by the first refresh."""
    get = apps.get_model
    categories = dict(get("catalog", "Category").objects.values_list("path", "pk"))
    shelves, products = [], set()
    sparks = set(get("sparks", "Like").objects.values_list("spark", flat=True).distinct())
    tags = get("sparks", "ProductTag").objects.filter(photo__spark__posted_at__isnull=False).values_list(
        "photo__spark", "photo__spark__posted_at", "photo__spark__is_sponsored", "product", "product__seller",
        "product__category__path",
    )
    for spark, at, paid, product, seller, path in tags:
        products.add(product)
        places = {("anything", 0), ("product", product), ("seller", seller)}
        slugs = path.split("/") if path else []
        above = ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]
        places |= {("category", categories[step]) for step in above if step in categories}
        shelves += [(spark, kind, number, at, paid) for kind, number in places]
    Shelf = get("sparks", "Shelf")
    Shelf.objects.bulk_create(
        [Shelf(spark_id=spark, kind=kind, number=number, posted_at=at, is_sponsored=paid)
         for spark, kind, number, at, paid in sorted(set(shelves))],
        batch_size=1000,
    )
    for rows in (get("sparks", "ProductVote").objects.all(), get("lists", "ListItem").objects.filter(product__isnull=False)):
        products |= set(rows.values_list("product", flat=True).distinct())
    Stir, SparkStir = get("catalog", "Stir"), get("sparks", "SparkStir")
    Stir.objects.bulk_create([Stir(product_id=pk) for pk in sorted(products)], batch_size=1000)
    SparkStir.objects.bulk_create([SparkStir(spark_id=pk) for pk in sorted(sparks)], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("sparks", "0004_keep_shelves_and_heat")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
