"""JSON text into exact values: every refusal has its place, and where the text is cut does not matter."""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.json_text import Defect, Scanner, civil_date, convert, decoded, dump, instant, loads, positional, whole
from traceability.problems import InputError, InvalidValueError
from traceability.records import Item


def test_numbers_are_exact() -> None:
    """A number goes through a binary float."""
    value = loads('{"a": 0.1, "b": 10000000000000000000000000000001, "c": 1E-2, "d": -0}')
    assert value == {"a": Decimal("0.1"), "b": 10**31 + 1, "c": Decimal("0.01"), "d": 0}
    assert all(isinstance(number, Decimal) for number in value.values())


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1" * 100, "0." + "1" * 100, "1e100", "1e-100", "1e99999999999999999999"]
)
def test_what_is_no_number_of_99_digits_stands_as_not_a_number(text: str) -> None:
    """Such a number is rounded, or crashes the parser before its place is known."""
    assert loads(text).is_nan()


def test_nulls_are_kept_where_they_mean_something() -> None:
    """An expected null of a vector is taken as left out, or a null of a record as a value."""
    assert loads('{"a": null}') == {"a": None}
    assert Scanner(['{"a": null, "b": {"c": null}}']).value("$") == {"b": {}}


def test_strings_are_normalized() -> None:
    """One name in two spellings becomes two names (SEMANTICS 2: strings are NFC)."""
    assert loads('{"cafe\\u0301": ["e\\u0301", {"x": "\\u2126"}]}') == {"caf\u00e9": ["\u00e9", {"x": "\u03a9"}]}
    assert loads('{"cafe\u0301": "e\u0301"}') == {"caf\u00e9": "\u00e9"}
    assert loads(' "e\\u0301" ') == "\u00e9"


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\ud800", "a\\udfffb"])
def test_text_that_cannot_be_stored_becomes_a_defect(text: str) -> None:
    """A lone surrogate or NUL reaches the database, or ends in an error without place."""
    value = loads(f'{{"a": ["{text}"]}}')["a"][0]
    assert isinstance(value, Defect)
    assert "cannot be stored" in value.en


def test_a_field_name_that_cannot_be_stored_can_be_written() -> None:
    """The refusal of such a field cannot be printed."""
    (name,) = loads('{"a\\ud800": 1}')
    assert name == "a\ufffd"


def test_a_field_given_twice_becomes_a_defect() -> None:
    """The last one silently wins."""
    value = loads('{"a": 1, "b": 2, "a": 1}')
    assert isinstance(value["a"], Defect)
    assert value["b"] == 2


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("{", 1), ("{'a': 1}", 1), ('{"a": 01}', 7), ("[1,]", 3), ("nul", 0), ('"\t"', 1), ("+1", 0)],
)
def test_what_is_not_json_is_refused_with_its_position(text: str, position: int) -> None:
    """Somebody searches a large file for the place of a missing brace."""
    with pytest.raises(InputError, match=rf"character {position}\)") as caught:
        loads(text)
    assert caught.value.path == "$"


def test_text_after_the_end_is_refused() -> None:
    """Two documents in one file are read as the first one."""
    with pytest.raises(InputError, match="text after the end"):
        loads("{} {}")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_deep_nesting_is_refused(opening: str, closing: str) -> None:
    """Deep nesting ends in a RecursionError."""
    with pytest.raises(InputError, match="nested too deeply"):
        loads(opening * 100_000 + "1" + closing * 100_000)


def test_bytes_are_utf_8_with_or_without_mark() -> None:
    """A file saved by a Chinese editor with a byte order mark is refused, or one in another encoding misread."""
    assert loads('\ufeff{"a": "计量"}'.encode()) == {"a": "计量"}
    assert decoded("计量".encode()) == "计量"
    with pytest.raises(InputError, match="not UTF-8 at byte 1"):
        loads('"计量"'.encode("gbk"))


