"""Recalls: a doubted standard is looked at, a case opened with a reason, owners told, every item followed until it is settled.

ISO/IEC 17025 6.4.9 and 7.10: what was calibrated with equipment found wrong is examined, those who rest on it are told.
Who holds the standard opens the case, or an authority that may read it; where its organization wants four eyes, another person
lets it go out. What is affected is worked out by the rules (traceability.affected) and kept as it was then; how an item stands
is worked out anew each time, so that a case opens again when what settled it no longer holds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from registry.access import Party, Permission
from registry.columns import day_number
from registry.errors import ConflictError, NotPermittedError, UnacceptableError, UnknownError
from registry.notices.announcing import announce
from registry.notices.events import recall_item_changed, recall_opened
from registry.notices.telling_recalls import ComposeRecall, RecallDigest, mail_owners
from registry.recalls import (
    Affair,
    Case,
    Ground,
    Reached,
    RecallStanding,
    RecallState,
    RecallStep,
    affairs,
    grounds,
    reached_items,
    state_of,
)
from registry.repositories import recalls
from registry.repositories.chains import load_dependents, load_recalled
from registry.repositories.holdings import held_among, holders_of
from registry.repositories.recordings import Recorder
from registry.secret_tokens import new_id
from registry.unit_of_work import UnitOfWork
from registry.usecases.recording import settings_of
from traceability.affected import Recall, of_failure, of_withdrawal
from traceability.affected_points import AffectedPoint, affected_points
from traceability.known import Known, known_records
from traceability.periods import civil_day

SOURCE = "recall"
LARGEST_PAGE = 100  # Cases.
_LONGEST_REASON = 2000  # Characters.


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How many items are affected at a level, how many of them the party sees, and how many of those are open.

    `affected` is None for whoever rests on the standard and sees the own items only. `points`: metering points affected, as far
    as the party sees them, or all of them where it is told `affected`.
    """

    level: int
    affected: int | None
    seen: int
    open: int
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case as a party sees it. `items`: those that it holds or may read; `is_own`: whether it answers for the case.

    `points`: the metering points that rest on the standard as things stand, as far as the party sees them. They are settled
    with the items that serve them.
    """

    case: Case
    state: RecallState
    is_own: bool
    levels: tuple[Level, ...]
    items: tuple[Affair, ...]
    points: tuple[AffectedPoint, ...]
    owners: int | None  # How many organizations hold affected items; None for whoever sees the own items only.
    names: Known

    @property
    def settled(self) -> int:
        """How many of the items seen are settled."""
        return sum(each.standing is not RecallStanding.OPEN for each in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a case would reach, before anything is recorded: levels, items and points that the party sees, how many owners."""

    ground: Ground
    last_good_on: date | None
    levels: tuple[Level, ...]
    items: tuple[Reached, ...]
    points: tuple[AffectedPoint, ...]
    owners: int
    names: Known


def preview_recall(work: UnitOfWork, party: Party, subject: str, at: datetime) -> Preview:
    """What a recall because of a record would reach. `subject`: a certificate, an event, or an item (its latest reason).

    UnknownError for what the party may not read; UnacceptableError where nothing on record calls for a recall.
    """
    known, ground = _ground(work, party, subject, at)
    recall = _recall(known, ground, civil_day(at))
    reached, points = reached_items(recall.affected), affected_points(known, recall, civil_day(at))
    seen = held_among(work, "items", (each.item for each in reached), party.viewers)
    counted, of_points = Counter(each.level for each in reached), Counter(each.level for each in points)
    own = Counter(each.level for each in reached if each.item in seen)
    return Preview(
        ground=ground,
        last_good_on=None if recall.window is None else recall.window.last_good_on,
        levels=tuple(
            Level(level=each, affected=counted[each], seen=own[each], open=own[each], points=of_points[each])
            for each in sorted(counted | of_points)
        ),
        items=tuple(each for each in reached if each.item in seen),
        points=_points_seen(work, party, points),
        owners=len(_holders(work, reached, points)),
        names=known,
    )


