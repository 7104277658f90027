"""How readings of a unit are sent to the monitoring system: the link, its sealed credentials, and how far it has got."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select

from registry.columns import day_of, instant_number
from registry.monitoring_tables import MonitoringLinks, MonitoringSecrets, MonitoringSendings
from registry.queries import Query, Spelling
from registry.reading_tables import MeterReadings
from registry.readings import MeterReading
from registry.repositories.monitoring import Origin
from registry.spelling import storable
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_links = table_of(MonitoringLinks)
_secrets = table_of(MonitoringSecrets)
_sendings = table_of(MonitoringSendings)
_readings = table_of(MeterReadings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a unit's readings go. `sealed`: what the registration gave, as registry.notices.sealing keeps it."""

    entry: int
    organization: str
    url: str
    region: str
    is_active: bool
    sealed: str


def add_link(work: UnitOfWork, organization: str, url: str, region: str, sealed: str, origin: Origin) -> None:
    """A link with the credentials that came of it; it takes the place of the one before."""
    entry = work.allot(MonitoringLinks)
    work.append(MonitoringLinks, [(entry, organization, url, storable(region), 1, *origin.columns)])
    secret = (work.allot(MonitoringSecrets), entry, sealed, instant_number(origin.at))
    work.append(MonitoringSecrets, [secret])


def link_of(work: UnitOfWork, organization: str) -> Link | None:
    """The link of a unit that counts."""
    rows = work.rows(_LINK, organization=organization)
    if not rows:
        return None
    entry, url, region, is_active, sealed = rows[0]
    return Link(entry=entry, organization=organization, url=url, region=region, is_active=bool(is_active), sealed=sealed)


def sent_up_to(work: UnitOfWork, organization: str) -> int:
    """The running number up to which all readings have arrived; 0 where none has."""
    return int(work.rows(_SENT, organization=organization)[0][0] or 0)


def add_sending(work: UnitOfWork, organization: str, up_to: int, readings: int, at: datetime) -> None:
    """That readings up to a running number have arrived."""
    work.append(MonitoringSendings, [(organization, up_to, readings, instant_number(at))])


def readings_after(work: UnitOfWork, points: list[str], after: int, most: int) -> list[tuple[int, MeterReading]]:
    """The next readings of points in the order of recording, with their running numbers."""
    if not points:
        return []
    return [(row[0], _reading(row)) for row in work.rows(_AFTER, points=sorted(points), after=after, most=most)]


def _reading(row: Any) -> MeterReading:
    _, id_, point, first, last, value, unit, source, replaces, reason = row
    return MeterReading(
        id=id_,
        metering_point=point,
        start=day_of(first),
        until=day_of(last),
        value=None if value is None else Decimal(value),
        unit=unit,
        source=source,
        replaces=replaces,
        reason=reason,
    )


def _link(_: Spelling) -> Select[Any]:
    later = _links.alias("later")
    newer = exists().where(later.c.organization == _links.c.organization, later.c.entry > _links.c.entry)
    columns = (_links.c.entry, _links.c.url, _links.c.region, _links.c.is_active, _secrets.c.sealed)
    source = _links.join(_secrets, _secrets.c.link_entry == _links.c.entry)
    return select(*columns).select_from(source).where(_links.c.organization == bindparam("organization"), ~newer)


def _after(spelling: Spelling) -> Select[Any]:
    names = ("entry", "id", "metering_point", "first_day", "last_day", "value", "unit", "source", "replaces", "reason")
    is_next = _readings.c.entry > bindparam("after")
    found = select(*(_readings.c[name] for name in names)).where(spelling.among(_readings.c.metering_point, "points"), is_next)
    return found.order_by(_readings.c.entry).limit(bindparam("most"))


_LINK = Query(_link)
_SENT = Query(lambda _: select(func.max(_sendings.c.up_to)).where(_sendings.c.organization == bindparam("organization")))
_AFTER = Query(_after)
