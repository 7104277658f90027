"""SQLite and DuckDB: exact, level by level, driven from outside, as no recursive query can say that all references must hold.

The tables are loaded before the clock starts, with the indexes that help most.
"""

import sqlite3

import duckdb
import numpy as np
import pyarrow as pa

from bench.fleet_peers.question import Question
from traceability.fleet.columns import Array

# For each reference of a standard's certificate what it found.
_SQLITE_UP = """
    CREATE TEMP TABLE up AS
    SELECT r.certificate, i.is_anchor, c.calibrated_on AS day, CASE WHEN i.is_anchor THEN NULL ELSE (
        SELECT found FROM s WHERE s.item = r.item AND s.day <= c.calibrated_on ORDER BY s.day DESC, s.found DESC LIMIT 1
    ) END AS found
    FROM r JOIN c USING (certificate) JOIN i ON i.item = r.item WHERE r.certificate < ?
"""
# The certificates all of whose references hold already.
_SQLITE_STEP = """
    INSERT INTO good SELECT DISTINCT certificate FROM up o
    WHERE certificate NOT IN (SELECT certificate FROM good) AND NOT EXISTS (
        SELECT 1 FROM up u LEFT JOIN c ON c.certificate = u.found
        WHERE u.certificate = o.certificate AND NOT u.is_anchor AND (
            u.found IS NULL OR c.is_failed OR c.ends < u.day OR u.found NOT IN (SELECT certificate FROM good)
        )
    )
"""
_SQLITE_ITEMS = """
    SELECT i.item FROM i LEFT JOIN c ON c.certificate = (
        SELECT found FROM s WHERE s.item = i.item AND s.day <= :day ORDER BY s.day DESC, s.found DESC LIMIT 1
    )
    WHERE i.is_anchor OR (
        c.certificate IS NOT NULL AND NOT c.is_failed AND c.ends >= :day AND CASE
            WHEN c.certificate < :standards THEN c.certificate IN (SELECT certificate FROM good)
            ELSE EXISTS (SELECT 1 FROM r WHERE r.certificate = c.certificate) AND NOT EXISTS (
                SELECT 1 FROM r JOIN i AS a ON a.item = r.item LEFT JOIN c AS f ON f.certificate = (
                    SELECT found FROM s WHERE s.item = r.item AND s.day <= c.calibrated_on
                    ORDER BY s.day DESC, s.found DESC LIMIT 1
                )
                WHERE r.certificate = c.certificate AND NOT a.is_anchor AND (
                    f.certificate IS NULL OR f.is_failed OR f.ends < c.calibrated_on
                    OR f.certificate NOT IN (SELECT certificate FROM good)
                )
            )
        END
    )
"""
# The certificates of standards, and of each item the one in force if it has not failed or ended.
_DUCKDB_NEEDED = """
    CREATE OR REPLACE TEMP TABLE needed AS
    SELECT certificate, calibrated_on, -1 AS item FROM certificates WHERE certificate < {standards} UNION ALL
    SELECT f.found, c.calibrated_on, f.item
    FROM (SELECT item, arg_max(found, day) AS found FROM s WHERE day <= {day} GROUP BY item) f
    JOIN certificates c ON c.certificate = f.found WHERE c.ends >= {day} AND c.is_failed = 0
"""
_DUCKDB_UP = """
    CREATE OR REPLACE TEMP TABLE up AS
    SELECT n.certificate, n.item AS asked, a.is_anchor,
        CASE WHEN f.is_failed = 0 AND f.ends >= n.calibrated_on THEN s.found END AS found
    FROM needed n JOIN refs r USING (certificate) JOIN items a ON a.item = r.item
    ASOF LEFT JOIN s ON s.item = r.item AND s.day <= n.calibrated_on
    LEFT JOIN certificates f ON f.certificate = s.found
"""
_DUCKDB_STEP = """
    CREATE OR REPLACE TEMP TABLE good AS
    SELECT u.certificate FROM up u LEFT JOIN good g ON g.certificate = u.found WHERE u.asked = -1
    GROUP BY u.certificate HAVING bool_and(u.is_anchor = 1 OR g.certificate IS NOT NULL)
"""
_DUCKDB_ITEMS = """
    SELECT u.asked FROM up u LEFT JOIN good g ON g.certificate = u.found WHERE u.asked >= 0
    GROUP BY u.asked HAVING bool_and(u.is_anchor = 1 OR g.certificate IS NOT NULL)
"""


