"""The rules of `replaces` over the whole store (SEMANTICS 2): within one item, and never in a circle."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.table_parts import table_of
from registry.tables import Certificates
from registry.unit_of_work import UnitOfWork
from traceability.problems import InputError

_certificates = table_of(Certificates)
_replaced = _certificates.alias("replaced")


def check_replacements(work: UnitOfWork, first: int) -> None:
    """Refuse what the certificates from the entry `first` on bring into disorder; InputError with their place."""
    for place, _, replaced, _ in work.rows(_NEW_ACROSS_ITEMS, first=first):
        raise InputError(
            f"$.certificates[{place}].replaces",
            f"replaces {replaced!r}, a certificate of another item",
            f"所替换的证书 {replaced!r} 属于另一器具",
        )
    for _, id_, _, place in work.rows(_ACROSS_ITEMS_WITH_NEW, first=first):
        raise InputError(
            f"$.certificates[{place}].item",
            f"{id_!r}, a stored certificate of another item, replaces this one",
            f"已存的另一器具的证书 {id_!r} 替换了本证书",
        )
    for place in _first_on_circles(work, first):
        raise InputError(f"$.certificates[{place}].replaces", "replaces itself", "证书替换了它自己")


def _first_on_circles(work: UnitOfWork, first: int) -> Iterator[int]:
    """The place of the first new certificate of each circle; item by item, as `replaces` stays within one."""
    rows = work.stream(_OF_ITEMS_WITH_NEW, first=first)
    for _, of_item in groupby(rows, key=itemgetter(0)):
        certificates = {row[1]: row for row in of_item}
        for circle in _circles(certificates):
            yield min(place for _, _, _, entry, place in circle if entry >= first)


def _circles(certificates: dict[str, Row]) -> Iterator[list[Row]]:
    """The circles among certificates `(item, id, replaces, entry, place)`, each once; every certificate is looked at once."""
    done: set[str] = set()
    for start in certificates:
        path: dict[str, Row] = {}
        at = start
        while at in certificates and at not in done and at not in path:
            path[at] = certificates[at]
            at = certificates[at][2]
        if at in path:
            ids = list(path)
            yield [path[id_] for id_ in ids[ids.index(at) :]]
        done |= path.keys()


def _across_items(entry: ColumnElement[int]) -> Select[Any]:
    """The first certificate that replaces one of another item, where a running number, of the one or the other, is new."""
    return (
        select(_certificates.c.place, _certificates.c.id, _certificates.c.replaces, _replaced.c.place)
        .join(_replaced, _replaced.c.id == _certificates.c.replaces)
        .where(
            _replaced.c.item != _certificates.c.item,
            entry >= bindparam("first"),
            is_kept("certificates", _certificates.c.entry),
            is_kept("certificates", _replaced.c.entry),
        )
        .order_by(entry)
        .limit(1)
    )


def _of_items_with_new(_: Spelling) -> Select[Any]:
    replaces_something = _replaced.c.replaces.is_not(None)
    items = select(_replaced.c.item).where(replaces_something, _replaced.c.entry >= bindparam("first"))
    columns = (_certificates.c.item, _certificates.c.id, _certificates.c.replaces, _certificates.c.entry, _certificates.c.place)
    return (
        select(*columns)
        .where(
            _certificates.c.replaces.is_not(None),
            _certificates.c.item.in_(items),
            is_kept("certificates", _certificates.c.entry),
        )
        .order_by(_certificates.c.item, _certificates.c.entry)
    )


_NEW_ACROSS_ITEMS = Query(lambda _: _across_items(_certificates.c.entry))
_ACROSS_ITEMS_WITH_NEW = Query(lambda _: _across_items(_replaced.c.entry))
_OF_ITEMS_WITH_NEW = Query(_of_items_with_new)
