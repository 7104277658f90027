"""Metering points on columns: what is told from the items' answers, what is asked anew, and the days of a period."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import FREQUENCY, STRUCTURE, M, N, S, certificate, day, point, records, result
from tests.traceability.fleet.worlds import World, drawn
from traceability.assess import coverage
from traceability.fleet import arrays, loops
from traceability.fleet.encode import encode
from traceability.fleet.point_answers import assess_everything, coverage_of_points
from traceability.fleet.points import Points, encode_points, point_sheets_of, serving_on
from traceability.fleet.sheets import sheets_of
from traceability.known import known_records
from traceability.policy import ReferenceValidity, policy_named
from traceability.records import Branch, Item, ItemKind, Reference

AT = datetime(2027, 1, 1, tzinfo=UTC)
IN_FORCE = msgspec.structs.replace(STRUCTURE, reference_validity=ReferenceValidity.IN_FORCE)
BOTH = Item(id="B", kind=ItemKind.METER, quantities=("energy", "frequency"))


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=10, derandomize=True)
def test_the_coverage_of_points_is_that_of_each(seed: int) -> None:
    """A day between two installations is reported as proven, or one of a good meter as missing."""
    world = drawn(seed, points=3)
    start, until = world.as_of, world.as_of + timedelta(days=seed % 50)
    for policy in (world.policy, policy_named("cn-supervision/1")):
        found: dict[str, list[object]] = {}
        for row in coverage_of_points(world.points, start, until, policy, loops).to_pylist():
            found.setdefault(row["item"], []).append((row["from"], row["until"]))
        for asked in known_records(world.records, world.known_at).metering_points:
            expected = coverage(world.records, asked, start, until, world.known_at, policy)
            assert tuple(found.get(asked, ())) == expected


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=10, derandomize=True)
def test_what_serves_a_point_on_a_day_is_what_its_history_says(seed: int) -> None:
    """A meter is counted at the place from which it was taken last year."""
    world = drawn(seed, points=4)
    known = known_records(world.records, world.known_at)
    points, items = world.points.ids.to_pylist(), world.fleet.item_ids.to_pylist()
    for on in (world.as_of, world.as_of - timedelta(days=200)):
        expected = {
            (name, branch.item)
            for name, each in known.metering_points.items()
            for branch in each.branches
            if branch.item in known.items and branch.serves(on)
        }
        found = zip(*(each.tolist() for each in serving_on(world.points, on)), strict=True)
        assert {(points[owner], items[item]) for owner, item in found} == expected


def test_a_point_is_covered_while_what_is_installed_is() -> None:
    """The days without a meter, between taking one out and putting the next in, count as proven."""
    held = (
        M,
        S,
        N,
        certificate("c", "M", "2025-06-01"),
        certificate("s", "S", "2025-06-01"),
        point(Branch(name="a", item="M", until=day("2025-09-30")), Branch(name="a", item="S", start=day("2025-10-03"))),
    )
    for policy in (STRUCTURE, IN_FORCE):
        world = World(records(*held), day("2025-09-01"), AT, policy)
        runs = coverage_of_points(world.points, day("2025-08-01"), day("2025-12-31"), policy).to_pylist()
        assert [(row["from"], row["until"]) for row in runs] == [
            (day("2025-08-01"), day("2025-09-30")),
            (day("2025-10-03"), day("2025-12-31")),
        ]
        for engine in (loops, arrays):  # Other rows hold later: until when is asked anew.
            assert world.answers_for_points(engine)["G"]["traceable_until"] == day("2025-09-30")


@pytest.mark.parametrize(
    ("branch", "is_as_item"),
    [
        (Branch(name="a", item="M"), True),
        (Branch(name="a", item="M", quantity="energy"), True),
        (Branch(name="a", item="M", quantity="energy", unit="kW*h", low=Decimal(1), high=Decimal(2)), True),
        (Branch(name="a", item="M", quantity="pressure"), False),
        (Branch(name="a", item="M", unit="kW*h", high=Decimal(1000000)), False),
        (Branch(name="a", item="B"), True),
        (Branch(name="a", item="B", quantity="energy"), False),
        (Branch(name="a", item="B", unit="kW*h", high=Decimal(1)), False),
        (Branch(name="a", item="N", quantity="energy"), True),
        (Branch(name="a", item="O", quantity="energy"), True),
        (Branch(name="a", item="O", quantity="frequency"), True),  # Which all its certificates state as well.
        (Branch(name="a", item="O", quantity="pressure"), False),
        (Branch(name="a"), False),
        (Branch(name="a", item="nobody", quantity="energy"), False),
    ],
)
def test_a_row_is_told_by_its_item_where_it_asks_for_nothing_else(branch: Branch, is_as_item: bool) -> None:
    """A point gets the verdict of its meter for another quantity or range, or none is told quickly."""
    one = Item(id="O", kind=ItemKind.METER, quantities=("energy",))
    results = (result(), FREQUENCY)
    given_out = [
        certificate(f"c-{item.id}-{year}", item.id, f"{year}-06-01", results=results, valid_until=f"{year + 1}-05-31")
        for item in (M, BOTH, one)
        for year in (2025, 2026)
    ]
    world = World(records(M, BOTH, one, N, *given_out, point(branch, branch)), day("2026-07-01"), AT, STRUCTURE)
    assert world.points.table.rows["is_as_item"].tolist() == [is_as_item] * 2
    for engine in (loops, arrays):
        assert world.answers_for_points(engine) == world.expected_for_points()


def test_until_when_a_point_is_good_is_looked_up_where_other_rows_hold_later() -> None:
    """A point is shown as good for ever because its first row is, or as lapsing with a standard that it no longer needs."""
    rows = Branch(name="a", item="M", until=day("2025-06-30")), Branch(name="a", item="N", start=day("2025-07-01"))
    held = records(M, N, certificate("m", valid_until="2026-05-31"), point(*rows), point(rows[0], point_id="H"))
    world = World(held, day("2025-06-15"), AT, STRUCTURE)
    chain = records(
        BOTH,
        S,
        N,
        certificate("s", "S", "2025-06-01", valid_until="2025-06-20"),
        certificate("b", "B", "2025-06-02", results=(result(), FREQUENCY), references=(Reference(item="S"),)),
        point(Branch(name="a", item="B", quantity="energy")),
    )
    lapsing = World(chain, day("2025-06-15"), AT, IN_FORCE)
    for engine in (loops, arrays):
        ends = {id_: row["traceable_until"] for id_, row in world.answers_for_points(engine).items()}
        assert ends == {"G": None, "H": day("2025-06-30")}
        assert lapsing.answers_for_points(engine)["G"]["traceable_until"] == day("2025-06-20")
        for asked in (world, lapsing):
            assert asked.answers_for_points(engine) == asked.expected_for_points()


def test_a_chain_that_is_too_long_is_said_of_the_point() -> None:
    """The finding names the meter, while the question was about the point."""
    held = records(
        M,
        S,
        N,
        certificate("m", "M", "2025-07-01", references=(Reference(item="S"),)),
        certificate("s", "S", "2025-06-01"),
        point(Branch(name="a", item="M")),
        point(Branch(name="a", item="M"), Branch(name="b"), point_id="H"),
    )
    world = World(held, day("2025-09-01"), AT, msgspec.structs.replace(STRUCTURE, max_chain_length=1))
    answer = world.answers_for_points(loops)["G"]
    assert (answer["failing"], answer["findings"]) == ("G", {"CHAIN_TOO_LONG@G"})
    assert world.answers_for_points(loops)["H"]["findings"] == {"CHAIN_TOO_LONG@H", "BRANCH_MISSING@H"}
    assert world.answers_for_points(arrays) == world.answers_for_points(loops) == world.expected_for_points()


def test_points_without_items_and_a_registry_without_points_are_answered() -> None:
    """An empty registry stops the run of the night."""
    none = World(records(M), day("2025-09-01"), AT, STRUCTURE)
    assert none.answers_for_points(loops) == none.answers_for_points(arrays) == {}
    assert coverage_of_points(none.points, date(2025, 1, 1), date(2025, 2, 1), STRUCTURE).num_rows == 0
    lonely = msgspec.structs.replace(records(point(Branch(name="a", item="M", quantity="energy"))), items=())
    alone = World(lonely, day("2025-09-01"), AT, STRUCTURE)
    assert alone.answers_for_points(loops) == alone.answers_for_points(arrays) == alone.expected_for_points()


def test_items_are_answered_along_with_points() -> None:
    """The items of a run with points get other answers than those of a run without."""
    world = drawn(5, points=2)
    everything = assess_everything(world.points, world.as_of, world.policy)
    assert {row["item"]: row | {"findings": set(row["findings"])} for row in everything.items.to_pylist()} == world.expected()
    known = known_records(world.records, world.known_at)
    points: Points = encode_points(encode(sheets_of(known)), point_sheets_of(known))
    assert points.item_ids.to_pylist() == [*points.fleet.item_ids.to_pylist(), *known.metering_points]
