"""Who names the places where links stand: a kind of source, and the function that knows the names of one creator's.

``commissions`` shows the names and stands beside ``storefront`` and ``sparks``, so it finds them here.
"""

SOURCE_NAMES: dict[str, str] = {
    "collection": "storefront.queries.collection_names",
    "spark": "sparks.queries.spark_names",
    "list": "lists.queries.list_names",
    "channel": "influencers.queries.referring.channel_names",
    "qr": "influencers.queries.referring.channel_names",
}
