"""The store and its unit of work: one request or command, one transaction, one commit at the edge."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from registry.cache import RecordCache
from registry.engine import KeptConnections, open_engine, transaction
from registry.ledger.facts import row_text
from registry.ledger.writing import Facts, append_facts
from registry.mapping import Row
from registry.queries import Query, arguments
from registry.table_parts import Table, row_numbers, table_of

_FEW = 100  # Rows up to which one INSERT costs PostgreSQL less than a COPY, which waits three times for the server.
_MANY_FACTS = 4_096  # Facts that wait to become leaves together, some 5 MB; bounds memory.
_KEPT = 5_000  # Records of one list that a writer keeps: what a batch meets, and not all that a large import brings.
_MANY = 10_000  # Rows written to a table at once, from which on the planner should not wait for the next autovacuum.


class Store:
    """A database of records. Cheap to hold; connections are opened when a unit of work begins."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cache = RecordCache()
        self._kept = KeptConnections(engine)

    @contextmanager
    def reading(self, viewers: list[str] | None = None) -> Iterator["UnitOfWork"]:
        """A unit of work that sees one consistent state and writes nothing.

        `viewers`: the organizations for which is read (Party.viewers); None reads everything, as verdicts do.
        """
        with self._kept.reading(viewers) as connection:
            yield UnitOfWork(connection, self.cache, viewers)

    def number(self, query: Query) -> int:
        """The one number that a query without parameters answers, 0 for none: for what is asked all the time."""
        compiled = query.compiled(self.engine.dialect)
        with self._kept.statement() as driver:
            ((found,),) = driver.execute(compiled.text).fetchall()
        return int(found or 0)

    @contextmanager
    def writing(self) -> Iterator["UnitOfWork"]:
        """A unit of work that alone may write; committed when the block ends well, undone otherwise."""
        with transaction(self.engine, is_writer=True) as connection:
            work = UnitOfWork(connection, RecordCache(_KEPT))
            yield work
            if work.is_given_up:
                connection.rollback()
            else:
                work.settle()
                work.refresh_statistics()

    def close(self) -> None:
        """Give the connections back."""
        self._kept.close()
        self.engine.dispose()


def open_store(url: str) -> Store:
    """The store at a database URL; the schema is not looked at (see registry.schema)."""
    return Store(open_engine(url))


