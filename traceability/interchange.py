"""Records document <-> values: the one parser behind import, export, test vectors and evidence bundles (SEMANTICS 2).

A document is read as a stream, one record at a time, so its size does not matter. What a single record may say is checked by
the record itself (records.py); what only the document shows (unique ids, replacement) is checked here for documents held
whole, and by the store for documents that stream through it.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import msgspec

from traceability.problems import InputError, InvalidValueError
from traceability.quantities import MAX_DIGITS
from traceability.records import SECTIONS, Certificate, Record, Records

T = TypeVar("T")

FORMAT = "traceability-records/1"

_COUNTS = {"interval_months", "use_within_days", "level"}  # The fields of records that are counts, not measured values.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)  # RFC 3339.
_NOT_A_NUMBER = Decimal("NaN")  # Stands for a number that is none; the value that would hold it refuses it, with the place.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # No database and no UTF-8 file holds these.


class Entry(NamedTuple):
    """One record of a document: the list it stands in, its place there, and the value."""

    section: str
    index: int
    record: Record

    @property
    def path(self) -> str:
        """Where the record stands, as a JSONPath."""
        return f"$.{self.section}[{self.index}]"


class _Defect:
    """Put in place of a value that JSON allows and the format does not, so that the refusal names its path."""

    def __init__(self, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh


class _DuplicateKey(_Defect):
    pass


class _UnstorableText(_Defect):
    pass


def parse_records(source: str | bytes) -> Records:
    """The document as values, its own rules checked; InputError with the path of the first defect."""
    text = source if isinstance(source, str) else decoded(source)
    return collect(read_entries([text]))


def records_from(document: object) -> Records:
    """The same for a document that is parsed already by `loads`, as part of a larger one."""
    if not isinstance(document, dict):
        raise InputError("$", "a records document is an object", "记录文档应为 JSON 对象")
    return collect(_entries_of(document))


def collect(entries: Iterable[Entry]) -> Records:
    """All records of a document, with the rules that only the whole shows (SEMANTICS 2)."""
    lists: dict[str, list[Record]] = {section: [] for section in SECTIONS}
    identities = Identities()
    for entry in entries:
        identities.add(entry)
        lists[entry.section].append(entry.record)
    records = Records(**{section: tuple(values) for section, values in lists.items()})  # type: ignore[arg-type]
    check_replacements(records.certificates)
    return records


class Identities:
    """The ids met so far in one document: unique within their list, versions apart by `recorded_at`."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, datetime | None]] = set()
        self._targets: dict[str, str] = {}

    def add(self, entry: Entry) -> None:
        """Take note of a record; InputError when its id is taken."""
        record = entry.record
        has_versions = entry.section in {"items", "competences", "metering_points"}
        recorded_at = getattr(record, "recorded_at", None) if has_versions else None
        identity = (entry.section, record.id, recorded_at)
        other = self._targets.setdefault(record.id, entry.section) if entry.section in {"items", "metering_points"} else None
        if identity in self._seen or (other is not None and other != entry.section):
            raise InputError(f"{entry.path}.id", f"duplicate id {record.id!r}", f"标识重复：{record.id!r}")
        self._seen.add(identity)


def check_replacements(certificates: Iterable[Certificate], path: Callable[[int], str] = "$.certificates[{}]".format) -> None:
    """Refuse a `replaces` that names a certificate of another item, or itself through any number of steps."""
    positions = {certificate.id: (index, certificate) for index, certificate in enumerate(certificates)}
    for index, certificate in positions.values():
        replaced = certificate.replaces
        steps = 0
        while replaced in positions and steps <= len(positions):
            earlier = positions[replaced][1]
            if earlier.item != certificate.item:
                raise InputError(
                    f"{path(index)}.replaces",
                    f"replaces {replaced!r}, a certificate of another item",
                    f"所替换的证书 {replaced!r} 属于另一器具",
                )
            if earlier.id == certificate.id:
                raise InputError(f"{path(index)}.replaces", "replaces itself", "证书替换了它自己")
            replaced = earlier.replaces
            steps += 1


