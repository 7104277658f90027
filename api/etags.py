"""Entity tags: strong, from the version of a record and the rows that an answer was made from (RFC 9110, 8.8.3).

A tag has two parts: that of the record's version (registry.version_tags), which a write that replaces the version asks for, and
that of everything else in the answer, such as the certificates of an item.
"""

from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version

from fastapi import Request

from registry.version_tags import version_tag
from traceability.records import Record

BETWEEN = "."  # Between the part of the version and that of the rest.
_LENGTH = 16  # Hexadecimal digits: 64 bits, for the states of one record.


def etag_of(latest: Record, numbers: Iterable[int], *more: str) -> str:
    """The tag of an answer about a record, made from rows with these numbers; another release may write them otherwise."""
    told = "\n".join([version("traceability-registry"), ",".join(map(str, numbers)), *more])
    return f'"{version_tag(latest)}{BETWEEN}{sha256(told.encode()).hexdigest()[:_LENGTH]}"'


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the one who asks has this answer already (If-None-Match; weak comparison, RFC 9110, 13.1.2)."""
    asked = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in asked.split(",")]
    return "*" in tags or etag in tags
