"""Readings of a unit go to the monitoring system, and its register of meters comes from there, over the interface.

The credentials are sealed like those of webhooks (registry.notices.sealing). How far sending has got is a row for each batch
that was taken: a crash in between sends the batch again, which changes nothing there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import msgspec

from registry.access import Party
from registry.errors import UnacceptableError, UnknownError
from registry.exchange.monitoring_upload import NumericValid
from registry.monitoring.client import (
    Credentials,
    Outgoing,
    deliver,
    fetch_register,
    register_device,
    send_values,
)
from registry.monitoring.months import last_of
from registry.monitoring.uploads import DAY, MONTH, YEAR
from registry.notices.addresses import checked_url
from registry.notices.posting import Post
from registry.notices.settings import NoticeSettings
from registry.readings import MeterReading
from registry.repositories import monitoring_links as links
from registry.repositories import review
from registry.repositories.meter_readings import readings_with
from registry.repositories.monitoring import Origin
from registry.repositories.recordings import Recorder
from registry.review.facts import Connection, UploadedValue
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.monitoring import BroughtRegister, RegisterImport, import_register
from registry.usecases.units import check_tells, of_type
from traceability.accounting import converted
from traceability.periods import civil_day

_PLACES = 9  # Decimals of a value that has no end.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendings:
    """What sending came to. `left_out`: readings that the interface has no form for, as they are of no day, month or year."""

    values: int
    left_out: int


def connect_unit(
    store: Store,
    organization: str,
    url: str,
    region: str,
    *,
    party: Party,
    at: datetime,
    post: Post,
    settings: NoticeSettings,
) -> Credentials:
    """Register a unit with the monitoring system and keep what it gave, sealed. PlatformError where it refuses."""
    checked_url(url, allows_private=settings.allows_private)
    with store.reading() as work:
        unit = check_tells(work, party, organization, at)
    credentials = register_device(post, url, region, unit.credit_code)
    for address in filter(None, (credentials.data_url, credentials.register_url)):
        checked_url(address, allows_private=settings.allows_private)
    sealed = settings.sealer.seal(msgspec.json.encode(credentials).decode())
    with store.writing() as work:
        recording = Recorder(work, party=party, at=at, source="link to the monitoring system").begun()
        links.add_link(work, organization, url, region, sealed, Origin(party.name, at, recording))
    return credentials


def send_readings(
    store: Store, organization: str, *, at: datetime, post: Post, settings: NoticeSettings, wait: Callable[[int], None]
) -> Sendings:
    """Send what was recorded since the last time, in the order of recording. PlatformError where it stops on the way."""
    with store.reading() as work:
        credentials = _credentials(work, organization, settings)
        unit = review.unit_of(work, organization, (civil_day(at), at))
        if unit is None:
            raise UnknownError(organization)
        connections = _connections(work, organization, at)
    queue = _Queue(store, organization, connections, at)
    values = deliver(
        queue.pending,
        lambda batch, moment: send_values(post, credentials, unit.credit_code, batch, moment),
        queue.done,
        at,
        wait,
    )
    return Sendings(values=values, left_out=queue.left_out)


def pull_register(
    store: Store,
    organization: str,
    *,
    numeric_state: NumericValid | None,
    party: Party,
    at: datetime,
    post: Post,
    settings: NoticeSettings,
) -> RegisterImport:
    """Fetch the register of meters and record it as that of today."""
    with store.reading() as work:
        check_tells(work, party, organization, at)
        credentials = _credentials(work, organization, settings)
    data = fetch_register(post, credentials)
    brought = BroughtRegister(data=data, name="pulled", as_of=civil_day(at), numeric_state=numeric_state)
    return import_register(store, brought, organization=organization, party=party, at=at, is_dry_run=False)


class _Queue:
    """What is to be sent, read from the store; each batch that was taken is written down at once."""

    def __init__(self, store: Store, organization: str, connections: Mapping[str, Connection], at: datetime) -> None:
        self.left_out = 0
        self._last = 0  # The last reading behind the batch, left out or not.
        self._store, self._organization, self._connections, self._at = store, organization, connections, at
        with store.reading() as work:
            self._after = links.sent_up_to(work, organization)

    def pending(self, most: int) -> Sequence[Outgoing]:
        """The next values; what has no form there is passed over. A correction may be two values, so it may be a few more."""
        while True:
            with self._store.reading() as work:
                rows = links.readings_after(work, list(self._connections), self._after, most)
                replaced = readings_with(work, [each.replaces for _, each in rows if each.replaces is not None])
            if not rows:
                return []
            before = {id_: each.reading for id_, each in replaced.items()}
            found: list[Outgoing] = []
            for entry, reading in rows:
                values = _outgoing(entry, reading, before.get(reading.replaces or ""), self._connections)
                self.left_out += not values
                found += values
            if found:
                self._last = rows[-1][0]
                return found
            self._after = rows[-1][0]

    def done(self, entry: int, values: int) -> None:
        """Write down that all up to the end of the batch was taken."""
        self._after = max(entry, self._last)
        with self._store.writing() as work:
            links.add_sending(work, self._organization, self._after, values, self._at)


def _credentials(work: UnitOfWork, organization: str, settings: NoticeSettings) -> Credentials:
    link = links.link_of(work, organization)
    if link is None or not link.is_active:
        raise UnacceptableError("$", "the unit is not registered with the monitoring system", "该单位尚未在监测系统注册")
    return msgspec.json.decode(settings.sealer.open(link.sealed), type=Credentials)


def _connections(work: UnitOfWork, organization: str, at: datetime) -> dict[str, Connection]:
    """The points whose readings have a form there: used in a period, under a code, in a unit."""
    facts = review.facts_of(work, [organization], (civil_day(at), at), ["connection"])
    return {
        each.metering_point: each
        for each in of_type(facts, Connection)
        if each.data_code and each.unit and each.uploaded is UploadedValue.INTERVAL
    }


def _outgoing(
    entry: int, reading: MeterReading, replaced: MeterReading | None, connections: Mapping[str, Connection]
) -> list[Outgoing]:
    """What a reading is there: its value; of one that it takes back, that this no longer counts."""
    connection = connections[reading.metering_point]
    found = []
    is_same_period = replaced is not None and (replaced.start, replaced.until) == (reading.start, reading.until)
    if replaced is not None and (reading.value is None or not is_same_period):
        kind = _stat_type(replaced)
        if kind is not None:
            found.append(
                Outgoing(
                    entry=entry,
                    data_code=connection.data_code,
                    stat_type=kind,
                    stat_day=replaced.start,
                    value=Decimal(0),
                    is_valid=False,
                )
            )
    kind = _stat_type(reading)
    if reading.value is not None and reading.unit is not None and kind is not None:
        exact = converted(Fraction(reading.value), reading.unit, connection.unit) / Fraction(connection.multiplier)
        value = Decimal(round(exact * 10**_PLACES)).scaleb(-_PLACES)
        found.append(Outgoing(entry=entry, data_code=connection.data_code, stat_type=kind, stat_day=reading.start, value=value))
    return found


def _stat_type(reading: MeterReading) -> int | None:
    """Whether it is of a day, a month or a year; None for any other period."""
    if reading.start == reading.until:
        return DAY
    if reading.start.day == 1 and reading.until == last_of(reading.start):
        return MONTH
    is_year = (reading.start.month, reading.start.day, reading.until.month, reading.until.day) == (1, 1, 12, 31)
    return YEAR if is_year and reading.start.year == reading.until.year else None
