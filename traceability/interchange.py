"""Records document <-> values: the one parser behind import, export, test vectors and evidence bundles (SEMANTICS 2).

A document is read as a stream, one record at a time, so its size does not matter. What a single record may say is checked by
the record itself (records.py); what only the document shows (unique ids, replacement) is checked here for documents held
whole, and by the store for documents that stream through it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from traceability.json_text import Defect, Scanner, convert, decoded, dump, instant, whole
from traceability.problems import InputError, InvalidValueError
from traceability.quick_json import quick_reader
from traceability.records import SECTIONS, Certificate, Record, Records

T = TypeVar("T")

FORMAT = "traceability-records/1"

_COUNTS = {"interval_months", "use_within_days", "level"}  # The fields of records that are counts, not measured values.


class Entry(msgspec.Struct, frozen=True):
    """One record of a document: the list it stands in, its place there, and the value."""

    section: str
    index: int
    record: Record

    @property
    def path(self) -> str:
        """Where the record stands, as a JSONPath."""
        return f"$.{self.section}[{self.index}]"


def parse_records(source: str | bytes) -> Records:
    """The document as values, its own rules checked; InputError with the path of the first defect."""
    text = source if isinstance(source, str) else decoded(source)
    return collect(read_entries([text]))


def records_from(document: object) -> Records:
    """The same for a document that is parsed already by `json_text.loads`, as part of a larger one."""
    if not isinstance(document, dict):
        raise InputError("$", "a records document is an object", "记录文档应为 JSON 对象")
    try:
        return collect(_entries_of(_without_nulls(document)))
    except RecursionError as error:
        raise InputError("$", "nested too deeply", "嵌套过深") from error


def parse_object(source: str | bytes) -> dict[str, Any]:
    """A JSON object of its own, nulls left out, what the format forbids inside kept for `record_from` to refuse."""
    scanner = Scanner([source if isinstance(source, str) else decoded(source)])
    value = scanner.value("$")
    scanner.expect_end()
    if not isinstance(value, dict):
        raise InputError("$", "an object is expected here", "此处应为对象")
    return value


def record_from(value: Any, kind: type[T], path: str = "$") -> T:
    """A parsed JSON value as a record or a part of one; InputError with the path and the reason.

    Instants are read here, as the format asks more of them than msgspec does.
    """
    if isinstance(value, dict):
        _read_instant(value, path)
        withdrawal = value.get("withdrawal")
        if isinstance(withdrawal, dict):
            _read_instant(withdrawal, f"{path}.withdrawal")
        for name in _COUNTS & value.keys():
            value[name] = whole(value[name])
    return convert(value, kind, path)


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
    cleared: set[str] = set()  # Those whose way back ends.
    for start in positions:
        way: dict[str, int] = {}
        current: str | None = start
        while current in positions and current not in cleared:
            index, certificate = positions[current]
            if current in way:
                raise InputError(f"{path(index)}.replaces", "replaces itself", "证书替换了它自己")
            way[current] = index
            current = certificate.replaces
            if current in positions and positions[current][1].item != certificate.item:
                raise InputError(
                    f"{path(index)}.replaces",
                    f"replaces {current!r}, a certificate of another item",
                    f"所替换的证书 {current!r} 属于另一器具",
                )
        cleared.update(way)


def read_entries(chunks: Iterable[str]) -> Iterator[Entry]:
    """The records of a document as they come, holding one at a time; InputError with the path of the first defect.

    The format name is checked when it is met, at the latest at the end: use nothing before the iterator is done.
    """
    scanner = Scanner(chunks)
    seen: set[str] = set()
    scanner.expect("{", "$")
    if not scanner.skip("}"):
        while True:
            key = scanner.value("$")
            if not isinstance(key, str):
                raise InputError("$", "a field name is missing or cannot be stored", "缺少字段名，或字段名含无法存储的字符")
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


def read_lines(lines: Iterable[str]) -> Iterator[Entry]:
    """The same from NDJSON: a line `{"format": "traceability-records/1"}`, then one record a line as `{"items": {…}}`.

    Places are those of the document that holds the same lists.
    """
    counts = dict.fromkeys(SECTIONS, 0)
    is_headed = False
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        scanner = Scanner([line])
        value = scanner.value(f"$[{number}]")
        scanner.expect_end()
        if not isinstance(value, dict) or len(value) != 1:
            raise InputError(f"$[{number}]", "a line is an object with one field", "每行应为只有一个字段的对象")
        ((key, inner),) = value.items()
        if key not in SECTIONS:
            _check_head(key, inner)
            is_headed = True
            continue
        index = counts[key]
        counts[key] += 1
        yield Entry(key, index, record_from(inner, SECTIONS[key], f"$.{key}[{index}]"))
    _require_format({"format"} if is_headed else set())


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


def _section(scanner: Scanner, section: str) -> Iterator[Entry]:
    scanner.expect("[", f"$.{section}")
    if scanner.skip("]"):
        return
    read = quick_reader(SECTIONS[section])
    index = 0
    while True:
        path = f"$.{section}[{index}]"
        text = scanner.object_text()
        record = None if text is None else read(text)
        if text is None or record is None:
            record = record_from(scanner.value(path), SECTIONS[section], path)
        else:
            scanner.step_over(text)
        yield Entry(section, index, record)
        index += 1
        if not scanner.skip(","):
            break
    scanner.expect("]", f"$.{section}")


def _entries_of(document: Mapping[str, Any]) -> Iterator[Entry]:
    for key, value in document.items():
        if isinstance(value, Defect):
            raise InputError(f"$.{key}", value.en, value.zh)
        if key not in SECTIONS:
            _check_head(key, value)
            continue
        if not isinstance(value, list):
            raise InputError(f"$.{key}", "a list is expected here", "此处应为列表")
        for index, element in enumerate(value):
            yield Entry(key, index, record_from(element, SECTIONS[key], f"$.{key}[{index}]"))
    _require_format(set(document))


def _check_head(key: str, value: Any) -> None:
    if key != "format":
        raise InputError(f"$.{key}", "unknown field", "未知字段")
    if value != FORMAT:
        raise InputError("$.format", f"the format is not {FORMAT!r}", f"格式不是 {FORMAT!r}")


def _require_format(keys: set[str]) -> None:
    if "format" not in keys:
        raise InputError("$.format", f"missing; a records document says {FORMAT!r}", f"缺少；记录文档应注明 {FORMAT!r}")


def _without_nulls(value: Any) -> Any:
    """The value without its null fields: null is absent (SEMANTICS 2)."""
    match value:
        case dict():
            return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
        case list():
            return [_without_nulls(inner) for inner in value]
        case _:
            return value


def _read_instant(value: dict[str, Any], path: str) -> None:
    recorded_at = value.get("recorded_at")
    if isinstance(recorded_at, str):
        try:
            value["recorded_at"] = instant(recorded_at)
        except InvalidValueError as error:
            raise InputError(f"{path}.recorded_at", error.en, error.zh) from error
