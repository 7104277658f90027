"""A policy as the kernel needs it: masks of severity, and what the policy says of certificates apart from their references."""

from datetime import date
from typing import NamedTuple

import numpy as np

from traceability.fleet.bits import NO_RESULTS, Masks, bit_of, masks_of
from traceability.fleet.columns import Names
from traceability.fleet.layout import Bytes, Ints, Longs, Table
from traceability.fleet.scope import Segments, coded_claims, judged_claims
from traceability.fleet.shapes import Statement, Tables
from traceability.policy import Consequence, Policy, ReferenceValidity
from traceability.records import Certificate, Result
from traceability.rules import uncertainty


class Rules(NamedTuple):
    """One policy for one ground."""

    masks: Masks
    asks_today: int  # Whether references must be in force today as well (`reference_validity: in_force`).
    compares_growth: int
    max_chain_length: int
    is_foreign: Bytes  # By country code.
    alone: Longs  # By code of what certificates are alone: findings of 3.6 and 3.7 about results, and NO_RESULTS.


class Alone(NamedTuple):
    """What there is to judge of certificates apart from their references: distinct pairs of a claim and a conformity."""

    claim: Ints
    conformity: Ints
    claims: Table
    segments: Segments


def coded_alone(known: Table, stated: Table, segments: Segments) -> Alone:
    """The distinct pairs; the code of each certificate's is written into `known`."""
    claims, claim = coded_claims(known, stated, segments)
    keys = claim.astype(np.int64) << 32 | stated["conformity"]
    _, first, code = np.unique(keys, return_index=True, return_inverse=True)
    known["alone"] = code
    return Alone(claim[first], stated["conformity"][first], claims, segments)


def rules_of(policy: Policy, names: Names, alone: Alone, shapes: Tables) -> Rules:
    """The policy applied to everything that is distinct in the records."""
    statements = [_judged_statement(policy, statement) for statement in names.shapes.statements.values]
    conformities = np.array([_joined(statements, each) for each in names.shapes.conformities.values], dtype=np.int64)
    claims = judged_claims(policy, alone.claims, alone.segments, shapes)
    return Rules(
        masks=masks_of(policy),
        asks_today=int(policy.reference_validity is ReferenceValidity.IN_FORCE),
        compares_growth=int(policy.uncertainty_growth is not Consequence.IGNORE),
        max_chain_length=policy.max_chain_length,
        is_foreign=np.array([not policy.accepts_anchor_of(country) for country in names.countries.values], dtype=np.uint8),
        alone=claims[alone.claim] | conformities[alone.conformity],
    )


def _judged_statement(policy: Policy, statement: Statement) -> int:
    """The findings of `uncertainty.of_results` about one distinct statement, by the exact rule itself."""
    unit, kind, outcome, stated, error, permissible = statement
    result = Result(quantity="", unit=unit, uncertainty=stated, error=error, max_permissible_error=permissible)
    certificate = Certificate(
        id="-",
        number="",
        kind=kind,
        issuer="-",
        item="-",
        calibrated_on=date.min,
        issued_on=date.min,
        outcome=outcome,
        results=(result,),
    )
    found = 0
    for finding in uncertainty.of_results(policy, certificate):
        found |= bit_of(finding.code, finding.severity)
    return found


def _joined(statements: list[int], conformity: tuple[int, ...]) -> int:
    found = 0 if conformity else NO_RESULTS
    for statement in conformity:
        found |= statements[statement]
    return found
