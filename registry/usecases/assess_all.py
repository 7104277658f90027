"""The verdict on every item of the registry at once: from the database or a snapshot of it to answers as Arrow."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from registry.columns import instant_number
from registry.repositories.sheets import Version, reading
from registry.unit_of_work import Store
from traceability.fleet.answers import assess_all as answers_of
from traceability.fleet.columns import Fleet
from traceability.fleet.encode import encode
from traceability.fleet.snapshot import LATEST, VERSION, batch_of, fleet_of
from traceability.policy import Policy

SNAPSHOTS = "fleet"  # The folder of the data folder in which snapshots are kept.

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


class Loaded(NamedTuple):
    """A registry as columns, and the state of the store that they are of."""

    fleet: Fleet
    version: Version


def load_fleet(store: Store, known_at: datetime, snapshots: Path | None = None, tell: Told = _untold) -> Fleet:
    """The registry as known at an instant, as columns.

    They come from the snapshot of the folder when nothing was recorded since it was made and it holds all that was known then.
    """
    return load(store, known_at, snapshots, tell).fleet


def load(store: Store, known_at: datetime, snapshots: Path | None = None, tell: Told = _untold) -> Loaded:
    """The same, with the state of the store."""
    with reading(store.engine) as opened:
        version, moment = opened.version(), instant_number(known_at)
        path = None if snapshots is None else _path(snapshots, store)
        kept = None if path is None else _kept(path, version, moment)
        if kept is not None:
            return Loaded(kept, version)
        tell("load")
        latest = opened.latest()
        sheets = opened.sheets(moment)
    tell("encode")
    fleet = encode(sheets)
    if path is not None and latest <= moment:
        _keep(path, fleet, version, latest)
    return Loaded(fleet, version)


def _path(folder: Path, store: Store) -> Path:
    """The file for a store: named after its address, which it does not tell."""
    address = store.engine.url.render_as_string(hide_password=False)
    return folder / f"fleet-{hashlib.sha256(address.encode()).hexdigest()[:16]}.arrow"


def _kept(path: Path, version: Version, moment: int) -> Fleet | None:
    """The fleet of a snapshot, if it is of this version and everything in it was known at the moment."""
    try:
        with pa.memory_map(str(path)) as source:
            batch = pa.ipc.open_file(source).get_batch(0)
    except (OSError, pa.ArrowInvalid):  # There is none, or a file that was cut off: it is made anew.
        return None
    facts = batch.schema.metadata or {}
    if facts.get(VERSION) != _text(version) or int(facts.get(LATEST, b"0")) > moment:
        return None
    return fleet_of(batch)


def _keep(path: Path, fleet: Fleet, version: Version, latest: int) -> None:
    """Write a snapshot; it takes the place of the one before in one step."""
    batch = batch_of(fleet)
    facts = {**(batch.schema.metadata or {}), VERSION: _text(version), LATEST: str(latest).encode()}
    batch = batch.replace_schema_metadata(facts)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    with pa.OSFile(str(written), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    written.replace(path)


def _text(version: Version) -> bytes:
    return f"{version.recording} {version.stored_at}".encode()
