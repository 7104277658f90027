"""What belongs to a record: the records of an item, what replaces a certificate, what an item is called.

Every query here is narrowed to what the viewers of the unit of work hold, where it has any.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from registry.columns import instant_number
from registry.queries import Query, Spelling
from registry.repositories import stored
from registry.repositories.holdings import is_held
from registry.repositories.retractions import Kept
from registry.repositories.stored import Stored
from registry.spelling import is_storable
from registry.table_parts import Table, table_of
from registry.tables import Branches, Certificates, Documents, Events, ItemAliases, MeteringPoints, ReadNumbers, ReadRole
from registry.tables import Withdrawals as WithdrawalRows
from registry.unit_of_work import UnitOfWork

_MOST = 10_000  # Records about one item; real ones have some hundreds at most.


class Alias(NamedTuple):
    """A name of an item: its row's number, its sort, and the recording that brought it."""

    entry: int
    item: str
    scheme: str
    value: str
    recording: int


class WithdrawalRow(NamedTuple):
    """A withdrawal: of the certificate with this running number, known from an instant (as stored), brought by a recording."""

    certificate_entry: int
    recorded_at: int
    declared_on: int
    void_from: int
    recording: int
    place: int


class Document(NamedTuple):
    """An original file."""

    sha256: str
    media_type: str


def versions(work: UnitOfWork, section: str, id_: str, known_at: int) -> list[Stored]:
    """The versions of a record known at an instant (as stored), the latest last; none when the viewers do not hold it.

    Of an organization only the latest row is a version.
    """
    if not is_storable(id_) or not _is_seen(work, section, id_):
        return []
    known = stored.known_with_id(work, section, id_, known_at)
    if section == "organizations":
        return known[-1:]
    return sorted(known, key=_recorded_at)


def certificates_of(work: UnitOfWork, item: str, known_at: int) -> list[Stored]:
    """The certificates of an item known at an instant, without their withdrawals."""
    return _of_item(work, "certificates", item, known_at)


def events_of(work: UnitOfWork, item: str, known_at: int) -> list[Stored]:
    """The events of an item known at an instant."""
    return _of_item(work, "events", item, known_at)


def installations_of(work: UnitOfWork, item: str, known_at: int) -> list[Stored]:
    """The versions of metering points, known at an instant, that name an item."""
    return _of_item(work, "metering_points", item, known_at)


def withdrawals_of(work: UnitOfWork, entries: list[int], known_at: int) -> dict[int, WithdrawalRow]:
    """The withdrawals, known at an instant, of certificates with these running numbers."""
    rows = (WithdrawalRow(*row) for row in work.rows(_WITHDRAWALS, entries=entries)) if entries else ()
    return {row.certificate_entry: row for row in rows if row.recorded_at <= known_at}


def replacing(work: UnitOfWork, certificate: str, known_at: int) -> list[Stored]:
    """The certificates known at an instant that replace one, without their withdrawals."""
    query, values = _REPLACING[work.viewers is not None], {"id": certificate, "viewers": work.viewers or []}
    return _loaded(work, "certificates", work.rows(query, **values), known_at)


def aliases_of(work: UnitOfWork, item: str) -> list[Alias]:
    """What an item is called besides its id; the item is one that the viewers hold."""
    return [Alias(*row) for row in work.rows(_ALIASES, item=item)]


def documents_of(work: UnitOfWork, recording: int, number_key: str) -> list[Document]:
    """The original files of a recording that are the certificate with a number (as compared); not for units with viewers."""
    return [Document(*row) for row in work.rows(_DOCUMENTS, recording=recording, number=number_key)]


def _is_seen(work: UnitOfWork, section: str, id_: str) -> bool:
    if work.viewers is None:
        return True
    return bool(work.rows(_SEEN[section], id=id_, viewers=work.viewers))


def _of_item(work: UnitOfWork, section: str, item: str, known_at: int) -> list[Stored]:
    query = _OF_ITEM[section, work.viewers is not None]
    return _loaded(work, section, work.rows(query, item=item, viewers=work.viewers or []), known_at)


