"""What a scan or a typed code leads to: an item or metering point, and the label it was read from."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from registry.labels.aliases import possible_keys
from registry.labels.code import grouped, parse_code, written_in_address
from registry.labels.errors import LabelError, MistypedCodeError, UnknownLabelError, UnreadableCodeError
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState, code_of, digits_in_address, from_digits
from registry.repositories import labels, stored
from registry.repositories.labels import AliasRow
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork

LONGEST = 2_048  # Characters of what is looked up at all.


class Way(StrEnum):
    """How a text led to an item."""

    CODE = "code"
    STICKER = "sticker"
    ALIAS = "alias"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Where a text leads. `item` is None for a blank label. `label`: the one read, else the item's latest, if it has any.

    `signed`: the bytes of a sticker, whose signature is not looked at here (see check_sticker).
    """

    way: Way
    item: str | None
    label: LabelRecord | None
    alias: AliasRow | None = None
    signed: bytes | None = None


def resolve_code(work: UnitOfWork, text: str, *, sees: Callable[[str], bool] = lambda _: True) -> Resolved:
    """Where a label's address (of any base), a sticker, a code, a code of others, or an id of ours leads.

    `sees`: whether whoever asks may reach an item or metering point by its mere id. An id that they may not is answered like
    one that nobody has: codes cannot be guessed, ids can.
    A label that was replaced, revoked or lost still leads to its item: its state says what to think of it. MistypedCodeError
    for a code that nobody issued, UnknownLabelError for one that we did not, UnreadableCodeError for everything else.
    """
    if len(text) > LONGEST or not is_storable(text):
        raise _unreadable(text)
    exact, text = text, text.strip()
    if exact != text and (found := _by_id(work, exact, sees)) is not None:
        return found  # Blanks around it, or nothing but blanks, are an id like any other.
    if not text:
        raise _unreadable(text)
    digits = digits_in_address(text)
    if digits is not None:
        return _of_sticker(work, digits)
    written = written_in_address(text)
    inner = text if written is None else unquote(written)
    # The code first: nobody may draw another one's scans to an item of theirs by giving it the code as its id.
    found = _by_code(work, inner) or _by_id(work, inner, sees) or _by_alias(work, text)
    if found is None:
        raise _reason(inner)
    return found


def _of_sticker(work: UnitOfWork, digits: str) -> Resolved:
    signed = from_digits(digits)
    code = code_of(signed)
    label = labels.labels_with_codes(work, [code]).get(code) if code else None
    if label is None:
        raise UnreadableCodeError("the sticker is of no label of ours", "该标识不属于本登记处的任何标签")
    return Resolved(way=Way.STICKER, item=label.item, label=label, signed=signed)


def _by_id(work: UnitOfWork, text: str, sees: Callable[[str], bool]) -> Resolved | None:
    if not any(stored.identities(work, section, [text]) for section in ("items", "metering_points")) or not sees(text):
        return None
    return Resolved(way=Way.ID, item=text, label=_latest_label(work, text))


def _by_code(work: UnitOfWork, text: str) -> Resolved | None:
    try:
        code = parse_code(text)
    except LabelError:
        return None
    label = labels.labels_with_codes(work, [code]).get(code)
    return None if label is None else Resolved(way=Way.CODE, item=label.item, label=label)


def _by_alias(work: UnitOfWork, text: str) -> Resolved | None:
    possible = dict(possible_keys(text))
    known = labels.aliases_with_keys(work, possible.values())
    for scheme, key in possible.items():
        alias = known.get((scheme, key))
        if alias is not None and alias.is_active:
            return Resolved(way=Way.ALIAS, item=alias.item, label=_latest_label(work, alias.item), alias=alias)
    return None


def _latest_label(work: UnitOfWork, item: str) -> LabelRecord | None:
    of_item = labels.labels_of_items(work, [item]).get(item)
    if not of_item:
        return None
    return next((label for label in reversed(of_item) if label.state is LabelState.ACTIVE), of_item[-1])


def _reason(text: str) -> LabelError:
    """Why a text leads nowhere."""
    try:
        code = parse_code(text)
    except MistypedCodeError as error:
        return error
    except UnreadableCodeError:
        return _unreadable(text)
    return UnknownLabelError(f"no label {grouped(code)} was ever issued here", f"本登记处从未签发标签 {grouped(code)}")


def _unreadable(text: str) -> UnreadableCodeError:
    return UnreadableCodeError(f"{text[:80]!r} leads to nothing on record", f"{text[:80]!r} 未指向任何已登记的器具")
