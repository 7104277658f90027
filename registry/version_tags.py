"""The tag by which a client names the version of a record that it saw (RFC 9110, 8.8.3): equal for equal versions only."""

import hashlib

from traceability.json_text import dump
from traceability.records import Record

_LENGTH = 32  # Hexadecimal digits: 128 bits, far more than versions of one record.


def version_tag(record: Record) -> str:
    """The tag of a version, without the quotes of the header."""
    return hashlib.sha256(dump(record)).hexdigest()[:_LENGTH]
