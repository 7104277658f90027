"""A target on a day: items for their quantities, metering points for their branches (SEMANTICS 3.8)."""

from typing import Any

import msgspec
import pytest

from tests.traceability.building import (
    FREQUENCY,
    STRUCTURE,
    M,
    N,
    S,
    certificate,
    day,
    inquiry,
    item_with,
    keys,
    point,
    purpose,
    result,
)
from traceability.inquiry import Answer, chains_of
from traceability.problems import QuestionError, UnknownTargetError
from traceability.records import Branch, Outcome, Period, Reference
from traceability.verdict import Severity, Status

ON = day("2025-07-01")
BOTH = item_with(M, quantities=("energy", "frequency"))


def answer(target: str, *values: Any, on: str = "2025-07-01", **more: Any) -> Answer:
    return inquiry(target, *values, **more).on(day(on))


def test_an_unknown_target_is_an_error() -> None:
    """A typing error is answered with a verdict."""
    with pytest.raises(UnknownTargetError) as caught:
        inquiry("c", certificate())
    assert caught.value.target == "c"


@pytest.mark.parametrize("asked", [purpose("energy"), purpose(None, "kW*h", "0", "1"), purpose("energy", "kW*h", "0", "1")])
def test_a_metering_point_is_asked_as_it_is(asked: Any) -> None:
    """A quantity asked of a metering point is silently ignored."""
    with pytest.raises(QuestionError, match="without quantity and range"):
        inquiry("G", point(Branch(name="meter", item="M")), asked=asked)


def test_an_item_is_asked_once_for_each_of_its_quantities() -> None:
    """Only the first quantity of an item is looked at, or its latest certificate for all."""
    values = (BOTH, certificate("e"), certificate("f", results=(FREQUENCY,), outcome=Outcome.LIMITED))
    both = answer("M", *values)
    assert [each.id for each in both.firsts] == ["e", "f"]
    assert keys(both.findings) == ["LIMITED@f"]
    assert keys(answer("M", *values, asked=purpose("energy")).findings) == []
    assert [each.id for each in answer("M", *values, asked=purpose("frequency")).firsts] == ["f"]
    ranged = answer("M", *values, asked=purpose(None, "kW*h", "0", "200"))
    assert keys(ranged.findings) == ["OUT_OF_RANGE@e", "QUANTITY_MISMATCH@f", "LIMITED@f"]


def test_one_certificate_for_two_quantities_is_one_start() -> None:
    """A certificate for two quantities is counted twice."""
    both = answer("M", BOTH, certificate(results=(result(), FREQUENCY)))
    assert [each.id for each in both.firsts] == ["c"]


def test_an_anchor_is_asked_whether_it_counts() -> None:
    """A national standard is asked for a certificate."""
    asked = item_with(N, recognized=(Period(start=day("2020-01-01"), until=day("2025-06-30")),))
    assert answer("N", asked, on="2025-06-30") == Answer(day=day("2025-06-30"), findings=(), firsts=())
    assert keys(answer("N", asked, asked=purpose("energy")).findings) == ["ANCHOR_NOT_RECOGNIZED@N"]


def test_every_branch_needs_exactly_one_row() -> None:
    """A missing or doubled input passes."""
    values = (
        certificate(),
        certificate("s", item="S"),
        S,
        point(
            Branch(name="meter", item="M", until=day("2025-07-01")),
            Branch(name="meter", item="S", start=day("2025-07-01")),
            Branch(name="ct", item="S", start=day("2025-06-30")),
        ),
    )
    assert keys(answer("G", *values, on="2025-06-29").findings) == ["BRANCH_MISSING@G"]
    assert keys(answer("G", *values, on="2025-06-30").findings) == []
    overlap = answer("G", *values)
    assert [(each.key, each.severity) for each in overlap.findings] == [("INSTALLATION_OVERLAP@G", Severity.INDETERMINATE)]
    assert overlap.findings[0].detail == {"branch": "meter", "day": "2025-07-01"}
    assert [each.id for each in overlap.firsts] == ["c", "s"]
    assert keys(answer("G", *values, on="2025-07-02").findings) == []


