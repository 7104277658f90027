"""Codes of labels: what is noticed, what is tolerated."""

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.labels.code import (
    LENGTH,
    SYMBOLS,
    from_bytes,
    grouped,
    label_address,
    new_code,
    parse_code,
    to_bytes,
    with_check,
    written_in_address,
)
from registry.labels.errors import MistypedCodeError, UnreadableCodeError

CODES = st.lists(st.integers(0, 31), min_size=LENGTH - 1, max_size=LENGTH - 1).map(with_check)


@settings(max_examples=30)  # Each tries all 496 wrong symbols.
@given(CODES)
def test_every_wrong_symbol_is_noticed(code: str) -> None:
    """A misread symbol would show another instrument."""
    for place in range(LENGTH):
        for symbol in SYMBOLS:
            if symbol != code[place]:
                with pytest.raises(MistypedCodeError):
                    parse_code(code[:place] + symbol + code[place + 1 :])


@given(CODES)
def test_two_symbols_that_changed_places_are_noticed(code: str) -> None:
    """The commonest slip of a typist; adjacent ones above all, but all others too."""
    for one, other in combinations(range(LENGTH), 2):
        swapped = list(code)
        swapped[one], swapped[other] = code[other], code[one]
        if code[one] != code[other]:
            with pytest.raises(MistypedCodeError):
                parse_code("".join(swapped))


@settings(max_examples=60)
@given(CODES, st.data())
def test_codes_are_read_as_people_write_them(code: str, data: st.DataObject) -> None:
    """Lower case, letters for digits, groups: what people type from a label in the dark."""
    likeness = {"1": "1IiLl", "0": "0Oo"}
    typed = "".join(data.draw(st.sampled_from(likeness.get(symbol, symbol + symbol.lower()))) for symbol in code)
    separator = data.draw(st.sampled_from(["", "-", " ", " - ", "‐", "－"]))
    assert parse_code(f" {separator.join(re.findall('....', typed))}\n") == code


@given(CODES)
def test_a_code_keeps_ten_bytes(code: str) -> None:
    """Otherwise a sticker would name another label."""
    assert len(to_bytes(code)) == 10
    assert from_bytes(to_bytes(code)) == code


@pytest.mark.parametrize("text", ["", "ABC", "U" * 16, "0" * 15, "0" * 17, "0000-0000-0000-000*", "零" * 16])
def test_what_has_not_the_form_of_a_code_is_told_apart_from_a_mistyped_one(text: str) -> None:
    """An auditor who scanned some other barcode must not be told to type more carefully."""
    with pytest.raises(UnreadableCodeError) as caught:
        parse_code(text)
    assert type(caught.value) is UnreadableCodeError


def test_new_codes_are_valid_and_differ() -> None:
    """Two labels with one code would be one label."""
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(parse_code(code) == code for code in codes)
    assert {symbol for code in codes for symbol in code} == set(SYMBOLS)


def test_a_known_code_stays_as_it_is() -> None:
    """Labels are engraved: the check symbol may never be reckoned in another way."""
    assert with_check(range(15)) == "0123456789ABCDE4"
    assert grouped("0123456789ABCDE4") == "0123-4567-89AB-CDE4"


def test_the_address_is_read_back_whatever_base_it_has() -> None:
    """A registry that moved to another host could not read its own labels."""
    assert label_address("https://id.example.cn/", "0123456789ABCDE4") == "https://id.example.cn/i/0123456789ABCDE4"
    for address in ("https://id.example.cn/i/X-1", "HTTP://h:8000/app/i/X-1/", " https://h/i/X-1?lang=en#a "):
        assert written_in_address(address) == "X-1"
    for other in ("X-1", "https://h/x/X-1", "ftp://h/i/X-1", "https://[h/i/X", "https://h/i/"):
        assert written_in_address(other) is None
