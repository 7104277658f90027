"""When an item is due: until when the certificate that governs it today stays good (SEMANTICS 3.1, 3.2, 3.8).

What is due looks at the item itself; whether its whole chain holds is the verdict's matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from traceability.known import Known
from traceability.periods import day_before
from traceability.records import Certificate, Item, Outcome, Purpose
from traceability.resolution import Ending, certificate_in_force, end_of


class DueStanding(StrEnum):
    """How an item stands on a day. The most pressing comes first: of several purposes it is the one that counts."""

    NO_CERTIFICATE = "no_certificate"
    FAILED = "failed"  # The certificate in force is a rejection.
    OVERDUE = "overdue"
    UNKNOWN_END = "unknown_end"  # Neither a printed end nor an interval.
    VALID = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How an item stands, by which certificate, and the last day on which that is good; None where there is no such day."""

    standing: DueStanding
    certificate: Certificate | None = None
    ends_on: date | None = None


_PRESSING = list(DueStanding)


def due_of(known: Known, item: Item, day: date) -> Due | None:
    """How the item stands on the day; None for what is never due: national standards, and what goes out of use before.

    An item used for several quantities stands as the most pressing of them does, the earliest end first.
    """
    if item.is_anchor or item.is_retired(day):
        return None
    found = [due for purpose in _purposes(item) if (due := _due_for(known, item, day, purpose)) is not None]
    return min(found, key=lambda due: (_PRESSING.index(due.standing), due.ends_on or date.max), default=None)


def _purposes(item: Item) -> Iterator[Purpose]:
    for quantity in item.quantities or (None,):
        yield Purpose(quantity=quantity)


def _due_for(known: Known, item: Item, day: date, purpose: Purpose) -> Due | None:
    certificate = certificate_in_force(known, item.id, day, purpose).found
    if certificate is None:
        return Due(standing=DueStanding.NO_CERTIFICATE)
    if certificate.outcome is Outcome.FAIL:
        return Due(standing=DueStanding.FAILED, certificate=certificate)
    end = end_of(known, item, certificate)
    lasts = [] if end.last_day is None else [end.last_day]
    if certificate.withdrawal is not None:  # One that counts from a later day, or it would not be in force.
        lasts.append(day_before(certificate.withdrawal.void_from))
    ends_on = min(lasts, default=None)
    if ends_on is not None and ends_on < day:
        return Due(standing=DueStanding.OVERDUE, certificate=certificate, ends_on=ends_on)
    if not end.is_interval_known:
        return Due(standing=DueStanding.UNKNOWN_END, certificate=certificate)
    if any(bound.ending is Ending.RETIRED and bound.last_day == ends_on for bound in end.bounds):
        return None  # It goes out of use before anything is due.
    return Due(standing=DueStanding.VALID, certificate=certificate, ends_on=ends_on)
