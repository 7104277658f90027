"""Labels and stickers in their latest states, the keys that sign stickers, and the codes of others."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, select

from registry.account_tables import RecordingOrigins
from registry.columns import day_number, day_of, instant_of
from registry.label_tables import (
    LabelAliases,
    LabelBindings,
    LabelFacts,
    LabelKeyRevocations,
    LabelKeys,
    Labels,
    StickerFacts,
    Stickers,
)
from registry.labels.aliases import AliasScheme
from registry.labels.records import KeyRecord, LabelRecord, StickerRecord
from registry.labels.sticker import LabelState
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.spelling import is_storable, storable
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

MOST_STICKERS = 10_000  # Of one question: labels asked together times the years that an instrument is calibrated in.
MOST_KEYS = 1_000  # A key signs for years.

_labels = table_of(Labels)
_bindings = table_of(LabelBindings)
_facts = table_of(LabelFacts)
_keys = table_of(LabelKeys)
_revocations = table_of(LabelKeyRevocations)
_stickers = table_of(Stickers)
_sticker_facts = table_of(StickerFacts)
_aliases = table_of(LabelAliases)
_recordings = table_of(Recordings)
_origins = table_of(RecordingOrigins)


class Mount(NamedTuple):
    """What a label is put on: an item with the serial number and the seal number that it then has."""

    item: str
    serial: str | None
    seal: str | None


class AliasRow(NamedTuple):
    """The latest that is on record of a code of others."""

    scheme: AliasScheme
    key: str
    value: str
    item: str
    is_active: bool


def labels_with_codes(work: UnitOfWork, codes: Iterable[str]) -> dict[str, LabelRecord]:
    """The labels that have these codes, by code."""
    wanted = sorted(set(codes))
    found = map(_label, work.rows(_WITH_CODES, wanted=wanted)) if wanted else ()
    return {label.code: label for label in found}


def labels_of_items(work: UnitOfWork, items: Iterable[str]) -> dict[str, list[LabelRecord]]:
    """All labels that the items ever had, the latest last; items without a label are left out."""
    wanted = sorted(filter(is_storable, set(items)))
    found: dict[str, list[LabelRecord]] = {}
    for row in work.rows(_OF_ITEMS, wanted=wanted) if wanted else ():
        label = _label(row)
        found.setdefault(str(label.item), []).append(label)
    return found


def maker_of(work: UnitOfWork, label: LabelRecord) -> str | None:
    """The organization for which a label was made; None for the operator."""
    rows = work.rows(_MAKER, entry=label.entry)
    return rows[0][0] if rows else None


def add_labels(work: UnitOfWork, codes: list[str], recording: int) -> range:
    """Make labels with new codes, blank; their running numbers."""
    entries = work.allot_many(Labels, len(codes))
    work.append(Labels, [(entry, code, recording) for entry, code in zip(entries, codes, strict=True)])
    return entries


def add_binding(work: UnitOfWork, entry: int, mount: Mount, issue: int, recording: int) -> None:
    """Bind a label to an item, once and for good, as the how-manieth label of it."""
    row = (entry, storable(mount.item), issue, _storable(mount.serial), _storable(mount.seal), recording)
    work.append(LabelBindings, [row])


def add_fact(
    work: UnitOfWork, label: LabelRecord, state: LabelState, reason: str, replaced_by: str | None, recording: int
) -> None:
    """What became of a label."""
    work.append(LabelFacts, [(work.allot(LabelFacts), label.entry, state.value, storable(reason), replaced_by, recording)])


def stickers_of(work: UnitOfWork, codes: Iterable[str]) -> dict[str, list[StickerRecord]]:
    """The stickers of labels, by code, the latest last."""
    wanted = sorted(set(codes))
    found: dict[str, list[StickerRecord]] = {}
    for row in work.rows(_STICKERS, wanted=wanted, most=MOST_STICKERS) if wanted else ():
        sticker = _sticker(row)
        found.setdefault(sticker.code, []).append(sticker)
    return found


def add_sticker(work: UnitOfWork, label: LabelRecord, sticker: StickerRecord, key_entry: int, recording: int) -> None:
    """A sticker as signed."""
    days = (day_number(sticker.issued_on), day_number(sticker.valid_until))
    row = (
        sticker.entry,
        label.entry,
        sticker.issue,
        sticker.certificate,
        *days,
        sticker.serial,
        key_entry,
        sticker.signed.hex(),
    )
    work.append(Stickers, [(*row, recording)])


def next_sticker_entry(work: UnitOfWork) -> int:
    """The running number of the next sticker."""
    return work.allot(Stickers)


def add_sticker_fact(work: UnitOfWork, sticker: StickerRecord, state: LabelState, reason: str, recording: int) -> None:
    """What became of a sticker."""
    work.append(StickerFacts, [(work.allot(StickerFacts), sticker.entry, state.value, storable(reason), recording)])


def signing_keys(work: UnitOfWork) -> list[KeyRecord]:
    """All keys that ever signed stickers, the latest last."""
    return [
        KeyRecord(
            entry=entry,
            id=bytes.fromhex(id_),
            public=bytes.fromhex(public),
            valid_from=day_of(start),
            valid_until=day_of(end),
            is_revoked=revocation is not None,
        )
        for entry, id_, public, start, end, revocation in work.rows(_KEYS, most=MOST_KEYS)
    ]


def add_signing_key(work: UnitOfWork, key: KeyRecord, recording: int) -> None:
    """A public key that signs from now on."""
    days = (day_number(key.valid_from), day_number(key.valid_until))
    work.append(LabelKeys, [(key.entry, key.id.hex(), key.public.hex(), *days, recording)])


def next_key_entry(work: UnitOfWork) -> int:
    """The running number of the next key."""
    return work.allot(LabelKeys)


def add_key_revocation(work: UnitOfWork, key: KeyRecord, reason: str, recording: int) -> None:
    """A key is not to be trusted any more."""
    work.append(LabelKeyRevocations, [(key.entry, storable(reason), recording)])


def aliases_with_keys(work: UnitOfWork, keys: Iterable[str]) -> dict[tuple[AliasScheme, str], AliasRow]:
    """The latest of each code of others that compares as one of the keys, by scheme and key."""
    wanted = sorted(set(keys))
    rows = [_alias(row) for row in (work.rows(_ALIASES, wanted=wanted) if wanted else ())]
    return {(alias.scheme, alias.key): alias for alias in rows}


def aliases_of_items(work: UnitOfWork, items: Iterable[str]) -> dict[str, list[AliasRow]]:
    """The codes of others that name the items now, by item."""
    wanted = sorted(filter(is_storable, set(items)))
    found: dict[str, list[AliasRow]] = {}
    for row in work.rows(_ALIASES_OF_ITEMS, wanted=wanted) if wanted else ():
        alias = _alias(row)
        if alias.is_active:
            found.setdefault(alias.item, []).append(alias)
    return found


def add_alias(work: UnitOfWork, alias: AliasRow, recording: int) -> None:
    """A code of others that names an item, or no longer does."""
    row = (work.allot(LabelAliases), alias.scheme.value, alias.key, alias.value, alias.item, int(alias.is_active), recording)
    work.append(LabelAliases, [row])


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _moment(number: int) -> datetime:
    return instant_of(number) or datetime.min.replace(tzinfo=UTC)


def _label(row: Row) -> LabelRecord:
    entry, code, made, made_by, item, issue, serial, seal, bound, bound_by, *fact = row
    state, reason, replaced_by, changed, changed_by = fact
    since, who = next((at, by) for at, by in ((changed, changed_by), (bound, bound_by), (made, made_by)) if at is not None)
    return LabelRecord(
        entry=entry,
        code=code,
        made_at=_moment(made),
        made_by=made_by,
        item=item,
        issue=issue,
        serial=serial,
        seal=seal,
        state=LabelState(state or LabelState.ACTIVE),
        reason=reason or "",
        replaced_by=replaced_by,
        changed_at=_moment(since),
        changed_by=who,
    )


def _sticker(row: Row) -> StickerRecord:
    entry, code, issue, certificate, issued_on, valid_until, serial, signed, state, reason = row
    return StickerRecord(
        entry=entry,
        code=code,
        issue=issue,
        certificate=certificate,
        issued_on=day_of(issued_on),
        valid_until=day_of(valid_until),
        serial=serial,
        signed=bytes.fromhex(signed),
        state=LabelState(state or LabelState.ACTIVE),
        reason=reason or "",
    )


def _alias(row: Row) -> AliasRow:
    scheme, key, value, item, is_active = row
    return AliasRow(AliasScheme(scheme), key, value, item, bool(is_active))


def _whole_labels(condition: ColumnElement[bool]) -> Select[Any]:
    """Labels with their binding, their latest fact, and who recorded each of the three."""
    made, bound, changed = (_recordings.alias(name) for name in ("made", "bound", "changed"))
    own = _facts.alias("own")
    latest = select(func.max(own.c.entry)).where(own.c.label_entry == _labels.c.entry).scalar_subquery()
    source: FromClause = _labels.join(made, made.c.entry == _labels.c.recording)
    source = source.outerjoin(_bindings, _bindings.c.label_entry == _labels.c.entry)
    source = source.outerjoin(bound, bound.c.entry == _bindings.c.recording)
    source = source.outerjoin(_facts, _facts.c.entry == latest).outerjoin(changed, changed.c.entry == _facts.c.recording)
    columns = (
        *(_labels.c.entry, _labels.c.code, made.c.stored_at, made.c.recorded_by),
        *(_bindings.c.item, _bindings.c.issue, _bindings.c.serial, _bindings.c.seal, bound.c.stored_at, bound.c.recorded_by),
        *(_facts.c.state, _facts.c.reason, _facts.c.replaced_by, changed.c.stored_at, changed.c.recorded_by),
    )
    return select(*columns).select_from(source).where(condition)


def _of_codes(spelling: Spelling) -> Select[Any]:
    return _whole_labels(spelling.among(_labels.c.code, "wanted"))


def _of_items(spelling: Spelling) -> Select[Any]:
    return _whole_labels(spelling.among(_bindings.c.item, "wanted")).order_by(_bindings.c.item, _bindings.c.issue)


def _whole_stickers(spelling: Spelling) -> Select[Any]:
    facts = _sticker_facts.alias("facts")
    latest = select(func.max(facts.c.entry)).where(facts.c.sticker_entry == _stickers.c.entry)
    own = (_stickers.c.issue, _stickers.c.certificate, _stickers.c.issued_on, _stickers.c.valid_until)
    return (
        select(
            *(_stickers.c.entry, _labels.c.code, *own, _stickers.c.serial, _stickers.c.signed),
            *(_sticker_facts.c.state, _sticker_facts.c.reason),
        )
        .select_from(
            _stickers.join(_labels, _labels.c.entry == _stickers.c.label_entry).outerjoin(
                _sticker_facts, _sticker_facts.c.entry == latest.scalar_subquery()
            )
        )
        .where(spelling.among(_labels.c.code, "wanted"))
        .order_by(_labels.c.code, _stickers.c.issue)
        .limit(bindparam("most"))
    )


def _all_keys(_: Spelling) -> Select[Any]:
    own = (_keys.c.entry, _keys.c.id, _keys.c.public_key, _keys.c.valid_from, _keys.c.valid_until)
    return (
        select(*own, _revocations.c.key_entry)
        .select_from(_keys.outerjoin(_revocations, _revocations.c.key_entry == _keys.c.entry))
        .order_by(_keys.c.entry)
        .limit(bindparam("most"))
    )


def _latest_aliases(condition: ColumnElement[bool]) -> Select[Any]:
    later = _aliases.alias("later")
    latest = (
        select(func.max(later.c.entry))
        .where(later.c.key == _aliases.c.key, later.c.scheme == _aliases.c.scheme)
        .scalar_subquery()
    )
    columns = (_aliases.c.scheme, _aliases.c.key, _aliases.c.value, _aliases.c.item, _aliases.c.is_active)
    return select(*columns).where(condition, _aliases.c.entry == latest).order_by(_aliases.c.entry)


def _maker(_: Spelling) -> Select[Any]:
    made = _labels.join(_origins, _origins.c.recording == _labels.c.recording)
    return select(_origins.c.organization).select_from(made).where(_labels.c.entry == bindparam("entry"))


_WITH_CODES = Query(_of_codes)
_MAKER = Query(_maker)
_OF_ITEMS = Query(_of_items)
_STICKERS = Query(_whole_stickers)
_KEYS = Query(_all_keys)
_ALIASES = Query(lambda spelling: _latest_aliases(spelling.among(_aliases.c.key, "wanted")))
_ALIASES_OF_ITEMS = Query(lambda spelling: _latest_aliases(spelling.among(_aliases.c.item, "wanted")))
