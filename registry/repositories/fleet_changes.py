"""What was recorded since answers were kept, and the records around it, as the fleet engine asks (traceability.fleet.reach)."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy import Table as SqlTable

from registry.columns import instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories import stored
from registry.repositories.retractions import is_kept, undone_since
from registry.repositories.sheets import MORE_COLUMNS, OWNERS, TABLES, sheet_of
from registry.repositories.stored import Stored
from registry.table_parts import table_of
from registry.tables import (
    Branches,
    CertificateReferences,
    Certificates,
    Competences,
    Events,
    Items,
    MeteringPoints,
    Recordings,
    Withdrawals,
)
from registry.unit_of_work import UnitOfWork
from traceability.fleet.points import POINT_SHEETS
from traceability.fleet.reach import (
    Changes,
    Span,
    Use,
    since_of_certificate,
    since_of_item,
    since_of_withdrawal,
    spans_of,
)
from traceability.fleet.sheets import SHEETS, Sheets
from traceability.records import AsFound, Competence, EventKind, Item, Outcome

MOST = 20_000  # New records; after more, answering everything costs less than finding out what they reach.
_AT_ONCE = 20_000  # Values that are named in one statement.

_ALL_SHEETS = SHEETS | POINT_SHEETS
_branches = table_of(Branches)
_certificates = table_of(Certificates)
_competences = table_of(Competences)
_events = table_of(Events)
_items = table_of(Items)
_points = table_of(MeteringPoints)
_recordings = table_of(Recordings)
_references = table_of(CertificateReferences)
_withdrawals = table_of(Withdrawals)


class Since(NamedTuple):
    """Up to which recording, and as of which instant (as stored), answers know records."""

    recording: int
    known_at: int


def changes_since(work: UnitOfWork, since: Since, known_at: int) -> Changes | None:
    """What was recorded since; None when there is too much of it, or an import was undone."""
    asked = {"recording": since.recording, "most": MOST + 1}
    if undone_since(work, since.recording):
        return None
    rows = {name: work.rows(query, **asked) for name, query in _NEW.items()}
    if sum(map(len, rows.values())) > MOST:
        return None
    return Changes(
        items=[*_changed_items(work, _ids(rows["items"]), since, known_at)],
        certificates=[*_new_certificates(work, rows["certificates"]), *map(_withdrawn, rows["withdrawals"])],
        events=[(item, on) for item, on in rows["events"]],
        competences=[*_changed_competences(work, _ids(rows["competences"]), since, known_at)],
        points=sorted(set(_ids(rows["metering_points"]))),
    )


def last_stored(work: UnitOfWork, recording: int) -> datetime | None:
    """When the latest of the recordings after one was stored, by the clock of whoever stored it; None where there is none."""
    ((stored_at,),) = work.rows(_LAST_STORED, recording=recording)
    return None if stored_at is None else instant_of(stored_at)


class StoredRecords:
    """The records of the store as known at an instant (as stored); see traceability.fleet.reach.Surroundings."""

    def __init__(self, work: UnitOfWork, known_at: int) -> None:
        self._work = work
        self._known_at = known_at

    def doubtful(self, items: Collection[str]) -> Iterator[str]:
        """See Surroundings."""
        yield from _ids(self._asked(_DOUBTFUL_CERTIFICATES, items))
        yield from _ids(self._asked(_DOUBTFUL_EVENTS, items))

    def issued_by(self, span: Span) -> Iterable[tuple[str, int]]:
        """See Surroundings."""
        return [(item, on) for item, on in self._work.rows(_ISSUED, **span._asdict())]

    def using(self, items: Collection[str]) -> Iterator[Use]:
        """See Surroundings."""
        return (Use(*row) for row in self._asked(_USING, items))

    def used_by(self, items: Collection[str]) -> Iterator[str]:
        """See Surroundings."""
        return _ids(self._asked(_USED, items))

    def sheets(self, items: Collection[str]) -> Sheets:
        """See Surroundings."""
        found = {name: self._sheet(name, items) for name in ("items", "certificates", "events")}
        issuers = found["certificates"]["issuer"].unique().to_pylist()
        found["competences"] = self._sheet("competences", issuers)
        for name in SHEETS.keys() - found.keys():
            owners = found[OWNERS.get(name, "certificates")]["entry"].to_pylist()
            found[name] = self._sheet(name, owners)
        return found

    def points_at(self, items: Collection[str]) -> Iterator[str]:
        """See Surroundings."""
        return _ids(self._asked(_POINTS_AT, items))

    def items_at(self, points: Collection[str]) -> Iterator[str]:
        """See Surroundings."""
        return _ids(self._asked(_ITEMS_AT, points))

    def point_sheets(self, points: Collection[str]) -> Sheets:
        """See Surroundings."""
        found = self._sheet("metering_points", points)
        return {"metering_points": found, "branches": self._sheet("branches", found["entry"].to_pylist())}

    def _sheet(self, name: str, among: Collection[Any]) -> pa.Table:
        """The rows of one table that belong to some records, or to some items or organizations."""
        types = dict(zip(_ALL_SHEETS[name].names, _ALL_SHEETS[name].types, strict=True)) | MORE_COLUMNS.get(name, {})
        values = {"known_at": self._known_at} if _is_recorded(name) else {}
        rows = [*self._asked(_SHEETS[name], among, **values)]
        columns = list(zip(*rows, strict=True)) or [()] * len(types)
        arrays = [pa.array(values, type_) for values, type_ in zip(columns, types.values(), strict=True)]
        return sheet_of(name, pa.Table.from_arrays(arrays, names=list(types)))

    def _asked(self, query: Query, among: Collection[Any], **values: Any) -> Iterator[Row]:
        named = list(among)
        for start in range(0, len(named), _AT_ONCE):
            yield from self._work.rows(query, among=named[start : start + _AT_ONCE], **values)


def _new_certificates(work: UnitOfWork, rows: list[Row]) -> Iterator[tuple[str, int]]:
    replaced = sorted({replaces for _, _, _, replaces in rows if replaces is not None})
    days: dict[str, int] = dict(work.rows(_DAYS, ids=replaced)) if replaced else {}
    ids = [id_ for id_, *_ in rows]
    before = set(_ids(work.rows(_REPLACED, ids=ids))) if ids else set()
    for id_, item, on, replaces in rows:
        yield item, since_of_certificate(on, days.get(replaces), is_replaced=id_ in before)


def _withdrawn(row: Row) -> tuple[str, int]:
    item, on, void_from = row
    return item, since_of_withdrawal(on, void_from)


def _changed_items(work: UnitOfWork, ids: Iterable[str], since: Since, known_at: int) -> Iterator[tuple[str, int]]:
    for id_, versions in _versions(work, "items", ids).items():
        before, after = _before(versions, since), _latest(versions, known_at)
        if isinstance(after, Item):
            yield id_, since_of_item(before if isinstance(before, Item) else None, after)


def _changed_competences(work: UnitOfWork, ids: Iterable[str], since: Since, known_at: int) -> Iterator[Span]:
    """Of all organizations that a competence was ever of, as a version may name another one."""
    versions = _versions(work, "competences", ids)
    organizations = sorted({version.record.organization for of_one in versions.values() for version in of_one})  # type: ignore[union-attr]
    if not organizations:
        return
    all_of_them = _versions(work, "competences", _ids(work.rows(_OF_ORGANIZATIONS, ids=organizations)))
    for organization in organizations:
        before = _of(organization, (_before(of_one, since) for of_one in all_of_them.values()))
        after = _of(organization, (_latest(of_one, known_at) for of_one in all_of_them.values()))
        yield from spans_of(organization, before, after)


def _of(organization: str, records: Iterable[Any]) -> list[Competence]:
    return [each for each in records if isinstance(each, Competence) and each.organization == organization]


def _versions(work: UnitOfWork, section: str, ids: Iterable[str]) -> dict[str, list[Stored]]:
    wanted = sorted(set(ids))
    versions: dict[str, list[Stored]] = {}
    for each in stored.with_ids(work, section, wanted) if wanted else ():
        versions.setdefault(each.record.id, []).append(each)
    return versions


def _before(versions: Iterable[Stored], since: Since) -> Any:
    """The version that the answers know."""
    return _latest((each for each in versions if each.recording <= since.recording), since.known_at)


def _latest(versions: Iterable[Stored], known_at: int) -> Any:
    """The latest version known at an instant (as stored)."""
    moments = ((instant_number(each.record.recorded_at), each.record) for each in versions)  # type: ignore[union-attr]
    known = [each for each in moments if each[0] <= known_at]
    return max(known, key=lambda each: each[0])[1] if known else None


def _ids(rows: Iterable[Row]) -> Iterator[str]:
    return (id_ for (id_,) in rows)


# Rows lie in the order of their recordings: the last one known is found from the end, over the new ones alone.


def _is_new(table: SqlTable) -> ColumnElement[bool]:
    known = select(table.c.entry).where(table.c.recording <= bindparam("recording")).order_by(table.c.entry.desc()).limit(1)
    return table.c.entry > func.coalesce(known.scalar_subquery(), 0)


def _new(table: SqlTable, *names: str) -> Query:
    columns = [table.c[name] for name in names]
    return Query(lambda _: select(*columns).where(_is_new(table)).limit(bindparam("most")))


def _new_withdrawals(_: Spelling) -> Select[Any]:
    joined = _withdrawals.join(_certificates, _certificates.c.entry == _withdrawals.c.certificate_entry)
    columns = _certificates.c.item, _certificates.c.calibrated_on, _withdrawals.c.void_from
    is_new = _withdrawals.c.recording > bindparam("recording")
    return select(*columns).select_from(joined).where(is_new).limit(bindparam("most"))


_NEW = {
    "items": _new(_items, "id"),
    "certificates": _new(_certificates, "id", "item", "calibrated_on", "replaces"),
    "withdrawals": Query(_new_withdrawals),
    "events": _new(_events, "item", "happened_on"),
    "competences": _new(_competences, "id"),
    "metering_points": _new(_points, "id"),
}
_DAYS = Query(
    lambda spelling: (
        select(_certificates.c.id, func.min(_certificates.c.calibrated_on))
        .where(spelling.among(_certificates.c.id, "ids"))
        .group_by(_certificates.c.id)
    )
)
_REPLACED = Query(lambda spelling: select(_certificates.c.replaces).where(spelling.among(_certificates.c.replaces, "ids")))
_OF_ORGANIZATIONS = Query(
    lambda spelling: select(_competences.c.id).distinct().where(spelling.among(_competences.c.organization, "ids"))
)


def _using(spelling: Spelling) -> Select[Any]:
    joined = _references.join(_certificates, _certificates.c.entry == _references.c.certificate_entry)
    columns = _references.c.item, _certificates.c.item, _certificates.c.calibrated_on
    return select(*columns).distinct().select_from(joined).where(spelling.among(_references.c.item, "among"))


def _used(spelling: Spelling) -> Select[Any]:
    joined = _certificates.join(_references, _certificates.c.entry == _references.c.certificate_entry)
    return select(_references.c.item).distinct().select_from(joined).where(spelling.among(_certificates.c.item, "among"))


def _doubtful_certificates(spelling: Spelling) -> Select[Any]:
    is_out, is_bad = _certificates.c.as_found == AsFound.OUT_OF_TOLERANCE.value, _certificates.c.outcome == Outcome.FAIL.value
    return select(_certificates.c.item).where(spelling.among(_certificates.c.item, "among"), or_(is_out, is_bad))


def _doubtful_events(spelling: Spelling) -> Select[Any]:
    is_failed = _events.c.kind == EventKind.INTERIM_CHECK_FAILED.value
    return select(_events.c.item).where(spelling.among(_events.c.item, "among"), is_failed)


def _issued(_: Spelling) -> Select[Any]:
    of_issuer = _certificates.c.issuer == bindparam("organization")
    in_span = and_(_certificates.c.calibrated_on >= bindparam("start"), _certificates.c.calibrated_on < bindparam("until"))
    return select(_certificates.c.item, _certificates.c.calibrated_on).distinct().where(of_issuer, in_span)


def _at(wanted: ColumnElement[str], given: ColumnElement[str]) -> Query:
    """What stands with what in the rows of any version of a metering point."""
    joined = _branches.join(_points, _points.c.entry == _branches.c.metering_point_entry)

    def build(spelling: Spelling) -> Select[Any]:
        return (
            select(wanted).distinct().select_from(joined).where(_branches.c.item.is_not(None), spelling.among(given, "among"))
        )

    return Query(build)


_POINTS_AT, _ITEMS_AT = _at(_points.c.id, _branches.c.item), _at(_branches.c.item, _points.c.id)
_USING, _USED, _ISSUED = Query(_using), Query(_used), Query(_issued)
_LAST_STORED = Query(lambda _: select(func.max(_recordings.c.stored_at)).where(_recordings.c.entry > bindparam("recording")))
_DOUBTFUL_CERTIFICATES, _DOUBTFUL_EVENTS = Query(_doubtful_certificates), Query(_doubtful_events)


def _is_recorded(name: str) -> bool:
    return "recorded_at" in table_of(TABLES[name]).c


def _sheet_query(name: str) -> Query:
    table = table_of(TABLES[name])
    columns = [table.c[each] for each in (*_ALL_SHEETS[name].names, *MORE_COLUMNS.get(name, ()))]
    belongs: Callable[[Spelling], ColumnElement[bool]]
    match name:
        case "items" | "metering_points":
            belongs = lambda spelling: spelling.among(table.c.id, "among")  # noqa: E731 - one of four, as short as they are.
        case "certificates" | "events":
            belongs = lambda spelling: spelling.among(table.c.item, "among")  # noqa: E731
        case "competences":
            belongs = _of_issuers
        case _:
            entry = next(iter(table.primary_key))
            belongs = lambda spelling: spelling.among(entry, "among")  # noqa: E731

    def build(spelling: Spelling) -> Select[Any]:
        rows = select(*columns).where(belongs(spelling))
        if not _is_recorded(name):
            return rows
        rows = rows.where(table.c.recorded_at <= bindparam("known_at"))
        return rows if name == "withdrawals" else rows.where(is_kept(name, table.c.entry, bindparam("known_at")))

    return Query(build)


def _of_issuers(spelling: Spelling) -> ColumnElement[bool]:
    """All versions of what was ever an issuer's: the latest one may name another organization."""
    held = _competences.alias("held")
    return _competences.c.id.in_(select(held.c.id).where(spelling.among(held.c.organization, "among")))


_SHEETS = {name: _sheet_query(name) for name in _ALL_SHEETS}
