"""Rounds: an auditor plans one, scans, observes, signs off. What the authority makes of it: see round_findings.

A round is seen by the auditing organization, and from its sign-off on by those who may read what the audited one holds. Each
function looks and decides first, and takes the writer's turn only to look again at what may have changed and to append.

Scans and nameplates that differ also go into the history of scans, where copies of labels are looked for (registry.scanning).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from registry.access import Party
from registry.errors import ConflictError, StaleError, TakenError, UnacceptableError, UnknownError
from registry.labels.errors import LabelError
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState
from registry.repositories import idempotency, labels, rounds, scans, stored
from registry.repositories.holdings import held_among
from registry.repositories.recordings import Recorder
from registry.repositories.rounds import MOST_ENTRIES, MOST_ITEMS
from registry.rounds import (
    Observation,
    ObservationTold,
    Outcome,
    Round,
    Scan,
    ScanTold,
    Signature,
    outcome,
)
from registry.scanning import anomalies
from registry.secret_tokens import new_id
from registry.spelling import is_storable, storable
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.note_scans import hour_of
from registry.usecases.recording import Once, Repeated, owner_of, repeated
from registry.usecases.resolve_code import Way, resolve_code

T = TypeVar("T", ScanTold, ObservationTold)

MOST_SITES = 50  # Places inside a round: as many as somebody finds in a list on a phone.
LONGEST_SITE = 255  # Characters.
LARGEST_PHOTO = 2 * 1024 * 1024  # Bytes; the page makes photos smaller before it sends them.

_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an auditor wants to check: an organization, where, and which items; None for all that it holds.

    `sites`: the places inside it, where there are several among which the auditor is to say where she stands.
    """

    organization: str
    site: str
    items: tuple[str, ...] | None
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A round with everything that belongs to it, and what it came to so far."""

    round: Round
    scans: tuple[Scan, ...]
    observations: tuple[Observation, ...]
    outcome: Outcome


def plan_round(work: UnitOfWork, party: Party, plan: Plan, at: datetime) -> Round:
    """A new round at an organization that the party may read. UnacceptableError for what it does not see or hold there."""
    viewers = party.viewers
    is_seen = viewers is None or plan.organization in viewers
    if not is_seen or not is_storable(plan.organization) or not stored.identities(work, "organizations", [plan.organization]):
        raise UnacceptableError("$.organization", "no organization that you have a mandate for", "不是您获授权检查的机构")
    planned = Round(
        entry=0,
        id=new_id("r"),
        auditor=party.organization,
        organization=plan.organization,
        site=storable(plan.site.strip()),
        items=_planned_items(work, plan),
        planned_at=at,
        planned_by=party.name,
        signature=None,
        sites=_planned_sites(plan),
    )
    rounds.add_round(work, planned, Recorder(work, party=party, at=at, source=f"round {planned.id}").begun())
    return own_round(work, party, planned.id)


def plan_round_once(work: UnitOfWork, party: Party, plan: Plan, at: datetime, once: Once | None) -> Round | Repeated:
    """A new round, or the answer that the same request got before under its key."""
    before = repeated(work, party, once)
    if before is not None:
        return before
    planned = plan_round(work, party, plan, at)
    if once is not None:
        idempotency.keep(work, owner_of(party), once.key, once.request_sha256, once.tell(planned), at)
    return planned


def rounds_seen(work: UnitOfWork, party: Party, before: int, most: int) -> list[Round]:
    """The rounds that a party sees, the latest first, from those before a running number on."""
    return rounds.rounds_of(work, party.organization, party.viewers, before, most)


def own_round(work: UnitOfWork, party: Party, round_id: str) -> Round:
    """A round of the party's own organization; UnknownError for any other, as for one that does not exist."""
    found = rounds.round_with(work, round_id) if is_storable(round_id) else None
    if found is None or not (party.is_operator or found.auditor == party.organization):
        raise UnknownError(round_id)
    return found


def round_to_carry(work: UnitOfWork, party: Party, round_id: str) -> Round:
    """A round of the party's own, to be carried along: the organization must still be open to it. UnknownError otherwise."""
    found = own_round(work, party, round_id)
    if party.viewers is not None and found.organization not in party.viewers:
        raise UnknownError(round_id)
    return found


def seen_round(work: UnitOfWork, party: Party, round_id: str) -> Round:
    """A round that the party sees: its own, or a signed one at an organization that it may read. UnknownError otherwise."""
    found = rounds.round_with(work, round_id) if is_storable(round_id) else None
    if found is None:
        raise UnknownError(round_id)
    is_own = party.is_operator or found.auditor == party.organization
    if is_own or (found.signature is not None and found.organization in (party.viewers or ())):
        return found
    raise UnknownError(round_id)


