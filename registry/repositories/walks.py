"""Walks: which records a list goes through, in its order and from any place on, for those who may see them.

Every walk is a range of an index, so its first rows cost the same however large the store is. What an organization holds is
walked in its own holdings, never in the table of all: others' records cost it nothing.
"""

from collections.abc import Mapping
from functools import cache
from heapq import merge
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, bindparam, literal_column, select, tuple_, union

from registry.account_tables import Holdings
from registry.queries import Query, Spelling
from registry.repositories.holdings import is_held
from registry.repositories.sections import SECTION_TABLES
from registry.table_parts import table_of
from registry.tables import Certificates, ItemAliases, Items
from registry.unit_of_work import UnitOfWork

LAST = "\U0010ffff"  # The last code point: everything that begins with a text lies before the text followed by it.

# The lists that are in the order of a day, and the column that holds it; all others are in the order of ids.
DAYS = {"certificates": "calibrated_on", "events": "happened_on"}

_IN_ORDER = {"kind"}  # Keys with many records each, whose index goes on by id.

_holdings = table_of(Holdings)


class Place(NamedTuple):
    """A place in a list: of lists by day the day (as stored) and the id, of all others the id alone, with day 0."""

    day: int
    id: str


BEGINNING = Place(-(2**31), "")
END = Place(2**31 - 1, LAST * 256)


class Walk(NamedTuple):
    """What to walk through. `key`: a column that holds a value (`values["key"]`), which narrows the walk to an index of it.

    `is_backwards`: the newest day first. `values`: of the query besides the place.
    """

    section: str
    key: str | None
    is_backwards: bool
    values: Mapping[str, Any]


def walked(work: UnitOfWork, walk: Walk, after: Place, most: int) -> list[Place]:
    """The next places of a walk, in its order; fewer than `most` only at its end. Viewers are walked one by one and merged."""
    viewers = work.viewers
    values = {**walk.values, **_bounds(walk, after), "most": most}
    if viewers is None or walk.key is not None:
        query = _through_all(walk.section, walk.key, walk.is_backwards, viewers is not None)
        return [Place(*row) for row in work.rows(query, **values, viewers=viewers or [])]
    query = _through_holdings(walk.section, walk.is_backwards)
    found = work.gather([(query, {**values, "viewer": viewer, "section": walk.section}) for viewer in viewers])
    merged = merge(*found, reverse=walk.is_backwards)
    return [Place(*row) for row in dict.fromkeys(merged)][:most]


def _bounds(walk: Walk, after: Place) -> dict[str, Any]:
    """Where to begin: one bound, as an engine that is given two may choose the one that narrows nothing."""
    if walk.section not in DAYS:
        return {"start": max(walk.values["start"], after.id), "after": after.id}
    first, last = Place(walk.values["first"], ""), Place(walk.values["last"], END.id)
    day, id_ = min(after, last) if walk.is_backwards else max(after, first)
    return {"day": day, "after": id_}


@cache
def _through_holdings(section: str, is_backwards: bool) -> Query:  # noqa: FBT001 - a part of the cache's key.
    """What one organization holds of a list."""

    def build(_: Spelling) -> Select[Any]:
        of_viewer = (_holdings.c.organization == bindparam("viewer"), _holdings.c.section == bindparam("section"))
        if section in DAYS:
            return _onward(_holdings.c.day, _holdings.c.id, is_backwards).where(*of_viewer, _holdings.c.day.is_not(None))
        return _onward(None, _holdings.c.id, is_backwards).where(*of_viewer)

    return Query(build)


@cache
def _through_all(section: str, key: str | None, is_backwards: bool, is_walled: bool) -> Query:  # noqa: FBT001
    """All of a list, or what holds a value in a column; narrowed to what viewers hold where there are any."""

    def build(spelling: Spelling) -> Select[Any]:
        table = table_of(SECTION_TABLES[section].table)
        day: ColumnElement[Any] | None = table.c[DAYS[section]] if section in DAYS else None
        id_: ColumnElement[Any] = table.c.id
        conditions = []
        if key in _IN_ORDER:
            conditions.append(table.c[key] == bindparam("key"))
        elif key is not None:
            # Found first and put in order then: a planner that follows the order instead walks through everything.
            columns = [id_.label("id"), *([] if day is None else [day.label("day")])]
            found: CTE = select(*columns).where(table.c[key] == bindparam("key")).cte("found")
            found = found.prefix_with("MATERIALIZED", dialect="postgresql")
            day, id_ = None if day is None else found.c.day, found.c.id
        if is_walled:
            conditions.append(is_held(spelling, section, id_))
        return _onward(day, id_, is_backwards).where(*conditions)

    return Query(build)


