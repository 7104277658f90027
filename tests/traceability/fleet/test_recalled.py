"""The metering points that a recall reaches, on columns as one by one, for every item and certificate."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import STRUCTURE, S, certificate, day, item_with, point, records
from tests.traceability.fleet.worlds import World, drawn
from traceability.affected import Recall, of_failure, of_withdrawal
from traceability.affected_points import affected_points, runs_of_item
from traceability.fleet import recalled
from traceability.fleet.recall import Reach, reached_by_failure, reached_by_withdrawal
from traceability.known import Known, known_records
from traceability.records import Branch, Reference


def rows(values: Any) -> list[dict[str, Any]]:
    return [{name: getattr(each, name) for name in each.__struct_fields__} for each in values]


def recalls(seed: int, world: World, known: Known) -> Iterator[tuple[Recall, Reach | None]]:
    """Each item fails on a day, each certificate is taken back from one; those on record as they are."""
    random = Random(seed)
    for item in sorted(known.items):
        recall = of_failure(known, item, world.as_of + timedelta(days=random.randint(-300, 10)), world.as_of)
        assert recall.window is not None
        yield recall, reached_by_failure(world.fleet, item, recall.window)
    for one in known.certificates.values():
        if one.item not in known.items:
            continue
        recorded = one.withdrawal
        void_from = one.calibrated_on + timedelta(days=random.randint(-50, 200))
        void_from = void_from if recorded is None else recorded.void_from
        found = reached_by_withdrawal(world.fleet, one.id, void_from)
        assert recorded is None or found is not None  # What is on record is never refused.
        yield of_withdrawal(known, one.id, void_from, world.as_of), found


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=25, derandomize=True)
def test_points_are_those_of_a_look_at_each(seed: int) -> None:
    """The recall of a national standard and that of a bench standard go by different rules."""
    world = drawn(seed, points=3)
    known = known_records(world.records, world.known_at)
    for recall, reach in recalls(seed, world, known):
        if reach is None:
            continue
        own = runs_of_item(known, recall, world.as_of)
        found = recalled.points_reached(world.points, reach, world.as_of, recall.item, own)
        assert found.to_pylist() == rows(affected_points(known, recall, world.as_of))


def test_a_standard_that_rests_on_itself_is_followed_once_around() -> None:
    """What was calibrated again with its own user counts as good, since nobody looks at the failed item twice."""
    of_circle = records(
        S,
        item_with(S, id="Y"),
        certificate("s", item="S", on="2025-01-01"),
        certificate("y", item="Y", on="2025-03-01", references=(Reference(item="S"),)),
        certificate("s-again", item="S", on="2025-07-01", references=(Reference(item="Y"),)),
        point(Branch(name="bench", item="S", start=day("2025-07-10")), point_id="after"),
        point(Branch(name="bench", item="S", start=day("2025-06-01")), point_id="before"),
    )
    world = World(of_circle, day("2025-09-01"), datetime(2026, 1, 1, tzinfo=UTC), STRUCTURE)
    known = known_records(world.records, world.known_at)
    recall = of_failure(known, "S", day("2025-06-01"), world.as_of)
    assert recall.window is not None
    reach = reached_by_failure(world.fleet, "S", recall.window)
    own = runs_of_item(known, recall, world.as_of)
    found = recalled.points_reached(world.points, reach, world.as_of, "S", own).to_pylist()
    assert found == rows(affected_points(known, recall, world.as_of))
    assert [(each["metering_point"], each["level"], each["certificate"]) for each in found] == [
        ("before", 1, None),
        ("after", 3, "s-again"),
    ]
