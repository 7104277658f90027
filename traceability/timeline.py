"""When the answer changes: statuses over a period, coverage, and until when it holds (SEMANTICS 3.9).

The answer is constant between *change days*, so only these are looked at, not every day. A change day is the first day on
which something may be different: the start of a certificate, the day after its end, a withdrawal, the edges of a doubt, of a
recognition, of an installation. Which days these are depends on the certificates in force, so they are found walking: the
days of the target's own items always count, those of the items used further up as long as the chain in force uses them.
The test suite compares with an evaluation of every single day.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date

from traceability.examination import Chain
from traceability.inquiry import Answer, Inquiry, chains_of
from traceability.known import Known
from traceability.periods import day_after, day_before, joined
from traceability.policy import ReferenceValidity
from traceability.records import Certificate, Item
from traceability.resolution import end_of
from traceability.rules.validity import first_issued_on
from traceability.verdict import Status

Run = tuple[date, date]


def answers(inquiry: Inquiry, start: date, until: date) -> Iterator[tuple[Run, Answer]]:
    """The period as runs of days, both ends inside, with the answer that holds on all of them; neighbours may be alike."""
    for answer, next_day in _walk(inquiry, inquiry.on(start), until):
        yield (answer.day, until if next_day is None else day_before(next_day)), answer


def statuses(inquiry: Inquiry, start: date, until: date) -> Iterator[tuple[Run, Status]]:
    """The same with the status alone."""
    return ((run, answer.status) for run, answer in answers(inquiry, start, until))


def coverage(inquiry: Inquiry, start: date, until: date) -> tuple[Run, ...]:
    """The days on which the target is traceable or conditional, as maximal runs of days."""
    return joined(run for run, status in statuses(inquiry, start, until) if status.is_good)


def traceable_until(inquiry: Inquiry, answer: Answer) -> date | None:
    """The last day of the unbroken good run that holds the day of a good answer; None when it never ends."""
    for later, _ in _walk(inquiry, answer, date.max):
        if not later.status.is_good:
            return day_before(later.day)
    return None


def _walk(inquiry: Inquiry, answer: Answer, until: date) -> Iterator[tuple[Answer, date | None]]:
    """The answer and those of the change days after it up to a day, each with the next change day, None at the last."""
    own = _own_days(inquiry)
    of_chain: dict[str, list[date]] = {}
    while True:
        calendars = [own]
        if inquiry.examiner.policy.reference_validity is ReferenceValidity.IN_FORCE:
            for chain in chains_of(inquiry, answer):
                first = chain.certificates[0].certificate.id
                if first not in of_chain:
                    of_chain[first] = _days_used(inquiry.examiner.known, chain)
                calendars.append(of_chain[first])
        days = (day for calendar in calendars for day in _first_after(calendar, answer.day))
        next_day = min((day for day in days if day <= until), default=None)
        yield answer, next_day
        if next_day is None:
            return
        answer = inquiry.on(next_day)


def _own_days(inquiry: Inquiry) -> list[date]:
    """The change days of the target's installation and of the items that it starts from."""
    days: set[date | None] = set()
    for branch in inquiry.branches:
        days |= {branch.start, _next(branch.until)}
    for item in inquiry.items:
        days |= _days_of(inquiry.examiner.known, item)
    return _sorted(days)


def _days_used(known: Known, chain: Chain) -> list[date]:
    """The change days of the items that REFERENCE_LAPSED asks today."""
    days: set[date | None] = set()
    for item_id in {reference.item for reference in chain.followed}:
        days |= _days_of(known, known.items[item_id])
    return _sorted(days)


def _days_of(known: Known, item: Item) -> set[date | None]:
    days = {item.retired_on}
    for event in known.events_of(item.id):
        days |= {event.on, _next(event.on)}
    for period in item.recognized or ():
        days |= {period.start, _next(period.until)}
    for certificate in known.live_of(item.id):
        days |= _days_of_certificate(known, item, certificate)
    return days


def _days_of_certificate(known: Known, item: Item, certificate: Certificate) -> set[date | None]:
    return {
        certificate.calibrated_on,
        _next(certificate.calibrated_on),
        first_issued_on(known, certificate),
        _next(end_of(known, item, certificate).last_day),
        certificate.withdrawal.void_from if certificate.withdrawal is not None else None,
    }


def _sorted(days: Iterable[date | None]) -> list[date]:
    return sorted(day for day in days if day is not None)


def _first_after(calendar: list[date], day: date) -> list[date]:
    """The first day of a calendar after a day, or nothing."""
    position = bisect_right(calendar, day)
    return calendar[position : position + 1]


def _next(day: date | None) -> date | None:
    return None if day is None or day == date.max else day_after(day)
