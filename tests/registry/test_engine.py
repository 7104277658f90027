"""What the engines promise: durability, turns of writers, one state for a reader, and errors that say whose fault it is."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from registry import engine, unit_of_work
from registry.errors import StoreError
from registry.repositories.scans import latest_recording_now
from registry.settings import Settings
from registry.unit_of_work import Store, open_store
from tests.registry.worlds import exported, fingerprint, full, only, recorded
from traceability.interchange import parse_records


def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    """The defaults of SQLite ignore foreign keys and, in WAL mode with NORMAL, lose the last commits."""
    store = open_store(f"sqlite:///{tmp_path / 'deep' / 'folder' / 'registry.sqlite'}")
    with store.reading() as work:
        settings = {
            name: work.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": engine.BUSY_TIMEOUT}
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/base", "oracle://", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    """A clear word instead of an import error; and a store in memory would forget everything."""
    with pytest.raises(StoreError):
        open_store(url)


def test_a_database_that_cannot_be_reached_is_a_store_error(tmp_path: Path) -> None:
    """Exit code 5, not a stack trace."""
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path / 'file' / 'registry.sqlite'}")
    (tmp_path / "noise.sqlite").write_bytes(b"this is not a database at all" * 100)
    for url in (f"sqlite:///{tmp_path / 'noise.sqlite'}", "postgresql://nobody@127.0.0.1:1/nothing"):
        store = open_store(url)
        with pytest.raises(StoreError), store.reading():
            pass
        store.close()


def test_a_store_recovers_when_the_server_drops_its_connections(store: Store, postgresql_server: str, engine_name: str) -> None:
    """A restart of the database must not need one of the service."""
    if engine_name == "sqlite":
        pytest.skip("SQLite has no server")
    recorded(store, full())
    administrator = open_store(postgresql_server)
    with administrator.writing() as work:
        work.connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{store.engine.url.database}'"
        )
    administrator.close()
    with pytest.raises(StoreError):
        exported(store)
    assert parse_records(exported(store)).items
    assert recorded(store, full()).new == 0


def test_a_reader_cannot_write(store: Store) -> None:
    """A read that writes would not wait its turn."""
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no read-only transactions")
    with pytest.raises(StoreError), store.reading() as work:
        work.connection.exec_driver_sql("INSERT INTO recordings VALUES (1, 'tester', 0, 'test')")


def test_a_reader_sees_one_state(store: Store) -> None:
    """Half of a commit between two queries would make a chain that never was."""
    recorded(store, only("items", {"id": "A", "kind": "meter"}))
    with store.reading() as work:
        first = work.connection.exec_driver_sql("SELECT count(*) FROM items").scalar()
        recorded(store, only("items", {"id": "B", "kind": "meter"}))
        assert work.connection.exec_driver_sql("SELECT count(*) FROM items").scalar() == first == 1
    with store.reading() as work:
        assert work.connection.exec_driver_sql("SELECT count(*) FROM items").scalar() == 2


def test_two_writers_at_once_take_turns(store_url: str) -> None:
    """No loss, no duplicate, no deadlock: the same records in opposite order, and shared organizations, at the same moment."""
    items = [{"id": f"I{number}", "kind": "meter"} for number in range(300)]
    organizations = [{"id": f"L{number}", "name": "L", "kind": "regulator"} for number in range(50)]
    documents = [
        {**only("items", *items), "organizations": organizations},
        {**only("organizations", *reversed(organizations)), "items": list(reversed(items))},
        only("items", *({"id": f"J{number}", "kind": "meter"} for number in range(300))),
        only("items", *items[100:200]),
    ]
    failures = _at_once([partial(_import_alone, store_url, document) for document in documents * 2])
    assert failures == []
    store = open_store(store_url)
    records = parse_records(exported(store))
    assert sorted(item.id for item in records.items) == sorted([f"I{n}" for n in range(300)] + [f"J{n}" for n in range(300)])
    assert len(records.organizations) == 50
    store.close()


def test_a_writer_that_waits_too_long_says_so(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy store is the store's trouble (exit 5), and the waiting ends."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 200)
    monkeypatch.setitem(engine._POSTGRESQL_SETTINGS, "lock_timeout", 200)
    first, second = open_store(store_url), open_store(store_url)
    start = time.monotonic()
    with first.writing():
        with pytest.raises(StoreError), second.writing():
            pass
        assert 0.1 < time.monotonic() - start < 20
        with second.reading() as work:  # Readers never wait.
            work.connection.exec_driver_sql("SELECT count(*) FROM items")
    first.close()
    second.close()


def test_running_numbers_are_in_the_order_of_commits(store: Store) -> None:
    """What asks for everything after a number must not miss what was committed late."""
    with pytest.raises(ZeroDivisionError), store.writing() as work:
        work.connection.exec_driver_sql("INSERT INTO recordings VALUES (1, 'tester', 0, 'undone')")
        raise ZeroDivisionError
    assert recorded(store, full()).recording == 1
    assert recorded(store, only("items", {"id": "NEXT", "kind": "meter"})).recording == 2
    with store.reading() as work:
        assert work.connection.exec_driver_sql("SELECT max(entry), count(*) FROM items").one() == (5, 5)


def test_the_planner_knows_of_a_large_recording_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise questions after a large import are slow until PostgreSQL's autovacuum comes by."""
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite plans without statistics")
    monkeypatch.setattr(unit_of_work, "_MANY", 7)
    known = "SELECT reltuples FROM pg_class WHERE relname = 'items'"
    estimates = []  # The first is that of whoever had this database before.
    for number in (0, 6, 7):
        if number:
            recorded(store, only("items", *({"id": f"{number}-{each}", "kind": "meter"} for each in range(number))))
        with store.reading() as work:
            estimates.append(work.connection.exec_driver_sql(known).scalar_one())
    assert estimates == [estimates[0], estimates[0], 13]


