"""Finding an item by what is printed on it."""

import pytest

from registry.unit_of_work import Store
from registry.usecases.search_items import LARGEST_PAGE, search_items
from tests.registry.worlds import certificate, only, recorded

METERS = [{"id": f"M{number:04}", "kind": "meter", "serial": f"SN {number:04}"} for number in range(450)]


def found(store: Store, text: str, **asked: int) -> list[str]:
    ids: list[str] = []
    after = None
    with store.reading() as work:
        while True:
            page = search_items(work, text, after=after, **asked)
            ids += [item.id for item in page.items]
            if page.next is None:
                return ids
            after = page.next


def test_pages_give_everything_once_in_order(store: Store) -> None:
    """A cursor that skips or repeats loses meters."""
    versions = [{**METERS[number], "name": "new", "recorded_at": "2025-01-01T00:00:00Z"} for number in range(0, 450, 3)]
    recorded(store, only("items", *METERS, *versions))
    assert found(store, "", most=7) == [meter["id"] for meter in METERS]
    assert found(store, "M00", most=30) == [f"M{number:04}" for number in range(100)]
    with store.reading() as work:
        assert len(search_items(work, "", most=10_000).items) == LARGEST_PAGE
        assert search_items(work, "M0003").items[0].name == "new"
    recorded(store, only("items", {**METERS[3], "name": "older", "recorded_at": "2024-01-01T00:00:00Z"}))
    with store.reading() as work:
        assert search_items(work, "M0003").items[0].name == "new"


@pytest.mark.parametrize("text", ["SN 0042", "sn  0042", "\uff33\uff2e 0042", " SN 0042 ", "M0042", "no.\u20117", "NO.-7"])
def test_numbers_are_found_however_they_are_written(store: Store, text: str) -> None:
    """A person reads the label and types."""
    recorded(store, only("items", *METERS[:50]))
    recorded(store, only("certificates", certificate("K", item="M0042", number="No.\u20137")))
    assert found(store, text) == ["M0042"]


def test_nothing_found_is_an_empty_page(store: Store) -> None:
    """Also for letters that mean something to a database."""
    recorded(store, only("items", *METERS[:5]))
    for text in ("%", "_", "'; --", "M0001%", "\U0010ffff"):
        assert found(store, text) == []
