"""What the sums of a run are moved by: the places, owners and kept answers of some targets, before and after recordings."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select

from registry.account_tables import Holdings
from registry.columns import instant_number
from registry.fleet_tables import FleetAnswers
from registry.mapping import Row
from registry.queries import Query
from registry.repositories.retractions import is_kept
from registry.review_tables import ReviewUnits
from registry.table_parts import table_of
from registry.tables import Branches, MeteringPoints
from registry.unit_of_work import UnitOfWork

_answers = table_of(FleetAnswers)
_branches = table_of(Branches)
_holdings = table_of(Holdings)
_points = table_of(MeteringPoints)
_units = table_of(ReviewUnits)
_AT_ONCE = 20_000  # Values that are named in one statement.


_Served = tuple[str, int | None, int | None]  # By an item, from a day (as a number) until another; empty: open.


class Moment(NamedTuple):
    """Records up to a recording, as known at an instant."""

    recording: int
    known_at: datetime


class Answered(NamedTuple):
    """Of a kept answer what sums tell: the status, the last good day as a number, and what carries the lapse."""

    kind: str
    status: str
    until: int | None
    carrier: str | None


class Standing(NamedTuple):
    """A metering point in one version: whose, for what, at which level, and which items serve it from when until when."""

    organization: str
    energy: str
    level: int
    rows: tuple[_Served, ...]

    def serving(self, day: int) -> Iterable[str]:
        """The items that serve it on a day (as a number)."""
        return (item for item, start, until in self.rows if (start is None or start <= day) and (until is None or day <= until))


def newly_held(work: UnitOfWork, recording: int, most: int) -> list[tuple[str, str]]:
    """The lists and ids of items and metering points that somebody holds only since a recording."""
    return [(section, id_) for section, id_ in work.rows(_NEWLY_HELD, recording=recording, most=most)]


def moved_organizations(work: UnitOfWork, recording: int, most: int) -> list[str]:
    """The organizations of whose units something was told since a recording: they may stand in another district."""
    return [name for (name,) in work.rows(_MOVED, recording=recording, most=most)]


def points_held(work: UnitOfWork, organizations: Iterable[str]) -> list[str]:
    """The metering points that organizations hold, their own among them."""
    return [id_ for each in sorted(organizations) for (id_,) in work.rows(_HELD_POINTS, organization=each)]


def carried_by(work: UnitOfWork, run: int, standards: Collection[str]) -> list[str]:
    """The items whose lapse some standards carry, by the kept answers of a run."""
    return [id_ for (id_,) in _asked(work, _CARRIED, standards, run=run)]


def answered(work: UnitOfWork, run: int, targets: Collection[str]) -> dict[str, Answered]:
    """The kept answers for some targets."""
    return {target: Answered(*row) for target, *row in _asked(work, _ANSWERED, targets, run=run)}


def owners(work: UnitOfWork, section: str, ids: Collection[str]) -> list[tuple[str, str, int]]:
    """Who holds which record of a list since which recording."""
    return [(name, id_, recording) for name, id_, recording in _asked(work, _OWNERS, ids, section=section)]


def had_holdings(work: UnitOfWork, organization: str, recording: int) -> bool:
    """Whether an organization held items or metering points after a recording."""
    return bool(work.rows(_HAD, organization=organization, recording=recording))


def points_standing(work: UnitOfWork, points: Collection[str], *moments: Moment) -> list[dict[str, Standing]]:
    """How metering points stand at some moments, each in its latest version known then."""
    versions = [*_asked(work, _VERSIONS, points)]
    rows: dict[int, list[_Served]] = {}
    for entry, item, start, until in _asked(work, _ROWS, [row[0] for row in versions]):
        rows.setdefault(entry, []).append((item, start, until))
    return [_at(versions, rows, moment) for moment in moments]


def _at(versions: list[Row], rows: dict[int, list[_Served]], moment: Moment) -> dict[str, Standing]:
    known_at = instant_number(moment.known_at)
    latest: dict[str, tuple[int, Standing]] = {}
    for entry, id_, recorded_at, recording, organization, energy, level in versions:
        if recording <= moment.recording and recorded_at <= known_at and (id_ not in latest or latest[id_][0] < recorded_at):
            latest[id_] = recorded_at, Standing(organization, energy or "", level, tuple(rows.get(entry, ())))
    return {id_: standing for id_, (_, standing) in latest.items()}


def _asked(work: UnitOfWork, query: Query, among: Collection[Any], **values: Any) -> Iterator[Row]:
    named = sorted(set(among))
    for start in range(0, len(named), _AT_ONCE):
        yield from work.rows(query, among=named[start : start + _AT_ONCE], **values)


_IS_TARGET = or_(_holdings.c.section == "items", _holdings.c.section == "metering_points")
_NEWLY_HELD = Query(
    lambda _: (
        select(_holdings.c.section, _holdings.c.id)
        .distinct()
        .where(_holdings.c.recording > bindparam("recording"), _IS_TARGET)
        .limit(bindparam("most"))
    )
)
_HAD = Query(
    lambda _: (
        select(_holdings.c.id)
        .where(
            _holdings.c.organization == bindparam("organization"),
            _IS_TARGET,
            _holdings.c.recording <= bindparam("recording"),
        )
        .limit(1)
    )
)
_MOVED = Query(
    lambda _: (
        select(_units.c.organization).distinct().where(_units.c.recording > bindparam("recording")).limit(bindparam("most"))
    )
)
_HELD_POINTS = Query(
    lambda _: select(_holdings.c.id).where(
        _holdings.c.organization == bindparam("organization"), _holdings.c.section == "metering_points"
    )
)
_CARRIED = Query(
    lambda spelling: select(_answers.c.target).where(
        _answers.c.run == bindparam("run"), spelling.among(_answers.c.carrier, "among"), _answers.c.carrier.is_not(None)
    )
)
_ANSWERED = Query(
    lambda spelling: select(
        _answers.c.target, _answers.c.kind, _answers.c.status, _answers.c.traceable_until, _answers.c.carrier
    ).where(_answers.c.run == bindparam("run"), spelling.among(_answers.c.target, "among"))
)
_OWNERS = Query(
    lambda spelling: select(_holdings.c.organization, _holdings.c.id, _holdings.c.recording).where(
        _holdings.c.section == bindparam("section"), spelling.among(_holdings.c.id, "among")
    )
)
_VERSIONS = Query(
    lambda spelling: select(
        _points.c.entry,
        _points.c.id,
        _points.c.recorded_at,
        _points.c.recording,
        _points.c.organization,
        _points.c.energy,
        _points.c.level,
    ).where(spelling.among(_points.c.id, "among"), is_kept("metering_points", _points.c.entry))
)
_ROWS = Query(
    lambda spelling: select(_branches.c.metering_point_entry, _branches.c.item, _branches.c.start, _branches.c.until).where(
        spelling.among(_branches.c.metering_point_entry, "among"), _branches.c.item.is_not(None)
    )
)
