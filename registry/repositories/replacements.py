"""The rules of `replaces` over the whole store (SEMANTICS 2): within one item, and never in a circle."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import bindparam, or_, select

from registry.mapping import Row
from registry.queries import Query
from registry.tables import Certificates, table_of
from registry.unit_of_work import UnitOfWork
from traceability.problems import InputError

_certificates = table_of(Certificates)
_replaced = _certificates.alias("replaced")


def check_replacements(work: UnitOfWork, first: int) -> None:
    """Refuse what the certificates from the entry `first` on bring into disorder; InputError with the place in their document."""
    for place, id_, replaced, replaced_place, is_new in work.rows(_ACROSS_ITEMS, first=first):
        if is_new:
            raise InputError(
                f"$.certificates[{place}].replaces",
                f"replaces {replaced!r}, a certificate of another item",
                f"所替换的证书 {replaced!r} 属于另一器具",
            )
        raise InputError(
            f"$.certificates[{replaced_place}].item",
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


_ACROSS_ITEMS = Query(
    lambda _: (
        select(
            _certificates.c.place,
            _certificates.c.id,
            _certificates.c.replaces,
            _replaced.c.place,
            _certificates.c.entry >= bindparam("first"),
        )
        .join(_replaced, _replaced.c.id == _certificates.c.replaces)
        .where(
            _replaced.c.item != _certificates.c.item,
            or_(_certificates.c.entry >= bindparam("first"), _replaced.c.entry >= bindparam("first")),
        )
        .order_by(_certificates.c.entry)
        .limit(1)
    )
)
_OF_ITEMS_WITH_NEW = Query(
    lambda _: (
        select(_certificates.c.item, _certificates.c.id, _certificates.c.replaces, _certificates.c.entry, _certificates.c.place)
        .where(
            _certificates.c.replaces.is_not(None),
            _certificates.c.item.in_(
                select(_replaced.c.item).where(_replaced.c.replaces.is_not(None), _replaced.c.entry >= bindparam("first"))
            ),
        )
        .order_by(_certificates.c.item, _certificates.c.entry)
    )
)
