"""The oracle agrees with every hand-labelled vector of the contract (SEMANTICS.md section 5)."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import questions, records_documents

VECTORS = Path(__file__).resolve().parents[1].parent / "shared" / "vectors"
TWO_YEARS = timedelta(days=731)  # Past the last date of a document nothing changes but computed ends.


def _load_questions() -> list[Any]:
    """One parameter per question that expects a verdict."""
    if not VECTORS.is_dir():
        return [pytest.param({}, {}, marks=pytest.mark.skip(reason="../shared/vectors is not present"))]
    return [
        pytest.param(vector["records"], question, id=f"{vector['id']}/{number}")
        for path in sorted(VECTORS.glob("*.json"))
        for vector in _parse(path.read_text(encoding="utf-8"))["vectors"]
        for number, question in enumerate(vector["questions"], 1)
        if "error" not in question["expect"]
    ]


def _parse(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=int)


def _arguments(question: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that the three questions of the oracle share, days aside."""
    known_at, policy = question.get("known_at"), question["policy"]
    return {
        "target": question["target"],
        "known_at": None if known_at is None else datetime.fromisoformat(known_at),
        "policy": oracle.POLICIES[policy] if isinstance(policy, str) else policy,
        **{name: question.get(name) for name in ("quantity", "unit", "low", "high")},
    }


def _last_date(value: Any) -> date:
    """The latest date written anywhere in a document."""
    match value:
        case dict():
            return max(map(_last_date, value.values()), default=date.min)
        case list():
            return max(map(_last_date, value), default=date.min)
        case str() if len(value) == 10 and value[4] + value[7] == "--":
            return date.fromisoformat(value)
        case _:
            return date.min


@pytest.mark.parametrize(("records", "question"), _load_questions())
def test_the_oracle_agrees_with_the_label(records: dict[str, Any], question: dict[str, Any]) -> None:
    """Otherwise the second reading of the page is wrong, or the label is."""
    expect, arguments, as_of = question["expect"], _arguments(question), oracle.shanghai_day(question["as_of"])
    answer = oracle.evaluate(records, as_of=as_of, **arguments)
    assert (answer["status"], answer["findings"]) == (expect["status"], set(expect["findings"]))
    if "depth" in expect:
        assert answer["depth"] == expect["depth"]
    if "traceable_until" in expect:
        horizon = max(_last_date(records), as_of) + TWO_YEARS
        until = oracle.traceable_until(records, as_of=as_of, horizon=horizon, **arguments)
        assert (None if until is None else str(until)) == expect["traceable_until"]
    if "coverage" in expect:
        start, until = (date.fromisoformat(expect["coverage"][name]) for name in ("from", "until"))
        intervals = oracle.coverage(records, start=start, until=until, **arguments)
        assert [[str(first), str(last)] for first, last in intervals] == expect["coverage"]["intervals"]


@pytest.mark.parametrize(
    ("calibrated_on", "months", "last_valid_day"),
    [
        ("2025-03-15", 12, "2026-03-14"),
        ("2025-01-28", 1, "2025-02-27"),
        ("2025-01-29", 1, "2025-02-28"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2025-03-01", 12, "2026-02-28"),
        ("2024-12-31", 2, "2025-02-28"),
    ],
)
def test_an_interval_ends_on_the_day_before_or_at_the_month_end(calibrated_on: str, months: int, last_valid_day: str) -> None:
    """Otherwise section 3.2's rule for months without such a day is off by one."""
    certificate = {"id": "c", "kind": "calibration", "item": "M", "calibrated_on": calibrated_on}
    item = {"id": "M", "kind": "meter", "interval_months": months}
    assert str(oracle._interval_end(certificate, item)) == last_valid_day


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_drawn_question_has_an_answer(data: st.DataObject) -> None:
    """Otherwise the strategy draws a document that section 2 refuses, or the oracle has a hole."""
    document = data.draw(records_documents())
    question = data.draw(questions(document))
    try:
        answer = oracle.evaluate(document, **question)
    except oracle.OracleError:
        return
    assert answer["status"] in oracle.STATUSES.values()
    assert (answer["status"] == "traceable") == (not answer["findings"])
    assert not answer["findings"] & answer["notes"]
