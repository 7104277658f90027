"""Policies as data: the named ones are those of SEMANTICS 4, others are checked when they are made."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest

from tests import oracle
from tests.traceability.building import ILAC, STRUCTURE
from traceability.json_text import convert, dump, loads, whole
from traceability.policy import DEFAULT_POLICY, POLICIES, Consequence, Policy, policy_named
from traceability.problems import InputError, InvalidValueError
from traceability.records import CertificateKind, Scheme


@pytest.mark.parametrize("name", POLICIES)
def test_the_named_policies_are_those_of_the_page(name: str) -> None:
    """A policy was edited instead of given a new version; the oracle holds the page's table in its own words."""
    expected = oracle.POLICIES[name]
    given = msgspec.json.decode(dump(POLICIES[name]))
    assert {kind: set(schemes) for kind, schemes in given.pop("schemes").items()} == {
        kind: set(schemes) for kind, schemes in expected["schemes"].items()
    }
    assert given == {key: value for key, value in expected.items() if key != "schemes"}


def test_there_are_no_other_policies_and_the_default_is_one_of_them() -> None:
    """A policy is offered that the page does not know."""
    assert set(POLICIES) == set(oracle.POLICIES)
    assert policy_named(DEFAULT_POLICY).name == "cn-legal/1"


def test_an_unknown_name_is_refused_with_the_names_that_there_are() -> None:
    """Somebody has to search the documentation for the spelling of a policy."""
    with pytest.raises(InvalidValueError, match=r"unknown policy 'cn-legal'; there are cn-legal/1, cn-supervision/1"):
        policy_named("cn-legal")


def test_schemes_are_looked_up_by_the_kind_of_the_certificate() -> None:
    """A verification is judged by the schemes of a calibration."""
    assert ILAC.schemes.accepted_for(CertificateKind.REFERENCE_MATERIAL) == (Scheme.CMC, Scheme.REFERENCE_MATERIAL)
    assert STRUCTURE.schemes.accepted_for(CertificateKind.VERIFICATION) == ()


@pytest.mark.parametrize(
    ("accepted", "country", "is_accepted"),
    [("any", "US", True), (("CN", "DE"), "DE", True), (("CN", "DE"), "US", False), ((), "CN", False)],
)
def test_anchors_are_accepted_by_country(accepted: Any, country: str, is_accepted: bool) -> None:
    """A foreign national standard is taken for an accepted one."""
    assert msgspec.structs.replace(STRUCTURE, accepted_anchors=accepted).accepts_anchor_of(country) is is_accepted


@pytest.mark.parametrize(
    ("text", "ratio"), [("1/3", Fraction(1, 3)), ("1", Fraction(1)), ("0", Fraction(0)), ("2/06", Fraction(1, 3))]
)
def test_the_ratio_is_an_exact_fraction(text: str, ratio: Fraction) -> None:
    """A third is 0.333…, and U of a third of the MPE exactly is too large."""
    assert msgspec.structs.replace(STRUCTURE, max_uncertainty_ratio=text).uncertainty_ratio == ratio


@pytest.mark.parametrize("field", [field.name for field in msgspec.structs.fields(Policy)])
def test_every_field_is_required(field: str) -> None:
    """A policy says less than it seems: a field left out has a default that nobody sees."""
    with pytest.raises(InputError) as caught:
        convert({key: value for key, value in written().items() if key != field}, Policy)
    assert (caught.value.path, caught.value.en) == (f"$.{field}", "a required field is missing")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("reference_validity", "always"),
        ("accepted_anchors", "some"),
        ("accepted_anchors", ["cn"]),
        ("foreign_anchor", "ignore"),
        ("foreign_anchor", "note"),
        ("competence", "maybe"),
        ("schemes", {"verification": [], "calibration": []}),
        ("max_uncertainty_ratio", "1/0"),
        ("max_uncertainty_ratio", "-1/3"),
        ("max_uncertainty_ratio", "1/3\n"),
        ("max_uncertainty_ratio", "1e9"),
        ("max_uncertainty_ratio", "9" * 10),
        ("uncertainty_growth", "note"),
        ("max_chain_length", 0),
        ("max_chain_length", 10**7),
        ("colour", "red"),
    ],
)
def test_a_policy_that_cannot_be_applied_is_refused(field: str, value: Any) -> None:
    """A policy fails in the middle of an assessment."""
    with pytest.raises(InputError, match=rf"\$(\.{field}|: foreign_anchor)"):
        convert(written() | {field: value}, Policy)


def test_a_policy_comes_back_as_it_was_written() -> None:
    """The policy in an evidence bundle is another one."""
    document = loads(dump(ILAC))
    assert convert(document | {"max_chain_length": whole(document["max_chain_length"])}, Policy) == ILAC
    with pytest.raises(InvalidValueError, match="foreign_anchor is fail or condition"):
        Policy(**{field: getattr(ILAC, field) for field in written()} | {"foreign_anchor": Consequence.IGNORE})


def written() -> dict[str, Any]:
    """A good policy as plain values."""
    plain: dict[str, Any] = msgspec.to_builtins(STRUCTURE)
    return plain
