"""Distinct quantities, ranges and uncertainties of a registry, and tables of whole numbers that order them exactly.

A registry has millions of results but few distinct ones. Each distinct value is read once by the exact functions of
`quantities`; all bounds in base units are then ranked together as fractions, and so are all standard uncertainties. A rank
compares like the fraction it stands for, so a comparison of ranks is the comparison of the exact values: no verdict can change
(decision 0010). Bounds are compared within one dimension only, uncertainties within one sort only.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from traceability.fleet.days import BEFORE_ALL, NEVER
from traceability.fleet.layout import (
    NONE,
    PARTS,
    PURPOSE,
    RESULT,
    SCOPE,
    Bytes,
    Ints,
    Table,
    table_of,
)
from traceability.quantities import PERCENT, unit_of
from traceability.records import Amount, CertificateKind, Outcome, Uncertainty
from traceability.rules.uncertainty import Spread, spread_of

T = TypeVar("T", bound=Hashable)

LOWEST, HIGHEST = BEFORE_ALL, NEVER  # Ranks of a missing bound: below and above every bound.

Range = tuple[str | None, Decimal | None, Decimal | None]  # unit, low, high
Claim = tuple[int, int, int]  # quantity, range, spread: what competence, purposes and growth see of a result.
Statement = tuple[str, CertificateKind, Outcome, Uncertainty | None, Amount | None, Amount | None]


class Codes(Generic[T]):
    """Values numbered in the order in which they were first met."""

    def __init__(self, values: Iterable[T] = ()) -> None:
        self.values: list[T] = []
        self._codes: dict[T, int] = {}
        for value in values:
            self.code(value)

    def __len__(self) -> int:
        return len(self.values)

    def code(self, value: T) -> int:
        """The number of the value, a new one when it is new."""
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
        return code

    def get(self, value: T) -> int:
        """The number of the value; NONE when it was never met."""
        return self._codes.get(value, NONE)


class Tables(NamedTuple):
    """The distinct values as whole numbers. The rows are described in `layout.py`."""

    purposes: Table  # By purpose code; behind them the lists of more than one purpose, written out.
    lists: Table  # By list code the rows of `purposes`.
    profiles: Table  # By profile code the rows of `results`.
    results: Table
    scopes: Table


@dataclass(slots=True)
class Shapes:
    """The distinct values met so far; codes never change, the ranks in `tables` do when a new value is met."""

    quantities: Codes[str] = field(default_factory=Codes)
    ranges: Codes[Range] = field(default_factory=Codes)
    spreads: Codes[tuple[str, Uncertainty]] = field(default_factory=Codes)
    profiles: Codes[tuple[Claim, ...]] = field(default_factory=Codes)
    statements: Codes[Statement] = field(default_factory=Codes)
    conformities: Codes[tuple[int, ...]] = field(default_factory=Codes)
    purposes: Codes[tuple[int, int]] = field(default_factory=lambda: Codes([(NONE, NONE)]))
    lists: Codes[tuple[int, ...]] = field(default_factory=lambda: Codes([(0,)]))
    scopes: Codes[tuple[int, int, Uncertainty | None]] = field(default_factory=Codes)

    def purpose(self, quantity: str | None, unit: str | None, low: Decimal | None, high: Decimal | None) -> int:
        """The code of a purpose; a unit without a bound asks no range."""
        is_bounded = low is not None or high is not None
        return self.purposes.code(
            (
                NONE if quantity is None else self.quantities.code(quantity),
                self.ranges.code((unit, low, high)) if is_bounded else NONE,
            )
        )

    def claim(self, quantity: str, measured: Range, uncertainty: Uncertainty | None) -> Claim:
        """A result as purposes, scopes and lower certificates see it."""
        unit = measured[0] or ""
        has_spread = uncertainty is not None and uncertainty.k is not None
        spread = self.spreads.code((unit, uncertainty)) if uncertainty is not None and has_spread else NONE
        return self.quantities.code(quantity), self.ranges.code(measured), spread

    def tables(self) -> Tables:
        """All distinct values as whole numbers, ranked among each other."""
        dimensions: Codes[str] = Codes()
        sorts: Codes[str] = Codes()
        ranges = _ranges(self.ranges.values, dimensions)
        bests = [_best_of(best) for _, _, best in self.scopes.values]
        spreads = [_certain(spread_of(stated, unit)) for unit, stated in self.spreads.values]
        ranks = _ranks([spread.u for spread in spreads] + [plain.u for plain, _ in filter(None, bests)])
        known = [(sorts.code(spread.sort), ranks[spread.u]) for spread in spreads]
        listed, lists = _written_out(self.lists.values, len(self.purposes))
        return Tables(
            purposes=_purposes([*self.purposes.values, *(self.purposes.values[each] for each in listed)], ranges),
            lists=_table(PARTS, lists),
            profiles=_parts(self.profiles.values),
            results=_results(self.profiles.values, ranges, known),
            scopes=_scopes(self.scopes.values, bests, ranges, ranks, sorts),
        )


class _Ranges(NamedTuple):
    dimension: Ints
    low: Ints
    high: Ints
    is_bounded: Bytes
    is_percent: Bytes


def _ranges(values: Sequence[Range], dimensions: Codes[str]) -> _Ranges:
    bounds = [(_in_base_units(low, unit), _in_base_units(high, unit)) for unit, low, high in values]
    ranks = _ranks([bound for pair in bounds for bound in pair if bound is not None])
    return _Ranges(
        dimension=_ints([NONE if unit is None else dimensions.code(unit_of(unit).dimension) for unit, _, _ in values]),
        low=_ints([LOWEST if low is None else ranks[low] for low, _ in bounds]),
        high=_ints([HIGHEST if high is None else ranks[high] for _, high in bounds]),
        is_bounded=np.array([low is not None or high is not None for low, high in bounds], dtype=np.uint8),
        is_percent=np.array([unit == PERCENT for unit, _, _ in values], dtype=np.uint8),
    )


def _in_base_units(number: Decimal | None, symbol: str | None) -> Fraction | None:
    if number is None or symbol is None:
        return None
    unit = unit_of(symbol)
    return Fraction(number) * unit.factor + unit.offset


def _ranks(values: list[Fraction]) -> dict[Fraction, int]:
    return {value: rank for rank, value in enumerate(sorted(set(values)))}


def _purposes(values: Sequence[tuple[int, int]], ranges: _Ranges) -> Table:
    measured = _ints([measured for _, measured in values])
    return table_of(
        PURPOSE,
        len(values),
        quantity=_ints([quantity for quantity, _ in values]),
        dimension=_taken(ranges.dimension, measured, NONE),
        low=_taken(ranges.low, measured, LOWEST),
        high=_taken(ranges.high, measured, HIGHEST),
        is_bounded=measured != NONE,
    )


def _written_out(lists: Sequence[tuple[int, ...]], start: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Lists of purposes as rows from `start` on; a list of one purpose is that purpose's own row."""
    listed: list[int] = []
    parts = []
    for purposes in lists:
        first = purposes[0] if len(purposes) == 1 else start + len(listed)
        parts.append((first, first + len(purposes)))
        listed += purposes if len(purposes) > 1 else ()
    return listed, parts


