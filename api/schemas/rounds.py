"""Rounds as they are sent and answered."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

import msgspec

from registry.rounds import (
    Decided,
    Decision,
    Finding,
    Observation,
    ObservationTold,
    Round,
    Scan,
    ScanResult,
    ScanTold,
    Signature,
    Way,
)
from registry.scanning.anomalies import place_told
from registry.usecases.round_packages import PackageVerdict, SignedPackage
from registry.usecases.rounds import LONGEST_SITE, MOST_SITES, Progress
from traceability.records import Identifier, Item

MOST_AT_ONCE = 50  # Scans or observations of one request; a body is of 64 KiB.

# Made by the phone, so that what is sent twice is written once; a UUID, or anything else as random.
ClientId = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+\Z")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Remark = Annotated[str, msgspec.Meta(max_length=1000)]
Site = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_SITE)]
SeenSerial = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class RoundRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A round to be made: at which organization, where, and of which of its items; null for all that it holds.

    `sites`: the places inside it, where there are several; every scan can then tell at which of them it was made.
    """

    organization: Identifier
    site: Annotated[str, msgspec.Meta(max_length=LONGEST_SITE)] = ""
    sites: Annotated[tuple[Site, ...], msgspec.Meta(max_length=MOST_SITES)] = ()
    items: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=2000)] | None = None


class SignatureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a round: who signed when, and how much it then held."""

    signed_at: datetime
    signed_by: str
    remark: str
    scans: int
    observations: int


class RoundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A round as planned. `auditor`: the organization that makes it, null for the operator."""

    id: str
    auditor: Identifier | None
    organization: Identifier
    site: str
    sites: tuple[str, ...]
    items: int
    planned_at: datetime
    planned_by: str
    signature: SignatureAnswer | None


class RoundList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rounds, the latest first; `next` is the cursor of the following page, null on the last."""

    rounds: tuple[RoundAnswer, ...]
    next: str | None


class ScanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was read, by the phone's clock. `package_at`: `known_at` of the package by which the phone told it at once.

    `site`: one of the places of the round. `place`: latitude and longitude in degrees, where the auditor lets it be told; kept
    in tenths, in the history of scans alone, which is forgotten.
    """

    id: ClientId
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    way: Way
    scanned_at: Moment
    package_at: Moment | None = None
    site: Site | None = None
    place: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class ScansRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scans in the order in which they were made."""

    scans: Annotated[tuple[ScanRequest, ...], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]


class ObservationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was seen of an item; null: not looked at. `photo`: the SHA-256 of one that was sent before.

    `seen_serial`: what a nameplate that does not match says instead.
    """

    id: ClientId
    item: Identifier
    nameplate_matches: bool | None = None
    seal_intact: bool | None = None
    photo: Digest | None = None
    remark: Remark = ""
    observed_at: Moment
    seen_serial: SeenSerial | None = None


class ObservationsRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Observations in the order in which they were made."""

    observations: Annotated[tuple[ObservationRequest, ...], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]


class SignatureRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a round, as the signer saw it: with so many scans and observations."""

    scans: Count
    observations: Count
    remark: Remark = ""


class FindingDecisionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the authority makes of a finding: of a broken seal, or of a nameplate that differs.

    `broken_on`: since when a broken seal counts; null for the day it was seen.
    """

    decision: Decision
    reason: Remark = ""
    broken_on: date | None = None
    finding: Finding = Finding.SEAL


class ScannedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as an auditor recognizes it beside its nameplate."""

    id: str
    name: str | None
    serial: str | None


class ScanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A scan on record with its result, and the verdict on what it led to, as of now.

    `sites`: the places of the round at which the item was scanned; of more than one label, all but one are copies.
    """

    id: str
    result: ScanResult
    item: ScannedItem | None
    verdict: PackageVerdict | None
    sites: tuple[str, ...]


class RoundCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How far a round is."""

    scans: int
    observations: int
    correct: int
    missing: int
    misplaced: int
    unknown: int


class ScansAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The scans of the request, in its order, and how far the round is."""

    scans: tuple[ScanAnswer, ...]
    counts: RoundCounts


class ObservationsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How far the round is with the observations of the request."""

    counts: RoundCounts


class PhotoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The SHA-256 of a photo, for the observation that it belongs to."""

    sha256: str


class RecordedScan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan in the record of a round."""

    id: str
    text: str
    way: Way
    scanned_at: datetime
    package_at: datetime | None
    site: str | None
    item: str | None
    label: str | None
    result: ScanResult


class FindingDecisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the authority made of a finding; `event` is the event that came of it, `label` the code that it disputes."""

    decision: Decision
    reason: str
    event: str | None
    label: str | None
    decided_at: datetime
    decided_by: str


class RecordedObservation(msgspec.Struct, frozen=True, kw_only=True):
    """An observation in the record of a round. `decision`: on a broken seal; `nameplate_decision`: on one that differs."""

    id: str
    item: str
    nameplate_matches: bool | None
    seal_intact: bool | None
    photo: str | None
    remark: str
    observed_at: datetime
    seen_serial: str | None
    decision: FindingDecisionAnswer | None
    nameplate_decision: FindingDecisionAnswer | None


class RecordedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item in the record: `result` is correct, misplaced, or missing; the verdict as of the day of the record.

    `sites`: the places of the round at which it was scanned.
    """

    id: str
    name: str | None
    serial: str | None
    result: str
    verdict: PackageVerdict | None
    sites: tuple[str, ...]


class RoundRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a round: everything, with verdicts as of the sign-off as then known, or as of now where there is none."""

    round: RoundAnswer
    as_of: date
    known_at: datetime
    policy: str
    counts: RoundCounts
    items: tuple[RecordedItem, ...]
    unknown: tuple[str, ...]
    scans: tuple[RecordedScan, ...]
    observations: tuple[RecordedObservation, ...]


class PackageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A signed package. `text` is JSON; the signature (Ed25519, hexadecimal) is over the context and the bytes of the text.

    The context is `traceability-registry round package` and a zero byte.
    """

    text: str
    signature: str
    public_key: str


def round_answer(found: Round) -> RoundAnswer:
    """A round as it is answered."""
    return RoundAnswer(
        id=found.id,
        auditor=found.auditor,
        organization=found.organization,
        site=found.site,
        sites=found.sites,
        items=len(found.items),
        planned_at=found.planned_at,
        planned_by=found.planned_by,
        signature=None if found.signature is None else _signature(found.signature),
    )


def scans_told(asked: ScansRequest) -> list[ScanTold]:
    """Scans as the store takes them."""
    return [
        ScanTold(
            id=each.id,
            text=each.text,
            way=each.way,
            scanned_at=each.scanned_at,
            package_at=each.package_at,
            site=each.site,
            place=place_told(each.place or ""),
        )
        for each in asked.scans
    ]


def observations_told(asked: ObservationsRequest) -> list[ObservationTold]:
    """Observations as the store takes them."""
    return [
        ObservationTold(
            id=each.id,
            item=each.item,
            nameplate_matches=each.nameplate_matches,
            seal_intact=each.seal_intact,
            photo=each.photo,
            remark=each.remark,
            observed_at=each.observed_at,
            seen_serial=each.seen_serial,
        )
        for each in asked.observations
    ]


def scans_answer(
    told: Iterable[ScanTold], progress: Progress, items: Mapping[str, Item], verdicts: Mapping[str, PackageVerdict]
) -> ScansAnswer:
    """The scans of a request with their results."""
    by_id = {scan.told.id: scan for scan in progress.scans}
    return ScansAnswer(
        scans=tuple(_scan_answer(by_id[each.id], progress, items, verdicts) for each in told), counts=counts(progress)
    )


def counts(progress: Progress) -> RoundCounts:
    """How far a round is."""
    found = progress.outcome
    return RoundCounts(
        scans=len(progress.scans),
        observations=len(progress.observations),
        correct=len(found.correct),
        missing=len(found.missing),
        misplaced=len(found.misplaced),
        unknown=len(found.unknown),
    )


def package_answer(signed: SignedPackage) -> PackageAnswer:
    """A signed package as it is answered."""
    return PackageAnswer(text=signed.text, signature=signed.signature, public_key=signed.public_key)


