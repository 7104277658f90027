"""Which metering points a failed standard or a withdrawn certificate reaches, and on which days they rested on it.

A certificate that is affected (traceability.affected) is relied on at a metering point from the day of its calibration until
the next one, as long as its item serves there; the item that failed itself is relied on wherever it serves. So a point stands
one level below what it relies on, with the severity that this has.
"""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from itertools import chain, pairwise
from typing import NamedTuple

from traceability.affected import Grade, Recall, grading_of, worse
from traceability.known import Known
from traceability.periods import day_after, day_before
from traceability.records import Branch, Purpose, Value
from traceability.resolution import certificate_in_force, end_of, purposes_of
from traceability.verdict import Code, Severity


class AffectedPoint(Value, frozen=True, kw_only=True):
    """A metering point that rests on what is affected.

    `level`: one more than that of the certificate it relies on; 1 where the failed item serves it itself. `item`: what serves
    it there, `certificate`: of that, absent for the failed item itself. `used_from`, `used_until`: the first and last day, up
    to that of the preview, on which it relied on anything affected. `is_in_force`: whether it does on the day of the preview.
    `code`, `severity`: the worst finding that is passed down to it.
    """

    level: int
    metering_point: str
    item: str
    certificate: str | None
    used_from: date
    used_until: date
    code: Code
    severity: Severity
    is_in_force: bool


class Run(NamedTuple):
    """Days on which a row relied on something affected: which item and certificate, at which level, how bad that is."""

    first: date
    last: date
    item: str
    certificate: str | None
    level: int
    grade: Grade


def affected_points(known: Known, recall: Recall, as_of: date) -> tuple[AffectedPoint, ...]:
    """The metering points known that a recall reaches, nearest first; then by id."""
    reliance = _Reliance(known, recall, as_of)
    points = ((point, [*chain.from_iterable(map(reliance.runs, point.branches))]) for point in known.metering_points.values())
    found = (_affected_point(point.id, runs, as_of) for point, runs in points if runs)
    return tuple(sorted(found, key=lambda each: (each.level, each.metering_point)))


def runs_of_item(known: Known, recall: Recall, as_of: date) -> Iterator[tuple[str, int, Run]]:
    """The days on which the item of a recall itself served metering points known: the point, the row, and the run."""
    reliance = _Reliance(known, recall, as_of)
    for point in known.metering_points.values():
        for position, branch in enumerate(point.branches):
            if branch.item == recall.item:
                yield from ((point.id, position, run) for run in reliance.runs(branch))


class _Reliance:
    """What of a recall is relied on by the rows of metering points."""

    def __init__(self, known: Known, recall: Recall, as_of: date) -> None:
        self._known, self._recall, self._as_of = known, recall, as_of
        self._affected = {each.certificate: each for each in recall.affected}
        self._items = {each.item for each in recall.affected} | {recall.item}
        self._grading = grading_of(known, recall)

    def runs(self, branch: Branch) -> Iterator[Run]:
        """The days on which a row relied on something affected."""
        item = branch.item
        if item is None or item not in self._items:
            return
        last = self._as_of if branch.until is None else min(branch.until, self._as_of)
        changes = sorted(set(self._changes(item)))
        start = changes[0] if branch.start is None else branch.start
        days = [start, *(day for day in changes if start < day <= last), day_after(last)]
        for day, following in pairwise(days):
            if day < following:
                for purpose in purposes_of(self._known.items[item], branch):
                    yield from self._run(purpose, item, day, day_before(following))

    def _run(self, purpose: Purpose, item: str, day: date, last: date) -> Iterator[Run]:
        own = self._grading(day, purpose) if item == self._recall.item else None
        if own is not None:
            yield Run(day, last, item, None, 1, own)
            return
        found = certificate_in_force(self._known, item, day, purpose).found
        if found is not None and found.id in self._affected:
            each = self._affected[found.id]
            yield Run(day, last, item, found.id, each.level + 1, (each.severity, each.code))

    def _changes(self, item_id: str) -> Iterator[date]:
        """The days on which another certificate of an item may be found than the day before, or the same is worth less."""
        item, recall = self._known.items[item_id], self._recall
        days = [item.retired_on, recall.void_from]
        for certificate in self._known.live_of(item_id):
            end = end_of(self._known, item, certificate).last_day
            days += [certificate.calibrated_on, end and day_after(end)]
            days += [certificate.withdrawal.void_from] if certificate.withdrawal else []
        if recall.window is not None:
            good = recall.window.last_good_on
            days += [recall.window.failed_on, good and day_after(good)]
        return (day for day in days if day is not None)


def _affected_point(point_id: str, runs: list[Run], as_of: date) -> AffectedPoint:
    nearest = min(runs, key=lambda run: (run.level, -run.last.toordinal()))
    severity, code = reduce(worse, (run.grade for run in runs))
    until = max(run.last for run in runs)
    return AffectedPoint(
        level=nearest.level,
        metering_point=point_id,
        item=nearest.item,
        certificate=nearest.certificate,
        used_from=min(run.first for run in runs),
        used_until=until,
        code=code,
        severity=severity,
        is_in_force=until == as_of,
    )
