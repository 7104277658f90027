"""What the kept answers come to (registry.fleet_summary): what it is made of, written and read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Delete, and_, bindparam, case, delete, exists, func, or_, select

from registry.account_tables import Holdings
from registry.columns import day_number, day_of, instant_number
from registry.fleet_summary import FleetSummary, Lapse
from registry.fleet_tables import FleetLapses, FleetRuns, FleetSummaries, RunState
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.repositories.review import units_among
from registry.table_parts import table_of
from registry.tables import Branches, CertificateReferences, Certificates, MeteringPoints
from registry.unit_of_work import UnitOfWork

LapseRow = tuple[int, str, int]  # Day as a number, standard (empty: none), items.

_branches = table_of(Branches)
_certificates = table_of(Certificates)
_holdings = table_of(Holdings)
_points = table_of(MeteringPoints)
_references = table_of(CertificateReferences)
_runs = table_of(FleetRuns)
_summaries = table_of(FleetSummaries)
_lapses = table_of(FleetLapses)
_SUMS = (_summaries, _lapses)


def key_of(viewers: list[str] | None) -> str:
    """The viewers as the summaries are kept for."""
    return "" if viewers is None else msgspec.json.encode(viewers).decode()


def summary_of(work: UnitOfWork, run: int) -> FleetSummary | None:
    """The sums of a run for exactly those who read; None when there are none for them."""
    found = work.rows(_READ, run=run, viewers=key_of(work.viewers))
    return msgspec.json.decode(found[0][0], type=FleetSummary) if found else None


def write(work: UnitOfWork, run: int, key: str, summary: FleetSummary) -> None:
    """Keep the sums of a run for some viewers (key_of)."""
    work.append(FleetSummaries, [(run, key, msgspec.json.encode(summary).decode())])


def write_lapses(work: UnitOfWork, run: int, key: str, lapses: Iterable[LapseRow]) -> None:
    """Keep what lapses when for some viewers."""
    work.append(FleetLapses, [(run, key, *row) for row in lapses])


def forget(work: UnitOfWork, run: int) -> None:
    """Remove the sums of a run, which are to be written anew."""
    for query in _FORGET:
        work.run(query, run=run)


def forget_past(work: UnitOfWork) -> None:
    """Remove the sums of runs that are past."""
    for query in _FORGET_PAST:
        work.run(query, past=RunState.PAST.value)


def keys_of(work: UnitOfWork, run: int) -> list[str]:
    """For which viewers there are sums of a run."""
    return [key for (key,) in work.rows(_KEYS, run=run)]


def replace_summary(work: UnitOfWork, run: int, key: str, change: Callable[[FleetSummary | None], FleetSummary]) -> None:
    """Let the sums of a run for some viewers be what a change makes of them."""
    found = work.rows(_READ, run=run, viewers=key)
    before = msgspec.json.decode(found[0][0], type=FleetSummary) if found else None
    if found:
        work.run(_FORGET_ONE, run=run, viewers=key)
    write(work, run, key, change(before))


def move_lapses(work: UnitOfWork, run: int, key: str, moved: Mapping[tuple[int, str], int]) -> None:
    """Count more or fewer items that lapse on days, by the standard that carries it (empty: none)."""
    days = sorted({day for day, _ in moved})
    held = {(day, name): items for day, name, items in work.rows(_HELD_LAPSES, run=run, viewers=key, days=days)}
    new = []
    for (day, name), number in moved.items():
        before = held.get((day, name), 0)
        if before:
            work.run(_FORGET_LAPSE, run=run, viewers=key, last_day=day, standard=name)
        if before + number:
            new.append((day, name, before + number))
    write_lapses(work, run, key, new)


def lapses_of(work: UnitOfWork, run: int, before: date, after: int, most: int) -> list[Lapse]:
    """What lapses before a day for exactly those who read, by day and standard; so many after so many."""
    rows = work.rows(_LAPSES, run=run, viewers=key_of(work.viewers), before=day_number(before), after=after, most=most)
    return [Lapse(last_day=day_of(day), standard=name or None, items=items) for day, name, items in rows]


def lapses_by_day(work: UnitOfWork, run: int, before: date) -> list[tuple[date, bool, int]]:
    """How many items lapse on each day before one, by whether a standard carries that."""
    rows = work.rows(_BY_DAY, run=run, viewers=key_of(work.viewers), before=day_number(before))
    return [(day_of(day), bool(carried), items) for day, carried, items in rows]


def carriers_of(work: UnitOfWork, run: int, before: date, most: int) -> list[tuple[str, int]]:
    """The standards that carry most of what lapses before a day, with how many items."""
    rows = work.rows(_CARRIERS, run=run, viewers=key_of(work.viewers), before=day_number(before), most=most)
    return [(name, items) for name, items in rows]


def places_of_points(work: UnitOfWork, known_at: datetime) -> list[tuple[str, str, str | None, int]]:
    """Where metering points stand: the point, its organization, energy and level."""
    return list(map(tuple, work.rows(_POINTS, known_at=instant_number(known_at))))


def holders_of(work: UnitOfWork, section: str, recording: int) -> list[tuple[str, str]]:
    """Which organization held which item or metering point after a recording, organization by organization."""
    return list(map(tuple, work.rows(_HOLDERS, section=section, recording=recording)))


def users_of_standards(work: UnitOfWork) -> dict[str, str]:
    """Of each item that one organization alone uses to calibrate, that organization."""
    return {item: first for item, first, last in work.rows(_USERS) if first == last}


def districts_of(work: UnitOfWork, organizations: Iterable[str], day: date, known_at: datetime) -> dict[str, str]:
    """The district of each organization, as far as it is told: the area of its unit (registry.review)."""
    return {name: unit.area for name, unit in units_among(work, organizations, (day, known_at)).items()}


def latest_point(known_at: Any) -> Any:
    """The condition that a row is the latest known version of its metering point."""
    newer = _points.alias("newer")
    is_newer = (newer.c.id == _points.c.id) & (newer.c.recorded_at > _points.c.recorded_at)
    return (
        (_points.c.recorded_at <= known_at)
        & is_kept("metering_points", _points.c.entry)
        & ~exists().where(is_newer, newer.c.recorded_at <= known_at, is_kept("metering_points", newer.c.entry))
    )


def serves(day: Any, known_at: Any) -> Any:
    """The condition that a row of a metering point's latest version holds on a day."""
    return and_(
        latest_point(known_at),
        or_(_branches.c.start.is_(None), _branches.c.start <= day),
        or_(_branches.c.until.is_(None), _branches.c.until >= day),
    )


