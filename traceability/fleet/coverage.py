"""How much of a period each item and metering point is covered: its good days, counted and as runs."""

from datetime import date
from types import ModuleType

import numpy as np
import pyarrow as pa

from traceability.fleet.answers import coverage_of_all
from traceability.fleet.codes import offsets_of, places_in
from traceability.fleet.columns import Fleet
from traceability.fleet.point_answers import coverage_of_points
from traceability.fleet.points import Points
from traceability.policy import Policy

# `days`: of the period. `covered_days`: the good ones, `share`: of all, from 0 to 1. `runs`: the good days as maximal runs.
SCHEMA = pa.schema(
    {
        "item": pa.string(), "days": pa.int32(), "covered_days": pa.int32(), "share": pa.float64(),
        "runs": pa.list_(pa.struct({"from": pa.date32(), "until": pa.date32()})),
    }
)  # fmt: skip


def shares_of_all(fleet: Fleet, start: date, until: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """The coverage of a period for every item, in the order of the fleet, also for those that are never good."""
    return _shares(coverage_of_all(fleet, start, until, policy, engine), fleet.item_ids, start, until)


def shares_of_points(points: Points, start: date, until: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """The same for every metering point; `item` is the point."""
    return _shares(coverage_of_points(points, start, until, policy, engine), points.ids, start, until)


def _shares(covered: pa.Table, targets: pa.Array, start: date, until: date) -> pa.Table:
    place = places_in(covered["item"], targets)
    first, last = (covered[name].combine_chunks().cast(pa.int32()).to_numpy() for name in ("from", "until"))
    days, size = (until - start).days + 1, len(targets)
    sizes = np.bincount(place, minlength=size)
    covered_days = np.bincount(place, last - first + 1, minlength=size).astype(np.int32)
    runs = pa.StructArray.from_arrays(
        [each.combine_chunks() for each in (covered["from"], covered["until"])], ["from", "until"]
    )
    return pa.Table.from_pydict(
        {
            "item": targets,
            "days": pa.repeat(pa.scalar(days, pa.int32()), size),
            "covered_days": pa.array(covered_days),
            "share": pa.array(covered_days / days),
            "runs": pa.ListArray.from_arrays(pa.array(offsets_of(sizes), pa.int32()), runs),
        },
        schema=SCHEMA,
    )