def read_entries(chunks: Iterable[str]) -> Iterator[Entry]:
    """The records of a document as they come, holding one at a time; InputError with the path of the first defect.

    The format name is checked when it is met, at the latest at the end: use nothing before the iterator is done.
    """
    scanner = _Scanner(chunks)
    seen: set[str] = set()
    scanner.expect("{", "$")
    if not scanner.skip("}"):
        while True:
            key = scanner.value("$")
            if not isinstance(key, str):
                raise InputError("$", "a field name is missing", "缺少字段名")
            scanner.expect(":", f"$.{key}")
            if key in seen:
                raise InputError(f"$.{key}", "duplicate key", "字段重复")
            seen.add(key)
            if key in SECTIONS:
                yield from _section(scanner, key)
            else:
                _check_head(key, scanner.value(f"$.{key}"))
            if not scanner.skip(","):
                break
        scanner.expect("}", "$")
    scanner.expect_end()
    _require_format(seen)


def loads(source: str | bytes, path: str = "$") -> Any:
    """JSON as Python values with exact decimals. What the format forbids inside is refused when it becomes a value."""
    scanner = _Scanner([source if isinstance(source, str) else decoded(source)])
    value = scanner.value(path)
    scanner.expect_end()
    return value


def convert(value: Any, kind: type[T], path: str = "$") -> T:
    """A parsed JSON value as the value that `kind` describes; InputError with the path and the reason in two languages."""
    try:
        return msgspec.convert(value, kind, builtin_types=(Decimal, datetime))
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


def dump_records(records: Records) -> bytes:
    """The document of the records: lists in the order of the format, numbers in plain positional text."""
    return b"".join(write_entries((section, getattr(records, section)) for section in SECTIONS))


