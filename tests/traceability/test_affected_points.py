"""Metering points that rest on what fails: each turn by name, and the days one by one."""

from datetime import date, timedelta
from functools import reduce
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import M, S, certificate, day, event, item_with, known, point, result
from tests.traceability.fleet.worlds import drawn
from traceability.affected import Grade, Recall, grading_of, of_failure, of_withdrawal, worse
from traceability.affected_points import affected_points
from traceability.known import Known, known_records
from traceability.records import Branch, EventKind, Outcome, Reference
from traceability.resolution import certificate_in_force

USES_S: dict[str, Any] = {"references": (Reference(item="S"),)}
AS_OF = day("2025-09-01")
OF_S = certificate("s", item="S", on="2025-01-01", valid_until=day("2026-01-01"))


def told(held: Known, recall: Recall) -> dict[str, tuple[object, ...]]:
    return {
        each.metering_point: (
            *(each.level, each.item, each.certificate, each.code.value),
            *(str(each.used_from), str(each.used_until), each.is_in_force),
        )
        for each in affected_points(held, recall, AS_OF)
    }


def test_a_point_rests_on_a_certificate_until_the_next_one_or_until_the_meter_leaves() -> None:
    """An owner searches years of bills where a quarter is in doubt; or hears nothing of the meter that was taken away."""
    held = known(
        S,
        item_with(M, id="A"),
        item_with(M, id="B"),
        OF_S,
        certificate("a", item="A", on="2025-03-01", **USES_S),
        certificate("a-next", item="A", on="2025-08-01"),
        certificate("b", item="B", on="2025-03-10", **USES_S),
        point(Branch(name="meter", item="A"), point_id="stays"),
        point(Branch(name="meter", item="B", start=day("2025-04-01"), until=day("2025-05-31")), point_id="left"),
        point(Branch(name="meter", item="B", start=day("2025-06-01")), point_id="came"),
        point(Branch(name="meter", item="B", start=day("2025-10-01")), point_id="later"),
        point(Branch(name="meter", item="A", until=day("2025-02-01")), point_id="earlier"),
        point(Branch(name="meter"), Branch(name="other", item="N"), point_id="nothing of it"),
    )
    recall = of_failure(held, "S", day("2025-06-01"), AS_OF)
    assert told(held, recall) == {
        "stays": (2, "A", "a", "SUSPECT", "2025-03-01", "2025-07-31", False),
        "left": (2, "B", "b", "SUSPECT", "2025-04-01", "2025-05-31", False),
        "came": (2, "B", "b", "SUSPECT", "2025-06-01", "2025-09-01", True),
    }


def test_the_meter_that_failed_itself_is_the_nearest() -> None:
    """A meter that is found wrong: nothing was calibrated with it, and so nobody is told of the gate that it measures."""
    held = known(
        item_with(M, retired_on=day("2025-08-01")),
        certificate("m", on="2025-01-01"),
        event("ok", EventKind.INTERIM_CHECK_PASSED, "2025-03-01"),
        point(Branch(name="meter", item="M")),
    )
    recall = of_failure(held, "M", day("2025-06-01"), AS_OF)
    assert recall.affected == ()
    assert told(held, recall) == {"G": (1, "M", None, "EVENT_AFTER_CALIBRATION", "2025-03-02", "2025-07-31", False)}
    # Where nothing good was ever seen, from the first certificate on.
    held = known(certificate("m", on="2025-05-01", outcome=Outcome.FAIL), M, point(Branch(name="meter", item="M")))
    assert told(held, of_failure(held, "M", day("2025-05-01"), AS_OF))["G"][4] == "2025-05-01"


def test_a_point_relies_on_a_certificate_until_it_has_no_force() -> None:
    """A certificate taken back from July on is blamed for the bills of spring."""
    held = known(
        M,
        certificate("early", on="2025-01-01"),
        certificate("late", on="2025-05-01"),
        point(Branch(name="meter", item="M"), Branch(name="again", item="M", until=day("2025-07-10"))),
    )
    recall = of_withdrawal(held, "late", day("2025-07-01"), AS_OF)
    assert told(held, recall) == {"G": (1, "M", None, "WITHDRAWN", "2025-07-01", "2025-09-01", True)}


