"""The runner of test vectors: what differs is said, and an error counts only where one is asked for (SEMANTICS 5)."""

import copy
import json
from datetime import datetime
from typing import Any

import jsonschema
import pytest

from tests.traceability.building import day
from traceability.problems import InputError, InvalidValueError
from traceability.vectors import Agreement, day_or_instant, run, schema

POLICY = {
    "name": "house/test",
    "reference_validity": "at_use",
    "accepted_anchors": "any",
    "foreign_anchor": "condition",
    "competence": "ignore",
    "schemes": {"verification": [], "calibration": [], "reference_material": []},
    "max_uncertainty_ratio": "1/3",
    "uncertainty_growth": "ignore",
    "max_chain_length": 32,
}
QUESTION: dict[str, Any] = {
    "target": "M",
    "as_of": "2025-07-01",
    "policy": "structure/1",
    "expect": {
        "status": "conditional",
        "findings": ["NO_UNCERTAINTY@c"],
        "traceable_until": "2026-05-31",
        "depth": 1,
        "coverage": {"from": "2025-05-01", "until": "2025-06-30", "intervals": [["2025-06-01", "2025-06-30"]]},
    },
}
RECORDS: dict[str, Any] = {
    "format": "traceability-records/1",
    "items": [{"id": "N", "kind": "national_standard"}, {"id": "M", "kind": "meter"}],
    "certificates": [
        {
            "id": "c",
            "number": "1",
            "kind": "calibration",
            "issuer": "LAB",
            "item": "M",
            "calibrated_on": "2025-06-01",
            "issued_on": "2025-06-01",
            "valid_until": "2026-05-31",
            "results": [{"quantity": "energy", "unit": "kW*h", "low": 0, "high": 100}],
            "references": [{"item": "N"}],
        }
    ],
}


def document(*questions: dict[str, Any], records: Any = RECORDS) -> dict[str, Any]:
    vector = {"id": "family/name", "why": "Because.", "rule": "page 3", "records": records, "questions": list(questions)}
    return {"format": "traceability-vectors/1", "vectors": [vector]}


