"""Findings as bits: one bit for each code and severity, so that a union is an `or` and the status a comparison.

Under one policy every code has one severity, except WITHDRAWN (fail where nothing else governs, condition where another
certificate does) and ACCURACY_RATIO (three, JJF 1094-2002): these have a bit for each. 40 bits in an int64.
"""

from typing import NamedTuple

from traceability.fleet.compiled import compiled
from traceability.policy import Consequence, Policy, ReferenceValidity
from traceability.verdict import Code, Severity, Status

_CODES = tuple(Code)
BIT = {code: 1 << place for place, code in enumerate(_CODES)}

WITHDRAWN = BIT[Code.WITHDRAWN]
QUANTITY_MISMATCH = BIT[Code.QUANTITY_MISMATCH]
NO_CERTIFICATE = BIT[Code.NO_CERTIFICATE]
FAILED = BIT[Code.FAILED]
ID_MISMATCH = BIT[Code.ID_MISMATCH]
DATE_ORDER = BIT[Code.DATE_ORDER]
RETIRED = BIT[Code.RETIRED]
EVENT_AFTER_CALIBRATION = BIT[Code.EVENT_AFTER_CALIBRATION]
EXPIRED = BIT[Code.EXPIRED]
NO_INTERVAL = BIT[Code.NO_INTERVAL]
INTERVAL_COMPUTED = BIT[Code.INTERVAL_COMPUTED]
OUT_OF_RANGE = BIT[Code.OUT_OF_RANGE]
LIMITED = BIT[Code.LIMITED]
ISSUED_LATER = BIT[Code.ISSUED_LATER]
SUSPECT = BIT[Code.SUSPECT]
NO_RESULTS = BIT[Code.NO_RESULTS]
NO_REFERENCES = BIT[Code.NO_REFERENCES]
REFERENCE_UNKNOWN = BIT[Code.REFERENCE_UNKNOWN]
CYCLE = BIT[Code.CYCLE]
ANCHOR_NOT_RECOGNIZED = BIT[Code.ANCHOR_NOT_RECOGNIZED]
FOREIGN_ANCHOR = BIT[Code.FOREIGN_ANCHOR]
NAMED_CERTIFICATE_NOT_IN_FORCE = BIT[Code.NAMED_CERTIFICATE_NOT_IN_FORCE]
ITEM_REVISITED = BIT[Code.ITEM_REVISITED]
CHAIN_TOO_LONG = BIT[Code.CHAIN_TOO_LONG]
REFERENCE_LAPSED = BIT[Code.REFERENCE_LAPSED]
NO_COMPETENCE = BIT[Code.NO_COMPETENCE]
OUT_OF_SCOPE = BIT[Code.OUT_OF_SCOPE]
UNCERTAINTY_BELOW_CMC = BIT[Code.UNCERTAINTY_BELOW_CMC]
UNCERTAINTY_NOT_INCREASING = BIT[Code.UNCERTAINTY_NOT_INCREASING]
UNCERTAINTY_EQUAL = BIT[Code.UNCERTAINTY_EQUAL]
NOT_COMPARED = BIT[Code.NOT_COMPARED]
BRANCH_MISSING = BIT[Code.BRANCH_MISSING]
INSTALLATION_OVERLAP = BIT[Code.INSTALLATION_OVERLAP]

# WITHDRAWN and ACCURACY_RATIO proper are the worst severity, `fail`; these are the milder ones.
WITHDRAWN_BUT_FOLLOWED = 1 << len(_CODES)
ACCURACY_UNDECIDED = 1 << (len(_CODES) + 1)
ACCURACY_UNPROVEN = 1 << (len(_CODES) + 2)

_MILDER = {
    (Code.WITHDRAWN, Severity.CONDITION): WITHDRAWN_BUT_FOLLOWED,
    (Code.ACCURACY_RATIO, Severity.INDETERMINATE): ACCURACY_UNDECIDED,
    (Code.ACCURACY_RATIO, Severity.CONDITION): ACCURACY_UNPROVEN,
}
_MILDER_CODES = {bit: code for (code, _), bit in _MILDER.items()}

# What the codes mean where the policy has no say (SEMANTICS 3.3 to 3.8).
_FIXED = {
    Severity.INDETERMINATE: (
        Code.NO_INTERVAL,
        Code.SUSPECT,
        Code.REFERENCE_UNKNOWN,
        Code.CHAIN_TOO_LONG,
        Code.NO_COVERAGE_FACTOR,
        Code.INSTALLATION_OVERLAP,
    ),
    Severity.CONDITION: (
        Code.LIMITED,
        Code.ISSUED_LATER,
        Code.NO_RESULTS,
        Code.NAMED_CERTIFICATE_NOT_IN_FORCE,
        Code.ITEM_REVISITED,
        Code.NO_UNCERTAINTY,
    ),
    Severity.NOTE: (Code.INTERVAL_COMPUTED, Code.UNCERTAINTY_EQUAL, Code.NOT_COMPARED),
}
_SEVERITY = {code: severity for severity, codes in _FIXED.items() for code in codes}

STATUSES = (Status.TRACEABLE, Status.CONDITIONAL, Status.INDETERMINATE, Status.NOT_TRACEABLE)  # By number, as columns hold it.


class Masks(NamedTuple):
    """The bits of each severity under a policy."""

    fail: int
    indeterminate: int
    condition: int


def bit_of(code: Code, severity: Severity) -> int:
    """The bit of a finding."""
    return _MILDER.get((code, severity), BIT[code])


def masks_of(policy: Policy) -> Masks:
    """The bits of each severity, as the policy has them."""
    masks = {severity: 0 for severity in Severity}
    for code, bit in BIT.items():
        masks[_severity(policy, code)] |= bit
    for (_, severity), bit in _MILDER.items():
        masks[severity] |= bit
    return Masks(masks[Severity.FAIL], masks[Severity.INDETERMINATE], masks[Severity.CONDITION])


def codes_of(bits: int, masks: Masks) -> frozenset[Code]:
    """The codes among the bits of severity condition or worse."""
    shown = bits & (masks.fail | masks.indeterminate | masks.condition)
    return frozenset(code for code, bit in BIT.items() if shown & bit) | {
        code for bit, code in _MILDER_CODES.items() if shown & bit
    }


@compiled
def severity_of(masks: Masks, bits: int) -> int:
    """The worst severity among the bits as the number of the status: 3 fail, 2 indeterminate, 1 condition, 0 nothing."""
    if bits & masks.fail:
        return 3
    if bits & masks.indeterminate:
        return 2
    if bits & masks.condition:
        return 1
    return 0


def _severity(policy: Policy, code: Code) -> Severity:
    """What a code means under a policy; IGNORE is never met, as nothing is found then."""
    match code:
        case Code.FOREIGN_ANCHOR:
            return _of(policy.foreign_anchor)
        case Code.NO_COMPETENCE | Code.OUT_OF_SCOPE | Code.UNCERTAINTY_BELOW_CMC:
            return _of(policy.competence)
        case Code.UNCERTAINTY_NOT_INCREASING:
            return _of(policy.uncertainty_growth)
        case Code.REFERENCE_LAPSED:
            return Severity.FAIL if policy.reference_validity is ReferenceValidity.IN_FORCE else Severity.NOTE
        case _:
            return _SEVERITY.get(code, Severity.FAIL)


def _of(consequence: Consequence) -> Severity:
    return Severity.NOTE if consequence is Consequence.IGNORE else Severity(consequence.value)