def progress_of(work: UnitOfWork, found: Round) -> Progress:
    """What a round came to so far."""
    scans = tuple(rounds.scans_of(work, found))
    observations = tuple(rounds.observations_of(work, found))
    return Progress(round=found, scans=scans, observations=observations, outcome=outcome(found.items, scans))


def record_scans(store: Store, party: Party, round_id: str, told: Iterable[ScanTold], at: datetime) -> Progress:
    """Write down those of the scans that are not yet, and the progress then; what is sent twice is written once.

    UnknownError, TakenError when the round is signed off, ConflictError for a scan that is on record with other content,
    UnacceptableError for a place that the round does not have.
    """
    wanted = list(told)
    with store.reading() as work:
        _check_sites(own_round(work, party, round_id), wanted)
        led = {scan.text: _led_to(work, scan.text) for scan in wanted}
    with store.writing() as work:
        found = own_round(work, party, round_id)
        held = {scan.told.id: scan.told for scan in rounds.scans_of(work, found)}
        fresh = _fresh(wanted, held, "$.scans")
        _check_open(found, bool(fresh), len(held) + len(fresh))
        if fresh:
            recorder = Recorder(work, party=party, at=at, source=f"round {found.id}: scans")
            each_led = [(scan, led[scan.text].item, led[scan.text].label) for scan in fresh]
            rounds.add_scans(work, found, each_led, recorder.begun())
            read = ((scan, label) for scan in fresh if (label := led[scan.text].read) is not None)
            scans.add_scans(work, [_noted(found, label, scan.scanned_at, at, scan) for scan, label in read])
        return progress_of(work, found)


def record_observations(store: Store, party: Party, round_id: str, told: Iterable[ObservationTold], at: datetime) -> Progress:
    """Write down those of the observations that are not yet, and the progress then; as with scans.

    UnacceptableError for an item that is neither on the list nor scanned, for a photo that the round does not have, and for
    another serial number on a nameplate that is not said to differ.
    """
    wanted = list(told)
    with store.writing() as work:
        found = own_round(work, party, round_id)
        before = progress_of(work, found)
        held = {each.told.id: each.told for each in before.observations}
        fresh = _fresh(wanted, held, "$.observations")
        _check_open(found, bool(fresh), len(held) + len(fresh))
        _check_observed(work, before, wanted)
        if not fresh:
            return before
        recorder = Recorder(work, party=party, at=at, source=f"round {found.id}: observations")
        rounds.add_observations(work, found, fresh, recorder.begun())
        differing = [each for each in fresh if each.nameplate_matches is False]
        doubted = ((each, label) for each in differing if (label := doubted_label(work, before, each.item)) is not None)
        noted = [_noted(found, label, each.observed_at, at, seen_serial=each.seen_serial or "") for each, label in doubted]
        scans.add_scans(work, noted)
        return progress_of(work, found)


def keep_photo(store: Store, party: Party, round_id: str, content: bytes, at: datetime) -> str:
    """Keep a photo (JPEG) of a round; its SHA-256 in hexadecimal. One that is sent again is kept once."""
    if not content.startswith(_JPEG) or len(content) > LARGEST_PHOTO:
        raise UnacceptableError("$", "a JPEG of at most 2 MiB is expected", "应为不超过 2 MiB 的 JPEG 照片")
    sha256 = hashlib.sha256(content).hexdigest()
    with store.writing() as work:
        found = own_round(work, party, round_id)
        if not rounds.photos_among(work, found, [sha256]):
            _check_open(found, is_new=True, size=0)
            recorder = Recorder(work, party=party, at=at, source=f"round {found.id}: photo")
            rounds.add_photo(work, found, sha256, content, recorder.begun())
    return sha256


def sign_round(store: Store, party: Party, round_id: str, *, remark: str, scans: int, observations: int, at: datetime) -> Round:
    """Sign a round off, as the signer saw it: with so many scans and observations. Signing it again changes nothing.

    StaleError when it holds others by now: another phone may still be sending.
    """
    with store.writing() as work:
        found = own_round(work, party, round_id)
        if found.signature is not None:
            return found
        progress = progress_of(work, found)
        if (len(progress.scans), len(progress.observations)) != (scans, observations):
            raise StaleError("the round", "本次巡检")
        signature = Signature(
            signed_at=at, signed_by=party.name, remark=storable(remark.strip()), scans=scans, observations=observations
        )
        recorder = Recorder(work, party=party, at=at, source=f"round {found.id}: signed off")
        rounds.add_signature(work, found, signature, recorder.begun())
        return own_round(work, party, round_id)


def _planned_items(work: UnitOfWork, plan: Plan) -> tuple[str, ...]:
    if plan.items is None:
        items = rounds.items_held_by(work, plan.organization, MOST_ITEMS)
    else:
        items = list(dict.fromkeys(plan.items))
        held = held_among(work, "items", filter(is_storable, items), [plan.organization])
        for index, item in enumerate(plan.items):
            if item not in held:
                raise UnacceptableError(
                    f"$.items[{index}]", f"{item!r} is not held by the organization", f"该机构没有器具 {item!r}"
                )
    if not 1 <= len(items) <= MOST_ITEMS:
        raise UnacceptableError("$.items", f"a round is of 1 to {MOST_ITEMS:,} items", f"一次巡检应有 1 至 {MOST_ITEMS} 件器具")
    return tuple(items)