def _loaded(work: UnitOfWork, section: str, rows: list[Any], known_at: int) -> list[Stored]:
    """The records, known at an instant, of rows of a running number and a recording."""
    counted = set(Kept(work, known_at).of(section, (entry for entry, _ in rows))) if rows else set()
    rows = [(entry, recording) for entry, recording in rows if entry in counted]
    if not rows:
        return []
    (records,) = stored.records_of(work, {section: [entry for entry, _ in rows]}).values()
    found = [Stored(entry, recording, record) for (entry, recording), record in zip(rows, records, strict=True)]
    return [each for each in found if _recorded_at(each) <= known_at]


def _recorded_at(found: Stored) -> int:
    return instant_number(getattr(found.record, "recorded_at", None))


def _walled(section: str, model: type[Table], build: Callable[[], Select[Any]]) -> dict[bool, Query]:
    """A query for units without viewers, and the same for those with."""
    id_ = table_of(model).c.id
    return {
        False: Query(lambda _: build()),
        True: Query(lambda spelling: build().where(is_held(spelling, section, id_))),
    }


def _rows_of_item(model: type[Table]) -> Select[Any]:
    table = table_of(model)
    return (
        select(table.c.entry, table.c.recording).where(table.c.item == bindparam("item")).order_by(table.c.entry).limit(_MOST)
    )


def _points_with_item() -> Select[Any]:
    points, branches = table_of(MeteringPoints), table_of(Branches)
    named = select(branches.c.metering_point_entry).where(branches.c.item == bindparam("item"))
    return select(points.c.entry, points.c.recording).where(points.c.entry.in_(named)).order_by(points.c.entry).limit(_MOST)


def _replacing() -> Select[Any]:
    table = table_of(Certificates)
    return select(table.c.entry, table.c.recording).where(table.c.replaces == bindparam("id")).order_by(table.c.entry)


def _seen(section: str) -> Query:
    def build(spelling: Spelling) -> Select[Any]:
        given = select(spelling.given("id").label("id")).subquery()
        return select(given.c.id).where(is_held(spelling, section, given.c.id))

    return Query(build)


def _documents(_: Spelling) -> Select[Any]:
    documents, numbers = table_of(Documents), table_of(ReadNumbers)
    says = (numbers.c.number_key == bindparam("number")) & (numbers.c.role == ReadRole.CERTIFICATE.value)
    return (
        select(documents.c.sha256, documents.c.media_type)
        .join(numbers, (numbers.c.document == documents.c.sha256) & says)
        .where(documents.c.recording == bindparam("recording"))
        .order_by(documents.c.sha256)
    )


def _aliases(_: Spelling) -> Select[Any]:
    table = table_of(ItemAliases)
    columns = (table.c.entry, table.c.item, table.c.scheme, table.c.value, table.c.recording)
    return select(*columns).where(table.c.item == bindparam("item")).order_by(table.c.entry)


def _withdrawals(spelling: Spelling) -> Select[Any]:
    table = table_of(WithdrawalRows)
    return select(table).where(spelling.among(table.c.certificate_entry, "entries"))


_OF_ITEM = {
    (section, is_walled): query
    for section, queries in (
        ("certificates", _walled("certificates", Certificates, lambda: _rows_of_item(Certificates))),
        ("events", _walled("events", Events, lambda: _rows_of_item(Events))),
        ("metering_points", _walled("metering_points", MeteringPoints, _points_with_item)),
    )
    for is_walled, query in queries.items()
}
_REPLACING = _walled("certificates", Certificates, _replacing)
_SEEN = {
    section: _seen(section)
    for section in ("organizations", "competences", "items", "certificates", "events", "metering_points")
}
_DOCUMENTS = Query(_documents)
_ALIASES = Query(_aliases)
_WITHDRAWALS = Query(_withdrawals)
