"""What hangs on each standard: how many items would be lost with it, and how many of them have no other way.

Every reference of a chain must hold (SEMANTICS 1), so whatever lies on the chain of an item is a single point of failure for
it. The chains of all items are walked and counted; the numbers are exact.
"""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from traceability.fleet import loops
from traceability.fleet.codes import gathered, offsets_of, pair_codes
from traceability.fleet.columns import Array, Columns, Fleet
from traceability.fleet.counting import compiled_counting, count_chains, uses_above
from traceability.fleet.engines import runs_plain
from traceability.fleet.links import ends_of, found_on, links_of, relied_on, started_from
from traceability.fleet.loops.resolution import is_recognized
from traceability.fleet.points import Points
from traceability.fleet.sheets import days_of, number_of

# `hanging`: items that nothing refers to, such as meters, whose chain of certificates in force runs through the standard.
# `standards`: items that something refers to, likewise. `without_alternative`: those of `hanging` that reach the standard
# through a use for which no other standard of its group stands by. `metering_points`: those that ask such an item on the day.
SCHEMA = pa.schema(
    {
        "item": pa.string(), "is_anchor": pa.bool_(), "hanging": pa.int64(), "standards": pa.int64(),
        "without_alternative": pa.int64(), "ends_on": pa.date32(), "metering_points": pa.int64(),
    }
)  # fmt: skip


class Chains:
    """The chains of all items on a day, to be counted for several sets of items (see chains_of)."""

    def __init__(self, fleet: Fleet, day: int, group: Array, engine: tuple[Any, Any], points: Points | None = None) -> None:
        columns, links = fleet.columns, links_of(fleet)
        self._fleet, self._day, self._engine = fleet, day, engine
        item, found = started_from(columns, np.arange(fleet.items), day)
        self._of_items = _listed(item, found, fleet.items)
        self._of_points = _listed(item[:0], found[:0], 0) if points is None else _of_points(points, day)
        first, last = (np.ascontiguousarray(columns.certificates[name]) for name in ("reference_first", "reference_last"))
        self._references = first, last, links.use, links.target
        self._owner = np.ascontiguousarray(columns.uses["owner"])
        self._above = engine[0](*self._references, int(columns.items["certificate_last"][: fleet.standards].max(initial=0)))
        self._is_alone = ~_has_alternative(fleet, day, group, *self._above)

    def counts(self, items: Array) -> Array:
        """For each standard the chains of some items that run through it: of standards, of others, of the latter alone."""
        return self._counted(self._of_items, items, items < self._fleet.standards)

    def counts_of_points(self, points: Array) -> Array:
        """For each standard how many of some metering points ask an item whose chain runs through it."""
        counted: Array = self._counted(self._of_points, points, np.zeros(len(points), np.bool_))[1]
        return counted

    def _counted(self, lists: tuple[Array, Array], targets: Array, is_standard: Array) -> Array:
        counts = np.zeros((3, self._fleet.standards), np.int64)
        found, offsets = lists
        places, offset = gathered(offsets, targets)
        self._engine[1](
            offset, found[places], is_standard, *self._references, *self._above, self._owner, self._is_alone, counts
        )
        return counts

    def points(self, items: Array, standards: Array, most: int | None = None, metering_points: Array | None = None) -> pa.Table:
        """Rows by SCHEMA for some standards, counted among some items and metering points; the first so many.

        Those on which the most hang come first; `ends_on`: the last day of the certificate in force.
        """
        fleet, columns = self._fleet, self._fleet.columns
        if not len(standards):
            return SCHEMA.empty_table()
        as_standards, hanging, without = self.counts(items)[:, standards]
        asking = self.counts_of_points(np.empty(0, np.int64) if metering_points is None else metering_points)[standards]
        kept = np.flatnonzero(as_standards + hanging + asking)
        kept = kept[np.lexsort((kept, -as_standards[kept], -hanging[kept]))][:most]
        rows = standards[kept]
        is_anchor = columns.items["role"][rows] == loops.ROLE_ANCHOR
        found = found_on(columns, rows, loops.ANY_PURPOSE, self._day)
        is_bounded = (found >= 0) & ~is_anchor
        ends = np.full(len(rows), loops.FOREVER)
        ends[is_bounded] = ends_of(columns, rows[is_bounded], found[is_bounded])
        table = pa.Table.from_pydict(
            {
                "item": fleet.item_ids.take(pa.array(rows)),
                "is_anchor": pa.array(is_anchor),
                "hanging": pa.array(hanging[kept]),
                "standards": pa.array(as_standards[kept]),
                "without_alternative": pa.array(without[kept]),
                "ends_on": days_of(ends, ends == loops.FOREVER),
                "metering_points": pa.array(asking[kept]),
            },
            schema=SCHEMA,
        )
        return table.sort_by([("hanging", "descending"), ("standards", "descending"), ("item", "ascending")])


