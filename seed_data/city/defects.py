"""What is wrong with one meter in forty: a defect changes one thing in a record that is good otherwise."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto

from msgspec.structs import replace

from traceability.records import Amount, Certificate, EventKind, Outcome, Reference, Result, Uncertainty, Withdrawal


class Defect(Enum):
    """Kinds of defects of meters and metering points, the frequent ones first."""

    EXPIRED = auto()
    FAILED = auto()
    SEAL_BROKEN = auto()
    UNKNOWN_REFERENCE = auto()
    NO_COVERAGE_FACTOR = auto()
    SERIAL_MISMATCH = auto()
    LIMITED = auto()
    WITHDRAWN = auto()
    OUT_OF_SCOPE = auto()
    NO_CERTIFICATE = auto()
    NO_REFERENCES = auto()
    NO_VALIDITY = auto()
    GUARD_ZONE = auto()
    ERROR_TOO_LARGE = auto()
    UNCERTAINTY_TOO_SMALL = auto()
    NO_UNCERTAINTY = auto()
    SUPERSEDED_NAMED = auto()
    DATES_REVERSED = auto()
    DAMAGED = auto()
    REPAIRED = auto()
    REINSTALLED = auto()
    RETIRED = auto()
    BRANCH_MISSING = auto()  # From here on: of metering points, if the meter is at one.
    OVERLAP = auto()
    OUT_OF_RANGE = auto()


# Defects that are events after the last verification.
EVENT_OF = {
    Defect.SEAL_BROKEN: EventKind.SEAL_BROKEN,
    Defect.DAMAGED: EventKind.DAMAGED,
    Defect.REPAIRED: EventKind.REPAIRED,
    Defect.REINSTALLED: EventKind.REINSTALLED,
}
_SHARE = 0.024  # Of all meters.
_KINDS = tuple(Defect)


def defect_for(fraction: float) -> Defect | None:
    """Which defect a meter has whose lot is `fraction`; none for most."""
    if fraction >= _SHARE:
        return None
    position = fraction / _SHARE
    return _KINDS[int(position * position * len(_KINDS))]


def spoilt(certificate: Certificate, defect: Defect | None) -> Certificate:
    """The latest certificate of a meter as the defect leaves it."""
    change = _CHANGES.get(defect) if defect is not None else None
    return change(certificate) if change is not None else certificate


def _failed(certificate: Certificate) -> Certificate:
    return replace(certificate, outcome=Outcome.FAIL, valid_until=None)


def _limited(certificate: Certificate) -> Certificate:
    return replace(certificate, outcome=Outcome.LIMITED)


def _withdrawn(certificate: Certificate) -> Certificate:
    day = certificate.calibrated_on
    return replace(certificate, withdrawal=Withdrawal(on=day + timedelta(days=10), void_from=day))


def _with_another_serial(certificate: Certificate) -> Certificate:
    return replace(certificate, serial=f"{certificate.serial}X")


def _with_unknown_reference(certificate: Certificate) -> Certificate:
    return replace(certificate, references=(Reference(item=f"X-{certificate.issuer}"),))


def _without_references(certificate: Certificate) -> Certificate:
    return replace(certificate, references=())


def _without_validity(certificate: Certificate) -> Certificate:
    return replace(certificate, valid_until=None)


def _with_reversed_dates(certificate: Certificate) -> Certificate:
    return replace(certificate, issued_on=certificate.calibrated_on - timedelta(days=30))


def _naming_a_superseded(certificate: Certificate) -> Certificate:
    """The issuer names the certificate that a bench had two years before; of a gas there is no such certificate at all."""
    year = certificate.calibrated_on.year - 2
    references = tuple(replace(used, certificate=f"{used.item}-{year}") for used in certificate.references)
    return replace(certificate, references=references)


def _reporting(certificate: Certificate, change: Callable[[Result, Amount, Uncertainty], Result]) -> Certificate:
    """The certificate with each complete result changed."""
    results = tuple(
        change(result, result.max_permissible_error, result.uncertainty)
        if result.max_permissible_error is not None and result.uncertainty is not None
        else result
        for result in certificate.results
    )
    return replace(certificate, results=results)


def _without_coverage_factor(certificate: Certificate) -> Certificate:
    return _reporting(certificate, lambda result, _, stated: replace(result, uncertainty=replace(stated, k=None)))


def _without_uncertainty(certificate: Certificate) -> Certificate:
    return _reporting(certificate, lambda result, *_: replace(result, uncertainty=None, max_permissible_error=None, error=None))


def _outside_of_scope(certificate: Certificate) -> Certificate:
    """A second result, for a quantity that no laboratory of the city is examined for."""
    extra = replace(certificate.results[0], quantity=f"{certificate.results[0].quantity}_dynamic")
    return replace(certificate, results=(*certificate.results, extra))


def _in_guard_zone(certificate: Certificate) -> Certificate:
    """U is 0.6 and the error 0.7 of the permissible error: neither inside nor outside (JJF 1094)."""

    def change(result: Result, permissible: Amount, stated: Uncertainty) -> Result:
        return replace(
            result,
            uncertainty=replace(stated, value=permissible.value * Decimal("0.6")),
            error=replace(permissible, value=permissible.value * Decimal("0.7")),
        )

    return _reporting(certificate, change)


def _with_large_error(certificate: Certificate) -> Certificate:
    """A pass although the error is one and a half times the permissible one."""
    return _reporting(
        certificate,
        lambda result, permissible, _: replace(result, error=replace(permissible, value=permissible.value * Decimal("1.5"))),
    )


def _with_small_uncertainty(certificate: Certificate) -> Certificate:
    """A hundredth of what is usual: less than that of the standard."""
    return _reporting(
        certificate, lambda result, _, stated: replace(result, uncertainty=replace(stated, value=stated.value / 100))
    )


_CHANGES: dict[Defect, Callable[[Certificate], Certificate]] = {
    Defect.FAILED: _failed,
    Defect.LIMITED: _limited,
    Defect.WITHDRAWN: _withdrawn,
    Defect.SERIAL_MISMATCH: _with_another_serial,
    Defect.UNKNOWN_REFERENCE: _with_unknown_reference,
    Defect.NO_REFERENCES: _without_references,
    Defect.NO_VALIDITY: _without_validity,
    Defect.DATES_REVERSED: _with_reversed_dates,
    Defect.SUPERSEDED_NAMED: _naming_a_superseded,
    Defect.NO_COVERAGE_FACTOR: _without_coverage_factor,
    Defect.NO_UNCERTAINTY: _without_uncertainty,
    Defect.OUT_OF_SCOPE: _outside_of_scope,
    Defect.GUARD_ZONE: _in_guard_zone,
    Defect.ERROR_TOO_LARGE: _with_large_error,
    Defect.UNCERTAINTY_TOO_SMALL: _with_small_uncertainty,
}