def open_recall(
    work: UnitOfWork, party: Party, subject: str, reason: str, at: datetime, compose: ComposeRecall | None = None
) -> str:
    """Open a case; its id. It goes out at once, unless the organization wants a second person to confirm it.

    `compose` puts the mails to owners into words; None where no mail goes out at all.
    ConflictError where there is a case because of the same record.
    """
    reason = _reason(reason)
    found = preview_recall(work, party, subject, at)
    if any(
        case.decision is None or case.decision.step is RecallStep.CONFIRMED
        for case in recalls.recall_because_of(work, found.ground)
    ):
        raise ConflictError("$.subject", subject, "there is a recall because of this record", "已有因此记录而开的召回")
    known, day = found.names, civil_day(at)
    recall = _recall(known, found.ground, day)
    reached = reached_items(recall.affected)
    recorder = Recorder(work, party=party, at=at, source=SOURCE, reason=reason)
    id_ = new_id("recall")
    good = None if found.last_good_on is None else day_number(found.last_good_on)
    entry = recalls.add_recall(work, id_, party.organization, found.ground, good, reason, recorder.begun())
    recalls.add_items(work, entry, reached)
    if not settings_of(work, party).four_eyes:
        recalls.add_step(work, entry, RecallStep.CONFIRMED, None, reason, recorder.begun())
        told = _Told(id_, found.ground, reached, affected_points(known, recall, day), known)
        _tell(work, told, at, compose)
    return id_


def decide_recall(
    work: UnitOfWork,
    party: Party,
    recall_id: str,
    reason: str,
    at: datetime,
    *,
    is_confirmed: bool,
    compose: ComposeRecall | None = None,
) -> None:
    """Let a case go out, or drop it: by another person of its organization than the one who opened it.

    `compose` as for `open_recall`.
    """
    case = _own_case(work, party, recall_id)
    if case.decision is not None:
        raise ConflictError("$", recall_id, "the recall has been decided", "该召回已有结论")
    if not party.is_operator:
        if party.person is None:
            raise NotPermittedError("machines do not confirm", "机器不能确认")
        if party.organization != case.organization or (party.person == case.opening.person and is_confirmed):
            raise NotPermittedError("another person of the organization has to confirm", "须由本机构另一人确认")
    recorder = Recorder(work, party=party, at=at, source=SOURCE, reason=_reason(reason))
    step = RecallStep.CONFIRMED if is_confirmed else RecallStep.REJECTED
    recalls.add_step(work, case.entry, step, None, _reason(reason), recorder.begun())
    if is_confirmed:
        standing = _affairs(work, case, at)
        told = _Told(case.id, case.ground, tuple(recalls.items_of(work, case)), standing.points, standing.known)
        _tell(work, told, at, compose)


def justify_item(
    work: UnitOfWork, party: Party, recall_id: str, item: str, reason: str, at: datetime, *, is_withdrawn: bool = False
) -> None:
    """Answer for an item of a case that nothing need be done, or no longer; with the reason, by a person.

    UnknownError for an item that the case does not reach; said twice, it is recorded once.
    """
    case = _own_case(work, party, recall_id)
    if case.decision is None or case.decision.step is not RecallStep.CONFIRMED:
        raise ConflictError("$", recall_id, "the recall has not gone out", "该召回尚未发出")
    if party.person is None and not party.is_operator:
        raise NotPermittedError("people answer for items, machines do not", "只能由人员说明理由")
    is_reached = item in {each.reached.item for each in _affairs(work, case, at).items}
    if not is_reached or not held_among(work, "items", [item], party.viewers):
        raise UnknownError(item)
    if (case.justification_of(item) is None) is not is_withdrawn:
        recorder = Recorder(work, party=party, at=at, source=SOURCE, reason=_reason(reason))
        step = RecallStep.JUSTIFICATION_WITHDRAWN if is_withdrawn else RecallStep.JUSTIFIED
        recalls.add_step(work, case.entry, step, item, _reason(reason), recorder.begun())
        announce(work, [recall_item_changed(case.id, item, {"step": step.value, "reason": _reason(reason)})], at)


