"""What stands behind a rate of a unit: each place or meter that it counts and does not find, with what is known of it."""

from dataclasses import dataclass
from enum import StrEnum

from registry.review.equipping import Equipping, MeterLine, PlaceLine, RateRow, Ratio


class Rate(StrEnum):
    """The six rates, by their names in the rows of a review."""

    EQUIPPED = "equipped"  # 配备率
    GOOD = "good"  # 完好率
    IN_FORCE = "in_force"  # 检定/校准率
    ACCURATE = "accurate"  # 准确度符合率
    TRACEABLE = "traceable"  # 可溯源率
    CONNECTED = "connected"  # 接入率


_OF_PLACES = {Rate.EQUIPPED, Rate.CONNECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A place that is to be metered or connected and is not, or a meter at a point that has not what the rate asks."""

    subject: str
    place: PlaceLine | None
    meter: MeterLine | None


def lacking_of(equipping: Equipping, rate: Rate, energy: str | None, level: int | None) -> list[Lacking]:
    """What a rate of an energy (None: all) at a level (None: all) does not find; nothing where there is no such row."""
    row = _row(equipping, energy, level)
    ratio: Ratio | None = None if row is None else getattr(row, rate)
    if ratio is None:
        return []
    if rate in _OF_PLACES:
        places = {line.place.id: line for line in equipping.places}
        return [Lacking(subject=each, place=places[each], meter=None) for each in ratio.lacking]
    meters = {line.name: line for line in equipping.meters}
    return [Lacking(subject=each, place=None, meter=meters[each]) for each in ratio.lacking]


def overdue_of(equipping: Equipping) -> list[Lacking]:
    """The meters in use whose certificate has run out."""
    found = lacking_of(equipping, Rate.IN_FORCE, None, None)
    return [each for each in found if each.meter and each.meter.verdict and each.meter.verdict.is_overdue]


def _row(equipping: Equipping, energy: str | None, level: int | None) -> RateRow | None:
    rows = (*equipping.rows, *equipping.levels, equipping.total)
    return next((row for row in rows if (row.energy, row.level) == (energy, level)), None)
