"""Lists of records for those who may see them: filtered, as known at an instant, page by page or whole.

Lists of certificates and events are in the order of (day, id), all others in that of ids, by code point. A page may hold fewer
records than were asked for, even none, and still have a next one: it looks at a bounded number of candidates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.columns import day_number, day_of, instant_number
from registry.repositories import lists
from registry.repositories.lists import Found, Kept, Listing
from registry.repositories.walks import DAYS, Place
from registry.spelling import compared, is_storable, storable
from registry.unit_of_work import UnitOfWork
from traceability.problems import InvalidValueError
from traceability.records import CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome, Record, Scheme

LARGEST_PAGE = 200  # Records.
LARGEST_TWIN = 100_000  # Records of a list in one file; a longer one goes on in the next.
_MOST_EXAMINED_FOR_TWIN = 1_000_000  # Candidates: some seconds.
_BETWEEN = "~"  # Between day and id in a cursor.


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationFilters:
    """Organizations of a kind."""

    section = "organizations"
    kind: OrganizationKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceFilters:
    """Competences of an organization, of a scheme, in force on a day (valid and not suspended)."""

    section = "competences"
    organization: str | None = None
    scheme: Scheme | None = None
    in_force_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilters:
    """Items of a kind, for a quantity, by what is printed on them, and out of use on a day or not.

    `text`: the id begins with it, or a serial, certificate or asset number compares as it.
    """

    section = "items"
    kind: ItemKind | None = None
    quantity: str | None = None
    text: str = ""
    retired_by: date | None = None
    in_use_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFilters:
    """Certificates by who issued them, what for, and when. `valid_until_before`: printed as valid until an earlier day."""

    section = "certificates"
    issuer: str | None = None
    item: str | None = None
    kind: CertificateKind | None = None
    outcome: Outcome | None = None
    number: str | None = None
    calibrated_from: date | None = None
    calibrated_until: date | None = None
    valid_until_before: date | None = None
    is_withdrawn: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilters:
    """Events of an item, of a kind, within days."""

    section = "events"
    item: str | None = None
    kind: EventKind | None = None
    happened_from: date | None = None
    happened_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteringPointFilters:
    """Metering points of an organization, at a level, of a kind of energy."""

    section = "metering_points"
    organization: str | None = None
    level: int | None = None
    energy: str | None = None


Filters = OrganizationFilters | CompetenceFilters | ItemFilters | CertificateFilters | EventFilters | MeteringPointFilters


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records in the order of the list, in the version known; `next` is where the following page begins, None on the last."""

    records: tuple[Record, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """All records that filters let through, up to a bound, to be read in parts. `next`: where a further selection begins."""

    listing: Listing
    kept: list[Kept]
    next: str | None


def list_records(
    work: UnitOfWork,
    filters: Filters,
    *,
    known_at: datetime,
    after: str | None = None,
    most: int = 50,
    is_newest_first: bool = False,
) -> Page:
    """A page of those records that the unit of work may see (`store.reading(party.viewers)`).

    `after`: the `next` of the page before; InvalidValueError when it is none. At most LARGEST_PAGE records.
    `is_newest_first` turns lists by day; the others stay as they are.
    """
    listing, place = _listing(filters, known_at, is_newest_first), _place(filters.section, after)
    found = _found(work, listing, place, max(1, min(most, LARGEST_PAGE)), lists.MOST_EXAMINED)
    return Page(records=tuple(lists.records(work, listing, found.kept)), next=_cursor(filters.section, found.next))


def select_records(
    work: UnitOfWork,
    filters: Filters,
    *,
    known_at: datetime,
    after: str | None = None,
    is_newest_first: bool = False,
) -> Selection:
    """Everything of a list, at most LARGEST_TWIN records; read it with `selected`, also in later units of work."""
    listing, place = _listing(filters, known_at, is_newest_first), _place(filters.section, after)
    found = _found(work, listing, place, LARGEST_TWIN, _MOST_EXAMINED_FOR_TWIN)
    return Selection(listing=listing, kept=found.kept, next=_cursor(filters.section, found.next))


def selected(work: UnitOfWork, selection: Selection, start: int, most: int) -> list[Record]:
    """Some records of a selection, from the number `start` on."""
    return lists.records(work, selection.listing, selection.kept[start : start + most])


def _found(work: UnitOfWork, listing: Listing, place: Place | None, most: int, examined: int) -> Found:
    """What is found; nothing where a filter is a text that no database holds."""
    texts = [value for value in listing.filters.values() if isinstance(value, str)]
    if not all(map(is_storable, texts)):
        return Found([], None)
    return lists.found(work, listing, place, most, examined)


def _listing(filters: Filters, known_at: datetime, is_newest_first: bool) -> Listing:  # noqa: FBT001
    listing = Listing(
        section=filters.section,
        filters={},
        known_at=instant_number(known_at),
        is_newest_first=is_newest_first and filters.section in DAYS,
    )
    first: date | None = None
    last: date | None = None
    match filters:
        case OrganizationFilters():
            given: dict[str, Any] = {"kind": filters.kind}
        case CompetenceFilters():
            given = {
                "organization": filters.organization,
                "scheme": filters.scheme,
                "in_force_on": _day(filters.in_force_on),
            }
        case ItemFilters():
            given = {
                "kind": filters.kind,
                "quantity": filters.quantity,
                "retired_by": _day(filters.retired_by),
                "in_use_on": _day(filters.in_use_on),
            }
            if filters.text.strip():
                listing = listing._replace(text=(filters.text.strip(), compared(filters.text)))
        case CertificateFilters():
            first, last = filters.calibrated_from, filters.calibrated_until
            given = _of_certificates(filters)
        case EventFilters():
            first, last = filters.happened_from, filters.happened_until
            given = {"item": filters.item, "kind": filters.kind}
        case MeteringPointFilters():
            given = {"organization": filters.organization, "level": filters.level, "energy": filters.energy}
    return listing._replace(
        filters=_given(given),
        first=listing.first if first is None else day_number(first),
        last=listing.last if last is None else day_number(last),
    )


def _of_certificates(filters: CertificateFilters) -> dict[str, Any]:
    return {
        "issuer": filters.issuer,
        "item": filters.item,
        "kind": filters.kind,
        "outcome": filters.outcome,
        "number": None if filters.number is None else compared(filters.number),
        "valid_until_before": _day(filters.valid_until_before),
        "withdrawn": True if filters.is_withdrawn else None,
        "not_withdrawn": True if filters.is_withdrawn is False else None,
    }


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are there, enumerations by value."""
    return {name: getattr(value, "value", value) for name, value in values.items() if value is not None}


def _day(day: date | None) -> int | None:
    return None if day is None else day_number(day)


def _cursor(section: str, place: Place | None) -> str | None:
    if place is None:
        return None
    return f"{day_of(place.day)}{_BETWEEN}{place.id}" if section in DAYS else place.id


def _place(section: str, cursor: str | None) -> Place | None:
    if not cursor:
        return None
    if section not in DAYS:
        return Place(0, storable(cursor))
    day, _, id_ = storable(cursor).partition(_BETWEEN)
    try:
        return Place(day_number(date.fromisoformat(day)), id_)
    except ValueError as error:
        raise InvalidValueError("not a cursor of this list", "不是此列表的游标") from error
