"""Finding records by what is printed on a plate, a sticker or a sheet of paper, among those that the viewers may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from registry.columns import instant_number
from registry.labels.errors import LabelError
from registry.repositories import lists, search
from registry.repositories.lists import Kept, Listing
from registry.repositories.walks import Place
from registry.spelling import compared, is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.resolve_code import Way, resolve_code
from traceability.records import Certificate, Item, MeteringPoint, Record

MOST = 50  # Of each kind.
_LABEL_PATH = "/i/"  # What a label points to: {any base}/i/{code} (DESIGN.md).


class MatchReason(StrEnum):
    """Why a record was found; in the order in which records are shown."""

    LABEL = "label"  # The text is the address on its label.
    ID = "id"
    ALIAS = "alias"  # Another name of the item, as its asset number.
    SERIAL = "serial"
    NUMBER = "number"  # A certificate number; of an item: of one of its certificates.
    ID_PREFIX = "id_prefix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A record and why it was found."""

    record: Record
    reason: MatchReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What was found, by kind, the best reason first and then in the order of ids. `has_more`: there are others."""

    items: tuple[Match, ...]
    certificates: tuple[Match, ...]
    metering_points: tuple[Match, ...]
    has_more: bool


def search_records(work: UnitOfWork, text: str, *, known_at: datetime, labelled: Sequence[str] = (), most: int = 20) -> Matches:
    """Items, certificates and metering points that a text leads to, as known at an instant; nothing for a blank one.

    `labelled`: the ids that the text means where it is read off a label (labelled_ids).
    """
    text = text.strip()
    if not text or not is_storable(text):
        return Matches(items=(), certificates=(), metering_points=(), has_more=False)
    size = max(1, min(most, MOST))
    reasons = _reasons(work, text, labelled, size + 1)
    of_kinds = {section: _matches(work, section, found, known_at) for section, found in reasons.items()}
    return Matches(
        items=tuple(of_kinds["items"][:size]),
        certificates=tuple(of_kinds["certificates"][:size]),
        metering_points=tuple(of_kinds["metering_points"][:size]),
        has_more=any(len(matches) > size for matches in of_kinds.values()),
    )


def labelled_ids(work: UnitOfWork, text: str) -> list[str]:
    """The ids of items and metering points that a label means: by its address, its code, a sticker, or a code of others.

    For units without viewers, as labels are everybody's; who may see what they lead to is asked by `search_records`.
    """
    text = text.strip()
    try:
        found = resolve_code(work, text)
    except LabelError:
        found = None
    if found is not None and found.item is not None and found.way is not Way.ID:
        return [found.item]
    try:
        path = urlsplit(text).path
    except ValueError:
        return []
    before, mark, code = path.rpartition(_LABEL_PATH)
    is_address = mark and (before == "" or before.startswith("/") or "://" in text)
    id_ = unquote(code)
    return [id_] if is_address and id_ and is_storable(id_) else []


def _reasons(work: UnitOfWork, text: str, labelled: Sequence[str], most: int) -> dict[str, dict[str, MatchReason]]:
    """The ids that the text leads to in each list, with the best reason."""
    found: dict[str, dict[str, MatchReason]] = {"items": {}, "certificates": {}, "metering_points": {}}
    key = compared(text)
    for section, by_id in found.items():
        _add(by_id, labelled if section != "certificates" else (), MatchReason.LABEL)
        _add(by_id, [text], MatchReason.ID)
        for reason, ids in search.by_numbers(work, section, key, most):
            _add(by_id, ids, MatchReason(reason))
        _add(by_id, search.by_prefix(work, section, text, most), MatchReason.ID_PREFIX)
    return found


def _add(found: dict[str, MatchReason], ids: Iterable[str], reason: MatchReason) -> None:
    for id_ in ids:
        found.setdefault(id_, reason)


def _matches(work: UnitOfWork, section: str, reasons: dict[str, MatchReason], known_at: datetime) -> list[Match]:
    """The records with these ids that the viewers hold and that were known, in order."""
    listing = Listing(section, {}, instant_number(known_at))
    entries = lists.known_entries(work, listing, sorted(reasons))
    kept = [Kept(Place(0, id_), entry) for id_, entry in entries.items()]
    order = list(MatchReason)
    matches = [
        Match(record=record, reason=reasons[record.id])
        for record in lists.records(work, listing, kept)
        if isinstance(record, Item | Certificate | MeteringPoint)
    ]
    return sorted(matches, key=lambda match: (order.index(match.reason), match.record.id))
