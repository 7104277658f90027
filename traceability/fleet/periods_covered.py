"""Coverage for every target: the days of a period on which it is traceable or conditional (SEMANTICS 3.9)."""

from typing import NamedTuple

import numpy as np

from traceability.fleet.compiled import compiled
from traceability.fleet.days import NEVER
from traceability.fleet.ground import UNKNOWN
from traceability.fleet.layout import Ints
from traceability.fleet.targets import Chains, is_item_good, is_point_good, item_change, point_change


class Coverage(NamedTuple):
    """By target rows `first` to `end`: maximal runs of good days from `start` to `until`, both inside, in order."""

    first: Ints
    end: Ints
    start: Ints
    until: Ints


@compiled
def cover_targets(chains: Chains, is_point: bool, first: int, end: int, start: int, until: int) -> Coverage:
    """The coverage of a range of items, or of metering points."""
    count = end - first
    run_first, run_end = np.zeros(count, np.int32), np.zeros(count, np.int32)
    starts, untils = np.empty(count + 16, np.int32), np.empty(count + 16, np.int32)
    filled = 0
    for row in range(count):
        target = first + row
        run_first[row] = filled
        day = start if _is_known(chains, is_point, target) else NEVER
        while day <= until:
            change = min(_change(chains, is_point, target, day), until + 1)
            if _is_good(chains, is_point, target, day):
                if filled > run_first[row] and untils[filled - 1] == day - 1:
                    untils[filled - 1] = change - 1
                else:
                    if filled == len(starts):
                        starts, untils = _doubled(starts), _doubled(untils)
                    starts[filled], untils[filled] = day, change - 1
                    filled += 1
            day = change
        run_end[row] = filled
    return Coverage(run_first, run_end, starts[:filled].copy(), untils[:filled].copy())


@compiled
def _is_known(chains: Chains, is_point: bool, target: int) -> bool:  # noqa: FBT001 - compiled code has no keywords.
    if is_point:
        return bool(chains.ground.points[target]["first"] < chains.ground.points[target]["end"])
    return bool(chains.ground.items[target]["kind"] != UNKNOWN)


@compiled
def _is_good(chains: Chains, is_point: bool, target: int, day: int) -> bool:  # noqa: FBT001
    if is_point:
        return is_point_good(chains, target, day)
    return is_item_good(chains, target, chains.ground.items[target]["purposes"], day)


@compiled
def _change(chains: Chains, is_point: bool, target: int, day: int) -> int:  # noqa: FBT001
    if is_point:
        return point_change(chains, target, day)
    return item_change(chains, target, chains.ground.items[target]["purposes"], day)


@compiled
def _doubled(rows: Ints) -> Ints:
    longer = np.empty(2 * len(rows), np.int32)
    longer[: len(rows)] = rows
    return longer