def test_a_row_without_item_is_missing_and_one_of_an_unknown_item_not_proved() -> None:
    """An input that nobody measures passes."""
    missing = answer("G", point(Branch(name="meter")))
    assert [(each.key, each.severity) for each in missing.findings] == [("BRANCH_MISSING@G", Severity.FAIL)]
    unknown = answer("G", point(Branch(name="meter", item="GHOST")))
    assert [(each.key, each.severity) for each in unknown.findings] == [("REFERENCE_UNKNOWN@G", Severity.INDETERMINATE)]
    assert unknown.findings[0].detail == {"branch": "meter", "day": "2025-07-01", "item": "GHOST"}
    both = answer(
        "G", certificate(), point(Branch(name="meter"), Branch(name="meter", item="M"), Branch(name="ct", item="GHOST"))
    )
    assert keys(both.findings) == ["BRANCH_MISSING@G", "INSTALLATION_OVERLAP@G", "REFERENCE_UNKNOWN@G"]


def test_a_row_asks_its_item_for_its_purpose() -> None:
    """A branch asks for the item's own quantities although it names one."""
    values = (BOTH, certificate("e"), certificate("f", results=(FREQUENCY,)))
    assert [each.id for each in answer("G", *values, point(Branch(name="meter", item="M", quantity="frequency"))).firsts] == [
        "f"
    ]
    assert [each.id for each in answer("G", *values, point(Branch(name="meter", item="M"))).firsts] == ["e", "f"]


@pytest.mark.parametrize(("limit", "codes"), [(1, ["CHAIN_TOO_LONG@G"]), (2, [])])
def test_the_length_is_measured_over_all_branches(limit: int, codes: list[str]) -> None:
    """The finding names a certificate, or only the first branch is measured."""
    policy = msgspec.structs.replace(STRUCTURE, max_chain_length=limit)
    values = (S, certificate("s", item="S"), certificate(references=(Reference(item="S"),)))
    branches = point(Branch(name="a", item="S"), Branch(name="b", item="M"))
    found = answer("G", *values, branches, policy=policy)
    assert keys(found.findings) == codes
    assert inquiry("G", *values, branches, policy=policy).depth(found) == 2


def test_a_cycle_has_no_depth_and_no_certificate_a_depth_of_zero() -> None:
    """The depth of a circle is a number."""
    values = (S, certificate("s", item="S", references=(Reference(item="M"),)), certificate(references=(Reference(item="S"),)))
    branches = point(Branch(name="a", item="N"), Branch(name="b", item="M"))
    circular = inquiry("G", *values, branches, policy=msgspec.structs.replace(STRUCTURE, max_chain_length=1))
    assert circular.depth(circular.on(ON)) is None
    assert sorted(keys(circular.on(ON).findings)) == ["CYCLE@c", "CYCLE@s"]
    alone = inquiry("G", point(Branch(name="a", item="N")))
    assert alone.depth(alone.on(ON)) == 0
    assert chains_of(alone, alone.on(ON)) == ()


def test_the_items_of_a_target_are_those_it_ever_starts_from() -> None:
    """The days of a former meter of a branch are not looked at."""
    rows = (
        Branch(name="a", item="S", until=day("2020-01-01")),
        Branch(name="a", item="GHOST"),
        Branch(name="a"),
        Branch(name="b", item="S"),
    )
    whole = inquiry("G", S, point(*rows))
    assert [item.id for item in whole.items] == ["S"]
    assert whole.branches == rows
    assert ([item.id for item in inquiry("M").items], inquiry("M").branches) == (["M"], ())


def test_an_answer_has_the_status_of_its_findings() -> None:
    """A status is given that the findings do not show."""
    assert answer("M").status is Status.NOT_TRACEABLE
    assert answer("M", certificate()).status is Status.TRACEABLE
    assert [each.depth for each in chains_of(inquiry("M", certificate()), answer("M", certificate()))] == [1]