def _onward(day: ColumnElement[Any] | None, id_: ColumnElement[Any], is_backwards: bool) -> Select[Any]:  # noqa: FBT001
    """The rows after a place, in order."""
    if day is None:
        within: tuple[ColumnElement[bool], ...] = (
            id_ >= bindparam("start"),
            id_ != bindparam("after"),
            id_ < bindparam("end"),
        )
        by_id: Select[Any] = select(literal_column("0"), id_).where(*within)
        return by_id.distinct().order_by(id_).limit(bindparam("most"))
    place, given = tuple_(day, id_), tuple_(bindparam("day"), bindparam("after"))
    statement: Select[Any] = select(day, id_).limit(bindparam("most"))
    if is_backwards:
        return statement.where(place < given, day >= bindparam("first")).order_by(day.desc(), id_.desc())
    return statement.where(place > given, day <= bindparam("last")).order_by(day, id_)


def with_prefix(work: UnitOfWork, section: str, start: str, after: Place, most: int) -> list[Place]:
    """Records of a list, in the order of ids, whose id begins with a text."""
    values = {"start": start, "end": start + LAST}
    if section not in DAYS:
        return walked(work, Walk(section, None, is_backwards=False, values=values), after, most)
    viewers = work.viewers
    asked = {"start": max(start, after.id), "end": start + LAST, "after": after.id, "most": most, "section": section}
    if viewers is None:
        found = [work.rows(_ids_of_all(section), **asked)]
    else:
        found = work.gather([(_IDS_OF_HOLDINGS, {**asked, "viewer": viewer}) for viewer in viewers])
    return [Place(*row) for row in dict.fromkeys(merge(*found))][:most]


@cache
def _ids_of_all(section: str) -> Query:
    return Query(lambda _: _onward(None, table_of(SECTION_TABLES[section].table).c.id, is_backwards=False))


def _ids_of_holdings(_: Spelling) -> Select[Any]:
    of_viewer = (_holdings.c.organization == bindparam("viewer"), _holdings.c.section == bindparam("section"))
    return _onward(None, _holdings.c.id, is_backwards=False).where(*of_viewer)


_IDS_OF_HOLDINGS = Query(_ids_of_holdings)


def named(work: UnitOfWork, start: str, key: str, after: Place, most: int) -> list[Place]:
    """Items by what is printed on them: the id begins with `start`, or a serial, certificate or asset number is `key`."""
    by_id = [place.id for place in with_prefix(work, "items", start, after, most)]
    values = {"key": key, "after": after.id, "most": most, "viewers": work.viewers or []}
    by_number = [id_ for (id_,) in work.rows(_BY_NUMBER[work.viewers is not None], **values)]
    return [Place(0, id_) for id_ in sorted({*by_id, *by_number})[:most]]


def _by_number(is_walled: bool) -> Query:  # noqa: FBT001
    columns = (
        (table_of(Items).c.id, table_of(Items).c.serial_key),
        (table_of(Certificates).c.item, table_of(Certificates).c.number_key),
        (table_of(ItemAliases).c.item, table_of(ItemAliases).c.value_key),
    )

    def build(spelling: Spelling) -> Select[Any]:
        found = union(*(select(item.label("id")).where(number == bindparam("key")) for item, number in columns)).cte("found")
        statement = select(found.c.id).where(found.c.id > bindparam("after")).order_by(found.c.id).limit(bindparam("most"))
        return statement.where(is_held(spelling, "items", found.c.id)) if is_walled else statement

    return Query(build)


_BY_NUMBER = {is_walled: _by_number(is_walled) for is_walled in (False, True)}
