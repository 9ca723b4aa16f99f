"""What ``manage.py bench desk`` measures, in small: it runs, and every page asks the same questions among ten as among more."""

import pytest

from config.management import desk_bench


@pytest.mark.django_db
def test_the_desk_asks_as_often_among_ten_as_among_more() -> None:
    figures = desk_bench.run(applications=80, probes=1)

    # The other pages may be empty among ten.
    names = {"first page", "page half way down", "newest first", "one topic", "one case with its neighbours"}
    few, many = ({name: figures[size][name]["queries"] for name in names} for size in ("few", "many"))
    assert few == many
