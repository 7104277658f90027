"""SQLite on the registry's own file: the same question asked of the tables as they are stored, by SQL alone.

What the peer of `databases` is given (which certificate is in force when, and until when it holds) is worked out here first, as
a query on a registry has to; `with_results` asks what failures of the policy depend on results as well: the quantity and range
of each use, and errors against permissible errors. Then it is the same way: level by level, driven from outside, as no
recursive query can say that all references must hold.

The best form that was found: each table is read once through the index that has it in the order needed, temporary tables lie in
memory in the order in which they are asked, intervals come from a calendar, and what few certificates have is added to these
alone. Certificates of one day are not told apart by their numbers, as a drawn city has none such.
"""

import sqlite3
from pathlib import Path

_FOREVER = 2**31 - 1
_STANDARDS = """
    CREATE TEMP TABLE standards (id TEXT PRIMARY KEY, entry INTEGER, is_anchor INTEGER) WITHOUT ROWID;
    -- What references name, found by skipping through the index.
    INSERT INTO standards
    WITH RECURSIVE names (id) AS (
        SELECT min(item) FROM certificate_references
        UNION ALL
        SELECT (SELECT min(r.item) FROM certificate_references r WHERE r.item > names.id) FROM names WHERE id IS NOT NULL
    )
    SELECT names.id, i.entry, i.kind = 'national_standard' FROM names JOIN items i ON i.id = names.id;
"""
# The last day of an interval from any day on (SEMANTICS 3.2); where the month has no such day, SQLite goes on into the next.
_CALENDAR = """
    CREATE TEMP TABLE calendar (months INTEGER, day INTEGER, last INTEGER, PRIMARY KEY (months, day)) WITHOUT ROWID;
    INSERT INTO calendar
    WITH RECURSIVE days (day, stop) AS (
        SELECT min(calibrated_on), max(calibrated_on) FROM certificates
        UNION ALL SELECT day + 1, stop FROM days WHERE day < stop
    ), dates AS (
        SELECT months, day, date(day * 86400, 'unixepoch') AS written
        FROM days, (SELECT DISTINCT interval_months AS months FROM items WHERE interval_months IS NOT NULL)
    )
    SELECT months, day, unixepoch(
        CASE WHEN strftime('%d', written, '+' || months || ' months') = strftime('%d', written)
        THEN date(written, '+' || months || ' months', '-1 day')
        ELSE date(written, 'start of month', '+' || (months + 1) || ' months', '-1 day') END
    ) / 86400 FROM dates;
"""
# The days from which on something ends earlier certificates of an item.
_CUTS = """
    CREATE TEMP TABLE cuts (id TEXT, day INTEGER, PRIMARY KEY (id, day)) WITHOUT ROWID;
    INSERT OR IGNORE INTO cuts SELECT item, happened_on FROM events
    WHERE kind IN ('repaired', 'adjusted', 'seal_broken', 'damaged', 'interim_check_failed', 'reinstalled');
    INSERT OR IGNORE INTO cuts SELECT c.item, c.calibrated_on FROM certificates c
    LEFT JOIN withdrawals w ON w.certificate_entry = c.entry
    WHERE (c.adjusted OR c.outcome = 'fail' OR c.as_found = 'out_of_tolerance')
        AND (w.void_from IS NULL OR w.void_from > c.calibrated_on) AND c.id NOT IN (SELECT id FROM replaced);
"""
_ENDS = f"""
    min(
        coalesce(c.valid_until, CASE WHEN c.kind = 'calibration' THEN (
            SELECT last FROM calendar WHERE months = i.interval_months AND day = c.calibrated_on
        ) END, {_FOREVER}),
        coalesce(i.retired_on - 1, {_FOREVER}))
"""
# All certificates of standards, and of every other item the one in force.
_CERTIFICATES = f"""
    CREATE TEMP TABLE c (
        item INTEGER, calibrated_on INTEGER, issued_on INTEGER, entry INTEGER, id TEXT, void_from INTEGER, ends INTEGER,
        is_failed INTEGER, PRIMARY KEY (item, calibrated_on, issued_on, entry)
    ) WITHOUT ROWID;
    INSERT INTO c SELECT s.entry, c.calibrated_on, c.issued_on, c.entry, s.id, coalesce(w.void_from, {_FOREVER}), {_ENDS},
        c.outcome = 'fail'
    FROM standards s JOIN items i ON i.entry = s.entry JOIN certificates c ON c.item = s.id
    LEFT JOIN withdrawals w ON w.certificate_entry = c.entry
    WHERE c.id NOT IN (SELECT id FROM replaced);
    CREATE TEMP TABLE f (
        id TEXT PRIMARY KEY, item INTEGER, entry INTEGER, calibrated_on INTEGER, ends INTEGER, is_failed INTEGER
    ) WITHOUT ROWID;
    INSERT INTO f SELECT c.id, i.entry, c.entry, c.calibrated_on, {_ENDS}, c.outcome = 'fail'
    FROM (
        SELECT c.item AS id, c.entry, max(c.calibrated_on) AS calibrated_on, c.kind, c.valid_until, c.outcome
        FROM certificates c LEFT JOIN withdrawals w ON w.certificate_entry = c.entry
        WHERE c.calibrated_on <= :day AND (w.void_from IS NULL OR w.void_from > :day) AND c.id NOT IN (SELECT id FROM replaced)
        GROUP BY c.item
    ) c CROSS JOIN items i ON i.id = c.id;
"""
_CUT = """
    UPDATE {table} AS t SET ends = min(
        ends, coalesce((SELECT min(day) - 1 FROM cuts WHERE cuts.id = t.id AND day > t.calibrated_on), ends)
    ) WHERE id IN (SELECT id FROM cuts)
"""
# Results that fail by themselves: an error beyond what is permitted (SEMANTICS 3.7), as far as numbers of one unit tell.
_RESULTS = """
    UPDATE {table} AS t SET is_failed = 1 WHERE EXISTS (
        SELECT 1 FROM results q WHERE q.certificate_entry = t.entry
            AND q.error_unit = q.max_permissible_error_unit AND (
                q.uncertainty_k IS NULL OR q.uncertainty_unit <> q.max_permissible_error_unit OR
                abs(CAST(q.error_value AS REAL)) > CAST(q.max_permissible_error_value AS REAL) + CASE
                    WHEN 6 * q.uncertainty_value / q.uncertainty_k <= CAST(q.max_permissible_error_value AS REAL) THEN 0
                    ELSE 2 * q.uncertainty_value / q.uncertainty_k END
            ) AND abs(CAST(q.error_value AS REAL)) > CAST(q.max_permissible_error_value AS REAL)
    )
"""
_COVERS = """ AND EXISTS (
        SELECT 1 FROM results q WHERE q.certificate_entry = {found} AND (r.quantity IS NULL OR q.quantity = r.quantity)
            AND (r.unit IS NULL OR q.unit = r.unit)
            AND (r.low IS NULL OR q.low IS NULL OR CAST(q.low AS REAL) <= CAST(r.low AS REAL))
            AND (r.high IS NULL OR q.high IS NULL OR CAST(q.high AS REAL) >= CAST(r.high AS REAL))
    )"""
