"""How much of a period, and of what was measured in it, was measured while traceable.

A period of days is cut into spans of one status with one cause (`spans`), from the change days and not day by day. What was
read is apportioned by days: a reading of n days counts for each of them with one n-th, exactly. That is an assumption about the
days of a reading, so next to each apportioned quantity stand the least and the most that it can be, however they were.
Emissions are the apportioned quantity times the factor that is valid on the day; a day without a factor has none.

What comes out of a model has no chain: it stands apart (`NON_METROLOGICAL`) and never counts as traced.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from traceability import timeline
from traceability.assess import worst_of_each
from traceability.inquiry import Answer, Inquiry, chains_of
from traceability.periods import day_after
from traceability.problems import InvalidValueError, QuestionError
from traceability.quantities import check_number, same_dimension, unit_of
from traceability.verdict import Finding, Severity, Status

CARBON_DIOXIDE_UNIT = "t"  # Emissions are tonnes of carbon dioxide equivalent.
READ_UNITS = ("kW*h", "GJ", "m^3", "t")  # What is read has the dimension of one of these; sums of mixed units take the first.


class DayStanding(StrEnum):
    """How a day counts, best to worst; what a model gives stands apart."""

    TRACEABLE = "traceable"
    CONDITIONAL = "conditional"
    INDETERMINATE = "indeterminate"
    NOT_TRACEABLE = "not_traceable"
    NON_METROLOGICAL = "non_metrological"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a metering point measured from the first to the last day, both inside; never negative."""

    id: str
    start: date
    until: date
    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if self.until < self.start:
            raise InvalidValueError("the period ends before it begins", "时段的结束早于开始")
        check_number(self.value)
        if self.value < 0:
            raise InvalidValueError(
                "a negative quantity; what is given back is measured at a point of its own", "数量为负；反向输送应另设计量点"
            )
        check_read_unit(self.unit)

    @property
    def days(self) -> int:
        """How many days it is of."""
        return (self.until - self.start).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Tonnes of carbon dioxide equivalent for a unit of an energy, on the days for which it is valid."""

    value: Decimal
    unit: str
    start: date
    until: date | None

    def fits(self, unit: str) -> bool:
        """Whether a quantity in the unit times the factor is a mass."""
        product = unit_of(f"({self.unit})*({unit})")
        return product.dimension == unit_of(CARBON_DIOXIDE_UNIT).dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days of one status with one cause. `findings`: those that give the status, nearest to the target first."""

    start: date
    until: date
    status: Status
    findings: tuple[Finding, ...]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.start).days + 1

    @property
    def first_broken(self) -> Finding | None:
        """What is said of the nearest link that is not in order; None where all are."""
        return self.findings[0] if self.findings else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part of one standing: days of the period, those of them that were read, and what was read on them.

    `quantity` is apportioned by days; `at_least` are the readings that lie wholly on such days, `at_most` all that touch them.
    `emissions` in tonnes; `without_factor` is the quantity for which there was no factor.
    """

    days: int = 0
    read_days: int = 0
    quantity: Fraction = Fraction(0)
    at_least: Fraction = Fraction(0)
    at_most: Fraction = Fraction(0)
    emissions: Fraction = Fraction(0)
    without_factor: Fraction = Fraction(0)

    def __add__(self, other: "Share") -> "Share":
        return Share(
            days=self.days + other.days,
            read_days=self.read_days + other.read_days,
            quantity=self.quantity + other.quantity,
            at_least=self.at_least + other.at_least,
            at_most=self.at_most + other.at_most,
            emissions=self.emissions + other.emissions,
            without_factor=self.without_factor + other.without_factor,
        )


Shares = Mapping[DayStanding, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a metering point comes to in a period. `unit` of the quantities, None where nothing was read.

    `unread`: the days without a reading. `apportioned`: how many readings were cut, by the ends of the period or a change of
    the standing, so that their quantity on either side is an estimate.
    """

    unit: str | None
    spans: tuple[Span, ...]
    shares: Shares
    unread: tuple[timeline.Run, ...]
    apportioned: int

    @property
    def gaps(self) -> tuple[Span, ...]:
        """The spans that are neither traceable nor conditional."""
        return tuple(span for span in self.spans if not span.status.is_good)


def check_read_unit(unit: str) -> None:
    """Refuse a unit in which nothing is read: energy, volume and mass are."""
    if not any(same_dimension(unit, each) for each in READ_UNITS):
        raise InvalidValueError(f"{unit!r} is no unit of energy, volume or mass", f"{unit!r} 不是能量、体积或质量的单位")


def spans(inquiry: Inquiry, start: date, until: date) -> tuple[Span, ...]:
    """The period as spans of one status with one cause each, neighbours that are alike joined."""
    if until < start:
        raise QuestionError("the period ends before it begins", "时段的结束早于开始")
    found: list[Span] = []
    for (first, last), answer in timeline.answers(inquiry, start, until):
        span = Span(start=first, until=last, status=answer.status, findings=_causes(inquiry, answer))
        if found and _is_alike(found[-1], span):
            span = Span(start=found[-1].start, until=last, status=span.status, findings=found.pop().findings)
        found.append(span)
    return tuple(found)


