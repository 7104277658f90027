"""The metering points that a recall reaches, on the columns of a fleet (traceability.affected_points).

The same answer as there, for a standard on which a million meters hang.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from traceability.affected_points import Run
from traceability.fleet import loops
from traceability.fleet.codes import offsets_of, place_of, places_in
from traceability.fleet.columns import Array
from traceability.fleet.links import certificates_of, found_on, owners_of
from traceability.fleet.points import Points
from traceability.fleet.recall import Reach, codes_of, grade_of, severities_of
from traceability.fleet.sheets import days_of, number_of

# See traceability.affected_points.AffectedPoint.
POINTS = pa.schema(
    {
        "level": pa.int32(), "metering_point": pa.string(), "item": pa.string(), "certificate": pa.string(),
        "used_from": pa.date32(), "used_until": pa.date32(), "code": pa.string(), "severity": pa.string(),
        "is_in_force": pa.bool_(),
    }
)  # fmt: skip


def points_reached(points: Points, reach: Reach, as_of: date, item: str, own: Iterable[tuple[str, int, Run]] = ()) -> pa.Table:
    """The metering points that rest on what is reached, nearest first, then by id; rows by POINTS.

    `item`: the one that is recalled, `own`: the days on which it served points itself (affected_points.runs_of_item).
    """
    runs = _runs(points, reach, as_of, place_of(item, points.fleet.item_ids))
    runs = _joined(runs, _own_runs(points, own))
    if not len(runs.point):
        return POINTS.empty_table()
    order = np.lexsort((runs.row, -runs.last, runs.level, runs.point))
    runs = _Runs(*(each[order] for each in runs))
    starts = np.flatnonzero(np.append(True, runs.point[1:] != runs.point[:-1]))
    grade, last = np.maximum.reduceat(runs.grade, starts), np.maximum.reduceat(runs.last, starts)
    certificate = runs.certificate[starts]
    table = pa.Table.from_pydict(
        {
            "level": pa.array(runs.level[starts], pa.int32()),
            "metering_point": points.ids.take(pa.array(runs.point[starts])),
            "item": points.fleet.item_ids.take(pa.array(runs.item[starts])),
            "certificate": points.certificate_ids.take(pa.array(certificate, mask=certificate < 0)),
            "used_from": days_of(np.minimum.reduceat(runs.first, starts)),
            "used_until": days_of(last),
            "code": codes_of(grade),
            "severity": severities_of(grade),
            "is_in_force": pa.array(last == (number_of(as_of) or 0)),
        },
        schema=POINTS,
    )
    return table.sort_by([("level", "ascending"), ("metering_point", "ascending")])


class _Runs(NamedTuple):
    """affected_points.Run for many, by places; `row` tells those of one point apart."""

    point: Array
    row: Array
    item: Array
    certificate: Array
    level: Array
    grade: Array
    first: Array
    last: Array


def _runs(points: Points, reach: Reach, as_of: date, recalled: int) -> _Runs:
    """The days on which rows of points relied on certificates reached, those that the recalled item serves left out."""
    columns, rows, number = points.columns, points.table.rows, number_of(as_of) or 0
    is_reached = np.zeros(len(columns.items) + 1, np.bool_)
    is_reached[owners_of(columns)[reach.certificates]] = True
    is_reached[recalled] = False
    owner = np.repeat(np.arange(points.size), points.table.points["last"] - points.table.points["first"])
    row = np.flatnonzero((rows["served_by"] >= 0) & is_reached[rows["served_by"]] & (rows["start"] <= number))
    # What each asks its item for: whatever it is for, where nothing is said.
    sizes = (rows["asked_last"] - rows["asked_first"])[row].astype(np.int64)
    asked = np.maximum(sizes, 1)
    within = np.arange(asked.sum()) - np.repeat(offsets_of(asked)[:-1], asked)
    use = np.full(len(within), loops.ANY_PURPOSE, np.int64)
    has_use = np.repeat(sizes > 0, asked)
    use[has_use] = points.table.asked[(np.repeat(rows["asked_first"][row], asked) + within)[has_use]]
    row = np.repeat(row, asked)
    asking, day, last = _days(points, row, number)
    item = rows["served_by"][row[asking]].astype(np.int64)
    found = found_on(columns, item, use[asking], day)
    at = np.minimum(np.searchsorted(reach.certificates, found), max(len(reach.certificates) - 1, 0))
    is_on = (found >= 0) & (reach.certificates[at] == found) if len(reach.certificates) else found < loops.NONE
    at, asking = at[is_on], asking[is_on]
    return _Runs(
        owner[row[asking]], asking, item[is_on], found[is_on], reach.level[at] + 1, reach.grade[at], day[is_on], last[is_on]
    )


def _days(points: Points, row: Array, number: int) -> tuple[Array, Array, Array]:
    """The days of each row on which another certificate of its item may be found, and the last day until the next of them."""
    columns, rows = points.columns, points.table.rows
    certificate, offset = certificates_of(columns, rows["served_by"][row].astype(np.int64))
    of_row = np.repeat(np.arange(len(row)), np.diff(offset))
    start, until = rows["start"][row].astype(np.int64), np.minimum(rows["until"][row], number).astype(np.int64)
    one = columns.certificates[certificate]
    asking = np.concatenate([np.arange(len(row)), of_row, of_row])
    day = np.concatenate([start, one["calibrated_on"], one["void_from"]]).astype(np.int64)
    kept = (day >= start[asking]) & (day <= until[asking])
    asking, day = np.unique(np.stack([asking[kept], day[kept]]), axis=1)
    is_last = np.append(asking[1:] != asking[:-1], True) if len(asking) else asking < 0
    return asking, day, np.where(is_last, until[asking], np.append(day[1:], 0) - 1)


def _own_runs(points: Points, own: Iterable[tuple[str, int, Run]]) -> _Runs:
    """Runs of the core as places; in front of all others of their points."""
    told = list(own)
    place = places_in(pa.array([point for point, _, _ in told], pa.string()), points.ids).astype(np.int64)
    item = places_in(pa.array([run.item for *_, run in told], pa.string()), points.fleet.item_ids).astype(np.int64)
    names = pa.array([run.certificate for *_, run in told], pa.string())
    certificate = np.full(len(told), loops.NONE, np.int64)
    if names.null_count < len(names):
        certificate[names.is_valid().to_numpy(zero_copy_only=False)] = places_in(names.drop_null(), points.certificate_ids)
    numbers = [
        (position - len(told), run.level, grade_of(run.grade), number_of(run.first), number_of(run.last))
        for position, (*_, run) in enumerate(told)
    ]
    row, level, grade, first, last = np.array(numbers, np.int64).reshape(-1, 5).T
    return _Runs(place, row, item, certificate, level, grade, first, last)


def _joined(one: _Runs, other: _Runs) -> _Runs:
    return _Runs(*(np.concatenate(each) for each in zip(one, other, strict=True)))
