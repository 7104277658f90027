"""Lists of records, page by page: a walk through candidates, of which a page keeps those that its filters let through.

A page looks at a bounded number of candidates, whatever its filters are: it may be short, even empty, and still have a next
one. The filters are asked of the version that was known at an instant, candidates together, never one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, Table, bindparam, exists, func, or_, select

from registry.queries import Query, Spelling
from registry.repositories import stored
from registry.repositories.holdings import held_among
from registry.repositories.retractions import is_kept
from registry.repositories.sections import SECTION_TABLES
from registry.repositories.walks import BEGINNING, END, LAST, Place, Walk, named, walked
from registry.spelling import is_storable
from registry.table_parts import table_of
from registry.tables import Certificates, ItemQuantities, Results, Suspensions, Withdrawals
from registry.unit_of_work import UnitOfWork
from traceability.records import Record

MOST_EXAMINED = 20_000  # Candidates of one page: about a tenth of a second.
_CHUNK = 2_000  # Candidates whose filters are asked for in one go.


class Listing(NamedTuple):
    """Which records of a list: `filters` by name (FILTERS) with their values as stored, as known at an instant (as stored).

    `text` finds items by what is printed on them; `first` and `last` are days of lists by day, `is_newest_first` turns them.
    """

    section: str
    filters: Mapping[str, Any]
    known_at: int
    text: tuple[str, str] | None = None
    first: int = BEGINNING.day
    last: int = END.day
    is_newest_first: bool = False

    @property
    def start(self) -> Place:
        """The place before all others."""
        return END if self.is_newest_first else BEGINNING


class Kept(NamedTuple):
    """A record that the filters let through: its place in the list and its row's running number."""

    place: Place
    entry: int


class Found(NamedTuple):
    """Records in the order of the list; `next` is the place after which to go on, None at the end."""

    kept: list[Kept]
    next: Place | None


