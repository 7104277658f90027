"""JSON bodies of requests as values: of the right media type, without unknown fields, each defect with its place."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from fastapi import Depends, Request

from api import failures
from api.failures import RefusedError
from api.language import Bilingual
from registry.errors import UnacceptableError
from registry.spelling import is_storable
from traceability.json_text import convert, loads

T = TypeVar("T", bound=msgspec.Struct)

_JSON = "application/json"
_MOST_DIGITS = 18  # Of a whole number that fits 64 bits.
_MOST_BYTES = 64 * 1024  # Everything but records is small.


async def _text(request: Request) -> bytes:
    """The body, of a media type that no other site can make a browser send without asking first."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {_JSON}", f"{_JSON} expected"))
    body = await request.body()
    if len(body) > _MOST_BYTES:
        raise RefusedError(failures.TOO_LARGE, Bilingual("请求体过大", f"more than {_MOST_BYTES} bytes"))
    return body


def body(kind: type[T]) -> Any:
    """The dependency of a route that takes a value as JSON; InputError and UnacceptableError say what is wrong where."""

    def read(text: bytes = Depends(_text)) -> T:
        value = convert(_plain(loads(text)), kind, builtin_types=())
        _check_storable(msgspec.to_builtins(value, builtin_types=()), "$")
        return value

    dependency: Callable[..., T] = read
    return Depends(dependency)


def _plain(value: Any) -> Any:
    """A parsed value with numbers as other values than records have them; one that is no whole number fits nowhere."""
    match value:
        case Decimal():
            return int(value) if value.as_tuple().exponent == 0 and value.adjusted() < _MOST_DIGITS else float(value)
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def _check_storable(value: Any, path: str) -> None:
    """No text may hold what a database cannot."""
    match value:
        case str() if not is_storable(value):
            raise UnacceptableError(path, "holds a character that cannot be stored", "含有无法存储的字符")
        case dict():
            for key, each in value.items():
                _check_storable(each, f"{path}.{key}")
        case list() | tuple():
            for index, each in enumerate(value):
                _check_storable(each, f"{path}[{index}]")
        case _:
            pass
