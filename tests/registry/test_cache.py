"""What is kept in memory: bounded, the lately used first, and never wrong."""

from registry.cache import Kept, RecordCache
from traceability.records import Item, ItemKind, Record


def items(*numbers: int) -> dict[int, Record]:
    return {number: Item(id=f"I{number}", kind=ItemKind.METER) for number in numbers}


def test_what_is_kept_is_found() -> None:
    """A cache that forgets at once is only slow; one that mixes up is wrong."""
    kept = Kept(capacity=10)
    kept.keep(items(1, 2))
    assert kept.held([1, 2, 3]) == items(1, 2)


def test_it_is_bounded_and_keeps_what_is_used() -> None:
    """The standards everyone rests on stay, one meter after the other goes."""
    kept = Kept(capacity=10)
    kept.keep(items(0))
    for number in range(1, 1_000):
        kept.keep(items(number))
        assert 0 in kept.held([0])
    assert len(kept._young) + len(kept._old) <= 21
    assert kept.held([5]) == {}


def test_each_list_is_kept_apart_and_all_can_be_dropped() -> None:
    """Running numbers are those of a table."""
    cache = RecordCache(capacity=10)
    cache.of("items").keep(items(1))
    assert cache.of("events").held([1]) == {}
    assert cache.of("items").held([1]) == items(1)
    cache.clear()
    assert cache.of("items").held([1]) == {}
