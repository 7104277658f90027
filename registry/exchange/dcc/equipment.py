"""Items and measuring equipment of a DCC, their marks, and the certificates that are cited for them.

How a certificate is named (hashType, facts of DCC 2.x and 3.x): `referral` (2.x: `reference`) is a text, `referralID` (2.x:
`referenceID`) an identifier, and laboratories use both for numbers, issuers and links alike. Both are split at lines and
separators; placeholders (`-`, `analog`) are dropped, links kept as places. What is left of the identifier is a number, of the
text only what holds a digit; the rest names the issuer. Numbers may hold blanks, slashes and dashes (`DIMCI 0496/2025`), so
those do not separate.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from registry.exchange.dcc.document import CalibratedItem, Citation, Equipment, Identification
from registry.exchange.dcc.findings import Code, Remarks, place_of
from registry.exchange.dcc.reading import (
    Element,
    child,
    children,
    contents,
    is_placeholder,
    lines_of,
    ref_types,
    said,
    text_of,
    wording,
)

T = TypeVar("T")

# What no certificate met comes near (3 items, 7 pieces of equipment with 4 numbers), and what a verdict can still look at.
MAX_ITEMS = 200
MAX_EQUIPMENT = 500
MAX_NUMBERS = 50  # Of one citation.
MAX_NUMBER = 255  # Characters of a certificate number in a record (traceability.records.Word); longer ones are prose.

_SEPARATORS = re.compile(r"[,;|，；、]|\s+(?:and|und|och|ja|et|y|和|及)\s+|\s&\s")
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|doi\.org/)\S+", re.IGNORECASE)
_SERIAL_NAME = re.compile(r"seri[ea]|série|sarjanumero|\bs\s*/\s*n\b|出厂编号|序列号|器具编号|\bnro\b", re.IGNORECASE)
_SERIAL_TERM = re.compile("serialnumber", re.IGNORECASE)
# A part's number in the name of a result: "Measurement Section (IN), S/N: 21091."
_PART_SERIAL = re.compile(r"(?:\bS/N|\bserial (?:no\.?|number)|出厂编号|序列号)\s*[:：.]?\s*([\w-]*\d[\w-]*)", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTAINERS = ("measurementResult", "results", "result", "data", "list", "quantity")


def read_items(items: Element | None) -> tuple[CalibratedItem, ...]:
    """The calibrated items, in document order, at most one more than allowed. Sub-items (DCC 3.3) are parts of their item."""
    return tuple(
        CalibratedItem(
            name=wording(child(element, "name")),
            manufacturer=wording(child(element, "manufacturer", "name")),
            model=said(child(element, "model")),
            identifications=_identifications(element),
            ref_id=element.get("id"),
            parts=tuple(mark for part in _sub_items(element) for mark in _identifications(part)),
            place=place_of(element),
        )
        for element in islice(children(items, "item"), MAX_ITEMS + 1)
    )


def read_equipment(places: Sequence[Element], remarks: Remarks) -> tuple[Equipment, ...]:
    """The measuring equipment in the places that may hold it (`containers`), in order, at most one more than is allowed."""
    found = []
    for position, element in enumerate(islice(_equipment_elements(places), MAX_EQUIPMENT + 1), start=1):
        cited = child(element, "certificate")
        citation = read_citation(cited) if cited is not None else None
        if citation is not None and citation.further:
            numbers = ", ".join(citation.further)
            remarks.add(Code.LINKED_REPORTS, element, number=", ".join(citation.numbers), numbers=numbers)
        found.append(
            Equipment(
                position=position,
                name=wording(child(element, "name")),
                manufacturer=wording(child(element, "manufacturer", "name")),
                model=said(child(element, "model")),
                identifications=_identifications(element),
                ref_types=ref_types(element),
                citation=citation,
                description=wording(child(element, "description")),
                place=place_of(element),
            )
        )
    return tuple(found)


def read_citation(element: Element) -> Citation:
    """How one certificate or report is named."""
    ids = list(_words(children(element, "referralID", "referenceID")))
    words = [word for text in children(element, "referral", "reference") for word in _words(children(text, "content"))]
    linked = (read_citation(each) for each in children(element, "linkedReport"))
    procedure = said(child(element, "procedure"))
    return Citation(
        numbers=_distinct(word for word in (*ids, *words) if _is_number(word) and (word in ids or _has_digit(word))),
        locators=_distinct(word for word in (*ids, *words) if _LINK.fullmatch(word)),
        issuer=next((word for word in words if not _LINK.fullmatch(word) and not _has_digit(word)), None),
        procedure=procedure,
        sha256=_sha256(procedure, said(child(element, "value"))),
        is_in_validity_range=boolean(child(element, "inValidityRange")),
        is_traceable=boolean(child(element, "traceable")),
        further=_distinct(number for each in linked for number in (*each.numbers, *each.further)),
    )


def part_serials(texts: Iterable[str]) -> tuple[str, ...]:
    """The serial numbers of parts that names of results mention, each once, in order."""
    return _distinct(match[1].rstrip("-") for text in texts for match in _PART_SERIAL.finditer(text))


def condition_certificates(places: Sequence[Element]) -> Iterator[tuple[Element, Citation]]:
    """The certificates named for ambient conditions (DCC 3.1), with their places."""
    for container in places:
        for condition in children(child(container, "influenceConditions"), "influenceCondition"):
            cited = child(condition, "certificate")
            if cited is not None:
                yield cited, read_citation(cited)


def containers(element: Element | None) -> Iterator[Element]:
    """An element and all below it that may hold equipment, conditions and metadata, in document order."""
    if element is not None:
        yield element
        for inner in children(element, *_CONTAINERS):
            yield from containers(inner)


def boolean(element: Element | None) -> bool | None:
    """An xs:boolean; nothing when there is none."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text_of(element) or "")


def read_identifications(element: Element | None) -> tuple[Identification, ...]:
    """The identifications below an element, each distinct one once, placeholders left out."""
    return _identifications(element) if element is not None else ()


def _identifications(element: Element) -> tuple[Identification, ...]:
    found = []
    for each in children(child(element, "identifications"), "identification"):
        value = said(child(each, "value"))
        if value is not None:
            # The name of a mark is dcc:description in 2.x and dcc:name since 3.0.
            names = next(children(each, "name", "description"), None)
            is_serial = any(map(_SERIAL_NAME.search, contents(names))) or any(map(_SERIAL_TERM.search, ref_types(each)))
            found.append(
                Identification(
                    issuer=text_of(child(each, "issuer")) or "other",
                    value=value,
                    name=wording(names),
                    ref_types=ref_types(each),
                    is_called_serial=is_serial,
                )
            )
    return _distinct(found)


def _sub_items(item: Element) -> Iterator[Element]:
    for part in children(child(item, "subItems"), "item"):
        yield part
        yield from _sub_items(part)


def _equipment_elements(places: Sequence[Element]) -> Iterator[Element]:
    for container in places:
        yield from children(child(container, "measuringEquipments"), "measuringEquipment")


def _words(texts: Iterable[Element]) -> Iterator[str]:
    for line in (line for text in texts for line in lines_of(text)):
        for word in _SEPARATORS.split(line):
            if not is_placeholder(word):
                yield word.strip()


def _is_number(word: str) -> bool:
    return len(word) <= MAX_NUMBER and not _LINK.fullmatch(word)


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _sha256(procedure: str | None, value: str | None) -> str | None:
    is_named = procedure is not None and procedure.upper().replace("-", "").replace("_", "").endswith("SHA256")
    digest = (value or "").lower()
    return digest if is_named and _SHA256.fullmatch(digest) else None


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
