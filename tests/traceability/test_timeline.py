"""When the answer changes. That no day is missed is shown against the oracle, day by day (tests/test_against_oracle.py)."""

from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Sizes, random_document, random_question
from tests.traceability.building import (
    EVERYTHING_KNOWN,
    STRUCTURE,
    N,
    S,
    certificate,
    day,
    event,
    inquiry,
    item_with,
    point,
    records,
    verdict,
)
from traceability.assess import coverage
from traceability.examination import Examiner
from traceability.inquiry import Inquiry
from traceability.interchange import records_from
from traceability.known import known_records
from traceability.policy import Policy, ReferenceValidity
from traceability.problems import QuestionError
from traceability.records import Branch, EventKind, Period, Purpose, Reference, Withdrawal
from traceability.timeline import statuses
from traceability.verdict import Status

IN_FORCE = msgspec.structs.replace(STRUCTURE, reference_validity=ReferenceValidity.IN_FORCE)


def covered(target: str, start: str, until: str, *values: Any, policy: Policy = STRUCTURE) -> list[tuple[str, str]]:
    runs = coverage(records(*values), target, day(start), day(until), EVERYTHING_KNOWN, policy)
    return [(str(first), str(last)) for first, last in runs]


def test_statuses_fill_the_period_without_gap() -> None:
    """A day of the period has two statuses, or none."""
    values = (certificate(valid_until="2025-06-30"), certificate("c2", on="2025-07-10", valid_until=None))
    runs = list(statuses(inquiry("M", *values), day("2025-05-30"), day("2025-07-12")))
    assert runs[0] == ((day("2025-05-30"), day("2025-05-31")), Status.NOT_TRACEABLE)
    assert [run[0] for run, _ in runs][1:] == [run[1] + timedelta(days=1) for run, _ in runs][:-1]
    assert runs[-1][0][1] == day("2025-07-12")
    on_day = {first + timedelta(days=n): status for (first, last), status in runs for n in range((last - first).days + 1)}
    assert on_day[day("2025-06-30")] is Status.TRACEABLE
    assert on_day[day("2025-07-01")] is Status.NOT_TRACEABLE
    assert on_day[day("2025-07-10")] is Status.INDETERMINATE


def test_a_period_may_be_one_day() -> None:
    """The first day of a period is not looked at."""
    assert list(statuses(inquiry("M", certificate()), day("2025-06-01"), day("2025-06-01"))) == [
        ((day("2025-06-01"), day("2025-06-01")), Status.TRACEABLE)
    ]
    assert covered("M", "2025-05-31", "2025-05-31", certificate()) == []


def test_a_period_that_ends_before_it_begins_is_an_error() -> None:
    """A period given the wrong way round has no coverage."""
    with pytest.raises(QuestionError, match="ends before it begins"):
        covered("M", "2025-06-02", "2025-06-01", certificate())


def test_coverage_lists_the_good_days() -> None:
    """A gap is covered over, or one run is cut in two."""
    values = (
        certificate(
            "c1",
            on="2025-01-01",
            valid_until="2025-03-31",
            withdrawal=Withdrawal(on=day("2025-03-01"), void_from=day("2025-03-01")),
        ),
        certificate("c2", on="2025-02-01", valid_until="2025-02-20"),
        certificate("c3", on="2025-04-01", valid_until="2025-06-30", issued_on="2025-04-05"),
        certificate("c4", on="2025-07-01"),
        event("e1", EventKind.INTERIM_CHECK_PASSED, "2025-08-01"),
        event("e2", EventKind.INTERIM_CHECK_FAILED, "2025-08-10"),
    )
    assert covered("M", "2024-12-01", "2025-12-31", *values) == [("2025-01-01", "2025-02-20"), ("2025-04-01", "2025-08-01")]
    assert covered("M", "2025-02-20", "2025-04-01", *values) == [("2025-02-20", "2025-02-20"), ("2025-04-01", "2025-04-01")]


