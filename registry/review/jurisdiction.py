"""Who organizes the review of a unit: derived from the rule in force on the day, never stored.

The thresholds are inclusive (民法典 1259: 以上 holds the number itself). What counts is the consumption of the last closed
year; an older one is no substitute, so where it is not told nothing is decided.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import msgspec

from registry.review.facts import Basis, Consumption, KeyStatus, Unit

FORMAT = "review-jurisdiction/1"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class Area(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A district, or a special bureau that counts as one."""

    code: str
    zh: str
    en: str
    is_special: bool = False


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Consumptions from one number, included, to another, excluded, and who organizes the review of such units."""

    start: Decimal = msgspec.field(name="from")
    below: Decimal | None = None
    organizer: Literal["city", "area"]
    needs_key: bool

    def holds(self, tce: Decimal) -> bool:
        """Whether a consumption lies in the band."""
        return self.start <= tce and (self.below is None or tce < self.below)


class JurisdictionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition of the rule, with its source and how sure we are of it."""

    format: Literal["review-jurisdiction/1"]
    id: str
    title: Words
    source: str
    confidence: str
    in_force_from: date
    in_force_until: date | None = None
    bands: tuple[Band, ...]
    city: Words
    support: Words
    enforcement: Words
    areas: tuple[Area, ...]

    def area(self, code: str) -> Area | None:
        """The area with this code."""
        return next((area for area in self.areas if area.code == code), None)


class Organizer(StrEnum):
    """Who organizes the review of a unit."""

    CITY = "city"
    AREA = "area"
    NOBODY = "nobody"
    UNDECIDED = "undecided"


class Ground(StrEnum):
    """Why."""

    BAND = "band"  # The consumption lies in a band.
    BELOW = "below"  # It lies below all of them.
    NOT_KEY = "not_key"  # It lies in a band for key units alone, and the unit is none.
    NO_RULE = "no_rule"  # No rule is in force on the day.
    NO_CONSUMPTION = "no_consumption"  # That of the last closed year is not told.
    UNKNOWN_AREA = "unknown_area"  # The rule does not know the unit's area.


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """Who organizes, why, and on what that rests: rule, year, consumption with its basis. `area`: who goes there."""

    organizer: Organizer
    ground: Ground
    rule: str | None
    area: str
    year: int
    tce: Decimal | None
    basis: Basis | None


def last_closed_year(day: date) -> int:
    """The year before that of the day."""
    return day.year - 1


def rule_in_force(rules: Iterable[JurisdictionRule], day: date) -> JurisdictionRule | None:
    """The rule in force on a day: of several, the one that came into force last."""
    in_force = [
        rule for rule in rules if rule.in_force_from <= day and (rule.in_force_until is None or day <= rule.in_force_until)
    ]
    return max(in_force, key=lambda rule: (rule.in_force_from, rule.id), default=None)


def jurisdiction_of(rule: JurisdictionRule | None, unit: Unit, consumptions: Iterable[Consumption], day: date) -> Jurisdiction:
    """Who organizes the review of a unit on a day, by the rule in force on it and the consumption of the last closed year."""
    year = last_closed_year(day)
    consumption = next((each for each in consumptions if each.year == year), None)
    organizer, ground = _decided(rule, unit, consumption)
    return Jurisdiction(
        organizer=organizer,
        ground=ground,
        rule=None if rule is None else rule.id,
        area=unit.area,
        year=year,
        tce=None if consumption is None else consumption.tce,
        basis=None if consumption is None else consumption.basis,
    )


def _decided(rule: JurisdictionRule | None, unit: Unit, consumption: Consumption | None) -> tuple[Organizer, Ground]:
    if rule is None:
        return Organizer.UNDECIDED, Ground.NO_RULE
    if rule.area(unit.area) is None:
        return Organizer.UNDECIDED, Ground.UNKNOWN_AREA
    if consumption is None:
        return Organizer.UNDECIDED, Ground.NO_CONSUMPTION
    band = next((band for band in rule.bands if band.holds(consumption.tce)), None)
    if band is None:
        return Organizer.NOBODY, Ground.BELOW
    if band.needs_key and unit.key is KeyStatus.NONE:
        return Organizer.NOBODY, Ground.NOT_KEY
    return Organizer(band.organizer), Ground.BAND
