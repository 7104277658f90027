"""Further versions of items and metering points: the one that counts, and what it becomes."""

from collections.abc import Iterator
from typing import cast

from msgspec.structs import replace

from registry.access import Party
from registry.columns import instant_number
from registry.errors import UnknownError
from registry.repositories import stored
from registry.repositories.holdings import held_among
from registry.unit_of_work import UnitOfWork
from traceability.periods import day_before
from traceability.problems import InputError
from traceability.records import Branch, MeteringPoint


def check_current(work: UnitOfWork, party: Party, section: str, id_: str) -> None:
    """UnknownError for a record of a list that the party may not change, whether or not there is one."""
    _current(work, party, section, id_)


def current_metering_point(work: UnitOfWork, party: Party, point_id: str) -> MeteringPoint:
    """The version of a metering point that counts; UnknownError for one that the party's own organization does not hold."""
    return cast("MeteringPoint", _current(work, party, "metering_points", point_id))


def installed(point: MeteringPoint, branch: Branch, path: str = "$") -> MeteringPoint:
    """The metering point with an item that serves a branch from a day on; what served it until then ends the day before."""
    if branch.start is None:
        raise InputError(f"{path}.from", "the first day is missing", "缺少起始日期")
    if all(row.name != branch.name for row in point.branches):
        raise InputError(f"{path}.name", f"there is no branch {branch.name!r}", f"没有支路 {branch.name!r}")
    return replace(point, branches=(*_ended(point, branch), branch))


def _ended(point: MeteringPoint, branch: Branch) -> Iterator[Branch]:
    """The rows before; those that would serve the branch beside the new one end, and a missing input is filled."""
    assert branch.start is not None  # noqa: S101 - checked by the caller.
    for row in point.branches:
        if row.name != branch.name or not row.serves(branch.start):
            yield row
        elif row.start is None or row.start < branch.start:
            yield replace(row, until=day_before(branch.start))


def _current(work: UnitOfWork, party: Party, section: str, id_: str) -> object:
    is_directory = section == "organizations"  # Whoever administers may change all of it.
    own = None if party.organization is None or is_directory else [party.organization]
    versions = [each.record for each in stored.with_ids(work, section, [id_])]
    if not versions or not held_among(work, section, [id_], own):
        raise UnknownError(id_)
    return max(versions, key=lambda version: instant_number(getattr(version, "recorded_at", None)))
