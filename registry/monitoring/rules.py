"""What counts as a difference, as doubtful data, and as a forecast: thresholds as data, in editions by day.

None of these numbers is of a law that was read; each edition says where it has them from. A regulator of the whole city brings
others (registry.usecases.review_editions).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from registry.monitoring.differences import DifferenceCode
from registry.review.jurisdiction import Words

FORMAT = "review-monitoring/1"
_Days = Annotated[int, msgspec.Meta(ge=0, le=3660)]
_Many = Annotated[int, msgspec.Meta(ge=1, le=1200)]


class GateTolerance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By how much of the supplier's reading the unit's may differ in a month, in percent; without energies of all others."""

    energies: tuple[str, ...] = ()
    percent: Decimal


class Duty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to settle a difference, and within how many days; without codes all others."""

    codes: tuple[DifferenceCode, ...] = ()
    owner: Literal["unit", "supplier"] = "unit"
    days: _Days


class UploadRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`silent_days`: so long may nothing come of a connected point. `percent`: by so much it may differ from our reading."""

    silent_days: _Days
    percent: Decimal


class QualityRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a daily value is doubtful.

    `stuck_days`: the same use, not nothing, on so many days in a row. `jump_mads`: so many times the median absolute deviation
    away from the median of the days around, within `jump_window` days on both sides, of which `jump_least` must be there;
    `jump_percent`: and at least so much of the median, as steady days have next to no deviation. `late_days`: so long after its
    end a value may come. `rollover_percent`: a register that falls rolled over when it stood above so much of its end, and is
    below the rest of it.
    """

    stuck_days: _Many
    jump_mads: Decimal
    jump_window: _Many
    jump_least: _Many
    jump_percent: Decimal
    late_days: _Days
    rollover_percent: Decimal


class ForecastRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`least_months`: so many whole months are needed at all; `seasonal_months`: and so many for the shape of a year.

    `ahead`: months that are told. `held_back`: the last so many months are forecast from what was before, to show the error.
    `confidence_percent`: of the prediction interval.
    """

    least_months: _Many
    seasonal_months: _Many
    ahead: _Many
    held_back: _Many
    confidence_percent: Decimal


class MonitoringRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition. `next_days`: how many days after our last valid day the next calibration may be dated."""

    format: Literal["review-monitoring/1"]
    id: str
    title: Words
    source: str
    confidence: Words
    in_force_from: date
    in_force_until: date | None = None
    next_days: tuple[int, ...]
    gates: tuple[GateTolerance, ...]
    duties: tuple[Duty, ...]
    upload: UploadRule
    quality: QualityRule
    forecast: ForecastRule

    def tolerance(self, energy: str) -> Decimal | None:
        """By how much two gate readings of an energy may differ, in percent; None where the edition has no number."""
        wanted = energy.strip().casefold()
        named = (each for each in self.gates if wanted in {name.casefold() for name in each.energies})
        others = (each for each in self.gates if not each.energies)
        return next((each.percent for each in (*named, *others)), None)

    def duty(self, code: DifferenceCode) -> Duty:
        """Who is to settle a difference, and by when."""
        named = (each for each in self.duties if code in each.codes)
        others = (each for each in self.duties if not each.codes)
        return next((each for each in (*named, *others)), Duty(days=0))


def rule_on(rules: Iterable[MonitoringRule], day: date) -> MonitoringRule | None:
    """The edition in force on a day, the latest of several."""
    in_force = [
        rule for rule in rules if rule.in_force_from <= day and (rule.in_force_until is None or day <= rule.in_force_until)
    ]
    return max(in_force, key=lambda rule: (rule.in_force_from, rule.id), default=None)
