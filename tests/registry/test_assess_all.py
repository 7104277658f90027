"""All items at once from the store: what the core answers for each, whether from the database or from a snapshot."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from filelock import FileLock

from registry import fleet_snapshots
from registry.columns import LATEST, instant_number
from registry.errors import StoreError
from registry.repositories import sheets as repository
from registry.repositories.sheets import Reading, reading
from registry.unit_of_work import Store, open_store
from registry.usecases import assess_all as usecase
from registry.usecases.assess_all import assess_all, load_fleet
from tests.registry.fleet_worlds import as_document
from tests.registry.worlds import recorded
from tests.strategies import WINDOW_START, Sizes, random_changes, random_document
from tests.traceability.fleet.worlds import World, drawn
from traceability.fleet import loops
from traceability.fleet.compiled import compiled_loops
from traceability.fleet.sheets import SHEETS
from traceability.fleet.solve import solve
from traceability.interchange import records_from
from traceability.policy import policy_named
from traceability.records import Records

LATER = datetime(2030, 1, 1, tzinfo=UTC)
DAY = WINDOW_START + timedelta(days=50)
POLICY = policy_named("cn-legal/1")


def _records(seed: int) -> Records:
    return records_from(random_document(Random(seed), Sizes(items=6, events=5, trouble=0.2)))


def _rows(store: Store, known_at: datetime, snapshots: Path | None = None) -> dict[str, dict[str, Any]]:
    rows = assess_all(store, DAY, known_at, POLICY, snapshots).to_pylist()
    return {row["item"]: row | {"findings": set(row["findings"])} for row in rows}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_item_of_a_store_is_answered_as_the_core_does(store: Store, seed: int) -> None:
    """A column that is read wrongly turns into false verdicts for a whole city."""
    records = _records(seed)
    recorded(store, records)
    for known_at in (LATER, datetime(2025, 1, 30, tzinfo=UTC)):
        assert _rows(store, known_at) == World(records, DAY, known_at, POLICY).expected()


def test_a_snapshot_answers_until_something_is_recorded(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    """A stale snapshot hides last night's withdrawal; one that is never used costs the load every time."""
    records = _records(5)
    recorded(store, records)
    fresh = _rows(store, LATER, tmp_path / "fleet")
    (path,) = (tmp_path / "fleet").glob("*.arrow")

    # The same question from the snapshot alone.
    monkeypatch.setattr(usecase, "encode", None)
    assert _rows(store, LATER, tmp_path / "fleet") == fresh
    monkeypatch.undo()

    # What was known earlier is not in it, and does not replace it.
    earlier = datetime(2025, 1, 30, tzinfo=UTC)
    before = path.read_bytes()
    assert _rows(store, earlier, tmp_path / "fleet") == World(records, DAY, earlier, POLICY).expected()
    assert path.read_bytes() == before

    # A new record, or a file that was cut off, and the columns are read anew.
    path.write_bytes(before[:100])
    assert _rows(store, LATER, tmp_path / "fleet") == fresh
    recorded(store, records_from({"format": "traceability-records/1", "items": [{"id": "new", "kind": "meter"}]}))
    assert _rows(store, LATER, tmp_path / "fleet").keys() == fresh.keys() | {"new"}


def test_two_that_keep_at_once_do_not_write_into_one_file(store: Store, tmp_path: Path) -> None:
    """Columns of two states are mixed in a file that names one, or one removes the tables that the other is writing."""
    recorded(store, _records(5))
    _rows(store, LATER, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.glob("**/*") if path.suffix in {".arrow", ".json"}}
    recorded(store, records_from({"format": "traceability-records/1", "items": [{"id": "new", "kind": "meter"}]}))
    (folder,) = tmp_path.glob("*.tables")
    with FileLock(folder / "writing.lock"):
        assert "new" in _rows(store, LATER, tmp_path)
        assert {path: path.read_bytes() for path in before} == before
    assert "new" in _rows(store, LATER, tmp_path)
    assert {path: path.read_bytes() for path in before} != before


