"""What repeats among certificates and references, and what the rules of the core say of it: once for each distinct value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from traceability.fleet import loops
from traceability.fleet.codes import offsets_of
from traceability.fleet.columns import Array, Capability
from traceability.quantities import has_bound, same_dimension
from traceability.records import (
    Amount,
    Certificate,
    CertificateKind,
    Competence,
    Outcome,
    Purpose,
    Result,
    Scheme,
    Scope,
    Uncertainty,
)
from traceability.resolution import covers, results_for
from traceability.rules import competence, uncertainty

Row = tuple[Any, ...]
BARE = 7  # So many texts at the beginning of the row of a result are not about errors.
_SCHEMES = tuple(Scheme)
_ANY_DAY = date(2000, 1, 1)


def template(results: tuple[Result, ...], kind: CertificateKind, outcome: Outcome = Outcome.PASS) -> Certificate:
    """A certificate with the results, for rules that look at nothing else of it."""
    return Certificate(
        id="-", number="-", kind=kind, issuer="-", item="-", calibrated_on=_ANY_DAY, issued_on=_ANY_DAY, outcome=outcome,
        results=results,
    )  # fmt: skip


def result(row: Row) -> Result:
    """The result that a row of text states."""
    quantity, unit, low, high, value, value_unit, k, error, error_unit, permissible, permissible_unit = row
    stated = None if value is None else _uncertainty(value, value_unit, k)
    return Result(
        quantity=quantity,
        unit=unit,
        low=_decimal(low),
        high=_decimal(high),
        uncertainty=stated,
        error=_amount(error, error_unit),
        max_permissible_error=_amount(permissible, permissible_unit),
    )


def purpose(row: Row) -> Purpose:
    """The purpose that a row of text states."""
    quantity, unit, low, high = row
    return Purpose(quantity=quantity, unit=unit, low=_decimal(low), high=_decimal(high))


def scope(row: Row) -> Scope:
    """The row of a scope that a row of text states."""
    quantity, unit, low, high, value, best_unit, k = row
    best = None if value is None else _uncertainty(value, best_unit, k)
    return Scope(quantity=quantity, unit=unit, low=_decimal(low), high=_decimal(high), best_uncertainty=best)


@lru_cache(maxsize=4096)
def bare_result(row: Row) -> Result:
    """The result without errors (without_errors) that the beginning of a row states, its texts before BARE."""
    return result((*row, None, None, None, None))


def without_errors(shape: tuple[Result, ...]) -> tuple[Result, ...]:
    """The results without what concerns only themselves: what purposes, competence and growth look at."""
    return tuple(msgspec.structs.replace(each, error=None, max_permissible_error=None) for each in shape)


def relation(results: tuple[Result, ...], asked: Purpose) -> int:
    """What a certificate with the results says for a purpose (certificate_in_force, validity): RELATION_…"""
    certificate = template(results, CertificateKind.CALIBRATION)
    speaking = results_for(certificate, asked)
    bits = loops.RELATION_REPORTS if asked.quantity is None or speaking else 0
    if not has_bound(asked):
        return bits
    if covers(certificate, asked):
        return bits | loops.RELATION_COVERS
    if not results:
        return bits
    fits = any(same_dimension(each.unit, asked.unit or "") for each in speaking)
    return bits | (loops.RELATION_OUTSIDE if fits else loops.RELATION_MISMATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreads:
    """The smallest standard uncertainties of lists of results by quantity, as the columns of the same names have them."""

    plain_offset: Array
    plain_quantity: Array
    plain_spread: Array
    spread_offset: Array
    spread_sort: Array
    spread_rank: Array


def spreads(plains: Sequence[tuple[Result, ...]], quantities: dict[str, int]) -> Spreads:
    """For each list of results and each of the quantities in it that are asked for: u by sort, ranked among all of the sort."""
    sets: dict[tuple[tuple[str, Fraction], ...], int] = {}
    by_plain = [list(_spreads_of(plain, quantities, sets)) for plain in plains]
    sorts = {sort: number for number, sort in enumerate(sorted({sort for each in sets for sort, _ in each}))}
    values = {sort: sorted({u for each in sets for of, u in each if of == sort}) for sort in sorts}
    ranks = {(sort, u): rank for sort, us in values.items() for rank, u in enumerate(us)}
    return Spreads(
        plain_offset=offsets_of(np.array([len(each) for each in by_plain], np.int64)),
        plain_quantity=np.array([quantity for each in by_plain for quantity, _ in each]),
        plain_spread=np.array([number for each in by_plain for _, number in each]),
        spread_offset=offsets_of(np.array([len(each) for each in sets], np.int64)),
        spread_sort=np.array([sorts[sort] for each in sets for sort, _ in each]),
        spread_rank=np.array([ranks[entry] for each in sets for entry in each]),
    )


def _spreads_of(
    plain: tuple[Result, ...], quantities: dict[str, int], sets: dict[tuple[tuple[str, Fraction], ...], int]
) -> Iterable[tuple[int, int]]:
    for quantity in dict.fromkeys(each.quantity for each in plain):
        if quantity in quantities:
            smallest = uncertainty.smallest_spreads(each for each in plain if each.quantity == quantity)
            if smallest:
                yield quantities[quantity], sets.setdefault(tuple(sorted(smallest.items())), len(sets))


InForce = frozenset[tuple[Scheme, tuple[Scope, ...]]]


def capability(in_force: InForce, results: tuple[Result, ...]) -> Capability:
    """What competences in force make of results, scheme by scheme."""
    covering, not_better = [], []
    for each in results:
        covering_schemes = not_better_schemes = 0
        for scheme, rows in in_force:
            bit = 1 << _SCHEMES.index(scheme)
            for row in rows:
                is_covered, is_better = _compared(row, each)
                covering_schemes |= bit if is_covered else 0
                not_better_schemes |= bit if is_covered and not is_better else 0
        covering.append(covering_schemes)
        not_better.append(not_better_schemes)
    present = sum({1 << _SCHEMES.index(scheme) for scheme, _ in in_force})
    return Capability(present, tuple(covering), tuple(not_better))


def scheme_bits(schemes: Iterable[Scheme]) -> int:
    """Schemes as in a Capability."""
    return sum(1 << _SCHEMES.index(scheme) for scheme in set(schemes))


def calendar_of(competences: Sequence[Competence]) -> list[tuple[date, InForce]]:
    """From which day on which competences of an organization are in force; nothing before the first day."""
    days = {each.valid_from for each in competences}
    days |= {_next(each.valid_until) for each in competences if each.valid_until is not None}
    for suspension in (period for each in competences for period in each.suspensions):
        days |= {suspension.start} | ({_next(suspension.until)} if suspension.until is not None else set())
    return [
        (day, frozenset((each.scheme, each.scope) for each in competences if each.is_in_force(day))) for day in sorted(days)
    ]


@lru_cache(maxsize=65536)
def _compared(row: Scope, each: Result) -> tuple[bool, bool]:
    if not competence.is_covering(row, each):
        return False, False
    return True, competence.claims_better(each, row)


def _next(day: date) -> date:
    return date.fromordinal(min(day.toordinal() + 1, date.max.toordinal()))


# What results are made of repeats far more than results do.
@lru_cache(maxsize=65536)
def _uncertainty(value: str, unit: str, k: str | None) -> Uncertainty:
    return Uncertainty(value=Decimal(value), unit=unit, k=_decimal(k))


def _amount(value: str | None, unit: str) -> Amount | None:
    return None if value is None else _some_amount(value, unit)


@lru_cache(maxsize=65536)
def _some_amount(value: str, unit: str) -> Amount:
    return Amount(value=Decimal(value), unit=unit)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
