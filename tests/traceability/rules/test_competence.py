"""Whether the issuer was competent for what it certified (SEMANTICS 3.6)."""

from typing import Any

import msgspec
import pytest

from tests.traceability.building import FREQUENCY, ILAC, STRUCTURE, bounds, certificate, competence, keys, known, result, spread
from traceability.policy import Consequence
from traceability.records import Certificate, CertificateKind, Result, Scheme, Scope
from traceability.rules.competence import of_issuer
from traceability.verdict import Finding, Severity


def row(
    quantity: str = "energy", unit: str | None = None, low: str | None = None, high: str | None = None, **more: Any
) -> Scope:
    return Scope(**{"quantity": quantity, "unit": unit, **bounds(low, high)} | more)


def said(checked: Certificate, *values: Any, consequence: Consequence = Consequence.FAIL) -> list[Finding]:
    policy = msgspec.structs.replace(ILAC, competence=consequence)
    return list(of_issuer(known(checked, *values), policy, checked))


def reporting(*results: Result) -> Certificate:
    return certificate(results=results)


def test_a_competent_issuer_is_not_mentioned() -> None:
    """Something is said of a certificate in scope."""
    assert said(certificate(), competence(row())) == []


def test_nobody_is_asked_where_the_policy_ignores_competence() -> None:
    """structure/1 asks for an accreditation."""
    assert list(of_issuer(known(certificate()), STRUCTURE, certificate())) == []


@pytest.mark.parametrize("consequence", [Consequence.FAIL, Consequence.CONDITION])
def test_the_policy_says_how_bad_it_is(consequence: Consequence) -> None:
    """A missing competence is as bad under every policy."""
    (finding,) = said(certificate(), consequence=consequence)
    assert (finding.key, finding.severity) == ("NO_COMPETENCE@c", Severity(consequence.value))
    assert finding.detail == {"number": "CN-c", "issuer": "LAB", "day": "2025-06-01"}


def test_other_schemes_and_other_organizations_do_not_count() -> None:
    """Anybody's evidence of any kind is enough."""
    assert keys(said(certificate(), competence(row(), scheme=Scheme.NATIONAL_STANDARD))) == ["NO_COMPETENCE@c"]
    assert keys(said(certificate(), competence(row(), organization="OTHER"))) == ["NO_COMPETENCE@c"]
    producer = competence(row(), scheme=Scheme.REFERENCE_MATERIAL)
    assert keys(said(certificate(), producer)) == ["NO_COMPETENCE@c"]
    assert said(certificate(kind=CertificateKind.REFERENCE_MATERIAL), producer) == []


def test_every_result_needs_a_row() -> None:
    """One result in scope makes up for another that is not; the quantity missed is not told."""
    findings = said(reporting(result(), FREQUENCY, result("mass", "kg")), competence(row()))
    assert keys(findings) == ["OUT_OF_SCOPE@c"]
    assert findings[0].detail["quantity"] == "frequency"
    assert said(reporting(result(), FREQUENCY), competence(row()), competence(row("frequency"), id="k2")) == []
    assert said(reporting(), competence(row())) == []


@pytest.mark.parametrize(
    ("scope", "reported", "is_covered"),
    [
        (row(), result(unit="MJ"), True),
        (row(unit="MW*h", low="0", high="0.1"), result(), True),
        (row(unit="MW*h", low="0", high="0.099"), result(), False),
        (row(unit="kW*h"), result(), True),
        (row(unit="kg"), result(), False),
        (row(unit="kg", low="0"), result(low=None, high=None), True),
        (row(unit="kW*h", low="0"), result(high=None), True),
        (row(unit="kW*h", low="0"), result(low=None), False),
    ],
)
def test_a_row_covers_a_result(scope: Scope, reported: Result, is_covered: bool) -> None:
    """A result outside the scope passes, or one inside does not."""
    assert keys(said(reporting(reported), competence(scope))) == ([] if is_covered else ["OUT_OF_SCOPE@c"])


def best(value: str, unit: str = "%", k: str | None = "2") -> Scope:
    return row(best_uncertainty=spread(value, unit, k))


@pytest.mark.parametrize(
    ("scopes", "uncertainty", "is_below"),
    [
        ([best("0.2")], spread("0.1"), True),
        ([best("0.2")], spread("0.2"), False),
        ([best("0.2")], spread("0.29", k="3"), True),
        ([best("0.2")], spread("0.3", k="3"), False),
        ([best("0.2"), best("0.05")], spread("0.1"), False),
        ([best("0.2"), row()], spread("0.1"), False),
        ([best("0.2"), best("0.2", k=None)], spread("0.1"), False),
        ([best("0.2"), best("9", "kW*h")], spread("0.1"), False),
        ([best("9", "kW*h")], spread("0.1", "kW*h"), True),
        ([best("0.2")], spread("0.1", k=None), False),
        ([best("0.2")], None, False),
    ],
)
def test_a_claim_below_the_best_of_every_row_is_told(scopes: list[Scope], uncertainty: Any, is_below: bool) -> None:
    """A laboratory claims a U that it never showed (ILAC P14), or is blamed for one that it may state."""
    findings = said(reporting(result(uncertainty=uncertainty)), competence(*scopes))
    assert [each.key for each in findings if each.severity is not Severity.NOTE] == (
        ["UNCERTAINTY_BELOW_CMC@c"] if is_below else []
    )


def test_what_could_not_be_compared_is_a_note() -> None:
    """A reader takes a silent comparison for one that passed."""
    (finding,) = said(reporting(result(uncertainty=spread("0.1"))), competence(best("9", "kW*h")))
    assert (finding.key, finding.severity, finding.detail["against"]) == ("NOT_COMPARED@c", Severity.NOTE, "scope")
    assert said(reporting(result(uncertainty=spread("0.1"))), competence(row())) == []


def test_percent_of_a_row_is_read_as_percent_of_the_result() -> None:
    """A best uncertainty in % is relative for a result in %."""
    fraction = result("fraction", "%", "0", "20", uncertainty=spread("1000", "ppm"))
    scope = row("fraction", best_uncertainty=spread("0.2", "%"))
    assert keys(said(reporting(fraction), competence(scope))) == ["UNCERTAINTY_BELOW_CMC@c"]
    in_ppm = result("fraction", "ppm", "0", "20", uncertainty=spread("1000", "ppm"))
    assert keys(said(reporting(in_ppm), competence(scope))) == ["NOT_COMPARED@c"]


def test_each_code_is_said_once_for_a_certificate() -> None:
    """A certificate of forty results has forty findings."""
    many = reporting(*(result(uncertainty=spread("0.1")) for _ in range(3)), *(result("mass", "kg") for _ in range(3)))
    assert sorted(keys(said(many, competence(best("0.2"))))) == ["OUT_OF_SCOPE@c", "UNCERTAINTY_BELOW_CMC@c"]
