"""The standards among what organizations hold: few among many meters, so they are found by their kind."""

from typing import Any

from sqlalchemy import Select, bindparam, select

from registry.queries import Query, Spelling
from registry.repositories.holdings import is_held
from registry.repositories.retractions import is_kept
from registry.table_parts import table_of
from registry.tables import Items
from registry.unit_of_work import UnitOfWork
from traceability.records import ItemKind

_KINDS = [kind.value for kind in (ItemKind.MEASUREMENT_STANDARD, ItemKind.REFERENCE_MATERIAL, ItemKind.NATIONAL_STANDARD)]

_items = table_of(Items)


def held_standards(work: UnitOfWork, viewers: list[str] | None, most: int) -> list[str]:
    """The ids of the standards and reference materials that the organizations hold, in order; None: of all there are."""
    query = _STANDARDS[viewers is not None]
    return [id_ for (id_,) in work.rows(query, kinds=_KINDS, viewers=viewers or [], most=most)]


def _standards(spelling: Spelling) -> Select[Any]:
    of_kind = select(_items.c.id).distinct().where(spelling.among(_items.c.kind, "kinds"), is_kept("items", _items.c.entry))
    return of_kind.order_by(_items.c.id).limit(bindparam("most"))


_STANDARDS = {
    False: Query(_standards),
    True: Query(lambda spelling: _standards(spelling).where(is_held(spelling, "items", _items.c.id))),
}
