"""What recording came to, as it is answered; and what is sent where it is more than a record."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from api.render import words
from api.render.contradictions import contradiction_sentence
from api.render.names import Names
from api.schemas.items import Links, links_of
from api.schemas.verdict import FindingAnswer, finding_answers
from registry.repositories.recordings import Count
from registry.repositories.submissions import Numbered
from registry.usecases.contradictions import Contradiction
from registry.usecases.recording import Outcome, Standing
from registry.usecases.sharing import Share
from traceability.records import SECTIONS, Certificate, Identifier, Records, Text, Withdrawal
from traceability.verdict import Severity, Status, Verdict

MOST_CONTRADICTIONS = 200  # Contradictions that an answer lists; their number is always told.


class WithdrawalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate is taken back: declared `on` a day, counting from `void_from`, for a reason."""

    withdrawal: Withdrawal
    reason: Text


class ReplacementBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate that replaces the one in the path, for a reason; `replaces` may be left out."""

    certificate: Certificate
    reason: Text


class ShareBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organization that is to hold the item as well."""

    organization: Identifier


class ApprovalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An empty object: whoever approves has nothing to add."""


class RejectionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a submission is turned down."""

    reason: Text


class CountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a list were new, and how many were on record already as they are."""

    new: int
    same: int


class ContradictionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a record contradicts. `path`: the field in what was sent. `is_grave`: refused where an organization refuses them."""

    code: str
    severity: Severity
    path: str
    subject: str
    facts: dict[str, str]
    sentence: str
    is_grave: bool


class AffectedVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on an item or metering point with what was sent among its records; more of it under `links.verdict`."""

    target: Identifier
    as_of: date
    policy: str
    status: Status
    status_words: str
    findings: tuple[FindingAnswer, ...]
    traceable_until: date | None | msgspec.UnsetType = msgspec.UNSET
    links: Links


class RecordingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent came to this.

    `standing`: recorded; same (on record before); dry_run (nothing was written); waiting (for a second person: `submission`).
    `recording`: the number of what was written. `ids`: by list, of what is new or changed. `recorded_at`: from when on it is
    known. `verdicts` are bounded, `affected_in_all` is the number of items and metering points concerned.
    """

    standing: Standing
    recording: int | None
    submission: int | None
    recorded_at: datetime
    counts: dict[str, CountAnswer]
    ids: dict[str, tuple[str, ...]]
    contradictions: tuple[ContradictionAnswer, ...]
    contradictions_in_all: int
    verdicts: tuple[AffectedVerdict, ...]
    affected_in_all: int


class ShareAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many records the organization holds now that it did not before; `recording` is null when that is none."""

    item: Identifier
    organization: Identifier
    new: int
    recording: int | None


class DecisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a second person decided, and the recording that came of it."""

    is_approved: bool
    decided_by: str
    decided_at: datetime
    reason: str | None
    recording: int | None


class SubmissionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Records that wait for a second person, or did, with what they contradicted when they came in."""

    number: int
    submitted_by: str
    submitted_at: datetime
    source: str
    reason: str | None
    records: Records
    contradictions: tuple[ContradictionAnswer, ...]
    decision: DecisionAnswer | None


class SubmissionList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what waits, the oldest first; `next` is the cursor of the following page, null on the last."""

    submissions: tuple[SubmissionAnswer, ...]
    next: int | None


def recording_answer(outcome: Outcome, names: Names) -> RecordingAnswer:
    """The outcome in words."""
    ids: dict[str, tuple[str, ...]] = {}
    for section in SECTIONS:
        written = tuple(each.entry.record.id for each in outcome.judged if each.is_written and each.entry.section == section)
        if written:
            ids[section] = written
    return RecordingAnswer(
        standing=outcome.standing,
        recording=outcome.recording,
        submission=outcome.submission,
        recorded_at=outcome.at,
        counts=count_answers(outcome.counts),
        ids=ids,
        contradictions=contradiction_answers(outcome.contradictions[:MOST_CONTRADICTIONS], names),
        contradictions_in_all=len(outcome.contradictions),
        verdicts=verdict_answers(outcome, names),
        affected_in_all=len(outcome.affected),
    )


def count_answers(counts: Mapping[str, Count]) -> dict[str, CountAnswer]:
    """The counts of the lists that have any."""
    return {name: CountAnswer(new=count.new, same=count.same) for name, count in counts.items() if count.new or count.same}


def verdict_answers(outcome: Outcome, names: Names) -> tuple[AffectedVerdict, ...]:
    """The verdicts of an outcome in words."""
    return tuple(_affected(verdict, names) for verdict in outcome.verdicts)


def contradiction_answers(contradictions: Iterable[Contradiction], names: Names) -> tuple[ContradictionAnswer, ...]:
    """The contradictions in words."""
    return tuple(
        ContradictionAnswer(
            code=found.code,
            severity=found.severity,
            path=found.path,
            subject=found.subject,
            facts=found.facts,
            sentence=contradiction_sentence(found, names),
            is_grave=found.is_grave,
        )
        for found in contradictions
    )


def share_answer(share: Share) -> ShareAnswer:
    """What came of sharing."""
    return ShareAnswer(item=share.item, organization=share.organization, new=share.new, recording=share.recording)


def submission_answer(found: Numbered, names: Names) -> SubmissionAnswer:
    """A submission with its records."""
    waiting, decided = found.submission, found.decision
    lists: dict[str, list[object]] = {section: [] for section in SECTIONS}
    for entry in waiting.entries:
        lists[entry.section].append(entry.record)
    contradictions = (
        Contradiction(code=said.code, severity=Severity(said.severity), path=said.path, subject=said.subject, facts=said.facts)
        for said in waiting.contradictions
    )
    return SubmissionAnswer(
        number=found.number,
        submitted_by=waiting.submitted_by,
        submitted_at=waiting.submitted_at,
        source=waiting.source,
        reason=waiting.reason,
        records=Records(**{section: tuple(values) for section, values in lists.items()}),  # type: ignore[arg-type]
        contradictions=contradiction_answers(contradictions, names),
        decision=None
        if decided is None
        else DecisionAnswer(
            is_approved=decided.is_approved,
            decided_by=decided.decided_by,
            decided_at=decided.decided_at,
            reason=decided.reason,
            recording=decided.recording,
        ),
    )


def _affected(verdict: Verdict, names: Names) -> AffectedVerdict:
    return AffectedVerdict(
        target=verdict.target,
        as_of=verdict.as_of,
        policy=verdict.policy,
        status=verdict.status,
        status_words=words.STATUSES[verdict.status].words.in_(names.language),
        findings=finding_answers(verdict, names),
        traceable_until=verdict.traceable_until,
        links=links_of(verdict.target),
    )
