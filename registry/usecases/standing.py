"""Verdicts on one item after the other in one state of the register: what many of them rest on is brought and examined once.

Thousands of meters rest on the same standards. Whoever asks for one after the other at the same recording needs of each but its
own records; the chains above are in memory, with what an examiner found of them. A further recording ends it all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

import msgspec

from registry.repositories.chains import load_around, load_own
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import Assessment
from registry.usecases.scan_label import next_known
from traceability.assess import assess_by
from traceability.examination import Examiner
from traceability.known import Known, known_records
from traceability.policy import Policy
from traceability.records import Event, Organization, Records
from traceability.verdict import Verdict

_MOST = 150_000  # Records held together, some 200 MB with what was found of them; then it begins anew.


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A verdict, with what names are found in, and when something that is on record already changes it by becoming known."""

    verdict: Verdict
    known: Known
    organizations: Mapping[str, Organization]
    events: Mapping[str, Event]
    good_until: datetime | None


def standing_alone(found: Assessment) -> Stood:
    """An assessment of one target by itself, in the same form."""
    return Stood(
        verdict=found.verdict,
        known=found.known,
        organizations={each.id: each for each in found.records.organizations},
        events={each.id: each for events in found.known.events.values() for each in events},
        good_until=next_known(found.records, found.verdict.known_at),
    )


class Standing:
    """The register at a recording, as far as was asked. Threads may share it."""

    def __init__(self, version: int, known_at: datetime) -> None:
        self._version = version
        self._known = known_records(Records(), known_at)
        self._organizations: dict[str, Organization] = {}
        self._events: dict[str, Event] = {}
        self._covered: set[str] = set()  # Items whose own records are here, or are nowhere, and those of all they rest on.
        self._issuers: set[str] = set()  # Organizations all of whose competences are here.
        self._examiners: dict[str, Examiner] = {}
        self._good_until: datetime | None = None
        self._size = 0
        self._lock = Lock()

    @property
    def known_at(self) -> datetime:
        """The instant at which it was begun; it is good for later ones."""
        return self._known.known_at

    def holds(self, version: int, at: datetime) -> bool:
        """Whether it is still that of a recording at an instant: nothing that was recorded ahead has become known meanwhile."""
        is_over = self._good_until is not None and at >= self._good_until
        return version == self._version and not is_over and self._size < _MOST

    def assess(self, work: UnitOfWork, item: str, as_of: date, known_at: datetime, policy: Policy, budget: int) -> Stood:
        """The verdict on an item as `assess_item` gives it. `work` reads everything at the recording of this standing.

        TooManyRecordsError for more records than the budget; UnknownTargetError for what is no item.
        """
        if item not in self._covered:
            self._bring(work, item, budget)
        with self._lock:
            examiner = self._examiners.get(policy.name)
            if examiner is None:
                examiner = self._examiners[policy.name] = Examiner(self._known, policy)
            verdict = assess_by(examiner, item, as_of)
        return Stood(
            verdict=msgspec.structs.replace(verdict, known_at=known_at),
            known=self._known,
            organizations=self._organizations,
            events=self._events,
            good_until=self._good_until,
        )

    def _bring(self, work: UnitOfWork, item: str, budget: int) -> None:
        """Bring an item and, step by step, what it rests on and is not here; taken in when nothing is missing any more."""
        found: list[Records] = []
        covered: set[str] = set()
        missing = {item}
        while missing:
            own = load_own(work, missing, budget)
            found.append(own)
            budget -= _size(own)
            covered |= missing
            above = {each.item for certificate in own.certificates for each in certificate.references}
            missing = above - covered - self._covered
        issuers = {certificate.issuer for own in found for certificate in own.certificates} - self._issuers
        if issuers:
            found.append(load_around(work, (), issuers, budget))
        with self._lock:
            for records in found:
                self._take_in(records, issuers)
            self._issuers |= issuers
            self._covered |= covered

    def _take_in(self, records: Records, issuers: set[str]) -> None:
        """Add records: all of every item among them, all competences of these issuers."""
        known, found = self._known, known_records(records, self._known.known_at)
        known.items.update(found.items)
        known.certificates.update(found.certificates)
        known.live.update(found.live)
        known.events.update(found.events)
        # Of an organization that was not asked for, some competences may have come along, but not all.
        known.competences.update((id_, each) for id_, each in found.competences.items() if id_ in issuers)
        self._organizations.update((each.id, each) for each in records.organizations)
        self._events.update((each.id, each) for events in found.events.values() for each in events)
        self._size += _size(records)
        ahead = next_known(records, known.known_at)
        if ahead is not None and (self._good_until is None or ahead < self._good_until):
            self._good_until = ahead


def _size(records: Records) -> int:
    return len(records.items) + len(records.certificates) + len(records.events) + len(records.competences)
