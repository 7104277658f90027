"""The code of an identity label: fifteen random symbols and a check symbol, in Crockford's base 32 (docs/decisions/0030).

A code is a word over the field with 32 elements. Its check equation is sum(symbol[i] * alpha ** (15 - i)) = 0 with alpha a
primitive element, whose powers up to the thirtieth all differ. So one wrong symbol is always noticed, and so are two that
changed places, adjacent or not.
"""

import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from registry.labels.errors import MistypedCodeError, UnreadableCodeError
from registry.spelling import compared

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: without I, L, O and U.
LENGTH = 16
RANDOM_BITS = 75  # Of ten million labels, one guess in 4e15 meets one.
BYTES = 10  # 16 symbols of 5 bits.

_BITS = 5
_REDUCING = 0b100101  # x^5 + x^2 + 1, primitive over GF(2): alpha is x.
_MISREAD = str.maketrans("ILO", "110")  # Crockford's tolerance.
_BETWEEN = re.compile(r"[ \-_.]+")
_IN_ADDRESS = re.compile(r"/i/([^/]+)/?\Z")


def new_code() -> str:
    """A code that nobody can guess."""
    number = secrets.randbits(RANDOM_BITS)
    return with_check((number >> (_BITS * place)) & 31 for place in reversed(range(LENGTH - 1)))


def with_check(values: Iterable[int]) -> str:
    """The code of fifteen symbol values, with its check symbol."""
    symbols = list(values)
    return "".join(SYMBOLS[value] for value in (*symbols, _times_alpha(_sum(symbols))))


def parse_code(text: str) -> str:
    """The code as stored. Read with tolerance: any case, I and L as 1, O as 0, grouped by hyphens or blanks.

    UnreadableCodeError for what has not the form of a code, MistypedCodeError when the check symbol does not agree.
    """
    plain = _BETWEEN.sub("", compared(text)).translate(_MISREAD)
    if len(plain) != LENGTH or not set(plain) <= set(SYMBOLS):
        raise UnreadableCodeError("not a label code: 16 letters and digits", "不是标签代码：应为 16 位字母与数字")
    if _sum(SYMBOLS.index(symbol) for symbol in plain) != 0:
        raise MistypedCodeError(
            f"{grouped(plain)} is mistyped: the check symbol does not agree", f"标签代码 {grouped(plain)} 有误：校验位不符"
        )
    return plain


def grouped(code: str) -> str:
    """The code as people read it aloud: four groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def to_bytes(code: str) -> bytes:
    """The code in ten bytes."""
    number = 0
    for symbol in code:
        number = number << _BITS | SYMBOLS.index(symbol)
    return number.to_bytes(BYTES)


def from_bytes(packed: bytes) -> str:
    """The code of ten bytes; MistypedCodeError when they are no code."""
    number = int.from_bytes(packed)
    return parse_code("".join(SYMBOLS[(number >> (_BITS * place)) & 31] for place in reversed(range(LENGTH))))


def label_address(base_url: str, code: str) -> str:
    """What the identity label holds: `{base}/i/{code}`."""
    return f"{base_url.rstrip('/')}/i/{code}"


def written_in_address(address: str) -> str | None:
    """What stands after `/i/` in a label's address, whoever's base it has; None for any other address."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    found = _IN_ADDRESS.search(parts.path) if parts.scheme.lower() in {"http", "https"} else None
    return found[1] if found else None


def _sum(values: Iterable[int]) -> int:
    """The left side of the check equation (Horner)."""
    total = 0
    for value in values:
        total = _times_alpha(total) ^ value
    return total


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ _REDUCING if doubled > 31 else doubled
