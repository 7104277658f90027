"""Everything that a verdict can rest on, or that can rest on a certificate: all reachable records, in two steps.

1. One recursive query walks from item to certificates to the items they reference, and names all records met.
2. A fixed number of queries brings those records that are not in memory yet.

What is brought is a superset of what the rules use (all versions, all certificates of an item): SQL finds candidates, the core
decides. The number of queries does not depend on the length of the chain.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, bindparam, func, literal_column, select, union, union_all

from registry.columns import LATEST, instant_number
from registry.errors import TooManyRecordsError
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories import stored
from registry.repositories.retractions import Kept, any_retracted
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
_RETRACTED = "retracted"  # No list: imports that were undone, so that their rows are left out.
_LISTS = (*SECTIONS, _WITHDRAWALS, _RETRACTED)


def load_chain(work: UnitOfWork, target: str, budget: int = BUDGET, known_at: datetime | None = None) -> Records:
    """All records that the verdict on an item or metering point can rest on; empty when nothing is known of the target.

    `known_at`: imports that were undone later still count; those that were undone by then never came. None: as of now.
    """
    return _loaded(work, target, _named_by(work, _ABOVE, target, budget), budget, known_at)


def load_dependents(work: UnitOfWork, subject: str, budget: int = BUDGET, known_at: datetime | None = None) -> Records:
    """All records that show what hangs on a certificate or item, at any depth; `known_at` as for `load_chain`."""
    return _loaded(work, subject, _named_by(work, _BELOW, subject, budget), budget, known_at)


def load_recalled(work: UnitOfWork, subject: str, budget: int = BUDGET, known_at: datetime | None = None) -> Records:
    """The same, with the metering points of which any version names an item reached."""
    return _loaded(work, subject, _named_by(work, _BELOW_WITH_POINTS, subject, budget), budget, known_at)


def items_below(work: UnitOfWork, item: str, most: int) -> int:
    """How many items rest on an item, at any depth, retired and undone records included; counted up to `most`."""
    if not is_storable(item):
        return 0
    ((found,),) = work.rows(_COUNT_BELOW, target=item, most=most + 1)
    return int(found) - 1


def load_items(work: UnitOfWork, item_ids: Iterable[str], budget: int = BUDGET) -> Records:
    """The items with all their certificates and events, and their issuers' competences; not what they rest on."""
    ids = sorted(filter(is_storable, set(item_ids)))
    return _loaded(work, ", ".join(ids[:3]), work.rows(_OF_ITEMS, items=ids, target="", most=budget + 1), budget)


def load_above(
    work: UnitOfWork, ids: Iterable[str], issuers: Iterable[str], budget: int = BUDGET, known_at: datetime | None = None
) -> Records:
    """All records that verdicts on several items can rest on, and the competences of further issuers.

    Among the ids may be those of metering points, whose branches are not followed. `known_at` as for `load_chain`.
    """
    return _loaded_for(work, _ABOVE_ALL, ids, issuers, budget, known_at)


def load_around(work: UnitOfWork, ids: Iterable[str], issuers: Iterable[str], budget: int = BUDGET) -> Records:
    """Items, their certificates and events, metering points, competences of the issuers and of further ones."""
    return _loaded_for(work, _AROUND, ids, issuers, budget)


def load_own(work: UnitOfWork, item_ids: Iterable[str], budget: int = BUDGET) -> Records:
    """What is on record of items themselves: versions, certificates, events. Nothing of issuers, nothing that they rest on.

    The rows are looked up by the item at once, without naming first what is reached: for few items that costs much less.
    """
    ids = sorted(filter(is_storable, set(item_ids)))
    found = stored.of_items(work, ids, budget + 1) if ids else {}
    if sum(map(len, found.values())) > budget:
        raise TooManyRecordsError(", ".join(ids[:3]), budget)
    return Records(**{name: tuple(records) for name, records in found.items()})  # type: ignore[arg-type]  # Each list has its kind.


def _loaded_for(
    work: UnitOfWork,
    query: Query,
    ids: Iterable[str],
    issuers: Iterable[str],
    budget: int,
    known_at: datetime | None = None,
) -> Records:
    wanted, further = (sorted(filter(is_storable, set(each))) for each in (ids, issuers))
    found = work.rows(query, ids=wanted, issuers=further, most=budget + 1)
    return _loaded(work, ", ".join(wanted[:3]), found, budget, known_at)


def _named_by(work: UnitOfWork, query: Query, subject: str, budget: int) -> list[Row]:
    return work.rows(query, target=subject, most=budget + 1) if is_storable(subject) else []


