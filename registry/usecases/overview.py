"""What a laboratory looks at in the morning: its verdicts, what waits, what was recorded last and what that contradicted.

Everything is bounded: the verdicts are those on the items whose certificates are the newest, never on all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from registry.access import Party, Permission
from registry.repositories import stored
from registry.repositories.chains import load_above
from registry.repositories.flags import Flag
from registry.repositories.latest_recordings import RecordingLine, latest_flags, latest_recordings, waiting_number
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.due_list import due_items, window_names
from registry.usecases.list_records import CertificateFilters, list_records
from registry.usecases.recording import Asked
from traceability.assess import assess_known
from traceability.known import known_records
from traceability.periods import days_later
from traceability.records import Certificate, Records
from traceability.verdict import Status, Verdict

MOST_ASSESSED = 40  # Items: a fifth of a second.
MOST_LINES = 8  # Recordings, and contradictions.
MOST_COUNTED = 99  # Submissions that are counted.
MOST_DUE = 300  # Items that are counted as due.
_LATEST_CERTIFICATES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`verdicts`: on items whose certificates are the newest, the worst first; `is_all`: whether these are all with one."""

    verdicts: tuple[Verdict, ...]
    is_all: bool
    waiting: int
    recordings: tuple[RecordingLine, ...]
    flags: tuple[Flag, ...]
    records: Records

    @property
    def counts(self) -> dict[Status, int]:
        """How many items have each verdict."""
        counted = Counter(verdict.status for verdict in self.verdicts)
        return {status: counted[status] for status in Status}


def overview_of(store: Store, party: Party, *, at: datetime, asked: Asked) -> Overview:
    """The state of things for a party."""
    with store.reading(party.viewers) as work:
        page = list_records(work, CertificateFilters(), known_at=at, most=_LATEST_CERTIFICATES, is_newest_first=True)
    items = list(dict.fromkeys(each.item for each in page.records if isinstance(each, Certificate)))
    with store.reading() as work:
        recordings = latest_recordings(work, party.organization, MOST_LINES)
        flags, flagged = _flags(work, party)
        waiting = waiting_count(work, party)
        records = load_above(work, [*items[:MOST_ASSESSED], *flagged], ())
    known = known_records(records, at)
    verdicts = [assess_known(known, item, asked.as_of, asked.policy) for item in items[:MOST_ASSESSED] if item in known.items]
    order = {status: place for place, status in enumerate(reversed(Status))}
    return Overview(
        verdicts=tuple(sorted(verdicts, key=lambda verdict: (order[verdict.status], verdict.target))),
        is_all=page.next is None and len(items) <= MOST_ASSESSED,
        waiting=waiting,
        recordings=tuple(recordings),
        flags=tuple(flags),
        records=records,
    )


def _flags(work: UnitOfWork, party: Party) -> tuple[list[Flag], list[str]]:
    """The contradictions of records that still count, and the items that they are about."""
    flags = latest_flags(work, party.organization, MOST_LINES)
    ids = {section: [each.id for each in flags if each.section == section] for section in ("items", "certificates")}
    found = {section: [each.record for each in stored.with_ids(work, section, ids[section])] for section in ids if ids[section]}
    items = {each.id for each in found.get("items", ())}
    certificates = {each.id: each.item for each in found.get("certificates", ()) if isinstance(each, Certificate)}
    kept = items | certificates.keys()
    return [each for each in flags if each.section not in ids or each.id in kept], sorted(items | {*certificates.values()})


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCounts:
    """How many items lie in each window that has any, the most pressing first; `is_all`: whether all were counted."""

    windows: tuple[tuple[str, int], ...]
    is_all: bool


def due_counts(work: UnitOfWork, party: Party, day: date, known_at: datetime, warning_days: Sequence[int]) -> DueCounts:
    """What is due, or stands badly already; counting ends at MOST_DUE, as a large list takes seconds."""
    until = days_later(day, max(warning_days, default=0))
    found = list(islice(due_items(work, party.viewers, day, until, known_at, sorted(warning_days)), MOST_DUE))
    counted = Counter(row.window for row in found)
    windows = ((name, counted[name]) for name in window_names(warning_days))
    return DueCounts(windows=tuple(each for each in windows if each[1]), is_all=len(found) < MOST_DUE)


def waiting_count(work: UnitOfWork, party: Party) -> int:
    """How many submissions wait for a second person in the party's organization; at most MOST_COUNTED + 1."""
    if party.organization is None or not party.may(Permission.READ):
        return 0
    return waiting_number(work, party.organization, MOST_COUNTED + 1)
