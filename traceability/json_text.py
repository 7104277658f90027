"""JSON text <-> plain values and values of ours: exact decimals, duplicate keys and odd text refused with their place.

The standard library's C scanner parses, msgspec converts and checks; what this module adds is what the record format asks for
beyond both (SEMANTICS 2), and the refusal in two languages.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from traceability.problems import InputError, InvalidValueError
from traceability.quantities import MAX_DIGITS

T = TypeVar("T")

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)  # RFC 3339.
_LARGEST_QUICK = 65_536  # Characters; a longer object is read the careful way.
_NOT_A_NUMBER = Decimal("NaN")  # Stands for a number that is none; the value that would hold it refuses it, with the place.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # No database and no UTF-8 file holds these.


class Defect:
    """Put in place of a value that JSON allows and the format does not, so that the refusal names its path."""

    def __init__(self, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh


class _DuplicateKey(Defect):
    pass


class _UnstorableText(Defect):
    pass


def loads(source: str | bytes, path: str = "$") -> Any:
    """JSON as Python values with exact decimals. What the format forbids inside is refused when it becomes a value."""
    scanner = Scanner([source if isinstance(source, str) else decoded(source)], keeps_nulls=True)
    value = scanner.value(path)
    scanner.expect_end()
    return value


def convert(value: Any, kind: type[T], path: str = "$", *, builtin_types: tuple[type, ...] = (Decimal, datetime)) -> T:
    """A parsed JSON value as the value that `kind` describes; InputError with the path and the reason in two languages.

    `builtin_types`: those that the parsed value holds as such; texts are read as the others where `kind` has them.
    """
    try:
        return msgspec.convert(value, kind, builtin_types=builtin_types)
    except msgspec.ValidationError as error:
        raise _located(error, path, value) from error


def instant(text: str) -> datetime:
    """An RFC 3339 instant with offset, at most microseconds (SEMANTICS 2)."""
    if _INSTANT.match(text):
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            pass
    raise InvalidValueError(
        f"{text[:40]!r} is not an RFC 3339 instant with offset", f"{text[:40]!r} 不是带时区偏移的 RFC 3339 时刻"
    )


def civil_date(text: str) -> date:
    """A date `YYYY-MM-DD`."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidValueError(f"{text[:40]!r} is not a date YYYY-MM-DD", f"{text[:40]!r} 不是 YYYY-MM-DD 日期")


