"""Records from plain JSON text in one step of msgspec, where that step surely says what the careful way would say.

The careful way (json_text, interchange) refuses what msgspec lets pass: a field twice, a number in quotes, an instant of
another form. Where one of these could be, or msgspec refuses, nothing is returned and the careful way decides. So this module
is about speed alone: most records of a large document are plain.
"""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from traceability.json_text import instant
from traceability.problems import InvalidValueError

T = TypeVar("T")

# Fields of exact numbers: msgspec reads them from text in quotes too. A test compares the names with the records.
NUMBERS = frozenset({"value", "k", "low", "high"})
_QUOTED_NUMBER = re.compile(rf'"(?:{"|".join(sorted(NUMBERS))})"\s*:\s*"')
_RECORDED_AT = re.compile(r'"recorded_at"\s*:\s*"([^"]*)"')
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def quick_reader(kind: type[T]) -> Callable[[str], T | None]:
    """A reader of the text of one JSON object, normalized and without escapes; None where it cannot be sure."""
    decoder = msgspec.json.Decoder(kind)

    def read(text: str) -> T | None:
        if "\\" in text or not _has_plain_instants(text):
            return None
        try:
            value = decoder.decode(text)
        except (msgspec.MsgspecError, ValueError):
            return None
        return value if _says_the_same(text, value) else None

    return read


def _has_plain_instants(text: str) -> bool:
    try:
        for found in _RECORDED_AT.finditer(text) if "recorded_at" in text else ():
            instant(found[1])
    except InvalidValueError:
        return False
    return True


def _says_the_same(text: str, value: object) -> bool:
    """Whether no field comes twice and no number is in quotes: no string holds a quote, so their number tells.

    Written again, a value has at most the quotes that it was read from. When it has fewer, fields may have been given that
    have their default: then the text itself is written again, field by field, and its numbers are looked at.
    """
    quotes = text.count('"')
    if _ENCODER.encode(value).count(b'"') == quotes:
        return True
    has_each_field_once = msgspec.json.encode(msgspec.json.decode(text)).count(b'"') == quotes
    return has_each_field_once and not _QUOTED_NUMBER.search(text)