TEXTS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=6),
        st.sampled_from(["\u1100\u1161\u11a8", "e\u0301\u0323", "计量\u0300", 'a"b\\c', "\U0001f600"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


@given(TEXTS, st.booleans(), st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_where_the_text_is_cut_does_not_matter(value: Any, is_escaped: bool, sizes: list[int]) -> None:
    """A piece that ends inside a number, an escape, a name or between a letter and its accent is read as something else."""
    text = _written(value, is_escaped)
    assert Scanner(_cut(text, sizes)).value("$") == Scanner([text]).value("$")


@pytest.mark.parametrize(
    "text", ["\u1100\u1161\u11a8", "e\u0301", "\u0915\u093c", "\u09c7\u09be", "a\u0323\u0301", "\\u0065\u0301"]
)
def test_a_cut_between_letters_that_compose_does_not_matter(text: str) -> None:
    """Of a syllable in two pieces each is normalized by itself (Hangul, Bengali), and their whole is not."""
    document = f'{{"a": "{text}"}}'
    wanted = unicodedata.normalize("NFC", text.replace("\\u0065", "e"))
    for position in range(len(document) + 1):
        assert Scanner([document[:position], "", document[position:]]).value("$") == {"a": wanted}
    assert Scanner(document).value("$") == {"a": wanted}


def test_a_number_at_the_end_of_a_piece_goes_on_in_the_next() -> None:
    """12 in two pieces is read as 1."""
    assert Scanner(["1", "2", "", "3"]).value("$") == 123
    assert Scanner(["-", "1", ".", "5", "e", "-", "1"]).value("$") == Decimal("-0.15")
    assert Scanner(["1.", " "]).value("$") == 1


def test_a_long_value_in_short_pieces_is_read_in_short_time() -> None:
    """A value is parsed anew for every piece, so that a file of one long line takes hours."""
    text = '["' + "x" * 2_000_000 + '"]'
    pieces = _Counted(text[position : position + 1000] for position in range(0, len(text), 1000))
    assert Scanner(pieces).value("$") == ["x" * 2_000_000]
    assert pieces.given == 2001


def test_the_scanner_steps_over_marks() -> None:
    """Punctuation is skipped where there is none."""
    scanner = Scanner([" ", "\n[", " 1 ", "]", "  "])
    assert not scanner.skip("{")
    scanner.expect("[", "$")
    assert scanner.value("$[0]") == 1
    with pytest.raises(InputError, match=r"\$\.list: .*',' expected \(character 6\)"):
        scanner.expect(",", "$.list")
    assert scanner.skip("]")
    scanner.expect_end()


def test_the_text_of_an_object_is_found_by_its_braces() -> None:
    """The quick way is given a piece of an object, or loses its place."""
    scanner = Scanner(['  {"a": {"b', '": {}}', ', "c": "}"} ', "7"])
    text = scanner.object_text()
    assert text == '{"a": {"b": {}}, "c": "}'  # A brace in a string: msgspec will refuse this text.
    assert scanner.value("$") == {"a": {"b": {}}, "c": "}"}
    scanner = Scanner(['{"a": 1}, {"b": 2}'])
    text = scanner.object_text()
    assert text == '{"a": 1}'
    scanner.step_over(text)
    scanner.expect(",", "$")
    assert scanner.object_text() == '{"b": 2}'


@pytest.mark.parametrize("pieces", [["[1]"], [""], ['{"a": '], ['{"a": "e', "\u0301", '"}'], ['{"a": "', "x" * 70_000, '"}']])
def test_an_object_that_needs_care_is_not_found(pieces: list[str]) -> None:
    """The quick way reads text that is not normalized, endless or no object."""
    assert Scanner(pieces).object_text() is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-01T09:00:00Z", datetime(2025, 6, 1, 9, tzinfo=UTC)),
        ("2025-06-01t09:00:00z", datetime(2025, 6, 1, 9, tzinfo=UTC)),
        ("2025-06-01T09:00:00.5+08:00", datetime(2025, 6, 1, 9, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=8)))),
        ("2025-06-01T09:00:00.000001-05:30", datetime(2025, 6, 1, 14, 30, 0, 1, tzinfo=UTC)),
    ],
)
def test_instants_are_read(text: str, expected: datetime) -> None:
    """An instant of RFC 3339 is refused or moved."""
    assert instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-01T09:00:00",
        "2025-06-01T09:00:00.1234567Z",
        "2025-06-01 09:00:00Z",
        "2025-06-31T09:00:00Z",
        "2025-06-01T09:00:00+24:00",
        "2025-06-01T09:00:00Z\n",
        "２０25-06-01T09:00:00Z",
        "2025-06-01",
        "",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """An instant without offset, or with more than microseconds, is taken for another one."""
    with pytest.raises(InvalidValueError, match="not an RFC 3339 instant"):
        instant(text)


