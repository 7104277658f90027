"""Tables from the pages of a file: row for row what SQLite itself answers."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from registry.sqlite_pages import tables
from registry.sqlite_pages.file import UnfitError, pages_of
from registry.sqlite_pages.tables import Wanted, reading_of, schema_version, stored

ROWS = "CREATE TABLE rows (entry INTEGER PRIMARY KEY, id TEXT NOT NULL, day INTEGER, kind TEXT, note TEXT) STRICT"
PARTS = (
    "CREATE TABLE parts (id TEXT, position INTEGER, entry INTEGER, unit TEXT, low TEXT, high TEXT,"
    " PRIMARY KEY (entry, position)) WITHOUT ROWID, STRICT"
)
WANTED = {
    "rows": Wanted({"entry": pa.int64(), "day": pa.int32(), "more": pa.int64()}, ("id", "note"), (("kind",),)),
    "parts": Wanted({"entry": pa.int64(), "position": pa.int32()}, ("id",), (("unit", "low", "high"),)),
}


@pytest.fixture
def file(tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A file whose log nobody has taken over into it."""
    path = tmp_path / "registry.sqlite"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA page_size = 512; CREATE TABLE first (entry INTEGER); PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0"
    )
    yield path, connection
    connection.close()


def _asking(connection: sqlite3.Connection) -> Callable[[str], pa.Table]:
    def ask(text: str) -> pa.Table:
        cursor = connection.execute(text)
        return pa.table([list(column) for column in zip(*cursor, strict=True)], [each[0] for each in cursor.description])

    return ask


def _read(path: Path, connection: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    with pages_of(path) as pages, ThreadPoolExecutor(2) as pool:
        table = reading_of(pages, stored(_asking(connection), name), WANTED[name], pool)()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _asked(connection: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    wanted = WANTED[name]
    columns = [*wanted.numbers, *wanted.texts, *(each for group in wanted.groups for each in group)]
    return connection.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY {columns[0]}, {columns[1]}").fetchall()


def _fill(connection: sqlite3.Connection, random: Random, rows: int) -> None:
    """Rows of every size: texts of none to many pages, numbers of none to eight bytes."""
    first = connection.execute("SELECT coalesce(max(entry), 0) + 1 FROM rows").fetchone()[0]
    texts: list[Any] = ["", "a", "能量", "kW*h", None, *("x" * random.randrange(3000) for _ in range(3))]
    connection.execute("BEGIN")
    for entry in range(first, first + rows):
        size = random.choice((0, 3, 8, 20, 60, 400))
        day = random.choice((None, 0, 1, random.randrange(-(2 ** random.randrange(1, 32)), 2 ** random.randrange(1, 31))))
        more = random.choice((None, -(2**63), 2**63 - 1, random.randrange(-(2**47), 2**47)))
        values: tuple[Any, ...] = (entry, f"{entry}" + "能" * size, day, random.choice(texts), random.choice(texts), more)
        connection.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", values)
        for position in range(random.randrange(3)):
            values = (f"P{entry}", position, entry, random.choice(texts[:5]), random.choice(texts), f"{random.randrange(9)}")
            connection.execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)", values)
    connection.execute("COMMIT")


def test_rows_are_those_that_sqlite_answers(file: tuple[Path, sqlite3.Connection], monkeypatch: Any) -> None:
    """A verdict rests on a row that is not there, on half a text, or on the row of another state."""
    path, connection = file
    monkeypatch.setattr(tables, "_PAGES_A_PIECE", 100)
    monkeypatch.setattr(tables, "_SLOTS", 4)  # More different texts than are reckoned with.
    random = Random(7)
    connection.execute(ROWS)
    connection.execute(PARTS)
    connection.execute("INSERT INTO rows (entry, id) VALUES (1, 'before the column')")
    connection.execute("ALTER TABLE rows ADD COLUMN more INTEGER")
    assert _read(path, connection, "parts") == []
    _fill(connection, random, 400)
    for name in WANTED:  # All of it in the log, without a page of the file.
        assert _read(path, connection, name) == _asked(connection, name)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in WANTED:
        assert _read(path, connection, name) == _asked(connection, name)
    _fill(connection, random, 40)
    connection.execute("DELETE FROM parts WHERE entry % 3 = 0")
    connection.execute("DELETE FROM rows WHERE entry BETWEEN 50 AND 200")  # Pages that are free, and used again.
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    connection.execute("UPDATE rows SET day = 5 WHERE entry % 7 = 0")  # The log begun anew, over what is left of the old one.
    for name in WANTED:
        assert _read(path, connection, name) == _asked(connection, name)


def test_what_is_not_committed_is_not_read(file: tuple[Path, sqlite3.Connection]) -> None:
    """A verdict rests on records that are taken back a moment later."""
    path, connection = file
    connection.execute(ROWS)
    connection.execute("ALTER TABLE rows ADD COLUMN more INTEGER")
    connection.execute("INSERT INTO rows VALUES (1, 'one', 1, NULL, NULL, NULL)")
    before = _asked(connection, "rows")
    connection.executescript("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN")
    connection.executemany(
        "INSERT INTO rows VALUES (?, ?, 2, NULL, NULL, NULL)", [(entry, "x" * 300) for entry in range(2, 400)]
    )
    assert path.with_name(f"{path.name}-wal").stat().st_size > 100_000  # Pages that did not fit into the cache are in the log.
    with sqlite3.connect(path) as other:
        assert _read(path, other, "rows") == before
    other.close()
    connection.execute("ROLLBACK")
    assert _read(path, connection, "rows") == before
    # A frame that was not written to its end.
    connection.execute("INSERT INTO rows VALUES (2, 'two', 1, NULL, NULL, NULL)")
    log = path.with_name(f"{path.name}-wal")
    whole = log.read_bytes()
    frames = len(whole)
    assert _read(path, connection, "rows") != before
    changed = bytearray(whole)
    place = whole.rindex(b"two")
    changed[place] ^= 1
    log.write_bytes(changed)
    assert _read(path, connection, "rows") == before
    log.write_bytes(whole)
    assert frames == log.stat().st_size


def test_locks_of_sqlite_outlive_the_reading(file: tuple[Path, sqlite3.Connection]) -> None:
    """Whoever closes a file gives up all locks of the process on it: then two writers write at once."""
    path, connection = file
    connection.execute("CREATE TABLE rows (entry INTEGER PRIMARY KEY)")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnfitError), pages_of(path):
        pass
    program = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    other = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr
    connection.execute("ROLLBACK")