def _results(profiles: Sequence[tuple[Claim, ...]], ranges: _Ranges, spreads: list[tuple[int, int]]) -> Table:
    rows = [row for profile in profiles for row in profile]
    measured = _ints([row[1] for row in rows])
    known = [(NONE, NONE) if spread == NONE else spreads[spread] for _, _, spread in rows]
    return table_of(
        RESULT,
        len(rows),
        quantity=_ints([row[0] for row in rows]),
        sort=_ints([sort for sort, _ in known]),
        u=_ints([u for _, u in known]),
        is_smallest=[is_smallest for profile in profiles for is_smallest in _smallest(profile, spreads)],
        **{name: getattr(ranges, name)[measured] for name in _Ranges._fields},
    )


def _smallest(profile: tuple[Claim, ...], spreads: list[tuple[int, int]]) -> list[bool]:
    """Which results are the first with the smallest u for their quantity and sort."""
    smallest: dict[tuple[int, int], tuple[int, int]] = {}
    for place, (quantity, _, spread) in enumerate(profile):
        if spread != NONE:
            sort, u = spreads[spread]
            smallest[quantity, sort] = min((u, place), smallest.get((quantity, sort), (u, place)))
    places = {place for _, place in smallest.values()}
    return [place in places for place in range(len(profile))]


def _best_of(best: Uncertainty | None) -> tuple[Spread, Spread] | None:
    """The best u of a scope row as compared with a result in another unit than `%`, and with one in `%`."""
    plain, percent = spread_of(best, "1"), spread_of(best, PERCENT)
    return None if plain is None or percent is None else (plain, percent)


def _scopes(
    values: Sequence[tuple[int, int, Uncertainty | None]],
    bests: list[tuple[Spread, Spread] | None],
    ranges: _Ranges,
    ranks: dict[Fraction, int],
    sorts: Codes[str],
) -> Table:
    measured = _ints([measured for _, measured, _ in values])
    return table_of(
        SCOPE,
        len(values),
        quantity=_ints([quantity for quantity, _, _ in values]),
        dimension=ranges.dimension[measured],
        low=ranges.low[measured],
        high=ranges.high[measured],
        sort=_ints([NONE if best is None else sorts.code(best[0].sort) for best in bests]),
        sort_for_percent=_ints([NONE if best is None else sorts.code(best[1].sort) for best in bests]),
        u=_ints([NONE if best is None else ranks[best[0].u] for best in bests]),
    )


def _certain(spread: Spread | None) -> Spread:
    """The spread of an uncertainty with k; only such have a code."""
    assert spread is not None  # noqa: S101 - for the type checker.
    return spread


def _taken(table: Ints, codes: Ints, otherwise: int) -> Ints:
    taken = np.full(len(codes), otherwise, dtype=np.int32)
    taken[codes != NONE] = table[codes[codes != NONE]]
    return taken


def _parts(lists: Sequence[Sequence[Any]]) -> Table:
    """Where each list lies when they are written one behind the other."""
    lengths = np.fromiter((len(each) for each in lists), dtype=np.int32, count=len(lists))
    end = np.cumsum(lengths, dtype=np.int32)
    return table_of(PARTS, len(lists), first=end - lengths, end=end)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int32)


def _table(rows: np.dtype[np.void], values: Sequence[tuple[int, ...]]) -> Table:
    return np.array(list(values), dtype=rows)
