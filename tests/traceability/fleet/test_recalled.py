"""What a recall reaches on columns: items, points and what settles them, as one by one, for every item and certificate."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.recalls import (
    Case,
    Deed,
    Ground,
    Reached,
    RecallCause,
    RecallStanding,
    RecallStep,
    affairs,
    grounds,
    reached_items,
)
from tests.traceability.building import STRUCTURE, S, certificate, day, item_with, point, records
from tests.traceability.fleet.worlds import World, drawn
from traceability.affected import Recall, of_failure, of_withdrawal
from traceability.affected_points import affected_points, runs_of_item
from traceability.fleet import recalled
from traceability.fleet.recall import Reach, reached_by_failure, reached_by_withdrawal
from traceability.fleet.sheets import number_of
from traceability.known import Known, known_records
from traceability.records import Branch, Reference

OPENING = Deed(step=RecallStep.CONFIRMED, item=None, reason="", by="anna", person=None, at=datetime(2026, 1, 1, tzinfo=UTC))


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
def test_items_points_and_what_settles_them_are_those_of_a_look_at_each(seed: int) -> None:
    """The recall of a national standard and that of a bench standard go by different rules."""
    world = drawn(seed, points=3)
    known = known_records(world.records, world.known_at)
    for recall, reach in recalls(seed, world, known):
        if reach is None:
            continue
        items = recalled.reached_items(world.fleet, reach)
        reached = reached_items(recall.affected)
        assert [{name: str(value) for name, value in row.items()} for row in items.to_pylist()] == [
            {name: str(getattr(each, name)) for name in items.column_names} for each in reached
        ]
        own = runs_of_item(known, recall, world.as_of)
        found = recalled.points_reached(world.points, reach, world.as_of, recall.item, own)
        assert found.to_pylist() == rows(affected_points(known, recall, world.as_of))
        check_standings(world, known, recall, reach, reached)


def check_standings(world: World, known: Known, recall: Recall, reach: Reach, reached: tuple[Reached, ...]) -> None:
    ground = next(grounds(known), None) or Ground(
        cause=RecallCause.FAILED, section="certificates", evidence="x", item=recall.item, on=world.as_of
    )
    case = Case(entry=1, id="r", organization=None, ground=ground, last_good_on=None, opening=OPENING, deeds=())
    expected = [
        (each.standing is RecallStanding.OUT_OF_USE, None if each.settled_by is None else each.settled_by)
        for each in affairs(case, reached, recall.affected, known, world.as_of)
    ]
    items = recalled.reached_items(world.fleet, reach)
    calibrated = pa.array([number_of(known.certificates[each.certificate].calibrated_on) for each in reached], pa.int32())
    found = recalled.settled(world.fleet, items, reach, world.as_of, calibrated)
    assert list(zip(found.is_out_of_use.tolist(), found.settled_by.to_pylist(), strict=True)) == expected


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