@pytest.mark.parametrize(
    "statements",
    [
        "PRAGMA encoding = 'UTF-16';"
        " CREATE TABLE rows (entry INTEGER PRIMARY KEY, id TEXT, day INTEGER, kind TEXT, note TEXT, more INTEGER)",
        "CREATE TABLE rows (entry INTEGER PRIMARY KEY, id TEXT, day INTEGER, kind TEXT, note TEXT, more INTEGER DEFAULT 3)",
        "CREATE TABLE rows (entry INTEGER PRIMARY KEY, id TEXT, day REAL, kind TEXT, note TEXT, more INTEGER);"
        " INSERT INTO rows VALUES (1, '', 0.5, '', '', 0)",
        "CREATE TABLE rows (entry INTEGER PRIMARY KEY, id BLOB, day INTEGER, kind TEXT, note TEXT, more INTEGER);"
        " INSERT INTO rows VALUES (1, x'00', 0, '', '', 0)",
    ],
)
def test_what_is_of_another_form_is_left_to_sqlite(tmp_path: Path, statements: str) -> None:
    """Bytes of another form are taken for what they are not."""
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(statements)
    connection.execute("PRAGMA journal_mode = WAL")
    with pytest.raises(UnfitError):
        _read(path, connection, "rows")
    connection.close()


def test_a_change_of_tables_is_seen(file: tuple[Path, sqlite3.Connection]) -> None:
    """A root that was looked up before a migration is taken for that of another table."""
    path, connection = file
    connection.execute(ROWS)
    with pages_of(path) as pages:
        before = schema_version(pages)
    assert connection.execute("PRAGMA schema_version").fetchone() == (before,)
    connection.execute(PARTS)
    with pages_of(path) as pages:
        assert schema_version(pages) == before + 1
