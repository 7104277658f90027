"""Numbers of certificates and serial numbers as they are compared: people write them in many ways."""

import re
import unicodedata

_DASHES = re.compile("[\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}]")


def compared(text: str) -> str:
    """The text in NFKC, with one kind of dash, in upper case and with single blanks; empty for a blank one."""
    plain = text if text.isascii() else _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return " ".join(plain.upper().split())
