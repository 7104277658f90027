"""The equipment of a document as citations: one row per certificate number, with a placeholder for while it is not held."""

from collections.abc import Iterator
from dataclasses import replace

from registry.exchange.dcc.catalogue import Catalogue, CitedCertificate, HeldItem
from registry.exchange.dcc.document import MAKER, CalibrationDocument, Citation, Equipment, Thing
from registry.exchange.dcc.identity import key, laboratory_id, part_id, thing_id

MAX_WORD = 255  # Characters of a serial number in a record (traceability.records.Word); names are cut to the same length.


def citations_of(
    document: CalibrationDocument, certificate_ids: tuple[str, ...], catalogue: Catalogue
) -> Iterator[tuple[CitedCertificate, HeldItem]]:
    """The citations of a document in its order, each with its placeholder item.

    One number or none: the placeholder is the equipment itself. Several: each number certifies a part of it (balance, piston,
    weights), so each has a placeholder of its own, and all of them have to be held.
    """
    for equipment in document.equipment:
        citation = equipment.citation or Citation()
        derived = equipment_id(document, equipment)
        for number in citation.numbers or (None,):
            is_part = number is not None and len(citation.numbers) > 1
            item = part_id(derived, number) if is_part and number is not None else derived
            name = display_name(equipment)
            placeholder = HeldItem(
                id=catalogue.assigned(item) or item,
                is_standard=True,
                name=f"{name} [{number}]" if is_part else name,
                serial=None if is_part else serial_of(equipment),
            )
            row = _row(document, equipment, number, placeholder)
            yield replace(row, cited_by=certificate_ids), placeholder


def equipment_id(document: CalibrationDocument, equipment: Equipment) -> str:
    """The derived id of a piece of equipment. Without any mark it is known by the certificates cited for it, or its place."""
    numbers = equipment.citation.numbers if equipment.citation is not None else ()
    place = ("cited", *numbers) if numbers else (document.number, "equipment", str(equipment.position))
    return thing_id(equipment, laboratory_id(document.laboratory), *place)


def display_name(thing: Thing) -> str:
    """A name with maker and model, as far as they are known: `Pressure controller (Ruska 7250xi)`."""
    origin = " ".join(part for part in (thing.manufacturer, thing.model) if part)
    name = thing.name or origin or "unnamed"
    return (f"{name} ({origin})" if origin and origin != name else name)[:MAX_WORD]


def serial_of(thing: Thing) -> str | None:
    """The serial number as a record holds it."""
    return thing.serial[:MAX_WORD] if thing.serial else None


def marks_of(thing: Thing, issuer: str | None = None) -> tuple[str, ...]:
    """The marks of a thing as they are compared, each once, in document order; only those of an issuer, when one is named."""
    marks = (mark for mark in thing.identifications if issuer in {None, mark.issuer})
    return tuple(dict.fromkeys(key(mark.value) for mark in marks))


def _row(document: CalibrationDocument, equipment: Equipment, number: str | None, placeholder: HeldItem) -> CitedCertificate:
    citation = equipment.citation or Citation()
    return CitedCertificate(
        document=document.sha256,
        cited_by=(),
        position=equipment.position,
        number=number,
        item=placeholder.id,
        name=placeholder.name or "",
        serials=marks_of(equipment, MAKER),
        marks=marks_of(equipment),
        issuer=citation.issuer,
        locator=next(iter(citation.locators), None),
        procedure=citation.procedure,
        sha256=citation.sha256,
    )
