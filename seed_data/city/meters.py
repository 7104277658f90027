"""The meters of a city, laboratory by laboratory: items, certificates, events and metering points.

Each of the four lists walks over the meters anew and draws the same lots again, so that nothing has to be kept: a lot says
how old the last verification is, on which bench it was done, where the meter is installed, and what is wrong with it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from seed_data.city.catalogue import CO2, GAS_VALUES, METER, Product
from seed_data.city.defects import EVENT_OF, Defect, defect_for, spoilt
from seed_data.city.gases import bottle_ids
from seed_data.city.plan import Laboratory, Plan, skewed
from seed_data.city.standards import Standard, benches
from traceability.periods import last_day_of_interval
from traceability.records import (
    Amount,
    Branch,
    Certificate,
    CertificateKind,
    Event,
    Item,
    MeteringPoint,
    Reference,
    Result,
    Uncertainty,
)

_SECOND_LEVEL, _THIRD_LEVEL = 0.10, 0.30  # Shares of meters at a point of level 2, and of level 2 or 3.
_MONTH, _LONG_MONTH = 30, 31  # Days: a validity of n months holds at least 30 n days and has ended after 31 n.
_YOUNGEST = 15  # Days since the last verification of the most recent meters.
_OLDEST_MONTHS = 72  # No last verification is older, unless it has expired: standards reach back no further.
_OVERDUE = 200  # Days, at most, since a verification expired.
_ISSUED_WITHIN = 6  # Days.
_ERRORS = 41  # Different errors per kind of meter, from -0.8 to 0.8 of the permissible one.
_TWO_BENCHES, _THREE_BENCHES = 0.20, 0.05  # Shares of certificates that rest on two or more benches, on three.
_NAMED = 0.5  # Share of certificates that name the certificate of the bench.


class Meter(NamedTuple):
    """The lot of a meter: the level of its metering point (0: none), its defect, and fractions for everything else."""

    number: int
    level: int
    defect: Defect | None
    age: float
    bench: float
    detail: float


class Line(NamedTuple):
    """A laboratory's work on one product: its benches, and the results that its certificates may state."""

    product: Product
    benches: tuple[Standard, ...]
    results: tuple[tuple[Result], ...]


def items(plan: Plan, laboratory: Laboratory) -> Iterator[Item]:
    """The meters of a laboratory, each followed by its companions at a gate."""
    for meter in lots(plan, laboratory):
        yield from items_of(plan, laboratory, meter)


def certificates(plan: Plan, laboratory: Laboratory) -> Iterator[Certificate]:
    """Their certificates, the oldest of each first."""
    lines = lines_of(plan, laboratory)
    for meter in lots(plan, laboratory):
        yield from certificates_of(plan, laboratory, lines, meter)


def events(plan: Plan, laboratory: Laboratory) -> Iterator[Event]:
    """What happened to them since their last verification."""
    for meter in lots(plan, laboratory):
        yield from events_of(plan, laboratory, meter)


def metering_points(plan: Plan, laboratory: Laboratory) -> Iterator[MeteringPoint]:
    """Where they are installed, if an energy user has them at a point of one of the three levels."""
    for meter in lots(plan, laboratory):
        if meter.level:
            yield point_of(plan, laboratory, meter)


def lots(plan: Plan, laboratory: Laboratory) -> Iterator[Meter]:
    """The lots of a laboratory's meters, the same every time."""
    draw = Random(f"{plan.seed}/{laboratory.id}").random
    user = plan.user_of(laboratory, laboratory.first - 1)
    for number in range(laboratory.first, laboratory.first + laboratory.size):
        previous, user = user, plan.user_of(laboratory, number)
        level = _level(draw()) if user == previous else 1  # A user's first meter of an energy is at its gate.
        yield Meter(number, level, defect_for(draw()), draw(), draw(), draw())


def lines_of(plan: Plan, laboratory: Laboratory) -> tuple[Line, ...]:
    """A laboratory's lines of work: its meters', and those of their companions."""
    products = laboratory.energy.products
    return tuple(Line(product, tuple(benches(plan, laboratory, product)), _results(product)) for product in products)


