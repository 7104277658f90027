"""Records as they are recorded: appended in batches, told apart from what is stored already, never edited."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from registry.access import OPERATOR, Party
from registry.account_tables import RecordingOrigins
from registry.columns import instant_number
from registry.errors import ConflictError
from registry.ledger.facts import record_texts, withdrawal_text
from registry.ledger.writing import Facts
from registry.mapping import Row, withdrawal_row
from registry.queries import Query
from registry.repositories import holdings, stored
from registry.repositories.met import Met
from registry.repositories.sections import SECTION_TABLES, Section
from registry.repositories.stored import Stored
from registry.spelling import storable
from registry.table_parts import table_of
from registry.tables import Recordings, RecordingSummaries, Withdrawals
from registry.unit_of_work import UnitOfWork
from traceability.interchange import Entry
from traceability.problems import InputError
from traceability.records import Certificate, Record

Identity = tuple[str, int]  # The id, and for records with versions the stored `recorded_at`.

# The lists whose ids are unique together (SEMANTICS 2), each with the other.
_OTHER = {"items": "metering_points", "metering_points": "items"}


class Count(NamedTuple):
    """How many records of a list were new, and how many were stored already as they are."""

    new: int
    same: int


class Recorder:
    """One recording: everything that comes from one source, in one unit of work. What is stored already leaves no trace.

    `party`: on whose behalf; its organization holds what is new. `reason`: why a record is corrected, where one is.
    `recording`: its running number, once there is something new. `first`, `last`: the outermost new entries of each list.
    """

    def __init__(
        self, work: UnitOfWork, *, party: Party = OPERATOR, at: datetime, source: str, reason: str | None = None
    ) -> None:
        self.new: Counter[str] = Counter()
        self.same: Counter[str] = Counter()
        self.recording: int | None = None
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self._work = work
        self._party = party
        self._reason = reason
        self._heading = (storable(party.name), instant_number(at), storable(source))
        self._met = Met(work)

    def add(self, section_name: str, entries: list[Entry]) -> None:
        """Append those records of one list that are not stored yet.

        InputError: the source contradicts itself (an id twice). ConflictError: the store holds something else under an id.
        """
        section = SECTION_TABLES[section_name]
        batch = _by_identity(section, entries)
        ids = list({entry.record.id for entry in entries})
        self._refuse_other_kind(section, batch, ids)
        held = self._held(section, ids)
        again = [(entry, held[identity]) for identity, entry in batch.items() if identity in held]
        if again:
            self._met.add(section.name, [(identity, entry.path) for identity, entry in batch.items() if identity in held])
        changed = [entry for entry, known in again if not self._is_stored(section, entry, known)]
        self.same[section.name] += len(again) - len(changed)
        if again and self._party.is_on_behalf:
            self._hold(section, [entry.record for entry, _ in again])
        fresh = [entry for identity, entry in batch.items() if identity not in held] if held else entries
        self._append(section, fresh + changed)

    def append(self, section_name: str, entries: list[Entry]) -> None:
        """Append records of one list of which nothing is stored, or no such version, as was seen in this turn."""
        self._append(SECTION_TABLES[section_name], entries)

    @property
    def counts(self) -> dict[str, Count]:
        """What it came to so far, by list; withdrawals are counted apart."""
        names = sorted(name for name in {*self.new, *self.same} if self.new[name] or self.same[name])
        return {name: Count(new=self.new[name], same=self.same[name]) for name in names}

    def close(self, sha256: str) -> None:
        """Write what the recording came to, if it brought anything new."""
        self._met.close()
        if self.recording is None:
            return
        counts = {name: count._asdict() for name, count in self.counts.items()}
        self._work.append(RecordingSummaries, [(self.recording, sha256, msgspec.json.encode(counts).decode())])

    def begun(self) -> int:
        """The running number of the recording, written down when there is something new for the first time."""
        if self.recording is None:
            self.recording = self._work.allot(Recordings)
            self._work.append(Recordings, [(self.recording, *self._heading)])
            self._work.append(RecordingOrigins, self._origin(self.recording))
        return self.recording

    def _hold(self, section: Section, records: list[Record]) -> None:
        """Let the organization on whose behalf the operator acts hold what was stored before."""
        viewers = self._party.viewers
        seen = holdings.held_among(self._work, section.name, (record.id for record in records), viewers)
        unseen = [record for record in records if record.id not in seen]
        if unseen:
            holdings.hold_recorded(self._work, section.name, unseen, self._party.organization, self.begun())

    def _origin(self, recording: int) -> list[Row]:
        """Whose recording it is, where a party other than the operator makes it."""
        party = self._party
        if party.organization is None:
            return []
        return [(recording, party.organization, party.role, party.person, party.client, self._reason)]

    def _refuse_other_kind(self, section: Section, batch: dict[Identity, Entry], ids: list[str]) -> None:
        """Refuse an item with the id of a metering point, and the reverse."""
        other = _OTHER.get(section.name)
        taken = stored.identities(self._work, other, ids) if other else []
        for id_, _, recording in taken:
            path = next(entry.path for entry in batch.values() if entry.record.id == id_)
            if recording == self.recording or self._met.holds(str(other), id_):
                raise _twice(path, id_)
            raise ConflictError(
                f"{path}.id", id_, f"{id_!r} is the id of another kind of record", f"标识 {id_!r} 已用于另一类记录"
            )

    def _held(self, section: Section, ids: list[str]) -> dict[Identity, Stored]:
        """What is stored under the ids, the latest of each identity."""
        known = sorted({id_ for id_, *_ in stored.identities(self._work, section.name, ids)})
        if not known:
            return {}
        return {_identity(section, each.record): each for each in stored.with_ids(self._work, section.name, known)}

    def _is_stored(self, section: Section, entry: Entry, known: Stored) -> bool:
        """Whether a record is stored as it is; False for an organization that changed. What else differs is refused."""
        if known.recording == self.recording:
            raise _twice(entry.path, entry.record.id)
        record, held = entry.record, known.record
        if isinstance(record, Certificate) and isinstance(held, Certificate):
            self._withdraw(entry, record, held, known.entry)
            record, held = (msgspec.structs.replace(each, withdrawal=None) for each in (record, held))
        if record == held:
            return True
        if section.name == "organizations":
            return False
        raise ConflictError(
            entry.path,
            record.id,
            f"{record.id!r} is stored with other content; correct it by a replacement or withdrawal",
            f"{record.id!r} 已存有不同内容；请以替换或撤销更正",
        )

    def _withdraw(self, entry: Entry, record: Certificate, held: Certificate, number: int) -> None:
        """Record the withdrawal of a stored certificate, unless it is known; a certificate is withdrawn once."""
        if record.withdrawal is None:
            return
        if record.withdrawal == held.withdrawal:
            self.same["withdrawals"] += 1
        elif held.withdrawal is None:
            self._write_withdrawals([(number, entry)], self.begun())
        else:
            raise ConflictError(
                f"{entry.path}.withdrawal",
                record.id,
                f"{record.id!r} is withdrawn already, with other dates",
                f"{record.id!r} 已撤销，且日期不同",
            )

    def _append(self, section: Section, entries: list[Entry]) -> None:
        if not entries:
            return
        recording = self.begun()
        numbers = self._work.allot_many(section.table, len(entries))
        self.first.setdefault(section.name, numbers.start)
        self.last[section.name] = numbers[-1]
        self._work.append(
            section.table,
            [section.row(entry.record, number, recording, entry.index) for number, entry in zip(numbers, entries, strict=True)],
        )
        for part in section.parts:
            rows: list[Row] = []
            for number, entry in zip(numbers, entries, strict=True):
                rows += part.rows(entry.record, number)
            self._work.append(part.table, rows)
        self.new[section.name] += len(entries)
        records = [entry.record for entry in entries]
        self._work.note(Facts(section.name, numbers, record_texts(section.name, records)))
        if section.name == "certificates":
            self._write_withdrawals(zip(numbers, entries, strict=True), recording)
        holdings.hold_recorded(self._work, section.name, records, self._party.organization, recording)

    def _write_withdrawals(self, entries: Iterable[tuple[int, Entry]], recording: int) -> None:
        """Write the withdrawals of those certificates, given with their running numbers, that are withdrawn."""
        withdrawn = [
            (number, entry.index, entry.record, entry.record.withdrawal)
            for number, entry in entries
            if isinstance(entry.record, Certificate) and entry.record.withdrawal is not None
        ]
        rows = [withdrawal_row(withdrawal, number, recording, index) for number, index, _, withdrawal in withdrawn]
        self._work.append(Withdrawals, rows)
        texts = [withdrawal_text(certificate.id, withdrawal) for _, _, certificate, withdrawal in withdrawn]
        self._work.note(Facts("withdrawals", [number for number, *_ in withdrawn], texts))
        self.new["withdrawals"] += len(rows)


def source_digests(work: UnitOfWork, recordings: list[int]) -> dict[int, str]:
    """The SHA-256 of what recordings were made from, by their running numbers; those that are not complete have none."""
    return dict(work.rows(_DIGESTS, recordings=recordings)) if recordings else {}


def _by_identity(section: Section, entries: list[Entry]) -> dict[Identity, Entry]:
    batch: dict[Identity, Entry] = {}
    for entry in entries:
        if batch.setdefault(_identity(section, entry.record), entry) is not entry:
            raise _twice(entry.path, entry.record.id)
    return batch


def _identity(section: Section, record: Record) -> Identity:
    return (record.id, instant_number(getattr(record, "recorded_at", None)) if section.has_versions else 0)


def _twice(path: str, id_: str) -> InputError:
    return InputError(f"{path}.id", f"duplicate id {id_!r}", f"标识重复：{id_!r}")


_summaries = table_of(RecordingSummaries)
_DIGESTS = Query(
    lambda spelling: select(_summaries.c.recording, _summaries.c.sha256).where(
        spelling.among(_summaries.c.recording, "recordings")
    )
)
