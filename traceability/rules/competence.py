"""Whether the issuer was competent for what it certified, on the day it did the work (SEMANTICS 3.6; ILAC P10, P14)."""

from collections.abc import Iterator

from traceability.known import Known
from traceability.policy import Consequence, Policy
from traceability.quantities import contains, has_bound
from traceability.records import Certificate, Result, Scope
from traceability.rules.uncertainty import Spread, spread_of
from traceability.verdict import Code, Finding, Severity, about


def of_issuer(known: Known, policy: Policy, certificate: Certificate) -> Iterator[Finding]:
    """NO_COMPETENCE, or OUT_OF_SCOPE and UNCERTAINTY_BELOW_CMC, as severe as the policy says; nothing when it ignores them."""
    if policy.competence is Consequence.IGNORE:
        return
    severity = Severity(policy.competence.value)
    facts = {"issuer": certificate.issuer, "day": certificate.calibrated_on}
    schemes = policy.schemes.accepted_for(certificate.kind)
    in_force = [
        competence
        for competence in known.competences.get(certificate.issuer, ())
        if competence.scheme in schemes and competence.is_in_force(certificate.calibrated_on)
    ]
    if not in_force:
        yield about(certificate, Code.NO_COMPETENCE, severity, **facts)
        return
    rows = [row for competence in in_force for row in competence.scope]
    covering = [(result, [row for row in rows if is_covering(row, result)]) for result in certificate.results]
    for result, rows_for_it in covering:
        if not rows_for_it:
            yield about(certificate, Code.OUT_OF_SCOPE, severity, quantity=result.quantity, **facts)
            break
    for result, rows_for_it in covering:
        if rows_for_it and all(claims_better(result, row) for row in rows_for_it):
            yield about(certificate, Code.UNCERTAINTY_BELOW_CMC, severity, quantity=result.quantity, **facts)
            break
    for result, rows_for_it in covering:
        if any(_is_of_other_sort(result, row) for row in rows_for_it):
            yield about(certificate, Code.NOT_COMPARED, Severity.NOTE, quantity=result.quantity, against="scope")
            break


def is_covering(row: Scope, result: Result) -> bool:
    """Whether the row holds the whole range of the result; every row of its quantity covers a result without any bound."""
    if row.quantity != result.quantity:
        return False
    if not has_bound(result) or (row.unit is None and not has_bound(row)):
        return True
    return contains(row, result)


def claims_better(result: Result, row: Scope) -> bool:
    """Whether the result claims a smaller u than the row's best, both stated with k and of one sort."""
    claimed, best = _spreads(result, row)
    return claimed is not None and best is not None and claimed.sort == best.sort and best.u > claimed.u


def _is_of_other_sort(result: Result, row: Scope) -> bool:
    claimed, best = _spreads(result, row)
    return claimed is not None and best is not None and claimed.sort != best.sort


def _spreads(result: Result, row: Scope) -> tuple[Spread | None, Spread | None]:
    # A row's `%` is relative unless the result compared with it is in `%` (SEMANTICS 2).
    return spread_of(result.uncertainty, result.unit), spread_of(row.best_uncertainty, result.unit)