def chains_of(fleet: Fleet, day: date, group: Array | None = None, points: Points | None = None) -> Chains:
    """The chains on a day. `points`: those of the fleet, to be counted too.

    `group`: a number for each standard (its place in the fleet), such as that of the organization that keeps it; -1 where none
    is known. Another standard stands by for a use when it is of the same group, was used for the same quantity as well, holds
    on the day and does not hang on it itself.
    """
    group = np.full(fleet.standards, loops.NONE) if group is None else group
    engine = (uses_above, count_chains) if runs_plain(fleet) else compiled_counting()
    return Chains(fleet, number_of(day) or 0, group, engine, points)


def _of_points(points: Points, day: int) -> tuple[Array, Array]:
    """The certificates that each point starts from on a day, as lists."""
    rows = points.table.rows
    owner = np.repeat(np.arange(points.size), points.table.points["last"] - points.table.points["first"])
    serving = np.flatnonzero((rows["served_by"] >= 0) & (rows["start"] <= day) & (day <= rows["until"]))
    sizes = (rows["asked_last"] - rows["asked_first"])[serving].astype(np.int64)
    asked = np.maximum(sizes, 1)  # Whatever the item is for, where nothing is said.
    row = np.repeat(serving, asked)
    at = rows["asked_first"][row] + np.arange(len(row)) - np.repeat(offsets_of(asked)[:-1], asked)
    use = np.full(len(row), loops.ANY_PURPOSE, np.int64)
    has_use = np.repeat(sizes > 0, asked)
    use[has_use] = points.table.asked[at[has_use]]
    item = rows["served_by"][row].astype(np.int64)
    found = found_on(points.columns, item, use, day)
    found[points.columns.items["role"][item] == loops.ROLE_ANCHOR] = loops.NONE  # Which nobody asks for certificates.
    return _listed(owner[row], found, points.size)


def _listed(owner: Array, found: Array, size: int) -> tuple[Array, Array]:
    """What was found for so many owners, list by list, and where the lists begin."""
    return found[found >= 0], offsets_of(np.bincount(owner[found >= 0], minlength=size))


def _has_alternative(fleet: Fleet, day: int, group: Array, offset: Array, above: Array) -> Array:
    """Whether another standard of the group could serve in place of each use's (see chains_of)."""
    columns = fleet.columns
    has_alternative = np.zeros(len(columns.uses), np.bool_)
    referred = np.unique(links_of(fleet).use)
    referred = referred[np.searchsorted(referred, 0) :]
    owner = columns.uses["owner"][referred].astype(np.int64)
    kept = group[owner] >= 0
    referred, owner = referred[kept], owner[kept]
    purpose, _, _ = pair_codes(group[owner], columns.uses["quantity"][referred])
    # Standards that hold, each once for each purpose, with everything that they rest on and with themselves.
    width = max(fleet.standards, 1)
    holding = np.flatnonzero(~is_lapsed_on(columns, referred, day))
    pairs, pair = np.unique(purpose[holding] * width + owner[holding], return_inverse=True)
    found = relied_on(columns, owner[holding], referred[holding], day)
    places, sizes = gathered(offset, found[found >= 0])
    rests_on = columns.uses["owner"][above[places]].astype(np.int64)
    one = np.repeat(pair[found >= 0], np.diff(sizes))
    rest = np.unique(np.concatenate([np.arange(len(pairs)) * width + pairs % width, one * width + rests_on]))
    # How many of them are of no avail for a standard: itself, and those that hang on it.
    useless, counts = np.unique(pairs[rest // width] // width * width + rest % width, return_counts=True)
    standing_by = np.bincount(pairs // width, minlength=int(purpose.max(initial=-1)) + 1)
    asked = purpose * width + owner
    at = np.minimum(np.searchsorted(useless, asked), max(len(useless) - 1, 0))
    of_no_avail = np.where(useless[at] == asked, counts[at], 0) if len(useless) else 0
    has_alternative[referred] = standing_by[purpose] - of_no_avail > 0
    return has_alternative


def is_lapsed_on(columns: Columns, uses: Array, day: Array | int) -> Array:
    """Whether the item of each use does not hold on a day for what it was used for (loops.is_lapsed)."""
    owner = columns.uses["owner"][uses].astype(np.int64)
    days = np.broadcast_to(np.asarray(day), owner.shape)
    found = found_on(columns, owner, uses, days)
    is_lapsed = found < 0
    some = np.flatnonzero(~is_lapsed)
    is_failed = columns.certificates["marks"][found[some]] & loops.FLAG_FAILED != 0
    is_lapsed[some] = is_failed | (days[some] > ends_of(columns, owner[some], found[some]))
    anchors = np.flatnonzero(columns.items["role"][owner] == loops.ROLE_ANCHOR)
    is_lapsed[anchors] = [not is_recognized(columns, int(owner[at]), int(days[at])) for at in anchors]
    is_exempt = (columns.items["role"][owner] == loops.ROLE_REFERENCE_MATERIAL) | (days >= columns.items["retired_on"][owner])
    has_lapsed: Array = is_lapsed & ~is_exempt
    return has_lapsed
