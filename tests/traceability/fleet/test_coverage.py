"""The coverage of a period for all items and metering points, with the days counted."""

from datetime import timedelta

import pytest

from tests.traceability.fleet.worlds import drawn
from traceability.assess import coverage
from traceability.fleet import loops
from traceability.fleet.coverage import shares_of_all, shares_of_points
from traceability.known import known_records


@pytest.mark.parametrize("seed", [3, 4, 8, 11])
def test_the_share_of_each_item_is_that_of_its_runs(seed: int) -> None:
    """The report of a period counts days twice, or gives one meter the days of another."""
    world = drawn(seed, points=3)
    start, until = world.as_of - timedelta(days=40), world.as_of + timedelta(days=9)
    rows = shares_of_all(world.fleet, start, until, world.policy, loops).to_pylist()
    assert [row["item"] for row in rows] == world.fleet.item_ids.to_pylist()
    known = known_records(world.records, world.known_at)
    assert set(known.items) == {row["item"] for row in rows}
    of_points = shares_of_points(world.points, start, until, world.policy, loops).to_pylist()
    assert [row["item"] for row in of_points] == list(known.metering_points)
    rows += of_points
    for row in rows:
        runs = coverage(world.records, row["item"], start, until, world.known_at, world.policy)
        good = sum((last - first).days + 1 for first, last in runs)
        assert tuple((run["from"], run["until"]) for run in row["runs"]) == runs
        assert (row["days"], row["covered_days"], row["share"]) == (50, good, good / 50)