def doubted_label(work: UnitOfWork, progress: Progress, item: str) -> LabelRecord | None:
    """The label that a nameplate speaks against: the one read last in the round for the item, else the one in use."""
    read = next((scan.label for scan in reversed(progress.scans) if scan.item == item and scan.label is not None), None)
    if read is not None:
        return labels.labels_with_codes(work, [read]).get(read)
    of_item = labels.labels_of_items(work, [item]).get(item, ())
    return next((label for label in reversed(of_item) if label.state is LabelState.ACTIVE), None)


def _planned_sites(plan: Plan) -> tuple[str, ...]:
    sites = tuple(dict.fromkeys(filter(None, (storable(site.strip()) for site in plan.sites))))
    if len(sites) > MOST_SITES or any(len(site) > LONGEST_SITE for site in sites):
        raise UnacceptableError(
            "$.sites",
            f"at most {MOST_SITES} places of at most {LONGEST_SITE} characters",
            f"最多 {MOST_SITES} 处，每处最多 {LONGEST_SITE} 个字符",
        )
    return sites


class _Led(NamedTuple):
    """What a text led to: an item, the code of its label, and the label itself if it is what was read."""

    item: str | None
    label: str | None
    read: LabelRecord | None


def _led_to(work: UnitOfWork, text: str) -> _Led:
    """Where a text leads; nowhere with what is nobody's."""
    try:
        found = resolve_code(work, text)
    except LabelError:
        return _Led(None, None, None)
    code = None if found.label is None else found.label.code
    return _Led(found.item, code, found.label if found.way in {Way.CODE, Way.STICKER} else None)


def _noted(
    found: Round,
    label: LabelRecord,
    then: datetime,
    at: datetime,
    scan: ScanTold | None = None,
    *,
    seen_serial: str | None = None,
) -> anomalies.Scan:
    """A scan of a round for the history of scans. Phones' clocks may be wrong: it was after the plan, and is not yet to come.

    Who scanned is known from the round anyway, so the round stands for the digest of others.
    """
    site, place = (None, None) if scan is None else (scan.site or (None if found.sites else found.site or None), scan.place)
    hour = hour_of(min(max(then, found.planned_at), at))
    return anomalies.Scan(hour, label.code, label.state, found.id, place, seen_serial, found.id, site)


def _fresh(wanted: list[T], held: Mapping[str, T], path: str) -> list[T]:
    """What is not on record yet, each once. ConflictError for an id that stands for something else."""
    known = dict(held)
    fresh = []
    for index, each in enumerate(wanted):
        if each.id not in known:
            fresh.append(each)
        elif known[each.id] != each:
            raise ConflictError(
                f"{path}[{index}].id", each.id, f"{each.id!r} is on record with other content", f"{each.id!r} 已存有不同内容"
            )
        known[each.id] = each
    return fresh


def _check_open(found: Round, is_new: bool, size: int) -> None:  # noqa: FBT001 - whether anything is to be written.
    if is_new and found.signature is not None:
        raise TakenError("$", "the round is signed off; plan another", "本次巡检已签署，请另建一次")
    if size > MOST_ENTRIES:
        raise UnacceptableError("$", f"more than {MOST_ENTRIES:,} of one round", f"一次巡检超过 {MOST_ENTRIES} 条")


def _check_sites(found: Round, wanted: list[ScanTold]) -> None:
    for index, each in enumerate(wanted):
        if each.site is not None and each.site not in found.sites:
            raise UnacceptableError(
                f"$.scans[{index}].site", f"the round has no place {each.site!r}", f"本次巡检没有地点 {each.site!r}"
            )


def _check_observed(work: UnitOfWork, before: Progress, wanted: list[ObservationTold]) -> None:
    items = {*before.round.items, *(scan.item for scan in before.scans)}
    photos = rounds.photos_among(work, before.round, (each.photo for each in wanted if each.photo is not None))
    for index, each in enumerate(wanted):
        if each.item not in items:
            raise UnacceptableError(
                f"$.observations[{index}].item", "neither on the list nor scanned", "既不在清单中，也未被扫描"
            )
        if each.seen_serial is not None and each.nameplate_matches is not False:
            raise UnacceptableError(
                f"$.observations[{index}].seen_serial", "only of a nameplate that differs", "仅在铭牌与登记不一致时填写"
            )
        if each.photo is not None and each.photo not in photos:
            raise UnacceptableError(f"$.observations[{index}].photo", "send the photo first", "请先上传照片")