class UnitOfWork:
    """An open transaction: compiled queries in, plain tuples out. `statements` counts what was sent to the database.

    `viewers`: the organizations for which is read; queries that respect holdings take them as a parameter.
    """

    def __init__(self, connection: Connection, cache: RecordCache, viewers: list[str] | None = None) -> None:
        self.connection = connection
        self.cache = cache
        self.viewers = viewers
        self.statements = 0
        self.is_given_up = False
        self._dialect = connection.dialect
        self._driver: Any = connection.connection.driver_connection
        self._next: dict[type[Table], int] = {}
        self._written: Counter[str] = Counter()
        self._facts: list[Facts] = []
        self._waiting = 0  # How many facts these are.

    @property
    def is_postgresql(self) -> bool:
        """Whether the engine is PostgreSQL, the other being SQLite."""
        return self._dialect.name == "postgresql"

    def rows(self, query: Query, **values: Any) -> list[Row]:
        """All rows of a query; queries whose answer is not bounded by nature carry a limit."""
        compiled = query.compiled(self._dialect)
        self.statements += 1
        rows: list[Row] = self._driver.execute(compiled.text, arguments(compiled, values)).fetchall()
        return rows

    def run(self, query: Query, **values: Any) -> None:
        """Run a statement that answers nothing: the removal of what is no record (registry.repositories.scans)."""
        compiled = query.compiled(self._dialect)
        self.statements += 1
        self._driver.execute(compiled.text, arguments(compiled, values))

    def gather(self, asked: Sequence[tuple[Query, Mapping[str, Any]]]) -> list[list[Row]]:
        """The rows of several queries with their values, asked in one go where the engine can (PostgreSQL)."""
        if not self.is_postgresql or len(asked) < 2:
            return [self.rows(query, **values) for query, values in asked]
        with self._driver.pipeline():
            cursors = []
            for query, values in asked:
                self.statements += 1
                compiled = query.compiled(self._dialect)
                cursors.append(self._driver.execute(compiled.text, arguments(compiled, values)))
            return [cursor.fetchall() for cursor in cursors]

    def append(self, table: type[Table], rows: list[Row]) -> None:
        """Write rows, complete and in the order of the table's columns, by the fastest way that the engine has."""
        if not rows:
            return
        self.statements += 1
        name = str(table.__tablename__)
        self._written[name] += len(rows)
        if table.is_fact:
            columns = table_of(table).c.keys()
            texts = [row_text(name, dict(zip(columns, row, strict=True)), table.sealed_columns) for row in rows]
            self.note(Facts(name, row_numbers(table, rows), texts))
        if self.is_postgresql and len(rows) <= _FEW:
            one = f"({', '.join(['%s'] * len(rows[0]))})"
            values = [value for row in rows for value in row]
            self._driver.execute(f"INSERT INTO {name} VALUES {', '.join([one] * len(rows))}", values)  # noqa: S608 - its own name.
        elif self.is_postgresql:
            with self._driver.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(rows[0]))
            self._driver.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608 - a table's own name.

    def append_by(self, query: Query, table: type[Table], count: int, **values: Any) -> None:
        """Write rows, so many, by a statement that makes them of what is passed."""
        self._written[str(table.__tablename__)] += count
        self.run(query, count=count, **values)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Few rows that are appended inside are sent without waiting for each; what is wrong shows at the end at the latest."""
        if not self.is_postgresql:
            yield
            return
        with self._driver.pipeline():
            yield

    def number_from(self, table: type[Table], last: int) -> None:
        """Take a table's last running number as known, as a question asked in this unit of work told it."""
        self._next.setdefault(table, last + 1)

    def note(self, facts: Facts) -> None:
        """Let facts become leaves of the ledger, in the order in which they are noted."""
        self._facts.append(facts)
        self._waiting += len(facts.records)
        if self._waiting >= _MANY_FACTS:
            self.settle()

    def settle(self) -> None:
        """Write the leaves of what was noted; done before every commit."""
        facts, self._facts, self._waiting = self._facts, [], 0
        append_facts(self, facts)

    def give_up(self) -> None:
        """Let everything that was written be undone when the unit of work ends; nothing more is to be done with it."""
        self.is_given_up = True

    def refresh_statistics(self) -> None:
        """Let PostgreSQL's planner know of tables that grew much; until its autovacuum comes by, questions would be slow."""
        grown = sorted(name for name, rows in self._written.items() if rows >= _MANY)
        if self.is_postgresql and grown:
            self.statements += 1
            self._driver.execute(f"ANALYZE {', '.join(grown)}")

    def allot(self, table: type[Table]) -> int:
        """The next running number of a table."""
        return self.allot_many(table, 1).start

    def allot_many(self, table: type[Table], size: int) -> range:
        """The next running numbers of a table: in the order of commits, as writers take turns."""
        if table not in self._next:
            self.statements += 1
            (largest,) = self._driver.execute(f"SELECT max(entry) FROM {table.__tablename__}").fetchone()  # noqa: S608 - its own name.
            self._next[table] = (largest or 0) + 1
        start = self._next[table]
        self._next[table] = start + size
        return range(start, start + size)

    def stream(self, query: Query, **values: Any) -> Iterator[Row]:
        """The rows of a query one by one, however many there are."""
        compiled = query.compiled(self._dialect)
        self.statements += 1
        if not self.is_postgresql:
            yield from self._driver.execute(compiled.text, arguments(compiled, values))
            return
        with self._driver.cursor(name="streamed") as cursor:
            yield from cursor.execute(compiled.text, arguments(compiled, values))
