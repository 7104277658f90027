"""The standards of a city: anchors, the rungs below them, and bottles of reference gas, with a certificate for every year.

A standard is calibrated every year on the same day, so that what was in force on a day is a matter of arithmetic. A few
had a bad year: an interim check failed, the certificate was withdrawn, or there was no calibration at all.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from seed_data.city.catalogue import BENCH, MUNICIPAL, NATIONAL, QUANTITIES, RUNGS, WORKING, Product, Quantity
from seed_data.city.organizations import NATIONAL_INSTITUTE
from seed_data.city.plan import Laboratory, Plan, skewed
from traceability.periods import last_day_of_interval
from traceability.records import (
    Certificate,
    CertificateKind,
    Event,
    EventKind,
    Item,
    ItemKind,
    Reference,
    Result,
    Uncertainty,
    Withdrawal,
)

_YEAR = 12  # Months between calibrations of a standard.
# The first certificate of a rung: older than what the rung below it was ever calibrated with.
_YEARS_BACK = {BENCH: 8, WORKING: 9, MUNICIPAL: 10, NATIONAL: 11}
_BAD_YEARS = {BENCH: 0.02, WORKING: 0.015, MUNICIPAL: 0.004, NATIONAL: 0.001}  # Share of standards that had one.
_BAD_WITHIN = 4  # Years, the one of the certificate in force today included.
_WITHOUT_WORKING = 0.3  # Share of laboratories whose benches are calibrated by an institute: one rung less.
_CHECK_BEFORE = 20  # Days before the next calibration at which an interim check fails.


class Trouble(Enum):
    """What was wrong with a standard in its bad year."""

    CHECK_FAILED = auto()
    WITHDRAWN = auto()
    NOT_CALIBRATED = auto()


_TROUBLES = tuple(Trouble)


class Standard(NamedTuple):
    """A standard on a rung, who calibrates it, with which standard, and how its year goes."""

    id: str
    rung: int
    quantity: Quantity
    issuer: str
    reference: str
    month: int
    day: int
    trouble: Trouble | None
    bad_year: int

    def calibrated_in(self, year: int) -> date:
        """The day of its calibration in a year."""
        return date(year, self.month, self.day)

    def year_in_force(self, day: date) -> int:
        """The year of the certificate that is in force on the day."""
        return day.year if (day.month, day.day) >= (self.month, self.day) else day.year - 1


def anchor_id(quantity: Quantity) -> str:
    """The national standard of a quantity."""
    return f"{quantity.code}0"


def reference_standards(plan: Plan) -> Iterator[Standard]:
    """The standards above the laboratories': the national institute's and the municipality's."""
    for quantity in QUANTITIES:
        if not quantity.ladder:
            continue
        national = plan.national_standards(quantity)
        for number in range(1, national + 1):
            identifier = f"{quantity.code}{NATIONAL}-{number}"
            yield _standard(plan, identifier, quantity, NATIONAL, NATIONAL_INSTITUTE, anchor_id(quantity), national)
        municipal = plan.municipal_standards(quantity)
        for number in range(1, municipal + 1):
            identifier = f"{quantity.code}{MUNICIPAL}-{number}"
            above = f"{quantity.code}{NATIONAL}-{1 + skewed(plan.chance(identifier, 'above'), national)}"
            yield _standard(plan, identifier, quantity, MUNICIPAL, NATIONAL_INSTITUTE, above, municipal)


def laboratory_standards(plan: Plan, laboratory: Laboratory) -> Iterator[Standard]:
    """A laboratory's working standards, if it has any, and its benches."""
    for product in laboratory.energy.products:
        if product.quantity.ladder and not _is_without_working(plan, laboratory):
            among = laboratory.working_standards(product)
            for number in range(1, among + 1):
                yield _below_municipal(plan, laboratory, product.quantity, WORKING, number, among)
        yield from benches(plan, laboratory, product)


def benches(plan: Plan, laboratory: Laboratory, product: Product) -> Iterator[Standard]:
    """The benches on which a laboratory verifies a product: calibrated by itself, or by an institute if it has no standards."""
    quantity = product.quantity
    if not quantity.ladder:
        return
    among = laboratory.benches(product)
    for number in range(1, among + 1):
        if _is_without_working(plan, laboratory):
            yield _below_municipal(plan, laboratory, quantity, BENCH, number, among)
            continue
        identifier = f"{quantity.code}{BENCH}-{laboratory.number}-{number}"
        above = 1 + skewed(plan.chance(identifier, "above"), laboratory.working_standards(product))
        reference = f"{quantity.code}{WORKING}-{laboratory.number}-{above}"
        yield _standard(plan, identifier, quantity, BENCH, laboratory.id, reference, among)


