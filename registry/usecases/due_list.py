"""What an organization has to have calibrated next: the items that it holds, by the end of the certificate in force.

The database finds candidates by days, the core decides (traceability.due); the list is sorted, counted and cut into pages here.
The cost grows with the items held (a few look-ups by index each) and with those that are due (their certificates are read).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.errors import TooManyRecordsError
from registry.repositories.chains import load_items
from registry.repositories.due import may_be_due
from registry.spelling import compared
from registry.unit_of_work import UnitOfWork
from traceability.due import Due, DueStanding, due_of
from traceability.known import known_records
from traceability.periods import days_later
from traceability.records import Item, ItemKind

FARTHEST = 36_500  # Days ahead that can be asked for: a hundred years.
LATER = "later"  # The window of what is due after the widest warning window.

_BATCH = 500  # Items whose certificates are read at once.
_MOST = 100_000  # Candidates of one list; more would not be a list that anyone reads.


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """An item with how it stands. `window`: the number of days of the narrowest warning window, or the standing itself."""

    item: Item
    due: Due
    window: str

    @property
    def place(self) -> tuple[date, str]:
        """Its place in the list: what has no good certificate first, then by end day, what has no known end last."""
        if self.due.ends_on is not None:
            return self.due.ends_on, self.item.id
        return date.max if self.due.standing is DueStanding.UNKNOWN_END else date.min, self.item.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a list is wanted: one kind, one window, a text in id, name, serial or certificate number.

    `within`: how many days ahead; by default as many as the widest warning window has.
    """

    kind: ItemKind | None = None
    window: str | None = None
    text: str = ""
    within: int | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """A page of the list. `windows` and `months` (YYYY-MM) count all of it before `window` narrows it, in order.

    `next`: where the following page begins.
    """

    day: date
    until: date
    warning_days: tuple[int, ...]
    windows: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]
    rows: tuple[DueItem, ...]
    matching: int
    next: str | None


def due_list(
    work: UnitOfWork,
    holders: Sequence[str] | None,
    day: date,
    known_at: datetime,
    warning_days: Iterable[int],
    *,
    wanted: Wanted = EVERYTHING,
    after: str | None = None,
    most: int | None = 50,
) -> DueList:
    """The items held by any of the organizations (None: all) that end within so many days, or stand badly already.

    `most`: None for all rows.
    """
    windows = tuple(sorted(set(warning_days)))
    until = days_later(day, wanted.within if wanted.within is not None else max(windows, default=0))
    found = [row for row in due_items(work, holders, day, until, known_at, windows) if _is_wanted(row, wanted)]
    found.sort(key=lambda row: row.place)
    counted = Counter(row.window for row in found)
    months = Counter(f"{row.due.ends_on:%Y-%m}" for row in found if row.due.ends_on is not None and row.due.ends_on >= day)
    rows = [row for row in found if wanted.window in {None, row.window}]
    matching = len(rows)
    begin = _read_cursor(after)
    rows = rows if begin is None else [row for row in rows if row.place > begin]
    page = rows if most is None else rows[: max(1, most)]
    return DueList(
        day=day,
        until=until,
        warning_days=windows,
        windows=tuple((name, counted[name]) for name in window_names(windows)),
        months=tuple(sorted(months.items())),
        rows=tuple(page),
        matching=matching,
        next=_cursor(page[-1]) if len(page) < len(rows) else None,
    )


def due_items(
    work: UnitOfWork, holders: Sequence[str] | None, day: date, until: date, known_at: datetime, warning_days: Sequence[int]
) -> Iterator[DueItem]:
    """Each item of the list once, in no order that matters. TooManyRecordsError beyond a budget."""
    candidates: set[str] = set()
    for holder in [None] if holders is None else holders:
        for ids in _batches(work, holder, day, until, known_at):
            fresh = [id_ for id_ in ids if id_ not in candidates]
            candidates.update(fresh)
            if len(candidates) > _MOST:
                raise TooManyRecordsError(holder or "*", _MOST)
            known = known_records(load_items(work, fresh), known_at)
            for item in filter(None, map(known.items.get, fresh)):
                due = due_of(known, item, day)
                if due is not None and (due.ends_on is None or due.ends_on <= until):
                    yield DueItem(item=item, due=due, window=_window(due, day, warning_days))


def window_names(warning_days: Sequence[int]) -> tuple[str, ...]:
    """All windows that a list may have, the most pressing first."""
    pressing = (DueStanding.NO_CERTIFICATE, DueStanding.FAILED, DueStanding.OVERDUE)
    return (*(each.value for each in pressing), *map(str, sorted(warning_days)), LATER, DueStanding.UNKNOWN_END.value)


def _batches(work: UnitOfWork, holder: str | None, day: date, until: date, known_at: datetime) -> Iterator[list[str]]:
    after = ""
    while ids := may_be_due(work, holder, day, until, known_at, after=after, most=_BATCH):
        yield ids
        after = ids[-1]


def _window(due: Due, day: date, warning_days: Sequence[int]) -> str:
    if due.standing is not DueStanding.VALID or due.ends_on is None:
        return due.standing.value
    left = (due.ends_on - day).days
    return next((str(days) for days in warning_days if left <= days), LATER)


def _is_wanted(row: DueItem, wanted: Wanted) -> bool:
    if wanted.kind not in {None, row.item.kind}:
        return False
    text = compared(wanted.text)
    certificate = row.due.certificate
    fields = (row.item.id, row.item.name, row.item.serial, None if certificate is None else certificate.number)
    return not text or any(text in compared(field) for field in fields if field)


def _cursor(row: DueItem) -> str:
    day, id_ = row.place
    return f"{day.toordinal()}.{id_}"


def _read_cursor(text: str | None) -> tuple[date, str] | None:
    """The place that a cursor names; one that is none of ours begins at the beginning."""
    number, _, id_ = (text or "").partition(".")
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= date.max.toordinal()):
        return None
    return date.fromordinal(int(number)), id_
