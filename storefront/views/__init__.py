"""``public``: the shop as shoppers see it. ``editor``: the creator's desk."""
