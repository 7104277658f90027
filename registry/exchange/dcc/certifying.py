"""The certificates of a document in the records format: one for each item that it calibrates."""

from dataclasses import dataclass
from typing import Any

from registry.exchange.dcc.catalogue import Catalogue, HeldCertificate, HeldItem, Link
from registry.exchange.dcc.citing import display_name, marks_of, serial_of
from registry.exchange.dcc.document import MAKER, CalibratedItem, CalibrationDocument
from registry.exchange.dcc.findings import Code, Remarks
from registry.exchange.dcc.identity import certificate_id, key, laboratory_id, thing_id
from registry.exchange.dcc.outcome import failed_items
from registry.exchange.dcc.own_fields import own_fields
from registry.exchange.dcc.splitting import split_results

MAX_NAME = 2000  # Characters of a name in a record (traceability.records.Text).


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The laboratory of a document: the id derived from what it is called, and the one under which it is recorded."""

    derived: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """One item of a document and the certificate it gets; `index` is its place among the items, from 0."""

    index: int
    item: CalibratedItem
    derived: str
    fact: HeldItem
    certificate: HeldCertificate


def issuer_of(document: CalibrationDocument, known: Catalogue) -> Issuer:
    """The issuer of a document."""
    derived = laboratory_id(document.laboratory)
    return Issuer(derived=derived, id=known.assigned(derived) or derived)


def certified_by(document: CalibrationDocument, issuer: Issuer, known: Catalogue) -> tuple[Certified, ...]:
    """The items that a document calibrates, each distinct one once, in its order."""
    found: dict[str, Certified] = {}
    parts = frozenset(map(key, document.part_serials))
    for index, item in enumerate(document.items):
        derived = thing_id(item, issuer.derived, document.number, "item", str(index))
        fact = HeldItem(
            id=known.assigned(derived) or derived, is_certified=True, name=display_name(item), serial=serial_of(item)
        )
        certificate = HeldCertificate(
            id=certificate_id(issuer.derived, document.number, derived),
            numbers=frozenset(map(key, document.numbers)),
            issuer=issuer.id,
            item=fact.id,
            serials=frozenset(marks_of(item, MAKER)),
            marks=frozenset(marks_of(item)),
            parts=parts | {key(part.value) for part in item.parts},
            sha256=document.sha256,
        )
        found.setdefault(derived, Certified(index=index, item=item, derived=derived, fact=fact, certificate=certificate))
    return tuple(found.values())


def organization_record(document: CalibrationDocument, issuer: Issuer, known: Catalogue, remarks: Remarks) -> dict[str, Any]:
    """The laboratory in the records format. Of two names for one code the first by code point stays, whichever came first."""
    name = document.laboratory.name[:MAX_NAME]
    held = known.organization_name(issuer.id)
    if held is not None and held != name:
        remarks.add(Code.LABORATORY_NAME_DIFFERS, held=held, name=name)
    record = {"id": issuer.id, "name": min(name, held or name), "kind": "calibration_laboratory"}
    country = document.laboratory.country
    return record | ({"country": country} if country else {})


def certificate_records(
    document: CalibrationDocument,
    certified: tuple[Certified, ...],
    links: tuple[Link, ...],
    known: Catalogue,
    remarks: Remarks,
) -> list[dict[str, Any]]:
    """The certificates of a document in the records format, in the order of its items."""
    results = split_results(document, remarks)
    failed, stated = failed_items(document), own_fields(document)
    references = [link.as_reference() for link in links]
    records = []
    for each in certified:
        record: dict[str, Any] = {
            "id": each.certificate.id,
            "number": document.number,
            "kind": "calibration",
            "issuer": each.certificate.issuer,
            "item": each.fact.id,
            "calibrated_on": document.calibrated_on.isoformat(),
            "issued_on": (document.issued_on or document.calibrated_on).isoformat(),
            "results": results[each.index],
            "references": references,
        } | stated
        optional = {
            "serial": serial_of(each.item),
            "outcome": "fail" if each.index in failed else stated.get("outcome"),
            "adjusted": document.was_adjusted or None,
            "replaces": _replaced_id(document, each, known, remarks),
        }
        records.append(record | {name: value for name, value in optional.items() if value is not None})
    return records


def _replaced_id(document: CalibrationDocument, each: Certified, known: Catalogue, remarks: Remarks) -> str | None:
    """The id of the certificate of the same item that this one replaces, held or not; of another item it cannot replace any."""
    if document.replaced is None:
        return None
    number = document.replaced.number
    if key(number) == key(document.number):
        remarks.add(Code.REPLACES_ITSELF, number=number)
        return None
    held = [other for other in known.certificates(key(number)) if other.issuer == each.certificate.issuer]
    same_item = sorted(other.id for other in held if other.item == each.fact.id)
    if held and not same_item:
        others = ", ".join(sorted({other.item for other in held}))
        remarks.add(Code.REPLACED_NOT_OF_THIS_ITEM, each.item.place, number=number, item=others)
    laboratory = laboratory_id(document.laboratory)
    return same_item[0] if same_item else certificate_id(laboratory, number, each.derived)
