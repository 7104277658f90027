"""How many items hang on each standard: counted item by item from the core's own chains."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import S as STANDARD
from tests.traceability.building import certificate, day, item_with, known
from tests.traceability.fleet.worlds import World, drawn
from traceability.examination import Examiner
from traceability.fleet import counting, hanging
from traceability.fleet.columns import Array, Fleet
from traceability.fleet.encode import encode
from traceability.fleet.hanging import chains_of
from traceability.fleet.sheets import number_of, sheets_of
from traceability.inquiry import Inquiry
from traceability.known import Known, known_records
from traceability.records import Certificate, Outcome, Purpose, Reference
from traceability.resolution import certificate_in_force, end_of


def single_points(fleet: Fleet, day: date, group: Array | None = None) -> pa.Table:
    """The standards of a fleet by how many of all its items hang on them."""
    return chains_of(fleet, day, group).points(np.arange(fleet.items), np.arange(fleet.standards))


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=30, derandomize=True)
def test_as_many_hang_on_a_standard_as_have_it_on_their_chain(seed: int) -> None:
    """A standard on which a city hangs stands far down the list."""
    world = drawn(seed)
    fleet, groups = world.fleet, np.arange(world.fleet.standards) % 2
    rows = single_points(fleet, world.as_of, groups).to_pylist()
    counted = {row["item"]: (row["hanging"], row["standards"], row["without_alternative"]) for row in rows}
    assert counted == _counted(world, fleet, groups)
    assert rows == sorted(rows, key=lambda row: (-row["hanging"], -row["standards"], row["item"]))
    assert all(row["without_alternative"] == row["hanging"] for row in single_points(fleet, world.as_of).to_pylist())


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=15, derandomize=True)
def test_as_many_metering_points_hang_on_a_standard_as_have_it_on_their_chains(seed: int) -> None:
    """What is lost with a standard is counted in meters alone, and the energy that nobody can prove then is not."""
    world = drawn(seed, points=4)
    numbers = np.arange(world.fleet.items)
    chains = chains_of(world.fleet, world.as_of, points=world.points)
    rows = chains.points(numbers, numbers[: world.fleet.standards], metering_points=np.arange(world.points.size)).to_pylist()
    known = known_records(world.records, world.known_at)
    expected: Counter[str] = Counter()
    for name in known.metering_points:
        firsts = Inquiry(Examiner(known, world.policy), name).on(world.as_of).firsts
        expected.update({each.item for each in _chain(known, list(firsts))})
    assert {row["item"]: row["metering_points"] for row in rows if row["metering_points"]} == expected


def test_where_no_standards_are_asked_for_none_are_told() -> None:
    """A laboratory without a standard of its own gets an error for a list."""
    world = drawn(0)
    numbers = np.arange(world.fleet.items)
    found = chains_of(world.fleet, world.as_of).points(numbers, numbers[:0])
    assert (found.num_rows, found.schema) == (0, hanging.SCHEMA)


def _counted(world: World, fleet: Fleet, groups: Array) -> dict[str, tuple[int, int, int]]:
    known = known_records(world.records, world.known_at)
    names = fleet.item_ids.to_pylist()
    group = {name: int(groups[place]) for place, name in enumerate(names[: fleet.standards])}
    used = {(each.item, each.quantity, each) for each in _all_references(known)}
    found: list[Counter[str]] = [Counter(), Counter(), Counter()]
    for name, item in known.items.items():
        purposes = [Purpose(quantity=each) for each in item.quantities] or [Purpose()]
        first = [certificate_in_force(known, name, world.as_of, purpose).found for purpose in purposes if not item.is_anchor]
        references = _chain(known, [each for each in first if each is not None])
        found[1 if name in group else 0].update({each.item for each in references})
        if name not in group:
            found[2].update({each.item for each in references if not _has_other(known, each, used, group, world.as_of)})
    standing = set(found[0]) | set(found[1])
    return {name: (found[0][name], found[1][name], found[2][name]) for name in standing}


def _has_other(known: Known, reference: Reference, used: set[Any], group: dict[str, int], on: Any) -> bool:
    others = [each for each in used if each[0] != reference.item and each[1] == reference.quantity]
    stands_by = {name for name, _, asked in others if group[name] == group[reference.item] and _holds(known, asked, on)}
    held = [asked for name, _, asked in others if name in stands_by and _holds(known, asked, on)]
    hangs = {asked.item for asked in held if reference.item in _above(known, asked, on)}
    return bool(stands_by - hangs)


def _above(known: Known, asked: Reference, on: Any) -> set[str]:
    """The items that a standard rests on, by its certificate for a use."""
    found = None if known.items[asked.item].is_anchor else certificate_in_force(known, asked.item, on, asked).found
    return set() if found is None else {each.item for each in _chain(known, [found])}


def _holds(known: Known, asked: Reference, on: Any) -> bool:
    item = known.items[asked.item]
    if item.kind == "reference_material" or item.is_retired(on):
        return True
    if item.is_anchor:
        return item.is_recognized(on)
    found = certificate_in_force(known, item.id, on, asked).found
    return found is not None and found.outcome is not Outcome.FAIL and not end_of(known, item, found).is_over(on)


def _all_references(known: Known) -> list[Reference]:
    live = [each for name in known.items for each in known.live_of(name)]
    return [reference for each in live for reference in _references(known, each)]


def _references(known: Known, each: Certificate) -> list[Reference]:
    if each.outcome is Outcome.FAIL:
        return []
    return [one for one in each.references if one.item in known.items and one.item != each.item]


def _chain(known: Known, certificates: list[Certificate]) -> list[Reference]:
    seen, references = {each.id for each in certificates}, []
    while certificates:
        each = certificates.pop()
        for one in _references(known, each):
            references.append(one)
            found = None
            if not known.items[one.item].is_anchor:
                found = certificate_in_force(known, one.item, each.calibrated_on, one).found
            if found is not None and found.id not in seen:
                seen.add(found.id)
                certificates.append(found)
    return references


def test_another_standard_of_the_laboratory_stands_by_while_it_holds() -> None:
    """A laboratory with two good standards is told that all hangs on each of them, or one with an expired spare is not."""

    def alone(second_until: str) -> dict[str, int]:
        held = known(
            STANDARD,
            item_with(STANDARD, id="T"),
            *(item_with(STANDARD, id=name) for name in ("A", "B")),
            certificate("s", item="S", on="2025-01-01", valid_until=day("2026-01-01")),
            certificate("t", item="T", on="2025-01-01", valid_until=day(second_until)),
            certificate("a", item="A", on="2025-02-01", references=(Reference(item="S", quantity="energy"),)),
            certificate("b", item="B", on="2025-02-01", references=(Reference(item="T", quantity="energy"),)),
        )
        fleet = encode(sheets_of(held))
        names = fleet.item_ids.to_pylist()[: fleet.standards]
        rows = single_points(fleet, day("2025-06-01"), np.array([1 if name in "ST" else -1 for name in names]))
        return {row["item"]: row["without_alternative"] for row in rows.to_pylist()}

    assert alone("2026-01-01") == {"N": 2, "S": 0, "T": 0}
    assert alone("2025-03-01") == {"N": 2, "S": 1, "T": 0}


def test_compiled_the_counts_are_the_same() -> None:
    """What numba makes of the loops counts otherwise on a city than in the tests."""
    world = drawn(41)
    number, group = number_of(world.as_of) or 0, np.zeros(world.fleet.standards, np.int64)
    plain, compiled = (
        hanging.Chains(world.fleet, number, group, engine).counts(np.arange(world.fleet.items))
        for engine in ((counting.uses_above, counting.count_chains), counting.compiled_counting())
    )
    assert plain.sum() > 0
    assert (plain == compiled).all()
