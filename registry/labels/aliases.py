"""Codes that others put on instruments, and the form in which they are compared.

Accepted on a scan, never issued: the maker's identification link (IEC 61406-1), a GS1 Digital Link, the code of GB/T 36377, and
the asset barcode of State Grid (Q/GDW 1205: 22 digits, whose check digit has no published rule that we could confirm).
"""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from urllib.parse import quote, urlsplit

from biip import BiipException
from biip.gs1_digital_link_uris import GS1DigitalLinkURI

from registry.labels.errors import UnreadableCodeError
from registry.spelling import compared, is_storable


class AliasScheme(StrEnum):
    """Whose code it is."""

    GS1_DIGITAL_LINK = "gs1_digital_link"
    IEC_61406 = "iec_61406"
    STATE_GRID = "state_grid"
    GB_T_36377 = "gb_t_36377"


LONGEST = 255  # IEC 61406-1: characters of an identification link.

_LINK = re.compile(r"[!#$&'()*+0-9:;@A-Z\[\]_,\-./a-z=?~%]+\Z")  # IEC 61406-1, table A.1, and %, which real links hold.
_GRID = re.compile(r"[0-9]{22}\Z", re.ASCII)
_NATIONAL = re.compile(r"[0-9A-Z][0-9A-Z.\-/:]{7,63}\Z", re.ASCII)
# Which application identifiers together name one thing, not a type or a batch (GS1 General Specifications, 3).
_INDIVIDUALS = (("01", "21"), ("8004",), ("8003",))


def alias_key(scheme: AliasScheme, text: str) -> str:
    """The code as compared; UnreadableCodeError when it has not the form of its scheme."""
    key = _KEYS[scheme](text.strip()) if is_storable(text) and len(text) <= LONGEST else None
    if key is None:
        raise UnreadableCodeError(f"{text[:80]!r} is no code of {scheme}", f"{text[:80]!r} 不符合 {scheme} 的形式")
    return key


def possible_keys(text: str) -> Iterator[tuple[AliasScheme, str]]:
    """All that a scanned or typed text may be, in the order in which it is looked up."""
    for scheme in AliasScheme:
        try:
            yield scheme, alias_key(scheme, text)
        except UnreadableCodeError:
            continue


def _gs1_key(text: str) -> str | None:
    """The identifiers of an individual, whatever host resolves them and whatever else the link says."""
    try:
        elements = GS1DigitalLinkURI.parse(text).element_strings
    except (BiipException, ValueError):
        return None
    values = {element.ai.ai: element.value for element in elements}
    for identifiers in _INDIVIDUALS:
        if all(identifier in values for identifier in identifiers):
            return "/".join(f"{identifier}/{quote(values[identifier], safe='')}" for identifier in identifiers)
    return None


def _iec_key(text: str) -> str | None:
    """The link as it is, but for the case of scheme and host, which have none (RFC 3986, 6.2.2.1)."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or not _LINK.match(text):
        return None
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _grid_key(text: str) -> str | None:
    plain = compared(text).replace(" ", "")
    return plain if _GRID.match(plain) else None


def _national_key(text: str) -> str | None:
    plain = compared(text).replace(" ", "")
    return plain if _NATIONAL.match(plain) and any(map(str.isdigit, plain)) and "://" not in plain else None


_KEYS: dict[AliasScheme, Callable[[str], str | None]] = {
    AliasScheme.GS1_DIGITAL_LINK: _gs1_key,
    AliasScheme.IEC_61406: _iec_key,
    AliasScheme.STATE_GRID: _grid_key,
    AliasScheme.GB_T_36377: _national_key,
}
