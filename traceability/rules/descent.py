"""From a certificate to what it rests on: each reference on the day it was used (SEMANTICS 3.5, steps 1 to 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from traceability.known import Known
from traceability.policy import Policy
from traceability.records import Certificate, Item, Reference
from traceability.resolution import Resolution, certificate_in_force
from traceability.rules import uncertainty, validity
from traceability.verdict import Code, Finding, Severity, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One reference of a certificate, followed one step up: what was found, and what there is to say about it."""

    reference: Reference
    found: Certificate | None
    is_anchor: bool
    is_followed: bool  # Whether the reference got past step 2, so that its item is asked today too (REFERENCE_LAPSED).
    findings: tuple[Finding, ...]


def steps_up(known: Known, policy: Policy, certificate: Certificate) -> Iterator[Step]:
    """Each reference of a certificate in its order, resolved on the day of use: `calibrated_on`."""
    for reference in certificate.references:
        yield _step_up(known, policy, certificate, reference)


def anchor(policy: Policy, item: Item, day: date) -> Iterator[Finding]:
    """What is wrong with a national standard on the day it is relied on: not recognized, or not of an accepted country."""
    if not item.is_recognized(day) or item.is_retired(day):
        facts = {"day": str(day)}
        yield Finding(code=Code.ANCHOR_NOT_RECOGNIZED, severity=Severity.FAIL, subject=item.id, detail=facts)
    if not policy.accepts_anchor_of(item.country):
        severity = Severity(policy.foreign_anchor.value)
        yield Finding(code=Code.FOREIGN_ANCHOR, severity=severity, subject=item.id, detail={"country": item.country})


def _step_up(known: Known, policy: Policy, certificate: Certificate, reference: Reference) -> Step:
    day = certificate.calibrated_on
    item = known.items.get(reference.item)
    # 1. An item that is not known.
    if item is None:
        unknown = about(certificate, Code.REFERENCE_UNKNOWN, Severity.INDETERMINATE, item=reference.item)
        return _dead_end(reference, unknown)
    # 2. The certificate's own item.
    if item.id == certificate.item:
        return _dead_end(reference, about(certificate, Code.CYCLE, Severity.FAIL, item=item.id))
    # 3. A national standard: the end of the chain.
    if item.is_anchor:
        findings = tuple(anchor(policy, item, day))
        return Step(reference=reference, found=None, is_anchor=True, is_followed=True, findings=findings)
    # 4. The certificate in force on the day, and the one that the issuer names.
    resolution = certificate_in_force(known, item.id, day, reference)
    findings = (
        *_named(known, certificate, reference, resolution.found),
        # 5. What was found, on that day and for that use.
        *_found(known, policy, certificate, reference, item, resolution),
    )
    return Step(reference=reference, found=resolution.found, is_anchor=False, is_followed=True, findings=findings)


def _dead_end(reference: Reference, finding: Finding) -> Step:
    return Step(reference=reference, found=None, is_anchor=False, is_followed=False, findings=(finding,))


def _named(known: Known, certificate: Certificate, reference: Reference, found: Certificate | None) -> Iterator[Finding]:
    """NAMED_CERTIFICATE_NOT_IN_FORCE, unless the one found is the one named or a correction of it."""
    if reference.certificate is None:
        return
    if found is not None and reference.certificate in {found.id, *known.replaced_by(found)}:
        return
    facts = {"named": reference.certificate, "found": "" if found is None else found.id, "item": reference.item}
    yield about(certificate, Code.NAMED_CERTIFICATE_NOT_IN_FORCE, Severity.CONDITION, **facts)


def _found(
    known: Known, policy: Policy, certificate: Certificate, reference: Reference, item: Item, resolution: Resolution
) -> Iterator[Finding]:
    day, found = certificate.calibrated_on, resolution.found
    yield from validity.checked(known, item, resolution, day, reference)
    if found is not None:
        yield from uncertainty.growth(policy, certificate, reference, found)
