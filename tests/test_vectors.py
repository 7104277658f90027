"""The hand-labelled vectors, ours and the shared ones: core and oracle agree with the labels, the files with their format."""

import json
import unicodedata
from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests import oracle
from tests.vectors import __main__ as schema_file
from traceability.json_text import loads
from traceability.vectors import run
from traceability.verdict import Code

OURS = Path(__file__).with_name("vectors")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "vectors"
# Only ever notes: no expectation names them.
NOTES = {Code.INTERVAL_COMPUTED, Code.UNCERTAINTY_EQUAL, Code.NOT_COMPARED}


def _files(folder: Path) -> list[Any]:
    if not folder.is_dir():
        return [pytest.param(folder, marks=pytest.mark.skip(reason="../shared/vectors is not present"))]
    paths = sorted(path for path in folder.glob("*.json") if path.name != "schema.json")
    return [pytest.param(path, id=f"{folder.parent.name}-{path.stem}") for path in paths]


OUR_FILES = _files(OURS)
ALL_FILES = OUR_FILES + _files(SHARED)


def _vectors(path: Path) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = loads(path.read_bytes())["vectors"]
    return vectors


def _our_vectors() -> list[dict[str, Any]]:
    return [vector for parameter in OUR_FILES for vector in _vectors(parameter.values[0])]


@pytest.mark.parametrize("path", ALL_FILES)
def test_every_question_agrees_with_its_label(path: Path) -> None:
    """A verdict differs from what was reasoned out by hand from the page."""
    agreements = list(run(path.read_bytes()))
    assert agreements
    assert [each for each in agreements if each.differences] == []


@pytest.mark.parametrize("path", OUR_FILES)
def test_the_oracle_agrees_with_our_labels(path: Path) -> None:
    """The second reading of the page says otherwise: the label is wrong, or the oracle."""
    for vector in _vectors_for_the_oracle(path):
        for number, question in enumerate(vector["questions"]):
            expect = question["expect"]
            if "error" in expect:
                continue
            place = f"{vector['id']}[{number}]"
            arguments = _arguments(question)
            answer = oracle.evaluate(vector["records"], as_of=oracle.shanghai_day(question["as_of"]), **arguments)
            assert (place, answer["status"], answer["findings"]) == (place, expect["status"], set(expect["findings"]))
            if "depth" in expect:
                assert (place, answer["depth"]) == (place, expect["depth"])
            if "coverage" in expect:
                start, until = (date.fromisoformat(expect["coverage"][name]) for name in ("from", "until"))
                intervals = oracle.coverage(vector["records"], start=start, until=until, **arguments)
                assert (place, [[str(first), str(last)] for first, last in intervals]) == (
                    place,
                    expect["coverage"]["intervals"],
                )


def test_every_code_of_condition_or_worse_is_expected_in_two_vectors() -> None:
    """A finding code has too few examples in the suite."""
    expected = Counter(
        code
        for vector in _our_vectors()
        for code in {
            finding.partition("@")[0] for question in vector["questions"] for finding in question["expect"].get("findings", ())
        }
    )
    assert {code: expected[code] for code in sorted(set(Code) - NOTES) if expected[code] < 2} == {}
    assert expected.keys() <= set(Code) - NOTES


def test_vectors_say_what_they_are() -> None:
    """A vector cannot be found by its id, or does not say why it is there and which rule it tests."""
    seen: Counter[str] = Counter()
    for parameter in OUR_FILES:
        for vector in _vectors(parameter.values[0]):
            seen[vector["id"]] += 1
            assert vector["id"].startswith(f"{parameter.values[0].stem}/")
            assert vector["why"].endswith((".", "?"))
            assert vector["rule"]
            assert vector["questions"]
    assert [name for name, times in seen.items() if times > 1] == []


def test_a_vector_with_recorded_at_says_what_is_known_in_every_question() -> None:
    """The answer of a vector depends on the day on which it is run (SEMANTICS 5)."""
    for vector in _our_vectors():
        if '"recorded_at":' in json.dumps(vector["records"], default=str) and "null_is_absent" not in vector["id"]:
            assert [question for question in vector["questions"] if "known_at" not in question] == [], vector["id"]


def test_the_schema_is_up_to_date() -> None:
    """The values have changed and schema.json has not: `python -m tests.vectors` writes it anew."""
    assert schema_file.SCHEMA.read_text(encoding="utf-8") == schema_file.text()


@pytest.mark.parametrize("path", ALL_FILES)
def test_files_keep_to_the_schema(path: Path) -> None:
    """The schema refuses what the format allows. Questions that ask for an error are left out: the form may be the error."""
    schema = json.loads(schema_file.text())
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    document = json.loads(path.read_text(encoding="utf-8"))
    document["vectors"] = [
        vector | {"records": _without_nulls(vector["records"]), "questions": questions}
        for vector in document["vectors"]
        if (questions := [question for question in vector["questions"] if "error" not in question["expect"]])
    ]
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize(
    "path",
    [
        "$.vectors[0]",
        "$.vectors[0].records",
        "$.vectors[0].records.items[1]",
        "$.vectors[0].records.certificates[0].results[0]",
    ],
)
def test_the_schema_refuses_unknown_fields(path: str) -> None:
    """The schema lets a misspelled field pass."""
    document = json.loads((OURS / "input.json").read_text(encoding="utf-8"))
    document["vectors"] = document["vectors"][:1]
    place: Any = document
    for step in path.removeprefix("$.").replace("[", ".").replace("]", "").split("."):
        place = place[int(step) if step.isdigit() else step]
    place["colour"] = "grey"
    errors = list(jsonschema.Draft202012Validator(json.loads(schema_file.text())).iter_errors(document))
    assert [error.json_path for error in errors] == [path]


def _without_nulls(value: Any) -> Any:
    """Null is absent in records (SEMANTICS 2), which a schema cannot say of a field without repeating every type."""
    match value:
        case dict():
            return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
        case list():
            return [_without_nulls(inner) for inner in value]
        case _:
            return value


def _vectors_for_the_oracle(path: Path) -> list[dict[str, Any]]:
    """The vectors as the oracle takes them: in NFC, without nulls, instants as Python writes them."""
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=_decimal)
    return [
        vector | {"records": _normal(_without_nulls(vector["records"])), "questions": _normal(vector["questions"])}
        for vector in document["vectors"]
    ]


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # In a document that is to be refused.
        return Decimal("NaN")


def _normal(value: Any) -> Any:
    match value:
        case dict():
            return {_normal(key): _normal(inner) for key, inner in value.items()}
        case list():
            return [_normal(inner) for inner in value]
        case str() if value.endswith("z") and value[:4].isdigit():
            return value.upper()
        case str():
            return unicodedata.normalize("NFC", value)
        case _:
            return value


def _arguments(question: dict[str, Any]) -> dict[str, Any]:
    known_at, policy = question.get("known_at"), question["policy"]
    return {
        "target": question["target"],
        "known_at": None if known_at is None else datetime.fromisoformat(known_at),
        "policy": oracle.POLICIES[policy] if isinstance(policy, str) else policy,
        **{name: question.get(name) for name in ("quantity", "unit", "low", "high")},
    }
