"""Everything that a verdict can rest on, or that can rest on a certificate: all reachable records, in two steps.

1. One recursive query walks from item to certificates to the items they reference, and names all records met.
2. A fixed number of queries brings those records that are not in memory yet.

What is brought is a superset of what the rules use (all versions, all certificates of an item): SQL finds candidates, the core
decides. The number of queries does not depend on the length of the chain.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, CompoundSelect, bindparam, func, literal_column, select, union, union_all

from registry.columns import LATEST
from registry.errors import TooManyRecordsError
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.stored import records_of, withdrawn
from registry.spelling import is_storable
from registry.table_parts import table_of
from registry.tables import (
    Branches,
    CertificateReferences,
    Certificates,
    Competences,
    Events,
    Items,
    MeteringPoints,
    Organizations,
    Withdrawals,
)
from registry.unit_of_work import UnitOfWork
from traceability.records import SECTIONS, Records

BUDGET = 100_000  # Records; a long real chain with all its history reaches some hundreds.

_branches = table_of(Branches)
_certificates = table_of(Certificates)
_competences = table_of(Competences)
_events = table_of(Events)
_items = table_of(Items)
_metering_points = table_of(MeteringPoints)
_organizations = table_of(Organizations)
_references = table_of(CertificateReferences)
_withdrawals = table_of(Withdrawals)

_WITHDRAWALS = "withdrawals"
_LISTS = (*SECTIONS, _WITHDRAWALS)


def load_chain(work: UnitOfWork, target: str, budget: int = BUDGET) -> Records:
    """All records that the verdict on an item or metering point can rest on; empty when nothing is known of the target."""
    return _loaded(work, target, _named_by(work, _ABOVE, target, budget), budget)


def load_dependents(work: UnitOfWork, subject: str, budget: int = BUDGET) -> Records:
    """All records that show what hangs on a certificate or item, at any depth."""
    return _loaded(work, subject, _named_by(work, _BELOW, subject, budget), budget)


def load_items(work: UnitOfWork, item_ids: Iterable[str], budget: int = BUDGET) -> Records:
    """The items with all their certificates and events, and their issuers' competences; not what they rest on."""
    ids = sorted(filter(is_storable, set(item_ids)))
    return _loaded(work, ", ".join(ids[:3]), work.rows(_OF_ITEMS, items=ids, target="", most=budget + 1), budget)


def _named_by(work: UnitOfWork, query: Query, subject: str, budget: int) -> list[Row]:
    return work.rows(query, target=subject, most=budget + 1) if is_storable(subject) else []


def _loaded(work: UnitOfWork, subject: str, reached: list[Row], budget: int) -> Records:
    """The records of what step 1 found: rows of the number of a list in _LISTS and the running number of a record."""
    if len(reached) > budget:
        raise TooManyRecordsError(subject, budget)
    entries: dict[str, list[int]] = {name: [] for name in _LISTS}
    lists = list(entries.values())
    for number, entry in reached:
        lists[number].append(entry)
    for each in lists:
        each.sort()
    withdrawals = entries.pop(_WITHDRAWALS)
    found = records_of(work, entries)
    certificates = zip(entries["certificates"], found["certificates"], strict=True)
    found["certificates"] = withdrawn(work, certificates, withdrawals, LATEST)
    return Records(**{name: tuple(records) for name, records in found.items()})  # type: ignore[arg-type]  # Each list has its kind.


def _named(items: CTE) -> CompoundSelect[Any]:
    """What belongs to items and to a metering point `target`, as rows of a list's number and a running number."""
    of_items = items.join(_certificates, _certificates.c.item == items.c.item)
    issuers = select(_certificates.c.issuer).select_from(of_items).distinct().cte("issuers")
    issuer = select(issuers.c.issuer)
    held = _competences.alias("held")
    arms = {
        "organizations": select(func.max(_organizations.c.entry))
        .where(_organizations.c.id.in_(issuer))
        .group_by(_organizations.c.id),
        # All versions of what was an issuer's in any version: the latest version may name another organization.
        "competences": select(_competences.c.entry).where(
            _competences.c.id.in_(select(held.c.id).where(held.c.organization.in_(issuer)))
        ),
        "items": select(_items.c.entry).select_from(items.join(_items, _items.c.id == items.c.item)),
        "certificates": select(_certificates.c.entry).select_from(of_items),
        "events": select(_events.c.entry).select_from(items.join(_events, _events.c.item == items.c.item)),
        "metering_points": select(_metering_points.c.entry).where(_metering_points.c.id == bindparam("target")),
        _WITHDRAWALS: select(_withdrawals.c.certificate_entry).select_from(
            of_items.join(_withdrawals, _withdrawals.c.certificate_entry == _certificates.c.entry)
        ),
    }
    numbered = [select(literal_column(str(_LISTS.index(name))), *arm.subquery().c) for name, arm in arms.items()]
    return union_all(*numbered).limit(bindparam("most"))


def _above(spelling: Spelling) -> CompoundSelect[Any]:
    """From an item, or from all items that ever served a metering point, up through every reference."""
    branch_items = (
        select(_branches.c.item)
        .join(_metering_points, _metering_points.c.entry == _branches.c.metering_point_entry)
        .where(_metering_points.c.id == bindparam("target"), _branches.c.item.is_not(None))
    )
    reached = select(spelling.given("target").label("item")).cte("reached", recursive=True)
    step = (
        select(_references.c.item)
        .select_from(reached)
        .join(_certificates, _certificates.c.item == reached.c.item)
        .join(_references, _references.c.certificate_entry == _certificates.c.entry)
    )
    return _named(reached.union(branch_items, step))


def _below(spelling: Spelling) -> CompoundSelect[Any]:
    """From an item, or from the item of a certificate, down to every item whose certificates reference it."""
    own = select(_certificates.c.item).where(_certificates.c.id == bindparam("target"))
    reached = select(spelling.given("target").label("item")).cte("reached", recursive=True)
    step = (
        select(_certificates.c.item)
        .select_from(reached)
        .join(_references, _references.c.item == reached.c.item)
        .join(_certificates, _certificates.c.entry == _references.c.certificate_entry)
    )
    return _named(reached.union(own, step))


def _of_items(spelling: Spelling) -> CompoundSelect[Any]:
    known = select(_items.c.id.label("item")).where(spelling.among(_items.c.id, "items"))
    certified = select(_certificates.c.item).where(spelling.among(_certificates.c.item, "items"))
    return _named(union(known, certified).cte("reached"))


_ABOVE = Query(_above)
_BELOW = Query(_below)
_OF_ITEMS = Query(_of_items)
