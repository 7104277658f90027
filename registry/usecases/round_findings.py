"""What the authority makes of what a round found: a broken seal becomes an event, a nameplate that differs a disputed label."""

from datetime import date, datetime

from registry.access import Party
from registry.errors import NotPermittedError, TakenError, UnacceptableError, UnknownError
from registry.notices.announcing import announce
from registry.notices.events import recorded
from registry.repositories import rounds
from registry.repositories.recordings import Recorder
from registry.rounds import Decided, Decision, Finding, Observation, Round
from registry.secret_tokens import new_id
from registry.spelling import storable
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.disputes import dispute_label
from registry.usecases.rounds import Progress, doubted_label, progress_of, seen_round
from traceability.interchange import Entry
from traceability.periods import civil_day
from traceability.records import Event, EventKind


def decide_finding(  # noqa: PLR0913 - each by its name.
    store: Store,
    party: Party,
    round_id: str,
    observation_id: str,
    *,
    decision: Decision,
    reason: str,
    broken_on: date | None,
    at: datetime,
    finding: Finding = Finding.SEAL,
) -> Progress:
    """Confirm or reject what an observation found, once and for good.

    A broken seal becomes an event of the item, from `broken_on` (else the day seen) on. A nameplate that differs is no event of
    the contract (SEMANTICS 2): it makes the label disputed, which its page tells from the next scan on.

    For an authority that may read the audited organization. The same decision again changes nothing, another is TakenError;
    NotPermittedError for whoever signed the round off.
    """
    with store.writing() as work:
        found = seen_round(work, party, round_id)
        progress = progress_of(work, found)
        observation = next((each for each in progress.observations if each.told.id == observation_id), None)
        if observation is None or not observation.has(finding) or not _is_authority(party, found):
            raise UnknownError(observation_id)
        before = observation.decision_on(finding)
        if before is not None:
            if before.decision is not decision:
                raise TakenError("$.decision", "it was decided otherwise already", "已作出另一决定")
            return progress
        _check_decidable(party, found)
        recorder = Recorder(work, party=party, at=at, source=f"round {found.id}: {decision}", reason=storable(reason) or None)
        is_confirmed = decision is Decision.CONFIRMED
        decided = Decided(
            decision=decision,
            reason=storable(reason.strip()),
            event=_broken(work, recorder, observation, broken_on, at) if is_confirmed and finding is Finding.SEAL else None,
            label=_disputed(work, party, progress, observation, reason, at)
            if is_confirmed and finding is Finding.NAMEPLATE
            else None,
            decided_at=at,
            decided_by=party.name,
        )
        add = rounds.add_decision if finding is Finding.SEAL else rounds.add_nameplate_decision
        add(work, observation, decided, recorder.begun())
        return progress_of(work, found)


def _is_authority(party: Party, found: Round) -> bool:
    return party.viewers is None or found.organization in party.viewers


def _check_decidable(party: Party, found: Round) -> None:
    if found.signature is None:
        raise TakenError("$", "the round is not signed off yet", "本次巡检尚未签署")
    if party.person is not None and party.name == found.signature.signed_by:
        raise NotPermittedError("whoever signed the round does not decide on its findings", "签署巡检的人不得自行确认其发现")


def _broken(work: UnitOfWork, recorder: Recorder, observation: Observation, broken_on: date | None, at: datetime) -> str:
    """The id of the event that a broken seal is."""
    day = broken_on or civil_day(observation.told.observed_at)
    if day > civil_day(at):  # A phone's clock may be wrong; the authority can tell the day instead.
        raise UnacceptableError("$.broken_on", "a day that is yet to come", "日期尚未到来")
    event = Event(id=new_id("e"), item=observation.told.item, kind=EventKind.SEAL_BROKEN, on=day, recorded_at=at)
    recorder.add("events", [Entry("events", 0, event)])
    announce(work, [recorded(event)], at)
    return event.id


def _disputed(
    work: UnitOfWork, party: Party, progress: Progress, observation: Observation, reason: str, at: datetime
) -> str | None:
    """The code of the label that is disputed from now on; None for an item without one, which has nothing to be doubted."""
    label = doubted_label(work, progress, observation.told.item)
    if label is None:
        return None
    said = (reason.strip(), f"round {progress.round.id}", observation.told.seen_serial)
    return dispute_label(work, party, label.code, storable(" · ".join(filter(None, said))), at=at).code