def recall_seen(work: UnitOfWork, party: Party, recall_id: str, at: datetime) -> Opened:
    """A case with what the party sees of it; UnknownError where that is nothing."""
    case = recalls.recall_with(work, recall_id)
    if case is None:
        raise UnknownError(recall_id)
    opened = _opened(work, party, case, at)
    if opened is None:
        raise UnknownError(recall_id)
    return opened


def recalls_seen(
    work: UnitOfWork,
    party: Party,
    at: datetime,
    *,
    before: int,
    most: int,
    state: RecallState | None = None,
    text: str = "",
) -> tuple[list[Opened], int | None]:
    """Cases that the party sees, the latest first, those of one state and with a text if asked; where the next page begins."""
    most = min(most, LARGEST_PAGE)
    found = recalls.recalls_before(work, party.viewers, before, most + 1, text)
    opened = [seen for case in found[:most] if (seen := _opened(work, party, case, at)) is not None]
    following = found[most - 1].entry if len(found) > most else None
    return [each for each in opened if state in {None, each.state}], following


def _opened(work: UnitOfWork, party: Party, case: Case, at: datetime) -> Opened | None:
    is_own = _answers_for(party, case)
    standing = _affairs(work, case, at)
    every = standing.items
    state = state_of(case, every)
    seen = held_among(work, "items", (each.reached.item for each in every), party.viewers)
    items = tuple(each for each in every if each.reached.item in seen)
    points = _points_seen(work, party, standing.points)
    case = replace(case, deeds=tuple(deed for deed in case.deeds if deed.item is None or deed.item in seen))
    if not is_own and (not (items or points) or state in {RecallState.WAITING, RecallState.REJECTED}):
        return None
    if not is_own and state is RecallState.OPEN and _is_settled(items, points):
        state = RecallState.CLOSED  # For whoever sees what is its own only, this is all there is.
    return Opened(
        case=case,
        state=state,
        is_own=is_own,
        levels=_levels(every, items, standing.points if is_own else points, is_own=is_own),
        items=items,
        points=points,
        owners=len(_holders(work, [each.reached for each in every], standing.points)) if is_own else None,
        names=standing.known,
    )


def _is_settled(items: tuple[Affair, ...], points: tuple[AffectedPoint, ...]) -> bool:
    """Whether nothing is left to do for whoever sees these: of points alone, that none rests on what is doubted any longer."""
    if items:
        return all(each.standing is not RecallStanding.OPEN for each in items)
    return not any(each.is_in_force for each in points)


def _levels(
    every: tuple[Affair, ...], items: tuple[Affair, ...], points: tuple[AffectedPoint, ...], *, is_own: bool
) -> tuple[Level, ...]:
    counted, of_points = Counter(each.reached.level for each in every), Counter(each.level for each in points)
    levels = []
    for level in sorted(counted | of_points):
        own = [each for each in items if each.reached.level == level]
        if is_own or own or of_points[level]:
            is_open = sum(each.standing is RecallStanding.OPEN for each in own)
            affected = counted[level] if is_own else None
            levels.append(Level(level=level, affected=affected, seen=len(own), open=is_open, points=of_points[level]))
    return tuple(levels)


class _Standing(NamedTuple):
    """How all items of a case stand, the metering points that rest on them, and what is known around it."""

    items: tuple[Affair, ...]
    points: tuple[AffectedPoint, ...]
    known: Known


def _affairs(work: UnitOfWork, case: Case, at: datetime) -> _Standing:
    known, day = known_records(load_recalled(work, case.ground.item, known_at=at), at), civil_day(at)
    # Nothing is reached any longer where the record was taken back with the import that brought it.
    recall = _recall(known, case.ground, day) if case.ground in set(grounds(known)) else None
    affected = () if recall is None else recall.affected
    points = () if recall is None else affected_points(known, recall, day)
    return _Standing(affairs(case, recalls.items_of(work, case), affected, known, day), points, known)


def _points_seen(work: UnitOfWork, party: Party, points: tuple[AffectedPoint, ...]) -> tuple[AffectedPoint, ...]:
    """Those of metering points that a party sees."""
    seen = held_among(work, "metering_points", (each.metering_point for each in points), party.viewers)
    return tuple(each for each in points if each.metering_point in seen)


