"""Lists of kept answers by what a dashboard shows: status, place, and the last day on which they are good."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, select

from registry.columns import day_number, instant_number
from registry.fleet_tables import FleetAnswers, TargetKind
from registry.queries import Query, Spelling
from registry.repositories.fleet_answers import FleetAnswer, answer_of, is_seen
from registry.repositories.fleet_summaries import latest_point, serves
from registry.repositories.review import units_in
from registry.table_parts import table_of
from registry.tables import Branches, MeteringPoints
from registry.unit_of_work import UnitOfWork
from traceability.verdict import Status

_answers = table_of(FleetAnswers)
_branches = table_of(Branches)
_points = table_of(MeteringPoints)


class Wanted(NamedTuple):
    """Which items, or metering points, a list is of; None and empty: any. `level` 0: items that serve no metering point.

    `good_from`, `good_until`: the last day on which they are good lies between these.
    """

    status: Status | None = None
    district: str = ""
    energy: str = ""
    level: int | None = None
    good_from: date | None = None
    good_until: date | None = None
    kind: TargetKind = TargetKind.ITEM


class Among(NamedTuple):
    """Which answers a list is of: those of a run, for its day and what was known, of what the viewers hold (None: all)."""

    run: int
    as_of: date
    known_at: datetime
    viewers: list[str] | None


def targets_wanted(work: UnitOfWork, among: Among, wanted: Wanted, *, after: str, most: int) -> list[FleetAnswer]:
    """The answers for items, or metering points, by id, so many after one.

    Which points an item serves is looked up among all points, as for the sums: the work is to see everything.
    """
    units = units_in(work, wanted.district, (among.as_of, among.known_at)) if wanted.district else []
    values: dict[str, Any] = {
        "run": among.run,
        "after": after,
        "most": most,
        "kind": wanted.kind.value,
        "status": None if wanted.status is None else wanted.status.value,
        "energy": wanted.energy,
        "level": wanted.level,
        "organizations": sorted(unit.organization for unit in units),
        "good_from": None if wanted.good_from is None else day_number(wanted.good_from),
        "good_until": None if wanted.good_until is None else day_number(wanted.good_until),
        "day": day_number(among.as_of),
        "known_at": instant_number(among.known_at),
        "viewers": among.viewers,
    }
    asked = frozenset(
        name
        for name, is_asked in (
            ("status", wanted.status is not None),
            ("organizations", bool(wanted.district)),
            ("energy", bool(wanted.energy)),
            ("level", bool(wanted.level)),
            ("nowhere", wanted.level == 0),
            ("good_from", wanted.good_from is not None),
            ("good_until", wanted.good_until is not None),
            ("viewers", among.viewers is not None),
            ("points", wanted.kind is TargetKind.METERING_POINT),
        )
        if is_asked
    )
    is_placed = asked & {"organizations", "energy", "level", "nowhere"}
    named = (asked - {"nowhere", "points"}) | {"run", "after", "most", "kind"}
    named |= ({"known_at"} if "points" in asked else {"day", "known_at"}) if is_placed else set()
    return [answer_of(row) for row in work.rows(_query(asked), **{name: values[name] for name in named})]


@lru_cache(maxsize=512)  # As many as there are ways to ask.
def _query(asked: frozenset[str]) -> Query:
    return Query(lambda spelling: _listed(spelling, asked))


def _listed(spelling: Spelling, asked: frozenset[str]) -> Select[Any]:
    this = _answers.c
    rows = select(*(this[name] for name in FleetAnswer._fields)).where(
        this.run == bindparam("run"), this.kind == bindparam("kind"), this.target > bindparam("after")
    )
    if "status" in asked:
        rows = rows.where(this.status == bindparam("status"))
    if "good_from" in asked:
        rows = rows.where(this.traceable_until >= bindparam("good_from"))
    if "good_until" in asked:
        rows = rows.where(this.traceable_until <= bindparam("good_until"))
    placed = asked & {"organizations", "energy", "level"}
    if placed:
        rows = rows.where(_stands(spelling, placed) if "points" in asked else _serves(spelling, placed))
    if "nowhere" in asked:  # A metering point is always somewhere.
        rows = rows.where(~(_stands if "points" in asked else _serves)(spelling, frozenset()))
    if "viewers" in asked:
        rows = rows.where(is_seen(spelling))
    return rows.order_by(this.target).limit(bindparam("most"))


def _serves(spelling: Spelling, placed: frozenset[str]) -> Any:
    """Whether an item serves a metering point, of such a kind."""
    joined = _branches.join(_points, _points.c.entry == _branches.c.metering_point_entry)
    conditions = [
        _branches.c.item == _answers.c.target,
        serves(bindparam("day"), bindparam("known_at")),
    ]
    return exists(select(_branches.c.item).select_from(joined).where(*conditions, *_placed(spelling, placed)))


def _stands(spelling: Spelling, placed: frozenset[str]) -> Any:
    """Whether a metering point stands in such a place."""
    conditions = _points.c.id == _answers.c.target, latest_point(bindparam("known_at"))
    return exists(select(_points.c.id).where(*conditions, *_placed(spelling, placed)))


def _placed(spelling: Spelling, placed: frozenset[str]) -> list[Any]:
    conditions: list[Any] = [_points.c[name] == bindparam(name) for name in ("energy", "level") if name in placed]
    if "organizations" in placed:
        conditions.append(spelling.among(_points.c.organization, "organizations"))
    return conditions
