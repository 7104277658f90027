"""What organizations hold: the one place that says who sees which record (docs/decisions/0009).

A record is seen by the organizations that hold it. An organization holds what it recorded; certificates and events of an item
are held by all who hold the item; a competence, a metering point and an organization also by the one that they are about.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, select

from registry.account_tables import Holdings
from registry.columns import day_number
from registry.queries import Query, Spelling
from registry.table_parts import Table, table_of
from registry.tables import Certificates, Events
from registry.unit_of_work import UnitOfWork
from traceability.records import Certificate, Competence, Event, MeteringPoint, Organization, Record

_holdings = table_of(Holdings)

Holding = tuple[str, str]  # An organization and the id of a record of one list.


def is_held(spelling: Spelling, section: str, id_: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition, with the parameter `viewers`, that one of the viewing organizations holds a record of a list."""
    return exists().where(
        spelling.among(_holdings.c.organization, "viewers"), _holdings.c.section == section, _holdings.c.id == id_
    )


def held_among(work: UnitOfWork, section: str, ids: Iterable[str], viewers: list[str] | None) -> set[str]:
    """Those of the ids whose records of a list one of the organizations holds; all of them for None, who sees everything."""
    wanted = sorted(set(ids))
    if viewers is None or not wanted:
        return set(wanted)
    return {id_ for _, id_ in work.rows(_HELD_BY, section=section, ids=wanted, viewers=viewers)}


def holders_of(work: UnitOfWork, section: str, ids: Iterable[str]) -> set[Holding]:
    """All who hold records of a list, with the ids."""
    wanted = sorted(set(ids))
    return set(work.rows(_HOLDERS, section=section, ids=wanted)) if wanted else set()


def hold(work: UnitOfWork, section: str, wanted: Iterable[Holding], recording: int) -> int:
    """Let organizations hold records of a list; how many of them did not yet."""
    pairs = set(wanted)
    return _hold(work, section, pairs, recording, _days_of(work, section, {id_ for _, id_ in pairs}))


def hold_recorded(work: UnitOfWork, section: str, records: list[Record], organization: str | None, recording: int) -> None:
    """Let those hold new records of one list who are to see them; `organization` recorded them, None is the operator."""
    wanted = {(organization, record.id) for record in records} if organization is not None else set()
    wanted |= {(about, record.id) for record in records if (about := _about(record)) is not None}
    of_items = {record.id: record.item for record in records if isinstance(record, Certificate | Event)}
    holders: dict[str, list[str]] = {}
    for holder, item in holders_of(work, "items", of_items.values()):
        holders.setdefault(item, []).append(holder)
    wanted |= {(holder, id_) for id_, item in of_items.items() for holder in holders.get(item, ())}
    days = {record.id: _day(record) for record in records}
    _hold(work, section, wanted, recording, days)


def _hold(work: UnitOfWork, section: str, pairs: set[Holding], recording: int, days: Mapping[str, int | None]) -> int:
    """Even a certificate may be held already: when it comes again after its import was undone."""
    fresh = pairs - holders_of(work, section, (id_ for _, id_ in pairs))
    work.append(Holdings, [(organization, section, id_, recording, days.get(id_)) for organization, id_ in sorted(fresh)])
    return len(fresh)


def _days_of(work: UnitOfWork, section: str, ids: set[str]) -> dict[str, int]:
    """The days (as stored) by which records are listed, of those that are listed by day."""
    query = _DAYS.get(section)
    return dict(work.rows(query, ids=sorted(ids))) if query is not None and ids else {}


def _day(record: Record) -> int | None:
    match record:
        case Certificate():
            return day_number(record.calibrated_on)
        case Event():
            return day_number(record.on)
        case _:
            return None


def _about(record: Record) -> str | None:
    """The organization that a record is about, where it names one."""
    match record:
        case Competence() | MeteringPoint():
            return record.organization
        case Organization():
            return record.id
        case _:
            return None


def _pairs(spelling: Spelling) -> Select[Any]:
    return select(_holdings.c.organization, _holdings.c.id).where(
        _holdings.c.section == bindparam("section"), spelling.among(_holdings.c.id, "ids")
    )


def _days(model: type[Table], day: str) -> Query:
    table = table_of(model)
    return Query(lambda spelling: select(table.c.id, table.c[day]).where(spelling.among(table.c.id, "ids")))


_DAYS = {"certificates": _days(Certificates, "calibrated_on"), "events": _days(Events, "happened_on")}
_HOLDERS = Query(_pairs)
_HELD_BY = Query(lambda spelling: _pairs(spelling).where(spelling.among(_holdings.c.organization, "viewers")))
