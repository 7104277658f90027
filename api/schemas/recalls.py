"""Recalls as they are asked for and answered."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

import msgspec

from api.render.names import Names
from registry.recalls import Affair, Deed, Reached, RecallCause, RecallStanding, RecallState, RecallStep
from registry.usecases.recalls import Level, Opened, Preview
from traceability.affected_points import AffectedPoint
from traceability.records import Identifier
from traceability.verdict import Code, Severity

RecallReason = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class RecallOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What calls for a recall: a certificate, an event, or an item (its latest reason on record); and why it goes out."""

    subject: Identifier
    reason: RecallReason


class RecallReasonBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is done in a recall."""

    reason: RecallReason


class RecallLevel(msgspec.Struct, frozen=True, kw_only=True):
    """Items by level. `affected`: all of them, null for whoever sees the own items only. `seen`, `open`: of those listed.

    `points`: metering points; all of them, or those listed for whoever sees the own only.
    """

    level: int
    affected: int | None
    seen: int
    open: int
    points: int


class RecallDeed(msgspec.Struct, frozen=True, kw_only=True):
    """Something done in a recall. `by` is null for whoever sees the own items only."""

    step: RecallStep
    item: str | None
    reason: str
    by: str | None
    at: datetime


class RecallItem(msgspec.Struct, frozen=True, kw_only=True):
    """An affected item. `used_from` to `used_until`: when the standard was used for it, through however many steps.

    `settled_by`: a later good certificate. `is_new`: it came to light after the recall was opened.
    """

    item: str
    name: str
    level: int
    certificate: str
    severity: Severity
    code: Code
    used_from: date
    used_until: date
    standing: RecallStanding
    settled_by: str | None
    justification: RecallDeed | None
    is_new: bool


class RecallPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A metering point that rests on what is doubted, one level below what it relies on; it is settled with its item.

    `item`: what serves it, `name`: of that. `certificate`: null where the doubted item serves it itself. `used_from` to
    `used_until`: the days on which it relied on anything doubted; `is_in_force`: whether it still does.
    """

    metering_point: str
    level: int
    item: str
    name: str
    certificate: str | None
    severity: Severity
    code: Code
    used_from: date
    used_until: date
    is_in_force: bool


class RecallCasePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a recall would reach; nothing is recorded. `owners`: how many organizations hold affected items or points."""

    cause: RecallCause
    evidence: str
    item: str
    name: str
    counts_from: date
    last_good_on: date | None
    owners: int
    levels: tuple[RecallLevel, ...]
    items: tuple[RecallItem, ...]
    points: tuple[RecallPoint, ...]


class RecallSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A recall in a list. `items`, `settled`: of the items that the reader sees."""

    id: str
    state: RecallState
    cause: RecallCause
    item: str
    name: str
    opened_at: datetime
    is_own: bool
    items: int
    settled: int


class RecallAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A recall as the reader sees it. `is_own`: the reader's organization opened it, or is an authority over that one."""

    id: str
    state: RecallState
    cause: RecallCause
    evidence: str
    item: str
    name: str
    counts_from: date
    last_good_on: date | None
    reason: str
    opened_at: datetime
    opened_by: str | None
    is_own: bool
    owners: int | None
    settled: int
    levels: tuple[RecallLevel, ...]
    items: tuple[RecallItem, ...]
    points: tuple[RecallPoint, ...]
    deeds: tuple[RecallDeed, ...]


class RecallList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of recalls, the latest first; `next` is the cursor of the page after it."""

    recalls: tuple[RecallSummary, ...]
    next: int | None


SCHEMAS: tuple[type[msgspec.Struct], ...] = (
    RecallOrder,
    RecallReasonBody,
    RecallCasePreview,
    RecallAnswer,
    RecallList,
)


def recall_preview(found: Preview, names: Names) -> RecallCasePreview:
    """A preview as it is told."""
    ground = found.ground
    return RecallCasePreview(
        cause=ground.cause,
        evidence=ground.evidence,
        item=ground.item,
        name=names.of(ground.item),
        counts_from=ground.on,
        last_good_on=found.last_good_on,
        owners=found.owners,
        levels=_levels(found.levels),
        items=tuple(_item(each, names) for each in found.items),
        points=tuple(_point(each, names) for each in found.points),
    )


def recall_summary(found: Opened, names: Names) -> RecallSummary:
    """A recall in a list."""
    case = found.case
    return RecallSummary(
        id=case.id,
        state=found.state,
        cause=case.ground.cause,
        item=case.ground.item,
        name=names.of(case.ground.item),
        opened_at=case.opening.at,
        is_own=found.is_own,
        items=len(found.items),
        settled=found.settled,
    )


def recall_answer(found: Opened, names: Names) -> RecallAnswer:
    """A recall as it is told."""
    case, ground = found.case, found.case.ground
    return RecallAnswer(
        id=case.id,
        state=found.state,
        cause=ground.cause,
        evidence=ground.evidence,
        item=ground.item,
        name=names.of(ground.item),
        counts_from=ground.on,
        last_good_on=case.last_good_on,
        reason=case.opening.reason,
        opened_at=case.opening.at,
        opened_by=case.opening.by if found.is_own else None,
        is_own=found.is_own,
        owners=found.owners,
        settled=found.settled,
        levels=_levels(found.levels),
        items=tuple(_item(each.reached, names, each, is_own=found.is_own) for each in found.items),
        points=tuple(_point(each, names) for each in found.points),
        deeds=tuple(_deed(deed, is_own=found.is_own) for deed in case.deeds),
    )


def _levels(levels: Iterable[Level]) -> tuple[RecallLevel, ...]:
    return tuple(msgspec.convert(each, RecallLevel, from_attributes=True) for each in levels)


def _point(point: AffectedPoint, names: Names) -> RecallPoint:
    return RecallPoint(
        metering_point=point.metering_point,
        level=point.level,
        item=point.item,
        name=names.of(point.item),
        certificate=point.certificate,
        severity=point.severity,
        code=point.code,
        used_from=point.used_from,
        used_until=point.used_until,
        is_in_force=point.is_in_force,
    )


def _item(reached: Reached, names: Names, affair: Affair | None = None, *, is_own: bool = True) -> RecallItem:
    justification = None if affair is None else affair.justification
    return RecallItem(
        item=reached.item,
        name=names.of(reached.item),
        level=reached.level,
        certificate=reached.certificate,
        severity=reached.severity,
        code=reached.code,
        used_from=reached.used_from,
        used_until=reached.used_until,
        standing=RecallStanding.OPEN if affair is None else affair.standing,
        settled_by=None if affair is None else affair.settled_by,
        justification=None if justification is None else _deed(justification, is_own=is_own),
        is_new=affair is not None and affair.is_new,
    )


def _deed(deed: Deed, *, is_own: bool) -> RecallDeed:
    return RecallDeed(step=deed.step, item=deed.item, reason=deed.reason, by=deed.by if is_own else None, at=deed.at)