def items_of(plan: Plan, laboratory: Laboratory, meter: Meter) -> Iterator[Item]:
    """A meter and its companions, which are without defects."""
    yield _item(plan, laboratory.energy.product, meter)
    for companion in _companions(laboratory, meter):
        yield _item(plan, companion, meter._replace(defect=None))


def certificates_of(plan: Plan, laboratory: Laboratory, lines: tuple[Line, ...], meter: Meter) -> Iterator[Certificate]:
    """The certificates of a meter and of its companions, by the laboratory's lines of work."""
    yield from _history(plan, laboratory, lines[0], meter)
    if meter.level == 1:
        for line in lines[1:]:
            yield from _history(plan, laboratory, line, meter._replace(defect=None))


def events_of(plan: Plan, laboratory: Laboratory, meter: Meter) -> Iterator[Event]:
    """What happened to a meter, if that is its defect."""
    kind = EVENT_OF.get(meter.defect) if meter.defect is not None else None
    if kind is not None:
        product = laboratory.energy.product
        item = _item_id(product, meter.number)
        yield Event(id=f"{item}-{kind.value}", item=item, kind=kind, on=_ended_on(plan, product, meter))


def point_of(plan: Plan, laboratory: Laboratory, meter: Meter) -> MeteringPoint:
    """The metering point that a meter serves."""
    return MeteringPoint(
        id=f"P-{meter.number:07d}",
        organization=f"U-{plan.user_of(laboratory, meter.number)}",
        level=meter.level,
        energy=laboratory.energy.name,
        branches=tuple(_branches(plan, laboratory, meter)),
    )


def _level(fraction: float) -> int:
    """Some meters serve departments or machines of an energy user; most are households' and nobody's point."""
    if fraction < _SECOND_LEVEL:
        return 2
    return 3 if fraction < _THIRD_LEVEL else 0


def _companions(laboratory: Laboratory, meter: Meter) -> tuple[Product, ...]:
    return laboratory.energy.companions if meter.level == 1 else ()


def _item_id(product: Product, number: int) -> str:
    return f"{product.quantity.code}{METER}-{number:07d}"


def _serial(product: Product, number: int) -> str:
    return f"SYN{product.quantity.code}{number:08d}"


def _item(plan: Plan, product: Product, meter: Meter) -> Item:
    has_interval = product.quantity is CO2 and meter.defect is not Defect.NO_VALIDITY
    return Item(
        id=_item_id(product, meter.number),
        kind=product.kind,
        name=f"{product.zh} / {product.en}",
        serial=_serial(product, meter.number),
        interval_months=product.months if has_interval else None,
        retired_on=_ended_on(plan, product, meter) if meter.defect is Defect.RETIRED else None,
    )


def _verified_on(plan: Plan, product: Product, meter: Meter) -> date:
    """The day of the last verification."""
    if meter.defect is Defect.EXPIRED:
        return plan.today - timedelta(days=product.months * _LONG_MONTH + int(_OVERDUE * meter.age))
    days = min(product.months, _OLDEST_MONTHS) * _MONTH - _YOUNGEST
    return plan.today - timedelta(days=_YOUNGEST + int(days * meter.age))


def _between(product: Product) -> timedelta:
    """The time from one verification to the next: a little less than it is valid."""
    return timedelta(days=_MONTH * product.months)


def _since_first(product: Product) -> timedelta:
    """The time from a meter's first verification to its last."""
    return _between(product) * (product.history - 1)


def _ended_on(plan: Plan, product: Product, meter: Meter) -> date:
    """A day after the last verification and before today, on which something happened to the meter."""
    return _verified_on(plan, product, meter) + timedelta(days=1 + int((_YOUNGEST - 1) * meter.detail))


def _history(plan: Plan, laboratory: Laboratory, line: Line, meter: Meter) -> Iterator[Certificate]:
    """The verifications of a meter, each a little before the one before it runs out; the last one as its defect leaves it."""
    if meter.defect is Defect.NO_CERTIFICATE:
        return
    on = _verified_on(plan, line.product, meter) - _since_first(line.product)
    for ordinal in range(1, line.product.history + 1):
        certificate = _certificate(laboratory, line, meter, ordinal, on)
        on += _between(line.product)
        yield spoilt(certificate, meter.defect) if ordinal == line.product.history else certificate


