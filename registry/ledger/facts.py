"""What the ledger says of a fact: one canonical text, and the salted commitment to it that is a leaf of the tree.

The text is JSON in the form of RFC 8785: keys in order, no blanks, decimals as positional texts, so that no reader rounds them.
A record stands under the name of its list, `{"certificates":{…}}`; a withdrawal with the id of its certificate; every other
fact is a row under the name of its table. The salt keeps others from guessing what a leaf stands for: a proof shows one fact.
"""

import hashlib
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from registry.columns import instant_number, instant_of
from registry.ledger.merkle import leaf_hash
from traceability.json_text import positional
from traceability.records import Certificate, Item, Record, Withdrawal

SALT_LENGTH = 16  # Bytes; 128 bits are beyond guessing.

_QUICK = msgspec.json.Encoder(order="sorted")


def record_text(section: str, record: Record) -> bytes:
    """The text of a record of a list; of a certificate as it was issued, its withdrawal is a fact of its own."""
    return _text(section, _as_stored(record))


def withdrawal_text(certificate_id: str, withdrawal: Withdrawal) -> bytes:
    """The text of a withdrawal."""
    recorded_at = instant_of(instant_number(withdrawal.recorded_at))
    stored = msgspec.structs.replace(withdrawal, recorded_at=recorded_at)
    return _text("withdrawals", {"certificate": certificate_id, **msgspec.to_builtins(stored)})


def row_text(table: str, row: Mapping[str, Any]) -> bytes:
    """The text of a row of a table, by its columns as stored; empty ones are left out."""
    return _text(table, {name: value for name, value in row.items() if value is not None})


def leaf(salt: bytes, text: bytes) -> bytes:
    """The hash of the leaf that commits to a text."""
    return leaf_hash(hashlib.sha256(salt + text).digest())


def _as_stored(record: Record) -> Record:
    """The record as it comes out of the store: instants in UTC, certificates without their withdrawal."""
    recorded_at = getattr(record, "recorded_at", None)
    if recorded_at is not None:
        record = msgspec.structs.replace(record, recorded_at=instant_of(instant_number(recorded_at)))
    match record:
        case Certificate(withdrawal=Withdrawal()):
            return msgspec.structs.replace(record, withdrawal=None)
        case Item():
            # A text that equals the default is left out only when it is the same object.
            return msgspec.structs.replace(record, country=sys.intern(record.country))
        case _:
            return record


def _text(name: str, fact: object) -> bytes:
    text = _QUICK.encode({name: fact})
    # Python writes a decimal of odd size with an exponent; without the letter there is none.
    return _QUICK.encode({name: _positional(msgspec.to_builtins(fact, builtin_types=(Decimal,)))}) if b"E" in text else text


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