def test_a_row_that_names_no_quantity_rests_on_a_certificate_for_each_of_its_item() -> None:
    """A flow computer's doubted pressure is not told to the plant, since its temperature was calibrated later."""
    both = item_with(M, quantities=("pressure", "temperature"))
    held = known(
        S,
        both,
        OF_S,
        certificate("pressure", on="2025-03-01", results=(result(quantity="pressure"),), **USES_S),
        certificate("temperature", on="2025-04-01", results=(result(quantity="temperature"),)),
        point(Branch(name="meter", item="M")),
    )
    recall = of_failure(held, "S", day("2025-06-01"), AS_OF)
    assert told(held, recall)["G"] == (2, "M", "pressure", "SUSPECT", "2025-03-01", "2025-09-01", True)


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=12, derandomize=True)
def test_the_days_are_those_that_a_look_at_each_day_finds(seed: int) -> None:
    """A day on which another certificate comes into force is passed over."""
    world = drawn(seed, points=4)
    held = known_records(world.records, world.known_at)
    failing = sorted(held.items)[seed % len(held.items)]
    recalls = [of_failure(held, failing, world.as_of - timedelta(days=seed % 40), world.as_of)]
    known_ones = [one for one in sorted(held.certificates) if held.certificates[one].item in held.items]
    void_from = world.as_of - timedelta(days=seed % 60)
    recalls += [of_withdrawal(held, one, void_from, world.as_of) for one in known_ones[: 1 + seed % 2]]
    for recall in recalls:
        found = {
            each.metering_point: (each.level, each.used_from, each.used_until, (each.severity, each.code), each.is_in_force)
            for each in affected_points(held, recall, world.as_of)
        }
        assert found == _one_by_one(held, recall, world.as_of)


def _one_by_one(held: Known, recall: Recall, as_of: date) -> dict[str, tuple[object, ...]]:
    affected = {each.certificate: each for each in recall.affected}
    grading = grading_of(held, recall)
    found: dict[str, list[tuple[date, int, Grade]]] = {}
    first = min([*(each.calibrated_on for each in held.certificates.values()), as_of]) - timedelta(days=61)
    for day_ in (first + timedelta(days=number) for number in range((as_of - first).days + 1)):
        for name, each in held.metering_points.items():
            for branch in each.branches:
                if branch.item is None or branch.item not in held.items or not branch.serves(day_):
                    continue
                item = held.items[branch.item]
                # Without a quantity once for each of the item's own (SEMANTICS 3.8).
                is_open = branch.quantity is None and bool(item.quantities)
                for quantity in item.quantities if is_open else (branch.quantity,):
                    asked = msgspec.structs.replace(branch, quantity=quantity)
                    own = grading(day_, asked) if branch.item == recall.item else None
                    resting = certificate_in_force(held, branch.item, day_, asked).found
                    if own is not None:
                        found.setdefault(name, []).append((day_, 1, own))
                    elif resting is not None and resting.id in affected:
                        row = affected[resting.id]
                        found.setdefault(name, []).append((day_, row.level + 1, (row.severity, row.code)))
    return {
        name: (
            min(level for _, level, _ in days),
            days[0][0],
            days[-1][0],
            reduce(worse, (grade for *_, grade in days)),
            days[-1][0] == as_of,
        )
        for name, days in found.items()
    }


@pytest.mark.parametrize("target", ["nobody", "M"])
def test_points_of_other_items_are_left_alone(target: str) -> None:
    """A plant is told of a recall because it has a meter at all."""
    held = known(S, M, OF_S, certificate("m", on="2025-03-01"), point(Branch(name="meter", item=target)))
    assert affected_points(held, of_failure(held, "S", day("2025-06-01"), AS_OF), AS_OF) == ()
