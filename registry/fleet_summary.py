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


class PointCell(msgspec.Struct, frozen=True, kw_only=True):
    """How many metering points of a place have a status; each stands in one. Places as for `Cell`."""

    district: str
    energy: str
    level: int
    status: Status
    points: int


class PointLapse(msgspec.Struct, frozen=True, kw_only=True):
    """How many metering points are traceable for the last time on a day."""

    last_day: date
    points: int


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

    # What was kept before metering points were counted has none; the next run writes it anew. So below.

    item: str
    is_anchor: bool
    hanging: int
    standards: int
    without_alternative: int
    ends_on: date | None
    metering_points: int = 0


class FleetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The sums over all items, or over those that somebody may see. `has_more`: whether there are more points than these.

    What lapses when stands apart (FleetLapses), as there may be very much of it. `points`: standards. `point_statuses`,
    `point_cells` and `point_lapses`: the same over metering points.
    """

    statuses: dict[Status, int]
    cells: tuple[Cell, ...]
    points: tuple[Point, ...]
    has_more: bool
    point_statuses: dict[Status, int] = {}
    point_cells: tuple[PointCell, ...] = ()
    point_lapses: tuple[PointLapse, ...] = ()