def test_the_rows_of_a_metering_point_change_the_answer() -> None:
    """The day of an exchange is not looked at."""
    rows = point(
        Branch(name="meter", item="M", start=day("2025-06-03"), until=day("2025-06-10")),
        Branch(name="meter", item="N", start=day("2025-06-12")),
    )
    assert covered("G", "2025-06-01", "2025-06-30", certificate(), rows) == [
        ("2025-06-03", "2025-06-10"),
        ("2025-06-12", "2025-06-30"),
    ]


def test_under_in_force_the_days_of_references_count() -> None:
    """A standard lapses and the answer goes on as before."""
    used = certificate(references=(Reference(item="S"), Reference(item="N1")))
    anchor = item_with(N, id="N1", recognized=(Period(start=day("2020-01-01"), until=day("2025-09-30")),))
    values = (
        S,
        anchor,
        used,
        certificate("s1", item="S", on="2025-05-01", valid_until="2025-06-30"),
        certificate("s2", item="S", on="2025-07-10"),
    )
    assert covered("M", "2025-06-01", "2025-12-31", *values, policy=IN_FORCE) == [
        ("2025-06-01", "2025-06-30"),
        ("2025-07-10", "2025-09-30"),
    ]
    assert covered("M", "2025-06-01", "2025-12-31", *values) == [("2025-06-01", "2025-12-31")]


@pytest.mark.parametrize(
    ("as_of", "values", "until"),
    [
        ("2025-06-01", (certificate(),), "2026-05-31"),
        ("2026-05-31", (certificate(),), "2026-05-31"),
        ("2025-06-01", (certificate(valid_until="2025-06-30"), certificate("c2", on="2025-07-01")), "2026-05-31"),
        ("2025-06-01", (certificate(valid_until="2025-06-29"), certificate("c2", on="2025-07-01")), "2025-06-29"),
        ("2025-06-01", (certificate(valid_until="9999-12-31"),), None),
    ],
)
def test_the_answer_holds_until_the_last_good_day(as_of: str, values: tuple[Any, ...], until: str | None) -> None:
    """The last good day is off by one, or a renewal ends the run."""
    assert verdict("M", as_of, *values).traceable_until == (None if until is None else day(until))


def test_the_answer_of_a_bad_day_holds_until_nothing() -> None:
    """A broken chain is said to hold until null: for ever."""
    assert verdict("M", "2026-06-01", certificate()).traceable_until is msgspec.UNSET
    assert verdict("N", "9999-12-31").traceable_until is None


def test_the_ends_of_the_calendar_are_days_too() -> None:
    """A record with the last date crashes the timeline."""
    values = (
        certificate(on="0001-01-01", valid_until="9999-12-31"),
        event("e", EventKind.INTERIM_CHECK_PASSED, "9999-12-31"),
        point(Branch(name="a", item="M", start=date.min, until=date.max)),
    )
    assert covered("G", "0001-01-01", "9999-12-31", *values) == [("0001-01-01", "9999-12-31")]


@given(st.integers(0, 2**32))
@settings(max_examples=60)
def test_every_day_has_the_status_of_its_run(seed: int) -> None:
    """The answer changes within a run: a change day is missing."""
    random = Random(seed)
    document = random_document(random, Sizes(trouble=random.choice([0.0, 0.1, 0.3]), items=random.randint(2, 6)))
    question = random_question(random, document)
    if question["target"] == "GHOST":
        return
    asked = Purpose(**{name: question[name] for name in ("quantity", "unit", "low", "high")})
    known = known_records(records_from(document), question["known_at"] or EVERYTHING_KNOWN)
    try:
        whole = Inquiry(Examiner(known, msgspec.convert(question["policy"], Policy)), question["target"], asked)
    except QuestionError:
        return
    start, until = day("2024-12-20"), day("2025-04-10")
    for (first, last), status in statuses(whole, start, until):
        for number in range((last - first).days + 1):
            assert whole.on(first + timedelta(days=number)).status is status