def test_dates_are_read_and_others_refused() -> None:
    """A date in another form is taken for some date."""
    assert civil_date("2024-02-29") == date(2024, 2, 29)
    for text in ("2025-02-29", "20250601", "2025-6-1", "2025-06-01 ", "２０２５-06-01", "2025-W22-7"):
        with pytest.raises(InvalidValueError, match="not a date"):
            civil_date(text)


def test_counts_are_whole() -> None:
    """A level of 1.0 is read as 1, or NaN crashes."""
    assert whole(Decimal(3)) == 3
    assert isinstance(whole(Decimal(3)), int)
    for value in (Decimal("1.0"), Decimal("1E+1"), Decimal("NaN"), "1", None, True):
        assert whole(value) is value


def test_numbers_are_written_in_positional_text() -> None:
    """A number is written with an exponent, which other readers round."""
    assert positional(Decimal("1E+5")) == "100000"
    assert positional(Decimal("1E-7")) == "0.0000001"
    assert dump({"a": Decimal("1E+5"), "b": [Decimal("0.10")], "c": (None, True, "计")}) == (
        '{"a":100000,"b":[0.10],"c":[null,true,"计"]}'.encode()
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
def test_numbers_come_back_as_they_were_written(number: Decimal) -> None:
    """Export and import change a measured value."""
    assert loads(dump({"a": number})) == {"a": number}


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    count: int = 1
    parts: tuple["_Part", ...] = ()


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"colour": 1}, "$.x.colour", "unknown field"),
        ({"parts": [{"colour": 1}]}, "$.x.parts[0].colour", "unknown field"),
        ({"a - at `b": 1}, "$.x.a - at `b", "unknown field"),
        ({"a\nb": 1}, "$.x.a\nb", "unknown field"),
        ({"count": "1"}, "$.x.count", "int expected, not str"),
        ({"parts": 1}, "$.x.parts", "array expected, not int"),
        ([], "$.x", "object expected, not array"),
        (None, "$.x", "object expected, not null"),
    ],
)
def test_a_refusal_has_its_place(value: Any, path: str, reason: str) -> None:
    """The path of a refusal points elsewhere, or its words are those of a library."""
    with pytest.raises(InputError) as caught:
        convert(value, _Part, "$.x")
    assert (caught.value.path, caught.value.en) == (path, reason)


@pytest.mark.parametrize(
    ("text", "path", "zh"),
    [
        ('{"id": "M", "kind": "meter", "id": "M"}', "$.id", "字段重复"),
        ('{"id": "M\\u0000", "kind": "meter"}', "$.id", "文本含无法存储的字符"),
        ('{"id": "", "kind": "meter"}', "$.id", "不能为空"),
        ('{"id": "M"}', "$.kind", "缺少必填字段"),
        ('{"id": "M", "kind": "lamp"}', "$.kind", "未知的取值 'lamp'"),
        ('{"id": "M", "kind": "meter", "retired_on": "yesterday"}', "$.retired_on", "不是 YYYY-MM-DD 日期"),
        ('{"id": "M", "kind": "meter", "country": "cn"}', "$.country", "不符合格式 ^[A-Z]{2}\\\\Z"),
        ('{"id": "M", "kind": "meter", "recognized": []}', "$", "认可时段列表为空"),
        (f'{{"id": "{"M" * 256}", "kind": "meter"}}', "$.id", "超过 255 个字符"),
    ],
)
def test_a_refusal_is_said_in_chinese_too(text: str, path: str, zh: str) -> None:
    """A user who reads Chinese gets an English reason."""
    with pytest.raises(InputError) as caught:
        convert(loads(text), Item)
    assert (caught.value.path, caught.value.zh) == (path, zh)


def test_a_defect_in_place_of_a_whole_value_is_refused_as_what_it_is() -> None:
    """A record given twice is said to be of a wrong type."""
    document = loads('{"item": {}, "item": {}}')
    with pytest.raises(InputError, match="duplicate key"):
        convert(document["item"], Item, "$.item")


class _Counted:
    """An iterator that counts what it gave."""

    def __init__(self, values: Any) -> None:
        self._values = iter(values)
        self.given = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> Any:
        value = next(self._values)
        self.given += 1
        return value


def _written(value: Any, is_escaped: bool) -> str:
    return json.dumps(value, ensure_ascii=is_escaped)


def _cut(text: str, sizes: list[int]) -> list[str]:
    pieces, position, number = [], 0, 0
    while position < len(text):
        size = sizes[number % len(sizes)]
        pieces.append(text[position : position + size])
        position, number = position + size, number + 1
    return pieces
