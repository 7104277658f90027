"""The history of an item or a certificate, along both times: since when a fact is known, and when it was stored by whom.

What others recorded is told as far as the party sees the record itself. Of whom they are it learns the organization; the name
of a person or client only of its own. Verdicts are computed over the whole graph, as every verdict is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from registry.access import Party
from registry.columns import day_of, instant_number, instant_of
from registry.errors import UnknownError
from registry.repositories import histories, related
from registry.repositories.chains import load_chain
from registry.repositories.histories import RecordingFacts
from registry.repositories.stored import Stored
from registry.unit_of_work import Store, UnitOfWork
from traceability.assess import assess
from traceability.policy import Policy
from traceability.problems import UnknownTargetError
from traceability.records import Certificate, Event, Records
from traceability.verdict import Status, Verdict

MOST_ENTRIES = 500  # The latest; how many are left out is told.
MOST_INSTANTS = 50  # The latest instants at which something became known, at which the verdict is asked for.
_MICROSECOND = timedelta(microseconds=1)


class Happening(StrEnum):
    """What a recording brought."""

    RECORDED = "recorded"  # The record itself, in its first version.
    CHANGED = "changed"  # A further version of it.
    CERTIFIED = "certified"  # A certificate of the item.
    REPLACED = "replaced"  # A certificate that replaces another.
    WITHDRAWN = "withdrawn"
    EVENT = "event"
    INSTALLED = "installed"  # A version of a metering point that names the item.
    SHARED = "shared"  # Another organization holds the record since then.
    NAMED = "named"  # A further name, as an asset number.


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One fact: what happened, to which record, and on which day; known since an instant (None: always), stored at another.

    `about`: what the record names: the certificate replaced, the organization shared with, the kind of event, a name. `by`: the
    person or client, of the own organization alone. `reason`: why a record was corrected.
    """

    happening: Happening
    subject: str
    about: str | None
    on: date | None
    known_from: datetime | None
    stored_at: datetime
    recording: int
    organization: str | None
    by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """The verdict since an instant (None: what has always been known), and the findings that came and went with it.

    `status` is None while the target was not known; findings are `CODE@subject`.
    """

    known_from: datetime | None
    status: Status | None
    came: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened, the latest stored last, and how the verdict on `target` for one day changed with what became known.

    `left_out`: earlier entries beyond the bound. `earlier_instants`: instants before those at which the verdict was asked for.
    """

    target: str
    entries: tuple[HistoryEntry, ...]
    left_out: int
    verdicts: tuple[VerdictChange, ...]
    earlier_instants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Touch:
    """A fact before it is known who recorded it. `known_from` is as stored, None for what has no such instant of its own."""

    happening: Happening
    subject: str
    recording: int
    known_from: int | None
    about: str | None = None
    on: date | None = None


def item_history(store: Store, party: Party, item: str, *, known_at: datetime, as_of: date, policy: Policy) -> History:
    """The history of an item or metering point; UnknownTargetError when the party sees none, or none was known."""
    until = instant_number(known_at)
    with store.reading(party.viewers) as work:
        section, versions = "items", related.versions(work, "items", item, until)
        if not versions:
            section, versions = "metering_points", related.versions(work, "metering_points", item, until)
        if not versions:
            raise UnknownTargetError(item)
        touches = [
            *_of_versions(versions),
            *_of_certificates(work, related.certificates_of(work, item, until), until),
            *_of_events(related.events_of(work, item, until)),
            *_of_installations(related.installations_of(work, item, until)),
            *_of_names(work, item),
        ]
    return _history(store, party, item, (section, item), touches, known_at, as_of, policy)


def certificate_history(
    store: Store, party: Party, certificate: str, *, known_at: datetime, as_of: date, policy: Policy
) -> History:
    """The history of a certificate, of what it replaces and what replaces it, and of the verdict on its item.

    UnknownError when the party sees none, or none was known.
    """
    until = instant_number(known_at)
    with store.reading(party.viewers) as work:
        found = related.versions(work, "certificates", certificate, until)
        if not found:
            raise UnknownError(certificate)
        record = found[0].record
        assert isinstance(record, Certificate)  # noqa: S101 - of its list.
        replaced = related.versions(work, "certificates", record.replaces, until) if record.replaces is not None else []
        touches = list(_of_certificates(work, [*replaced, *found, *related.replacing(work, certificate, until)], until))
    return _history(store, party, record.item, ("certificates", certificate), touches, known_at, as_of, policy)


def _of_versions(versions: list[Stored]) -> Iterator[_Touch]:
    for number, each in enumerate(versions):
        happening = Happening.CHANGED if number else Happening.RECORDED
        yield _Touch(happening=happening, subject=each.record.id, recording=each.recording, known_from=_known_from(each))


def _of_certificates(work: UnitOfWork, found: list[Stored], until: int) -> Iterator[_Touch]:
    withdrawals = related.withdrawals_of(work, [each.entry for each in found], until)
    for each in found:
        record = each.record
        if not isinstance(record, Certificate):
            continue
        yield _Touch(
            happening=Happening.CERTIFIED if record.replaces is None else Happening.REPLACED,
            subject=record.id,
            recording=each.recording,
            known_from=_known_from(each),
            about=record.replaces,
            on=record.calibrated_on,
        )
        row = withdrawals.get(each.entry)
        if row is not None:
            yield _Touch(
                happening=Happening.WITHDRAWN,
                subject=record.id,
                recording=row.recording,
                known_from=row.recorded_at,
                on=day_of(row.declared_on),
            )


def _of_events(found: list[Stored]) -> Iterator[_Touch]:
    for each in found:
        if isinstance(each.record, Event):
            yield _Touch(
                happening=Happening.EVENT,
                subject=each.record.id,
                recording=each.recording,
                known_from=_known_from(each),
                about=each.record.kind.value,
                on=each.record.on,
            )


def _of_installations(found: list[Stored]) -> Iterator[_Touch]:
    for each in found:
        yield _Touch(
            happening=Happening.INSTALLED, subject=each.record.id, recording=each.recording, known_from=_known_from(each)
        )


def _of_names(work: UnitOfWork, item: str) -> Iterator[_Touch]:
    for alias in related.aliases_of(work, item):
        yield _Touch(happening=Happening.NAMED, subject=item, recording=alias.recording, known_from=None, about=alias.value)


def _history(
    store: Store,
    party: Party,
    target: str,
    subject: tuple[str, str],
    touches: list[_Touch],
    known_at: datetime,
    as_of: date,
    policy: Policy,
) -> History:
    """The facts with who recorded them, read past the viewers, and the verdicts."""
    with store.reading() as everything:
        shared = histories.sharings(everything, *subject)
        recordings = [*(each.recording for each in touches), *(each.recording for each in shared)]
        facts = histories.recording_facts(everything, recordings)
        records = load_chain(everything, target)
    own = {each.recording for each in touches if each.subject == subject[1]}
    for organization, recording in shared:
        if recording not in own and _is_told_of(party, organization, facts[recording]):
            touches.append(
                _Touch(
                    happening=Happening.SHARED,
                    subject=subject[1],
                    recording=recording,
                    known_from=None,
                    about=organization,
                )
            )
    entries = sorted(
        (entry for each in touches if (entry := _entry(each, facts[each.recording], party, known_at)) is not None),
        key=lambda entry: (entry.stored_at, entry.recording, entry.happening, entry.subject, entry.about or ""),
    )
    verdicts, earlier = _verdicts(records, target, known_at, as_of, policy)
    return History(
        target=target,
        entries=tuple(entries[-MOST_ENTRIES:]),
        left_out=max(0, len(entries) - MOST_ENTRIES),
        verdicts=tuple(verdicts),
        earlier_instants=earlier,
    )


def _is_told_of(party: Party, organization: str, facts: RecordingFacts) -> bool:
    """Who shared a record is told with whom, and who was given it that it was; nobody else."""
    viewers = party.viewers
    return viewers is None or organization in viewers or facts.organization in viewers


def _entry(touch: _Touch, facts: RecordingFacts, party: Party, known_at: datetime) -> HistoryEntry | None:
    """The fact with who recorded it; None when it was not known yet. What has no instant of its own is known once stored."""
    known_from = facts.stored_at if touch.known_from is None else instant_of(touch.known_from)
    if known_from is not None and known_from > known_at:
        return None
    is_own = party.is_operator or (facts.organization is not None and facts.organization == party.organization)
    return HistoryEntry(
        happening=touch.happening,
        subject=touch.subject,
        about=touch.about,
        on=touch.on,
        known_from=known_from,
        stored_at=facts.stored_at,
        recording=touch.recording,
        organization=facts.organization,
        by=facts.recorded_by if is_own else None,
        reason=facts.reason,
    )


def _verdicts(
    records: Records, target: str, known_at: datetime, as_of: date, policy: Policy
) -> tuple[list[VerdictChange], int]:
    """How the verdict changed from instant to instant, and how many instants lie before those that were looked at."""
    instants = sorted({each for each in _instants(records) if each <= known_at})
    looked_at = instants[-MOST_INSTANTS:]
    before = looked_at[0] - _MICROSECOND if looked_at else known_at
    changes: list[VerdictChange] = []
    earlier: Verdict | None = None
    for known_from, instant in [(None, before), *((each, each) for each in looked_at)]:
        verdict = _verdict(records, target, instant, as_of, policy)
        change = _change(known_from, earlier, verdict)
        if change is not None or not changes:
            changes.append(change or VerdictChange(known_from=known_from, status=None, came=(), went=()))
        earlier = verdict
    if len(instants) > MOST_INSTANTS:  # The first stands for a state since an instant that was not looked at.
        changes[0] = replace(changes[0], known_from=instants[-MOST_INSTANTS - 1])
    return changes, len(instants) - len(looked_at)


def _verdict(records: Records, target: str, instant: datetime, as_of: date, policy: Policy) -> Verdict | None:
    try:
        return assess(records, target, as_of, instant, policy)
    except UnknownTargetError:
        return None


def _change(known_from: datetime | None, earlier: Verdict | None, verdict: Verdict | None) -> VerdictChange | None:
    """What changed with an instant; None when nothing did."""
    was, is_ = _keys(earlier), _keys(verdict)
    status = None if verdict is None else verdict.status
    if was == is_ and status == (None if earlier is None else earlier.status):
        return None
    return VerdictChange(
        known_from=known_from,
        status=status,
        came=tuple(sorted(is_ - was)),
        went=tuple(sorted(was - is_)),
    )


def _keys(verdict: Verdict | None) -> set[str]:
    return set() if verdict is None else {finding.key for finding in verdict.findings}


def _instants(records: Records) -> Iterator[datetime]:
    """Every instant at which something that the verdict can rest on became known."""
    dated: Iterable[object] = (
        *records.competences,
        *records.items,
        *records.certificates,
        *records.events,
        *records.metering_points,
        *(each.withdrawal for each in records.certificates if each.withdrawal is not None),
    )
    for each in dated:
        instant = getattr(each, "recorded_at", None)
        if instant is not None:
            yield instant


def _known_from(found: Stored) -> int:
    return instant_number(getattr(found.record, "recorded_at", None))
