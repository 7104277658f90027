"""Texts as they are compared, as people write numbers in many ways, and as a database can hold them."""

import re
import unicodedata

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL holds no zero character, UTF-8 no half of a pair.
_DASHES = re.compile("[\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}]")


def compared(text: str) -> str:
    """The text in NFKC, with one kind of dash, in upper case and with single blanks; empty for a blank one."""
    plain = text if text.isascii() else _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return " ".join(plain.upper().split())


def is_storable(text: str) -> bool:
    """Whether a database can hold the text; nothing is stored under one that it cannot."""
    return not _UNSTORABLE.search(text)


def storable(text: str) -> str:
    """The text with a replacement character for each that a database cannot hold, as in a file name of another encoding."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