def found(work: UnitOfWork, listing: Listing, after: Place | None, most: int, examined: int = MOST_EXAMINED) -> Found:
    """The next records of a listing, at most so many, from at most so many candidates."""
    at = listing.start if after is None else after
    kept: list[Kept] = []
    chunk, share = most + 1, max(1, len(work.viewers or ()))  # Every viewer's candidates are fetched, so each has its share.
    examined = max(chunk, examined // share)
    while examined > 0:
        size = min(chunk, examined)
        places = _walked(work, listing, at, size)
        kept += _let_through(work, listing, places)
        if len(kept) > most:
            return Found(kept[:most], kept[most - 1].place)
        if len(places) < size:
            return Found(kept, None)
        at, examined, chunk = places[-1], examined - size, max(chunk, min(4 * chunk, _CHUNK // share))
    return Found(kept, at)


def records(work: UnitOfWork, listing: Listing, kept: Iterable[Kept]) -> list[Record]:
    """The records that were found, as known at the instant of the listing."""
    entries = [each.entry for each in kept]
    if not entries:
        return []
    (loaded,) = stored.records_of(work, {listing.section: entries}).values()
    if listing.section != "certificates":
        return loaded
    return stored.withdrawn(work, zip(entries, loaded, strict=True), entries, listing.known_at)


def known_entries(work: UnitOfWork, listing: Listing, ids: list[str]) -> dict[str, int]:
    """The running numbers of the versions known of those of the ids that the viewers hold, whatever the listing filters."""
    seen = sorted(held_among(work, listing.section, filter(is_storable, ids), work.viewers))
    rows = work.rows(_filter(listing.section, ()), ids=seen, known_at=listing.known_at) if seen else []
    return dict(rows)


def _walked(work: UnitOfWork, listing: Listing, after: Place, most: int) -> list[Place]:
    if listing.text is not None:
        return named(work, *listing.text, after, most)
    key = next((each for each in _KEYS.get(listing.section, ()) if each in listing.filters), None)
    if key == "kind" and work.viewers is not None:
        key = None  # What a party holds is found in its holdings; of a kind there may be a million others.
    values = {"start": "", "end": LAST * 256, "first": listing.first, "last": listing.last}
    if key is not None:
        values["key"] = listing.filters[key]
    column = None if key is None else _COLUMNS.get(key, key)
    return walked(work, Walk(listing.section, column, listing.is_newest_first, values), after, most)


def _let_through(work: UnitOfWork, listing: Listing, places: list[Place]) -> Iterator[Kept]:
    query = _filter(listing.section, tuple(sorted(listing.filters)))
    values = {**listing.filters, "known_at": listing.known_at, "ids": [place.id for place in places]}
    entries: dict[str, int] = dict(work.rows(query, **values)) if places else {}
    return (Kept(place, entries[place.id]) for place in places if place.id in entries)


@cache
def _filter(section: str, names: tuple[str, ...]) -> Query:
    """The ids among `ids`, with the running number of the version known, that some filters let through."""
    table = table_of(SECTION_TABLES[section].table)
    conditions = [FILTERS[section][name](table) for name in names]

    def build(spelling: Spelling) -> Select[Any]:
        return select(table.c.id, table.c.entry).where(
            spelling.among(table.c.id, "ids"), _is_counted(section, table), _is_known(section, table), *conditions
        )

    return Query(build)


def _is_counted(section: str, table: FromClause) -> ColumnElement[bool]:
    """Whether a row was not taken back with its import by the instant."""
    return is_kept(section, table.c.entry, bindparam("known_at"))


def _is_known(section: str, table: Table) -> ColumnElement[bool]:
    """Whether a row is the version that was known at the instant: of organizations the latest row, as they bear none."""
    other = table.alias("other")
    if "recorded_at" not in table.c:
        latest = select(func.max(other.c.entry)).where(other.c.id == table.c.id, _is_counted(section, other)).scalar_subquery()
        return table.c.entry == latest
    if not SECTION_TABLES[section].has_versions:
        return table.c.recorded_at <= bindparam("known_at")
    known = (other.c.id == table.c.id, other.c.recorded_at <= bindparam("known_at"), _is_counted(section, other))
    return table.c.recorded_at == select(func.max(other.c.recorded_at)).where(*known).scalar_subquery()


Condition = Callable[[Table], ColumnElement[bool]]


def _equal(name: str, column: str | None = None) -> Condition:
    return lambda table: table.c[column or name] == bindparam(name)


def _has_quantity(table: Table) -> ColumnElement[bool]:
    """What an item is used for, or was certified for."""
    used, certificates, results = table_of(ItemQuantities), table_of(Certificates), table_of(Results)
    certified = certificates.join(results, results.c.certificate_entry == certificates.c.entry)
    return or_(
        exists().where(used.c.item_entry == table.c.entry, used.c.quantity == bindparam("quantity")),
        exists()
        .select_from(certified)
        .where(
            certificates.c.item == table.c.id,
            certificates.c.recorded_at <= bindparam("known_at"),
            _is_counted("certificates", certificates),
            results.c.quantity == bindparam("quantity"),
        ),
    )


def _is_withdrawn(table: Table) -> ColumnElement[bool]:
    withdrawals = table_of(Withdrawals)
    return exists().where(withdrawals.c.certificate_entry == table.c.entry, withdrawals.c.recorded_at <= bindparam("known_at"))


def _in_force(table: Table) -> ColumnElement[bool]:
    """Valid on the day and not suspended (SEMANTICS 3.6)."""
    suspensions = table_of(Suspensions)
    day: ColumnElement[int] = bindparam("in_force_on")
    return (
        (table.c.valid_from <= day)
        & or_(table.c.valid_until.is_(None), table.c.valid_until >= day)
        & ~exists().where(
            suspensions.c.competence_entry == table.c.entry,
            suspensions.c.start <= day,
            or_(suspensions.c.until.is_(None), suspensions.c.until >= day),
        )
    )


# What each list can be narrowed by. The value of a filter is the parameter of its name.
FILTERS: dict[str, dict[str, Condition]] = {
    "organizations": {"kind": _equal("kind")},
    "competences": {"organization": _equal("organization"), "scheme": _equal("scheme"), "in_force_on": _in_force},
    "items": {
        "kind": _equal("kind"),
        "quantity": _has_quantity,
        "retired_by": lambda table: table.c.retired_on <= bindparam("retired_by"),
        "in_use_on": lambda table: or_(table.c.retired_on.is_(None), table.c.retired_on > bindparam("in_use_on")),
    },
    "certificates": {
        "issuer": _equal("issuer"),
        "item": _equal("item"),
        "kind": _equal("kind"),
        "outcome": _equal("outcome"),
        "number": _equal("number", "number_key"),
        "valid_until_before": lambda table: table.c.valid_until < bindparam("valid_until_before"),
        "withdrawn": _is_withdrawn,
        "not_withdrawn": lambda table: ~_is_withdrawn(table),
    },
    "events": {"item": _equal("item"), "kind": _equal("kind")},
    "metering_points": {"organization": _equal("organization"), "level": _equal("level"), "energy": _equal("energy")},
}

# The filters that an index of their own serves, the most telling first, and the columns of those that are named otherwise.
_KEYS = {
    "certificates": ("item", "number"),
    "events": ("item",),
    "competences": ("organization",),
    "metering_points": ("organization",),
    "items": ("kind",),
}
_COLUMNS = {"number": "number_key"}
