"""What is equipped beside what is to be: places, meters and rates of one unit on one day. Values in, values out.

1. Each place is to be metered, or not, or that cannot be told: by its level, its demand and the thresholds of the edition.
2. Each meter that serves a metering point on the day is good, in force, accurate and traceable, or not, or that is not told.
3. Rates are of what can be told. What was left out stands beside them with its reason, and so does what is lacking.
4. The rate of equipping meets what is asked, or not; it is undecided where what cannot be told may change that, and where the
   edition in force has no tables.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from registry.review.equipping_rules import AccuracyRow, Choice, EquippingRule, class_rank, reaches, thresholds_for
from registry.review.facts import Connection, ItemDetails, ItemState, Place
from traceability.records import Branch, Certificate, Item, MeteringPoint, Outcome
from traceability.verdict import Status

LEVELS = (1, 2, 3)


class NotCounted(StrEnum):
    """Why a place or a meter is not counted."""

    EXEMPT = "exempt"
    BELOW_THRESHOLD = "below_threshold"
    DEMAND_NOT_TOLD = "demand_not_told"
    NOT_COMPARABLE = "not_comparable"  # The edition has no threshold of the dimension of the demand.
    ENERGY_NOT_IN_TABLE = "energy_not_in_table"
    STOPPED = "stopped"
    STATE_NOT_TOLD = "state_not_told"
    CLASS_NOT_TOLD = "class_not_told"
    CATEGORY_NOT_TOLD = "category_not_told"
    NOT_IN_ACCURACY_TABLE = "not_in_accuracy_table"


_UNDECIDED = {NotCounted.DEMAND_NOT_TOLD, NotCounted.NOT_COMPARABLE}


class Lack(StrEnum):
    """Why a place that is to be metered is not."""

    NO_POINT = "no_point"
    POINT_UNKNOWN = "point_unknown"  # Not on record, or of another organization or level.
    NO_METER = "no_meter"  # A branch of the point has no item on the day.


class Conclusion(StrEnum):
    """What a rate of equipping comes to."""

    MET = "met"
    NOT_MET = "not_met"
    UNDECIDED = "undecided"
    NOT_ASKED = "not_asked"  # The table has no number, or nothing is to be metered.


class Excluded(NamedTuple):
    """What a rate leaves out, and why."""

    subject: str
    reason: NotCounted


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A rate as it was counted. `lacking`: what is in the denominator and not in the numerator."""

    numerator: int
    denominator: int
    lacking: tuple[str, ...]
    excluded: tuple[Excluded, ...]

    @property
    def percent(self) -> Fraction | None:
        """The rate; None where there is nothing to count."""
        return Fraction(100 * self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterVerdict:
    """What is known of an item on the day, for what it is used for. `certificate`: that in force, or the last one found.

    `is_overdue`: its certificate was in force and has run out.
    """

    status: Status
    is_in_force: bool
    is_overdue: bool
    certificate: Certificate | None
    codes: tuple[str, ...]

    @property
    def is_limited(self) -> bool:
        """Whether it may be used for some functions alone (准用)."""
        return self.certificate is not None and self.certificate.outcome is Outcome.LIMITED


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A place: whether it is to be metered (`reason`: why not), and what it lacks where it is."""

    place: Place
    energy: str | None
    is_required: bool
    reason: NotCounted | None
    lack: Lack | None
    is_connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLine:
    """An item that serves a metering point on the day, or (without one) that the ledger of the unit holds besides."""

    item: str
    record: Item | None
    point: str | None
    level: int | None
    energy: str | None  # The row of the rate table.
    energy_name: str | None  # As the record calls it.
    branch: str | None
    details: ItemDetails | None
    verdict: MeterVerdict | None
    asked_class: str | None
    is_accurate: bool | None
    accuracy_reason: NotCounted | None

    @property
    def name(self) -> str:
        """By which it is told apart from others: one item may serve several points."""
        return self.item if self.point is None else f"{self.item}@{self.point}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """The rates of an energy at a level; of an energy or level alone, or of all, where the other is None."""

    energy: str | None
    level: int | None
    equipped: Ratio
    asked: Decimal | None
    conclusion: Conclusion
    good: Ratio
    in_force: Ratio
    accurate: Ratio
    traceable: Ratio
    connected: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipping:
    """A unit on a day: every place, every meter, and the rates by energy and level, by level, and of all."""

    day: date
    choice: Choice
    places: tuple[PlaceLine, ...]
    meters: tuple[MeterLine, ...]
    rows: tuple[RateRow, ...]
    levels: tuple[RateRow, ...]
    total: RateRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is known of a unit on a day: its facts, and its metering points and items as on record."""

    places: Sequence[Place]
    details: Mapping[str, ItemDetails]
    connections: Sequence[Connection]
    points: Mapping[str, MeteringPoint]
    items: Mapping[str, Item]


Purpose = tuple[str, Branch | None]  # An item, and the branch that it serves; None outside of all points.


def serving(ledger: Ledger, day: date) -> list[tuple[MeteringPoint | None, Branch | None, str]]:
    """What serves the metering points of a unit on a day, point by point; then the items of its ledger that serve none."""
    served: list[tuple[MeteringPoint | None, Branch | None, str]] = [
        (point, branch, branch.item)
        for _, point in sorted(ledger.points.items())
        for branch in _active(point, day)
        if branch.item is not None
    ]
    at_points = {item for *_, item in served}
    return served + [(None, None, item) for item in sorted(ledger.details) if item not in at_points]


def equipping_of(choice: Choice, ledger: Ledger, verdicts: Mapping[Purpose, MeterVerdict], day: date) -> Equipping:
    """The places, meters and rates of a unit on a day by an edition. `verdicts`: of what `serving` gives."""
    rule = _Applied(choice.used, cache(choice.used.energy))
    connected = {each.metering_point for each in ledger.connections}
    places = tuple(_place_line(rule, ledger, place, connected, day) for place in sorted(ledger.places, key=_order_of))
    meters = tuple(
        _meter_line(rule, ledger, point, branch, item, verdicts.get((item, branch)))
        for point, branch, item in serving(ledger, day)
    )
    there = {(line.energy, line.place.level) for line in places} | {(line.energy, line.level) for line in meters}
    pairs = [(row.id, level) for row in choice.used.energies for level in LEVELS if (row.id, level) in there]
    return Equipping(
        day=day,
        choice=choice,
        places=places,
        meters=meters,
        rows=tuple(_row(choice, places, meters, energy, level) for energy, level in pairs),
        levels=tuple(_row(choice, places, meters, None, level) for level in LEVELS),
        total=_row(choice, places, meters, None, None),
    )


class _Applied(NamedTuple):
    """An edition at work on a unit: the rows of its rate table that energies belong to are looked up once for each name."""

    edition: EquippingRule
    energy: Callable[[str | None], str | None]


def _place_line(rule: _Applied, ledger: Ledger, place: Place, connected: set[str], day: date) -> PlaceLine:
    reason = _not_required(rule, place)
    return PlaceLine(
        place=place,
        energy=rule.energy(place.energy),
        is_required=reason is None,
        reason=reason,
        lack=_lack(ledger, place, day),
        is_connected=place.metering_point in connected,
    )


def _not_required(rule: _Applied, place: Place) -> NotCounted | None:
    """Why a place is not to be metered; None when it is."""
    if rule.energy(place.energy) is None:
        return NotCounted.ENERGY_NOT_IN_TABLE
    if place.exemption:
        return NotCounted.EXEMPT
    if place.level == 1:
        return None
    if place.demand is None:
        return NotCounted.DEMAND_NOT_TOLD
    reached = reaches(place.demand, thresholds_for(rule.edition, rule.energy(place.energy), place.level))
    if reached is None:
        return NotCounted.NOT_COMPARABLE
    return None if reached else NotCounted.BELOW_THRESHOLD


def _lack(ledger: Ledger, place: Place, day: date) -> Lack | None:
    if place.metering_point is None:
        return Lack.NO_POINT
    point = ledger.points.get(place.metering_point)
    if point is None or point.level != place.level:
        return Lack.POINT_UNKNOWN
    serving_it = {branch.name for branch in _active(point, day) if branch.item is not None}
    return None if serving_it == {branch.name for branch in point.branches} else Lack.NO_METER


def _meter_line(
    rule: _Applied,
    ledger: Ledger,
    point: MeteringPoint | None,
    branch: Branch | None,
    item: str,
    verdict: MeterVerdict | None,
) -> MeterLine:
    details = ledger.details.get(item)
    energy = None if point is None else rule.energy(point.energy)
    asked, accuracy = _accuracy(rule.edition, energy, details)
    return MeterLine(
        item=item,
        record=ledger.items.get(item),
        point=None if point is None else point.id,
        level=None if point is None else point.level,
        energy=energy,
        energy_name=None if point is None else point.energy,
        branch=None if branch is None else branch.name,
        details=details,
        verdict=verdict,
        asked_class=asked,
        is_accurate=accuracy if isinstance(accuracy, bool) else None,
        accuracy_reason=None if isinstance(accuracy, bool) else accuracy,
    )


def _accuracy(rule: EquippingRule, energy: str | None, details: ItemDetails | None) -> tuple[str | None, bool | NotCounted]:
    """The class that is asked for, and whether the meter has it or a better one, or why that cannot be told."""
    if details is None or not details.category:
        return None, NotCounted.CATEGORY_NOT_TOLD
    row = next((row for row in rule.accuracies if _fits(row, energy, details)), None)
    asked = None if row is None else class_rank(row.at_worst)
    if row is None or asked is None:
        return None, NotCounted.NOT_IN_ACCURACY_TABLE
    has = class_rank(details.accuracy_class)
    return row.at_worst, NotCounted.CLASS_NOT_TOLD if has is None else has <= asked


def _fits(row: AccuracyRow, energy: str | None, details: ItemDetails) -> bool:
    if row.category != details.category or (row.energies and energy not in row.energies):
        return False
    if row.user_classes and details.user_class not in row.user_classes:
        return False
    diameter = details.diameter_mm
    over, up_to = row.diameter_over, row.diameter_up_to
    if (over is not None or up_to is not None) and diameter is None:
        return False
    return (over is None or (diameter or 0) > over) and (up_to is None or (diameter or 0) <= up_to)


def _row(
    choice: Choice, places: Sequence[PlaceLine], meters: Sequence[MeterLine], energy: str | None, level: int | None
) -> RateRow:
    at = [line for line in places if energy in {None, line.energy} and level in {None, line.place.level}]
    # An energy that the table does not name is of no row of it, but of its level and of all.
    of_points = [line for line in meters if line.point is not None]
    here = [line for line in of_points if energy in {None, line.energy} and level in {None, line.level}]
    equipped = _ratio((line.place.id, line.reason, line.lack is None) for line in at)
    asked = choice.used.rate(energy, level) if energy is not None and level is not None else None
    return RateRow(
        energy=energy,
        level=level,
        equipped=equipped,
        asked=asked,
        conclusion=_conclusion(choice, at, equipped, asked),
        good=_ratio((line.name, _without_state(line), _is_good(line)) for line in here),
        in_force=_ratio((line.name, _stopped(line), line.verdict is not None and line.verdict.is_in_force) for line in here),
        accurate=_ratio((line.name, _stopped(line) or line.accuracy_reason, bool(line.is_accurate)) for line in here),
        traceable=_ratio(
            (line.name, _stopped(line), line.verdict is not None and line.verdict.status.is_good) for line in here
        ),
        connected=_ratio((line.place.id, line.reason, line.lack is None and line.is_connected) for line in at),
    )


def _ratio(counted: Iterable[tuple[str, NotCounted | None, bool]]) -> Ratio:
    """A rate of subjects, each with why it is left out (None: it is counted) and whether it has what the rate counts."""
    numerator, lacking, excluded = 0, [], []
    for subject, reason, has in counted:
        if reason is not None:
            excluded.append(Excluded(subject, reason))
        elif has:
            numerator += 1
        else:
            lacking.append(subject)
    return Ratio(
        numerator=numerator,
        denominator=numerator + len(lacking),
        lacking=tuple(sorted(lacking)),
        excluded=tuple(sorted(excluded)),
    )


def _conclusion(choice: Choice, places: Sequence[PlaceLine], equipped: Ratio, asked: Decimal | None) -> Conclusion:
    """Met or not, whatever the places that cannot be told turn out to be; undecided where they may change that."""
    undecided = [line for line in places if line.reason in _UNDECIDED]
    if asked is None or not (equipped.denominator or undecided):
        return Conclusion.NOT_ASKED
    if not choice.decides:
        return Conclusion.UNDECIDED
    metered = sum(line.lack is None for line in undecided)
    best = _share(equipped.numerator + metered, equipped.denominator + metered)
    worst = _share(equipped.numerator, equipped.denominator + len(undecided) - metered)
    if worst >= asked:
        return Conclusion.MET
    return Conclusion.NOT_MET if best < asked else Conclusion.UNDECIDED


def _share(part: int, whole: int) -> Fraction:
    """In percent; of nothing, all."""
    return Fraction(100 * part, whole) if whole else Fraction(100)


def _stopped(line: MeterLine) -> NotCounted | None:
    return NotCounted.STOPPED if line.details is not None and line.details.state is ItemState.STOPPED else None


def _without_state(line: MeterLine) -> NotCounted | None:
    return NotCounted.STATE_NOT_TOLD if line.details is None else _stopped(line)


def _is_good(line: MeterLine) -> bool:
    return line.details is not None and line.details.state is ItemState.GOOD


def _active(point: MeteringPoint, day: date) -> list[Branch]:
    return [
        branch
        for branch in point.branches
        if (branch.start is None or branch.start <= day) and (branch.until is None or day <= branch.until)
    ]


def _order_of(place: Place) -> tuple[int, str]:
    return place.level, place.id
