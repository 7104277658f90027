"""Finding items by what is printed on them or on their certificates: id, serial number, certificate number."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, union

from registry.queries import Query, Spelling
from registry.repositories.holdings import is_held
from registry.repositories.retractions import is_kept
from registry.repositories.walks import BEGINNING, with_prefix
from registry.spelling import compared, is_storable
from registry.table_parts import Table, table_of
from registry.tables import Certificates, ItemAliases, Items
from registry.unit_of_work import UnitOfWork

_LAST = "\U0010ffff"  # The last code point: everything that begins with a text lies before the text followed by it.


def matching_ids(work: UnitOfWork, text: str, after: str, most: int) -> list[str]:
    """Ids of items, in order, after `after`: the id begins with the text, or a serial or certificate number compares as it."""
    if not (is_storable(text) and is_storable(after)):
        return []
    start = unicodedata.normalize("NFC", text.strip())
    rows = work.rows(_MATCHING, start=start, end=start + _LAST, key=compared(text), after=after, most=most)
    return [id_ for (id_,) in rows]


def _matching(_: Spelling) -> Select[Any]:
    def some(model: type[Table], item: str, condition: ColumnElement[bool]) -> Select[Any]:
        table = table_of(model)
        column = table.c[item]
        kept = is_kept(str(model.__tablename__), table.c.entry)
        found = select(column.label("id")).where(column > bindparam("after"), condition, kept).distinct()
        return select(found.order_by(column).limit(bindparam("most")).subquery().c.id)

    items, certificates = table_of(Items), table_of(Certificates)
    by_id = (items.c.id >= bindparam("start")) & (items.c.id < bindparam("end"))
    matches = union(
        some(Items, "id", by_id),
        some(Items, "id", items.c.serial_key == bindparam("key")),
        some(Certificates, "item", certificates.c.number_key == bindparam("key")),
    ).subquery()
    return select(matches.c.id).order_by(matches.c.id).limit(bindparam("most"))


def by_numbers(work: UnitOfWork, section: str, key: str, most: int) -> Iterator[tuple[str, list[str]]]:
    """Ids of records of a list, held by the viewers, by the sort of number (alias, serial, number) that compares as `key`."""
    for sort, query in _BY_NUMBER.get((section, work.viewers is not None), {}).items():
        yield sort, [id_ for (id_,) in work.rows(query, key=key, most=most, viewers=work.viewers or [])]


def by_prefix(work: UnitOfWork, section: str, start: str, most: int) -> list[str]:
    """Ids of records of a list, held by the viewers, that begin with a text, in order."""
    start = unicodedata.normalize("NFC", start)
    return [place.id for place in with_prefix(work, section, start, BEGINNING, most)]


def _numbered(section: str, model: type[Table], id_: str, number: str, *, is_walled: bool) -> Query:
    table = table_of(model)

    def build(spelling: Spelling) -> Select[Any]:
        found = select(table.c[id_].label("id")).where(table.c[number] == bindparam("key")).distinct().subquery()
        statement = select(found.c.id).order_by(found.c.id).limit(bindparam("most"))
        return statement.where(is_held(spelling, section, found.c.id)) if is_walled else statement

    return Query(build)


_NUMBERS: dict[str, dict[str, tuple[type[Table], str, str]]] = {
    "items": {
        "alias": (ItemAliases, "item", "value_key"),
        "serial": (Items, "id", "serial_key"),
        "number": (Certificates, "item", "number_key"),
    },
    "certificates": {"number": (Certificates, "id", "number_key")},
}
_BY_NUMBER = {
    (section, is_walled): {sort: _numbered(section, *columns, is_walled=is_walled) for sort, columns in sorts.items()}
    for section, sorts in _NUMBERS.items()
    for is_walled in (False, True)
}
_MATCHING = Query(_matching)