def _forget(table: Any, _: Spelling) -> Delete:
    return delete(table).where(table.c.run == bindparam("run"))


def _forget_past(table: Any, _: Spelling) -> Delete:
    past = select(_runs.c.entry).where(_runs.c.state == bindparam("past"))
    return delete(table).where(table.c.run.in_(past))


_READ = Query(
    lambda _: select(_summaries.c.content).where(
        _summaries.c.run == bindparam("run"), _summaries.c.viewers == bindparam("viewers")
    )
)
_FORGET = tuple(Query(partial(_forget, table)) for table in _SUMS)
_FORGET_PAST = tuple(Query(partial(_forget_past, table)) for table in _SUMS)
_FORGET_ONE = Query(
    lambda _: delete(_summaries).where(_summaries.c.run == bindparam("run"), _summaries.c.viewers == bindparam("viewers"))
)
_KEYS = Query(lambda _: select(_summaries.c.viewers).where(_summaries.c.run == bindparam("run")))
_OF_VIEWERS = (_lapses.c.run == bindparam("run"), _lapses.c.viewers == bindparam("viewers"))
_SOON = (*_OF_VIEWERS, _lapses.c.last_day < bindparam("before"))
_LAPSE_COLUMNS: tuple[Any, ...] = (_lapses.c.last_day, _lapses.c.standard, _lapses.c["items"])
_IN_ALL = func.sum(_lapses.c["items"]).label("in_all")
_IS_CARRIED: Any = case((_lapses.c.standard == "", 0), else_=1)
_FORGET_LAPSE = Query(
    lambda _: delete(_lapses).where(
        *_OF_VIEWERS, _lapses.c.last_day == bindparam("last_day"), _lapses.c.standard == bindparam("standard")
    )
)
_HELD_LAPSES = Query(lambda spelling: select(*_LAPSE_COLUMNS).where(*_OF_VIEWERS, spelling.among(_lapses.c.last_day, "days")))
_LAPSES = Query(
    lambda _: (
        select(*_LAPSE_COLUMNS)
        .where(*_SOON)
        .order_by(_lapses.c.last_day, _lapses.c.standard)
        .limit(bindparam("most"))
        .offset(bindparam("after"))
    )
)
_BY_DAY = Query(
    lambda _: (
        select(_lapses.c.last_day, _IS_CARRIED, _IN_ALL)
        .where(*_SOON)
        .group_by(_lapses.c.last_day, _IS_CARRIED)
        .order_by(_lapses.c.last_day, _IS_CARRIED)
    )
)
_CARRIERS = Query(
    lambda _: (
        select(_lapses.c.standard, _IN_ALL)
        .where(*_SOON, _lapses.c.standard != "")
        .group_by(_lapses.c.standard)
        .order_by(_IN_ALL.desc(), _lapses.c.standard)
        .limit(bindparam("most"))
    )
)
_POINTS = Query(
    lambda _: select(_points.c.id, _points.c.organization, _points.c.energy, _points.c.level).where(
        latest_point(bindparam("known_at"))
    )
)
_HOLDERS = Query(
    lambda _: (
        select(_holdings.c.organization, _holdings.c.id)
        .where(_holdings.c.section == bindparam("section"), _holdings.c.recording <= bindparam("recording"))
        .order_by(_holdings.c.organization, _holdings.c.id)
    )
)
_USERS = Query(
    lambda _: (
        select(_references.c.item, func.min(_certificates.c.issuer), func.max(_certificates.c.issuer))
        .select_from(_references.join(_certificates, _certificates.c.entry == _references.c.certificate_entry))
        .group_by(_references.c.item)
        .order_by(_references.c.item)
    )
)
