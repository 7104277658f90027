"""What was read of a registry, kept in files for the next question: its columns, and the tables that they were made of.

The columns answer as long as nothing is recorded. After that the tables spare reading everything again: what was recorded
since is put behind them (docs/decisions/0052). Files are replaced in one step and may be deleted at any time.
"""

import hashlib
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
from filelock import FileLock, Timeout

from registry.repositories.sheets import MORE_COLUMNS, Ends, Version
from registry.unit_of_work import Store
from traceability.fleet.codes import with_one_dictionary
from traceability.fleet.columns import Fleet
from traceability.fleet.sheets import SHEETS
from traceability.fleet.snapshot import LATEST, VERSION, batch_of, fleet_of

_MOST_PIECES = 16  # Of each table; then they are put together, so that reading does not become slow.
_LAYOUT = hashlib.sha256(repr((SHEETS, MORE_COLUMNS)).encode()).hexdigest()  # Tables of another layout are read anew.


class State(NamedTuple):
    """What tables hold: the state of the store, where its tables ended, and from which instant on all of it is known."""

    version: Version
    ends: Ends
    latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Rows in all versions, by table; `pieces` are files that hold them but for `new`, the rows that no file holds."""

    rows: dict[str, pa.Table]
    state: State
    pieces: tuple[str, ...] = ()
    new: dict[str, pa.Table] = field(default_factory=dict)

    def with_new(self, new: dict[str, pa.Table], state: State) -> "Tables":
        """These and further rows."""
        new = {name: new[name].cast(self.rows[name].schema) for name in SHEETS}
        rows = {name: pa.concat_tables([self.rows[name], new[name]]) for name in SHEETS}
        return Tables(rows=rows, state=state, pieces=self.pieces, new=new)


class _Kept(msgspec.Struct, frozen=True):
    """The file that says what is kept."""

    layout: str
    state: State
    pieces: tuple[str, ...]


class Snapshots:
    """The files of a store in a folder: named after its address, which they do not tell."""

    def __init__(self, folder: Path, store: Store) -> None:
        address = store.engine.url.render_as_string(hide_password=False)
        name = f"fleet-{hashlib.sha256(address.encode()).hexdigest()[:16]}"
        self._columns = folder / f"{name}.arrow"
        self._folder = folder / f"{name}.tables"
        self._list = self._folder / "kept.json"
        self._turn = self._folder / "writing.lock"

    def fleet(self, version: Version, moment: int) -> Fleet | None:
        """The columns, if they are of this state and everything in them was known at the moment (as stored)."""
        try:
            with pa.memory_map(str(self._columns)) as source:
                batch = pa.ipc.open_file(source).get_batch(0)
        except (OSError, pa.ArrowInvalid):  # There is none, or a file that was cut off: it is made anew.
            return None
        facts = batch.schema.metadata or {}
        if facts.get(VERSION) != _text(version) or int(facts.get(LATEST, b"0")) > moment:
            return None
        return fleet_of(batch)

    def tables(self) -> Tables | None:
        """The tables that are kept, where they lie."""
        try:
            kept = msgspec.json.decode(self._list.read_bytes(), type=_Kept)
            if kept.layout != _LAYOUT:
                return None
            rows = {name: pa.concat_tables(self._piece(each, name) for each in kept.pieces) for name in SHEETS}
        except (OSError, pa.ArrowInvalid, msgspec.DecodeError):
            return None
        return Tables(rows=rows, state=kept.state, pieces=kept.pieces)

    def keep(self, fleet: Fleet, tables: Tables) -> None:
        """Write columns and tables in the place of those before; nothing is kept while another process writes its own."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with suppress(Timeout), FileLock(self._turn, timeout=0, fallback_to_soft=False):
            self._keep(fleet, tables)

    def _keep(self, fleet: Fleet, tables: Tables) -> None:
        self._keep_tables(tables)
        batch = batch_of(fleet)
        version, _, latest = tables.state
        facts = {**(batch.schema.metadata or {}), VERSION: _text(version), LATEST: str(latest).encode()}
        batch = batch.replace_schema_metadata(facts)
        written = self._columns.with_suffix(".new")
        with pa.OSFile(str(written), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        written.replace(self._columns)

    def _keep_tables(self, tables: Tables) -> None:
        """A few new rows become a piece of their own."""
        is_appended = 0 < len(tables.pieces) < _MOST_PIECES
        piece = secrets.token_hex(8)
        (self._folder / piece).mkdir()
        for name, rows in (tables.new if is_appended else tables.rows).items():
            with pa.OSFile(str(self._path(piece, name)), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
                writer.write_table(with_one_dictionary(rows))
        pieces = (*tables.pieces, piece) if is_appended else (piece,)
        written = self._list.with_suffix(".new")
        written.write_bytes(msgspec.json.encode(_Kept(_LAYOUT, tables.state, pieces)))
        written.replace(self._list)
        for other in self._folder.iterdir():  # What is no longer named; whoever still reads it has it open.
            if other.is_dir() and other.name not in pieces:
                shutil.rmtree(other, ignore_errors=True)

    def _piece(self, piece: str, name: str) -> pa.Table:
        with pa.memory_map(str(self._path(piece, name))) as source:
            table: pa.Table = pa.ipc.open_file(source).read_all()
        return table

    def _path(self, piece: str, name: str) -> Path:
        return self._folder / piece / f"{name}.arrow"


def _text(version: Version) -> bytes:
    return f"{version.recording} {version.stored_at}".encode()
