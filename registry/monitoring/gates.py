"""The supplier's gate readings beside the unit's, month by month, within the tolerance of the edition."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from registry.monitoring.months import months_of, unit_for, whole_months
from registry.monitoring.rules import MonitoringRule
from traceability.accounting import Reading


class GateOutcome(StrEnum):
    """What comparing one month comes to."""

    SAME = "same"  # Within the tolerance.
    DIFFERS = "differs"
    INCOMPLETE = "incomplete"  # Not each day of the month was read on both sides.
    NOT_SHARED = "not_shared"  # The supplier's readings are not open to the unit.
    NOT_COMPARABLE = "not_comparable"  # Units of another dimension, or an edition without a number.


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePair:
    """What a supplier delivers of an energy: the unit's own points, and the supplier's gate points that the unit may read."""

    supplier: str
    energy: str
    own_points: tuple[str, ...]
    gate_points: tuple[str, ...]
    is_shared: bool  # Whether each of the gates is.


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMonth:
    """One month of a pair. `percent`: by how much the unit's sum differs from the supplier's."""

    pair: GatePair
    month: date
    unit: str | None
    own: Fraction | None
    gate: Fraction | None
    percent: Fraction | None
    tolerance: Decimal | None
    outcome: GateOutcome

    @property
    def subject(self) -> str:
        """By which it is found again; it ends with the month."""
        return f"{self.pair.supplier}/{self.pair.energy}/{self.month:%Y-%m}"


def gate_months(
    pairs: Iterable[GatePair], readings: Mapping[str, Sequence[Reading]], rule: MonitoringRule, start: date, until: date
) -> tuple[GateMonth, ...]:
    """Each whole month of a period, pair by pair."""
    found = []
    for pair in pairs:
        of_points = {point: readings.get(point, ()) for point in (*pair.own_points, *pair.gate_points)}
        units = {each.unit for of_point in of_points.values() for each in of_point}
        unit = unit_for(units)
        months = {} if unit is None else {point: _whole(of_point, unit) for point, of_point in of_points.items()}
        is_mixed = unit is None and bool(units)
        found += [_compared(pair, month, unit, months, rule, is_mixed=is_mixed) for month in whole_months(start, until)]
    return tuple(found)


def _whole(readings: Sequence[Reading], unit: str) -> dict[date, Fraction]:
    return {month.first: month.use for month in months_of(readings, unit)[1] if month.is_whole}


def _compared(
    pair: GatePair,
    month: date,
    unit: str | None,
    months: Mapping[str, Mapping[date, Fraction]],
    rule: MonitoringRule,
    *,
    is_mixed: bool,
) -> GateMonth:
    tolerance = rule.tolerance(pair.energy)
    own = _sum(pair.own_points, month, months)
    gate = _sum(pair.gate_points, month, months) if pair.is_shared else None
    percent = None
    if not pair.is_shared:
        outcome = GateOutcome.NOT_SHARED
    elif is_mixed or tolerance is None:
        outcome = GateOutcome.NOT_COMPARABLE
    elif own is None or gate is None:
        outcome = GateOutcome.INCOMPLETE
    else:
        # Of nothing delivered nothing may differ; what does is then all of what the unit read.
        base = gate or own
        percent = 100 * (own - gate) / base if base else Fraction(0)
        outcome = GateOutcome.DIFFERS if abs(percent) > tolerance else GateOutcome.SAME
    return GateMonth(
        pair=pair, month=month, unit=unit, own=own, gate=gate, percent=percent, tolerance=tolerance, outcome=outcome
    )


def _sum(points: Sequence[str], month: date, months: Mapping[str, Mapping[date, Fraction]]) -> Fraction | None:
    """What all the points read in a month; None where there are none, or one of them did not read each day."""
    uses = [months.get(point, {}).get(month) for point in points]
    return None if not uses or None in uses else sum((use for use in uses if use is not None), start=Fraction(0))
