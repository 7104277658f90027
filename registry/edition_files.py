"""Editions as files: rule tables, emission factors, sector definitions. One way to read them all, whoever brings them.

A file is JSON, and its `format` says what it is an edition of. Numbers are exact; a decimal may stand as a text as well. What
is none is refused with the place, never left out.
"""

from collections.abc import Mapping
from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from traceability.json_text import convert, loads
from traceability.problems import InputError

MOST_BYTES = 1024 * 1024  # Of one edition.

E = TypeVar("E")


def read_edition(content: bytes, kinds: Mapping[str, type[E]]) -> E:
    """The edition that a file holds, of the kind that its format names; InputError with the path for one that is none."""
    if len(content) > MOST_BYTES:
        raise InputError("$", f"more than {MOST_BYTES} bytes", f"超过 {MOST_BYTES} 字节")
    value = loads(content)
    kind = kinds.get(str(value.get("format"))) if isinstance(value, dict) else None
    if kind is None:
        known = ", ".join(sorted(kinds))
        raise InputError("$.format", f"one of {known} expected", f"应为 {known} 之一")
    return convert(_with_whole_numbers(value), kind, builtin_types=())


def editions_in(folder: Path | Traversable, kind: Mapping[str, type[E]]) -> list[tuple[str, E]]:
    """The editions of a folder with the names of their files, in the order of these; a folder that is not there has none."""
    found: list[tuple[str, E]] = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name) if folder.is_dir() else ():
        if not file.name.endswith(".json"):
            continue
        try:
            found.append((file.name, read_edition(file.read_bytes(), kind)))
        except InputError as error:
            raise InputError(f"{file.name}: {error.path}", error.en, error.zh) from error
    return found


def _with_whole_numbers(value: Any) -> Any:
    """Numbers without a point as such: the reader of JSON gives decimals alone, and a level or a count is none."""
    match value:
        case Decimal() if value.as_tuple().exponent == 0:
            return int(value)
        case dict():
            return {key: _with_whole_numbers(inner) for key, inner in value.items()}
        case list():
            return [_with_whole_numbers(inner) for inner in value]
        case _:
            return value
