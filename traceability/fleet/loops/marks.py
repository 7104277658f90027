"""Numbers that stand for words in the columns and in what is found, and the types that the loops speak of."""

from typing import Any

import numpy as np

Array = Any
Whole = Any  # A whole number, Python's or numpy's.
Truth = Any  # A truth value, likewise.
Columns = Any
Rules = Any
Solved = Any

FOREVER = 2**31 - 1
LAST_DAY = 2932896  # 9999-12-31, the last day that a date can be.
FIRST_DAY = -719162  # 0001-01-01.

ROLE_ORDINARY, ROLE_ANCHOR, ROLE_REFERENCE_MATERIAL = 0, 1, 2

FLAG_FAILED, FLAG_LIMITED, FLAG_ID_MISMATCH, FLAG_DATE_ORDER, FLAG_NO_INTERVAL, FLAG_REPLACES = 1, 2, 4, 8, 16, 32
FLAG_DECISIVE = 64  # Ends earlier certificates of its item.

RELATION_REPORTS, RELATION_COVERS, RELATION_MISMATCH, RELATION_OUTSIDE = 1, 2, 4, 8

UNKNOWN_ITEM, OWN_ITEM = -1, -2  # Instead of a use.
NO_ITEM = -2  # Instead of an item that serves a branch; or UNKNOWN_ITEM.
ANY_PURPOSE = -1
ANY_QUANTITY = -1
NOT_NAMED = -1
NONE = -1

CONDITION, INDETERMINATE, FAIL = 1, 2, 3  # Severities; the status is the worst one, 0 when there is nothing.

# Numbers of the codes: their places in `traceability.verdict.Code`.
WITHDRAWN, QUANTITY_MISMATCH, NO_CERTIFICATE, FAILED, ID_MISMATCH, DATE_ORDER, RETIRED = 0, 1, 2, 3, 4, 5, 6
EVENT_AFTER_CALIBRATION, EXPIRED, NO_INTERVAL, OUT_OF_RANGE, LIMITED, ISSUED_LATER, SUSPECT = 7, 8, 9, 11, 12, 13, 14
NO_REFERENCES, REFERENCE_UNKNOWN, CYCLE, ANCHOR_NOT_RECOGNIZED, FOREIGN_ANCHOR = 16, 17, 18, 19, 20
NAMED_CERTIFICATE_NOT_IN_FORCE, ITEM_REVISITED, CHAIN_TOO_LONG, REFERENCE_LAPSED = 21, 22, 23, 24
UNCERTAINTY_NOT_INCREASING = 30
BRANCH_MISSING, INSTALLATION_OVERLAP = 35, 36

ABOUT_ITEM = np.int64(1 << 32)  # In a key: the subject is an item, no certificate.
CODE = 33  # In a key: the code stands above this bit.


def lend(arrays: Any) -> Any:
    """The arrays themselves. Compiled, without their reference counts, which two threads would fight for (see compiled)."""
    return arrays
