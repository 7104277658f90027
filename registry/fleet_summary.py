"""What the answers for everything come to: how many items are how where, what lapses when, what hangs on which standard."""

from datetime import date

import msgspec

from traceability.verdict import Status


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """How many items of a place have a status. An item stands in each place that it serves; empty and 0 where it serves none.

    `district`: of the organization of the metering point; `energy` and `level`: of the metering point itself.
    """

    district: str
    energy: str
    level: int
    status: Status
    items: int


class Lapse(msgspec.Struct, frozen=True, kw_only=True):
    """How many items are traceable for the last time on a day, and the standard that carries that.

    The standard is the one that lapses and takes them along, or that is out itself on that day, so that they cannot be
    calibrated with it again; none where they end by themselves.
    """

    last_day: date
    standard: str | None
    items: int


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on a standard (traceability.fleet.hanging)."""

    item: str
    is_anchor: bool
    hanging: int
    standards: int
    without_alternative: int
    ends_on: date | None


class FleetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The sums over all items, or over those that somebody may see. `has_more`: whether there are more points than these."""

    statuses: dict[Status, int]
    cells: tuple[Cell, ...]
    lapses: tuple[Lapse, ...]
    points: tuple[Point, ...]
    has_more: bool
