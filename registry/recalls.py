"""Recalls as values: why a standard is doubted, what was done about each item, how far a case has come. No store, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import reduce

from traceability.affected import Affected, worse
from traceability.known import Known, is_evidence, shows_good_state
from traceability.records import AsFound, EventKind, Item, Outcome
from traceability.verdict import Code, Severity


class RecallCause(StrEnum):
    """What on record calls for a recall."""

    WITHDRAWN = "certificate_withdrawn"
    FAILED = "outcome_failed"
    OUT_OF_TOLERANCE = "found_out_of_tolerance"
    INTERIM_CHECK = "interim_check_failed"
    DAMAGED = "damaged"


class RecallStep(StrEnum):
    """What people do in a case, after it was opened."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    JUSTIFIED = "justified"  # Of one item: somebody answers for it that nothing need be done, with a reason.
    JUSTIFICATION_WITHDRAWN = "justification_withdrawn"


class RecallStanding(StrEnum):
    """How an affected item stands; all but the first settle it."""

    OPEN = "open"
    RECALIBRATED = "recalibrated"  # A later certificate is good and does not rest on what is doubted.
    JUSTIFIED = "justified"
    OUT_OF_USE = "out_of_use"


class RecallState(StrEnum):
    """How a case stands. It is closed while every item is settled, and open again when one no longer is."""

    WAITING = "waiting"  # For a second person, where the organization wants one.
    REJECTED = "rejected"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The record that calls for a recall of an item: a certificate or an event, and the day from which it counts."""

    cause: RecallCause
    section: str
    evidence: str
    item: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A step as it was taken: by whom, when, for what reason; of one item, or of the whole case."""

    step: RecallStep
    item: str | None
    reason: str
    by: str
    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A recall as it was opened, and all that was done since, in order. `organization`: None for the operator."""

    entry: int
    id: str
    organization: str | None
    ground: Ground
    last_good_on: date | None
    opening: Deed
    deeds: tuple[Deed, ...]

    @property
    def decision(self) -> Deed | None:
        """That it was confirmed or rejected."""
        return next((deed for deed in self.deeds if deed.step in {RecallStep.CONFIRMED, RecallStep.REJECTED}), None)

    def justification_of(self, item: str) -> Deed | None:
        """The justification that stands for an item; None when there is none, or it was withdrawn."""
        own = [deed for deed in self.deeds if deed.item == item]
        return own[-1] if own and own[-1].step is RecallStep.JUSTIFIED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """An item that a failure reaches: at which level, through which of its certificates (the latest), how badly."""

    item: str
    level: int
    certificate: str
    severity: Severity
    code: Code
    used_from: date
    used_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """An item of a case as it stands. `settled_by`: a later good certificate. `is_new`: met after the case was opened."""

    reached: Reached
    standing: RecallStanding
    settled_by: str | None
    justification: Deed | None
    is_new: bool


def grounds(known: Known) -> Iterator[Ground]:
    """All that is known and calls for a recall."""
    for certificate in known.certificates.values():
        about = {"section": "certificates", "evidence": certificate.id, "item": certificate.item}
        if certificate.withdrawal is not None:
            yield Ground(cause=RecallCause.WITHDRAWN, on=certificate.withdrawal.void_from, **about)
        elif certificate in known.live_of(certificate.item):
            if certificate.as_found is AsFound.OUT_OF_TOLERANCE:
                yield Ground(cause=RecallCause.OUT_OF_TOLERANCE, on=certificate.calibrated_on, **about)
            elif certificate.outcome is Outcome.FAIL and certificate.as_found is None:
                yield Ground(cause=RecallCause.FAILED, on=certificate.calibrated_on, **about)
    causes = {EventKind.INTERIM_CHECK_FAILED: RecallCause.INTERIM_CHECK, EventKind.DAMAGED: RecallCause.DAMAGED}
    for event in (event for of_item in known.events.values() for event in of_item):
        if event.kind in causes:
            yield Ground(cause=causes[event.kind], section="events", evidence=event.id, item=event.item, on=event.on)


def reached_items(affected: Iterable[Affected]) -> tuple[Reached, ...]:
    """The items that affected certificates belong to, each once: nearest level, worst finding, latest certificate."""
    of_item: dict[str, list[Affected]] = {}
    for each in affected:
        of_item.setdefault(each.item, []).append(each)
    found = []
    for item, own in of_item.items():
        severity, code = reduce(worse, ((each.severity, each.code) for each in own))
        latest = max(own, key=lambda each: (each.calibrated_on, each.certificate))
        found.append(
            Reached(
                item=item,
                level=min(each.level for each in own),
                certificate=latest.certificate,
                severity=severity,
                code=code,
                used_from=min(each.used_from for each in own),
                used_until=max(each.used_until for each in own),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.level, each.item)))


def affairs(
    case: Case, recorded: Iterable[Reached], affected: Iterable[Affected], known: Known, day: date
) -> tuple[Affair, ...]:
    """How the items of a case stand on a day: those met when it was opened, and those that came to light since."""
    affected = list(affected)
    doubted = {each.certificate for each in affected}
    first = {each.item: each for each in recorded}
    later = {each.item: each for each in reached_items(affected) if each.item not in first}
    every = sorted([*first.values(), *later.values()], key=lambda each: (each.level, each.item))
    return tuple(_affair(case, each, known, doubted, day, is_new=each.item in later) for each in every)


def state_of(case: Case, items: Iterable[Affair]) -> RecallState:
    """How a case stands."""
    if case.decision is None:
        return RecallState.WAITING
    if case.decision.step is RecallStep.REJECTED:
        return RecallState.REJECTED
    return RecallState.OPEN if any(each.standing is RecallStanding.OPEN for each in items) else RecallState.CLOSED


def _affair(case: Case, reached: Reached, known: Known, doubted: set[str], day: date, *, is_new: bool) -> Affair:
    item = known.items.get(reached.item)
    good = _later_good(known, reached, doubted, day)
    justification = case.justification_of(reached.item)
    standing = RecallStanding.OPEN
    if item is not None and _is_out_of_use(item, day):
        standing = RecallStanding.OUT_OF_USE
    elif good is not None:
        standing = RecallStanding.RECALIBRATED
    elif justification is not None:
        standing = RecallStanding.JUSTIFIED
    return Affair(reached=reached, standing=standing, settled_by=good, justification=justification, is_new=is_new)


def _is_out_of_use(item: Item, day: date) -> bool:
    return item.retired_on is not None and item.retired_on <= day


def _later_good(known: Known, reached: Reached, doubted: set[str], day: date) -> str | None:
    """The first certificate after the affected one that is good evidence, does not rest on the doubt, and is not to come."""
    earlier = known.certificates.get(reached.certificate)
    since = reached.used_until if earlier is None else earlier.calibrated_on
    good = [
        (each.calibrated_on, each.id)
        for each in known.live_of(reached.item)
        if since < each.calibrated_on <= day and each.id not in doubted and is_evidence(each) and shows_good_state(each)
    ]
    return min(good)[1] if good else None
