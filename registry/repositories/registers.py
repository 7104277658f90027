"""The registers of pilots and carbon-metering centres: read with their steps and capabilities, appended to."""

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, func, select

from registry.columns import day_number, day_of, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.register_tables import RegisterCapabilities, RegisterEntries, RegisterSteps
from registry.registers import Capability, NewRegistered, NewStep, Registered, RegisterKind, RegisterState, ToldStep
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

MOST = 5_000  # Of a whole register: a country has some hundreds.

_entries = table_of(RegisterEntries)
_steps = table_of(RegisterSteps)
_capabilities = table_of(RegisterCapabilities)
_recordings = table_of(Recordings)
_numbers = msgspec.json.Encoder(decimal_format="string", order="deterministic")
_CAPABILITIES: msgspec.json.Decoder[tuple[Capability, ...]] = msgspec.json.Decoder(tuple[Capability, ...])
_SECTORS: msgspec.json.Decoder[tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...])


def all_registered(work: UnitOfWork) -> list[Registered]:
    """All pilots and centres, in the order in which they were listed."""
    return _whole(work, work.rows(_ALL, most=MOST))


def registered_with(work: UnitOfWork, id_: str) -> Registered | None:
    """The pilot or centre with an id."""
    return next(iter(_whole(work, work.rows(_WITH_ID, id=id_))), None)


def add_registered(work: UnitOfWork, id_: str, new: NewRegistered, recording: int) -> int:
    """List a pilot or centre; its running number."""
    entry = work.allot(RegisterEntries)
    sectors = _numbers.encode(new.sectors).decode()
    work.append(RegisterEntries, [(entry, id_, new.kind.value, new.title, new.organization, new.area, sectors, recording)])
    return entry


def add_step(work: UnitOfWork, entry: int, number: int, step: NewStep, recording: int) -> None:
    """Say that a state was reached."""
    row = (work.allot(RegisterSteps), entry, number, step.state.value, day_number(step.on), step.document, step.note, recording)
    work.append(RegisterSteps, [row])


def add_capabilities(work: UnitOfWork, entry: int, capabilities: tuple[Capability, ...], recording: int) -> None:
    """Say what it can do, in place of what was said before."""
    content = _numbers.encode(capabilities).decode()
    work.append(RegisterCapabilities, [(work.allot(RegisterCapabilities), entry, content, recording)])


def _whole(work: UnitOfWork, rows: list[Row]) -> list[Registered]:
    named = [row[0] for row in rows]
    if not named:
        return []
    steps: dict[int, list[ToldStep]] = {}
    for entry, *step in work.rows(_OF_STEPS, named=named):
        steps.setdefault(entry, []).append(_step(step))
    told = {entry: _CAPABILITIES.decode(content) for entry, content in work.rows(_OF_CAPABILITIES, named=named)}
    return [_registered(row, steps.get(row[0], []), told.get(row[0], ())) for row in rows]


def _registered(row: Row, steps: list[ToldStep], capabilities: tuple[Capability, ...]) -> Registered:
    entry, id_, kind, title, organization, area, sectors = row
    return Registered(
        entry=entry,
        id=id_,
        kind=RegisterKind(kind),
        title=title,
        organization=organization,
        area=area,
        sectors=_SECTORS.decode(sectors),
        steps=tuple(steps),
        capabilities=capabilities,
    )


def _step(row: list[Any]) -> ToldStep:
    state, on, document, note, by, at = row
    moment = instant_of(at)
    if moment is None:  # pragma: no cover - a recording always says when it was.
        raise ValueError("a recording without an instant")
    day: date = day_of(on)
    return ToldStep(state=RegisterState(state), on=day, document=document, note=note, by=by, at=moment)


_COLUMNS = tuple(_entries.c[name] for name in ("entry", "id", "kind", "title", "organization", "area", "sectors"))


def _of_steps(spelling: Spelling) -> Select[Any]:
    joined = _steps.join(_recordings, _recordings.c.entry == _steps.c.recording)
    columns = (_steps.c[name] for name in ("register_entry", "state", "happened_on", "document", "note"))
    rows = select(*columns, _recordings.c.recorded_by, _recordings.c.stored_at).select_from(joined)
    return rows.where(spelling.among(_steps.c.register_entry, "named")).order_by(_steps.c.register_entry, _steps.c.number)


def _of_capabilities(spelling: Spelling) -> Select[Any]:
    last = select(func.max(_capabilities.c.entry)).group_by(_capabilities.c.register_entry)
    rows = select(_capabilities.c.register_entry, _capabilities.c.content)
    return rows.where(_capabilities.c.entry.in_(last), spelling.among(_capabilities.c.register_entry, "named"))


_ALL = Query(lambda _: select(*_COLUMNS).order_by(_entries.c.entry).limit(bindparam("most")))
_WITH_ID = Query(lambda _: select(*_COLUMNS).where(_entries.c.id == bindparam("id")))
_OF_STEPS, _OF_CAPABILITIES = Query(_of_steps), Query(_of_capabilities)
