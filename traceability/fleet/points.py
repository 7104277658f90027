"""Metering points as columns, beside those of a fleet: which items serve which of their branches when, asked for what.

They stand apart from the columns of items, so that a registry without points, and a question about items alone, pay nothing
for them. Uses that only points have lie behind those of the fleet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from traceability.fleet import loops, shapes
from traceability.fleet.codes import array_of, offsets_of, pair_codes, places_in, row_codes, text_codes
from traceability.fleet.columns import SPAN, USE, Array, Columns, Fleet, frozen, records
from traceability.fleet.encoding.parts import TEXT_OF_PURPOSE, Places, flat, in_positions
from traceability.fleet.links import certificates_of
from traceability.fleet.sheets import number_of, sheet_from
from traceability.json_text import positional
from traceability.known import Known
from traceability.records import Branch, Purpose

_NUMBER, _DAY, _TEXT = pa.int64(), pa.int32(), pa.string()

# The tables of metering points, as those of items (traceability.fleet.sheets).
POINT_SHEETS: dict[str, pa.Schema] = {
    "metering_points": pa.schema({"entry": _NUMBER, "id": _TEXT}),
    "branches": pa.schema(
        {
            "metering_point_entry": _NUMBER, "position": _DAY, "name": _TEXT, "item": _TEXT, "quantity": _TEXT, "unit": _TEXT,
            "low": _TEXT, "high": _TEXT, "start": _DAY, "until": _DAY,
        }
    ),
}  # fmt: skip

# `branch`: the first row of the branch. `served_by`: an item, NO_ITEM or UNKNOWN_ITEM. `is_as_item`: what the row asks of its
# item is what the item is asked for by itself.
ROW = np.dtype(
    [(name, np.int32) for name in ("branch", "served_by", "start", "until", "asked_first", "asked_last")]
    + [("is_as_item", np.bool_)],
    align=True,
)


class Table(NamedTuple):
    """The arrays of the kernel: the rows of each point, in their order, and the uses that rows ask for."""

    points: Array
    rows: Array
    asked: Array


@dataclass(frozen=True, kw_only=True)
class Points:
    """The metering points of a fleet. `columns`: those of the fleet, with the uses that only points have."""

    fleet: Fleet
    columns: Columns
    table: Table
    ids: pa.Array

    @cached_property
    def item_ids(self) -> pa.Array:
        """What the numbers of items and, behind them, of points stand for."""
        return pa.concat_arrays([self.fleet.item_ids, self.ids])

    @property
    def certificate_ids(self) -> pa.Array:
        """What the numbers of certificates stand for."""
        return self.fleet.certificate_ids

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.ids)


def point_sheets_of(known: Known) -> Mapping[str, pa.Table]:
    """The tables of metering points known at an instant."""
    points = list(enumerate(known.metering_points.values()))
    branches = (
        (entry, place, branch.name, branch.item, *_purpose(branch), number_of(branch.start), number_of(branch.until))
        for entry, point in points
        for place, branch in enumerate(point.branches)
    )
    return {
        "metering_points": sheet_from(POINT_SHEETS["metering_points"], ((entry, point.id) for entry, point in points)),
        "branches": sheet_from(POINT_SHEETS["branches"], branches),
    }


def _purpose(branch: Branch) -> Iterable[str | None]:
    bounds = (None if bound is None else positional(bound) for bound in (branch.low, branch.high))
    return (branch.quantity, branch.unit, *bounds)


def encode_points(fleet: Fleet, sheets: Mapping[str, pa.Table]) -> Points:
    """The points that the tables hold, in their order, with the items of a fleet of the same instant."""
    ids = flat(sheets["metering_points"]["id"])
    rows = in_positions(sheets["branches"], "metering_point_entry")
    owner = Places(array_of(sheets["metering_points"]["entry"])).of(array_of(rows["metering_point_entry"]))
    order = np.argsort(owner, kind="stable")
    order = order[np.searchsorted(owner[order], 0) :]  # Rows of versions that do not count belong nowhere.
    rows, owner = rows.take(pa.array(order)), owner[order]
    offset = offsets_of(np.bincount(owner, minlength=len(ids)))
    _, firsts, named = np.unique(pair_codes(owner, text_codes(rows["name"])[0])[0], return_index=True, return_inverse=True)
    item = np.where(rows["item"].is_valid().to_numpy(), places_in(rows["item"], fleet.item_ids), loops.NO_ITEM)
    asking = _asked_by(fleet, item, *row_codes([rows[name] for name in TEXT_OF_PURPOSE]))
    table = Table(
        points=frozen(records(SPAN, len(ids), first=offset[:-1], last=offset[1:])),
        rows=frozen(
            records(
                ROW,
                len(rows),
                branch=firsts[named.reshape(-1)],
                served_by=item,
                start=array_of(rows["start"], -loops.FOREVER),
                until=array_of(rows["until"], loops.FOREVER),
                asked_first=asking.offset[:-1],
                asked_last=asking.offset[1:],
                is_as_item=asking.is_as_item,
            )
        ),
        asked=frozen(np.ascontiguousarray(asking.uses, np.int32)),
    )
    return Points(fleet=fleet, columns=asking.columns, table=table, ids=ids)


class _Asking(NamedTuple):
    """The uses that rows ask for, as lists, and the columns with those that no reference and no item asks for."""

    columns: Columns
    offset: Array
    uses: Array
    is_as_item: Array


def _asked_by(fleet: Fleet, item: Array, purpose: Array, purposes: list[tuple[str | None, ...]]) -> _Asking:
    """What each row asks its item for: its purpose; where that leaves the quantity open, each of the item's own (3.8)."""
    columns, names = fleet.columns, fleet.dictionaries.quantities
    extras = columns.extras[columns.items["extra"][np.maximum(item, 0)]] if len(columns.items) else columns.extras[item * 0]
    own_first = np.where(item >= 0, extras["asked_first"], 0).astype(np.int64)
    own_size = np.where(item >= 0, extras["asked_last"], 0) - own_first
    is_blank = np.array([all(part is None for part in each) for each in purposes], np.bool_)[purpose]
    is_open = np.array([each[0] is None for each in purposes], np.bool_)[purpose]
    sizes = np.where(is_open, own_size, (item >= 0).astype(np.int64))
    # One that names a range alone asks an item without quantities once, without quantity.
    sizes = np.where(is_open & ~is_blank & (own_size == 0) & (item >= 0), 1, sizes)
    offset = offsets_of(sizes)
    row = np.repeat(np.arange(len(item)), sizes)
    own = own_first[row] + np.arange(len(row)) - offset[row]
    uses = np.full(len(row), loops.NONE, np.int64)
    is_own = is_blank[row]
    uses[is_own] = columns.asked_use[own[is_own]]
    made = np.flatnonzero(~is_own)
    # A purpose with each quantity that it is completed by; ANY_QUANTITY where it names one itself, or nothing does.
    completed = is_open[row[made]] & (own_size[row[made]] > 0)
    quantity = np.full(len(made), loops.ANY_QUANTITY, np.int64)
    quantity[completed] = columns.uses["quantity"][columns.asked_use[own[made[completed]]]]
    asked, stated, completing = pair_codes(purpose[row[made]], quantity)
    values = [
        shapes.purpose(purposes[one] if name < 0 else (names[name], *purposes[one][1:]))
        for one, name in zip(stated.tolist(), completing.tolist(), strict=True)
    ]
    use, use_item, use_purpose = pair_codes(item[row[made]], asked)
    uses[made] = len(columns.uses) + use
    is_ranged = np.array([each.low is not None or each.high is not None for each in values], np.bool_)
    of_use, relation = _relations(fleet, use_item, use_purpose, values)
    is_alike = _is_alike(columns, use_item, is_ranged[use_purpose], of_use, relation)
    is_anchor = columns.items["role"][np.maximum(item, 0)] == loops.ROLE_ANCHOR if len(columns.items) else item >= 0
    is_as_item = (is_blank | is_anchor) & (item >= 0)
    single = made[sizes[row[made]] == 1]
    is_as_item[row[single]] |= is_alike[uses[single] - len(columns.uses)]
    more = records(
        USE,
        len(use_item),
        owner=use_item,
        quantity=loops.ANY_QUANTITY,  # Only references compare uncertainties.
        relation_first=len(columns.relation) + of_use[:-1],
        is_ranged=is_ranged[use_purpose],
    )
    extended = columns._replace(
        uses=frozen(np.concatenate([columns.uses, more]).view(np.recarray)),
        relation=frozen(np.concatenate([columns.relation, relation])),
    )
    return _Asking(extended, offset, uses, is_as_item)


