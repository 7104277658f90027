"""What the kept answers for everything come to, as it is answered: sums, what lapses, what hangs on what, and a recall."""

from datetime import date, datetime

import msgspec

from registry.fleet_summary import Cell, Lapse, Point, PointCell, PointLapse
from registry.fleet_tables import TargetKind
from registry.repositories.fleet_answers import FleetAnswer
from registry.repositories.fleet_runs import FleetRun
from registry.usecases.recall_preview import Broken
from traceability.affected import Affected, Window
from traceability.affected_points import AffectedPoint
from traceability.fleet.answers import codes_in
from traceability.verdict import Code, Status


class FleetRunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers are of: a policy, a day, what was known when. `changed_at`: when they were last brought up to date."""

    policy: str
    as_of: date
    known_at: datetime
    changed_at: datetime


class FleetSums(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the items that one may see have each status, in all and by place; `run` null: there are no answers yet.

    `point_statuses`, `point_cells`: the same of metering points.
    """

    run: FleetRunFacts | None
    statuses: dict[Status, int]
    cells: tuple[Cell, ...]
    point_statuses: dict[Status, int]
    point_cells: tuple[PointCell, ...]


class FleetLapses(msgspec.Struct, frozen=True, kw_only=True):
    """What is good for the last time on which day, and which standard carries it; `point_lapses`: metering points by day.

    `next`: the cursor of the page after this one; all pages have the same `point_lapses`.
    """

    run: FleetRunFacts | None
    lapses: tuple[Lapse, ...]
    point_lapses: tuple[PointLapse, ...]
    next: int | None


class FleetPoints(msgspec.Struct, frozen=True, kw_only=True):
    """Standards by how many items hang on them, the most first. `has_more`: of standards with still fewer nothing is kept."""

    run: FleetRunFacts | None
    points: tuple[Point, ...]
    has_more: bool
    next: int | None


class FleetItem(msgspec.Struct, frozen=True, kw_only=True):
    """The kept answer for an item or a metering point: status, finding codes, what fails nearest to it, the last good day."""

    item: str
    kind: TargetKind
    status: Status
    codes: tuple[Code, ...]
    failing: str | None
    certificate: str | None
    depth: int | None
    traceable_until: date | None


class FleetItems(msgspec.Struct, frozen=True, kw_only=True):
    """A page of kept answers, in the order of the ids."""

    run: FleetRunFacts | None
    items: tuple[FleetItem, ...]
    next: str | None


class RecallPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a failed item or a certificate without force would break, as far as it is seen: certificates and metering points.

    `has_more`: so much hangs on it that the nearest alone are told; `in_all`, `points_in_all`: how many certificates and points
    there are then, null where all are told at once. `window`: of a failure, the days after the last good evidence
    (absent: without beginning) until it showed. `void_from`: of a withdrawal.
    """

    subject: str
    item: str
    as_of: date
    known_at: datetime
    window: Window | None
    void_from: date | None
    affected: tuple[Affected, ...]
    points: tuple[AffectedPoint, ...]
    has_more: bool
    in_all: int | None
    points_in_all: int | None


def facts_of(run: FleetRun | None) -> FleetRunFacts | None:
    """What the answers of a run are of."""
    if run is None:
        return None
    return FleetRunFacts(policy=run.policy, as_of=run.as_of, known_at=run.known_at, changed_at=run.changed_at)


def fleet_item(answer: FleetAnswer) -> FleetItem:
    """A kept answer with its codes in words."""
    return FleetItem(
        item=answer.target,
        kind=answer.kind,
        status=answer.status,
        codes=codes_in(answer.codes),
        failing=answer.failing,
        certificate=answer.certificate,
        depth=answer.depth,
        traceable_until=answer.traceable_until,
    )


def recall_preview(found: Broken, as_of: date, known_at: datetime) -> RecallPreview:
    """The preview as it is told."""
    recall = found.recall
    return RecallPreview(
        subject=recall.subject,
        item=recall.item,
        as_of=as_of,
        known_at=known_at,
        window=recall.window,
        void_from=recall.void_from,
        affected=recall.affected,
        points=found.points,
        has_more=found.has_more,
        in_all=found.in_all,
        points_in_all=found.points_in_all,
    )
