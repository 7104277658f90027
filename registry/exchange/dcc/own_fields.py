"""What a rendering of this registry says of its certificate beside what every DCC says: fields of the record, as statements.

Another document's statements say nothing here: they are believed as little as before (statements.py, outcome.py).
"""

import re
from collections.abc import Iterator
from typing import Any

from registry.exchange.dcc import own_terms
from registry.exchange.dcc.document import CalibrationDocument, Statement
from registry.exchange.dcc.findings import Code, Remarks
from traceability.records import AsFound, CertificateKind, Outcome

_WORD = re.compile("[:：] ?([a-z_]+)$")  # What a statement says behind its colon, in either language.
_DAYS = re.compile(r"(?<![0-9])([0-9]{1,5})(?![0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OUTCOMES = {"pass": Outcome.PASS, "fail": Outcome.FAIL, "conditionalPass": Outcome.LIMITED}


def is_rendering(document: CalibrationDocument) -> bool:
    """Whether a document says of itself that a registry rendered it."""
    return any(own_terms.RENDERING in each.ref_types and each.is_of_document for each in document.statements)


def rendered_id(document: CalibrationDocument) -> str | None:
    """The id of the record that a rendering is of, in the registry that rendered it."""
    marks = document.other_identifications if is_rendering(document) else ()
    return next((each.value for each in marks if own_terms.CERTIFICATE_ID in each.ref_types), None)


def own_fields(document: CalibrationDocument) -> dict[str, Any]:
    """Fields of the certificate that a rendering states; none of any other document."""
    if not is_rendering(document):
        return {}
    said = {term: each for each in document.statements if each.is_of_document for term in each.ref_types}
    found = {
        "kind": _word(said.get(own_terms.KIND), set(CertificateKind)),
        "outcome": _outcome(said.get(own_terms.OUTCOME)),
        "valid_until": _on(said.get(own_terms.VALID_UNTIL)),
        "as_found": _word(said.get(own_terms.AS_FOUND), set(AsFound)),
        "opened_on": _on(said.get(own_terms.OPENED_ON)),
        "use_within_days": _days(said.get(own_terms.USE_WITHIN)),
        "withdrawal": _withdrawal(said.get(own_terms.WITHDRAWN)),
    }
    return {name: value for name, value in found.items() if value is not None}


def remark_not_recorded(document: CalibrationDocument, remarks: Remarks) -> None:
    """What a rendering also says and the import does not record: what replaced it, corrections, uses of standards."""
    if not is_rendering(document):
        return
    for place, text in _left_out(document):
        remarks.add(Code.RENDERED_NOT_RECORDED, place, text=text)


def _left_out(document: CalibrationDocument) -> Iterator[tuple[Any, str]]:
    for each in document.statements:
        if {own_terms.REPLACED_BY, own_terms.REPLACES}.intersection(each.ref_types):
            yield each.place, each.declaration or ""
    for equipment in document.equipment:
        if equipment.description is not None:
            yield equipment.place, f"{equipment.name}: {equipment.description}"


def _word(statement: Statement | None, words: set[Any]) -> str | None:
    found = None if statement is None else _WORD.search(statement.declaration or "")
    return found[1] if found is not None and found[1] in {str(word) for word in words} else None


def _outcome(statement: Statement | None) -> str | None:
    conformity = () if statement is None else statement.conformity
    return _OUTCOMES.get(conformity[0]) if len(conformity) == 1 else None


def _on(statement: Statement | None) -> str | None:
    return None if statement is None or statement.on is None else statement.on.isoformat()


def _days(statement: Statement | None) -> int | None:
    found = None if statement is None else _DAYS.search(statement.declaration or "")
    return None if found is None else int(found[1])


def _withdrawal(statement: Statement | None) -> dict[str, str] | None:
    """The day on which it was withdrawn stands in words, the day from which it is void as the date."""
    if statement is None or statement.on is None:
        return None
    on = _DAY.search(statement.declaration or "")
    void_from = statement.on.isoformat()
    return {"on": void_from if on is None else on[0], "void_from": void_from}
