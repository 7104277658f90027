"""What the ledger says of a fact: one canonical text, and the salted commitment to it that is a leaf of the tree.

The text is JSON in the form of RFC 8785: keys in order, no blanks, decimals as positional texts, so that no reader rounds them.
A record stands under the name of its list, `{"certificates":{…}}`; a withdrawal with the id of its certificate; every other
fact is a row under the name of its table. The salt keeps others from guessing what a leaf stands for: a proof shows one fact.

Of some records a proof can show less than the whole: the name of an item, the rows of a scope, who recorded a reading. In
their place the text holds salted digests, under `sealed`; whoever is shown a part can see that it is the one, whoever is not
sees that there is one (docs/decisions/0041).
"""

import hashlib
import re
import sys
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from registry.columns import instant_number, instant_of
from registry.ledger.merkle import leaf_hash
from traceability.json_text import positional
from traceability.records import Certificate, Competence, Item, Record, Withdrawal

SALT_LENGTH = 16  # Bytes; 128 bits are beyond guessing.
SEALED = "sealed"  # Where the digests of parts stand in a text; after the names of all lists that have such parts.

_EXPONENT = re.compile(rb"[0-9]E[+-]")  # As Python writes a decimal of odd size; where there is none, nothing is to be done.
_SEALED = SEALED.encode()
_QUICK = msgspec.json.Encoder(order="sorted")


class Parted(NamedTuple):
    """The text of a record with parts that can be withheld: what stands open, and the texts of the parts by field."""

    opening: bytes
    parts: dict[str, tuple[bytes, ...]]  # Fields in the order of their names.


Text = bytes | Parted
_Parts = dict[str, tuple[bytes, ...]]


class Part(NamedTuple):
    """A part of a text as it is shown: the salt of its digest, and what it says."""

    salt: bytes
    text: bytes


class Shown(NamedTuple):
    """A fact as it is shown: the salt and the text that its leaf commits to, and all parts that can be shown with it."""

    salt: bytes
    text: bytes
    parts: dict[str, tuple[Part, ...]]


def record_texts(section: str, records: Sequence[Record]) -> list[Text]:
    """The texts of records of a list; of certificates as they were issued, a withdrawal is a fact of its own."""
    return stored_texts(section, [_as_stored(record) for record in records])


def stored_texts(section: str, records: Sequence[Record]) -> list[Text]:
    """The same of records as they come out of the store: their instants in UTC, certificates without their withdrawal."""
    divided = _DIVIDED.get(section)
    if divided is None:
        return list[Text](_texts(section, records))
    openings, parts = zip(*map(divided, records), strict=True) if records else ((), ())
    texts = zip(_texts(section, openings), parts, strict=True)
    return [Parted(text, sealed) if sealed else text for text, sealed in texts]


def withdrawal_text(certificate_id: str, withdrawal: Withdrawal) -> bytes:
    """The text of a withdrawal."""
    recorded_at = instant_of(instant_number(withdrawal.recorded_at))
    stored = msgspec.structs.replace(withdrawal, recorded_at=recorded_at)
    return canonical({"withdrawals": {"certificate": certificate_id, **msgspec.to_builtins(stored)}})


def row_text(table: str, row: Mapping[str, Any], sealed_columns: Sequence[str] = ()) -> Text:
    """The text of a row of a table, by its columns as stored; empty ones are left out, `sealed_columns` are parts."""
    filled = {name: value for name, value in row.items() if value is not None}
    parts: dict[str, tuple[bytes, ...]] = {
        name: (canonical(filled.pop(name)),) for name in sorted(sealed_columns) if name in filled
    }
    text = canonical({table: filled})
    return Parted(text, parts) if parts else text


def leaf(salt: bytes, text: Text) -> bytes:
    """The hash of the leaf that commits to a text, as stored with its salt."""
    if isinstance(text, bytes):
        return shown_leaf(salt, text)
    salts = _derived(salt, text)
    return shown_leaf(salts[0], _whole(text, salts))


def shown_leaf(salt: bytes, text: bytes) -> bytes:
    """The hash of the leaf of a fact as it is shown."""
    return leaf_hash(hashlib.sha256(salt + text).digest())