def write_entries(sections: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[bytes]:
    """The document piece by piece, from the lists in the order given."""
    yield b'{"format": "' + FORMAT.encode() + b'"'
    for section, values in sections:
        yield b',\n"' + section.encode() + b'": ['
        separator = b"\n"
        for value in values:
            yield separator + dump(value)
            separator = b",\n"
        yield b"]"
    yield b"}\n"


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


def _section(scanner: "_Scanner", section: str) -> Iterator[Entry]:
    scanner.expect("[", f"$.{section}")
    if scanner.skip("]"):
        return
    index = 0
    while True:
        path = f"$.{section}[{index}]"
        yield Entry(section, index, _record(scanner.value(path), SECTIONS[section], path))
        index += 1
        if not scanner.skip(","):
            break
    scanner.expect("]", f"$.{section}")


def _entries_of(document: Mapping[str, Any]) -> Iterator[Entry]:
    for key, value in document.items():
        if isinstance(value, _Defect):
            raise InputError(f"$.{key}", value.en, value.zh)
        if key not in SECTIONS:
            _check_head(key, value)
            continue
        if not isinstance(value, list):
            raise InputError(f"$.{key}", "a list is expected here", "此处应为列表")
        for index, element in enumerate(value):
            yield Entry(key, index, _record(element, SECTIONS[key], f"$.{key}[{index}]"))
    _require_format(set(document))


def _check_head(key: str, value: Any) -> None:
    if key != "format":
        raise InputError(f"$.{key}", "unknown field", "未知字段")
    if value != FORMAT:
        raise InputError("$.format", f"the format is not {FORMAT!r}", f"格式不是 {FORMAT!r}")


def _require_format(keys: set[str]) -> None:
    if "format" not in keys:
        raise InputError("$.format", f"missing; a records document says {FORMAT!r}", f"缺少；记录文档应注明 {FORMAT!r}")


def _record(value: Any, kind: type[T], path: str) -> T:
    """A record; its instants are read here, as the format asks more of them than msgspec does."""
    if isinstance(value, dict):
        _read_instant(value, path)
        withdrawal = value.get("withdrawal")
        if isinstance(withdrawal, dict):
            _read_instant(withdrawal, f"{path}.withdrawal")
        for name in _COUNTS & value.keys():
            value[name] = whole(value[name])
    return convert(value, kind, path)


def whole(value: Any) -> Any:
    """An integer where JSON has one; everything else as it is, for `convert` to refuse."""
    return int(value) if isinstance(value, Decimal) and value.is_finite() and value.as_tuple().exponent == 0 else value


def _read_instant(value: dict[str, Any], path: str) -> None:
    recorded_at = value.get("recorded_at")
    if isinstance(recorded_at, str):
        try:
            value["recorded_at"] = instant(recorded_at)
        except InvalidValueError as error:
            raise InputError(f"{path}.recorded_at", error.en, error.zh) from error


class _Scanner:
    """A cursor over JSON text that arrives in pieces. Values are parsed by the standard library's C scanner."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self._text = ""
        self._at = 0
        self._consumed = 0  # Characters dropped from the front of the text.
        self._is_plain = True
        self._decoder = _PLAIN

    def value(self, path: str) -> Any:
        """The JSON value at the cursor."""
        self._skip_space()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more():
                    continue
                raise InputError(path, *_syntax(self._consumed + error.pos)) from error
            except RecursionError as error:
                raise InputError(path, "nested too deeply", "嵌套过深") from error
            # A number that touches the end of the text may go on in the next piece.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return value

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

    def _more(self) -> bool:
        piece = next(self._chunks, None)
        if piece is None:
            return False
        if self._is_plain and not ("\\u" not in piece and unicodedata.is_normalized("NFC", piece) and _is_nfc_safe(piece)):
            self._is_plain = False
            self._decoder = _CAREFUL
        self._consumed += self._at
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True


_SPACE = re.compile(r"[ \t\n\r]*")


def _is_nfc_safe(piece: str) -> bool:
    """Whether a piece can follow any other without a combining character joining across the border, and holds an escape whole."""
    return not piece or (not unicodedata.combining(piece[0]) and not piece.endswith("\\"))


def _syntax(position: int, en: str = "not JSON", zh: str = "不是合法的 JSON") -> tuple[str, str]:
    return f"{en} (character {position})", f"{zh}（第 {position} 个字符）"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if None in value.values():
        value = {key: inner for key, inner in pairs if inner is not None}  # SEMANTICS 2: null is absent.
    if len(value) != len(pairs):
        keys = Counter(key for key, _ in pairs)
        for key in (key for key, times in keys.items() if times > 1):
            value[key] = _DuplicateKey("duplicate key", "字段重复")
    return value


def _careful_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The same for text that is not plainly NFC or has escapes: strings are normalized, unstorable ones marked."""
    return _object([(_careful(key), _careful(value)) for key, value in pairs])


def _careful(value: Any) -> Any:
    if isinstance(value, list):
        return [_careful(element) for element in value]
    if not isinstance(value, str):
        return value
    if _UNSTORABLE.search(value):
        return _UnstorableText("text with a character that cannot be stored", "文本含无法存储的字符")
    return unicodedata.normalize("NFC", value)


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if len(number.as_tuple().digits) > MAX_DIGITS or not -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS:
        return _NOT_A_NUMBER
    return number


_READING: dict[str, Any] = {
    "parse_float": _number,
    "parse_int": _number,
    "parse_constant": lambda _: _NOT_A_NUMBER,
}
_PLAIN = json.JSONDecoder(object_pairs_hook=_object, **_READING)
_CAREFUL = json.JSONDecoder(object_pairs_hook=_careful_object, **_READING)

# What msgspec says, in both languages; `{}` takes the words that it quotes.
_SAYINGS: list[tuple[re.Pattern[str], str, str]] = [
    (re.compile(pattern), en, zh)
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


def _located(error: msgspec.ValidationError, prefix: str, value: Any) -> InputError:
    """msgspec's refusal as ours: the path from the document's root, the reason in both languages."""
    reason, _, path = str(error).partition(" - at `")
    place = prefix + path.removesuffix("`").removeprefix("$")
    if isinstance(error.__cause__, InvalidValueError):
        return InputError(place, error.__cause__.en, error.__cause__.zh)
    if isinstance(value, _Defect):
        return InputError(place, value.en, value.zh)
    for pattern, en, zh in _SAYINGS:
        words = pattern.fullmatch(reason)
        if words:
            place += f".{words[1]}" if reason.startswith("Object ") else ""
            return InputError(place, en.format(*words.groups()), zh.format(*words.groups()))
    return InputError(place, reason, reason)
