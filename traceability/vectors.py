"""Test vectors (SEMANTICS 5): records, questions, and what the answer must be; in plain JSON, for engines in any language."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from traceability import assess as engine
from traceability.interchange import FORMAT as RECORDS_FORMAT
from traceability.interchange import records_from
from traceability.json_text import civil_date, convert, instant, loads, whole
from traceability.policy import Policy, policy_named
from traceability.problems import InputError, TraceabilityError
from traceability.records import Identifier, Purpose, Records, Value
from traceability.verdict import Status, Verdict

FORMAT = "traceability-vectors/1"

_EVERYTHING_KNOWN = datetime.max.replace(tzinfo=UTC)  # A vector without `recorded_at` asks without `known_at`.


class ExpectedCoverage(Value, frozen=True, kw_only=True, rename={"start": "from"}):
    """The good days of a period, as maximal inclusive intervals."""

    start: date
    until: date
    intervals: tuple[tuple[date, date], ...]


class Expectation(Value, frozen=True, kw_only=True):
    """What the answer must be; `traceable_until` and `depth` may be null, so being left out is another thing."""

    error: bool = False
    status: Status | None = None
    findings: tuple[str, ...] | None = None
    traceable_until: date | None | msgspec.UnsetType = msgspec.UNSET
    depth: int | None | msgspec.UnsetType = msgspec.UNSET
    coverage: ExpectedCoverage | None = None


class Question(Value, frozen=True, kw_only=True):
    """One question about the records of its vector. Days and instants are text: a naive timestamp is a question too."""

    target: Identifier
    quantity: str | None = None
    unit: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    as_of: str
    known_at: str | None = None
    policy: str | Policy
    expect: Expectation


class Vector(Value, frozen=True, kw_only=True):
    """A case: why it matters, the rule it tests, the records, the questions."""

    id: Identifier
    why: str
    rule: str
    records: Records
    questions: tuple[Question, ...]


class _Case(Value, frozen=True, kw_only=True):
    """A vector as it is run: records and questions unread, as an error in them may be what the vector asks for."""

    id: Identifier
    why: str
    rule: str
    records: Any
    questions: tuple[dict[str, Any], ...]


class Agreement(Value, frozen=True, kw_only=True):
    """How one question went: `differences` is empty when the answer is the expected one."""

    vector: str
    question: int
    target: str
    as_of: str
    differences: tuple[str, ...]


def run(source: str | bytes) -> Iterator[Agreement]:
    """Every question of a vectors document, answered and compared; InputError when the document itself is none."""
    document = loads(source)
    if not isinstance(document, dict) or document.keys() != {"format", "vectors"} or document["format"] != FORMAT:
        raise InputError("$", f"not a document of the format {FORMAT!r}", f"不是 {FORMAT!r} 格式的文档")
    if not isinstance(document["vectors"], list):
        raise InputError("$.vectors", "a list is expected here", "此处应为列表")
    for index, value in enumerate(document["vectors"]):
        path = f"$.vectors[{index}]"
        case = convert(value, _Case, path)
        for number, raw in enumerate(case.questions):
            expect = _expectation(raw, f"{path}.questions[{number}]")
            yield Agreement(
                vector=case.id,
                question=number,
                target=str(raw.get("target")),
                as_of=str(raw.get("as_of")),
                differences=tuple(_differences(case.records, raw, expect)),
            )


def schema() -> dict[str, Any]:
    """The JSON Schema of a vectors document, and with it of a records document, from the values themselves."""
    _, definitions = msgspec.json.schema_components([Vector], ref_template="#/$defs/{name}")
    # A document says its format, which the value need not keep.
    records = definitions["Records"]
    records |= {"properties": {"format": {"const": RECORDS_FORMAT}} | records["properties"], "required": ["format"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "vectors": {"type": "array", "items": {"$ref": "#/$defs/Vector"}},
        },
        "required": ["format", "vectors"],
        "additionalProperties": False,
        "$defs": {name: _in_json_schema(definition) for name, definition in sorted(definitions.items())},
    }


def _expectation(raw: dict[str, Any], path: str) -> Expectation:
    return convert(_with_count(raw.get("expect"), "depth"), Expectation, f"{path}.expect")


def _question(raw: dict[str, Any]) -> Question:
    """The question; an error in it may be what the vector asks for."""
    readable = {"expect": _with_count(raw["expect"], "depth"), "policy": _with_count(raw.get("policy"), "max_chain_length")}
    return convert(raw | readable, Question)


def _with_count(part: Any, name: str) -> Any:
    """The part of a question with its count as an integer: JSON's numbers are read as decimals."""
    return part | {name: whole(part[name])} if isinstance(part, dict) and name in part else part


def _differences(document: Any, raw: dict[str, Any], expect: Expectation) -> Iterator[str]:
    try:
        records = records_from(document)
        verdict, covered = _answers(records, _question(raw))
    except TraceabilityError as error:
        if not expect.error:
            yield f"error: {error}"
        return
    if expect.error:
        yield f"an error expected, answered {verdict.status}"
        return
    if verdict.status is not expect.status:
        yield f"status {expect.status} expected, answered {verdict.status}"
    expected = frozenset(expect.findings or ())
    yield from (f"finding {key} expected, not found" for key in sorted(expected - verdict.keys))
    yield from (f"finding {key} found, not expected" for key in sorted(verdict.keys - expected))
    for name in ("traceable_until", "depth"):
        wanted, given = getattr(expect, name), getattr(verdict, name)
        if wanted is not msgspec.UNSET and wanted != given:
            yield f"{name} {wanted} expected, answered {given}"
    if expect.coverage is not None and expect.coverage.intervals != covered:
        yield f"coverage {_days(expect.coverage.intervals)} expected, answered {_days(covered)}"


def _answers(records: Records, question: Question) -> tuple[Verdict, tuple[tuple[date, date], ...]]:
    policy = policy_named(question.policy) if isinstance(question.policy, str) else question.policy
    purpose = Purpose(quantity=question.quantity, unit=question.unit, low=question.low, high=question.high)
    known_at = _EVERYTHING_KNOWN if question.known_at is None else instant(question.known_at)
    verdict = engine.assess(records, question.target, day_or_instant(question.as_of), known_at, policy, purpose)
    asked = question.expect.coverage
    if asked is None:
        return verdict, ()
    return verdict, engine.coverage(records, question.target, asked.start, asked.until, known_at, policy, purpose)


def day_or_instant(text: str) -> date | datetime:
    """A civil date, or an instant with its offset."""
    return civil_date(text) if len(text) <= len("YYYY-MM-DD") else instant(text)


def _days(runs: tuple[tuple[date, date], ...]) -> str:
    return ", ".join(f"{start}..{end}" for start, end in runs) or "none"


def _in_json_schema(definition: Any) -> Any:
    """What msgspec describes for Python as JSON Schema has it: decimals are numbers in our JSON, patterns end in `$`."""
    match definition:
        case {"type": "string", "format": "decimal"}:
            return {"type": "number"}
        case {"type": "string", "pattern": pattern}:
            return definition | {"pattern": pattern.replace(r"\Z", "$")}
        case dict():
            return {key: _in_json_schema(value) for key, value in definition.items()}
        case list():
            return [_in_json_schema(value) for value in definition]
        case _:
            return definition
