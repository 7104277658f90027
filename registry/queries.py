"""Queries: written once with SQLAlchemy's expressions, compiled once for each engine, run as plain text on the driver.

SQLAlchemy's cost per statement is several times that of the statement itself when one item is asked for; a text that is
compiled beforehand costs nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Dialect, Executable, Select, Text, any_, bindparam, cast, column, func, select


class Spelling(ABC):
    """What the engines spell differently."""

    @abstractmethod
    def among(self, one: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        """Whether a column holds one of the values of a list that is passed under a name."""

    @abstractmethod
    def given(self, name: str) -> ColumnElement[str]:
        """A text that is passed under a name, as a column of its own."""

    @abstractmethod
    def listed(self, name: str) -> Select[Any]:
        """The texts of a list that is passed under a name, as rows of one column `value`."""


class Compiled(NamedTuple):
    """The text for one engine; the names of its parameters in the order of their places (None: they go by name).

    `constants`: the parameters that the statement itself fixes.
    """

    text: str
    places: tuple[str, ...] | None
    constants: Mapping[str, Any]


class Query:
    """A statement, built by a function from the engine's spelling and compiled at its first use for an engine."""

    def __init__(self, build: Callable[[Spelling], Executable]) -> None:
        self._build = build
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """The text for the engine."""
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._compile(dialect)
        return known

    def _compile(self, dialect: Dialect) -> Compiled:
        statement: Any = self._build(_SPELLINGS[dialect.name])
        compiled = statement.compile(dialect=dialect)
        constants = {name: parameter.value for parameter, name in compiled.bind_names.items() if not parameter.required}
        return Compiled(str(compiled), tuple(compiled.positiontup) if compiled.positional else None, constants)


def arguments(compiled: Compiled, values: Mapping[str, Any]) -> Any:
    """The values as the driver takes them; a list goes as one text, JSON or PostgreSQL's array literal."""
    if compiled.constants:
        values = {**compiled.constants, **values}
    if compiled.places is None:
        return {name: _array(value) if isinstance(value, list) else value for name, value in values.items()}
    return [_json(values[name]) if isinstance(values[name], list) else values[name] for name in compiled.places]


def _json(values: list[Any]) -> str:
    return msgspec.json.encode(values).decode()


def _array(values: list[Any]) -> str:
    """A list as PostgreSQL's array literal; the driver's own way costs more than the query."""
    if values and isinstance(values[0], str):
        quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
        return '{"' + '","'.join(quoted) + '"}'
    return "{" + ",".join(map(str, values)) + "}"


class _Sqlite(Spelling):
    """SQLite reads lists from JSON."""

    def among(self, one: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        """See Spelling."""
        values = func.json_each(bindparam(name)).table_valued("value")
        return one.in_(select(column("value")).select_from(values))

    def given(self, name: str) -> ColumnElement[str]:
        return bindparam(name, type_=Text())

    def listed(self, name: str) -> Select[Any]:
        values = func.json_each(bindparam(name)).table_valued("value")
        return select(column("value", Text())).select_from(values)


class _Postgresql(Spelling):
    """PostgreSQL has arrays, and asks for the type and collation of what stands alone."""

    def among(self, one: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return one == any_(bindparam(name, type_=ARRAY(one.type)))

    def given(self, name: str) -> ColumnElement[str]:
        return cast(bindparam(name, type_=Text()), Text()).collate("C")

    def listed(self, name: str) -> Select[Any]:
        return select(func.unnest(cast(bindparam(name, type_=ARRAY(Text())), ARRAY(Text()))).collate("C").label("value"))


_SPELLINGS: dict[str, Spelling] = {"sqlite": _Sqlite(), "postgresql": _Postgresql()}
