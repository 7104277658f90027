"""Coverage for every target: the days of a period on which it is traceable or conditional (SEMANTICS 3.9)."""

from typing import NamedTuple

import numpy as np

from traceability.fleet.compiled import compiled
from traceability.fleet.days import NEVER
from traceability.fleet.ground import UNKNOWN, Points
from traceability.fleet.layout import PARTS, SPAN, Table
from traceability.fleet.metering_points import is_point_good, point_change
from traceability.fleet.targets import Chains, is_item_good, item_change


class Coverage(NamedTuple):
    """By target code rows of `runs`: maximal runs of good days from `start` to `until`, both inside, in order."""

    parts: Table
    runs: Table


@compiled
def cover_items(chains: Chains, start: int, until: int) -> Coverage:
    """The coverage of all items; none for items that are not known."""
    items = chains.ground.items
    coverage = _without_runs(len(items))
    filled = 0
    for item in range(len(items)):
        coverage.parts[item]["first"] = filled
        first, end = items[item]["purpose_first"], items[item]["purpose_end"]
        day = start if items[item]["kind"] != UNKNOWN else NEVER
        while day <= until:
            change = min(item_change(chains, item, first, end, day), until + 1)
            if is_item_good(chains, item, first, end, day):
                coverage, filled = _with_run(coverage, item, filled, day, change - 1)
            day = change
        coverage.parts[item]["end"] = filled
    return Coverage(coverage.parts, coverage.runs[:filled].copy())


@compiled
def cover_points(chains: Chains, points: Points, start: int, until: int) -> Coverage:
    """The coverage of all metering points; none for points that are not known."""
    coverage = _without_runs(len(points.points))
    filled = 0
    for point in range(len(points.points)):
        coverage.parts[point]["first"] = filled
        day = start if points.points[point]["first"] != points.points[point]["end"] else NEVER
        while day <= until:
            change = min(point_change(chains, points, point, day), until + 1)
            if is_point_good(chains, points, point, day):
                coverage, filled = _with_run(coverage, point, filled, day, change - 1)
            day = change
        coverage.parts[point]["end"] = filled
    return Coverage(coverage.parts, coverage.runs[:filled].copy())


@compiled
def _without_runs(count: int) -> Coverage:
    return Coverage(np.zeros(count, PARTS), np.zeros(count + 16, SPAN))


@compiled
def _with_run(coverage: Coverage, target: int, filled: int, day: int, last: int) -> tuple[Coverage, int]:
    """A run more for a target, or its last run made longer."""
    parts, runs = coverage.parts, coverage.runs
    if filled > parts[target]["first"] and runs[filled - 1]["until"] == day - 1:
        runs[filled - 1]["until"] = last
        return coverage, filled
    if filled == len(runs):
        longer = np.zeros(2 * len(runs), SPAN)
        longer[:filled] = runs
        runs = longer
    runs[filled]["start"], runs[filled]["until"] = day, last
    return Coverage(parts, runs), filled + 1
