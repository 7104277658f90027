"""Which certificate governs on a day, until when it runs, and when it is in doubt (SEMANTICS 3.1, 3.2, 3.4).

What governs is decided item by item from the records known; nothing here looks further up the chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from traceability.known import Known, is_evidence, order, raises_doubt, shows_good_state
from traceability.periods import day_before, days_later, last_day_of_interval
from traceability.quantities import contains, has_bound
from traceability.records import AsFound, Certificate, CertificateKind, Event, EventKind, Item, Outcome, Purpose, Result

ENDING_EVENTS = frozenset(EventKind) - {EventKind.INTERIM_CHECK_PASSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What SEMANTICS 3.1 finds for an item on a day: the certificate in force, or why there is none."""

    found: Certificate | None
    withdrawn: Certificate | None  # The latest that step 2 dropped.
    is_for_other_quantity: bool  # Whether step 3 dropped one.

    @property
    def overridden(self) -> Certificate | None:
        """The withdrawn certificate that would have governed instead of the one found (3.3 WITHDRAWN, condition)."""
        if self.found is None or self.withdrawn is None or order(self.withdrawn) < order(self.found):
            return None
        return self.withdrawn


class Ending(StrEnum):
    """What ends a certificate."""

    PRINTED = "printed"
    COMPUTED = "computed"
    OPENED = "opened"
    EVENT = "event"
    LATER_CERTIFICATE = "later_certificate"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One of the days of SEMANTICS 3.2 on which a certificate ends at the latest, with what ends it."""

    last_day: date
    ending: Ending
    cause: str = ""  # The id of the event or certificate.


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a certificate: its bounds, and whether the first one (printed or computed) is known.

    `last_day`: the last valid day as far as known; None when nothing bounds it.
    """

    bounds: tuple[Bound, ...]
    is_interval_known: bool
    is_computed: bool
    last_day: date | None = field(init=False)

    def __post_init__(self) -> None:
        # Asked for on every day that is looked at, so it is worked out once.
        object.__setattr__(self, "last_day", min((bound.last_day for bound in self.bounds), default=None))

    @property
    def earliest(self) -> Bound:
        """The earliest bound but retirement; an event or later certificate wins a tie (SEMANTICS 3.3)."""
        decisive = {Ending.EVENT, Ending.LATER_CERTIFICATE}
        bounds = [bound for bound in self.bounds if bound.ending is not Ending.RETIRED]
        return min(bounds, key=lambda bound: (bound.last_day, bound.ending not in decisive))

    def is_over(self, day: date) -> bool:
        """Whether the day is after the end; an unknown end is never over."""
        return self.last_day is not None and day > self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Days on which an item is in doubt: after the last good evidence `since` (None: without beginning), before `shown_on`."""

    since: date | None
    shown_on: date
    shown_by: str

    def holds(self, day: date) -> bool:
        """Whether the day lies between the evidence and the failure, both outside (SEMANTICS 3.4)."""
        return (self.since is None or self.since < day) and day < self.shown_on


def certificate_in_force(known: Known, item_id: str, day: date, purpose: Purpose) -> Resolution:
    """The certificate that governs an item on a day for a purpose (SEMANTICS 3.1).

    Looks from the latest back, as the latest nearly always governs; the steps named are those of the page.
    """
    is_ranged = has_bound(purpose)
    withdrawn: Certificate | None = None
    is_for_other_quantity = False
    latest: Certificate | None = None  # Of those that step 3 leaves.
    preferred: Certificate | None = None  # Of those that step 4 would leave.
    for certificate in reversed(known.live_of(item_id)):
        if certificate.calibrated_on > day:  # Step 1; `live_of` has dropped the replaced ones.
            continue
        if _is_void(certificate, day):  # Step 2.
            withdrawn = withdrawn or certificate
            continue
        is_failure = certificate.outcome is Outcome.FAIL
        if not is_failure and not _reports(certificate, purpose):  # Step 3.
            is_for_other_quantity = True
            continue
        latest = latest or certificate
        covers_it = is_ranged and covers(certificate, purpose)
        if covers_it or is_failure:  # Step 4.
            preferred = preferred or certificate
        if covers_it or not is_ranged:  # Step 5: nothing earlier can change the choice.
            return Resolution(found=preferred or latest, withdrawn=withdrawn, is_for_other_quantity=False)
    return Resolution(found=latest, withdrawn=withdrawn, is_for_other_quantity=is_for_other_quantity)


def purposes_of(item: Item, purpose: Purpose) -> Iterator[Purpose]:
    """What an item is asked for: the purpose; when that leaves the quantity open, once for each of the item's own (3.8)."""
    if purpose.quantity is not None or not item.quantities:
        yield purpose
        return
    for quantity in item.quantities:
        yield Purpose(quantity=quantity, unit=purpose.unit, low=purpose.low, high=purpose.high)


