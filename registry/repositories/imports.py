"""Imports: whose file, how it is read, which jobs worked on it, what they found."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, select

from registry.access import Party
from registry.columns import instant_number, instant_of
from registry.import_tables import HeaderMappings, ImportFindings, ImportJobs, ImportMappings, Imports
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.holdings import is_held
from registry.repositories.jobs import party_of, text_of
from registry.repositories.retractions import is_kept
from registry.spelling import compared
from registry.table_parts import table_of
from registry.tables import Items, Organizations
from registry.unit_of_work import UnitOfWork

MOST_ORGANIZATIONS = 10_000  # Whose names are compared; a country has some thousand.
_A_ROW = 500  # Findings that lie in one row.

_findings = table_of(ImportFindings)
_header_mappings = table_of(HeaderMappings)
_imports = table_of(Imports)
_items = table_of(Items)
_jobs = table_of(ImportJobs)
_mappings = table_of(ImportMappings)
_organizations = table_of(Organizations)


class StoredImport(NamedTuple):
    """An import as it was asked for."""

    entry: int
    id: str
    sha256: str
    name: str
    format: str
    created_at: datetime
    party: Party


class ImportFinding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found out about a record of a file, or a row of a workbook; `mark` as in registry.exchange.workbook.

    `line` counts from 1; `path` is the field in the records document that the file amounts to.
    """

    mark: str
    zh: str = ""
    en: str = ""
    code: str | None = None
    path: str | None = None
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    header: str | None = None
    value: str | None = None


def add_import(work: UnitOfWork, id_: str, sha256: str, name: str, format_: str, *, party: Party, at: datetime) -> int:
    """Write down an import; its running number."""
    entry = work.allot(Imports)
    row = (entry, id_, sha256, name, format_, instant_number(at), text_of(party), party.organization)
    work.append(Imports, [row])
    return entry


def import_with(work: UnitOfWork, id_: str) -> StoredImport | None:
    """The import with an id."""
    rows = work.rows(_WITH_ID, id=id_)
    return _import(rows[0]) if rows else None


def import_at(work: UnitOfWork, entry: int) -> StoredImport:
    """The import with a running number."""
    ((*row,),) = work.rows(_AT, entry=entry)
    return _import(tuple(row))


def imports_before(work: UnitOfWork, organization: str | None, before: int, most: int) -> list[StoredImport]:
    """Imports of an organization (None: of all), the latest first."""
    if organization is None:
        return [_import(row) for row in work.rows(_ALL_BEFORE, before=before, most=most)]
    return [_import(row) for row in work.rows(_BEFORE, organization=organization, before=before, most=most)]


def add_job(work: UnitOfWork, import_entry: int, job_entry: int) -> None:
    """Let a job be one of an import."""
    work.append(ImportJobs, [(import_entry, job_entry)])


def jobs_of_imports(work: UnitOfWork, import_entries: list[int]) -> dict[int, list[int]]:
    """By import, the running numbers of its jobs, in order."""
    found: dict[int, list[int]] = {entry: [] for entry in import_entries}
    for import_entry, job in work.rows(_JOBS, entries=import_entries) if import_entries else ():
        found[import_entry].append(job)
    return found


def set_mapping(work: UnitOfWork, import_entry: int, mapping: str) -> None:
    """Read the columns of an import like this from now on (JSON)."""
    work.append(ImportMappings, [(import_entry, len(work.rows(_MAPPINGS, import_entry=import_entry)), mapping)])


def mapping_of(work: UnitOfWork, import_entry: int) -> str | None:
    """How the columns of an import are read (JSON)."""
    rows = work.rows(_MAPPINGS, import_entry=import_entry)
    return rows[-1][0] if rows else None


def remember_mapping(work: UnitOfWork, organization: str | None, mapping: str, at: datetime) -> None:
    """Remember how an organization's columns are read (JSON)."""
    if remembered_mapping(work, organization) != mapping:
        row = (work.allot(HeaderMappings), organization, mapping, instant_number(at))
        work.append(HeaderMappings, [row])


def remembered_mapping(work: UnitOfWork, organization: str | None) -> str | None:
    """How the columns of an organization were read last (JSON)."""
    rows = work.rows(_OPERATORS) if organization is None else work.rows(_REMEMBERED, organization=organization)
    return rows[0][0] if rows else None


