"""Reading a DCC tree by local names: children, texts, dates and numbers, with their places.

Names of elements are taken without their prefix, but only from the namespaces of DCC and D-SI: what another namespace calls
`uniqueIdentifier` is not ours. Comments and processing instructions do not exist for the reader, and never cut a text short.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from lxml import etree

from traceability.quantities import MAX_DIGITS

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml's public factory returns it, its stubs call it so.

DCC_NAMESPACE = "https://ptb.de/dcc"
# D-SI as imported by DCC 2.1.1 to 3.3, by DCC 2.1.0, and by the SmartCom edition of DCC 2.1.1.
_NAMESPACES = {
    DCC_NAMESPACE,
    "https://ptb.de/si",
    "https://ptb.de/si/smartcom/d-si/v1_0_1",
    "https://intranet.ptb.de/fileadmin/dokumente/intranet/abteilungen/abteilung_1/Digitaler_Kalibrierschein/SI",
}
_LANGUAGES = ("zh", "en")  # The readers' languages, best first; then whatever the certificate has first.
_PLACEHOLDERS = {"", "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}", "/", "n/a", "na", "none", "analog", "analogue"}
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)  # xs:date may carry an offset, which a civil day drops.
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d{1,4})?", re.ASCII)  # D-SI decimalType; NaN is none.


def local_name(element: Element) -> str:
    """The name without namespace; empty for what is not of DCC or D-SI (foreign extensions)."""
    namespace, _, name = str(element.tag).removeprefix("{").rpartition("}")
    return name if namespace in _NAMESPACES else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The direct children of these names, in document order; none of an element that is not there."""
    if element is not None:
        yield from (found for found in element.iterchildren(*map("{{*}}{}".format, names)) if local_name(found))


def child(element: Element | None, *path: str) -> Element | None:
    """The first element along a path of names, or nothing."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text_of(element: Element | None) -> str | None:
    """All text of an element, NFC, with single blanks; nothing when it is empty.

    The whole text, also after a comment: what canonicalization (and so a signature) sees is what is read here.
    """
    if element is None:
        return None
    text = " ".join(unicodedata.normalize("NFC", "".join(element.itertext())).split())
    return text or None


def said(element: Element | None) -> str | None:
    """The text of an element, unless it is a placeholder such as `-` or `n/a`."""
    text = text_of(element)
    return None if text is None or is_placeholder(text) else text


def is_placeholder(text: str) -> bool:
    """Whether a text only fills a mandatory field: dashes, `n/a`, `analog` (good practice for a paper certificate)."""
    return text.strip().lower() in _PLACEHOLDERS


def lines_of(element: Element | None) -> tuple[str, ...]:
    """The lines of an element's text, NFC, with single blanks; empty ones left out."""
    lines = "".join(element.itertext()).splitlines() if element is not None else []
    plain = (" ".join(unicodedata.normalize("NFC", line).split()) for line in lines)
    return tuple(line for line in plain if line)


def contents(element: Element | None) -> tuple[str, ...]:
    """What a text says in all its languages, in document order, placeholders left out."""
    found = (said(content) for content in children(element, "content"))
    return tuple(text for text in found if text is not None)


def wording(element: Element | None) -> str | None:
    """What a text says in the best language for our readers: Chinese, English, else its first."""
    by_language: dict[str, str] = {}
    for content in children(element, "content"):
        text = said(content)
        if text is not None:
            by_language.setdefault(content.get("lang", ""), text)
            by_language.setdefault("first", text)
    for language in (*_LANGUAGES, "first"):
        if language in by_language:
            return by_language[language]
    return None


def ref_types(element: Element) -> tuple[str, ...]:
    """The terms of the `refType` attribute: a list since DCC 3.1, one term before."""
    return tuple(element.get("refType", "").split())


def ref_ids(element: Element) -> frozenset[str]:
    """The ids that an element refers to (`refId`)."""
    return frozenset(element.get("refId", "").split())


def date_from(text: str) -> date | None:
    """The civil day of an xs:date; nothing when it is none."""
    match = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def number_from(text: str) -> Decimal | None:
    """The exact number of a D-SI decimal; nothing when it is none (also NaN) or has more digits than a record may hold."""
    if len(text) > 2 * MAX_DIGITS or not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern admits only what Decimal reads.
        return None
    if len(number.as_tuple().digits) > MAX_DIGITS or (number and not -MAX_DIGITS < number.adjusted() < MAX_DIGITS):
        return None
    return number or number.copy_abs()  # A rounded -0.00 is zero.


def path_of(element: Element) -> str:
    """The XPath of an element, with the prefixes of its file."""
    return element.getroottree().getpath(element)


def line_of(element: Element) -> int | None:
    """The line of an element in the file, counted from 1."""
    return element.sourceline
