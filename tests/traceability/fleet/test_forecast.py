"""What lapses in the days to come, and what would without a standard: as the core says item by item."""

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import M, S, certificate, item_with, known
from tests.traceability.fleet.worlds import World, drawn
from traceability.assess import assess
from traceability.fleet import loops
from traceability.fleet.encode import encode
from traceability.fleet.forecast import carried, lapsing, stranded
from traceability.fleet.sheets import number_of, sheets_of
from traceability.known import Known, known_records
from traceability.policy import Policy, ReferenceValidity, policy_named
from traceability.records import Certificate, ItemKind, Purpose, Reference
from traceability.resolution import certificate_in_force, end_of
from traceability.verdict import Code, Severity


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=12, derandomize=True)
def test_what_lapses_is_what_each_verdict_says(seed: int) -> None:
    """A meter that goes dark next month is missing from the forecast, or blamed on the wrong standard."""
    world = drawn(seed)
    days = 1 + seed % 60
    for policy in (world.policy, policy_named("structure/1")):
        expected = {}
        for item in known_records(world.records, world.known_at).items:
            verdict = assess(world.records, item, world.as_of, world.known_at, policy)
            until = verdict.traceable_until
            if not isinstance(until, date) or until >= world.as_of + timedelta(days=days):
                continue
            then = assess(world.records, item, until + timedelta(days=1), world.known_at, policy)
            bad = [each for each in then.findings if each.severity in {Severity.FAIL, Severity.INDETERMINATE}]
            expected[item] = (
                until,
                {f"{each.code.value}@{each.subject}" for each in bad},
                {each.subject for each in bad if each.code is Code.REFERENCE_LAPSED},
            )
        found = lapsing(world.fleet, world.as_of, days, policy, loops).to_pylist()
        assert {row["item"]: (row["last_day"], set(row["findings"]), set(row["carried_by"])) for row in found} == expected
        assert [(row["last_day"], row["item"]) for row in found] == sorted((row["last_day"], row["item"]) for row in found)


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=12, derandomize=True)
def test_what_carries_a_lapse_is_the_same_in_numbers_and_in_words(seed: int) -> None:
    """The board blames another standard for a dark month than the list behind it does."""
    world = drawn(seed)
    names = world.fleet.item_ids.to_pylist()
    for policy in (world.policy, policy_named("structure/1"), policy_named("cn-supervision/1")):
        expected = {}
        for row in lapsing(world.fleet, world.as_of, 60, policy, loops).to_pylist():
            is_first = row["standard_until"] is not None and row["standard_until"] < row["last_day"]
            blamed = row["carried_by"] or ([row["standard"]] if is_first else [])
            expected[row["item"]] = (row["last_day"], set(blamed))
        found = carried(world.fleet, world.as_of, 60, policy, loops)
        assert [names[item] for item in found.items.tolist()] == [name for name in names if name in expected]
        for item, last_day, standard in zip(
            found.items.tolist(), found.last_days.tolist(), found.standards.tolist(), strict=True
        ):
            on, blamed = expected[names[item]]
            assert last_day == number_of(on)
            assert (names[standard] in blamed) if blamed else standard == loops.NONE


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=25, derandomize=True)
def test_what_would_be_lost_is_what_the_assumption_says_item_by_item(seed: int) -> None:
    """A laboratory postpones a standard, believing that nothing hangs on it."""
    random = Random(seed)
    world = drawn(seed)
    known = known_records(world.records, world.known_at)
    by = world.as_of + timedelta(days=random.choice((5, 100, 500)))
    for policy in (world.policy, policy_named("structure/1")):
        for without in known.items:
            rows = stranded(world.fleet, world.as_of, without, by, policy, loops).to_pylist()
            found = {row["item"]: row["lost_from"] for row in rows}
            assert found == _lost(world, known, without, by, policy), (seed, without)


def _lost(world: World, known: Known, without: str, by: date, policy: Policy) -> dict[str, date]:
    """Day by day: what is lost on it, until nothing changes; the assumption in its own words."""
    day, in_force = world.as_of, policy.reference_validity is ReferenceValidity.IN_FORCE
    lost: dict[str, date] = {}  # By certificate.
    is_changed = True
    while is_changed:
        is_changed = False
        for item_id, item in known.items.items():
            if item_id == without or item.is_anchor:
                continue
            for each in known.live_of(item_id):
                end = end_of(known, item, each).last_day
                if end is not None and end < day:
                    continue
                found_outs = [
                    _out(known, lost, reference, without, day, by, in_force) for reference in _references(each, known)
                ]
                outs = [out for out in found_outs if out is not None and (end is None or out <= end)]
                if not outs:
                    continue
                if in_force:
                    fate = min(outs)
                elif end is None or end > by or item.is_retired(end + timedelta(days=1)):
                    continue
                else:
                    fate = end + timedelta(days=1)
                if each.id not in lost or fate < lost[each.id]:
                    lost[each.id], is_changed = fate, True
    items = {}
    for item_id, item in known.items.items():
        if item_id == without or not assess(world.records, item_id, day, world.known_at, policy).status.is_good:
            continue
        purposes = [Purpose(quantity=each) for each in item.quantities] or [Purpose()]
        found = [certificate_in_force(known, item_id, day, purpose).found for purpose in purposes]
        days = [lost[each.id] for each in found if each is not None and each.id in lost]
        if days:
            items[item_id] = min(days)
    return items


def _references(certificate: Certificate, known: Known) -> list[Any]:
    if certificate.outcome == "fail":
        return []
    return [each for each in certificate.references if each.item in known.items and each.item != certificate.item]


def _out(known: Known, lost: dict[str, date], reference: Any, without: str, day: date, by: date, in_force: bool) -> date | None:
    item = known.items[reference.item]
    if item.id != without:
        found = None if item.is_anchor else certificate_in_force(known, item.id, day, reference).found
        return None if found is None else lost.get(found.id)
    if item.kind is ItemKind.REFERENCE_MATERIAL and in_force:
        return None
    at = day
    while at <= by:
        if item.kind is not ItemKind.REFERENCE_MATERIAL and item.is_retired(at):
            return None
        if item.is_anchor:
            is_out = not item.is_recognized(at)
        else:
            found = certificate_in_force(known, item.id, at, reference).found
            is_out = found is None or found.outcome == "fail" or end_of(known, item, found).is_over(at)
        if is_out:
            return at
        at += timedelta(days=1)
    return None


def test_a_material_without_an_end_is_never_missing() -> None:
    """Whatever was made with a reference material is told to be lost when nothing of it ends."""
    held = known(
        item_with(S, kind=ItemKind.REFERENCE_MATERIAL),
        M,
        certificate("s", item="S", on="2025-01-01", valid_until=None),
        certificate("m", on="2025-03-01", references=(Reference(item="S"),)),
    )
    fleet = encode(sheets_of(held))
    assert stranded(fleet, date(2025, 4, 1), "S", date(2027, 1, 1), policy_named("structure/1"), loops).to_pylist() == []
