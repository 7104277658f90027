"""Bottles of reference gas: three values, a primary set every year, a working set for each laboratory every half-year."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from seed_data.city.catalogue import CO2, GAS_VALUES, PRIMARY_GAS, WORKING_GAS
from seed_data.city.organizations import FOREIGN_INSTITUTE, NATIONAL_INSTITUTE
from seed_data.city.plan import Laboratory, Plan
from seed_data.city.standards import anchor_id
from traceability.periods import last_day_of_interval
from traceability.records import Certificate, CertificateKind, Item, ItemKind, Reference, Result, Uncertainty

FOREIGN_ANCHOR = f"{CO2.code}0-NL"

_PRIMARY_MONTHS, _WORKING_MONTHS = 24, 12  # Shelf lives.
_YEARS_BACK = 6
_CERTIFIED_BEFORE = timedelta(days=15)  # A set is bought before the half-year in which it is used.
_IMPORTED = 0.05  # Share of working sets that come from abroad.


class Bottle(NamedTuple):
    """A reference material: its value, who certified it when and against what."""

    id: str
    value: str
    uncertainty: str
    certified_on: date
    months: int
    issuer: str
    reference: str


def foreign_anchor() -> Item:
    """The national standard of another country, for imported gases."""
    name = "境外二氧化碳气体基准 / Foreign national standard of carbon dioxide"
    return Item(id=FOREIGN_ANCHOR, kind=ItemKind.NATIONAL_STANDARD, name=name, country="NL")


def primary_bottles(plan: Plan) -> Iterator[Bottle]:
    """The national institute's bottles, year by year."""
    for year in range(plan.today.year - _YEARS_BACK - 1, plan.today.year + 1):
        certified_on = date(year, 1, 1)
        if certified_on >= plan.today:
            continue
        for value, identifier in zip(GAS_VALUES, _primary_ids(year), strict=True):
            anchor = anchor_id(CO2)
            yield Bottle(identifier, value, PRIMARY_GAS, certified_on, _PRIMARY_MONTHS, NATIONAL_INSTITUTE, anchor)


def working_bottles(plan: Plan, laboratory: Laboratory) -> Iterator[Bottle]:
    """A laboratory's bottles, half-year by half-year up to today."""
    producer = f"R-{1 + laboratory.number % plan.institutes}"
    for year in range(plan.today.year - _YEARS_BACK, plan.today.year + 1):
        for month in (1, 7):
            certified_on = date(year, month, 1) - _CERTIFIED_BEFORE
            if certified_on >= plan.today:
                continue
            issuer, references = producer, _primary_ids(certified_on.year)
            if plan.chance(laboratory.id, certified_on, "imported") < _IMPORTED:
                issuer, references = FOREIGN_INSTITUTE, (FOREIGN_ANCHOR,) * len(GAS_VALUES)
            for value, identifier, reference in zip(
                GAS_VALUES, bottle_ids(laboratory, date(year, month, 1)), references, strict=True
            ):
                yield Bottle(identifier, value, WORKING_GAS, certified_on, _WORKING_MONTHS, issuer, reference)


def bottle_ids(laboratory: Laboratory, day: date) -> tuple[str, ...]:
    """The set that a laboratory uses on a day: that of the half-year."""
    half = "a" if day.month <= 6 else "b"
    return tuple(f"C2-{laboratory.number}-{day.year}{half}{index}" for index in range(1, len(GAS_VALUES) + 1))


def item_of(bottle: Bottle) -> Item:
    """The bottle as an item."""
    name = f"二氧化碳标准气体 {bottle.value} mol/mol / Reference gas CO2 {bottle.value} mol/mol"
    return Item(id=bottle.id, kind=ItemKind.REFERENCE_MATERIAL, name=name, serial=f"SYN-{bottle.id}")


def certificate_of(bottle: Bottle) -> Certificate:
    """The one certificate of a bottle."""
    value = Decimal(bottle.value)
    uncertainty = Uncertainty(value=Decimal(bottle.uncertainty), unit="%", k=Decimal(2))
    return Certificate(
        id=f"{bottle.id}-c",
        number=f"SYN-{bottle.certified_on.year}-{bottle.id}",
        kind=CertificateKind.REFERENCE_MATERIAL,
        issuer=bottle.issuer,
        item=bottle.id,
        serial=f"SYN-{bottle.id}",
        calibrated_on=bottle.certified_on,
        issued_on=bottle.certified_on,
        valid_until=last_day_of_interval(bottle.certified_on, bottle.months),
        results=(Result(quantity=CO2.name, unit=CO2.unit, low=value, high=value, uncertainty=uncertainty),),
        references=(Reference(item=bottle.reference, quantity=CO2.name),),
    )


def _primary_ids(year: int) -> tuple[str, ...]:
    return tuple(f"C1-{year}-{index}" for index in range(1, len(GAS_VALUES) + 1))
