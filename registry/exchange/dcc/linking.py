"""Citations -> links: which certificate, if any, each piece of equipment of a document rests on.

For equipment that cites the number N:
1. No certificate of number N is held: a link to the placeholder, naming N. The verdict says NO_CERTIFICATE.
2. A certificate held whose item has one of the equipment's marks (serial, inventory number), or names one as its part: a link
   (to each; a document may certify scale and piston apart, and equipment may be both). A serial number that none of them knows
   is a finding: two marks that agree outweigh a slip of the pen in a third, but a person should look.
3. A certificate held that cannot be compared, as one side states no serial number: a link, with a warning, as nothing but the
   number speaks for it. Inventory numbers can agree but not contradict: each house writes its own.
4. A certificate held for another serial number: the link is *not* followed. The number is what the issuer names, but a
   certificate of another thing is no evidence for this one (as ID_MISMATCH is a failure in a verdict): as 1, with a warning.
Equipment without a number is linked as the item it is: if that item has certificates of its own, they count.

Certificates that arrive later only replace the placeholder or add links, so no order of arrival matters.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from registry.exchange.dcc.catalogue import CitedCertificate, HeldCertificate, Link, Standing
from registry.exchange.dcc.findings import DOCUMENT, Code, Finding, Place, finding
from registry.exchange.dcc.identity import cited_id, key

Finder = Callable[[str], Sequence[HeldCertificate]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The links of one document, each once, sorted; its citations with their standing; and what was remarked."""

    links: tuple[Link, ...]
    citations: tuple[CitedCertificate, ...]
    findings: tuple[Finding, ...]


def linked(citations: Iterable[CitedCertificate], find: Finder, places: Mapping[int, Place] | None = None) -> Linked:
    """The links of all citations of one document; `find` gives the certificates held of a normalised number.

    `places` are those of the equipment by position, for the findings.
    """
    held = tuple(citations)
    numbers_at = Counter(citation.position for citation in held)
    links: set[Link] = set()
    standings = []
    findings: list[Finding] = []
    for citation in held:
        found = find(key(citation.number)) if citation.number is not None else ()
        followed = _followed(citation, found)
        place = (places or {}).get(citation.position, DOCUMENT)
        links |= {Link(item=each.item, certificate=each.id) for each in followed} or {_placeholder(citation)}
        standing = _standing(citation, found, followed)
        standings.append(replace(citation, standing=standing))
        if standing is Standing.HELD:
            findings += _remarks(citation, found, followed, place, is_only_number=numbers_at[citation.position] == 1)
        else:
            findings.append(_missing(citation, found, standing, place))
    return Linked(links=tuple(sorted(links)), citations=tuple(standings), findings=tuple(findings))


def _followed(citation: CitedCertificate, found: Sequence[HeldCertificate]) -> list[HeldCertificate]:
    return [each for each in found if _agrees(citation, each) or not (citation.serials and each.serials)]


def _agrees(citation: CitedCertificate, held: HeldCertificate) -> bool:
    return not (held.marks | held.parts).isdisjoint(citation.marks)


def _placeholder(citation: CitedCertificate) -> Link:
    return Link(item=citation.item, certificate="" if citation.number is None else cited_id(citation.number))


def _standing(citation: CitedCertificate, found: Sequence[HeldCertificate], followed: list[HeldCertificate]) -> Standing:
    if citation.number is None:
        return Standing.UNCITED
    if followed:
        return Standing.HELD
    return Standing.CONTRADICTED if found else Standing.NOT_HELD


def _missing(citation: CitedCertificate, found: Sequence[HeldCertificate], standing: Standing, place: Place) -> Finding:
    if standing is Standing.UNCITED:
        return finding(Code.NO_CERTIFICATE_CITED, place, name=citation.name)
    if standing is Standing.NOT_HELD:
        return finding(Code.CITED_NOT_HELD, place, number=citation.number, name=citation.name)
    facts = {"number": citation.number, "named": ", ".join(citation.serials), "found": _serials_of(found)}
    return finding(Code.SERIAL_CONTRADICTION, place, **facts)


def _remarks(
    citation: CitedCertificate,
    found: Sequence[HeldCertificate],
    followed: list[HeldCertificate],
    place: Place,
    *,
    is_only_number: bool,
) -> list[Finding]:
    """What is worth saying about a link that is followed."""
    remarks = []
    marks = frozenset(citation.marks)
    facts = {"number": citation.number, "name": citation.name, "found": _serials_of(found)}
    agreeing = [each for each in followed if _agrees(citation, each)]
    if not agreeing:
        remarks.append(finding(Code.LINKED_BY_NUMBER_ONLY, place, **facts))
    elif all(marks.isdisjoint(each.marks) for each in agreeing):
        parts = marks & frozenset().union(*(each.parts for each in agreeing))
        remarks.append(finding(Code.PART_OF_CITED_ITEM, place, named=", ".join(sorted(parts)), **facts))
    unknown = frozenset(citation.serials).difference(*(each.marks | each.parts for each in found))
    # Several numbers for one piece of equipment certify its parts: none of them needs to know every mark.
    if unknown and agreeing and is_only_number:
        remarks.append(finding(Code.IDENTIFICATION_NOT_IN_CITED, place, named=", ".join(sorted(unknown)), **facts))
    issuers = sorted({each.issuer for each in followed})
    if len(issuers) > 1:
        remarks.append(finding(Code.SEVERAL_ISSUERS, place, issuers=", ".join(issuers), **facts))
    digests = {each.sha256 for each in followed}
    if citation.sha256 is not None and citation.sha256 not in digests and None not in digests:
        remarks.append(finding(Code.HASH_DIFFERS, place, **facts))
    return remarks


def _serials_of(found: Sequence[HeldCertificate]) -> str:
    return ", ".join(sorted({serial for each in found for serial in each.serials})) or "-"