def test_a_foreign_trigger_or_fault_undoes_the_whole_recording(store: Store) -> None:
    """A disk that fills up in the middle must leave the store as it was."""
    recorded(store, only("items", {"id": "A", "kind": "meter"}))
    before = fingerprint(store)
    if store.engine.dialect.name == "sqlite":
        with store.writing() as work:
            work.connection.exec_driver_sql(
                "CREATE TRIGGER full_disk BEFORE INSERT ON results BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
    else:
        with store.writing() as work:
            work.connection.exec_driver_sql("ALTER TABLE results ADD CONSTRAINT full_disk CHECK (position < 0) NOT VALID")
    with pytest.raises(StoreError):
        recorded(store, full())
    assert fingerprint(store) == before


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The names are part of the interface (DESIGN)."""
    monkeypatch.delenv("REGISTRY_DATABASE_URL", raising=False)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_BASE_URL", "https://registry.example")
    assert Settings().store_url == f"sqlite:///{tmp_path / 'registry.sqlite'}"
    assert Settings().base_url == "https://registry.example"
    monkeypatch.setenv("REGISTRY_DATABASE_URL", "postgresql://host/base")
    assert Settings().store_url == "postgresql://host/base"


def _import_alone(url: str, document: dict[str, Any]) -> None:
    store = open_store(url)
    try:
        recorded(store, document)
    finally:
        store.close()


def _at_once(jobs: list[Callable[[], None]]) -> list[Exception]:
    """Run the jobs in threads that begin together; the exceptions that came out."""
    barrier = threading.Barrier(len(jobs))
    failures: list[Exception] = []

    def run(job: Callable[[], None]) -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:  # noqa: BLE001 - all of them are what is asked for.
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return failures


def test_threads_that_end_take_no_connection_along(store: Store) -> None:
    """A service whose threads come and go would stand still once each had kept a connection of the pool."""
    for _ in range(40):  # More than a pool holds.
        thread = threading.Thread(target=latest_recording_now, args=(store,))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    with store.reading() as work:
        assert work.connection is not None