def results_for(certificate: Certificate, purpose: Purpose) -> tuple[Result, ...]:
    """The results that speak about the quantity asked; all of them when none is asked."""
    if purpose.quantity is None:
        return certificate.results
    return tuple(result for result in certificate.results if result.quantity == purpose.quantity)


def covers(certificate: Certificate, purpose: Purpose) -> bool:
    """Whether a single result for the quantity covers the range asked."""
    return any(contains(result, purpose) for result in results_for(certificate, purpose))


def end_of(known: Known, item: Item, certificate: Certificate) -> End:
    """The end of a certificate of the item (SEMANTICS 3.2)."""
    end = known.memory.get(("end", certificate.id))
    if end is None:
        end = known.memory["end", certificate.id] = _end_of(known, item, certificate)
    return end


def doubts_about(known: Known, item_id: str) -> tuple[Doubt, ...]:
    """The periods in which an item is in doubt (SEMANTICS 3.4), by the day on which it showed."""
    doubts = known.memory.get(("doubts", item_id))
    if doubts is None:
        doubts = known.memory["doubts", item_id] = _doubts_about(known, item_id)
    return doubts


def _end_of(known: Known, item: Item, certificate: Certificate) -> End:
    first = _first_bound(item, certificate)
    bounds = [] if first is None else [first]
    bounds += _cuts(known, item, certificate)
    return End(
        bounds=tuple(bounds),
        is_interval_known=first is not None,
        is_computed=first is not None and first.ending is Ending.COMPUTED,
    )


def _doubts_about(known: Known, item_id: str) -> tuple[Doubt, ...]:
    records: list[tuple[date, Certificate | Event]] = [
        *((certificate.calibrated_on, certificate) for certificate in known.live_of(item_id) if is_evidence(certificate)),
        *((event.on, event) for event in known.events_of(item_id)),
    ]
    shown = [(day, record) for day, record in records if raises_doubt(record)]
    if not shown:
        return ()
    good_days = sorted(day for day, record in records if shows_good_state(record))
    doubts = (
        Doubt(since=max((good for good in good_days if good < day), default=None), shown_on=day, shown_by=record.id)
        for day, record in shown
    )
    return tuple(sorted(doubts, key=lambda doubt: (doubt.shown_on, doubt.shown_by)))


def _is_void(certificate: Certificate, day: date) -> bool:
    return certificate.withdrawal is not None and certificate.withdrawal.void_from <= day


def _reports(certificate: Certificate, purpose: Purpose) -> bool:
    return purpose.quantity is None or bool(results_for(certificate, purpose))


def _first_bound(item: Item, certificate: Certificate) -> Bound | None:
    if certificate.valid_until is not None:
        return Bound(last_day=certificate.valid_until, ending=Ending.PRINTED)
    if certificate.kind is CertificateKind.CALIBRATION and item.interval_months is not None:
        last_day = last_day_of_interval(certificate.calibrated_on, item.interval_months)
        return Bound(last_day=last_day, ending=Ending.COMPUTED)
    return None


def _cuts(known: Known, item: Item, certificate: Certificate) -> list[Bound]:
    """The bounds that apply even when the first is unknown."""
    cuts: list[Bound] = []
    if (
        certificate.kind is CertificateKind.REFERENCE_MATERIAL
        and certificate.opened_on is not None
        and certificate.use_within_days is not None
    ):
        last_day = days_later(certificate.opened_on, certificate.use_within_days)
        cuts.append(Bound(last_day=last_day, ending=Ending.OPENED))
    cuts += (
        Bound(last_day=day_before(event.on), ending=Ending.EVENT, cause=event.id)
        for event in known.events_of(item.id)
        if event.kind in ENDING_EVENTS and event.on > certificate.calibrated_on
    )
    cuts += (
        Bound(last_day=day_before(later.calibrated_on), ending=Ending.LATER_CERTIFICATE, cause=later.id)
        for later in known.live_of(item.id)
        if later.calibrated_on > certificate.calibrated_on and _ends_earlier_ones(later)
    )
    if item.retired_on is not None:
        cuts.append(Bound(last_day=day_before(item.retired_on), ending=Ending.RETIRED))
    return cuts


def _ends_earlier_ones(later: Certificate) -> bool:
    """Whether a later certificate shows that what was stated before no longer holds (SEMANTICS 3.2)."""
    if _is_void(later, later.calibrated_on):
        return False
    return later.adjusted or later.as_found is AsFound.OUT_OF_TOLERANCE or later.outcome is Outcome.FAIL
