"""Whether uncertainties are stated, grow down the chain, and are small enough (SEMANTICS 3.7)."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest

from tests.traceability.building import STRUCTURE, amount, certificate, keys, result, spread
from traceability.policy import Consequence
from traceability.records import CertificateKind, Outcome, Reference, Result
from traceability.rules.uncertainty import Spread, growth, of_results, spread_of
from traceability.verdict import Finding, Severity

GROWS = msgspec.structs.replace(STRUCTURE, uncertainty_growth=Consequence.FAIL)
ENERGY = Reference(item="S", quantity="energy")


def shown(*results: Result, **more: Any) -> list[tuple[str, Severity]]:
    return [(each.code.value, each.severity) for each in of_results(STRUCTURE, certificate(results=results, **more))]


@pytest.mark.parametrize(
    ("stated", "unit", "expected"),
    [
        (None, "kW*h", None),
        (spread(k=None), "kW*h", None),
        (spread("0.3", k="3"), "kW*h", Spread("relative", Fraction("0.001"))),
        (spread("0.3", k="3"), "%", Spread("", Fraction("0.001"))),
        (spread("2", "degC", "2"), "K", Spread("[temperature]^1", Fraction(1))),
    ],
)
def test_u_is_the_standard_uncertainty(stated: Any, unit: str, expected: Spread | None) -> None:
    """U of different coverage factors are compared as they stand."""
    assert spread_of(stated, unit) == expected


@pytest.mark.parametrize(
    ("kind", "limit", "is_missed"),
    [
        (CertificateKind.CALIBRATION, None, True),
        (CertificateKind.CALIBRATION, amount("1"), True),
        (CertificateKind.REFERENCE_MATERIAL, amount("1"), True),
        (CertificateKind.VERIFICATION, None, True),
        (CertificateKind.VERIFICATION, amount("1"), False),
    ],
)
def test_a_missing_uncertainty_is_a_condition(kind: CertificateKind, limit: Any, is_missed: bool) -> None:
    """A calibration without U passes, or a verification with an MPE does not."""
    findings = shown(result(uncertainty=None, max_permissible_error=limit), kind=kind)
    assert findings == ([("NO_UNCERTAINTY", Severity.CONDITION)] if is_missed else [])


def test_a_missing_k_is_not_proved() -> None:
    """k = 2 is assumed."""
    assert shown(result(uncertainty=spread(k=None))) == [("NO_COVERAGE_FACTOR", Severity.INDETERMINATE)]


@pytest.mark.parametrize(
    ("expanded", "error", "expected"),
    [
        ("0.1", "0.3", None),
        ("0.1", "0.31", ("ERROR_EXCEEDS_MPE", Severity.FAIL)),
        ("0.1", None, None),
        ("0.11", None, ("ACCURACY_RATIO", Severity.CONDITION)),
        ("0.11", "0.19", None),
        ("0.11", "-0.191", ("ACCURACY_RATIO", Severity.INDETERMINATE)),
        ("0.11", "0.4099", ("ACCURACY_RATIO", Severity.INDETERMINATE)),
        ("0.11", "-0.41", ("ACCURACY_RATIO", Severity.FAIL)),
    ],
)
def test_the_zones_of_conformity(expanded: str, error: str | None, expected: tuple[str, Severity] | None) -> None:
    """A certificate in the guard zone passes, or a good one does not (JJF 1094-2002 5.3)."""
    stated = None if error is None else amount(error)
    findings = shown(result(uncertainty=spread(expanded), error=stated, max_permissible_error=amount("0.3")))
    assert findings == ([] if expected is None else [expected])


def test_a_limited_certificate_may_exceed_the_permissible_error() -> None:
    """准用 is said to contradict itself."""
    beyond = result(error=amount("9"), max_permissible_error=amount("0.5"))
    assert shown(beyond, outcome=Outcome.LIMITED) == []
    assert shown(beyond) == [("ERROR_EXCEEDS_MPE", Severity.FAIL)]


@pytest.mark.parametrize(
    ("uncertainty", "error", "expected"),
    [
        (spread("9", "kW*h"), amount("0.6"), ["ERROR_EXCEEDS_MPE", "NOT_COMPARED"]),
        (spread("0.2"), amount("9", "kW*h"), ["ACCURACY_RATIO", "NOT_COMPARED"]),
        (spread("9", "kW*h"), None, ["NOT_COMPARED"]),
        (spread("9", "kW*h"), amount("9", "kW*h"), ["NOT_COMPARED"]),
        (spread("0.1"), amount("0.1"), []),
    ],
)
def test_values_of_other_sorts_are_told_not_compared(uncertainty: Any, error: Any, expected: list[str]) -> None:
    """A relative U is compared with an absolute MPE, or silently not."""
    findings = shown(result(uncertainty=uncertainty, error=error, max_permissible_error=amount("0.5")))
    assert [code for code, _ in findings] == expected


def test_the_facts_of_conformity_are_told() -> None:
    """The reader does not learn for which quantity and by which ratio."""
    (finding,) = of_results(
        STRUCTURE, certificate(results=(result(uncertainty=spread("0.2"), max_permissible_error=amount("0.3")),))
    )
    assert finding.detail == {"number": "CN-c", "quantity": "energy", "ratio": "1/3"}


def compared(own: tuple[Result, ...], upper: tuple[Result, ...], **more: Any) -> list[Finding]:
    return list(growth(GROWS, certificate(results=own), ENERGY, certificate("s", item="S", results=upper, **more)))


def u(value: str, unit: str = "%", **more: Any) -> Result:
    return result(uncertainty=spread(value, unit), **more)


@pytest.mark.parametrize(
    ("own", "upper", "expected"),
    [
        ([u("0.2")], [u("0.1")], []),
        ([u("0.1")], [u("0.1")], ["UNCERTAINTY_EQUAL@c"]),
        ([u("0.09")], [u("0.1")], ["UNCERTAINTY_NOT_INCREASING@c"]),
        ([u("0.0001", "MW*h")], [u("0.1", "kW*h")], ["UNCERTAINTY_EQUAL@c"]),
        ([u("0.5"), u("0.09")], [u("0.1"), u("0.2")], ["UNCERTAINTY_NOT_INCREASING@c"]),
        ([u("0.2"), u("0.05", "kW*h")], [u("0.1"), u("0.1", "kW*h")], ["UNCERTAINTY_NOT_INCREASING@c"]),
        ([u("0.2")], [u("0.1", "kW*h")], ["NOT_COMPARED@c"]),
        ([result(unit="kg", uncertainty=spread("0.1", "kg"))], [u("0.2", "kW*h")], ["NOT_COMPARED@c"]),
        ([result(uncertainty=spread("0.01", k=None))], [u("0.1")], []),
        ([u("0.01")], [result(uncertainty=None)], []),
        ([], [u("0.1")], []),
        ([u("0.01", quantity="mass")], [u("0.1")], []),
    ],
)
def test_uncertainty_grows_down_the_chain(own: list[Result], upper: list[Result], expected: list[str]) -> None:
    """A meter is known better than the standard it was calibrated with (VIM 2.42)."""
    assert keys(compared(tuple(own), tuple(upper))) == expected


def test_growth_is_told_with_the_certificate_above() -> None:
    """The reader does not learn against which certificate."""
    (finding,) = compared((u("0.09"),), (u("0.1"),))
    assert finding.severity is Severity.FAIL
    assert finding.detail == {"number": "CN-c", "quantity": "energy", "reference": "CN-s"}


def test_growth_is_not_asked_without_quantity_of_a_failure_or_where_ignored() -> None:
    """A failed standard, or one used for who knows what, is compared."""
    own, upper = certificate(results=(u("0.01"),)), certificate("s", item="S")
    assert list(growth(GROWS, own, Reference(item="S"), upper)) == []
    assert list(growth(STRUCTURE, own, ENERGY, upper)) == []
    assert compared((u("0.01"),), (u("0.1"),), outcome=Outcome.FAIL) == []
    condition = msgspec.structs.replace(GROWS, uncertainty_growth=Consequence.CONDITION)
    assert [each.severity for each in growth(condition, own, ENERGY, upper)] == [Severity.CONDITION]