def shown(salt: bytes, text: Text) -> Shown:
    """How a fact is shown. The salt of a text with parts is secret: all others come from it, and none leads back to it."""
    if isinstance(text, bytes):
        return Shown(salt, text, {})
    salts = _derived(salt, text)
    rest = iter(salts[1:])
    parts = {field: tuple(Part(next(rest), part) for part in texts) for field, texts in text.parts.items()}
    return Shown(salts[0], _whole(text, salts), parts)


def sealed(part: Part) -> str:
    """The digest that stands in a text for one of its parts."""
    return _digest(part.salt, part.text).decode()


def canonical(value: object) -> bytes:
    """A value as JSON in the form of RFC 8785; decimals are positional texts."""
    text = _QUICK.encode(value)
    if not _may_have_exponent(text):
        return text
    return _QUICK.encode(_positional(msgspec.to_builtins(value, builtin_types=(Decimal,))))


def _digest(salt: bytes, text: bytes) -> bytes:
    return b2a_base64(hashlib.sha256(salt + text).digest(), newline=False)


def _whole(text: Parted, salts: Sequence[bytes]) -> bytes:
    """The text with the digests of its parts. Put together by hand, as every item that is recorded takes this way."""
    fields, number = [], 0
    for field, texts in text.parts.items():
        digests = []
        for part in texts:
            number += 1
            digests.append(_digest(salts[number], part))
        fields.append(b'"%b":["%b"]' % (field.encode(), b'","'.join(digests)))
    return b'%b,"%b":{%b}}' % (text.opening[:-1], _SEALED, b",".join(fields))


def _derived(salt: bytes, text: Parted) -> list[bytes]:
    """The salts of a text and of its parts: the halves of SHA-256(salt || block number in four bytes), block after block."""
    count = 1 + sum(map(len, text.parts.values()))
    salts: list[bytes] = []
    for block in range((count + 1) // 2):
        hashed = hashlib.sha256(salt + block.to_bytes(4)).digest()
        salts += (hashed[:SALT_LENGTH], hashed[SALT_LENGTH:])
    return salts


def _as_stored(record: Record) -> Record:
    """The record as it comes out of the store: instants in UTC, certificates without their withdrawal."""
    recorded_at = getattr(record, "recorded_at", None)
    if recorded_at is not None:
        record = msgspec.structs.replace(record, recorded_at=instant_of(instant_number(recorded_at)))
    if isinstance(record, Certificate) and record.withdrawal is not None:
        record = msgspec.structs.replace(record, withdrawal=None)
    return record


def _item(item: Any) -> tuple[Item, _Parts]:
    """An item without its name, and the text of that."""
    country = sys.intern(item.country)  # A text that equals the default is left out only when it is the same object.
    if item.name is None:
        return item if country is item.country else msgspec.structs.replace(item, country=country), {}
    return msgspec.structs.replace(item, name=None, country=country), {"name": (canonical(item.name),)}


def _competence(competence: Any) -> tuple[Competence, _Parts]:
    """A competence without its scope, and the texts of its rows."""
    if not competence.scope:
        return competence, {}
    return msgspec.structs.replace(competence, scope=()), {"scope": tuple(map(canonical, competence.scope))}


# The lists whose records have parts that can be withheld, each with what divides a record.
_DIVIDED: dict[str, Callable[[Record], tuple[Record, _Parts]]] = {"items": _item, "competences": _competence}


def _texts(name: str, records: Sequence[Record]) -> list[bytes]:
    """The texts of records, all written in one go: that takes a third of the time that they take one by one."""
    head = b'{"%b":' % name.encode()
    written = _QUICK.encode_lines(records)
    if _may_have_exponent(written):
        return [head + canonical(record) + b"}" for record in records]
    # No text holds a line break, as JSON escapes it.
    return (head + written.replace(b"\n", b"}\n" + head)).split(b"\n")[:-1]


def _may_have_exponent(text: bytes) -> bool:
    # The plain search first: it takes half the time of the expression.
    return (b"E-" in text or b"E+" in text) and _EXPONENT.search(text) is not None


def _positional(value: Any) -> Any:
    match value:
        case Decimal():
            return positional(value)
        case dict():
            return {key: _positional(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_positional(inner) for inner in value]
        case _:
            return value