def _relations(fleet: Fleet, item: Array, purpose: Array, values: list[Purpose]) -> tuple[Array, Array]:
    """What the certificates of items say for purposes, in their order; lists by offsets (encoding.references.uses_of)."""
    columns, dictionaries = fleet.columns, fleet.dictionaries
    taken, offset = certificates_of(columns, item)
    plain = columns.class_plain[columns.certificates["of_class"][taken]]
    pair, one, other = pair_codes(plain, np.repeat(purpose, np.diff(offset)))
    shape_of = {
        number: shape for number, (_, _, shape, _) in zip(columns.class_plain.tolist(), dictionaries.classes, strict=True)
    }
    found = [
        shapes.relation(shapes.without_errors(dictionaries.shapes[shape_of[first]]), values[second])
        for first, second in zip(one.tolist(), other.tolist(), strict=True)
    ]
    return offset, np.array(found, np.int8)[pair] if len(pair) else np.empty(0, np.int8)


def _is_alike(columns: Columns, item: Array, is_ranged: Array, offset: Array, relation: Array) -> Array:
    """Whether uses find, on every day, what the item asked by itself finds: all its certificates say the same to both."""
    extras = columns.extras[columns.items["extra"][item]]
    own_size = extras["asked_last"] - extras["asked_first"]
    expected = np.full(len(relation), loops.RELATION_REPORTS, np.int8)
    use = np.repeat(np.arange(len(item)), np.diff(offset))
    has_one = own_size[use] == 1
    own = columns.uses["relation_first"][columns.asked_use[extras["asked_first"][use[has_one]]]]
    expected[has_one] = columns.relation[own + (np.arange(len(use)) - offset[use])[has_one]]
    is_reporting = expected & loops.RELATION_REPORTS != 0
    expected[is_ranged[use] & is_reporting] |= loops.RELATION_COVERS
    is_other = np.bincount(use, relation != expected, minlength=len(item)) > 0
    is_alike: Array = ~is_other & (own_size <= 1)
    return is_alike


def serving_on(points: Points, day: date) -> tuple[Array, Array]:
    """Which item serves which point on a day: pairs of a point and an item, by their places."""
    rows, number = points.table.rows, number_of(day) or 0
    owner = np.repeat(np.arange(points.size), points.table.points["last"] - points.table.points["first"])
    serving = (rows["served_by"] >= 0) & (rows["start"] <= number) & (number <= rows["until"])
    return owner[serving], rows["served_by"][serving].astype(np.int64)
