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
from tests.traceability.fleet.worlds import World, drawn
from traceability.affected import Recall, of_failure, of_withdrawal
from traceability.affected_points import affected_points, runs_of_item
from traceability.fleet import recalled
from traceability.fleet.recall import Reach, reached_by_failure, reached_by_withdrawal
from traceability.fleet.sheets import number_of
from traceability.known import Known, known_records

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
    for certificate in known.certificates.values():
        if certificate.item not in known.items:
            continue
        recorded = certificate.withdrawal
        void_from = certificate.calibrated_on + timedelta(days=random.randint(-50, 200))
        void_from = void_from if recorded is None else recorded.void_from
        found = reached_by_withdrawal(world.fleet, certificate.id, void_from)
        assert recorded is None or found is not None  # What is on record is never refused.
        yield of_withdrawal(known, certificate.id, void_from, world.as_of), found


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=40, derandomize=True)
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