def _ground(work: UnitOfWork, party: Party, subject: str, at: datetime) -> tuple[Known, Ground]:
    """What is known around a subject that the party may read, and the latest record in it that calls for a recall."""
    records = load_recalled(work, _item_of(work, party, subject), known_at=at)
    known = known_records(records, at)
    found = [each for each in grounds(known) if subject in {each.evidence, each.item}]
    if not found:
        raise UnacceptableError(
            "$.subject",
            "nothing on record calls for a recall: no withdrawal, failure, failed check or damage",
            "没有须召回的记录：未见证书撤销、不合格、核查不合格或损坏",
        )
    return known, max(found, key=lambda each: (each.on, each.evidence))


def _item_of(work: UnitOfWork, party: Party, subject: str) -> str:
    """The item that a subject is, or is about; UnknownError where the party may not read it."""
    if held_among(work, "items", [subject], party.viewers) and load_dependents(work, subject, known_at=None).items:
        return subject
    item = recalls.item_behind(work, subject)
    if item is None or not held_among(work, "items", [item], party.viewers):
        raise UnknownError(subject)
    return item


def _recall(known: Known, ground: Ground, day: date) -> Recall:
    if ground.section == "certificates" and known.certificates[ground.evidence].withdrawal is not None:
        return of_withdrawal(known, ground.evidence, ground.on, day)
    return of_failure(known, ground.item, ground.on, day)


def _own_case(work: UnitOfWork, party: Party, recall_id: str) -> Case:
    """A case that the party answers for; UnknownError for any other."""
    case = recalls.recall_with(work, recall_id)
    if case is None or not _answers_for(party, case) or not party.may(Permission.RECALL):
        raise UnknownError(recall_id)
    return case


def _answers_for(party: Party, case: Case) -> bool:
    """Whether it is the organization that opened the case, or an authority over it."""
    return party.is_operator or (case.organization is not None and case.organization in (party.viewers or ()))


class Own(NamedTuple):
    """The items and metering points of a case that an organization holds."""

    items: set[str]
    points: set[str]


class _Told(NamedTuple):
    """What owners are told of a case."""

    id: str
    ground: Ground
    items: tuple[Reached, ...]
    points: tuple[AffectedPoint, ...]
    known: Known


def _tell(work: UnitOfWork, told: _Told, at: datetime, compose: ComposeRecall | None) -> None:
    """Tell each owner of the items and metering points that are its own, and of no others: by webhook and by mail."""
    data = {"recall": told.id, "cause": told.ground.cause.value, "counts_from": str(told.ground.on)}
    holders = sorted(_holders(work, told.items, told.points).items())
    facts = [
        recall_opened(organization, told.id, {**data, "items": sorted(own.items), "metering_points": sorted(own.points)})
        for organization, own in holders
    ]
    announce(work, facts, at)
    if compose is not None:
        mail_owners(work, (_digest(told, organization, own) for organization, own in holders), at, compose)


def _digest(told: _Told, organization: str, own: Own) -> RecallDigest:
    return RecallDigest(
        organization=organization,
        recall=told.id,
        ground=told.ground,
        items=tuple(each for each in told.items if each.item in own.items),
        points=tuple(each for each in told.points if each.metering_point in own.points),
        names=told.known,
    )


def _holders(work: UnitOfWork, reached: Iterable[Reached], points: tuple[AffectedPoint, ...]) -> dict[str, Own]:
    """The organizations that hold affected items or points, with these."""
    holders: dict[str, Own] = {}
    for organization, item in holders_of(work, "items", (each.item for each in reached)):
        holders.setdefault(organization, Own(set(), set())).items.add(item)
    for organization, point in holders_of(work, "metering_points", (each.metering_point for each in points)):
        holders.setdefault(organization, Own(set(), set())).points.add(point)
    return holders


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise UnacceptableError("$.reason", "a reason is needed, of at most 2000 characters", "须说明理由，不超过 2000 字")
    return reason
