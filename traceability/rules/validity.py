"""Whether the certificate that governs is good on the day it is relied on (SEMANTICS 3.3)."""

from collections.abc import Iterator
from datetime import date

from traceability.known import Known, normalized_serial
from traceability.quantities import has_bound, same_dimension
from traceability.records import Certificate, Item, Outcome, Purpose
from traceability.resolution import End, Ending, Resolution, covers, doubts_about, end_of, results_for
from traceability.verdict import Code, Finding, Severity, about


def checked(known: Known, item: Item, resolution: Resolution, day: date, purpose: Purpose) -> Iterator[Finding]:
    """What there is to say of the item relied on for a purpose on a day; of the certificate found, or of its absence.

    A certificate that failed is not examined further: it speaks for itself.
    """
    certificate = resolution.found
    if certificate is None:
        yield _without_certificate(item, resolution, day)
        return
    yield from _identity(item, certificate)
    yield from _date_order(certificate)
    if certificate.outcome is Outcome.FAIL:
        yield about(certificate, Code.FAILED, Severity.FAIL, calibrated_on=certificate.calibrated_on)
        return
    if resolution.overridden is not None:
        yield _withdrawn(resolution.overridden, Severity.CONDITION, day)
    yield from _end(item, certificate, end_of(known, item, certificate), day)
    yield from _for_purpose(certificate, purpose)
    if certificate.outcome is Outcome.LIMITED:
        yield about(certificate, Code.LIMITED, Severity.CONDITION)
    issued_on = first_issued_on(known, certificate)
    if issued_on > day:
        yield about(certificate, Code.ISSUED_LATER, Severity.CONDITION, issued_on=issued_on, day=day)
    yield from _suspicion(known, item, certificate, day)


def whatever_the_day(certificate: Certificate) -> Iterator[Finding]:
    """What a certificate lacks on any day: results, references."""
    if not certificate.results:
        yield about(certificate, Code.NO_RESULTS, Severity.CONDITION)
    if not certificate.references:
        yield about(certificate, Code.NO_REFERENCES, Severity.FAIL)


def first_issued_on(known: Known, certificate: Certificate) -> date:
    """The earliest issue of the certificate and of what it replaces: a correction does not make the evidence younger."""
    if certificate.replaces is None:
        return certificate.issued_on
    chain = (known.certificates.get(replaced) for replaced in known.replaced_by(certificate))
    return min([certificate.issued_on, *(earlier.issued_on for earlier in chain if earlier is not None)])


def range_text(ranged: Purpose) -> str:
    """A range as people write it: `low … high unit`."""
    low = "" if ranged.low is None else f"{ranged.low:f}"
    high = "" if ranged.high is None else f"{ranged.high:f}"
    return f"{low} … {high} {ranged.unit or ''}".strip()


def _without_certificate(item: Item, resolution: Resolution, day: date) -> Finding:
    """Why no certificate governs: withdrawn, for another quantity, or none at all."""
    if resolution.withdrawn is not None:
        return _withdrawn(resolution.withdrawn, Severity.FAIL, day)
    code = Code.QUANTITY_MISMATCH if resolution.is_for_other_quantity else Code.NO_CERTIFICATE
    return Finding(code=code, severity=Severity.FAIL, subject=item.id, detail={"day": str(day)})


def _for_purpose(certificate: Certificate, purpose: Purpose) -> Iterator[Finding]:
    """Whether the range asked is of the certificate's dimension, and inside one of its results."""
    if not has_bound(purpose) or not certificate.results:
        return
    detail = {"quantity": purpose.quantity or "", "range": range_text(purpose)}
    if not any(same_dimension(result.unit, purpose.unit or "") for result in results_for(certificate, purpose)):
        yield about(certificate, Code.QUANTITY_MISMATCH, Severity.FAIL, **detail)
    elif not covers(certificate, purpose):
        yield about(certificate, Code.OUT_OF_RANGE, Severity.FAIL, **detail)


def _identity(item: Item, certificate: Certificate) -> Iterator[Finding]:
    if certificate.serial == item.serial:
        return  # As nearly always; what is spelled alike needs no normal form.
    printed, own = normalized_serial(certificate.serial), normalized_serial(item.serial)
    if printed and own and printed != own:
        yield about(certificate, Code.ID_MISMATCH, Severity.FAIL, printed=certificate.serial, serial=item.serial)


def _date_order(certificate: Certificate) -> Iterator[Finding]:
    calibrated_on, issued_on, valid_until = certificate.calibrated_on, certificate.issued_on, certificate.valid_until
    if issued_on < calibrated_on or (valid_until is not None and valid_until < calibrated_on):
        days = {"calibrated_on": calibrated_on, "issued_on": issued_on}
        if valid_until is not None:
            days["valid_until"] = valid_until
        yield about(certificate, Code.DATE_ORDER, Severity.FAIL, **days)


def _end(item: Item, certificate: Certificate, end: End, day: date) -> Iterator[Finding]:
    if end.is_computed:
        yield about(certificate, Code.INTERVAL_COMPUTED, Severity.NOTE, months=item.interval_months)
    if end.is_over(day):
        yield _after_the_end(item, certificate, end, day)
    elif not end.is_interval_known:
        yield about(certificate, Code.NO_INTERVAL, Severity.INDETERMINATE, day=day)


def _after_the_end(item: Item, certificate: Certificate, end: End, day: date) -> Finding:
    if item.is_retired(day):
        return about(certificate, Code.RETIRED, Severity.FAIL, retired_on=item.retired_on, day=day)
    bound = end.earliest
    facts = {"until": bound.last_day, "day": day, "ending": bound.ending, "cause": bound.cause}
    is_event = bound.ending in {Ending.EVENT, Ending.LATER_CERTIFICATE}
    return about(certificate, Code.EVENT_AFTER_CALIBRATION if is_event else Code.EXPIRED, Severity.FAIL, **facts)


def _suspicion(known: Known, item: Item, certificate: Certificate, day: date) -> Iterator[Finding]:
    for doubt in doubts_about(known, item.id):
        if doubt.holds(day):
            since = "" if doubt.since is None else doubt.since
            facts = {"day": day, "since": since, "shown_on": doubt.shown_on, "shown_by": doubt.shown_by}
            yield about(certificate, Code.SUSPECT, Severity.INDETERMINATE, **facts)
            return


def _withdrawn(certificate: Certificate, severity: Severity, day: date) -> Finding:
    void_from = certificate.withdrawal and certificate.withdrawal.void_from
    return about(certificate, Code.WITHDRAWN, severity, void_from=void_from, day=day)
