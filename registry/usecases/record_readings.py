"""Readings come in: looked at together, recorded all or none, each defect named with its place.

1. Of what is sent, what is on record already changes nothing.
2. A reading is of a point of the party's own organization.
3. A correction names a reading of the same point that nothing corrected yet.
4. What then counts for a point does not overlap, and is of one dimension.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from registry.access import Party
from registry.errors import UnacceptableError
from registry.readings import MeterReading, Place, Problem, Sent, told
from registry.repositories.holdings import held_among
from registry.repositories.latest import latest_points
from registry.repositories.meter_readings import append_readings, current_readings, readings_with, units_of
from registry.repositories.recordings import Recorder
from registry.spelling import is_storable
from registry.unit_of_work import Store, UnitOfWork
from traceability.problems import InputError
from traceability.quantities import same_dimension

MOST_SENT = 50_000  # Readings of one submission: 130 points with a reading on each day of a year.
MOST_PROBLEMS = 200  # That a report names; their number is always told.
_REPLACED = (
    "on record, but replaced or taken back since, so it does not count; to bring it again give it an id of its own",
    "已登记，但其后被替换或撤回，不再计入；如需重新计入，请另用标识",
)
_POINTS = 10  # Whose readings on record are looked at together: of fifty years of days fewer than one question answers.


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingReport:
    """What a submission came to. `recording`: its number, None where nothing was written.

    `left_out`: what a file holds that is no reading to be recorded, and why, in both languages (English, Chinese, how often).
    """

    new: int
    same: int
    problems: tuple[Problem, ...]
    problems_in_all: int
    recording: int | None
    is_dry_run: bool
    left_out: tuple[tuple[str, str, int], ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether all of it is, or would be, on record."""
        return not self.problems_in_all


def record_readings(
    store: Store,
    sent: Sequence[Sent],
    *,
    party: Party,
    at: datetime,
    source: str,
    problems: Sequence[Problem] = (),
    left_out: Sequence[tuple[str, str, int]] = (),
    is_dry_run: bool = False,
) -> ReadingReport:
    """Record readings, all of them or, where there is a problem, none. `problems`: what reading the file found already.

    UnacceptableError for more than MOST_SENT.
    """
    if len(sent) > MOST_SENT:
        raise UnacceptableError("$", f"more than {MOST_SENT} readings", f"读数超过 {MOST_SENT} 条")
    if is_dry_run or problems:
        with store.reading() as work:
            judged = _judged(work, party, sent)
        return _report(judged, problems, left_out, None, is_dry_run=is_dry_run)
    with store.writing() as work:
        judged = _judged(work, party, sent)
        if judged.problems or not judged.new:
            return _report(judged, (), left_out, None, is_dry_run=False)
        recorder = Recorder(work, party=party, at=at, source=source)
        append_readings(work, [each.reading for each in judged.new], by=party.name, at=at, recording=recorder.begun())
        return _report(judged, (), left_out, recorder.recording, is_dry_run=False)


def refused(report: ReadingReport) -> ReadingReport:
    """The report of what was recorded; InputError with the first problem and the number of the others where it was not."""
    if report.is_good or report.is_dry_run:
        return report
    first, others = report.problems[0], report.problems_in_all - 1
    en = f"{first.en} (and {others} more; a dry run lists them)" if others else first.en
    zh = f"{first.zh}（另有 {others} 处，试运行可全部列出）" if others else first.zh
    raise InputError(told(first.place), en, zh)


@dataclass(slots=True, kw_only=True)
class _Judged:
    new: list[Sent] = field(default_factory=list)
    same: int = 0
    replaced: int = 0  # Of these, how many something replaced since.
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, place: Place, en: str, zh: str) -> None:
        self.problems.append(Problem(place=place, en=en, zh=zh))


def _report(
    judged: _Judged,
    problems: Sequence[Problem],
    left_out: Sequence[tuple[str, str, int]],
    recording: int | None,
    *,
    is_dry_run: bool,
) -> ReadingReport:
    found = sorted([*problems, *judged.problems], key=lambda each: each.place.row or 0)
    return ReadingReport(
        new=len(judged.new),
        same=judged.same,
        problems=tuple(found[:MOST_PROBLEMS]),
        problems_in_all=len(found),
        recording=recording,
        is_dry_run=is_dry_run,
        left_out=(*left_out, *([(*_REPLACED, judged.replaced)] if judged.replaced else ())),
    )


def _judged(work: UnitOfWork, party: Party, sent: Sequence[Sent]) -> _Judged:
    judged = _Judged()
    fresh = list(_fresh(work, judged, _of_own_points(work, party, judged, sent)))
    good = list(_with_good_replacements(work, judged, fresh))
    judged.new = good
    _check_together(work, judged, good, {each.reading.replaces for each in good if each.reading.replaces is not None})
    return judged


def _of_own_points(work: UnitOfWork, party: Party, judged: _Judged, sent: Iterable[Sent]) -> list[Sent]:
    """What is of a point of the own organization; the operator's is any. Others learn nothing of a point."""
    listed = list(sent)
    wanted = {each.reading.metering_point for each in listed}
    points = latest_points(work, held_among(work, "metering_points", filter(is_storable, wanted), party.viewers))
    own = {id_ for id_, point in points.items() if party.organization in {None, point.organization}}
    kept = []
    for each in listed:
        if each.reading.metering_point in own:
            kept.append(each)
            continue
        shown = each.reading.metering_point[:80]
        judged.refuse(
            each.place.at("metering_point"),
            f"no metering point {shown!r} of the own organization",
            f"本机构没有计量点 {shown!r}",
        )
    return kept