def decoded(data: bytes) -> str:
    """UTF-8 text; InputError when it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("$", f"not UTF-8 at byte {error.start}", f"第 {error.start} 字节不是 UTF-8") from error


def whole(value: Any) -> Any:
    """An integer where JSON has one; everything else as it is, for `convert` to refuse."""
    return int(value) if isinstance(value, Decimal) and value.is_finite() and value.as_tuple().exponent == 0 else value


def dump(value: object) -> bytes:
    """A value as JSON text: absent fields left out, decimals exact and without exponent."""
    plain = msgspec.to_builtins(value, builtin_types=(Decimal,))
    return msgspec.json.encode(_with_positional_numbers(plain))


def positional(number: Decimal) -> str:
    """A decimal as plain positional text: the one way in which measured values are written."""
    return format(number, "f")


def _with_positional_numbers(value: Any) -> Any:
    match value:
        case Decimal():
            return msgspec.Raw(positional(value).encode())
        case dict():
            return {key: _with_positional_numbers(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_with_positional_numbers(inner) for inner in value]
        case _:
            return value


class Scanner:
    """A cursor over JSON text that arrives in pieces. Values are parsed by the standard library's C scanner."""

    def __init__(self, chunks: Iterable[str], *, keeps_nulls: bool = False) -> None:
        self._chunks = iter(chunks)
        self._text = ""
        self._at = 0
        self._consumed = 0  # Characters dropped from the front of the text.
        self._keeps_nulls = keeps_nulls
        self._is_plain = True
        self._decoder = _DECODERS[True, keeps_nulls]

    def value(self, path: str) -> Any:
        """The JSON value at the cursor."""
        self._skip_space()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more(len(self._text) - self._at):
                    continue
                raise InputError(path, *_syntax(self._consumed + error.pos)) from error
            except RecursionError as error:
                raise InputError(path, "nested too deeply", "嵌套过深") from error
            # A number that touches the end of the text may go on in the next piece.
            if _MAY_GO_ON.match(self._text, end) and self._more(end - self._at):
                continue
            self._at = end
            # Strings inside an object have been read with care already.
            return _careful(value) if isinstance(value, str) and not self._is_plain else value

    def object_text(self) -> str | None:
        """The text of the object at the cursor, found by its braces; None where that needs more care. The cursor stays."""
        self._skip_space()
        if self._text[self._at : self._at + 1] != "{":
            return None
        depth = 0
        position = self._at
        while self._is_plain and position - self._at < _LARGEST_QUICK:
            end = self._text.find("}", position)
            if end >= 0:
                depth += self._text.count("{", position, end) - 1
                position = end + 1
                if depth == 0:
                    return self._text[self._at : position]
                continue
            depth += self._text.count("{", position)
            position = len(self._text) - self._at
            if not self._more():
                return None
        return None

    def step_over(self, text: str) -> None:
        """Move the cursor behind a text that lies at it."""
        self._at += len(text)

    def expect(self, character: str, path: str) -> None:
        """Step over a punctuation mark that must be there."""
        if not self.skip(character):
            raise InputError(path, *_syntax(self._consumed + self._at, f"{character!r} expected", f"此处应为 {character!r}"))

    def skip(self, character: str) -> bool:
        """Step over a punctuation mark if it is there."""
        self._skip_space()
        if self._text[self._at : self._at + 1] != character:
            return False
        self._at += 1
        return True

    def expect_end(self) -> None:
        """Nothing but space may follow."""
        self._skip_space()
        if self._at < len(self._text):
            raise InputError("$", *_syntax(self._consumed + self._at, "text after the end", "文档结束后还有内容"))

    def _skip_space(self) -> None:
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._more():
                return

    def _more(self, wanted: int = 1) -> bool:
        """Read on, so many characters or more as far as there are any: a long value is not parsed anew for every piece."""
        before = self._text[-1:]
        pieces: list[str] = []
        while wanted > 0 and (piece := next(self._chunks, None)) is not None:
            if self._is_plain and not _is_plain_after(before, piece):
                self._is_plain = False
                self._decoder = _DECODERS[False, self._keeps_nulls]
            pieces.append(piece)
            wanted -= len(piece)
            before = piece[-1:] or before
        if not pieces:
            return False
        self._consumed += self._at
        self._text = "".join((self._text[self._at :], *pieces))
        self._at = 0
        return True


_SPACE = re.compile(r"[ \t\n\r]*")
_MAY_GO_ON = re.compile(r"[0-9.eE+-]*\Z")


def _is_plain_after(before: str, piece: str) -> bool:
    """Whether a piece needs no care behind the character before it: no escapes, storable, NFC also across the border."""
    if piece.isascii():
        return "\\u" not in piece and not piece.endswith("\\")
    if "\\u" in piece or piece.endswith("\\") or _UNSTORABLE.search(piece):
        return False
    # A character that composes with what stands before it does so with the last one, unless that is a combining one itself.
    return not (before and unicodedata.combining(before)) and unicodedata.is_normalized("NFC", before + piece)


