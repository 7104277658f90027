"""The verdict on every item and metering point at once: from the database or a snapshot of it to answers as Arrow."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from registry.columns import LATEST, instant_number
from registry.fleet_snapshots import Snapshots, State, Tables
from registry.fleet_tables import TargetKind
from registry.repositories.sheets import Reading, Since, Version, reading, sheet_of
from registry.unit_of_work import Store
from traceability.fleet.answers import SCHEMA
from traceability.fleet.answers import assess_all as answers_of
from traceability.fleet.columns import Fleet
from traceability.fleet.encode import encode
from traceability.fleet.point_answers import Everything
from traceability.fleet.point_answers import assess_everything as answers_of_everything
from traceability.fleet.points import Points, encode_points
from traceability.policy import Policy

SNAPSHOTS = "fleet"  # The folder of the data folder in which snapshots are kept.

# The answers for items and metering points together: `item` is the target, `kind` what it is (TargetKind).
ANSWERS = SCHEMA.insert(1, pa.field("kind", pa.dictionary(pa.int8(), pa.string())))

Told = Callable[[str], None]


def _untold(_step: str) -> None:
    """Nobody wants to know."""


def assess_all(
    store: Store, as_of: date, known_at: datetime, policy: Policy, snapshots: Path | None = None, tell: Told = _untold
) -> pa.Table:
    """What `assess` answers for every item known, one row each (traceability.fleet.answers.SCHEMA).

    `snapshots`: a folder where the columns of the registry are kept for the next question. `tell` hears the name of each
    step as it begins: `load`, `encode`, `assess`.
    """
    fleet = load_fleet(store, known_at, snapshots, tell)
    tell("assess")
    return answers_of(fleet, as_of, policy)


def assess_everything(
    store: Store, as_of: date, known_at: datetime, policy: Policy, snapshots: Path | None = None, tell: Told = _untold
) -> Everything:
    """The same, and for every metering point known."""
    points = load_points(store, known_at, snapshots, tell).points
    tell("assess")
    return answers_of_everything(points, as_of, policy)


def of_kind(answers: pa.Table, kind: TargetKind) -> pa.Table:
    """Rows about targets (in the column `item`), with the column behind it that tells what these are."""
    numbers = pa.repeat(pa.scalar(list(TargetKind).index(kind), pa.int8()), len(answers))
    return answers.add_column(1, "kind", pa.DictionaryArray.from_arrays(numbers, pa.array([each.value for each in TargetKind])))


class Loaded(NamedTuple):
    """A registry as columns, and the state of the store that they are of."""

    fleet: Fleet
    version: Version


def load_fleet(store: Store, known_at: datetime, snapshots: Path | None = None, tell: Told = _untold) -> Fleet:
    """The registry as known at an instant, as columns.

    They come from the snapshot of the folder when nothing was recorded since it was made and it holds all that was known then.
    After a few recordings only what is new is read from the database.
    """
    return load(store, known_at, snapshots, tell).fleet


def load(store: Store, known_at: datetime, snapshots: Path | None = None, tell: Told = _untold) -> Loaded:
    """The same, with the state of the store."""
    moment = instant_number(known_at)
    kept = None if snapshots is None else Snapshots(snapshots, store)
    with reading(store.engine) as opened:
        found = _found(opened, moment, kept, tell)
    return found if isinstance(found, Loaded) else _encoded(found, moment, kept, tell)


class LoadedPoints(NamedTuple):
    """Items and metering points as columns, and the state of the store that they are of."""

    points: Points
    version: Version


def load_points(store: Store, known_at: datetime, snapshots: Path | None = None, tell: Told = _untold) -> LoadedPoints:
    """The same, with the metering points, which are read from the database each time."""
    moment = instant_number(known_at)
    kept = None if snapshots is None else Snapshots(snapshots, store)
    with reading(store.engine) as opened:
        found = _found(opened, moment, kept, tell)
        sheets = opened.point_sheets(moment)
    loaded = found if isinstance(found, Loaded) else _encoded(found, moment, kept, tell)
    return LoadedPoints(encode_points(loaded.fleet, sheets), loaded.version)


def _found(opened: Reading, moment: int, kept: Snapshots | None, tell: Told) -> Loaded | Tables:
    """The columns that are kept, or the tables to make them of."""
    version = opened.version()
    fleet = None if kept is None else kept.fleet(version, moment)
    if fleet is not None:
        return Loaded(fleet, version)
    tell("load")
    if kept is None:  # Nobody asks from when on these rows are all that is known.
        return Tables(rows=opened.all_rows(moment), state=State(version, opened.ends(), LATEST))
    return _tables(opened, version, moment, kept.tables())


def _encoded(tables: Tables, moment: int, kept: Snapshots | None, tell: Told) -> Loaded:
    tell("encode")
    fleet = encode({name: sheet_of(name, rows) for name, rows in tables.rows.items()})
    if kept is not None and tables.state.latest <= moment:
        kept.keep(fleet, tables)
    return Loaded(fleet, tables.state.version)


def _tables(opened: Reading, version: Version, moment: int, kept: Tables | None) -> Tables:
    """All rows known: those kept and what was recorded since, or, where these do not fit together, all from the database."""
    state = None if kept is None else kept.state
    if kept is not None and state is not None and state.latest <= moment and opened.is_after(state.version):
        since = Since(state.version, state.ends)
        latest = max(state.latest, opened.latest(since))
        if latest <= moment:
            return kept.with_new(opened.all_rows(moment, since), State(version, opened.ends(), latest))
    return Tables(rows=opened.all_rows(moment), state=State(version, opened.ends(), opened.latest()))