def anchors() -> Iterator[Item]:
    """The national standards."""
    for quantity in QUANTITIES:
        name = f"{quantity.zh}国家计量基准 / National standard of {quantity.en}"
        yield Item(id=anchor_id(quantity), kind=ItemKind.NATIONAL_STANDARD, name=name)


def item_of(standard: Standard) -> Item:
    """The standard as an item."""
    zh, en = RUNGS[standard.rung]
    name = f"{standard.quantity.zh}{zh} / {standard.quantity.en}: {en}"
    return Item(id=standard.id, kind=ItemKind.MEASUREMENT_STANDARD, name=name, serial=f"SYN-{standard.id}")


def certificates_of(plan: Plan, standard: Standard) -> Iterator[Certificate]:
    """A calibration for every year up to today, but for the year that was missed."""
    results = (result_of(standard.quantity, standard.rung),)
    unnamed = (Reference(item=standard.reference, quantity=standard.quantity.name),)
    for year in range(plan.today.year - _YEARS_BACK[standard.rung], plan.today.year + 1):
        on = standard.calibrated_in(year)
        is_bad = standard.trouble is not None and year == standard.bad_year
        if on >= plan.today or (is_bad and standard.trouble is Trouble.NOT_CALIBRATED):
            continue
        withdrawal = None
        if is_bad and standard.trouble is Trouble.WITHDRAWN:
            withdrawal = Withdrawal(on=min(on + timedelta(days=200), plan.today), void_from=on)
        yield Certificate(
            id=f"{standard.id}-{year}",
            number=f"SYN-{year}-{standard.id}",
            kind=CertificateKind.CALIBRATION,
            issuer=standard.issuer,
            item=standard.id,
            serial=f"SYN-{standard.id}",
            calibrated_on=on,
            issued_on=on,
            valid_until=last_day_of_interval(on, _YEAR),
            results=results,
            references=unnamed,
            withdrawal=withdrawal,
        )


def events_of(plan: Plan, standard: Standard) -> Iterator[Event]:
    """The interim check that a standard failed shortly before its next calibration."""
    on = standard.calibrated_in(standard.bad_year + 1) - timedelta(days=_CHECK_BEFORE)
    if standard.trouble is Trouble.CHECK_FAILED and on < plan.today:
        yield Event(id=f"{standard.id}-check", item=standard.id, kind=EventKind.INTERIM_CHECK_FAILED, on=on)


def result_of(quantity: Quantity, rung: int) -> Result:
    """What a certificate of a standard on a rung states: the quantity's whole range with the rung's U."""
    low, high = map(Decimal, quantity.span) if quantity.span else (None, None)
    uncertainty = Uncertainty(value=Decimal(quantity.ladder[rung - 1]), unit=quantity.amounts_in, k=Decimal(2))
    return Result(quantity=quantity.name, unit=quantity.unit, low=low, high=high, uncertainty=uncertainty)


def _below_municipal(plan: Plan, laboratory: Laboratory, quantity: Quantity, rung: int, number: int, among: int) -> Standard:
    identifier = f"{quantity.code}{rung}-{laboratory.number}-{number}"
    above = 1 + skewed(plan.chance(identifier, "above"), plan.municipal_standards(quantity))
    issuer = f"A-{1 + above % plan.institutes}"
    return _standard(plan, identifier, quantity, rung, issuer, f"{quantity.code}{MUNICIPAL}-{above}", among)


def _standard(plan: Plan, identifier: str, quantity: Quantity, rung: int, issuer: str, reference: str, among: int) -> Standard:
    """A standard with its day of the year and its trouble. The only one of its kind has none: all would stand still."""
    phase = int(12 * 28 * plan.chance(identifier, "phase"))
    month, day = 1 + phase // 28, 1 + phase % 28
    bad = plan.chance(identifier, "trouble") / _BAD_YEARS[rung]
    trouble = _TROUBLES[int(len(_TROUBLES) * bad)] if bad < 1 and among > 1 else None
    this_year = plan.today.year - ((plan.today.month, plan.today.day) <= (month, day))
    bad_year = this_year - int(_BAD_WITHIN * plan.chance(identifier, "bad year"))
    return Standard(identifier, rung, quantity, issuer, reference, month, day, trouble, bad_year)


def _is_without_working(plan: Plan, laboratory: Laboratory) -> bool:
    return plan.chance(laboratory.id, "working") < _WITHOUT_WORKING
