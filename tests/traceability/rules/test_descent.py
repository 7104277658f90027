"""From a certificate one step up, reference by reference (SEMANTICS 3.5)."""

from typing import Any

import msgspec
import pytest

from tests.traceability.building import STRUCTURE, N, S, certificate, day, keys, known, purpose
from traceability.policy import Consequence, Policy
from traceability.records import Item, Outcome, Period, Reference
from traceability.rules.descent import Step, anchor, steps_up
from traceability.verdict import Severity


def step(reference: Reference, *values: Any, policy: Policy = STRUCTURE) -> Step:
    checked = certificate(references=(reference,))
    (only,) = steps_up(known(checked, *values), policy, checked)
    return only


def test_an_unknown_item_is_a_dead_end() -> None:
    """A reference that is not held passes, or breaks the chain."""
    met = step(Reference(item="GHOST"))
    assert (met.found, met.is_anchor, met.is_followed, keys(met.findings)) == (None, False, False, ["REFERENCE_UNKNOWN@c"])
    assert (met.findings[0].severity, met.findings[0].detail["item"]) == (Severity.INDETERMINATE, "GHOST")


def test_the_own_item_is_a_dead_end() -> None:
    """An item calibrates itself."""
    met = step(Reference(item="M", certificate="c0"), certificate("c0", on="2025-01-10"))
    assert (met.found, met.is_anchor, met.is_followed, keys(met.findings)) == (None, False, False, ["CYCLE@c"])


def test_a_national_standard_ends_the_chain() -> None:
    """A certificate of a national standard is asked for, or the name of one."""
    met = step(Reference(item="N", certificate="cN", quantity="energy"))
    assert (met.found, met.is_anchor, met.is_followed, met.findings) == (None, True, True, ())


def test_the_certificate_of_the_day_of_use_is_found() -> None:
    """The certificate of today is taken for that of the day of use."""
    old, new = certificate("s1", item="S", on="2025-06-01"), certificate("s2", item="S", on="2025-06-02")
    met = step(Reference(item="S", certificate="s1"), S, old, new)
    assert (met.found, met.is_anchor, met.is_followed, met.findings) == (old, False, True, ())


@pytest.mark.parametrize(
    ("named", "is_named"),
    [("s3", True), ("s2", True), ("s1", True), ("s0", True), ("other", False), ("c", False), (None, True)],
)
def test_the_one_named_is_the_one_found_or_what_it_corrects(named: str | None, is_named: bool) -> None:
    """A corrected certificate is said not to be in force, or one that never was is not missed."""
    chain = [certificate(f"s{number}", item="S", on="2025-01-10", replaces=f"s{number - 1}") for number in (1, 2, 3)]
    other = certificate("other", item="S", on="2025-01-09")
    met = step(Reference(item="S", certificate=named), S, *chain, other)
    assert met.found == chain[-1]
    assert keys(met.findings) == ([] if is_named else ["NAMED_CERTIFICATE_NOT_IN_FORCE@c"])


def test_a_name_without_a_certificate_is_told_beside_the_gap() -> None:
    """The reader does not learn what was named and what was found."""
    met = step(Reference(item="S", certificate="s1"), S)
    assert (met.found, met.is_followed) == (None, True)
    assert keys(met.findings) == ["NAMED_CERTIFICATE_NOT_IN_FORCE@c", "NO_CERTIFICATE@S"]
    assert met.findings[0].severity is Severity.CONDITION
    assert met.findings[0].detail == {"number": "CN-c", "named": "s1", "found": "", "item": "S"}
    later = step(Reference(item="S", certificate="s1"), S, certificate("s2", item="S"))
    assert later.findings[0].detail["found"] == "s2"


def test_what_is_found_is_checked_for_the_use() -> None:
    """A standard is used outside its range, or after its end."""
    expired = certificate("s", item="S", on="2025-01-10", valid_until="2025-05-31")
    asked = purpose("energy", "kW*h", "0", "500")
    reference = Reference(item="S", quantity=asked.quantity, unit=asked.unit, low=asked.low, high=asked.high)
    assert keys(step(reference, S, expired).findings) == ["EXPIRED@s", "OUT_OF_RANGE@s"]


def test_uncertainties_are_compared_with_what_is_found() -> None:
    """A shrinking uncertainty passes, or a failed standard is compared."""
    policy = msgspec.structs.replace(STRUCTURE, uncertainty_growth=Consequence.FAIL)
    standard = certificate("s", item="S", on="2025-01-10")
    equal = step(Reference(item="S", quantity="energy"), S, standard, policy=policy)
    assert keys(equal.findings) == ["UNCERTAINTY_EQUAL@c"]
    failed = msgspec.structs.replace(standard, outcome=Outcome.FAIL)
    assert keys(step(Reference(item="S", quantity="energy"), S, failed, policy=policy).findings) == ["FAILED@s"]


@pytest.mark.parametrize(
    ("on", "codes"),
    [("2025-05-31", []), ("2025-06-01", ["ANCHOR_NOT_RECOGNIZED@N"]), ("2019-12-31", ["ANCHOR_NOT_RECOGNIZED@N"])],
)
def test_an_anchor_counts_while_it_is_recognized(on: str, codes: list[str]) -> None:
    """A national standard counts on a day on which nobody recognized it."""
    period = Period(start=day("2020-01-01"), until=day("2025-05-31"))
    recognized = msgspec.structs.replace(N, recognized=(period,))
    assert keys(anchor(STRUCTURE, recognized, day(on))) == codes


def test_a_retired_or_foreign_anchor_is_told() -> None:
    """A retired national standard ends a chain, or a foreign one does so in silence."""
    foreign: Item = msgspec.structs.replace(N, country="US", retired_on=day("2025-06-01"))
    policy = msgspec.structs.replace(STRUCTURE, accepted_anchors=("CN",), foreign_anchor=Consequence.FAIL)
    findings = list(anchor(policy, foreign, day("2025-06-01")))
    assert keys(findings) == ["ANCHOR_NOT_RECOGNIZED@N", "FOREIGN_ANCHOR@N"]
    assert [finding.severity for finding in findings] == [Severity.FAIL, Severity.FAIL]
    assert [finding.detail for finding in findings] == [{"day": "2025-06-01"}, {"country": "US"}]
    assert keys(anchor(STRUCTURE, foreign, day("2025-05-31"))) == []