def keep_findings(work: UnitOfWork, job_entry: int, findings: list[ImportFinding]) -> None:
    """Keep what a job found out."""
    parts = [findings[start : start + _A_ROW] for start in range(0, len(findings), _A_ROW)]
    work.append(ImportFindings, [(job_entry, position, text_of(part)) for position, part in enumerate(parts)])


def findings_of(work: UnitOfWork, job_entry: int) -> Iterator[ImportFinding]:
    """What a job found out, in the order of the file."""
    position = 0
    while rows := work.rows(_FINDINGS, job_entry=job_entry, position=position):
        yield from msgspec.json.decode(rows[0][0], type=list[ImportFinding])
        position += 1


def items_with_serials(work: UnitOfWork, serials: list[str], viewers: list[str] | None) -> dict[str, list[str]]:
    """By serial number as compared, the ids of the items that have it, of those that the viewers hold."""
    rows = work.rows(_SERIALS, keys=serials) if viewers is None else work.rows(_HELD_SERIALS, keys=serials, viewers=viewers)
    found: dict[str, list[str]] = {}
    for key, id_ in rows:
        found.setdefault(key, []).append(id_)
    return found


def organizations_named(work: UnitOfWork, names: Collection[str]) -> dict[str, list[str]]:
    """By id or name as compared, the ids of the organizations that are called so, of the first MOST_ORGANIZATIONS."""
    found: dict[str, set[str]] = {}
    for id_, name in work.rows(_ORGANIZATIONS, most=MOST_ORGANIZATIONS):
        for key in {compared(id_), compared(name)} & set(names):
            found.setdefault(key, set()).add(id_)
    return {key: sorted(ids) for key, ids in found.items()}


def _import(row: Row) -> StoredImport:
    entry, id_, sha256, name, format_, created_at, party, _ = row
    instant = instant_of(created_at)
    if instant is None:  # pragma: no cover - imports have an instant.
        raise ValueError(entry)
    return StoredImport(entry, id_, sha256, name, format_, instant, party_of(party))


def _page(_: Spelling) -> Select[Any]:
    return (
        select(_imports)
        .where(_imports.c.entry < bindparam("before"))
        .order_by(_imports.c.entry.desc())
        .limit(bindparam("most"))
    )


def _serials(spelling: Spelling) -> Select[Any]:
    wanted = select(_items.c.serial_key, _items.c.id).distinct()
    return wanted.where(spelling.among(_items.c.serial_key, "keys"), is_kept("items", _items.c.entry)).order_by(_items.c.id)


_WITH_ID = Query(lambda _: select(_imports).where(_imports.c.id == bindparam("id")))
_AT = Query(lambda _: select(_imports).where(_imports.c.entry == bindparam("entry")))
_ALL_BEFORE = Query(_page)
_BEFORE = Query(lambda spelling: _page(spelling).where(_imports.c.organization == bindparam("organization")))
_JOBS = Query(
    lambda spelling: (
        select(_jobs.c.import_entry, _jobs.c.job_entry)
        .where(spelling.among(_jobs.c.import_entry, "entries"))
        .order_by(_jobs.c.import_entry, _jobs.c.job_entry)
    )
)
_MAPPINGS = Query(
    lambda _: (
        select(_mappings.c.mapping).where(_mappings.c.import_entry == bindparam("import_entry")).order_by(_mappings.c.position)
    )
)
_LATEST_MAPPING = select(_header_mappings.c.mapping).order_by(_header_mappings.c.entry.desc()).limit(1)
_REMEMBERED = Query(lambda _: _LATEST_MAPPING.where(_header_mappings.c.organization == bindparam("organization")))
_OPERATORS = Query(lambda _: _LATEST_MAPPING.where(_header_mappings.c.organization.is_(None)))
_FINDINGS = Query(
    lambda _: select(_findings.c.findings).where(
        _findings.c.job_entry == bindparam("job_entry"), _findings.c.position == bindparam("position")
    )
)
_SERIALS = Query(_serials)
_HELD_SERIALS = Query(lambda spelling: _serials(spelling).where(is_held(spelling, "items", _items.c.id)))
_ORGANIZATIONS = Query(
    lambda _: (
        select(_organizations.c.id, _organizations.c.name)
        .where(_organizations.c.entry > 0)
        .order_by(_organizations.c.entry)
        .limit(bindparam("most"))
    )
)
