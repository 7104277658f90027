"""A policy as small tables of whole numbers: what each class of certificates shows, and how severe the rest is."""

from typing import NamedTuple

import numpy as np

from traceability.fleet import shapes
from traceability.fleet.codes import offsets_of
from traceability.fleet.columns import SPAN, Array, Capability, Dictionaries, Fleet, frozen, records
from traceability.policy import Consequence, Policy, ReferenceValidity
from traceability.records import CertificateKind, Outcome
from traceability.rules import uncertainty, validity
from traceability.verdict import SEVERITIES, Code, Severity

CODES = tuple(Code)
SHOWN = np.dtype([("code", np.int8), ("severity", np.int8)], align=True)
_GRADE = {severity: len(SEVERITIES) - 1 - rank for rank, severity in enumerate(SEVERITIES)}  # 0 for a note, 3 for fail.


class Rules(NamedTuple):
    """What the kernel asks of a policy. Severities are 1 to 3; 0: no finding comes of it."""

    classes: Array  # The places in `shown` of what a class shows by itself.
    shown: Array
    accepts_country: Array
    foreign_anchor: int
    growth: int
    is_in_force: bool
    limit: int

    @classmethod
    def under(cls, policy: Policy, countries: tuple[str, ...], classes: Array, shown: Array) -> "Rules":
        """The rules of a policy, with what classes show by themselves."""
        return cls(
            classes=frozen(classes),
            shown=frozen(shown),
            accepts_country=np.array([policy.accepts_anchor_of(country) for country in countries], np.bool_),
            foreign_anchor=_grade_of(policy.foreign_anchor),
            growth=_grade_of(policy.uncertainty_growth),
            is_in_force=policy.reference_validity is ReferenceValidity.IN_FORCE,
            limit=policy.max_chain_length,
        )


def rules_of(fleet: Fleet, policy: Policy) -> Rules:
    """The policy for the certificates of a fleet; kept with the fleet, as every question under it needs the same."""
    key = ("rules", policy)
    if key not in fleet.memory:
        fleet.memory[key] = _rules(fleet.dictionaries, policy)
    rules: Rules = fleet.memory[key]
    return rules


def _rules(dictionaries: Dictionaries, policy: Policy) -> Rules:
    shown = {word: _shown(dictionaries, policy, *word) for word in {each[:3] for each in dictionaries.classes}}
    able = {
        word: _able(dictionaries.competences[word[1]], policy, word[0]) for word in {(c[0], c[3]) for c in dictionaries.classes}
    }
    by_class = [
        [] if outcome is Outcome.FAIL else [*shown[kind, outcome, shape], *able[kind, capability]]
        for kind, outcome, shape, capability in dictionaries.classes
    ]
    offset = offsets_of(np.array([len(each) for each in by_class], np.int64))
    return Rules.under(
        policy,
        dictionaries.countries,
        classes=records(SPAN, len(by_class), first=offset[:-1], last=offset[1:]),
        shown=records(
            SHOWN,
            int(offset[-1]),
            code=[CODES.index(code) for each in by_class for code, _ in each],
            severity=[grade for each in by_class for _, grade in each],
        ),
    )


def _grade_of(consequence: Consequence) -> int:
    return 0 if consequence is Consequence.IGNORE else _GRADE[Severity(consequence.value)]


def _shown(
    dictionaries: Dictionaries, policy: Policy, kind: CertificateKind, outcome: Outcome, shape: int
) -> list[tuple[Code, int]]:
    """What the results of a certificate show by themselves, each code once; references are the kernel's."""
    certificate = shapes.template(dictionaries.shapes[shape], kind, outcome)
    findings = [*validity.whatever_the_day(certificate), *uncertainty.of_results(policy, certificate)]
    worst: dict[Code, int] = {}
    for finding in findings:
        grade = _GRADE[finding.severity]
        if grade > 0 and finding.code is not Code.NO_REFERENCES:
            worst[finding.code] = max(grade, worst.get(finding.code, 0))
    return list(worst.items())


def _able(capability: Capability, policy: Policy, kind: CertificateKind) -> list[tuple[Code, int]]:
    """What the issuer's competence comes to under the policy (competence.of_issuer)."""
    grade = _grade_of(policy.competence)
    if grade == 0:
        return []
    accepted = shapes.scheme_bits(policy.schemes.accepted_for(kind))
    if capability.present & accepted == 0:
        return [(Code.NO_COMPETENCE, grade)]
    found = []
    if any(covering & accepted == 0 for covering in capability.covering):
        found.append((Code.OUT_OF_SCOPE, grade))
    pairs = zip(capability.covering, capability.not_better, strict=True)
    if any(covering & accepted and not not_better & accepted for covering, not_better in pairs):
        found.append((Code.UNCERTAINTY_BELOW_CMC, grade))
    return found
