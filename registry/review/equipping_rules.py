"""Rules of equipping as data: what is to be metered, at what rate, how accurately. Editions by standard, sector and day.

GB 17167 and its sector standards have four tables: from which demand on a sub-unit (1) or a device (2) is to be metered, the
rate of equipping by energy and level (3), and accuracy classes (4). An edition may be known of and its tables not: it then is
in force without tables, and figures by the one before decide nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from registry.review.facts import Quantity
from registry.review.jurisdiction import Words
from traceability.quantities import same_dimension, unit_of

FORMAT = "review-equipping/1"
_LEVEL = msgspec.Meta(ge=1, le=3)


class EnergyClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the rate table, and how energies of it are called in records."""

    id: str
    zh: str
    en: str
    names: tuple[str, ...]


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this demand on, included, a place of the level is to be metered."""

    energy: str
    level: Annotated[int, _LEVEL]
    at_least: Quantity


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rate of equipping that is asked for, in percent."""

    energy: str
    level: Annotated[int, _LEVEL]
    at_least: Decimal


class AccuracyRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The worst accuracy class that a meter of a category may have. What is left empty is for all."""

    category: str
    zh: str
    en: str
    energies: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    diameter_over: int | None = None
    diameter_up_to: int | None = None
    at_worst: str


class EquippingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition. `industries`: beginnings of GB/T 4754 codes that it is for; empty for all. `id`: the same replaces."""

    format: Literal["review-equipping/1"]
    id: str
    standard: str
    title: Words
    source: str
    confidence: Words
    in_force_from: date
    in_force_until: date | None = None
    industries: tuple[str, ...] = ()
    energies: tuple[EnergyClass, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    rates: tuple[Rate, ...] = ()
    accuracies: tuple[AccuracyRow, ...] = ()

    @property
    def has_tables(self) -> bool:
        """Whether its tables are known."""
        return bool(self.rates)

    def energy(self, name: str | None) -> str | None:
        """The row of the rate table that an energy belongs to, as records call it; None for one that it does not name."""
        wanted = (name or "").strip().casefold()
        return next((row.id for row in self.energies if wanted in {row.id, *(each.casefold() for each in row.names)}), None)

    def rate(self, energy: str, level: int) -> Decimal | None:
        """The rate asked for, in percent; None where the table has no number."""
        return next((row.at_least for row in self.rates if (row.energy, row.level) == (energy, level)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The edition in force on a day for an industry, and the one whose tables are used: they differ where it has none."""

    in_force: EquippingRule
    used: EquippingRule

    @property
    def decides(self) -> bool:
        """Whether the figures say anything about the rule in force."""
        return self.in_force.id == self.used.id


def choose(rules: Iterable[EquippingRule], industry: str, day: date) -> Choice | None:
    """The edition for an industry on a day: one for its sector before one for all, a longer code first, then the latest.

    None where none with tables has come into force.
    """
    begun = [rule for rule in rules if rule.in_force_from <= day and _fit(rule, industry) >= 0]
    in_force = [rule for rule in begun if rule.in_force_until is None or day <= rule.in_force_until]
    best = max(in_force, key=lambda rule: (_fit(rule, industry), rule.in_force_from, rule.id), default=None)
    if best is None:
        return None
    if best.has_tables:
        return Choice(in_force=best, used=best)
    fallback = [rule for rule in begun if rule.has_tables and _fit(rule, industry) <= _fit(best, industry)]
    used = max(fallback, key=lambda rule: (_fit(rule, industry), rule.in_force_from, rule.id), default=None)
    return None if used is None else Choice(in_force=best, used=used)


def reaches(demand: Quantity, thresholds: Iterable[Threshold]) -> bool | None:
    """Whether a demand reaches one of the thresholds of its dimension; None where none has it."""
    comparable = [each.at_least for each in thresholds if same_dimension(each.at_least.unit, demand.unit)]
    if not comparable:
        return None
    return any(_in_base_units(demand) >= _in_base_units(each) for each in comparable)


def thresholds_for(rule: EquippingRule, energy: str | None, level: int) -> list[Threshold]:
    """The thresholds of an edition for a row of its rate table and a level."""
    return [each for each in rule.thresholds if (each.energy, each.level) == (energy, level)]


def class_rank(text: str) -> tuple[Decimal, int] | None:
    """The place of an accuracy class in the order 0.1 < 0.2S < 0.2 < 0.5S < 0.5 < 1 < 2; None for what is no class."""
    plain = text.strip().upper().removesuffix("级").removesuffix("%").strip()
    number, is_special = plain.removesuffix("S"), plain.endswith("S")
    if not number.replace(".", "", 1).isdecimal() or not number.isascii():
        return None
    return Decimal(number), 0 if is_special else 1


def _fit(rule: EquippingRule, industry: str) -> int:
    """How closely an edition is for an industry: the length of the code, 0 for one that is for all, -1 for one that is not."""
    if not rule.industries:
        return 0
    return max((len(code) for code in rule.industries if industry.startswith(code)), default=-1)


def _in_base_units(quantity: Quantity) -> Fraction:
    return Fraction(quantity.value) * unit_of(quantity.unit).factor