def recorded(progress: Progress) -> list[tuple[str, str]]:
    """All items of the record with what was found of them: those of the list in its order, misplaced ones after them."""
    missing = set(progress.outcome.missing)
    of_list = [(id_, "missing" if id_ in missing else "correct") for id_ in progress.round.items]
    return [*of_list, *((id_, "misplaced") for id_ in progress.outcome.misplaced)]


def round_record(
    progress: Progress,
    told: Iterable[tuple[str, str]],
    items: Mapping[str, Item],
    verdicts: Mapping[str, PackageVerdict],
    *,
    as_of: date,
    known_at: datetime,
    policy: str,
) -> RoundRecord:
    """The record of a round with the items that are told, all of `recorded` or some."""
    found = progress.outcome
    return RoundRecord(
        round=round_answer(progress.round),
        as_of=as_of,
        known_at=known_at,
        policy=policy,
        counts=counts(progress),
        items=tuple(
            _recorded_item(id_, result, items.get(id_), verdicts.get(id_), found.sites.get(id_, ())) for id_, result in told
        ),
        unknown=found.unknown,
        scans=tuple(_recorded_scan(scan, found.results[scan.entry]) for scan in progress.scans),
        observations=tuple(_recorded_observation(each) for each in progress.observations),
    )


def _signature(signature: Signature) -> SignatureAnswer:
    return SignatureAnswer(
        signed_at=signature.signed_at,
        signed_by=signature.signed_by,
        remark=signature.remark,
        scans=signature.scans,
        observations=signature.observations,
    )


def _scan_answer(
    scan: Scan, progress: Progress, items: Mapping[str, Item], verdicts: Mapping[str, PackageVerdict]
) -> ScanAnswer:
    item = None
    if scan.item is not None:
        known = items.get(scan.item)
        item = ScannedItem(id=scan.item, name=known.name if known else None, serial=known.serial if known else None)
    return ScanAnswer(
        id=scan.told.id,
        result=progress.outcome.results[scan.entry],
        item=item,
        verdict=None if scan.item is None else verdicts.get(scan.item),
        sites=() if scan.item is None else progress.outcome.sites.get(scan.item, ()),
    )


def _recorded_item(
    id_: str, result: str, item: Item | None, verdict: PackageVerdict | None, sites: tuple[str, ...]
) -> RecordedItem:
    name, serial = (None, None) if item is None else (item.name, item.serial)
    return RecordedItem(id=id_, name=name, serial=serial, result=result, verdict=verdict, sites=sites)


def _recorded_scan(scan: Scan, result: ScanResult) -> RecordedScan:
    told = scan.told
    return RecordedScan(
        id=told.id,
        text=told.text,
        way=told.way,
        scanned_at=told.scanned_at,
        package_at=told.package_at,
        site=told.site,
        item=scan.item,
        label=scan.label,
        result=result,
    )


def _recorded_observation(observation: Observation) -> RecordedObservation:
    told = observation.told
    return RecordedObservation(
        id=told.id,
        item=told.item,
        nameplate_matches=told.nameplate_matches,
        seal_intact=told.seal_intact,
        photo=told.photo,
        remark=told.remark,
        observed_at=told.observed_at,
        seen_serial=told.seen_serial,
        decision=_decision(observation.decided),
        nameplate_decision=_decision(observation.nameplate_decided),
    )


def _decision(decided: Decided | None) -> FindingDecisionAnswer | None:
    if decided is None:
        return None
    return FindingDecisionAnswer(
        decision=decided.decision,
        reason=decided.reason,
        event=decided.event,
        label=decided.label,
        decided_at=decided.decided_at,
        decided_by=decided.decided_by,
    )


SCHEMAS: tuple[type[msgspec.Struct], ...] = (
    RoundRequest,
    RoundAnswer,
    RoundList,
    ScansRequest,
    ScansAnswer,
    ObservationsRequest,
    ObservationsAnswer,
    PhotoAnswer,
    SignatureRequest,
    FindingDecisionRequest,
    RoundRecord,
    PackageAnswer,
)
