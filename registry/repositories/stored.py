"""Whole records as stored: from their rows and the rows of the lists inside them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, exists, select

from registry import mapping
from registry.columns import LATEST
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.repositories.sections import SECTION_TABLES, Section
from registry.table_parts import table_of
from registry.tables import Certificates, Withdrawals
from registry.unit_of_work import UnitOfWork
from traceability.records import Certificate, Record

_BATCH = 500  # Records held at once while a list is read.


class Stored(NamedTuple):
    """A stored record with its row's running number and the recording that brought it."""

    entry: int
    recording: int
    record: Record


def records_of(work: UnitOfWork, entries: Mapping[str, list[int]]) -> dict[str, list[Record]]:
    """The records with these running numbers, list by list; certificates as issued, without their withdrawals.

    What is kept in memory is taken from there; everything else is asked for in one go.
    """
    held = {name: work.cache.of(name).held(entries[name]) for name in entries}
    missing = {name: [entry for entry in entries[name] if entry not in held[name]] for name in entries}
    queries = {name: (_BY_ENTRY[name], *_PARTS[name]) for name in entries if missing[name]}
    answers = iter(work.gather([(query, {"entries": missing[name]}) for name in queries for query in queries[name]]))
    for name in queries:
        rows = next(answers)
        parts = [mapping.parts_by_entry(next(answers)) for _ in _PARTS[name]]
        found = {row[0]: SECTION_TABLES[name].record(row, *parts) for row in rows}
        work.cache.of(name).keep(found)
        held[name].update(found)
    return {name: [held[name][entry] for entry in entries[name]] for name in entries}


def of_items(work: UnitOfWork, items: list[str], most: int) -> dict[str, list[Record]]:
    """The versions of items, their certificates and their events, of each list at most so many, in the order of recording."""
    lists = work.gather([(query, {"items": items, "most": most}) for query in _OF_ITEMS.values()])
    rows_of = {name: rows for name, rows in zip(_OF_ITEMS, lists, strict=True) if rows}
    entries = {name: [row[0] for row in rows] for name, rows in rows_of.items()}
    asked = [(part, {"entries": entries[name]}) for name in rows_of for part in _PARTS[name]]
    asked += [(_WITHDRAWALS, {"entries": entries[name]}) for name in rows_of if name == "certificates"]
    answers = iter(work.gather(asked))
    found: dict[str, list[Record]] = {}
    for name, rows in rows_of.items():
        parts = [mapping.parts_by_entry(next(answers)) for _ in _PARTS[name]]
        found[name] = [SECTION_TABLES[name].record(row, *parts) for row in rows]
    if "certificates" in found:
        numbered = zip(entries["certificates"], found["certificates"], strict=True)
        found["certificates"] = _with_withdrawals(numbered, next(answers), LATEST)
    return found


def withdrawn(work: UnitOfWork, certificates: Iterable[tuple[int, Record]], entries: list[int], until: int) -> list[Record]:
    """Certificates, given with their running numbers, with the withdrawals that those of `entries` have.

    `until`: the instant (as stored) up to which withdrawals are known.
    """
    return _with_withdrawals(certificates, work.rows(_WITHDRAWALS, entries=entries) if entries else [], until)


def _with_withdrawals(certificates: Iterable[tuple[int, Record]], rows: list[Row], until: int) -> list[Record]:
    by_entry = {row[0]: row for row in rows if row[1] <= until}
    return [
        mapping.withdrawn(record, by_entry[entry]) if entry in by_entry and isinstance(record, Certificate) else record
        for entry, record in certificates
    ]


def without_withdrawal(certificate: Certificate) -> Certificate:
    """The certificate as it was issued."""
    return msgspec.structs.replace(certificate, withdrawal=None) if certificate.withdrawal is not None else certificate


def identities(work: UnitOfWork, section: str, ids: list[str]) -> list[Row]:
    """`(id, entry, recording)` of what is stored of a list under the ids."""
    return work.rows(_IDENTITIES[section], ids=ids)


def replacing(work: UnitOfWork, certificate_id: str) -> list[str]:
    """The ids of the certificates that replace one, in the order in which they were recorded."""
    return [id_ for (id_,) in work.rows(_REPLACING, id=certificate_id)]


def known_with_id(work: UnitOfWork, section: str, id_: str, known_at: int) -> list[Stored]:
    """The records of a list with an id that were known at an instant (as stored), in the order in which they were recorded."""
    return _stored(work, section, work.rows(_KNOWN_WITH_ID[section], id=id_, known_at=known_at))


def with_ids(work: UnitOfWork, section: str, ids: list[str]) -> list[Stored]:
    """All records of a list, in all their versions, that have one of the ids; in the order in which they were recorded."""
    return _stored(work, section, work.rows(_WITH_IDS[section], ids=ids))


def _stored(work: UnitOfWork, section: str, rows: list[Row]) -> list[Stored]:
    recording = table_of(SECTION_TABLES[section].table).c.keys().index("recording")
    records = _complete(work, section, rows)
    return [Stored(row[0], row[recording], record) for row, record in zip(rows, records, strict=True)]


def by_entry(work: UnitOfWork, section: str, entries: list[int]) -> dict[int, Record]:
    """The records of a list with these running numbers as the rows say now, whatever is kept in memory."""
    rows = work.rows(_BY_ENTRY[section], entries=entries)
    return {row[0]: record for row, record in zip(rows, _complete(work, section, rows), strict=True)}


