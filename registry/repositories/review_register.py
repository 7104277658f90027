"""Inspectors, and conflicts of interest: rows appended; of those about one inspector, or one with a unit, the last counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, bindparam, exists, or_, select

from registry.account_tables import RecordingOrigins
from registry.columns import instant_of
from registry.queries import Query, Spelling
from registry.review.facts import EVERYWHERE
from registry.review.register import DeclaredConflict, RegisteredInspector
from registry.review_plan_tables import ReviewConflicts, ReviewRegister
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

MOST_INSPECTORS = 2_000  # Of all registers that are read together.
MOST_CONFLICTS = 100_000

_register = table_of(ReviewRegister)
_conflicts = table_of(ReviewConflicts)
_recordings = table_of(Recordings)
_origins = table_of(RecordingOrigins)

_INSPECTORS: msgspec.json.Decoder[RegisteredInspector] = msgspec.json.Decoder(RegisteredInspector)
_DECLARED: msgspec.json.Decoder[DeclaredConflict] = msgspec.json.Decoder(DeclaredConflict)


class Taken(NamedTuple):
    """Who recorded something, and when."""

    by: str
    person: str | None
    at: datetime


class KeptConflict(NamedTuple):
    """A conflict of interest as it was recorded last, with by whom."""

    conflict: DeclaredConflict
    taken: Taken


def taken(row: Iterable[Any]) -> Taken:
    """Who recorded a row: the columns of `takers`."""
    by, person, at = row
    moment = instant_of(at)
    if moment is None:  # pragma: no cover - a recording always says when it was stored.
        raise ValueError("a recording without an instant")
    return Taken(by, person, moment)


def with_takers(table: Any) -> tuple[FromClause, tuple[ColumnElement[Any], ...]]:
    """A table with its recordings, and the columns that `taken` reads."""
    source = table.join(_recordings, _recordings.c.entry == table.c.recording)
    source = source.outerjoin(_origins, _origins.c.recording == table.c.recording)
    return source, (_recordings.c.recorded_by, _origins.c.person, _recordings.c.stored_at)


def inspectors_of(work: UnitOfWork, area: str) -> list[RegisteredInspector]:
    """The register of an area (EVERYWHERE: of the city itself), in the order of numbers, whenever they count."""
    rows = work.rows(_OF_AREA, area=area, most=MOST_INSPECTORS)
    return [_INSPECTORS.decode(content) for (content,) in rows]


def inspectors_seen(work: UnitOfWork, area: str | None, person: str | None) -> list[RegisteredInspector]:
    """What somebody sees of the registers: all for EVERYWHERE, those of an area, and what stands there of the person."""
    rows = work.rows(_SEEN, everything=int(area == EVERYWHERE), area=area or "", person=person or "", most=MOST_INSPECTORS)
    return [_INSPECTORS.decode(content) for (content,) in rows]


def inspector_with(work: UnitOfWork, area: str, number: str) -> RegisteredInspector | None:
    """The inspector with a number in the register of an area."""
    rows = work.rows(_WITH_NUMBER, area=area, number=number)
    return _INSPECTORS.decode(rows[0][0]) if rows else None


def conflicts_of(work: UnitOfWork, area: str) -> list[KeptConflict]:
    """The conflicts of interest of the inspectors of an area's register, in the order of numbers and units."""
    return [KeptConflict(_DECLARED.decode(content), taken(who)) for content, *who in _conflict_rows(work, area)]


def add_inspector(work: UnitOfWork, inspector: RegisteredInspector, recording: int) -> None:
    """Let an inspector be known like this from now on."""
    head = (work.allot(ReviewRegister), inspector.area, inspector.number, inspector.person, inspector.organization)
    work.append(ReviewRegister, [(*head, _written(inspector), recording)])


def add_conflict(work: UnitOfWork, conflict: DeclaredConflict, recording: int) -> None:
    """Let a conflict of interest be known like this from now on."""
    head = (work.allot(ReviewConflicts), conflict.area, conflict.number, conflict.organization)
    work.append(ReviewConflicts, [(*head, _written(conflict), recording)])


def _conflict_rows(work: UnitOfWork, area: str) -> list[Any]:
    return work.rows(_CONFLICTS, area=area, most=MOST_CONFLICTS)


def _written(told: msgspec.Struct) -> str:
    return msgspec.json.encode(told, order="deterministic").decode()


def _is_last(table: Any, *keys: str) -> ColumnElement[bool]:
    later = table.alias("later")
    same = [later.c[key] == table.c[key] for key in keys]
    return ~exists().where(*same, later.c.entry > table.c.entry)


def _inspectors(*conditions: ColumnElement[bool]) -> Select[Any]:
    counting = _is_last(_register, "area", "number")
    listed = select(_register.c.content).where(counting, *conditions)
    return listed.order_by(_register.c.area, _register.c.number).limit(bindparam("most"))


def _conflicts_of(_: Spelling) -> Select[Any]:
    source, takers = with_takers(_conflicts)
    counting = _is_last(_conflicts, "area", "number", "organization")
    listed = select(_conflicts.c.content, *takers).select_from(source).where(counting, _conflicts.c.area == bindparam("area"))
    return listed.order_by(_conflicts.c.number, _conflicts.c.organization).limit(bindparam("most"))


_OF_AREA = Query(lambda _: _inspectors(_register.c.area == bindparam("area")))
_SEEN = Query(
    lambda _: _inspectors(
        or_(
            bindparam("everything") == 1,
            _register.c.area == bindparam("area"),
            _register.c.person == bindparam("person"),
        )
    )
)
_WITH_NUMBER = Query(
    lambda _: (
        select(_register.c.content)
        .where(_register.c.area == bindparam("area"), _register.c.number == bindparam("number"))
        .order_by(_register.c.entry.desc())
        .limit(1)
    )
)
_CONFLICTS = Query(_conflicts_of)
