"""Verbs of buying, by topic: cart, checkout, fulfilment."""
