"""Records kept as values between questions. Rows are appended and never changed, so what was read once stays true.

Only readers fill it: what a writer sees may yet be undone, and its running numbers given out again.
"""

from collections.abc import Iterable

from traceability.records import Record

CAPACITY = 100_000  # Records of one list that were used lately, about 80 MB of certificates; at worst twice as many.


class Kept:
    """Records by running number, in two generations: when the younger is full, the older is dropped. Threads may share it."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._young: dict[int, Record] = {}
        self._old: dict[int, Record] = {}

    def held(self, entries: Iterable[int]) -> dict[int, Record]:
        """Those of the records that are kept."""
        young, old = self._young, self._old
        found: dict[int, Record] = {}
        for entry in entries:
            record = young.get(entry)
            if record is None:
                record = old.get(entry)
                if record is None:
                    continue
                young[entry] = record
            found[entry] = record
        return found

    def keep(self, records: dict[int, Record]) -> None:
        """Keep records that were read from rows for good."""
        if len(self._young) + len(records) > self._capacity:
            self._old, self._young = self._young, {}
        self._young.update(records)


class RecordCache:
    """What is kept of each list of records; safe to drop at any time."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._sections: dict[str, Kept] = {}

    def of(self, section: str) -> Kept:
        """What is kept of one list."""
        kept = self._sections.get(section)
        return kept if kept is not None else self._sections.setdefault(section, Kept(self._capacity))

    def clear(self) -> None:
        """Forget everything: the schema was taken back, or another database put in place."""
        self._sections = {}
