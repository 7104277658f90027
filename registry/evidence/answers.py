"""The answer to the question of a bundle: computed alike where the bundle is made and where it is checked."""

from collections.abc import Iterator, Sequence
from datetime import date

from registry.evidence.bundle import Account, CountedFactor, Days, Question, StandingShare, UnreadDays
from registry.exact_numbers import decimal_text
from traceability.accounting import DayStanding, Factor, Reading, Share, account, spans
from traceability.assess import assess, worst_of_each
from traceability.examination import Examiner
from traceability.inquiry import Inquiry
from traceability.known import known_records
from traceability.policy import Policy
from traceability.problems import QuestionError
from traceability.records import Records
from traceability.timeline import statuses
from traceability.verdict import Severity, Verdict


def verdict_on(records: Records, question: Question, policy: Policy) -> Verdict:
    """The verdict on the day of the question under a policy."""
    return assess(records, question.target, question.as_of, question.known_at, policy, question.purpose)


def days_of(records: Records, question: Question, policy: Policy) -> tuple[Days, ...]:
    """The period of the question as runs of days with one answer each; nothing when it asks of no period."""
    if question.start is None and question.until is None:
        return ()
    if question.start is None or question.until is None or question.start > question.until:
        raise QuestionError("a period has a first and a last day, in this order", "时段须有首日和末日，且首日不晚于末日")
    inquiry = Inquiry(Examiner(known_records(records, question.known_at), policy), question.target, question.purpose)
    joined: list[Days] = []
    for days in _runs(inquiry, question.start, question.until):
        last = joined[-1] if joined else None
        if last is not None and (last.status, last.findings) == (days.status, days.findings):
            joined[-1] = Days(start=last.start, until=days.until, status=days.status, findings=days.findings)
        else:
            joined.append(days)
    return tuple(joined)


def account_of(
    records: Records,
    question: Question,
    policy: Policy,
    readings: Sequence[Reading],
    factors: Sequence[CountedFactor],
    energy: str | None,
) -> Account:
    """What readings of the target come to on the days of the period of the question, with the factors that are given."""
    if question.start is None or question.until is None:
        raise QuestionError("readings are of a period", "读数须有时段")
    inquiry = Inquiry(Examiner(known_records(records, question.known_at), policy), question.target, question.purpose)
    counted = [Factor(value=each.value, unit=each.unit, start=each.start, until=each.until) for each in factors]
    made = account(spans(inquiry, question.start, question.until), readings, counted)
    return Account(
        energy=energy,
        unit=made.unit,
        readings=len(readings),
        apportioned=made.apportioned,
        shares=tuple(_share(standing, share) for standing, share in made.shares.items() if share.days),
        unread=tuple(UnreadDays(start=first, until=last) for first, last in made.unread),
        factors=tuple(factors),
    )


def _share(standing: DayStanding, share: Share) -> StandingShare:
    return StandingShare(
        standing=standing,
        days=share.days,
        read_days=share.read_days,
        quantity=decimal_text(share.quantity),
        at_least=decimal_text(share.at_least),
        at_most=decimal_text(share.at_most),
        emissions=decimal_text(share.emissions),
        without_factor=decimal_text(share.without_factor),
    )


def _runs(inquiry: Inquiry, start: date, until: date) -> Iterator[Days]:
    for (first, last), status in statuses(inquiry, start, until):
        findings = worst_of_each(inquiry.on(first).findings)
        keys = tuple(finding.key for finding in findings if finding.severity is not Severity.NOTE)
        yield Days(start=first, until=last, status=status, findings=keys)
