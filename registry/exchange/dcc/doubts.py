"""What a reader should know about the certificates of an import and how they fit what is held."""

from collections.abc import Iterable

from registry.exchange.dcc.catalogue import Catalogue, HeldCertificate, HeldItem
from registry.exchange.dcc.certifying import Certified
from registry.exchange.dcc.document import CalibrationDocument
from registry.exchange.dcc.findings import DOCUMENT, Code, Place, Remarks
from registry.exchange.dcc.identity import key

_SHOWN = 5  # Items named in one finding.


def remark_certificates(
    document: CalibrationDocument, certified: Iterable[Certified], known: Catalogue, remarks: Remarks
) -> None:
    """Dates, items and equipment that are not as a reader would expect, and contents that contradict those held."""
    if document.issued_on is None:
        remarks.add(Code.ISSUE_DATE_MISSING, on=document.calibrated_on)
    if not document.equipment:
        remarks.add(Code.NO_EQUIPMENT)
    for each in certified:
        if not (each.item.serial and each.item.manufacturer):
            remarks.add(Code.ITEM_WITHOUT_SERIAL, each.item.place, name=each.fact.name)
        for held in held_with_other_content(document, each, known):
            remarks.add(Code.HELD_WITH_OTHER_CONTENT, number=document.number, sha256=held.sha256 or "-")


def held_with_other_content(document: CalibrationDocument, each: Certified, known: Catalogue) -> list[HeldCertificate]:
    """The certificates held under the id of this one that did not come with the same bytes."""
    held = known.certificates(key(document.number))
    return [other for other in held if other.id == each.certificate.id and other.sha256 != document.sha256]


def remark_same_serials(
    certified: Iterable[Certified], waiting: Iterable[HeldItem], known: Catalogue, released: set[str], remarks: Remarks
) -> None:
    """Other items held with the serial number of an item, or of equipment that stays a placeholder.

    Only a person can tell whether they are the same thing. Placeholders that this import resolves are not worth a word.
    """
    places: dict[HeldItem, Place] = dict.fromkeys(waiting, DOCUMENT) | {each.fact: each.item.place for each in certified}
    for fact, place in places.items():
        others = set(known.items_marked(key(fact.serial))) - {fact.id} - released if fact.serial else set()
        if others:
            remarks.add(Code.SAME_SERIAL, place, serial=fact.serial, items=", ".join(sorted(others)[:_SHOWN]))
