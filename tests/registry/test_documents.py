"""Documents as they travel: JSON or lines, in pieces of bytes that may cut a character."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.dcc.identity import key
from registry.exchange.documents import read_document
from registry.exchange.text import decoded_chunks
from registry.spelling import compared
from tests.registry.worlds import full
from traceability.interchange import collect, parse_records
from traceability.problems import InputError

HEAD = '{"format": "traceability-records/1"}'


@given(st.text())
def test_imports_of_certificates_compare_as_the_store_does(text: str) -> None:
    """A number that is found by one and not by the other would be cited and not held for ever."""
    assert compared(text) == key(text)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100_000])
def test_bytes_may_be_cut_anywhere(size: int) -> None:
    """A Chinese character has three bytes, and networks do not care."""
    data = b"\xef\xbb\xbf" + json.dumps(full(), ensure_ascii=False).encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert collect(read_document(decoded_chunks(pieces))) == parse_records(json.dumps(full()))


@pytest.mark.parametrize(("data", "place"), [(b'{"a": "\xff"}', 7), (b"\xe4\xb8", 0), (b"ab\xe4\xb8", 2)])
@pytest.mark.parametrize("size", [1, 100])
def test_what_is_not_utf_8_is_refused_with_its_place(data: bytes, place: int, size: int) -> None:
    """Files of old tools are in GBK."""
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    with pytest.raises(InputError, match=f"byte {place}"):
        list(decoded_chunks(pieces))


@pytest.mark.parametrize("size", [1, 10, 100_000])
def test_lines_are_recognized_by_their_head(size: int) -> None:
    """No option to forget; blank lines and CR LF do no harm."""
    text = f'{HEAD}\r\n{{"items": {{"id": "A", "kind": "meter"}}}}\r\n\r\n{{"items": {{"id": "B", "kind": "meter"}}}}'
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert [entry.record.id for entry in read_document(pieces)] == ["A", "B"]


def test_a_head_alone_is_an_empty_document() -> None:
    """It is both; and both are empty."""
    assert list(read_document([HEAD])) == list(read_document([HEAD + "\n"])) == []


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("abc-1", "ABC\u20111", True),
        ("\uff21\uff11", "a1", True),
        ("  a  b ", "A B", True),
        ("a-1", "a1", False),
        ("", " ", True),
    ],
)
def test_numbers_are_compared_as_people_do(one: str, other: str, is_same: bool) -> None:
    """Case, width, dashes and blanks; nothing more, as numbers of two things must stay apart."""
    assert (compared(one) == compared(other)) is is_same
