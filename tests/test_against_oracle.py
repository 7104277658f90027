"""The core against a second, independent reading of SEMANTICS (tests/oracle.py) on random records."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import Sizes, random_document, random_question
from traceability.assess import assess, coverage
from traceability.interchange import dump_records, parse_records, records_from
from traceability.policy import Policy
from traceability.problems import QuestionError
from traceability.records import Purpose
from traceability.verdict import Severity

EVERYTHING_KNOWN = datetime.max.replace(tzinfo=UTC)
COMPARED_NOTES = {"REFERENCE_LAPSED", "INTERVAL_COMPUTED"}  # The other notes are ours to word.


def _drawn(seed: int):
    random = Random(seed)
    document = random_document(random, Sizes(anchors=random.randint(1, 3), items=random.randint(2, 6), trouble=random.choice([0.0, 0.1, 0.3])))
    return document, random_question(random, document), random


def _asked(question):
    purpose = Purpose(**{name: question.get(name) for name in ("quantity", "unit", "low", "high")})
    policy = msgspec.convert(question["policy"], Policy)
    return question["target"], question.get("known_at") or EVERYTHING_KNOWN, policy, purpose


def _compare(seed: int) -> None:
    document, question, _ = _drawn(seed)
    records = records_from(document)
    target, known_at, policy, purpose = _asked(question)
    try:
        expected = oracle.evaluate(document, **question)
    except oracle.OracleError:
        with pytest.raises(QuestionError):
            assess(records, target, question["as_of"], known_at, policy, purpose)
        return
    verdict = assess(records, target, question["as_of"], known_at, policy, purpose)
    notes = {finding.key for finding in verdict.findings if finding.severity is Severity.NOTE and finding.code in COMPARED_NOTES}
    assert (verdict.status, set(verdict.keys), verdict.depth) == (expected["status"], expected["findings"], expected["depth"])
    assert notes - verdict.keys == {note for note in expected["notes"] if note.split("@")[0] in COMPARED_NOTES}


def _compare_coverage(seed: int) -> None:
    document, question, random = _drawn(seed)
    records = records_from(document)
    target, known_at, policy, purpose = _asked(question)
    start = question["as_of"] - timedelta(days=random.randint(0, 20))
    until = start + timedelta(days=random.randint(0, 50))
    arguments = {name: value for name, value in question.items() if name not in {"target", "as_of", "known_at", "policy"}}
    try:
        expected = oracle.coverage(document, target, start, until, question.get("known_at"), question["policy"], **arguments)
    except oracle.OracleError:
        with pytest.raises(QuestionError):
            coverage(records, target, start, until, known_at, policy, purpose)
        return
    assert coverage(records, target, start, until, known_at, policy, purpose) == tuple(expected)


@given(st.integers(min_value=0, max_value=2**63))
@settings(deadline=None)
def test_a_verdict_is_that_of_the_oracle(seed):
    """Status, findings and depth differ from the independent reading: one of the two misreads SEMANTICS."""
    _compare(seed)


@given(st.integers(min_value=0, max_value=2**63))
@settings(deadline=None)
def test_coverage_is_that_of_every_single_day(seed):
    """A change day is missing: the answer changes on a day that the timeline does not look at."""
    _compare_coverage(seed)


def main():
    import sys, time
    n = int(sys.argv[1]); t = time.time(); bad = 0
    for s in range(n):
        for f in (_compare, _compare_coverage):
            try:
                f(s)
            except AssertionError as e:
                bad += 1
                if bad < 6: print(f.__name__, s, str(e)[:1500])
    print(n, bad, time.time() - t)

if __name__ == "__main__":
    main()
