"""The records as they were known at an instant, indexed for the rules (SEMANTICS 1, `known_at`; 2, versions)."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from traceability.problems import InvalidValueError
from traceability.records import (
    Certificate,
    Competence,
    Event,
    EventKind,
    Item,
    MeteringPoint,
    Outcome,
    Records,
    replaced_chain,
)


class _Versioned(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def recorded_at(self) -> datetime | None: ...


_V = TypeVar("_V", bound=_Versioned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known at `known_at`. Certificates of an item stand in the order of SEMANTICS 3.1 step 5, the latest last.

    `live` leaves out what a known certificate replaces; `certificates` holds all by id.
    """

    known_at: datetime
    items: dict[str, Item]
    metering_points: dict[str, MeteringPoint]
    certificates: dict[str, Certificate]
    live: dict[str, tuple[Certificate, ...]]
    events: dict[str, tuple[Event, ...]]
    competences: dict[str, tuple[Competence, ...]]
    # What has been worked out from these records already, by those who did.
    memory: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    def live_of(self, item_id: str) -> tuple[Certificate, ...]:
        """The certificates of an item that nothing replaces, earliest first."""
        return self.live.get(item_id, ())

    def events_of(self, item_id: str) -> tuple[Event, ...]:
        """The events of an item, earliest first."""
        return self.events.get(item_id, ())

    def replaced_by(self, certificate: Certificate) -> Iterable[str]:
        """The ids that the certificate replaces, through any number of steps."""
        return replaced_chain(certificate, self.certificates)


def known_records(records: Records, known_at: datetime) -> Known:
    """The records that exist for an answer given at `known_at`, an aware instant."""
    if known_at.utcoffset() is None:
        raise InvalidValueError("known_at has no offset", "known_at 没有时区偏移")
    certificates = {
        certificate.id: _with_known_withdrawal(certificate, known_at)
        for certificate in records.certificates
        if _is_known(certificate.recorded_at, known_at)
    }
    replaced = {certificate.replaces for certificate in certificates.values()}
    events = (event for event in records.events if _is_known(event.recorded_at, known_at))
    return Known(
        known_at=known_at,
        items=_latest_versions(records.items, known_at),
        metering_points=_latest_versions(records.metering_points, known_at),
        certificates=certificates,
        live=_grouped(
            sorted((certificate for certificate in certificates.values() if certificate.id not in replaced), key=order),
            lambda certificate: certificate.item,
        ),
        events=_grouped(sorted(events, key=lambda event: (event.on, event.id)), lambda event: event.item),
        competences=_grouped(
            sorted(_latest_versions(records.competences, known_at).values(), key=lambda competence: competence.id),
            lambda competence: competence.organization,
        ),
    )


def order(certificate: Certificate) -> tuple[object, ...]:
    """The key by which the latest certificate is chosen; strings by code point (SEMANTICS 3.1 step 5)."""
    return (certificate.calibrated_on, certificate.issued_on, certificate.number, certificate.id)


def is_evidence(certificate: Certificate) -> bool:
    """Whether a live certificate may raise doubt or count as evidence: not withdrawn, whatever `void_from` (SEMANTICS 3.4)."""
    return certificate.withdrawal is None


def raises_doubt(record: Certificate | Event) -> bool:
    """Whether a record shows that the item was not right before its day (SEMANTICS 3.4)."""
    if isinstance(record, Event):
        return record.kind is EventKind.INTERIM_CHECK_FAILED
    return record.as_found == "out_of_tolerance" or (record.outcome is Outcome.FAIL and record.as_found is None)


def shows_good_state(record: Certificate | Event) -> bool:
    """Whether a record shows that the item was right on its day (SEMANTICS 3.4)."""
    if isinstance(record, Event):
        return record.kind is EventKind.INTERIM_CHECK_PASSED
    return record.outcome is not Outcome.FAIL


def normalized_serial(serial: str | None) -> str:
    """A serial number as compared: NFKC, trimmed, upper-cased; empty when there is none (SEMANTICS 3.3 ID_MISMATCH)."""
    return unicodedata.normalize("NFKC", serial or "").strip().upper()


def _is_known(recorded_at: datetime | None, known_at: datetime) -> bool:
    return recorded_at is None or recorded_at <= known_at


def _with_known_withdrawal(certificate: Certificate, known_at: datetime) -> Certificate:
    withdrawal = certificate.withdrawal
    if withdrawal is None or _is_known(withdrawal.recorded_at, known_at):
        return certificate
    return msgspec.structs.replace(certificate, withdrawal=None)


def _latest_versions(versions: Iterable[_V], known_at: datetime) -> dict[str, _V]:
    """One version per id, the latest known; a version without `recorded_at` comes before every other."""
    latest: dict[str, _V] = {}
    for version in versions:
        if not _is_known(version.recorded_at, known_at):
            continue
        held = latest.get(version.id)
        if held is None or _is_later(version.recorded_at, held.recorded_at):
            latest[version.id] = version
    return latest


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


_T = TypeVar("_T")


def _grouped(values: Iterable[_T], key: Callable[[_T], str]) -> dict[str, tuple[_T, ...]]:
    groups: defaultdict[str, list[_T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return {name: tuple(group) for name, group in groups.items()}
