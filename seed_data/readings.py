"""What the metering points of the examples measured: synthetic, a value a month, and a month that somebody forgot."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from traceability.records import MeteringPoint

MONTHS = 14  # Before the month of today.
FORGOTTEN = 3  # Months ago, at points of the third level.
# Unit and usual amount of a month by energy, at the gate; at each level inside it is a third.
_AMOUNTS = {"electricity": ("kW*h", 1_200_000), "natural gas": ("m^3", 90_000)}
# Tonnes of carbon dioxide equivalent for a unit, made up for the demonstration: round numbers that no source states.
_FACTORS = {"electricity": ("t/(MW*h)", Decimal("0.5")), "natural gas": ("t/m^3", Decimal("0.002"))}


class SeedReading(NamedTuple):
    """What a point measured from the first to the last day."""

    metering_point: str
    start: date
    until: date
    value: Decimal
    unit: str


def readings(points: tuple[MeteringPoint, ...], today: date) -> Iterator[SeedReading]:
    """The readings of all points whose energy is known here, the same for everybody on a day."""
    for point in points:
        if point.energy not in _AMOUNTS:
            continue
        unit, usual = _AMOUNTS[point.energy]
        chance, until = Random(point.id), today.replace(day=1) - timedelta(days=1)
        for ago in range(1, MONTHS + 1):
            start = until.replace(day=1)
            amount = usual // 3 ** (point.level - 1) * chance.randint(85, 115) // 100
            if point.level < 3 or ago != FORGOTTEN:
                yield SeedReading(point.id, start, until, Decimal(amount), unit)
            until = start - timedelta(days=1)


def factor_edition(today: date) -> dict[str, object]:
    """An edition of synthetic emission factors, in force for the readings, and later than what the house ships."""
    factors = [
        {
            "energy": energy,
            "value": value,
            "unit": unit,
            "basis": "合成示例，不得用于核算 / synthetic, not for accounting",
            "determination": "default",
            "source": "合成 / synthetic",
            "confidence": "synthetic",
        }
        for energy, (unit, value) in _FACTORS.items()
    ]
    return {
        "format": "traceability-factors/1",
        "edition": "demo",
        "in_force_from": str(date(today.year - 1, 1, 1)),
        "source": "合成示例 / synthetic",
        "factors": factors,
    }
