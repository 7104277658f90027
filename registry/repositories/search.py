"""Finding items by what is printed on them or on their certificates: id, serial number, certificate number."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, union

from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.spelling import compared, is_storable
from registry.table_parts import Table, table_of
from registry.tables import Certificates, Items
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


_MATCHING = Query(_matching)
