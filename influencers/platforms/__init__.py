"""The five networks, each behind the same small interface: ``base`` says which, ``clients`` lists them."""
