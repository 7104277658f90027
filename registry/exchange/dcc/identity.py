"""Identifiers of what a DCC names: the same thing gives the same id, whatever file names it and in whatever order.

An id is a kind, a readable slug, and 64 bits of SHA-256 over what identifies the thing, normalised. It is an ASCII word that
fits a URL, a file name and a label.

* laboratory: its code and country, else its name and country;
* item: maker, model and serial number of the maker. Without a maker the serial number says little ("51"), so it counts only
  within the laboratory that uses it; so do marks of others (inventory numbers). Without any mark: its place in its document;
* certificate: laboratory, number, and item, as a document may certify several items, each a calibration event of its own;
* a certificate that is cited and not held: its number.
"""

from registry.exchange.dcc.document import Laboratory, Thing
from registry.exchange.identifiers import derived_id
from registry.spelling import compared


def key(text: str | None) -> str:
    """A text as it is compared: NFKC, all dashes alike, upper case, single blanks. Empty for nothing."""
    return compared(text or "")


def laboratory_id(laboratory: Laboratory) -> str:
    """The id of the organization that issues under this code, or else under this name."""
    if laboratory.code:
        return _identifier("lab", laboratory.code, "code", laboratory.country or "", laboratory.code)
    return _identifier("lab", laboratory.name, "name", laboratory.country or "", laboratory.name)


def thing_id(thing: Thing, laboratory: str, *place: str) -> str:
    """The id of an item or piece of equipment in a document of `laboratory` (an id); `place` is unique to where it stands."""
    serial = thing.serial
    if serial and thing.manufacturer:
        return _identifier("item", serial, "serial", thing.manufacturer, thing.model or "", serial)
    if serial:
        return _identifier("item", serial, "serial", laboratory, thing.model or "", serial)
    if thing.identifications:
        mark = thing.identifications[0]
        return _identifier("item", mark.value, "mark", laboratory, mark.issuer, mark.value)
    return _identifier("item", thing.name or "", "place", laboratory, *place)


def part_id(item: str, number: str) -> str:
    """The id of the part of an item that one of several certificates cited for it is about."""
    return _identifier("item", number, "part", item, number)


def certificate_id(laboratory: str, number: str, item: str) -> str:
    """The id of the certificate of one item; `laboratory` and `item` are ids made here."""
    return _identifier("certificate", number, laboratory, number, item)


def cited_id(number: str) -> str:
    """The id that stands for a certificate of which only the number is known."""
    return _identifier("cited", number, number)


def _identifier(kind: str, label: str, *parts: str) -> str:
    return derived_id("dcc", kind, label, *parts)