def account(
    covered: Sequence[Span], readings: Iterable[Reading], factors: Sequence[Factor] = (), *, is_model: bool = False
) -> Account:
    """What readings of one point that do not overlap come to on the days of the spans, which follow on each other."""
    start, until = covered[0].start, covered[-1].until
    inside = sorted((each for each in readings if each.until >= start and each.start <= until), key=lambda each: each.start)
    unit = common_unit(each.unit for each in inside)
    shares = dict.fromkeys(DayStanding, Share())
    for span in covered:
        shares[_standing(span, is_model=is_model)] += Share(days=span.days)
    apportioned = 0
    for reading in inside:
        parts = _parts(reading, covered, unit or reading.unit, factors, is_model=is_model)
        for standing, part in parts.items():
            shares[standing] += part
        apportioned += max(part.read_days for part in parts.values()) < reading.days
    unread = tuple(_between(start, until, inside))
    return Account(unit=unit, spans=tuple(covered), shares=shares, unread=unread, apportioned=apportioned)


def worst_of_days(points: Iterable[Sequence[Span]]) -> dict[DayStanding, int]:
    """How many days have which standing when each day is as bad as the worst point; the spans are of one period."""
    counts = dict.fromkeys(DayStanding, 0)
    rows = [list(each) for each in points]
    if not rows:
        return counts
    starts = sorted({span.start for row in rows for span in row})
    ends = [*starts[1:], day_after(rows[0][-1].until)]
    places = [0] * len(rows)
    for start, end in zip(starts, ends, strict=True):
        for number, row in enumerate(rows):
            places[number] += row[places[number]].until < start
        worst = max((row[place].status for row, place in zip(rows, places, strict=True)), key=list(Status).index)
        counts[DayStanding(worst)] += (end - start).days
    return counts


def common_unit(units: Iterable[str]) -> str | None:
    """The unit for a sum: the one that all have, else the first of READ_UNITS that they convert into; None for none."""
    met = set(units)
    if len(met) < 2:
        return next(iter(met), None)
    first = min(met)
    if not all(same_dimension(first, each) for each in met):
        raise QuestionError(
            f"quantities in {', '.join(sorted(met))} cannot be added", f"单位 {'、'.join(sorted(met))} 的数量不能相加"
        )
    return next(each for each in READ_UNITS if same_dimension(first, each))


def converted(number: Fraction, unit: str, wanted: str) -> Fraction:
    """A quantity in another unit of its dimension, exactly."""
    return number * unit_of(unit).factor / unit_of(wanted).factor


def _parts(
    reading: Reading, covered: Sequence[Span], unit: str, factors: Sequence[Factor], *, is_model: bool
) -> dict[DayStanding, Share]:
    """What a reading adds to each standing that its days have."""
    value = converted(Fraction(reading.value), reading.unit, unit)
    parts: dict[DayStanding, Share] = {}
    for span in covered:
        first, last = max(span.start, reading.start), min(span.until, reading.until)
        if first > last:
            continue
        days = (last - first).days + 1
        quantity = value * days / reading.days
        emissions, with_factor = _emissions(value / reading.days, unit, (first, last), factors)
        standing = _standing(span, is_model=is_model)
        parts[standing] = parts.get(standing, Share()) + Share(
            read_days=days,
            quantity=quantity,
            emissions=emissions,
            without_factor=quantity - value * with_factor / reading.days,
        )
    return {
        standing: part + Share(at_least=value if part.read_days == reading.days else Fraction(0), at_most=value)
        for standing, part in parts.items()
    }


def _emissions(each_day: Fraction, unit: str, run: timeline.Run, factors: Sequence[Factor]) -> tuple[Fraction, int]:
    """The emissions of so much on each day of a run, and on how many of the days there is a factor."""
    emissions, in_all = Fraction(0), 0
    for factor in factors:
        if not factor.fits(unit):
            continue
        first, last = max(run[0], factor.start), run[1] if factor.until is None else min(run[1], factor.until)
        days = max((last - first).days + 1, 0)
        rate = Fraction(factor.value) * unit_of(factor.unit).factor * unit_of(unit).factor
        emissions += each_day * days * rate / unit_of(CARBON_DIOXIDE_UNIT).factor
        in_all += days
    return emissions, in_all


def _between(start: date, until: date, readings: Iterable[Reading]) -> Iterator[timeline.Run]:
    """The runs of days that no reading is of."""
    day = start
    for reading in readings:
        if reading.start > day:
            yield day, date.fromordinal(reading.start.toordinal() - 1)
        if reading.until >= until:
            return
        day = max(day, day_after(reading.until))
    yield day, until


def _standing(span: Span, *, is_model: bool) -> DayStanding:
    return DayStanding.NON_METROLOGICAL if is_model else DayStanding(span.status)


def _is_alike(one: Span, other: Span) -> bool:
    return one.status is other.status and [each.key for each in one.findings] == [each.key for each in other.findings]


def _causes(inquiry: Inquiry, answer: Answer) -> tuple[Finding, ...]:
    """The findings that give the status, nearest to the target first, then by code and subject."""
    found = worst_of_each(answer.findings)
    if not found or found[0].severity is Severity.NOTE:
        return ()
    distance = {subject: number for number, subject in reversed(list(enumerate(_outwards(inquiry, answer))))}
    worst = [each for each in found if each.severity is found[0].severity]
    return tuple(sorted(worst, key=lambda each: (distance.get(each.subject, len(distance)), each.code, each.subject)))


def _outwards(inquiry: Inquiry, answer: Answer) -> Iterator[str]:
    """All that a finding can be about, from the target on outwards."""
    yield inquiry.target
    yield from (item.id for item in inquiry.items)
    for chain in chains_of(inquiry, answer):
        for examined in chain.certificates:
            yield examined.certificate.id
            yield examined.certificate.item
            yield from (step.reference.item for step in examined.steps)
