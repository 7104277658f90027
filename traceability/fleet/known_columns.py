"""The ground from the columns: which rows are known at an instant, which version counts, which certificates are live.

SEMANTICS 1 (`known_at`), 2 (versions) and 3.1 step 1 (replaced certificates) and step 5 (their order).
"""

from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from traceability.fleet.columns import ITEM_KINDS, Columns, Names
from traceability.fleet.compiled import compiled
from traceability.fleet.days import NEVER
from traceability.fleet.ground import ANCHOR, MATERIAL, OTHER, Ground, Points, Stated
from traceability.fleet.layout import (
    BRANCH,
    CERTIFICATE,
    CERTIFICATE_STATED,
    EVENT,
    ITEM,
    ITEM_STATED,
    NONE,
    PARTS,
    REFERENCE,
    REPLACEMENT,
    SPAN,
    USE,
    Ints,
    Longs,
    Table,
    table_of,
)
from traceability.fleet.rules import Alone, coded_alone
from traceability.fleet.scope import segments_of
from traceability.fleet.settling import doubt_count, settle, write_doubts
from traceability.fleet.shapes import Tables
from traceability.records import ItemKind

# What an item is to the rules, by place in ItemKind.
_KINDS = np.array(
    [{ItemKind.NATIONAL_STANDARD: ANCHOR, ItemKind.REFERENCE_MATERIAL: MATERIAL}.get(kind, OTHER) for kind in ITEM_KINDS],
    dtype=np.uint8,
)


class Known(NamedTuple):
    """What is known at an instant."""

    ground: Ground
    stated: Stated
    points: Points
    alone: Alone
    shapes: Tables


def known_columns(columns: Columns, known_at: int) -> Known:
    """The records known at an instant (microseconds since 1970-01-01 UTC), settled item by item."""
    certificates, stated = _certificates(columns, known_at)
    items, stated_items, events = _items_and_events(columns, known_at)
    live = _live(columns.names, certificates, stated, items)
    points = _points(columns, known_at, stated_items)
    shapes = columns.names.shapes.tables()
    for table, lists in ((items, stated_items["purposes"]), (points.branches, points.branches["purpose_first"].copy())):
        table["purpose_first"], table["purpose_end"] = shapes.lists["first"][lists], shapes.lists["end"][lists]
    ground = Ground(
        items=items,
        certificates=certificates,
        live=live,
        references=_table(REFERENCE, columns.references),
        uses=_table(USE, columns.uses),
        replacements=_replacements(stated),
        spans=_table(SPAN, columns.recognized),
        purposes=shapes.purposes,
        profiles=shapes.profiles,
        results=shapes.results,
    )
    settled = Stated(stated_items, stated, events)
    doubts = table_of(SPAN, _count_doubts(ground, settled))
    ground = ground._replace(spans=np.concatenate([ground.spans, doubts]))
    _settle_all(ground, settled)
    alone = coded_alone(certificates, stated, segments_of(columns, _known_competences(columns, known_at)))
    return Known(ground, settled, points, alone, shapes)


def latest_versions(codes: Ints, recorded_at: Longs, known_at: int, count: int) -> Ints:
    """By code the row of the latest known version; NONE when there is none. Of equal instants the first row counts."""
    latest = np.full(count, NONE, dtype=np.int32)
    _choose_latest(codes, recorded_at, known_at, latest)
    return latest


def purposes_of_branch(names: Names, list_of_item: int, purpose: int) -> int:
    """The list of purposes that a branch asks its item for: its own, or one for each of the item's quantities (3.8)."""
    shapes = names.shapes
    quantity, measured = shapes.purposes.values[purpose]
    quantities = [shapes.purposes.values[each][0] for each in shapes.lists.values[list_of_item]]
    if quantity != NONE or quantities == [NONE]:
        return shapes.lists.code((purpose,))
    return shapes.lists.code(tuple(shapes.purposes.code((each, measured)) for each in quantities))


def order_ties(names: Names, certificates: Table, stated: Table, live: Ints) -> None:
    """Certificates of an item with equal days of calibration and issue, put in order of number and id."""
    is_tied = np.ones(max(len(live) - 1, 0), dtype=bool)
    for column in (stated["item"], certificates["calibrated_on"], stated["issued_on"]):
        is_tied &= column[live[1:]] == column[live[:-1]]
    places = np.flatnonzero(is_tied)
    runs = (list(run) for _, run in groupby(enumerate(places.tolist()), lambda pair: pair[1] - pair[0]))
    for run in runs:
        first, last = run[0][1], run[-1][1] + 1
        tied = live[first : last + 1].tolist()
        live[first : last + 1] = sorted(tied, key=lambda code: (names.numbers[code], names.certificates.values[code]))


def _table(rows: np.dtype[np.void], columns: Any) -> Table:
    """Columns of the same names as a table."""
    return table_of(rows, len(columns[0]), **columns._asdict())


