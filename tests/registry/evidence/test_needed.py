"""What a bundle encloses: on random records every policy answers as on all of them."""

import json
from datetime import UTC, date, datetime

import pytest

from registry.evidence.answers import days_of, verdict_on
from registry.evidence.bundle import Question
from registry.evidence.needed import needed_records, needed_rows
from tests.registry.worlds import full, random_records
from traceability.interchange import parse_records
from traceability.policy import POLICIES
from traceability.problems import QuestionError

FULL_RECORDS = parse_records(json.dumps(full()))
D1, D2 = date(2020, 1, 1), date(2020, 1, 2)
KNOWN_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(10))
def test_every_policy_answers_on_what_is_needed_as_on_all(seed: int) -> None:
    """Withdrawals, replacements, events, doubts, cycles and versions, of items and metering points, of days and periods."""
    records = random_records(seed)
    targets = {item.id for item in records.items} | {point.id for point in records.metering_points}
    for target in sorted(targets)[:8]:
        for start in (None, date(2025, 1, 5)):
            until = None if start is None else date(2025, 12, 31)
            question = Question(
                target=target, as_of=date(2025, 6, 3), known_at=KNOWN_AT, policy="cn-legal/1", start=start, until=until
            )
            needed = needed_records(records, question)
            for policy in POLICIES.values():
                assert verdict_on(needed, question, policy) == verdict_on(records, question, policy)
                assert days_of(needed, question, policy) == days_of(records, question, policy)


def test_of_a_scope_the_rows_of_quantities_that_were_certified_are_needed() -> None:
    """A row more is told to somebody whom it does not concern, a row less makes an issuer incompetent."""
    records = FULL_RECORDS
    (competence,) = records.competences
    assert needed_rows(competence, records.certificates) == [0]
    assert needed_rows(competence, ()) == []


@pytest.mark.parametrize(("start", "until"), [(D1, None), (None, D1), (D2, D1)])
def test_half_a_period_is_none(start: date | None, until: date | None) -> None:
    """An answer about other days than those asked would be given."""
    records = FULL_RECORDS
    question = Question(target="M", as_of=date(2024, 4, 1), known_at=KNOWN_AT, policy="cn-legal/1", start=start, until=until)
    with pytest.raises(QuestionError):
        days_of(records, question, POLICIES["cn-legal/1"])
