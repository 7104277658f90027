"""The answers as Arrow, and the coverage of a period for all items."""

from datetime import UTC, date, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import FREQUENCY, certificate, records, result
from tests.traceability.fleet.worlds import drawn
from traceability.assess import coverage
from traceability.fleet import loops
from traceability.fleet.answers import codes_in, coverage_of_all
from traceability.fleet.encode import encode
from traceability.fleet.sheets import sheets_of
from traceability.known import known_records
from traceability.policy import ReferenceValidity, policy_named
from traceability.records import Item, ItemKind, Reference
from traceability.verdict import Code


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=15, derandomize=True)  # What is covered must not depend on the draw.
def test_the_coverage_of_all_is_that_of_each(seed: int) -> None:
    """A day on which an item was not traceable is missing from the report of a period, or too much is reported."""
    world = drawn(seed)
    start, until = world.as_of, world.as_of + timedelta(days=seed % 50)
    for policy in (world.policy, policy_named("cn-supervision/1")):
        found: dict[str, list[object]] = {}
        for row in coverage_of_all(world.fleet, start, until, policy, loops).to_pylist():
            found.setdefault(row["item"], []).append((row["from"], row["until"]))
        for item in known_records(world.records, world.known_at).items:
            expected = coverage(world.records, item, start, until, world.known_at, policy)
            assert tuple(found.get(item, ())) == expected


def test_a_reference_to_what_nobody_knows_changes_no_day_of_a_period() -> None:
    """Under a policy that looks at references day by day, one without an item has no days to look at."""
    held = records(
        Item(id="M", kind=ItemKind.METER),
        Item(id="N", kind=ItemKind.NATIONAL_STANDARD),
        certificate("c", references=(Reference(item="unknown"), Reference(item="N"))),
    )
    at, policy = datetime(2026, 1, 1, tzinfo=UTC), policy_named("cn-supervision/1")
    start, until = date(2025, 5, 1), date(2025, 9, 1)
    fleet = encode(sheets_of(known_records(held, at)))
    covered = [row["item"] for row in coverage_of_all(fleet, start, until, policy, loops).to_pylist()]
    assert "M" not in covered
    assert coverage(held, "M", start, until, at, policy) == ()
    assert "N" in covered


def test_an_item_is_covered_while_all_that_it_is_used_for_is() -> None:
    """Under a policy that looks at references day by day, the days of each quantity count, not those of the first alone."""
    held = records(
        Item(id="M", kind=ItemKind.METER, quantities=("energy", "frequency")),
        Item(id="N", kind=ItemKind.NATIONAL_STANDARD),
        certificate("c", results=(result(), FREQUENCY)),
    )
    at, policy = datetime(2027, 1, 1, tzinfo=UTC), policy_named("structure/1")
    supervising = msgspec.structs.replace(policy, reference_validity=ReferenceValidity.IN_FORCE)
    start, until = date(2025, 5, 1), date(2026, 9, 1)
    fleet = encode(sheets_of(known_records(held, at)))
    rows = coverage_of_all(fleet, start, until, supervising, loops).to_pylist()
    found = tuple((row["from"], row["until"]) for row in rows if row["item"] == "M")
    assert found == coverage(held, "M", start, until, at, supervising) == ((date(2025, 6, 1), date(2026, 5, 31)),)


def test_codes_are_told_by_their_places() -> None:
    """A program that reads the bits finds other codes than the words say."""
    assert codes_in(1 << 3 | 1) == (Code.WITHDRAWN, Code.FAILED)


def test_every_number_of_a_code_in_the_loops_is_its_place() -> None:
    """A code was added or moved in `verdict` and the loops still say the old number."""
    numbers = {code.name: place for place, code in enumerate(Code)}
    said = {name: value for name, value in vars(loops).items() if name in numbers and isinstance(value, int)}
    assert len(said) == 26
    assert said == {name: numbers[name] for name in said}
