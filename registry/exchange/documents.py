"""Records documents as they travel: one JSON document, NDJSON for tools that work line by line, or JSON-LD."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from registry.exchange.linked import is_linked, read_linked
from traceability.interchange import FORMAT, Entry, read_entries, read_lines, write_entries
from traceability.json_text import dump
from traceability.records import Record

_HEAD_LENGTH = 1_000  # Characters in which the first line of NDJSON has ended.
_HEAD_LINE = re.compile(r'\s*\{\s*"format"\s*:\s*"[^"\n]*"\s*\}[ \t\r]*\n')


def read_document(chunks: Iterable[str]) -> Iterator[Entry]:
    """The records of a document that comes in pieces: JSON, NDJSON, whose first line is a head alone, or our own JSON-LD."""
    pieces = iter(chunks)
    start = ""
    for piece in pieces:
        start += piece
        if len(start) > _HEAD_LENGTH:
            break
    pieces = chain([start], pieces)
    if _HEAD_LINE.match(start):
        return read_lines(_lines(pieces))
    if is_linked(start):
        return read_linked(pieces)
    return read_entries(pieces)


def write_document(sections: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[bytes]:
    """One JSON document, piece by piece."""
    return write_entries(sections)


def write_lines(sections: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[bytes]:
    """NDJSON: the format, then one record a line under the name of its list."""
    yield b'{"format": "' + FORMAT.encode() + b'"}\n'
    for section, records in sections:
        for record in records:
            yield b'{"' + section.encode() + b'": ' + dump(record) + b"}\n"


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from lines
    yield rest
