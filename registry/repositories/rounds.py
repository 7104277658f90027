"""Rounds with what belongs to them: plans, scans, observations, photos, sign-offs, decisions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, or_, select

from registry.account_tables import Holdings
from registry.columns import instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.round_tables import (
    RoundDecisions,
    RoundNameplateDecisions,
    RoundObservations,
    RoundPhotos,
    Rounds,
    RoundScans,
    RoundSignatures,
)
from registry.rounds import Decided, Decision, Observation, ObservationTold, Round, Scan, ScanTold, Signature, Way
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

MOST_ITEMS = 2_000  # Of one round: more than a team scans in a week, and every one of them is assessed for the package.
MOST_ENTRIES = 10_000  # Scans, and observations, of one round.

_FLAGS = {-1: None, 0: False, 1: True}
_NUMBERS = {None: -1, False: 0, True: 1}

_rounds = table_of(Rounds)
_scans = table_of(RoundScans)
_observations = table_of(RoundObservations)
_photos = table_of(RoundPhotos)
_signatures = table_of(RoundSignatures)
_decisions = table_of(RoundDecisions)
_nameplate_decisions = table_of(RoundNameplateDecisions)
_holdings = table_of(Holdings)
_recordings = table_of(Recordings)


def round_with(work: UnitOfWork, round_id: str) -> Round | None:
    """The round with this id."""
    return next(map(_round, work.rows(_WITH_ID, id=round_id)), None)


def rounds_of(work: UnitOfWork, auditor: str | None, viewers: list[str] | None, before: int, most: int) -> list[Round]:
    """Rounds of an auditing organization, and signed ones at the organizations `viewers`; all of them for None.

    The latest first, from those before a running number on.
    """
    if viewers is None:
        return [_round(row) for row in work.rows(_ALL, before=before, most=most)]
    return [_round(row) for row in work.rows(_SEEN, auditor=auditor, viewers=viewers, before=before, most=most)]


def add_round(work: UnitOfWork, planned: Round, recording: int) -> None:
    """A round as planned."""
    items, sites = (msgspec.json.encode(each).decode() if each else None for each in (planned.items, planned.sites))
    row = (work.allot(Rounds), planned.id, planned.auditor, planned.organization, planned.site, items)
    work.append(Rounds, [(*row, instant_number(planned.planned_at), recording, sites)])


def items_held_by(work: UnitOfWork, organization: str, most: int) -> list[str]:
    """The ids of the items that an organization holds, in order; one more than `most` when there are more."""
    return [id_ for (id_,) in work.rows(_HELD, organization=organization, most=most + 1)]


def scans_of(work: UnitOfWork, found: Round) -> list[Scan]:
    """The scans of a round in the order in which they arrived."""
    return [_scan(row) for row in work.rows(_SCANS, round=found.entry, most=MOST_ENTRIES)]


def add_scans(work: UnitOfWork, found: Round, scans: Iterable[tuple[ScanTold, str | None, str | None]], recording: int) -> None:
    """Scans, each with the item and the label code that it led to."""
    rows = []
    for told, item, label in scans:
        times = (instant_number(told.scanned_at), instant_number(told.package_at))
        row = (work.allot(RoundScans), found.entry, told.id, told.text, told.way.value, item, label)
        rows.append((*row, *times, recording, told.site))
    work.append(RoundScans, rows)


def observations_of(work: UnitOfWork, found: Round) -> list[Observation]:
    """The observations of a round in the order in which they arrived, with what the authority made of them."""
    return [_observation(row) for row in work.rows(_OBSERVATIONS, round=found.entry, most=MOST_ENTRIES)]


def add_observations(work: UnitOfWork, found: Round, told: Iterable[ObservationTold], recording: int) -> None:
    """Observations."""
    work.append(
        RoundObservations,
        [
            (
                *(work.allot(RoundObservations), found.entry, each.id, each.item),
                *(_NUMBERS[each.nameplate_matches], _NUMBERS[each.seal_intact]),
                *(each.photo or "", each.remark, instant_number(each.observed_at), recording, each.seen_serial),
            )
            for each in told
        ],
    )


def photo_of(work: UnitOfWork, found: Round, sha256: str) -> bytes | None:
    """A photo of a round."""
    return next((bytes(content) for (content,) in work.rows(_PHOTO, round=found.entry, sha256=sha256)), None)


def photos_among(work: UnitOfWork, found: Round, digests: Iterable[str]) -> set[str]:
    """Those of the digests of which the round has the photo."""
    return {sha256 for (sha256,) in work.rows(_PHOTOS, round=found.entry, wanted=sorted(set(digests)))}


def add_photo(work: UnitOfWork, found: Round, sha256: str, content: bytes, recording: int) -> None:
    """A photo."""
    work.append(RoundPhotos, [(work.allot(RoundPhotos), found.entry, sha256, content, recording)])


def add_signature(work: UnitOfWork, found: Round, signature: Signature, recording: int) -> None:
    """The end of a round."""
    counts = (signature.scans, signature.observations)
    row = (found.entry, *counts, signature.remark, instant_number(signature.signed_at), recording)
    work.append(RoundSignatures, [row])


def add_decision(work: UnitOfWork, observation: Observation, decided: Decided, recording: int) -> None:
    """What the authority made of a broken seal."""
    at = instant_number(decided.decided_at)
    work.append(RoundDecisions, [(observation.entry, decided.decision.value, decided.reason, decided.event, at, recording)])


def add_nameplate_decision(work: UnitOfWork, observation: Observation, decided: Decided, recording: int) -> None:
    """What the authority made of a nameplate that differs."""
    row = (observation.entry, decided.decision.value, decided.reason, decided.label, instant_number(decided.decided_at))
    work.append(RoundNameplateDecisions, [(*row, recording)])


def _moment(number: int) -> datetime:
    return instant_of(number) or datetime.min.replace(tzinfo=UTC)


def _round(row: Row) -> Round:
    entry, id_, auditor, organization, site, items, sites, planned_at, planned_by, scans, *signature = row
    return Round(
        entry=entry,
        id=id_,
        auditor=auditor,
        organization=organization,
        site=site,
        items=tuple(msgspec.json.decode(items)),
        planned_at=_moment(planned_at),
        planned_by=planned_by,
        signature=None if scans is None else _signature(scans, *signature),
        sites=() if sites is None else tuple(msgspec.json.decode(sites)),
    )


def _signature(scans: int, observations: int, remark: str, signed_at: int, signed_by: str) -> Signature:
    return Signature(signed_at=_moment(signed_at), signed_by=signed_by, remark=remark, scans=scans, observations=observations)


def _scan(row: Row) -> Scan:
    entry, id_, text, way, item, label, scanned_at, package_at, site = row
    at, of_package = _moment(scanned_at), instant_of(package_at)
    told = ScanTold(id=id_, text=text, way=Way(way), scanned_at=at, package_at=of_package, site=site)
    return Scan(entry=entry, told=told, item=item, label=label)


def _observation(row: Row) -> Observation:
    entry, id_, item, nameplate, seal, photo, remark, observed_at, seen_serial, *decided = row
    told = ObservationTold(
        id=id_,
        item=item,
        nameplate_matches=_FLAGS[nameplate],
        seal_intact=_FLAGS[seal],
        photo=photo or None,
        remark=remark,
        observed_at=_moment(observed_at),
        seen_serial=seen_serial,
    )
    of_seal, of_nameplate = tuple(decided[:5]), tuple(decided[5:])
    return Observation(
        entry=entry,
        told=told,
        decided=_decided(of_seal, "event"),
        nameplate_decided=_decided(of_nameplate, "label"),
    )


def _decided(row: Row, name: str) -> Decided | None:
    """A decision; `name` of what came of it."""
    decision, reason, came_of_it, decided_at, decided_by = row
    if decision is None:
        return None
    event, label = (came_of_it, None) if name == "event" else (None, came_of_it)
    at = _moment(decided_at)
    return Decided(decision=Decision(decision), reason=reason, event=event, label=label, decided_at=at, decided_by=decided_by)


def _whole_rounds(condition: ColumnElement[bool]) -> Select[Any]:
    """Rounds with their sign-off, and who planned and who signed."""
    planned, signed = (_recordings.alias(name) for name in ("planned", "signed"))
    source = _rounds.join(planned, planned.c.entry == _rounds.c.recording)
    source = source.outerjoin(_signatures, _signatures.c.round_entry == _rounds.c.entry)
    source = source.outerjoin(signed, signed.c.entry == _signatures.c.recording)
    own = (_rounds.c.entry, _rounds.c.id, _rounds.c.auditor, _rounds.c.organization, _rounds.c.site)
    lists = (_rounds.c["items"], _rounds.c.sites)
    signature = (_signatures.c.scans, _signatures.c.observations, _signatures.c.remark, _signatures.c.signed_at)
    columns: tuple[ColumnElement[Any], ...] = (*own, *lists, _rounds.c.planned_at, planned.c.recorded_by, *signature)
    return select(*columns, signed.c.recorded_by).select_from(source).where(condition)


def _page(condition: ColumnElement[bool]) -> Select[Any]:
    is_before = _rounds.c.entry < bindparam("before")
    return _whole_rounds(and_(is_before, condition)).order_by(_rounds.c.entry.desc()).limit(bindparam("most"))


def _seen(spelling: Spelling) -> Select[Any]:
    is_signed_there = and_(spelling.among(_rounds.c.organization, "viewers"), _signatures.c.round_entry.is_not(None))
    return _page(or_(_rounds.c.auditor == bindparam("auditor"), is_signed_there))


def _held(_: Spelling) -> Select[Any]:
    is_item = and_(_holdings.c.organization == bindparam("organization"), _holdings.c.section == "items")
    return select(_holdings.c.id).where(is_item).order_by(_holdings.c.id).limit(bindparam("most"))


def _all_scans(_: Spelling) -> Select[Any]:
    own = (_scans.c.entry, _scans.c.id, _scans.c.text, _scans.c.way, _scans.c.item, _scans.c.label)
    columns = (*own, _scans.c.scanned_at, _scans.c.package_at, _scans.c.site)
    of_round = _scans.c.round_entry == bindparam("round")
    return select(*columns).where(of_round).order_by(_scans.c.entry).limit(bindparam("most"))


def _all_observations(_: Spelling) -> Select[Any]:
    seen = _observations.c
    source: FromClause = _observations
    decided: list[ColumnElement[Any]] = []
    for decisions, came_of_it in ((_decisions, "event"), (_nameplate_decisions, "label")):
        recorded = _recordings.alias(f"{came_of_it}_recorded")
        source = source.outerjoin(decisions, decisions.c.observation_entry == seen.entry)
        source = source.outerjoin(recorded, recorded.c.entry == decisions.c.recording)
        made = (decisions.c[name].label(f"{came_of_it}_{name}") for name in ("decision", "reason", came_of_it, "decided_at"))
        decided += [*made, recorded.c.recorded_by.label(f"{came_of_it}_by")]
    own: tuple[ColumnElement[Any], ...]
    own = (seen.entry, seen.id, seen.item, seen.nameplate, seen.seal, seen.photo, seen.remark, seen.observed_at)
    return (
        select(*own, seen.seen_serial, *decided)
        .select_from(source)
        .where(seen.round_entry == bindparam("round"))
        .order_by(seen.entry)
        .limit(bindparam("most"))
    )


def _of_round(spelling: Spelling) -> Select[Any]:
    return select(_photos.c.sha256).where(
        _photos.c.round_entry == bindparam("round"), spelling.among(_photos.c.sha256, "wanted")
    )


_WITH_ID = Query(lambda _: _whole_rounds(_rounds.c.id == bindparam("id")))
_ALL = Query(lambda _: _page(_rounds.c.entry > 0))
_SEEN = Query(_seen)
_HELD = Query(_held)
_SCANS = Query(_all_scans)
_OBSERVATIONS = Query(_all_observations)
_PHOTO = Query(
    lambda _: select(_photos.c.content).where(
        _photos.c.round_entry == bindparam("round"), _photos.c.sha256 == bindparam("sha256")
    )
)
_PHOTOS = Query(_of_round)
