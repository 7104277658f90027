"""The core against a second, independent reading of SEMANTICS (tests/oracle.py) on random records.

200 examples of each property in `make check`, 10,000 in `make soak` (HYPOTHESIS_PROFILE=soak).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import Sizes, random_document, random_question
from traceability.assess import assess, coverage
from traceability.interchange import records_from
from traceability.policy import Policy
from traceability.problems import QuestionError
from traceability.records import Purpose, Records
from traceability.verdict import Severity, Verdict

EVERYTHING_KNOWN = datetime.max.replace(tzinfo=UTC)
COMPARED_NOTES = {"REFERENCE_LAPSED", "INTERVAL_COMPUTED"}  # The other notes are ours to word.
ASKED = ("quantity", "unit", "low", "high")
SEEDS = st.integers(min_value=0, max_value=2**63)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A random document with a question about it, and what else is to be chosen."""

    document: dict[str, Any]
    question: dict[str, Any]
    random: Random

    @property
    def records(self) -> Records:
        return records_from(self.document)

    @property
    def asked(self) -> dict[str, Any]:
        """What the functions of the core share."""
        return {
            "records": self.records,
            "target": self.question["target"],
            "known_at": self.question["known_at"] or EVERYTHING_KNOWN,
            "policy": msgspec.convert(self.question["policy"], Policy),
            "purpose": Purpose(**{name: self.question[name] for name in ASKED}),
        }

    @property
    def asked_of_the_oracle(self) -> dict[str, Any]:
        return {name: self.question[name] for name in ("target", "known_at", "policy", *ASKED)}


def drawn(seed: int) -> Drawn:
    random = Random(seed)
    sizes = Sizes(
        anchors=random.randint(1, 3),
        items=random.randint(2, 6),
        events=random.randint(0, 6),
        points=random.randint(0, 2),
        trouble=random.choice([0.0, 0.1, 0.3]),
    )
    document = random_document(random, sizes)
    return Drawn(document=document, question=random_question(random, document), random=random)


@given(SEEDS)
def test_a_verdict_is_that_of_the_oracle(seed: int) -> None:
    """Status, findings and depth differ from the independent reading: one of the two misreads SEMANTICS."""
    case = drawn(seed)
    as_of = case.question["as_of"]
    try:
        expected = oracle.evaluate(case.document, as_of=as_of, **case.asked_of_the_oracle)
    except oracle.OracleError:
        with pytest.raises(QuestionError):
            assess(as_of=as_of, **case.asked)
        return
    verdict = assess(as_of=as_of, **case.asked)
    given_answer = (verdict.status, set(verdict.keys), verdict.depth, notes_of(verdict))
    assert given_answer == (expected["status"], expected["findings"], expected["depth"], compared(expected["notes"]))


@given(SEEDS)
def test_coverage_is_that_of_every_single_day(seed: int) -> None:
    """A change day is missing: the answer changes on a day that the timeline does not look at."""
    case = drawn(seed)
    start = case.question["as_of"] - timedelta(days=case.random.randint(0, 20))
    until = start + timedelta(days=case.random.randint(0, 50))
    try:
        expected = oracle.coverage(case.document, start=start, until=until, **case.asked_of_the_oracle)
    except oracle.OracleError:
        with pytest.raises(QuestionError):
            coverage(start=start, until=until, **case.asked)
        return
    assert coverage(start=start, until=until, **case.asked) == tuple(expected)
    assert_last_good_day(case, expected, start, until)


def assert_last_good_day(case: Drawn, good_days: list[tuple[date, date]], start: date, until: date) -> None:
    """`traceable_until` is where the run of good days that holds the first day ends, if it ends in the period."""
    verdict = assess(as_of=start, **case.asked)
    if not good_days or good_days[0][0] > start:
        assert verdict.traceable_until is msgspec.UNSET
    elif good_days[0][1] < until:
        assert verdict.traceable_until == good_days[0][1]
    else:
        assert isinstance(verdict.traceable_until, date | None)
        assert verdict.traceable_until is None or verdict.traceable_until >= until


def notes_of(verdict: Verdict) -> set[str]:
    return compared({finding.key for finding in verdict.findings if finding.severity is Severity.NOTE})


def compared(notes: set[str]) -> set[str]:
    return {note for note in notes if note.partition("@")[0] in COMPARED_NOTES}