def _loaded(work: UnitOfWork, subject: str, reached: list[Row], budget: int, known_at: datetime | None = None) -> Records:
    """The records of what step 1 found: rows of the number of a list in _LISTS and the running number of a record."""
    if len(reached) > budget:
        raise TooManyRecordsError(subject, budget)
    entries: dict[str, list[int]] = {name: [] for name in _LISTS}
    lists = list(entries.values())
    for number, entry in reached:
        lists[number].append(entry)
    if entries.pop(_RETRACTED):
        kept = Kept(work, LATEST if known_at is None else instant_number(known_at))
        for name, found_entries in entries.items():
            found_entries[:] = kept.of("certificates" if name == _WITHDRAWALS else name, found_entries)
    for each in lists:
        each.sort()
    withdrawals = entries.pop(_WITHDRAWALS)
    found = records_of(work, entries)
    certificates = zip(entries["certificates"], found["certificates"], strict=True)
    found["certificates"] = withdrawn(work, certificates, withdrawals, LATEST)
    return Records(**{name: tuple(records) for name, records in found.items()})  # type: ignore[arg-type]  # Each list has its kind.


def _named(items: CTE, points: ColumnElement[bool] | None = None, further: Select[Any] | None = None) -> CompoundSelect[Any]:
    """What belongs to items and to metering points, as rows of a list's number and a running number.

    `points`: which metering points, `target` when left out. `further`: issuers besides those of the certificates found.
    """
    of_items = items.join(_certificates, _certificates.c.item == items.c.item)
    of_certificates = select(_certificates.c.issuer).select_from(of_items)
    issuers = (of_certificates.distinct() if further is None else of_certificates.union(further)).cte("issuers")
    is_point = _metering_points.c.id == bindparam("target") if points is None else points
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
        "metering_points": select(_metering_points.c.entry).where(is_point),
        _WITHDRAWALS: select(_withdrawals.c.certificate_entry).select_from(
            of_items.join(_withdrawals, _withdrawals.c.certificate_entry == _certificates.c.entry)
        ),
        _RETRACTED: any_retracted(),
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
    return _named(reached.union(branch_items, _step_up(reached)))


def _above_all(spelling: Spelling) -> CompoundSelect[Any]:
    """From all items of a list up through every reference."""
    given = spelling.listed("ids").subquery()
    reached = select(given.c.value.label("item")).cte("reached", recursive=True)
    is_point = spelling.among(_metering_points.c.id, "ids")
    return _named(reached.union(_step_up(reached)), is_point, spelling.listed("issuers"))


def _around(spelling: Spelling) -> CompoundSelect[Any]:
    """The items of a list, and nothing that they rest on."""
    given = spelling.listed("ids").subquery()
    items = select(given.c.value.label("item")).cte("reached")
    return _named(items, spelling.among(_metering_points.c.id, "ids"), spelling.listed("issuers"))


def _step_up(reached: CTE) -> Select[Any]:
    """The items that the certificates of the items reached rest on."""
    return (
        select(_references.c.item)
        .select_from(reached)
        .join(_certificates, _certificates.c.item == reached.c.item)
        .join(_references, _references.c.certificate_entry == _certificates.c.entry)
    )


def _below(spelling: Spelling) -> CompoundSelect[Any]:
    """From an item, or from the item of a certificate, down to every item whose certificates reference it."""
    return _named(_reached_below(spelling))


def _below_with_points(spelling: Spelling) -> CompoundSelect[Any]:
    """The same, and all versions of the metering points of which one names such an item."""
    items, named = _reached_below(spelling), _metering_points.alias("named")
    naming = (
        select(named.c.id)
        .select_from(items)
        .join(_branches, _branches.c.item == items.c.item)
        .join(named, named.c.entry == _branches.c.metering_point_entry)
    )
    return _named(items, _metering_points.c.id.in_(naming))


def _reached_below(spelling: Spelling) -> CTE:
    own = select(_certificates.c.item).where(_certificates.c.id == bindparam("target"))
    reached = select(spelling.given("target").label("item")).cte("reached", recursive=True)
    return reached.union(own, _step_down(reached))


def _step_down(reached: CTE) -> Select[Any]:
    """The items whose certificates rest on the items reached."""
    return (
        select(_certificates.c.item)
        .select_from(reached)
        .join(_references, _references.c.item == reached.c.item)
        .join(_certificates, _certificates.c.entry == _references.c.certificate_entry)
    )


def _count_below(spelling: Spelling) -> Select[Any]:
    """Both engines stop walking down once the limit is reached, as what was reached is read once."""
    reached = select(spelling.given("target").label("item")).cte("reached", recursive=True)
    some = select(reached.union(_step_down(reached)).c.item).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(some)


def _of_items(spelling: Spelling) -> CompoundSelect[Any]:
    known = select(_items.c.id.label("item")).where(spelling.among(_items.c.id, "items"))
    certified = select(_certificates.c.item).where(spelling.among(_certificates.c.item, "items"))
    return _named(union(known, certified).cte("reached"))


_ABOVE = Query(_above)
_BELOW = Query(_below)
_COUNT_BELOW = Query(_count_below)
_BELOW_WITH_POINTS = Query(_below_with_points)
_OF_ITEMS = Query(_of_items)
_ABOVE_ALL = Query(_above_all)
_AROUND = Query(_around)
