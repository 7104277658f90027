"""Certificates examined once, and the graph that hangs together (SEMANTICS 3.5)."""

from typing import Any

import msgspec
import pytest

from tests.traceability.building import STRUCTURE, M, N, S, certificate, day, item_with, keys, known
from traceability.examination import Chain, Examiner
from traceability.policy import Policy, ReferenceValidity
from traceability.records import Item, ItemKind, Outcome, Period, Reference
from traceability.verdict import Severity

IN_FORCE = msgspec.structs.replace(STRUCTURE, reference_validity=ReferenceValidity.IN_FORCE)
W = item_with(S, id="W")


def examiner(*values: Any, policy: Policy = STRUCTURE) -> Examiner:
    return Examiner(known(*values), policy)


def chain(first: str, *values: Any) -> Chain:
    whole = examiner(*values)
    return whole.chain(whole.known.certificates[first])


def uses(*items: str) -> dict[str, Any]:
    return {"references": tuple(Reference(item=item) for item in items)}


def test_a_certificate_is_examined_once() -> None:
    """A hub of ten thousand meters is examined ten thousand times."""
    whole = examiner(S, certificate("s", item="S"), certificate(**uses("S")))
    first = whole.known.certificates["c"]
    assert whole.examine(first) is whole.examine(first)
    assert whole.chain(first) is whole.chain(first)
    assert whole.examine(whole.known.certificates["s"]) is whole.chain(first).certificates[1]


def test_a_failure_is_not_examined() -> None:
    """The references of a failed certificate are followed (SEMANTICS 3.3 FAILED)."""
    failed = chain("c", certificate(outcome=Outcome.FAIL, results=(), references=()))
    assert (failed.findings, failed.followed, failed.depth) == ((), (), 1)
    assert [each.steps for each in failed.certificates] == [()]


def test_certificates_come_nearest_first() -> None:
    """The list of a long chain is in no order."""
    values = (S, W, certificate("w", item="W"), certificate("s", item="S", **uses("W")), certificate(**uses("S", "W", "N")))
    whole = chain("c", *values)
    assert [each.certificate.id for each in whole.certificates] == ["c", "s", "w"]
    assert whole.depth == 3
    assert [reference.item for reference in whole.followed] == ["S", "W", "N"]


def test_each_reference_is_asked_once() -> None:
    """A standard that every link uses is asked for its lapse again and again."""
    values = (S, certificate("s", item="S", **uses("N")), certificate(**uses("S", "N", "S", "GHOST", "M")))
    assert [reference.item for reference in chain("c", *values).followed] == ["S", "N"]


def test_a_cycle_names_the_certificates_on_it() -> None:
    """The meter below a circle is blamed for it, or the circle has a depth."""
    values = (S, W, certificate("s", item="S", **uses("W")), certificate("w", item="W", **uses("S")), certificate(**uses("S")))
    whole = chain("c", *values)
    assert sorted(keys(whole.findings)) == ["CYCLE@s", "CYCLE@w"]
    assert whole.depth is None


def test_an_item_revisited_is_a_condition() -> None:
    """A circle of items passes in silence, or breaks the chain (VIM 2.41 note 3)."""
    values = (
        S,
        W,
        certificate("s1", item="S", on="2023-01-01"),
        certificate("w", item="W", on="2024-01-01", **uses("S")),
        certificate("s2", item="S", on="2025-01-01", **uses("W")),
        certificate(**uses("S")),
    )
    (finding,) = chain("c", *values).findings
    assert (finding.key, finding.severity) == ("ITEM_REVISITED@S", Severity.CONDITION)


def test_two_certificates_side_by_side_are_no_revisit() -> None:
    """A standard with two certificates, used for both, is said to be its own ancestor."""
    values = (
        S,
        W,
        certificate("s1", item="S", on="2024-01-01"),
        certificate("w", item="W", on="2024-06-01", **uses("S")),
        certificate("s2", item="S", on="2025-01-01"),
        certificate(**uses("S", "W")),
    )
    whole = chain("c", *values)
    assert (whole.findings, whole.depth) == ((), 3)


@pytest.mark.parametrize(
    ("item", "more", "is_lapsed"),
    [
        (S, {}, False),
        (S, {"valid_until": "2025-06-30"}, True),
        (S, {"valid_until": None}, False),
        (S, {"outcome": Outcome.FAIL}, True),
        (item_with(S, kind=ItemKind.REFERENCE_MATERIAL), {"valid_until": "2025-06-30"}, False),
        (item_with(S, retired_on=day("2025-07-01")), {"valid_until": "2025-06-30"}, False),
        (item_with(S, retired_on=day("2025-07-02")), {"valid_until": "2025-06-30"}, True),
        (item_with(N, id="S"), {}, False),
        (item_with(N, id="S", recognized=(Period(start=day("2020-01-01"), until=day("2025-06-30")),)), {}, True),
        (item_with(N, id="S", retired_on=day("2025-07-01")), {}, False),
    ],
)
def test_a_reference_lapses(item: Item, more: dict[str, Any], is_lapsed: bool) -> None:
    """A reference that is in force is said to have lapsed, or the other way round (REFERENCE_LAPSED)."""
    whole = examiner(item, certificate("s", item="S", **more), certificate(**uses("S")), policy=IN_FORCE)
    lapsed = list(whole.lapsed(whole.chain(whole.known.certificates["c"]), M, day("2025-07-01")))
    assert keys(lapsed) == (["REFERENCE_LAPSED@S"] if is_lapsed else [])
    assert all((each.severity, each.detail) == (Severity.FAIL, {"day": "2025-07-01"}) for each in lapsed)


def test_a_lapse_is_a_note_where_the_policy_asks_for_the_day_of_use() -> None:
    """A reference that lapsed since breaks a chain under at_use."""
    values = (S, certificate("s", item="S", valid_until="2025-06-30"), certificate(**uses("S")))
    whole = examiner(*values)
    (finding,) = whole.lapsed(whole.chain(whole.known.certificates["c"]), M, day("2025-07-01"))
    assert finding.severity is Severity.NOTE


def test_the_target_does_not_lapse() -> None:
    """A standard that has expired is said to have lapsed as its own reference."""
    whole = examiner(S, certificate("s", item="S", valid_until="2025-06-30"), certificate(**uses("S")), policy=IN_FORCE)
    assert list(whole.lapsed(whole.chain(whole.known.certificates["c"]), S, day("2025-07-01"))) == []


def test_a_long_chain_needs_no_stack() -> None:
    """A chain of twelve hundred certificates ends in a RecursionError."""
    items = [item_with(S, id=f"S{number}") for number in range(1200)]
    links = [
        certificate(f"c{number}", item=f"S{number}", **uses(f"S{number - 1}" if number else "N")) for number in range(1200)
    ]
    whole = chain("c1199", *items, *links)
    assert whole.depth == 1200
    assert whole.findings == ()
