"""What workers do for an import: check a file, record it, undo it; each in one transaction, done once or not at all.

Every record goes through the guard at the door (recording.py), as single ones do. Later records of a file see earlier ones, so
a check records like the real thing and gives everything up at its end.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registry.columns import instant_number
from registry.errors import RegistryError, StaleError
from registry.exchange import workbook
from registry.exchange.import_sources import FileFormat, Flaw, Source, opened
from registry.import_tables import Outcome
from registry.jobs.running import Handler, Running
from registry.notices.announcing import announce
from registry.notices.events import import_finished
from registry.repositories import imports, retractions, uploads
from registry.repositories.imports import ImportFinding, StoredImport
from registry.repositories.recordings import Recorder
from registry.repositories.replacements import check_replacements
from registry.repositories.retractions import RowRange
from registry.unit_of_work import UnitOfWork
from registry.usecases.contradictions import ContradictedError, Contradiction, Guard
from registry.usecases.import_files import CHECK, RECORD, UNDO, mapping_of
from registry.usecases.judging import Judged, State
from registry.usecases.recording import append_judged, judge_batch, settings_of
from traceability.interchange import Entry
from traceability.periods import civil_day
from traceability.policy import DEFAULT_POLICY, policy_named
from traceability.problems import InputError
from traceability.records import Certificate

BATCH = 1_000  # Records that are judged and written at once; bounds memory, and how long a cancelled job goes on.
MOST_FINDINGS = 10_000  # That are kept of a file without rows of its own; all are counted.
_MARKS = {
    State.NEW: workbook.Mark.NEW,
    State.SAME: workbook.Mark.SAME,
    State.CHANGED: workbook.Mark.CHANGED,
    State.BAD: workbook.Mark.BAD,
}


@dataclass(kw_only=True)
class Tally:
    """What the records of a file come to: how many new, same, changed, bad; how many contradict something, by what `codes`."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "same", "changed", "bad", "contradicted"), 0))
    by_section: dict[str, dict[str, int]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    findings: list[ImportFinding] = field(default_factory=list)
    more_findings: int = 0
    is_signed: bool = False  # Whether there is something new that a second person signs for.
    is_bounded: bool = True

    def count(self, section: str, state: str) -> None:
        """One more record."""
        self.counts[state] += 1
        own = self.by_section.setdefault(section, {})
        own[state] = own.get(state, 0) + 1

    def tell(self, finding: ImportFinding) -> None:
        """One more finding."""
        if self.is_bounded and len(self.findings) >= MOST_FINDINGS:
            self.more_findings += 1
        else:
            self.findings.append(finding)

    def answer(self, **more: Any) -> dict[str, Any]:
        """What the job says about it."""
        told = {"counts": self.counts, "by_section": self.by_section, "codes": dict(sorted(self.codes.items()))}
        return {**told, "findings": len(self.findings), "more_findings": self.more_findings, **more}


def check(running: Running) -> None:
    """Find out what recording the file would come to."""
    stored = _import_of(running)
    tally = Tally()
    with running.store.writing() as work:
        _record_all(running, work, stored, tally)
        work.give_up()
    _end_with_findings(running, tally, Outcome.DONE, is_waiting=True)


def record(running: Running) -> None:
    """Record the file: all of it, or, where anything of it cannot be recorded, nothing and a report."""
    stored = _import_of(running)
    tally = Tally()
    with running.store.writing() as work:
        recorder = _record_all(running, work, stored, tally)
        is_waiting = _needs_second_person(work, running, stored, tally)
        if not tally.counts["bad"] and not is_waiting:
            recorder.close(stored.sha256)
            running.step("committing")
            imports.keep_findings(work, running.job.entry, tally.findings)
            answer = tally.answer(recording=recorder.recording)
            _announce_end(work, running, stored, answer["counts"])
            running.end(work, answer)
            return
        work.give_up()
    if tally.counts["bad"]:
        _end_with_findings(running, tally, Outcome.REFUSED)
    else:
        _end_with_findings(running, tally, Outcome.DONE, is_waiting=True)


def _end_with_findings(running: Running, tally: Tally, outcome: Outcome, **more: Any) -> None:
    with running.store.writing() as work:
        imports.keep_findings(work, running.job.entry, tally.findings)
        running.end(work, tally.answer(**more), outcome)


def undo(running: Running) -> None:
    """Take back what the import brought, as a new fact; what was known before stays as it was known."""
    stored = _import_of(running)
    at = running.clock()
    with running.store.writing() as work:
        if retractions.is_undone(work, stored.entry):
            raise StaleError("the import", "该导入")
        ranges = retractions.ranges_of(work, stored.entry)
        party, reason = running.job.party, running.job.arguments["reason"]
        recorder = Recorder(work, party=party, at=at, source=f"undo of import {stored.id}", reason=reason)
        retractions.retract(work, stored.entry, ranges, instant_number(at), recorder.begun())
        recorder.close(stored.sha256)
        taken = {each.section: each.last - each.first + 1 for each in ranges}
        running.end(work, {"taken_back": taken, "recording": recorder.recording})


def _announce_end(work: UnitOfWork, running: Running, stored: StoredImport, counts: dict[str, int]) -> None:
    """One webhook for all records of an import, however many; the operator's imports are nobody's."""
    organization = running.job.party.organization
    if organization is not None:
        data = {"import": stored.id, "name": stored.name, "counts": counts}
        announce(work, [import_finished(organization, stored.id, data)], running.clock())


HANDLERS: dict[str, Handler] = {CHECK: check, RECORD: record, UNDO: undo}


def _import_of(running: Running) -> StoredImport:
    with running.store.reading() as work:
        return imports.import_at(work, running.job.arguments["import"])


def _needs_second_person(work: UnitOfWork, running: Running, stored: StoredImport, tally: Tally) -> bool:
    """Whether it is only now known that somebody else is to look at it first."""
    if running.job.arguments.get("is_confirmed") or not tally.is_signed:
        return False
    return settings_of(work, stored.party).four_eyes


def _record_all(running: Running, work: UnitOfWork, stored: StoredImport, tally: Tally) -> Recorder:
    """Record everything of the file that can be recorded, in the transaction at hand."""
    at = running.clock()
    party = stored.party
    source = _source(running, work, stored)
    tally.is_bounded = source.reading is None
    for note in source.reading.notes if source.reading is not None else ():
        tally.tell(_of_note(note))
    if source.reading is not None:
        tally.counts["bad"] += source.reading.bad_rows
    recorder = Recorder(work, party=party, at=at, source=f"import {stored.id}: {stored.name}", reason=_reason(running))
    guard = Guard(policy_named(DEFAULT_POLICY), civil_day(at))
    settings = settings_of(work, party)
    met: set[bytes] = set()
    flags = 0
    for batch in _batches(source, tally):
        running.step("recording" if running.job.kind == RECORD else "checking", source.done, source.size)
        fresh = _first_of_their_ids(batch, met, source, tally)
        judgement = judge_batch(work, fresh, party=party, at=at, guard=guard, settings=settings, reason=_reason(running))
        judged = [_no_withdrawal(each) for each in judgement.judged]
        for each in judged:
            _tell(each, source, tally)
        flags = append_judged(work, recorder, judged, flags)
        source.lines.clear()
    try:
        if "certificates" in recorder.first:
            check_replacements(work, recorder.first["certificates"])
    except InputError as error:
        tally.counts["bad"] += 1
        tally.tell(ImportFinding(mark=workbook.Mark.BAD, zh=error.zh, en=error.en, path=error.path))
    if recorder.recording is not None:
        retractions.keep_ranges(work, stored.entry, _ranges(recorder))
    return recorder


def _reason(running: Running) -> str | None:
    reason: str | None = running.job.arguments.get("reason")
    return reason


def _source(running: Running, work: UnitOfWork, stored: StoredImport) -> Source:
    """The file, opened; InputError when it cannot be read at all."""
    running.step("reading")
    viewers = None if stored.party.organization is None else [stored.party.organization]
    lookups = workbook.Lookups(
        items=lambda serials: imports.items_with_serials(work, sorted(serials), viewers),
        organizations=lambda names: imports.organizations_named(work, names),
    )
    return opened(
        uploads.pieces_of(work, stored.sha256),
        uploads.size_of(work, stored.sha256) or 0,
        FileFormat(stored.format),
        name=stored.name,
        organization=stored.party.organization or "operator",
        mapping=mapping_of(work, stored),
        lookups=lookups,
    )


def _batches(source: Source, tally: Tally) -> Iterator[list[Entry]]:
    """The sound records, some hundred at a time; what is wrong with others is told."""
    batch: list[Entry] = []
    for each in source.items:
        if isinstance(each, Flaw):
            tally.counts["bad"] += 1
            tally.tell(ImportFinding(mark=workbook.Mark.BAD, zh=each.zh, en=each.en, path=each.path, line=each.line))
            continue
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
            if source.reading is not None:
                source.done += BATCH
    if batch:
        yield batch


def _first_of_their_ids(batch: list[Entry], met: set[bytes], source: Source, tally: Tally) -> list[Entry]:
    """The records whose id did not come before in the file; digests are kept, as a file may be larger than memory."""
    fresh: list[Entry] = []
    for entry in batch:
        list_ = "items" if entry.section == "metering_points" else entry.section
        key = hashlib.blake2b(f"{list_}\0{entry.record.id}".encode(), digest_size=12).digest()
        if key not in met:
            met.add(key)
            fresh.append(entry)
            continue
        tally.count(entry.section, State.BAD)
        said = InputError(f"{entry.path}.id", f"duplicate id {entry.record.id!r}", f"标识重复：{entry.record.id!r}")
        _tell_problem(said, entry.path, source, tally)
    return fresh


def _no_withdrawal(each: Judged) -> Judged:
    """A stored certificate is withdrawn by itself, with its reason: that could not be taken back with the import."""
    if each.state is not State.CHANGED or not isinstance(each.entry.record, Certificate):
        return each
    problem = InputError(
        f"{each.path}.withdrawal",
        "an import does not withdraw what is on record; withdraw the certificate by itself",
        "导入不能撤销已登记的证书；请单独撤销",
    )
    return Judged(entry=each.entry, path=each.path, state=State.BAD, before=each.before, problem=problem)


def _tell(each: Judged, source: Source, tally: Tally) -> None:
    """Count a record and say what is to be said about it."""
    tally.count(each.entry.section, each.state)
    tally.is_signed = tally.is_signed or (each.is_written and isinstance(each.entry.record, Certificate))
    if each.problem is not None and not isinstance(each.problem, ContradictedError):
        _tell_problem(each.problem, each.path, source, tally)
        return
    found = each.problem.contradictions if isinstance(each.problem, ContradictedError) else each.contradictions
    mark = workbook.Mark.BAD if each.problem is not None else workbook.Mark.CONTRADICTION
    if found:
        tally.counts["contradicted"] += 1
        for one in found:
            tally.codes[one.code] = tally.codes.get(one.code, 0) + 1
            en, zh = _said(one)
            for finding in _placed(one.path, each.path, source, mark, en, zh, one.code):
                tally.tell(finding)
    elif source.reading is not None:
        for finding in _placed(each.path, each.path, source, _MARKS[each.state], "", "", None):
            tally.tell(finding)


def _tell_problem(problem: InputError | RegistryError, path: str, source: Source, tally: Tally) -> None:
    where = getattr(problem, "path", path)
    en, zh = problem.en.removeprefix(f"{where}: "), problem.zh.removeprefix(f"{where}：")
    for finding in _placed(where, path, source, workbook.Mark.BAD, en, zh, None):
        tally.tell(finding)


def _placed(
    path: str, of_record: str, source: Source, mark: workbook.Mark, en: str, zh: str, code: str | None
) -> Iterator[ImportFinding]:
    """A remark where the user finds it: on the rows of the workbook, else on the line of the file."""
    if source.reading is None:
        yield ImportFinding(mark=mark, zh=zh, en=en, code=code, path=path, line=source.lines.get(of_record))
        return
    for note in source.reading.note(of_record, mark, en, zh):
        yield ImportFinding(mark=mark, zh=zh, en=en, code=code, path=path, sheet=note.sheet, row=note.row)


def _of_note(note: workbook.Note) -> ImportFinding:
    return ImportFinding(
        mark=note.mark,
        zh=note.zh,
        en=note.en,
        sheet=note.sheet,
        row=note.row,
        column=note.column,
        header=note.header,
        value=note.value,
    )


def _said(one: Contradiction) -> tuple[str, str]:
    """A contradiction in words: its code and facts; the border above has better ones for people."""
    facts = ", ".join(f"{name} {value}" for name, value in one.facts.items())
    text = f"{one.code} ({one.subject}{', ' if facts else ''}{facts})"
    return text, text


def _ranges(recorder: Recorder) -> list[RowRange]:
    """The rows that a recording brought; organizations stay, as many rest on them and no verdict does."""
    last = recorder.last
    return [
        RowRange(section, first, last[section], recorder.begun())
        for section, first in sorted(recorder.first.items())
        if section != "organizations"
    ]
