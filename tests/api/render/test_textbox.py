"""Texts measured and broken without a font."""

import pytest

from api.render.textbox import clean, width_of, wrapped


def test_chinese_characters_are_one_em_wide_and_latin_ones_less() -> None:
    """Otherwise boxes would be too narrow on a server without Chinese fonts."""
    assert width_of("国家计量基准") == 6
    assert 2 < width_of("meter") < 4
    assert width_of("e\u0301") == width_of("e")


@pytest.mark.parametrize(
    "text", ["国家计量基准" * 9, "A very long name of an instrument that goes on and on", "W" * 99, "短", ""]
)
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_no_line_is_wider_than_the_limit(text: str, lines: int) -> None:
    """Otherwise text would run out of its box."""
    broken = wrapped(text, 10, lines)
    assert len(broken) <= lines
    assert all(width_of(line) <= 10.01 for line in broken)


def test_what_does_not_fit_ends_in_an_ellipsis_and_what_fits_is_whole() -> None:
    """Otherwise a cut name would look like a whole one."""
    assert wrapped("一二三四五六", 4, 1) == ("一二三…",)
    assert wrapped("一二三四五六", 4, 2) == ("一二三四", "五六")
    assert "".join(wrapped("three words here", 30, 2)) == "three words here"


def test_a_closing_bracket_does_not_begin_a_line() -> None:
    """Otherwise Chinese text would look broken."""
    assert wrapped("一二三（四）五", 5, 2) == ("一二三（", "四）五")


def test_control_characters_do_not_reach_the_drawing() -> None:
    """Otherwise a name could make the SVG unreadable as XML."""
    assert clean("a\x00b\x1b\n c\u202e") == "a�b�  c�"
