"""The rules of SEMANTICS 3 on columns, item by item: plain loops that run as they are, or compiled (see compiled).

Each function mirrors one of the core, which is named, and says what it finds by writing into `found_keys` and
`found_severities`: a key holds code and subject. Room by room, each above what it uses: what is found, the certificate in
force, what is said of it, what it rests on, and the answers.
"""

from traceability.fleet.loops.days import lapses
from traceability.fleet.loops.findings import list_findings
from traceability.fleet.loops.marks import (
    ABOUT_ITEM,
    ANCHOR_NOT_RECOGNIZED,
    ANY_PURPOSE,
    ANY_QUANTITY,
    BRANCH_MISSING,
    CHAIN_TOO_LONG,
    CODE,
    CONDITION,
    CYCLE,
    DATE_ORDER,
    EVENT_AFTER_CALIBRATION,
    EXPIRED,
    FAIL,
    FAILED,
    FIRST_DAY,
    FLAG_DATE_ORDER,
    FLAG_DECISIVE,
    FLAG_FAILED,
    FLAG_ID_MISMATCH,
    FLAG_LIMITED,
    FLAG_NO_INTERVAL,
    FLAG_REPLACES,
    FOREIGN_ANCHOR,
    FOREVER,
    ID_MISMATCH,
    INDETERMINATE,
    INSTALLATION_OVERLAP,
    ISSUED_LATER,
    ITEM_REVISITED,
    LAST_DAY,
    LIMITED,
    NAMED_CERTIFICATE_NOT_IN_FORCE,
    NO_CERTIFICATE,
    NO_INTERVAL,
    NO_ITEM,
    NO_REFERENCES,
    NONE,
    NOT_NAMED,
    OUT_OF_RANGE,
    OWN_ITEM,
    QUANTITY_MISMATCH,
    REFERENCE_LAPSED,
    REFERENCE_UNKNOWN,
    RELATION_COVERS,
    RELATION_MISMATCH,
    RELATION_OUTSIDE,
    RELATION_REPORTS,
    RETIRED,
    ROLE_ANCHOR,
    ROLE_ORDINARY,
    ROLE_REFERENCE_MATERIAL,
    SUSPECT,
    UNCERTAINTY_NOT_INCREASING,
    UNKNOWN_ITEM,
    WITHDRAWN,
    lend,
)
from traceability.fleet.loops.points import answer_points, covered_points, list_point_findings
from traceability.fleet.loops.resolution import resolve
from traceability.fleet.loops.standards import look_at_standards, mark_circles, settle, settle_all, settle_circles
from traceability.fleet.loops.targets import answer_items, covered

__all__ = [
    "ABOUT_ITEM", "ANCHOR_NOT_RECOGNIZED", "ANY_PURPOSE", "ANY_QUANTITY", "BRANCH_MISSING", "CHAIN_TOO_LONG", "CODE",
    "CONDITION", "CYCLE", "DATE_ORDER", "EVENT_AFTER_CALIBRATION", "EXPIRED", "FAIL", "FAILED", "FIRST_DAY",
    "FLAG_DATE_ORDER", "FLAG_DECISIVE", "FLAG_FAILED", "FLAG_ID_MISMATCH", "FLAG_LIMITED", "FLAG_NO_INTERVAL",
    "FLAG_REPLACES", "FOREIGN_ANCHOR", "FOREVER", "ID_MISMATCH", "INDETERMINATE", "INSTALLATION_OVERLAP", "ISSUED_LATER",
    "ITEM_REVISITED", "LAST_DAY", "LIMITED", "NAMED_CERTIFICATE_NOT_IN_FORCE", "NONE", "NOT_NAMED", "NO_CERTIFICATE",
    "NO_INTERVAL", "NO_ITEM", "NO_REFERENCES", "OUT_OF_RANGE", "OWN_ITEM", "QUANTITY_MISMATCH", "REFERENCE_LAPSED",
    "REFERENCE_UNKNOWN", "RELATION_COVERS", "RELATION_MISMATCH", "RELATION_OUTSIDE", "RELATION_REPORTS", "RETIRED",
    "ROLE_ANCHOR", "ROLE_ORDINARY", "ROLE_REFERENCE_MATERIAL", "SUSPECT", "UNCERTAINTY_NOT_INCREASING", "UNKNOWN_ITEM",
    "WITHDRAWN", "answer_items", "answer_points", "covered", "covered_points", "lapses", "lend", "list_findings",
    "list_point_findings", "look_at_standards", "mark_circles", "resolve", "settle", "settle_all", "settle_circles",
]  # fmt: skip