def _syntax(position: int, en: str = "not JSON", zh: str = "不是合法的 JSON") -> tuple[str, str]:
    return f"{en} (character {position})", f"{zh}（第 {position} 个字符）"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without its nulls: null is absent (SEMANTICS 2)."""
    value = _object_with_nulls(pairs)
    return _without_nulls_here(value) if None in value.values() else value


def _object_with_nulls(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = Counter(key for key, _ in pairs)
        for key in (key for key, times in keys.items() if times > 1):
            value[key] = _DuplicateKey("duplicate key", "字段重复")
    return value


def _without_nulls_here(value: dict[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if inner is not None}


def _careful_pairs(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    # A field name that cannot be stored is one that no format knows; it is refused as such, in words that can be written.
    return [(unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", key)), _careful(value)) for key, value in pairs]


def _careful(value: Any) -> Any:
    if isinstance(value, list):
        return [_careful(element) for element in value]
    if not isinstance(value, str):
        return value
    if _UNSTORABLE.search(value):
        return _UnstorableText("text with a character that cannot be stored", "文本含无法存储的字符")
    return unicodedata.normalize("NFC", value)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # An exponent of twenty digits.
        return _NOT_A_NUMBER
    if len(number.as_tuple().digits) > MAX_DIGITS or not -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS:
        return _NOT_A_NUMBER
    return number


_READING: dict[str, Any] = {
    "parse_float": _number,
    "parse_int": _number,
    "parse_constant": lambda _: _NOT_A_NUMBER,
}
# By whether the text is plainly NFC without escapes (else its strings are read with care), and whether nulls are kept.
_DECODERS = {
    (True, False): json.JSONDecoder(object_pairs_hook=_object, **_READING),
    (True, True): json.JSONDecoder(object_pairs_hook=_object_with_nulls, **_READING),
    (False, False): json.JSONDecoder(object_pairs_hook=lambda pairs: _object(_careful_pairs(pairs)), **_READING),
    (False, True): json.JSONDecoder(object_pairs_hook=lambda pairs: _object_with_nulls(_careful_pairs(pairs)), **_READING),
}

# What msgspec says, in both languages; `{}` takes the words that it quotes.
_SAYINGS: list[tuple[re.Pattern[str], str, str]] = [
    (re.compile(pattern, re.DOTALL), en, zh)
    for pattern, en, zh in (
        (r"Object contains unknown field `(.*)`", "unknown field", "未知字段"),
        (r"Object missing required field `(.*)`", "a required field is missing", "缺少必填字段"),
        (r"Expected `(?:str|array|object)` of length >= 1", "empty", "不能为空"),
        (r"Expected `str` of length <= (\d+)", "longer than {} characters", "超过 {} 个字符"),
        (r"Expected `str` matching regex '(.*)'", "does not match {}", "不符合格式 {}"),
        (r"Expected `(.*)`, got `_DuplicateKey`", "duplicate key", "字段重复"),
        (r"Expected `(.*)`, got `_UnstorableText`", "text with a character that cannot be stored", "文本含无法存储的字符"),
        (r"Expected `(.*)`, got `(.*)`", "{} expected, not {}", "应为 {}，而不是 {}"),
        (r"Expected `int` (.*)", "an integer {} expected", "应为 {} 的整数"),
        (r"Invalid enum value (.*)", "unknown value {}", "未知的取值 {}"),
        (r"Invalid RFC3339 encoded (.*)", "not a date YYYY-MM-DD", "不是 YYYY-MM-DD 日期"),
        (r"(.*)", "{}", "{}"),
    )
]

_LOCATED = re.compile(r"(.*) - at `\$([^`]*)`", re.DOTALL)


def _located(error: msgspec.ValidationError, prefix: str, value: Any) -> InputError:
    """Msgspec's refusal as ours: the path from the document's root, the reason in both languages."""
    located = _LOCATED.fullmatch(str(error))
    reason, place = (located[1], prefix + located[2]) if located else (str(error), prefix)
    if isinstance(error.__cause__, InvalidValueError):
        return InputError(place, error.__cause__.en, error.__cause__.zh)
    if isinstance(value, Defect):
        return InputError(place, value.en, value.zh)
    words, en, zh = next((words, en, zh) for pattern, en, zh in _SAYINGS if (words := pattern.fullmatch(reason)))
    place += f".{words[1]}" if reason.startswith("Object ") else ""
    return InputError(place, en.format(*words.groups()), zh.format(*words.groups()))
