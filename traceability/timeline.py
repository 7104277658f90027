"""When the answer changes: statuses over a period, coverage, and until when it holds (SEMANTICS 3.9).

The answer is constant between *change days*, so only these are looked at, not every day. A change day is the first day on
which something may be different: the start of a certificate, the day after its end, a withdrawal, the edges of a doubt, of a
recognition, of an installation. The test suite compares with an evaluation of every single day.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from traceability.inquiry import Inquiry
from traceability.known import Known
from traceability.periods import day_after, day_before, joined
from traceability.policy import ReferenceValidity
from traceability.records import Certificate, Item
from traceability.resolution import end_of
from traceability.rules.validity import first_issued_on
from traceability.verdict import Status

Run = tuple[date, date]


def statuses(inquiry: Inquiry, start: date, until: date) -> Iterator[tuple[Run, Status]]:
    """The period as runs of days, both ends inside, with the status that holds on all of them; neighbours may be alike."""
    edges = [start, *(day for day in change_days(inquiry) if start < day <= until)]
    for index, first in enumerate(edges):
        last = until if index + 1 == len(edges) else day_before(edges[index + 1])
        yield (first, last), inquiry.on(first).status


def coverage(inquiry: Inquiry, start: date, until: date) -> tuple[Run, ...]:
    """The days on which the target is traceable or conditional, as maximal runs of days."""
    return joined(run for run, status in statuses(inquiry, start, until) if status.is_good)


def traceable_until(inquiry: Inquiry, as_of: date) -> date | None:
    """The last day of the unbroken good run that holds `as_of`, a good day; None when it never ends."""
    for day in change_days(inquiry):
        if day > as_of and not inquiry.on(day).status.is_good:
            return day_before(day)
    return None


def change_days(inquiry: Inquiry) -> list[date]:
    """The days on which the answer may change, in order."""
    known = inquiry.examiner.known
    days: set[date] = set()
    for branch in inquiry.branches:
        days |= {day for day in (branch.start, _next(branch.until)) if day is not None}
    for item in inquiry.items:
        days |= _days_of(known, item)
        if inquiry.examiner.policy.reference_validity is ReferenceValidity.IN_FORCE:
            for used in _items_used(inquiry, item):
                days |= _days_of(known, used)
    return sorted(days)


def _items_used(inquiry: Inquiry, item: Item) -> Iterable[Item]:
    """The items asked today by REFERENCE_LAPSED, for any certificate of the item."""
    chains = map(inquiry.examiner.chain, inquiry.examiner.known.live_of(item.id))
    used = {reference.item for chain in chains for reference in chain.followed}
    return (inquiry.examiner.known.items[item_id] for item_id in used)


def _days_of(known: Known, item: Item) -> set[date]:
    days = {item.retired_on, *(_next(event.on) for event in known.events_of(item.id))}
    days |= {event.on for event in known.events_of(item.id)}
    for period in item.recognized or ():
        days |= {period.start, _next(period.until)}
    for certificate in known.live_of(item.id):
        days |= _days_of_certificate(known, item, certificate)
    return {day for day in days if day is not None}


def _days_of_certificate(known: Known, item: Item, certificate: Certificate) -> set[date | None]:
    return {
        certificate.calibrated_on,
        _next(certificate.calibrated_on),
        first_issued_on(known, certificate),
        _next(end_of(known, item, certificate).last_day),
        certificate.withdrawal.void_from if certificate.withdrawal is not None else None,
    }


def _next(day: date | None) -> date | None:
    return None if day is None or day == date.max else day_after(day)
