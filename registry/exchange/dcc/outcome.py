"""What the statements of a document mean for its records: the outcome, and remarks on the rest."""

from registry.exchange.dcc.document import CalibrationDocument, Statement
from registry.exchange.dcc.findings import Code, Remarks
from registry.exchange.dcc.own_fields import is_rendering
from registry.exchange.dcc.own_terms import OUTCOME, RENDERING

_FAIL = "fail"
_BAD = {"fail", "noPass", "conditionalFail"}  # Everything that a reader should not take for a pass (DCC conformity values).


def failed_items(document: CalibrationDocument) -> frozenset[int]:
    """The positions (from 0) of the items whose outcome is `fail`: all of them by a statement on the whole document, some by
    one that refers to them. Results that failed do not decide: which of them matter for the item is the customer's rule.
    """
    return frozenset().union(*(_failed_by(statement, document) for statement in document.statements))


def remark_statements(document: CalibrationDocument, remarks: Remarks) -> None:
    """Remarks on claims, conformity and dates for recalibration, in the order of the statements."""
    is_own = is_rendering(document)
    for statement in document.statements:
        if RENDERING in statement.ref_types:
            remarks.add(Code.REGISTRY_RENDERING, statement.place)
        if statement.claims_traceability:
            remarks.add(Code.TRACEABILITY_CLAIMED, statement.place)
        if statement.on is not None and any("recalibration" in term.lower() for term in statement.ref_types):
            remarks.add(Code.RECALIBRATION_HINT, statement.place, on=statement.on)
        if is_own and OUTCOME in statement.ref_types:
            continue  # Recorded as it is (own_fields.py).
        verdict = ", ".join(dict.fromkeys(statement.conformity))
        if _BAD & set(statement.conformity):
            outcome = _FAIL if _failed_by(statement, document) else "pass"
            remarks.add(Code.CONFORMITY_FAILED, statement.place, verdict=verdict, outcome=outcome)
        elif statement.conformity:
            remarks.add(Code.CONFORMITY_STATED, statement.place, verdict=verdict)


def _failed_by(statement: Statement, document: CalibrationDocument) -> frozenset[int]:
    if statement.conformity != (_FAIL,) or statement.is_beside_results:
        return frozenset()
    items = enumerate(document.items)
    return frozenset(index for index, item in items if statement.is_of_document or item.ref_id in statement.ref_ids)