def test_after_few_recordings_only_what_is_new_is_read(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    """The question after each recording reads a city anew; or it answers without the recall of this morning."""
    random = Random(3)
    sizes = Sizes(items=6, events=5, trouble=0.2)
    document = random_document(random, sizes)
    recorded(store, records_from(document))
    _rows(store, LATER, tmp_path)
    stream, given = random_changes(random, sizes, document), {each["id"]: each for each in document["certificates"]}
    monkeypatch.setattr(fleet_snapshots, "_MOST_PIECES", 3)
    read: list[int] = []
    rows = Reading.rows

    def counted(self: Reading, name: str, known_at: int, since: Any = None) -> Any:
        found = rows(self, name, known_at, since)
        read.append(len(found))
        return found

    for _ in range(5):
        for _ in range(3):
            recorded(store, as_document(*next(stream), given))
        with monkeypatch.context() as patch:
            patch.setattr(Reading, "rows", counted)
            read.clear()
            refreshed = _rows(store, LATER, tmp_path)
        assert sum(read) < 25  # Rows of three records, of more than a hundred.
        assert refreshed == _rows(store, LATER)
    (folder,) = tmp_path.glob("*.tables")
    assert len([each for each in folder.iterdir() if each.is_dir()]) <= 3

    # What does not fit together is read anew: a record that is known later only, and files that were cut off.
    later = {"id": "later", "kind": "meter", "recorded_at": "2029-01-01T00:00:00Z"}
    recorded(store, records_from({"format": "traceability-records/1", "items": [later]}))
    before = datetime(2028, 1, 1, tzinfo=UTC)
    assert "later" not in _rows(store, before, tmp_path)
    assert "later" in _rows(store, LATER, tmp_path)
    assert "later" not in _rows(store, before, tmp_path)
    for name in ("kept.json", "*/items.arrow"):
        for path in folder.glob(name):
            path.write_bytes(path.read_bytes()[:100])
        recorded(store, records_from({"format": "traceability-records/1", "items": [{"id": name, "kind": "meter"}]}))
        assert _rows(store, LATER, tmp_path) == _rows(store, LATER)


def test_all_tables_tell_of_one_state_though_two_connections_read_them(store: Store) -> None:
    """A certificate comes without its references, as another connection read these before they were there."""
    records = _records(6)
    recorded(store, records)
    with reading(store.engine) as opened:
        before = {name: opened.rows(name, LATEST) for name in SHEETS}
        assert opened.all_rows(LATEST) == before
    with reading(store.engine) as opened:
        opened.version()
        recorded(store, records_from({"format": "traceability-records/1", "items": [{"id": "new", "kind": "meter"}]}))
        assert opened.all_rows(LATEST) == before


@pytest.fixture
def paged(sqlite_template: Path, tmp_path: Path, monkeypatch: Any) -> Iterator[Store]:
    """A store in a file that is taken for a large one, so that its pages are read."""
    monkeypatch.setattr(repository, "_SMALL", 0)
    shutil.copy(sqlite_template, tmp_path / "registry.sqlite")
    opened = open_store(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    yield opened
    opened.close()


def _all_rows(store: Store, moment: int) -> dict[str, pa.Table]:
    with reading(store.engine) as opened:
        return opened.all_rows(moment)


def test_reading_everything_leaves_the_turn_of_a_writer_alone(paged: Store, monkeypatch: Any) -> None:
    """A second copy of SQLite in this process gives up its locks: two processes write at once, and one loses its records."""
    recorded(paged, _records(1))
    connected = f"sqlite3.connect({paged.engine.url.database!r}, isolation_level=None, timeout=0)"
    begun = f"import sqlite3; {connected}.execute('BEGIN IMMEDIATE')"

    def elsewhere() -> str:
        return subprocess.run([sys.executable, "-c", begun], capture_output=True, text=True, check=False).stderr

    assert not elsewhere()
    with paged.writing():
        assert "locked" in elsewhere()
        for smallest in (0, LATEST):  # By pages, and by asking.
            monkeypatch.setattr(repository, "_SMALL", smallest)
            with reading(paged.engine) as opened:
                opened.sheets(LATEST)
                assert "locked" in elsewhere()
            assert "locked" in elsewhere()


def test_pages_of_a_file_tell_what_the_database_answers(paged: Store, monkeypatch: Any) -> None:
    """A city is answered from other rows than a village."""
    recorded(paged, records_from(random_document(Random(1), Sizes(items=20, events=10, trouble=0.2))))
    # As if an import had been taken back.
    with sqlite3.connect(paged.engine.url.database or "") as connection:
        connection.execute("INSERT INTO retracted_rows VALUES (1, 'certificates', 2, 3, 0, 1, 1), (2, 'events', 1, 1, 9, 1, 1)")
    connection.close()
    middle = instant_number(datetime(2025, 1, 30, tzinfo=UTC))
    found = {moment: _all_rows(paged, moment) for moment in (LATEST, middle, 5)}
    assert pa.types.is_dictionary(found[LATEST]["results"]["unit"].type)
    monkeypatch.setattr(repository, "_SMALL", LATEST)
    for moment, tables in found.items():
        expected = _all_rows(paged, moment)
        assert not pa.types.is_dictionary(expected["results"]["unit"].type)
        assert {name: table.to_pydict() for name, table in tables.items()} == {
            name: table.to_pydict() for name, table in expected.items()
        }


def test_what_was_read_from_pages_is_answered_refreshed_and_kept(paged: Store, tmp_path: Path) -> None:
    """Texts that came as dictionaries get lost when new rows are put behind them."""
    records = _records(4)
    recorded(paged, records)
    for known_at in (LATER, datetime(2025, 1, 30, tzinfo=UTC)):
        assert _rows(paged, known_at) == World(records, DAY, known_at, POLICY).expected()
    _rows(paged, LATER, tmp_path / "fleet")
    recorded(paged, records_from({"format": "traceability-records/1", "items": [{"id": "new", "kind": "meter"}]}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reading, "_of_file", None)  # What is new is asked for alone.
        refreshed = _rows(paged, LATER, tmp_path / "fleet")
    assert refreshed == _rows(paged, LATER)
    assert "new" in refreshed
    # A record that came after this reading began, and before it looked at the pages.
    with reading(paged.engine) as opened:
        before = opened.version()
        recorded(paged, records_from({"format": "traceability-records/1", "items": [{"id": "newer", "kind": "meter"}]}))
        assert "newer" not in opened.all_rows(LATEST)["items"]["id"].to_pylist()
        assert opened.version() == before


def test_a_database_that_cannot_be_read_is_a_store_error(tmp_path: Path) -> None:
    """A foreign exception of the driver reaches the user as a traceback."""
    store = open_store(f"sqlite:///{tmp_path / 'none.sqlite'}")
    with pytest.raises(StoreError):
        load_fleet(store, LATER)
    store.close()


def test_compiled_loops_answer_as_the_plain_ones_do() -> None:
    """What is compiled is what runs on a city; the plain loops are what the other tests compare with `assess`."""
    for seed in range(40):
        world = drawn(seed)
        compiled = solve(world.fleet, world.as_of, world.policy, compiled_loops())[1]
        assert (compiled == solve(world.fleet, world.as_of, world.policy, loops)[1]).all(), seed
        if seed < 12:
            assert world.answers_for_points(compiled_loops()) == world.answers_for_points(loops), seed
