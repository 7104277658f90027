"""What the kept answers come to (registry.fleet_summary): what it is made of, written and read."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Delete, and_, bindparam, delete, exists, func, or_, select

from registry.account_tables import Holdings
from registry.columns import instant_number
from registry.fleet_summary import FleetSummary
from registry.fleet_tables import FleetRuns, FleetSummaries, RunState
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.repositories.review import units_among
from registry.table_parts import table_of
from registry.tables import Branches, CertificateReferences, Certificates, MeteringPoints
from registry.unit_of_work import UnitOfWork

Place = tuple[str, str | None, int]  # Organization, energy and level of a metering point.

_branches = table_of(Branches)
_certificates = table_of(Certificates)
_holdings = table_of(Holdings)
_points = table_of(MeteringPoints)
_references = table_of(CertificateReferences)
_runs = table_of(FleetRuns)
_summaries = table_of(FleetSummaries)


def key_of(viewers: list[str] | None) -> str:
    """The viewers as the summaries are kept for."""
    return "" if viewers is None else msgspec.json.encode(viewers).decode()


def summary_of(work: UnitOfWork, run: int) -> FleetSummary | None:
    """The sums of a run for exactly those who read; None when there are none for them."""
    found = work.rows(_READ, run=run, viewers=key_of(work.viewers))
    return msgspec.json.decode(found[0][0], type=FleetSummary) if found else None


def write(work: UnitOfWork, run: int, viewers: list[str] | None, summary: FleetSummary) -> None:
    """Keep the sums of a run for some viewers."""
    work.append(FleetSummaries, [(run, key_of(viewers), msgspec.json.encode(summary).decode())])


def forget(work: UnitOfWork, run: int) -> None:
    """Remove the sums of a run, which are to be written anew."""
    work.run(_FORGET, run=run)


def forget_past(work: UnitOfWork) -> None:
    """Remove the sums of runs that are past."""
    work.run(_FORGET_PAST, past=RunState.PAST.value)


def places_of_points(work: UnitOfWork, known_at: datetime) -> list[tuple[str, str, str | None, int]]:
    """Where metering points stand: the point, its organization, energy and level."""
    return list(map(tuple, work.rows(_POINTS, known_at=instant_number(known_at))))


def holders_of(work: UnitOfWork, section: str) -> list[tuple[str, str]]:
    """Which organization holds which item or metering point, organization by organization."""
    return list(map(tuple, work.rows(_HOLDERS, section=section)))


def users_of_standards(work: UnitOfWork) -> dict[str, str]:
    """Of each item that one organization alone uses to calibrate, that organization."""
    return {item: first for item, first, last in work.rows(_USERS) if first == last}


def districts_of(work: UnitOfWork, organizations: Iterable[str], day: date, known_at: datetime) -> dict[str, str]:
    """The district of each organization, as far as it is told: the area of its unit (registry.review)."""
    return {name: unit.area for name, unit in units_among(work, organizations, (day, known_at)).items()}


def latest_point(known_at: Any) -> Any:
    """The condition that a row is the latest known version of its metering point."""
    newer = _points.alias("newer")
    is_newer = (newer.c.id == _points.c.id) & (newer.c.recorded_at > _points.c.recorded_at)
    return (
        (_points.c.recorded_at <= known_at)
        & is_kept("metering_points", _points.c.entry)
        & ~exists().where(is_newer, newer.c.recorded_at <= known_at, is_kept("metering_points", newer.c.entry))
    )


def serves(day: Any, known_at: Any) -> Any:
    """The condition that a row of a metering point's latest version holds on a day."""
    return and_(
        latest_point(known_at),
        or_(_branches.c.start.is_(None), _branches.c.start <= day),
        or_(_branches.c.until.is_(None), _branches.c.until >= day),
    )


def _forget_past(_: Spelling) -> Delete:
    past = select(_runs.c.entry).where(_runs.c.state == bindparam("past"))
    return delete(_summaries).where(_summaries.c.run.in_(past))


_READ = Query(
    lambda _: select(_summaries.c.content).where(
        _summaries.c.run == bindparam("run"), _summaries.c.viewers == bindparam("viewers")
    )
)
_FORGET = Query(lambda _: delete(_summaries).where(_summaries.c.run == bindparam("run")))
_FORGET_PAST = Query(_forget_past)
_POINTS = Query(
    lambda _: select(_points.c.id, _points.c.organization, _points.c.energy, _points.c.level).where(
        latest_point(bindparam("known_at"))
    )
)
_HOLDERS = Query(
    lambda _: (
        select(_holdings.c.organization, _holdings.c.id)
        .where(_holdings.c.section == bindparam("section"))
        .order_by(_holdings.c.organization, _holdings.c.id)
    )
)
_USERS = Query(
    lambda _: (
        select(_references.c.item, func.min(_certificates.c.issuer), func.max(_certificates.c.issuer))
        .select_from(_references.join(_certificates, _certificates.c.entry == _references.c.certificate_entry))
        .group_by(_references.c.item)
        .order_by(_references.c.item)
    )
)
