"""The tag by which a client names the version of a record that it saw (RFC 9110, 8.8.3): equal for equal versions only."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from registry.columns import instant_number
from traceability.json_text import positional
from traceability.records import Record

_LENGTH = 32  # Hexadecimal digits: 128 bits, far more than versions of one record.


def version_tag(record: Record) -> str:
    """The tag of a version, without the quotes of the header: the same before it is stored and after."""
    return hashlib.sha256(msgspec.json.encode(_plain(record))).hexdigest()[:_LENGTH]


def _plain(value: Any) -> Any:
    """The value field by field, defaults included, numbers and instants as they are stored."""
    match value:
        case msgspec.Struct():
            return [_plain(getattr(value, name)) for name in value.__struct_fields__]
        case tuple():
            return [_plain(each) for each in value]
        case Decimal():
            return positional(value)
        case datetime():
            return instant_number(value)
        case _:
            return value
