"""How wide a text will be, without asking any font: a server often has no Chinese font, the reader's phone has one."""

import unicodedata
from itertools import accumulate

_ELLIPSIS = "…"
_NARROW = frozenset("ijlftr.,:;'|!()[]{}/ -·")
_BROAD = frozenset("mwMWQOGDNHU@%&—")
_NEVER_FIRST = frozenset("）】》」』”，。、；：！？")  # Chinese typesetting puts these at no beginning of a line.
_WIDE_CLASSES = frozenset("WFA")  # East Asian wide, full-width, and ambiguous (drawn wide by Chinese fonts), UAX #11.


def width_of(text: str) -> float:
    """The width of a text in ems of a sans-serif font, rather too large than too small."""
    return sum(_width(character) for character in text)


def wrapped(text: str, limit: float, lines: int) -> tuple[str, ...]:
    """The text in at most so many lines of at most `limit` ems; what does not fit ends in an ellipsis."""
    rest = clean(text)
    broken: list[str] = []
    while rest and len(broken) < lines:
        is_last = len(broken) == lines - 1
        taken = _fitting(rest, limit, is_last=is_last)
        broken.append(taken.strip() if not is_last or taken == rest else taken.rstrip() + _ELLIPSIS)
        rest = rest[len(taken) :]
    return tuple(line for line in broken if line)


def clean(text: str) -> str:
    """The text on one line and without characters that XML forbids."""
    return "".join(" " if character.isspace() else character if character.isprintable() else "�" for character in text).strip()


def _fitting(text: str, limit: float, *, is_last: bool) -> str:
    """The longest beginning that fits, cut at a space when there is one in its second half."""
    if width_of(text) <= limit:
        return text
    room = limit - 1 if is_last else limit
    widths = accumulate(map(_width, text))
    end = max(sum(width <= room for width in widths), 1)
    while end > 1 and text[end] in _NEVER_FIRST:
        end -= 1
    space = text.rfind(" ", end // 2, end + 1)
    return text[:end] if space < 1 else text[: space + 1] if not is_last else text[:space]


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in _WIDE_CLASSES:
        return 1.0
    if character in _NARROW:
        return 0.38
    return 0.9 if character in _BROAD else 0.74 if character.isupper() else 0.62
