"""Whether the uncertainties of a certificate are stated, grow down the chain and are small enough (SEMANTICS 3.7).

u = U/k is the standard uncertainty. Relative and absolute values are different sorts and are never compared with each other.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from traceability.policy import Consequence, Policy
from traceability.quantities import difference, sort_of
from traceability.records import (
    Amount,
    Certificate,
    CertificateKind,
    Outcome,
    Purpose,
    Reference,
    Result,
    Uncertainty,
)
from traceability.resolution import results_for
from traceability.verdict import Code, Finding, Severity, about

_K_OF_COMPARISON = 2  # U is taken at k = 2 when it is compared with a permissible error (JJF 1094-2002, 5.3.1; SEMANTICS 3.7).


class Spread(NamedTuple):
    """A magnitude with its sort: u in base units of a dimension, or in parts of one of the measured value."""

    sort: str
    u: Fraction


def spread_of(uncertainty: Uncertainty | None, result_unit: str) -> Spread | None:
    """The standard uncertainty u = U/k; None without U or without k."""
    if uncertainty is None or uncertainty.k is None:
        return None
    return _spread(uncertainty.value, uncertainty.unit, uncertainty.k, result_unit)


def of_results(policy: Policy, certificate: Certificate) -> Iterator[Finding]:
    """What the results show by themselves: U missing, k missing, too large for the permissible error, error beyond it."""
    for result in certificate.results:
        if _is_uncertainty_missing(certificate, result):
            yield about(certificate, Code.NO_UNCERTAINTY, Severity.CONDITION, quantity=result.quantity)
        if result.uncertainty is not None and result.uncertainty.k is None:
            yield about(certificate, Code.NO_COVERAGE_FACTOR, Severity.INDETERMINATE, quantity=result.quantity)
        yield from _conformity(policy, certificate, result)


def growth(policy: Policy, certificate: Certificate, reference: Reference, found: Certificate) -> Iterator[Finding]:
    """UNCERTAINTY_NOT_INCREASING: u below the u of the reference it rests on (VIM 2.42). Equal is a note."""
    if policy.uncertainty_growth is Consequence.IGNORE or reference.quantity is None or found.outcome is Outcome.FAIL:
        return
    purpose = Purpose(quantity=reference.quantity)
    own, upper = smallest_spreads(results_for(certificate, purpose)), smallest_spreads(results_for(found, purpose))
    facts = {"quantity": reference.quantity, "reference": found.number}
    for sort in sorted(own.keys() & upper.keys()):
        if own[sort] < upper[sort]:
            severity = Severity(policy.uncertainty_growth.value)
            yield about(certificate, Code.UNCERTAINTY_NOT_INCREASING, severity, **facts)
        elif own[sort] == upper[sort]:
            yield about(certificate, Code.UNCERTAINTY_EQUAL, Severity.NOTE, **facts)
    if own and upper and not own.keys() & upper.keys():
        yield about(certificate, Code.NOT_COMPARED, Severity.NOTE, against="reference", **facts)


@lru_cache(maxsize=65536)  # As in quantities.
def _spread(value: Decimal, unit: str, k: Decimal, result_unit: str) -> Spread:
    return Spread(sort_of(unit, result_unit), difference(Amount(value=value, unit=unit)) / Fraction(k))


def _is_uncertainty_missing(certificate: Certificate, result: Result) -> bool:
    if result.uncertainty is not None:
        return False
    return certificate.kind is not CertificateKind.VERIFICATION or result.max_permissible_error is None


def _conformity(policy: Policy, certificate: Certificate, result: Result) -> Iterator[Finding]:
    """ACCURACY_RATIO and ERROR_EXCEEDS_MPE of one result (JJF 1094-2002, 5.3): accept, reject, or 待定 in the guard zone."""
    permitted = result.max_permissible_error
    if permitted is None:
        return
    limit = _size_of(permitted.value, permitted.unit, result.unit)
    error = None if result.error is None else _size_of(result.error.value, result.error.unit, result.unit)
    has_error = error is not None and error.sort == limit.sort
    size = error.u if error is not None else Fraction(0)
    spread = spread_of(result.uncertainty, result.unit)
    is_comparable = spread is not None and spread.sort == limit.sort
    facts = {"quantity": result.quantity, "ratio": policy.max_uncertainty_ratio}
    if (
        spread is not None
        and is_comparable
        and _needs_guard_band(result.uncertainty, permitted, result.unit, policy.uncertainty_ratio)
    ):
        severity = _zone(size, limit.u, spread.u * _K_OF_COMPARISON) if has_error else Severity.CONDITION
        if severity is not None:
            yield about(certificate, Code.ACCURACY_RATIO, severity, **facts)
    elif has_error and size > limit.u and certificate.outcome is Outcome.PASS:
        yield about(certificate, Code.ERROR_EXCEEDS_MPE, Severity.FAIL, **facts)
    if (spread is not None and not is_comparable) or (error is not None and not has_error):
        yield about(certificate, Code.NOT_COMPARED, Severity.NOTE, against="max_permissible_error", **facts)


@lru_cache(maxsize=65536)  # What a laboratory can do and what a class permits repeat from certificate to certificate.
def _needs_guard_band(uncertainty: Uncertainty | None, limit: Amount, result_unit: str, ratio: Fraction) -> bool:
    """Whether U, at k = 2, is larger than its share of the permissible error; both are of one sort."""
    spread = spread_of(uncertainty, result_unit)
    return spread is not None and spread.u * _K_OF_COMPARISON > ratio * difference(limit)


def _zone(size: Fraction, limit: Fraction, expanded: Fraction) -> Severity | None:
    """Where |error| lies: inside the limit less U (nothing), outside the limit and U (fail), or between (待定)."""
    if size <= limit - expanded:
        return None
    return Severity.FAIL if size >= limit + expanded else Severity.INDETERMINATE


@lru_cache(maxsize=65536)  # As in quantities.
def _size_of(value: Decimal, unit: str, result_unit: str) -> Spread:
    """The size of an error, or of what is permitted, without its sign."""
    return Spread(sort_of(unit, result_unit), abs(difference(Amount(value=value, unit=unit))))


def smallest_spreads(results: Iterable[Result]) -> dict[str, Fraction]:
    """The smallest u of the results, by sort."""
    smallest: dict[str, Fraction] = {}
    for result in results:
        spread = spread_of(result.uncertainty, result.unit)
        if spread is not None:
            smallest[spread.sort] = min(spread.u, smallest.get(spread.sort, spread.u))
    return smallest