def as_recorded(work: UnitOfWork, section: str, entries: list[int]) -> Iterator[tuple[int, Record]]:
    """The same one by one with their running numbers, certificates without their withdrawals."""
    rows = work.rows(_BY_ENTRY[section], entries=entries)
    return zip((row[0] for row in rows), _as_issued(work, section, rows), strict=True)


def all_of(work: UnitOfWork, section: str, known_at: int) -> Iterator[Record]:
    """The records of a list that were known at an instant (as stored), few of them held at a time."""
    after = 0
    while rows := work.rows(_AFTER[section], after=after, most=_BATCH, known_at=known_at):
        yield from _complete(work, section, rows, known_at)
        after = rows[-1][0]


def _complete(work: UnitOfWork, section: str, rows: list[Row], known_at: int = LATEST) -> list[Record]:
    """The records of rows, read past the cache: lists are read through once."""
    records = _as_issued(work, section, rows)
    if section != "certificates":
        return records
    entries = [row[0] for row in rows]
    return withdrawn(work, zip(entries, records, strict=True), entries, known_at)


def _as_issued(work: UnitOfWork, section: str, rows: list[Row]) -> list[Record]:
    """The records of rows, certificates without their withdrawals."""
    if not rows:
        return []
    entries = [row[0] for row in rows]
    parts = [mapping.parts_by_entry(found) for found in work.gather([(part, {"entries": entries}) for part in _PARTS[section]])]
    return [SECTION_TABLES[section].record(row, *parts) for row in rows]


def _withdrawals(spelling: Spelling) -> Select[Any]:
    table = table_of(Withdrawals)
    return select(table).where(spelling.among(table.c.certificate_entry, "entries"))


def _replacing(_: Spelling) -> Select[Any]:
    table = table_of(Certificates)
    replacing_it = select(table.c.id).where(table.c.replaces == bindparam("id"), is_kept("certificates", table.c.entry))
    return replacing_it.order_by(table.c.entry)


def _with_ids(section: Section) -> Query:
    table = table_of(section.table)
    kept = is_kept(section.name, table.c.entry)
    return Query(lambda spelling: select(table).where(spelling.among(table.c.id, "ids"), kept).order_by(table.c.entry))


def _known_with_id(section: Section) -> Query:
    table = table_of(section.table)
    wanted = [table.c.id == bindparam("id"), is_kept(section.name, table.c.entry, bindparam("known_at"))]
    if "recorded_at" in table.c:
        wanted.append(table.c.recorded_at <= bindparam("known_at"))
    return Query(lambda _: select(table).where(*wanted).order_by(table.c.entry))


def _identities(section: Section) -> Query:
    table = table_of(section.table)
    columns = (table.c.id, table.c.entry, table.c.recording)
    kept = is_kept(section.name, table.c.entry)
    return Query(lambda spelling: select(*columns).where(spelling.among(table.c.id, "ids"), kept).order_by(table.c.entry))


def _of_items(section: Section, column: str) -> Query:
    table = table_of(section.table)

    def build(spelling: Spelling) -> Select[Any]:
        own = (spelling.among(table.c[column], "items"), is_kept(section.name, table.c.entry))
        return select(table).where(*own).order_by(table.c.entry).limit(bindparam("most"))

    return Query(build)


def _by_entry(section: Section) -> Query:
    table = table_of(section.table)
    return Query(lambda spelling: select(table).where(spelling.among(table.c.entry, "entries")))


def _after(section: Section) -> Query:
    table = table_of(section.table)

    def build(_: Spelling) -> Select[Any]:
        kept = is_kept(section.name, table.c.entry, bindparam("known_at"))
        rows = select(table).where(table.c.entry > bindparam("after"), kept).order_by(table.c.entry)
        if "recorded_at" in table.c:
            rows = rows.where(table.c.recorded_at <= bindparam("known_at"))
        else:  # Of an organization, the latest row counts.
            later = table.alias("later")
            rows = rows.where(~exists().where(later.c.id == table.c.id, later.c.entry > table.c.entry))
        return rows.limit(bindparam("most"))

    return Query(build)


def _part(section: Section, number: int) -> Query:
    table = table_of(section.parts[number].table)
    entry, position = list(table.primary_key)
    return Query(lambda spelling: select(table).where(spelling.among(entry, "entries")).order_by(entry, position))


_WITHDRAWALS = Query(_withdrawals)
_REPLACING = Query(_replacing)
_BY_ENTRY = {name: _by_entry(section) for name, section in SECTION_TABLES.items()}
_IDENTITIES = {name: _identities(section) for name, section in SECTION_TABLES.items()}
_KNOWN_WITH_ID = {name: _known_with_id(section) for name, section in SECTION_TABLES.items()}
_WITH_IDS = {name: _with_ids(section) for name, section in SECTION_TABLES.items()}
_AFTER = {name: _after(section) for name, section in SECTION_TABLES.items()}
_OF_ITEMS = {
    name: _of_items(SECTION_TABLES[name], column)
    for name, column in (("items", "id"), ("certificates", "item"), ("events", "item"))
}
_PARTS = {name: [_part(section, number) for number in range(len(section.parts))] for name, section in SECTION_TABLES.items()}