def tables_of(question: Question) -> dict[str, pa.Table]:
    """The question as tables."""
    numbers = np.arange(len(question.calibrated_on))
    return {
        "items": pa.table({"item": np.arange(len(question.is_anchor)), "is_anchor": question.is_anchor.astype(np.int8)}),
        "certificates": pa.table(
            {
                "certificate": numbers,
                "calibrated_on": question.calibrated_on,
                "ends": question.end,
                "is_failed": question.is_failed.astype(np.int8),
            }
        ),
        "refs": pa.table({"certificate": question.reference_certificate, "item": question.reference_item}),
        "steps": pa.table({"item": question.step_item, "day": question.step_day, "found": question.step_certificate}),
    }


class Sqlite:
    """A SQLite database in memory."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        run = self.connection.execute
        for name, table in tables_of(question).items():
            columns = table.column_names
            run(f"CREATE TABLE {name} ({', '.join(f'{column} INTEGER' for column in columns)})")
            marks = ", ".join("?" * len(columns))
            rows = zip(*(column.to_numpy().tolist() for column in table.columns), strict=True)
            run("BEGIN")
            self.connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
            run("COMMIT")
        run("CREATE TABLE s (item INTEGER, day INTEGER, found INTEGER, PRIMARY KEY (item, day, found)) WITHOUT ROWID")
        run("INSERT INTO s SELECT * FROM steps ORDER BY 1, 2, 3")
        run("CREATE TABLE c (certificate INTEGER PRIMARY KEY, calibrated_on INTEGER, ends INTEGER, is_failed INTEGER)")
        run("INSERT INTO c SELECT * FROM certificates ORDER BY 1")
        run("CREATE TABLE r (certificate INTEGER, item INTEGER, PRIMARY KEY (certificate, item)) WITHOUT ROWID")
        run("INSERT OR IGNORE INTO r SELECT * FROM refs ORDER BY 1, 2")
        run("CREATE TABLE i (item INTEGER PRIMARY KEY, is_anchor INTEGER)")
        run("INSERT INTO i SELECT * FROM items")
        run("ANALYZE")

    def __call__(self) -> Array:
        """Whether each item holds."""
        run, question = self.connection.execute, self.question
        run("CREATE TEMP TABLE good (certificate INTEGER PRIMARY KEY)")
        run(_SQLITE_UP, (question.standards,))
        run("CREATE INDEX temp.up_certificate ON up (certificate)")
        while run(_SQLITE_STEP).rowcount:
            pass
        rows = run(_SQLITE_ITEMS, {"day": question.day, "standards": question.standards}).fetchall()
        run("DROP TABLE temp.good")
        run("DROP TABLE temp.up")
        answer = np.zeros(len(question.is_anchor), np.bool_)
        answer[np.array(rows, np.int64).reshape(-1)] = True
        return answer


class Duckdb:
    """A DuckDB database in memory, with two threads."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.connection = duckdb.connect(config={"threads": 2})
        for name, table in tables_of(question).items():
            self.connection.register("arriving", table)
            self.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
            self.connection.unregister("arriving")
        # Of several certificates of one day the last one counts: one step a day, as an ASOF join wants it.
        self.connection.execute(
            "CREATE TABLE s AS SELECT item, day, max(found) AS found FROM steps GROUP BY ALL ORDER BY item, day"
        )

    def __call__(self) -> Array:
        """Whether each item holds."""
        run, question = self.connection.execute, self.question
        run(_DUCKDB_NEEDED.format(standards=question.standards, day=question.day))
        run(_DUCKDB_UP)
        run("CREATE OR REPLACE TEMP TABLE good (certificate BIGINT)")
        before = -1
        while True:
            run(_DUCKDB_STEP)
            size = run("SELECT count(*) FROM good").fetchall()[0][0]
            if size == before:
                break
            before = size
        found = run(_DUCKDB_ITEMS).fetchnumpy()
        answer = question.is_anchor.copy()
        answer[np.asarray(found["asked"])] = True
        return answer
