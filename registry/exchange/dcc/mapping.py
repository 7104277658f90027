"""CalibrationDocument -> records, citations and findings: what one DCC adds to the registry.

Decisions, each of which keeps the verdict honest rather than pleasing:
* A document of several items is several calibration events: one certificate per item, of the same number and references.
* A DCC has no end of validity, and none is recorded (a rendering of this registry states one: own_fields.py); a date for
  recalibration is a finding. `issued_on` without an issue date is the last day of the calibration: the certificate cannot be
  older, and a later day would raise ISSUED_LATER on a guess.
* The outcome is `fail` only when a statement on the whole document, or on the item, says exactly that.
* Calibrated items are instruments, and measurement standards as soon as a document used them as such. A national laboratory
  is an issuer like any other here: no document makes an item a national standard, and its own references must be held too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.exchange.dcc.catalogue import (
    Catalogue,
    CitedCertificate,
    HeldCertificate,
    HeldDocument,
    HeldItem,
    Link,
    Standing,
)
from registry.exchange.dcc.certifying import certificate_records, certified_by, issuer_of, organization_record
from registry.exchange.dcc.citing import citations_of
from registry.exchange.dcc.document import CalibrationDocument
from registry.exchange.dcc.doubts import held_with_other_content, remark_certificates, remark_same_serials
from registry.exchange.dcc.findings import Finding, Remarks
from registry.exchange.dcc.identity import key
from registry.exchange.dcc.linking import Finder, linked
from registry.exchange.dcc.outcome import remark_statements
from registry.exchange.dcc.own_fields import remark_not_recorded
from traceability.interchange import FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinked:
    """A document held whose links change by an import: its certificates now have exactly these references.

    `citations` are its rows with their new standing, `released` the ids of items that it no longer uses (a placeholder that
    nothing uses any more is to be hidden), `findings` what there is to say about its citations now.
    """

    document: str
    certificates: tuple[str, ...]
    links: tuple[Link, ...]
    citations: tuple[CitedCertificate, ...]
    released: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DccImport:
    """What one DCC adds, as of the catalogue that was asked.

    * `records`: a document of the records format (numbers as Decimal), for `traceability.interchange.records_from`: one
      organization, the items, one certificate per item. Items and organizations that are held come as they are to be from now
      on; those that a person registered are referred to and not repeated.
    * `cited`: every certificate that it cites, held or not; `not_held` are the gaps to show.
    * `relinked`: documents whose links change because this one has come; `held`: what later imports will ask for.
    * `conflicts`: ids of its certificates that are held already with other content. Nothing may be stored then.

    The same bytes against the same catalogue give the same import, so storing it again changes nothing.
    """

    sha256: str
    records: dict[str, Any]
    cited: tuple[CitedCertificate, ...]
    relinked: tuple[Relinked, ...]
    held: HeldDocument
    conflicts: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def not_held(self) -> tuple[CitedCertificate, ...]:
        """The certificates cited that the registry does not hold, or holds for another item."""
        return tuple(cited for cited in self.cited if cited.standing in {Standing.NOT_HELD, Standing.CONTRADICTED})


def to_records(document: CalibrationDocument, known: Catalogue) -> DccImport:
    """What a DCC adds to the registry, given what is held. Nothing is stored, and nothing but `known` is asked.

    1. Ids of laboratory, items and certificates. 2. Citations of its equipment. 3. Its links to what is held. 4. The links of
    the documents that waited for it. 5. Items as all documents tell of them. 6. Records and remarks.
    """
    issuer = issuer_of(document, known)
    certified = certified_by(document, issuer, known)
    own = tuple(each.certificate for each in certified)
    rows = list(citations_of(document, tuple(certificate.id for certificate in own), known))
    find = _finder(own, known)
    places = {equipment.position: equipment.place for equipment in document.equipment}
    links = linked((row for row, _ in rows), find, places)
    relinked = _relinked(document, find, known)
    used = {link.item for link in links.links} | {link.item for each in relinked for link in each.links}
    items = _items([each.fact for each in certified], [placeholder for _, placeholder in rows], used, known)
    shown = used | {each.fact.id for each in certified}
    conflicts = tuple(each.certificate.id for each in certified if held_with_other_content(document, each, known))
    released = {item for each in relinked for item in each.released} - used
    remarks = Remarks()
    remarks.extend(document.findings)
    remark_statements(document, remarks)
    remark_not_recorded(document, remarks)
    remark_certificates(document, certified, known, remarks)
    remarks.extend(links.findings)
    waiting = [placeholder for _, placeholder in rows if placeholder.id in used]
    remark_same_serials(certified, waiting, known, released, remarks)
    records = {
        "format": FORMAT,
        "organizations": [organization_record(document, issuer, known, remarks)] if issuer.id == issuer.derived else [],
        "items": [item.as_record() for item in items if item.id in shown],
        "certificates": certificate_records(document, certified, links.links, known, remarks),
    }
    return DccImport(
        sha256=document.sha256,
        records=records,
        cited=links.citations,
        relinked=relinked,
        held=HeldDocument(
            sha256=document.sha256,
            certificates=own,
            items=items,
            citations=links.citations,
            links=links.links,
        ),
        conflicts=conflicts,
        findings=remarks.all(),
    )


def _finder(own: Sequence[HeldCertificate], known: Catalogue) -> Finder:
    """The certificates of a number by id, those of the document itself among them."""

    def find(number: str) -> Sequence[HeldCertificate]:
        held = {certificate.id: certificate for certificate in known.certificates(number)}
        held |= {certificate.id: certificate for certificate in own if number in certificate.numbers}
        return [held[identifier] for identifier in sorted(held)]

    return find


def _relinked(document: CalibrationDocument, find: Finder, known: Catalogue) -> tuple[Relinked, ...]:
    """The documents that cite this one and whose links change by it, in the order of their digests."""
    changed = []
    citing = {held.sha256: held for number in document.numbers for held in known.citing(key(number))}
    for _, held in sorted(citing.items()):
        now = linked(held.citations, find)
        if held.sha256 != document.sha256 and (now.links, now.citations) != (held.links, held.citations):
            changed.append(
                Relinked(
                    document=held.sha256,
                    certificates=tuple(certificate.id for certificate in held.certificates),
                    links=now.links,
                    citations=now.citations,
                    released=tuple(sorted({link.item for link in held.links} - {link.item for link in now.links})),
                    findings=now.findings,
                )
            )
    return tuple(changed)


def _items(certified: list[HeldItem], placeholders: list[HeldItem], used: set[str], known: Catalogue) -> tuple[HeldItem, ...]:
    """What is now known of each item that the document tells of or that a link uses, by id, joined with what was held.

    Items that a person registered are not among them.
    """
    facts = [*certified, *placeholders, *(HeldItem(id=item, is_standard=True) for item in used)]
    joined: dict[str, HeldItem] = {}
    for fact in facts:
        joined[fact.id] = fact.joined(joined.get(fact.id) or known.item(fact.id))
    return tuple(joined[item] for item in sorted(joined) if not joined[item].is_registered)