def _fresh(work: UnitOfWork, judged: _Judged, sent: Iterable[Sent]) -> Iterator[Sent]:
    """What is not on record; the same again, in the store or in what was sent, counts as such."""
    listed = list(sent)
    held = readings_with(work, (each.reading.id for each in listed))
    known = {id_: each.reading for id_, each in held.items()}
    for each in listed:
        before = known.setdefault(each.reading.id, each.reading)
        if before is each.reading:
            yield each
        elif before.says_the_same(each.reading):
            judged.same += 1
            judged.replaced += each.reading.id in held and held[each.reading.id].replaced_by is not None
        else:
            judged.refuse(
                each.place.at("id"),
                f"{each.reading.id!r} is another reading; a correction has an id of its own and names it in replaces",
                f"标识 {each.reading.id!r} 已是另一读数；更正须另用标识并在“替换”中写明",
            )


def _with_good_replacements(work: UnitOfWork, judged: _Judged, fresh: Sequence[Sent]) -> Iterator[Sent]:
    """What corrects nothing, or what can be corrected. A correction may come together with what it corrects."""
    own = {each.reading.id: each.reading for each in fresh}
    named = {each.reading.replaces for each in fresh if each.reading.replaces is not None}
    held = readings_with(work, named)
    taken: dict[str, str] = {id_: each.replaced_by for id_, each in held.items() if each.replaced_by is not None}
    for each in fresh:
        id_ = each.reading.replaces
        if id_ is None:
            yield each
            continue
        place = each.place.at("replaces")
        before = held[id_].reading if id_ in held else own.get(id_)
        if before is None or before.metering_point != each.reading.metering_point or before is each.reading:
            judged.refuse(place, f"there is no reading {id_[:80]!r} of this point", f"此计量点没有读数 {id_[:80]!r}")
        elif id_ in taken:
            judged.refuse(place, f"{id_!r} was replaced by {taken[id_]!r} already", f"读数 {id_!r} 已被 {taken[id_]!r} 替换")
        else:
            taken[id_] = each.reading.id
            yield each


def _check_together(work: UnitOfWork, judged: _Judged, fresh: Sequence[Sent], replaced: set[str]) -> None:
    """Refuse what overlaps with another reading of its point, or cannot be added to it."""
    by_point: dict[str, list[Sent]] = defaultdict(list)
    for each in fresh:
        if each.reading.value is not None and each.reading.id not in replaced:
            by_point[each.reading.metering_point].append(each)
    units = _units_on_record(work, by_point, replaced)
    ordered = sorted(by_point)
    for start in range(0, len(ordered), _POINTS):
        points = ordered[start : start + _POINTS]
        of_points = [each for point in points for each in by_point[point]]
        first, last = min(each.reading.start for each in of_points), max(each.reading.until for each in of_points)
        beside: dict[str, list[MeterReading]] = defaultdict(list)
        for stored in current_readings(work, points, first, last):
            if stored.reading.id not in replaced:
                beside[stored.reading.metering_point].append(stored.reading)
        for point in points:
            _check_units(judged, by_point[point], units.get(point))
            _check_overlaps(
                judged, [*((each, None) for each in beside[point]), *((each.reading, each.place) for each in by_point[point])]
            )


def _units_on_record(work: UnitOfWork, points: Iterable[str], replaced: set[str]) -> dict[str, str]:
    """A unit in which each point is read, whatever the period, as far as something counts that is not being replaced."""
    counts = Counter(units_of(work, points))
    for stored in readings_with(work, replaced).values():
        if stored.reading.unit is not None and stored.replaced_by is None:
            counts[stored.reading.metering_point, stored.reading.unit] -= 1
    return {point: unit for (point, unit), count in sorted(counts.items(), reverse=True) if count > 0}


def _check_units(judged: _Judged, sent: Sequence[Sent], on_record: str | None) -> None:
    expected = on_record or sent[0].reading.unit or ""
    for reading, place in ((each.reading, each.place) for each in sent):
        if not same_dimension(reading.unit or "", expected):
            judged.refuse(
                place.at("unit"),
                f"this point is read in {expected}, which {reading.unit} does not convert into",
                f"此计量点以 {expected} 读数，{reading.unit} 无法换算",
            )


def _check_overlaps(judged: _Judged, of_point: Sequence[tuple[MeterReading, Place | None]]) -> None:
    """In the order of their days, each may begin only after all before it have ended."""
    last: tuple[MeterReading, Place | None] | None = None
    # The sort keeps the order in which they stand: what is on record first, then as sent.
    for reading, place in sorted(of_point, key=lambda each: each[0].start):
        if last is not None and reading.start <= last[0].until:
            other, other_place = last
            # What is on record stays; what is sent is at fault, the later of two that are sent.
            at_fault, beside, where = (reading, other, place) if place is not None else (other, reading, other_place)
            if where is not None:
                _refuse_overlap(judged, where, at_fault, beside, other_place if where is place else None)
        if last is None or reading.until > last[0].until:
            last = (reading, place)


def _refuse_overlap(
    judged: _Judged, where: Place, reading: MeterReading, other: MeterReading, other_place: Place | None
) -> None:
    at_en = "" if other_place is None else f" ({told(other_place)})"
    at_zh = "" if other_place is None else f"（{told(other_place)}）"
    judged.refuse(
        where.at("from"),
        f"{reading.start} to {reading.until} of {reading.metering_point!r} overlaps with reading {other.id!r}{at_en} "
        f"of {other.start} to {other.until}; to correct it, name it in replaces",
        f"计量点 {reading.metering_point!r} 的 {reading.start} 至 {reading.until} 与读数 {other.id!r}{at_zh}"
        f"（{other.start} 至 {other.until}）重叠；如为更正，请在“替换”中写明",
    )