# For each reference of a standard's certificate the certificate that it relies on, if that one may be relied on.
_UP = """
    CREATE TEMP TABLE up AS
    SELECT r.certificate_entry AS certificate, s.is_anchor, CASE WHEN s.is_anchor THEN NULL ELSE (
        SELECT CASE WHEN NOT x.is_failed AND x.ends >= c.calibrated_on{covers} THEN x.entry END FROM c x
        WHERE x.item = s.entry AND x.calibrated_on <= c.calibrated_on AND x.void_from > c.calibrated_on
        ORDER BY x.calibrated_on DESC, x.issued_on DESC, x.entry DESC LIMIT 1
    ) END AS found
    FROM c CROSS JOIN certificate_references r ON r.certificate_entry = c.entry CROSS JOIN standards s ON s.id = r.item
"""
# The certificates all of whose references hold already.
_STEP = """
    INSERT INTO good SELECT DISTINCT certificate FROM up o
    WHERE certificate NOT IN (SELECT certificate FROM good) AND NOT EXISTS (
        SELECT 1 FROM up u WHERE u.certificate = o.certificate AND NOT u.is_anchor
            AND (u.found IS NULL OR u.found NOT IN (SELECT certificate FROM good))
    )
"""
_ITEMS = """
    SELECT entry FROM items WHERE kind = 'national_standard' AND (retired_on IS NULL OR retired_on > :day)
    UNION ALL
    SELECT f.item FROM f WHERE NOT f.is_failed AND f.ends >= :day AND CASE
        WHEN f.id IN (SELECT id FROM standards) THEN f.entry IN (SELECT certificate FROM good)
        ELSE EXISTS (SELECT 1 FROM certificate_references r WHERE r.certificate_entry = f.entry) AND NOT EXISTS (
            SELECT 1 FROM certificate_references r JOIN standards s ON s.id = r.item
            WHERE r.certificate_entry = f.entry AND NOT s.is_anchor AND NOT coalesce((
                SELECT NOT x.is_failed AND x.ends >= f.calibrated_on AND x.entry IN (SELECT certificate FROM good){covers}
                FROM c x WHERE x.item = s.entry AND x.calibrated_on <= f.calibrated_on AND x.void_from > f.calibrated_on
                ORDER BY x.calibrated_on DESC, x.issued_on DESC, x.entry DESC LIMIT 1
            ), 0)
        ) END
"""


def holding(path: Path, day: int, *, with_results: bool = True) -> list[int]:
    """The running numbers of the items that hold on the day, by one new connection to the file."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    run = connection.execute
    for setting in ("temp_store = MEMORY", "cache_size = -1000000", "mmap_size = 2147418112"):
        run(f"PRAGMA {setting}")
    run("BEGIN")
    run("CREATE TEMP TABLE replaced (id TEXT PRIMARY KEY) WITHOUT ROWID")
    run("INSERT OR IGNORE INTO replaced SELECT replaces FROM certificates WHERE replaces IS NOT NULL")
    covers = _COVERS.format(found="x.entry") if with_results else ""
    for statement in (_STANDARDS + _CALENDAR + _CUTS + _CERTIFICATES).split(";"):
        run(statement, {"day": day} if ":day" in statement else {})
    for table in ("c", "f"):
        run(_CUT.format(table=table))
        if with_results:
            run(_RESULTS.format(table=table))
    run(_UP.format(covers=covers))
    run("CREATE INDEX temp.up_certificate ON up (certificate)")
    run("CREATE TEMP TABLE good (certificate INTEGER PRIMARY KEY)")
    while run(_STEP).rowcount:
        pass
    entries = [entry for (entry,) in run(_ITEMS.format(covers=covers), {"day": day})]
    connection.close()
    return entries