def _certificate(laboratory: Laboratory, line: Line, meter: Meter, ordinal: int, on: date) -> Certificate:
    product = line.product
    fraction = meter.detail * 97 * ordinal % 1  # A lot of its own for every certificate.
    results = line.results[int(len(line.results) * fraction)]
    is_verification = product.quantity is not CO2
    return Certificate(
        id=f"{_item_id(product, meter.number)}-{ordinal}",
        number=f"SYN-{on.year}-{laboratory.number}-{product.quantity.code}{meter.number}",
        kind=CertificateKind.VERIFICATION if is_verification else CertificateKind.CALIBRATION,
        issuer=laboratory.id,
        item=_item_id(product, meter.number),
        serial=_serial(product, meter.number),
        calibrated_on=on,
        issued_on=on + timedelta(days=int(_ISSUED_WITHIN * fraction)),
        valid_until=last_day_of_interval(on, product.months) if is_verification else None,
        results=results,
        references=_references(line, meter, fraction, on) if line.benches else _gases(laboratory, on),
    )


def _references(line: Line, meter: Meter, fraction: float, on: date) -> tuple[Reference, ...]:
    """One bench, often a popular one, sometimes its neighbours too."""
    first = skewed(meter.bench, len(line.benches))
    count = 1 + (fraction < _TWO_BENCHES) + (fraction < _THREE_BENCHES)
    used = line.benches[first : first + count]
    if meter.detail >= _NAMED:
        return tuple(Reference(item=bench.id, quantity=bench.quantity.name) for bench in used)
    return tuple(
        Reference(item=bench.id, certificate=f"{bench.id}-{bench.year_in_force(on)}", quantity=bench.quantity.name)
        for bench in used
    )


def _gases(laboratory: Laboratory, on: date) -> tuple[Reference, ...]:
    return tuple(
        Reference(item=bottle, quantity=CO2.name, unit=CO2.unit, low=Decimal(value), high=Decimal(value))
        for bottle, value in zip(bottle_ids(laboratory, on), GAS_VALUES, strict=True)
    )


def _results(product: Product) -> tuple[tuple[Result], ...]:
    """Every combination of a usual range and an error that is permissible; certificates share them."""
    unit, permissible = product.quantity.amounts_in, Decimal(product.permissible)
    spans: list[tuple[Decimal | None, Decimal | None]] = [(Decimal(low), Decimal(high)) for low, high in product.spans]
    return tuple(
        (
            Result(
                quantity=product.quantity.name,
                unit=product.quantity.unit,
                low=low,
                high=high,
                uncertainty=Uncertainty(value=Decimal(product.uncertainty), unit=unit, k=Decimal(2)),
                error=Amount(value=permissible * (step - _ERRORS // 2) / 25, unit=unit),
                max_permissible_error=Amount(value=permissible, unit=unit),
            ),
        )
        for low, high in spans or [(None, None)]
        for step in range(_ERRORS)
    )


def _branches(plan: Plan, laboratory: Laboratory, meter: Meter) -> Iterator[Branch]:
    """The rows of a metering point: the meter, its companions, and what a defect adds to or takes from them."""
    product = laboratory.energy.product
    start = _verified_on(plan, product, meter) - _since_first(product)
    own = Branch(name=product.branch, item=_item_id(product, meter.number), quantity=product.quantity.name, start=start)
    if meter.defect is Defect.BRANCH_MISSING:
        own = replace(own, item=None)
    if meter.defect is Defect.OUT_OF_RANGE and product.spans:
        own = replace(own, unit=product.quantity.unit, high=Decimal(product.spans[-1][1]) * 2)
    yield own
    if meter.defect is Defect.OVERLAP:
        yield replace(own, item=_item_id(product, laboratory.first))
    for companion in _companions(laboratory, meter):
        yield Branch(
            name=companion.branch,
            item=_item_id(companion, meter.number),
            quantity=companion.quantity.name,
            start=start,
        )
