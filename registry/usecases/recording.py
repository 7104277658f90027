"""The one way in which records come in for an organization: looked at before it is done, done in one short turn.

1. Without holding up anybody: what is permitted, what is new, what contradicts, and the verdicts that it leads to (judging.py,
   contradictions.py), on one consistent state of the store.
2. In the writer's turn: whether anything of that changed since, then the rows, the answer under its key, and the commit. Where
   something changed, everything is looked at again.

Small submissions go through `record`. Large ones stream through `judge` and `write` batch by batch (see `judge_batch`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from registry.access import Party
from registry.errors import ConflictError, StaleError, UnknownError
from registry.notices.announcing import announce
from registry.notices.events import Fact, recorded, replaced, withdrawn
from registry.organization_settings import DEFAULT_SETTINGS, OrganizationSettings
from registry.repositories import idempotency, submissions
from registry.repositories.flags import Flag, keep_flags
from registry.repositories.horizon import touched_since
from registry.repositories.organization_settings import latest
from registry.repositories.recordings import Count, Recorder
from registry.repositories.replacements import check_replacements
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.contradictions import ContradictedError, Contradiction, Guard
from registry.usecases.judging import Judged, Judgement, Reason, State, judge
from registry.version_tags import version_tag
from traceability.assess import assess_known
from traceability.interchange import Entry, dump_records
from traceability.known import Known
from traceability.periods import civil_day
from traceability.policy import DEFAULT_POLICY, Policy, policy_named
from traceability.problems import InputError
from traceability.records import SECTIONS, Certificate, Event, Item, MeteringPoint, Record, Records
from traceability.verdict import Verdict

MOST_VERDICTS = 20  # Verdicts in one answer; how many items are affected is always told.
_FEW = 20  # Records that are written without waiting for each.
_TRIES = 4  # After so many changes by others in a row, everything is looked at within the turn.


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be recorded, and how.

    `source`: where it comes from, in a few words. `reason`: why, needed for corrections. `root`: where the one record stands in
    what was sent (JSONPath), None for a document. `may_change`: whether a record that comes in versions may be a further one.
    `seen`: the tags of the versions that the sender saw (registry.version_tags), None for any. `is_dry_run`: answer everything,
    write nothing. `submission`: the number under which it waited, when a second person lets it in.
    """

    entries: tuple[Entry, ...]
    source: str
    reason: str | None = None
    root: str | None = None
    may_change: bool = True
    seen: frozenset[str] | None = None
    is_dry_run: bool = False
    submission: int | None = None

    def path_of(self, entry: Entry) -> str:
        """The place of a record in what was sent, as a JSONPath."""
        return entry.path if self.root is None else self.root

    @property
    def said(self) -> Reason:
        """The reason with its place: a field beside the record, or a parameter of a document."""
        return Reason(self.reason, "reason" if self.root is None else "$.reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Under which policy and for which day verdicts are given, and contradictions looked for."""

    policy: Policy
    as_of: date


class Standing(StrEnum):
    """What became of a submission."""

    RECORDED = "recorded"
    SAME = "same"
    DRY_RUN = "dry_run"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a submission came to.

    `recording`: its number, None when nothing was written. `submission`: the number under which it waits for a second person.
    `verdicts`: on the first MOST_VERDICTS of the `affected` items and metering points, as they are (or would be) with the new
    records. `records` and `known`: what they rest on, to name things by. `at`: when it is recorded.
    """

    standing: Standing
    recording: int | None
    submission: int | None
    judged: tuple[Judged, ...]
    counts: dict[str, Count]
    contradictions: tuple[Contradiction, ...]
    affected: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    records: Records
    known: Known
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request that is done once: its key, the digest of all it says, and how its outcome is told."""

    key: str
    request_sha256: str
    tell: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The answer that the same request got before."""

    answer: str


def record(
    store: Store, order: Order, *, party: Party, at: datetime, asked: Asked | None = None, once: Once | None = None
) -> Outcome | Repeated:
    """Record a small submission for a party, all of it or nothing.

    Everything new is known from `at` on. Raises InputError, ConflictError, NotPermittedError and StaleError for what cannot be
    recorded, ContradictedError where the organization refuses contradictions.
    """
    asked = asked or Asked(policy=policy_named(DEFAULT_POLICY), as_of=civil_day(at))
    for _ in range(_TRIES):
        with store.reading() as work:
            known = repeated(work, party, once)
            if known is not None:
                return known
            settings = settings_of(work, party)
            judgement, outcome = _considered(work, order, party, at, asked, settings)
        if order.is_dry_run or not (judgement.written or once or order.submission):
            return outcome
        with store.writing() as work:
            known = repeated(work, party, once)
            if known is not None:
                return known
            if judgement.holds(touched_since(work, judgement.seen)):
                return _done(work, order, party, judgement, outcome, settings, once)
    with store.writing() as work:
        settings = settings_of(work, party)
        judgement, outcome = _considered(work, order, party, at, asked, settings)
        return repeated(work, party, once) or _done(work, order, party, judgement, outcome, settings, once)


def settings_of(work: UnitOfWork, party: Party) -> OrganizationSettings:
    """How the organization of a party wants things done; the operator lets contradictions in and needs no second person."""
    return DEFAULT_SETTINGS if party.organization is None else latest(work, party.organization)[1]


def repeated(work: UnitOfWork, party: Party, once: Once | None) -> Repeated | None:
    """The answer to the same request before; InputError where the key was used for another one."""
    found = None if once is None else idempotency.answered(work, owner_of(party), once.key)
    if once is None or found is None:
        return None
    digest, answer = found
    if digest != once.request_sha256:
        raise InputError("Idempotency-Key", "the key was used for another request", "此键已用于另一请求")
    return Repeated(answer=answer)


def owner_of(party: Party) -> str:
    """On whose behalf keys are kept: those of one person or client in one organization do not meet those of another."""
    return f"{party.name}@{party.organization or ''}"


def targets_of(record: Record) -> tuple[str, ...]:
    """The items and metering points whose verdict a record may change, itself at hand."""
    match record:
        case Certificate(item=target) | Event(item=target) | Item(id=target) | MeteringPoint(id=target):
            return (target,)
        case _:
            return ()


def write(work: UnitOfWork, recorder: Recorder, judged: Iterable[Judged]) -> None:
    """Write what was judged new, with the contradictions it is let in with; in the writer's turn, after `Judgement.holds`.

    Raises InputError for a certificate that would replace itself through others.
    """
    judged = list(judged)
    append_judged(work, recorder, judged)
    if any(each.is_written and _replaces(each) for each in judged):
        check_replacements(work, recorder.first["certificates"])


def append_judged(work: UnitOfWork, recorder: Recorder, judged: Iterable[Judged], position: int = 0) -> int:
    """The same for one batch of several, whose replacements are to be checked after the last one.

    `position`: how many contradictions the recording has already; returns how many it has now.
    """
    written = [each for each in judged if each.is_written]
    with work.together() if len(written) <= _FEW else nullcontext():
        for section in SECTIONS:
            of_section = [each for each in written if each.entry.section == section]
            new = [each.entry for each in of_section if not _is_withdrawal(each)]
            if new:
                recorder.append(section, new)
            withdrawn = [each.entry for each in of_section if _is_withdrawal(each)]
            if withdrawn:
                recorder.add(section, withdrawn)
        found = [(each.entry, one) for each in written for one in each.contradictions]
        flags = [_flag(recorder.begun(), number, entry, one) for number, (entry, one) in enumerate(found, position)]
        keep_flags(work, flags)
    return position + len(found)


def _replaces(each: Judged) -> bool:
    record = each.entry.record
    return isinstance(record, Certificate) and record.replaces is not None and not _is_withdrawal(each)


def _is_withdrawal(each: Judged) -> bool:
    """Whether a certificate is on record and is withdrawn now."""
    return each.state is State.CHANGED and isinstance(each.entry.record, Certificate)


def judge_batch(
    work: UnitOfWork,
    entries: Sequence[Entry],
    *,
    party: Party,
    at: datetime,
    guard: Guard,
    settings: OrganizationSettings,
    reason: str | None = None,
) -> Judgement:
    """A batch of a large submission, judged record by record: those with a problem, or a refused contradiction, are BAD.

    Use one `Guard` for all batches: what was found of standards and issuers is not looked for again, and what a batch brings of
    them is forgotten by itself. Judge in `store.reading()`; write in `store.writing()` with `write` when
    `judgement.holds(touched_since(work, judgement.seen))`, else `guard.forget()` and judge again.
    """
    judgement = judge(work, entries, party=party, at=at, guard=guard, reason=Reason(reason))
    judged = tuple(_refused(judgement, each, settings) for each in judgement.judged)
    return replace(judgement, judged=judged)


def _refused(judgement: Judgement, each: Judged, settings: OrganizationSettings) -> Judged:
    refused = tuple(found for found in each.contradictions if found.is_refused(settings))
    if not refused:
        return each
    problem = ContradictedError(refused, judgement.records, judgement.known.known_at)
    return replace(each, state=State.BAD, problem=problem)


def _considered(
    work: UnitOfWork, order: Order, party: Party, at: datetime, asked: Asked, settings: OrganizationSettings
) -> tuple[Judgement, Outcome]:
    """What would come of the order, its verdicts included; raises the first reason against it."""
    guard = Guard(asked.policy, civil_day(at))
    judgement = judge(
        work,
        order.entries,
        party=party,
        at=at,
        guard=guard,
        reason=order.said,
        path_of=order.path_of,
        loads_chains=True,
    )
    _check(order, judgement, settings)
    affected = tuple(dict.fromkeys(target for each in judgement.judged for target in targets_of(each.entry.record)))
    return judgement, Outcome(
        standing=Standing.DRY_RUN if order.is_dry_run else Standing.SAME,
        recording=None,
        submission=None,
        judged=judgement.judged,
        counts=_counts(judgement.judged),
        contradictions=judgement.contradictions,
        affected=affected,
        verdicts=tuple(_verdicts(judgement, affected[:MOST_VERDICTS], asked)),
        records=judgement.records,
        known=judgement.known,
        at=at,
    )


def _check(order: Order, judgement: Judgement, settings: OrganizationSettings) -> None:
    """Raise the first reason for which the order as a whole is not recorded."""
    for each in judgement.judged:
        if each.problem is not None:
            raise each.problem
        if order.seen is not None and (each.before is None or version_tag(each.before) not in order.seen):
            raise StaleError(f"{each.entry.record.id!r}", f"{each.entry.record.id!r} ")
        if each.state is State.CHANGED and not order.may_change:
            id_ = each.entry.record.id
            raise ConflictError(each.path, id_, f"{id_!r} is stored with other content", f"{id_!r} 已存有不同内容")
    if any(found.is_refused(settings) for found in judgement.contradictions):
        raise ContradictedError(judgement.contradictions, judgement.records, judgement.known.known_at)


def _done(
    work: UnitOfWork,
    order: Order,
    party: Party,
    judgement: Judgement,
    outcome: Outcome,
    settings: OrganizationSettings,
    once: Once | None,
) -> Outcome:
    """Write what was judged, or let it wait for a second person; and the answer, where the request carried a key."""
    if order.is_dry_run:
        return outcome
    if order.submission is not None:
        check_open(work, party, order.submission)
    if judgement.written:
        if settings.four_eyes and order.submission is None and any(_is_signed(each) for each in judgement.written):
            submission = submissions.submit(work, _submission(order, party, outcome))
            outcome = replace(outcome, standing=Standing.WAITING, submission=submission)
        else:
            recorder = Recorder(work, party=party, at=outcome.at, source=order.source, reason=order.reason)
            write(work, recorder, judgement.judged)
            recorder.close(hashlib.sha256(_document(judgement.written)).hexdigest())
            announce(work, _news(judgement.written), outcome.at)
            outcome = replace(outcome, standing=Standing.RECORDED, recording=recorder.recording)
    if order.submission is not None:
        submissions.decide(work, order.submission, _approval(party, outcome))
        outcome = replace(outcome, submission=order.submission)
    if once is not None:
        idempotency.keep(work, owner_of(party), once.key, once.request_sha256, once.tell(outcome), outcome.at)
    return outcome


def _news(written: Iterable[Judged]) -> Iterator[Fact]:
    """What webhooks tell of records that were written."""
    for each in written:
        match each.entry.record:
            case Certificate() as certificate if _is_withdrawal(each):
                yield withdrawn(certificate)
            case Certificate() as certificate:
                yield recorded(certificate)
                if certificate.replaces is not None:
                    yield replaced(certificate)
            case Item() | Event() as other:
                yield recorded(other)
            case _:
                pass


def check_open(work: UnitOfWork, party: Party, number: int) -> None:
    """Refuse what is no submission of the party's organization (UnknownError) or has been decided (ConflictError)."""
    found = submissions.submission_of(work, party.organization or "", number)
    if found is None:
        raise UnknownError(str(number))
    if found.decision is not None:
        raise ConflictError("$", str(number), f"submission {number} has been decided", f"提交 {number} 已有结论")


def _approval(party: Party, outcome: Outcome) -> submissions.Decision:
    return submissions.Decision(
        is_approved=True,
        decided_by=party.name,
        person=party.person or "",
        decided_at=outcome.at,
        reason=None,
        recording=outcome.recording,
    )


def _is_signed(each: Judged) -> bool:
    """Whether it is what a second person signs for in a laboratory: a certificate, its withdrawal or replacement."""
    return isinstance(each.entry.record, Certificate)


def _submission(order: Order, party: Party, outcome: Outcome) -> submissions.Submission:
    return submissions.Submission(
        organization=party.organization or "",
        submitted_by=party.name,
        person=party.person,
        client=party.client,
        submitted_at=outcome.at,
        source=order.source,
        reason=order.reason,
        root=order.root,
        entries=tuple(each.entry for each in outcome.judged if each.is_written),
        contradictions=tuple(map(_said, outcome.contradictions)),
    )


def _said(found: Contradiction) -> submissions.Said:
    return submissions.Said(
        code=found.code, severity=found.severity.value, path=found.path, subject=found.subject, facts=found.facts
    )


def _document(judged: Iterable[Judged]) -> bytes:
    """The records as a document: what the digest of the recording is of."""
    lists: dict[str, list[Record]] = {section: [] for section in SECTIONS}
    for each in judged:
        lists[each.entry.section].append(each.entry.record)
    return dump_records(Records(**{section: tuple(values) for section, values in lists.items()}))  # type: ignore[arg-type]


def _counts(judged: Iterable[Judged]) -> dict[str, Count]:
    """How many are new, a further version included, and how many are on record already, by list."""
    counts: dict[str, Count] = {}
    for each in judged:
        new, same = counts.get(each.entry.section, Count(0, 0))
        counts[each.entry.section] = Count(new + each.is_written, same + (each.state is State.SAME))
    return dict(sorted(counts.items()))


def _verdicts(judgement: Judgement, targets: Iterable[str], asked: Asked) -> Iterator[Verdict]:
    known = judgement.known
    for target in targets:
        if target in known.items or target in known.metering_points:
            yield assess_known(known, target, asked.as_of, asked.policy)


def _flag(recording: int, number: int, entry: Entry, found: Contradiction) -> Flag:
    return Flag(
        recording,
        number,
        entry.section,
        entry.record.id,
        found.code,
        found.severity.value,
        found.path,
        found.subject,
        found.facts,
    )