def _certificates(columns: Columns, known_at: int) -> tuple[Table, Table]:
    """The certificates by code, withdrawals as known, and what settles them."""
    rows, count = columns.certificates, len(columns.names.certificates)
    known = table_of(CERTIFICATE, count, node=NONE)
    stated = table_of(CERTIFICATE_STATED, count)
    is_in_order = len(rows.certificate) == count and bool((rows.certificate == np.arange(count)).all())
    place: Any = slice(None) if is_in_order else rows.certificate
    for table in (known, stated):
        for name in set(table.dtype.names or ()) & set(rows._fields):
            table[name][place] = getattr(rows, name)
    known["void_from"][place] = np.where(rows.withdrawn_at <= known_at, rows.void_from, NEVER)
    stated["is_known"][place] = rows.recorded_at <= known_at
    return known, stated


@compiled
def _choose_latest(codes: Ints, recorded_at: Longs, known_at: int, latest: Ints) -> None:
    for row in range(len(codes)):
        if recorded_at[row] > known_at:
            continue
        held = latest[codes[row]]
        if held == NONE or recorded_at[row] > recorded_at[held]:
            latest[codes[row]] = row


def _items_and_events(columns: Columns, known_at: int) -> tuple[Table, Table, Table]:
    """The items by code, what settles their certificates, and the known events item by item."""
    versions, count = columns.items, len(columns.names.items)
    row = latest_versions(versions.item, versions.recorded_at, known_at, count)
    is_known = row != NONE
    items, stated = table_of(ITEM, count, circle=NONE), table_of(ITEM_STATED, count)
    for table in (items, stated):
        for name in set(table.dtype.names or ()) & set(versions._fields):
            table[name][is_known] = getattr(versions, name)[row[is_known]]
    items["span_first"][is_known] = versions.recognized_first[row[is_known]]
    items["span_end"][is_known] = versions.recognized_end[row[is_known]]
    items["kind"] = np.where(is_known, _KINDS[items["kind"]], 0)
    rows = np.flatnonzero(columns.events.recorded_at <= known_at)
    rows = rows[np.argsort(columns.events.item[rows], kind="stable")]
    stated["event_end"] = np.cumsum(np.bincount(columns.events.item[rows], minlength=count))
    stated["event_first"][1:] = stated["event_end"][:-1]
    return items, stated, table_of(EVENT, len(rows), on=columns.events.on[rows], kind=columns.events.kind[rows])


def _live(names: Names, certificates: Table, stated: Table, items: Table) -> Ints:
    """The live certificates item by item in order; where each item's rows lie is written into the items."""
    is_live = stated["is_known"].astype(bool)
    replaced = stated["replaces"][is_live]
    is_live[replaced[replaced != NONE]] = False
    codes = np.flatnonzero(is_live).astype(np.int32)
    owner = stated["item"][codes]
    live = codes[np.lexsort((stated["issued_on"][codes], certificates["calibrated_on"][codes], owner))]
    items["live_end"] = np.cumsum(np.bincount(owner, minlength=len(items)))
    items["live_first"][1:] = items["live_end"][:-1]
    order_ties(names, certificates, stated, live)
    return live


def _points(columns: Columns, known_at: int, items: Table) -> Points:
    """The metering points; for now `purpose_first` of a branch is the code of its list of purposes."""
    versions, branches = columns.points, columns.branches
    row = latest_versions(versions.point, versions.recorded_at, known_at, len(columns.names.points))
    points = table_of(PARTS, len(row))
    points["first"][row != NONE] = versions.branch_first[row[row != NONE]]
    points["end"][row != NONE] = versions.branch_end[row[row != NONE]]
    # A branch without item asks nobody.
    of_item = np.zeros(len(branches.item), dtype=np.int32)
    of_item[branches.item != NONE] = items["purposes"][branches.item[branches.item != NONE]]
    pairs, place = np.unique(np.stack([of_item, branches.purpose]), axis=1, return_inverse=True)
    lists = np.array([purposes_of_branch(columns.names, int(of), int(purpose)) for of, purpose in pairs.T], dtype=np.int32)
    stated = {name: getattr(branches, name) for name in ("group", "item", "start", "until")}
    return Points(points, table_of(BRANCH, len(of_item), **stated, purpose_first=lists[place.ravel()]))


def _replacements(stated: Table) -> Table:
    codes = np.flatnonzero((stated["is_known"] != 0) & (stated["replaces"] != NONE))
    return table_of(REPLACEMENT, len(codes), certificate=codes, replaced=stated["replaces"][codes])


def _known_competences(columns: Columns, known_at: int) -> Ints:
    """The rows of the competence versions that count."""
    table = columns.competences
    rows = latest_versions(table.competence, table.recorded_at, known_at, len(columns.names.competences))
    return rows[rows != NONE]


@compiled
def _count_doubts(ground: Ground, stated: Stated) -> int:
    """How many doubts there are; where each item's will lie, behind the recognized periods, is written into the items."""
    total = 0
    for item in range(len(ground.items)):
        if ground.items[item]["kind"] == ANCHOR:
            continue
        ground.items[item]["span_first"] = len(ground.spans) + total
        total += doubt_count(ground, stated, item)
        ground.items[item]["span_end"] = len(ground.spans) + total
    return total


@compiled
def _settle_all(ground: Ground, stated: Stated) -> None:
    for item in range(len(ground.items)):
        settle(ground, stated, item)
        if ground.items[item]["kind"] != ANCHOR:
            write_doubts(ground, stated, item)