def asked(expect: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The question with other fields, and another expectation."""
    return copy.deepcopy(QUESTION) | changes | {"expect": QUESTION["expect"] | (expect or {})}


def differences(question: dict[str, Any], records: Any = RECORDS) -> tuple[str, ...]:
    (agreement,) = run(json.dumps(document(question, records=records)))
    return agreement.differences


def test_an_answer_as_expected_has_no_differences() -> None:
    """A vector that agrees is said to differ."""
    assert list(run(json.dumps(document(QUESTION, QUESTION)).encode())) == [
        Agreement(vector="family/name", question=number, target="M", as_of="2025-07-01", differences=()) for number in (0, 1)
    ]


@pytest.mark.parametrize(
    ("expect", "expected"),
    [
        ({"status": "traceable"}, "status traceable expected, answered conditional"),
        ({"status": None}, "status None expected, answered conditional"),
        ({"findings": []}, "finding NO_UNCERTAINTY@c found, not expected"),
        ({"findings": ["NO_UNCERTAINTY@c", "LIMITED@c"]}, "finding LIMITED@c expected, not found"),
        ({"depth": 2}, "depth 2 expected, answered 1"),
        ({"depth": None}, "depth None expected, answered 1"),
        ({"traceable_until": "2026-05-30"}, "traceable_until 2026-05-30 expected, answered 2026-05-31"),
        ({"traceable_until": None}, "traceable_until None expected, answered 2026-05-31"),
        (
            {"coverage": {"from": "2025-05-01", "until": "2025-06-30", "intervals": []}},
            "coverage none expected, answered 2025-06-01..2025-06-30",
        ),
        ({"error": True}, "an error expected, answered conditional"),
    ],
)
def test_each_difference_is_said(expect: dict[str, Any], expected: str) -> None:
    """A wrong verdict passes, or nobody learns what is wrong."""
    assert differences(asked(expect)) == (expected,)


def test_what_is_left_out_is_not_compared() -> None:
    """A vector must spell out everything."""
    assert differences(QUESTION | {"expect": {"status": "conditional", "findings": ["NO_UNCERTAINTY@c"]}}) == ()
    assert differences(QUESTION | {"as_of": "2026-06-01", "expect": {"status": "not_traceable", "traceable_until": None}}) == (
        "finding EXPIRED@c found, not expected",
        "finding NO_UNCERTAINTY@c found, not expected",
        "traceable_until None expected, answered UNSET",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"target": "GHOST"},
        {"target": ""},
        {"target": None},
        {"as_of": "2025-07-01T12:00:00"},
        {"as_of": "2025-02-29"},
        {"as_of": 20250701},
        {"as_of": "9999-12-31T23:00:00Z"},
        {"known_at": "2025-07-01"},
        {"unit": "parsnip", "high": 1},
        {"unit": "kW*h", "low": 2, "high": 1},
        {"high": 1},
        {"unit": "kW*h", "high": "1"},
        {"policy": "cn-legal/2"},
        {"policy": None},
        {"policy": 7},
        {"policy": {"name": "half"}},
        {"policy": POLICY | {"max_chain_length": 1.5}},
        {"colour": "grey"},
    ],
)
def test_an_error_in_the_question_is_an_error_of_that_question_alone(change: dict[str, Any]) -> None:
    """One wrong question ends the run, or passes for a verdict."""
    wrong = QUESTION | change
    first, second, third = run(json.dumps(document(wrong, wrong | {"expect": {"error": True}}, QUESTION)))
    assert [each.partition(" ")[0] for each in first.differences] == ["error:"]
    assert (second.differences, third.differences) == ((), ())


@pytest.mark.parametrize(
    "records", [[], {}, RECORDS | {"meters": []}, RECORDS | {"items": [{"id": "", "kind": "meter"}]}, None]
)
def test_records_that_are_none_are_an_error_of_every_question(records: Any) -> None:
    """A document that is to be refused ends the run."""
    assert differences(QUESTION | {"expect": {"error": True}}, records) == ()
    assert [each.partition(" ")[0] for each in differences(QUESTION, records)] == ["error:"]


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({"policy": POLICY}, {}),
        ({"policy": POLICY | {"max_chain_length": 1}}, {}),
        ({"known_at": "2025-07-01T00:00:00Z"}, {}),
        ({"as_of": "2025-06-30T16:00:00Z"}, {}),
        ({"quantity": "energy", "unit": "kW*h", "low": 0, "high": 100.0}, {}),
        ({"quantity": None, "unit": None, "known_at": None}, {}),
    ],
)
def test_a_question_says_what_is_asked(change: dict[str, Any], expect: dict[str, Any]) -> None:
    """A part of the question is ignored or refused."""
    assert differences(asked(expect, **change)) == ()
    assert differences(asked(target="M", policy=POLICY | {"competence": "fail"}))[0].startswith("status conditional expected")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[]", "$"),
        ("{}", "$"),
        ('{"format": "traceability-vectors/1"}', "$"),
        ('{"format": "traceability-vectors/2", "vectors": []}', "$"),
        ('{"format": "traceability-vectors/1", "vectors": [], "author": ""}', "$"),
        ('{"format": "traceability-vectors/1", "vectors": {}}', "$.vectors"),
        ('{"format": "traceability-vectors/1", "vectors": [1]}', "$.vectors[0]"),
        ('{"format": "traceability-vectors/1", "vectors": [{"id": "a"}]}', "$.vectors[0].why"),
        (json.dumps(document({"target": "M"})), "$.vectors[0].questions[0].expect"),
        (json.dumps(document(asked({"status": "good"}))), "$.vectors[0].questions[0].expect.status"),
        (json.dumps(document(asked({"depth": 1.5}))), "$.vectors[0].questions[0].expect.depth"),
        (json.dumps(document(asked({"colour": 1}))), "$.vectors[0].questions[0].expect.colour"),
    ],
)
def test_a_document_that_is_none_ends_the_run(text: str, path: str) -> None:
    """A misspelled expectation is ignored, and its vector agrees with everything."""
    with pytest.raises(InputError) as caught:
        list(run(text))
    assert caught.value.path == path


def test_an_empty_document_has_no_questions() -> None:
    """A file without vectors is an error."""
    assert list(run('{"format": "traceability-vectors/1", "vectors": []}')) == []


def test_days_and_instants_are_told_apart() -> None:
    """An instant is taken for a day, or the other way round."""
    assert day_or_instant("2025-07-01") == day("2025-07-01")
    assert not isinstance(day_or_instant("2025-07-01"), datetime)
    assert isinstance(day_or_instant("2025-07-01T12:00:00Z"), datetime)
    for text in ("2025-07-0", "2025-07-01T12:00:00", "yesterday", ""):
        with pytest.raises(InvalidValueError):
            day_or_instant(text)


def test_the_schema_is_one() -> None:
    """Tools cannot read the schema, or it accepts a document that is none."""
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(document(QUESTION))) == []
    others: list[Any] = [[], {}, document(QUESTION) | {"format": "traceability-records/1"}, document({}), document(records={})]
    for other in others:
        assert list(validator.iter_errors(other)) != []


def test_the_schema_is_for_tools_in_any_language() -> None:
    """A pattern has the anchor of one language, or numbers are described as text."""
    text = json.dumps(schema())
    assert "\\\\Z" not in text
    assert '"decimal"' not in text
    assert schema()["$defs"]["Amount"]["properties"]["value"] == {"type": "number"}
    assert schema()["$defs"]["Item"]["properties"]["country"]["pattern"] == "^[A-Z]{2}$"
