"""The rows of the kernel's tables: fields of fixed width, day numbers and codes, so that what belongs together lies together.

Tables are numpy record arrays: a field of a row is `table[row]["field"]`, a column `table["field"]`. The loops read many fields of
few rows at random, so a row is one or two lines of the processor's cache, where columns would be one each. Rows of parts lie
from `first` up to `end` (not inside) of another table.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[Any]  # Of one of the rows below.
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

NONE = -1  # No code, no row.


def rows_of(**fields: type[np.generic]) -> np.dtype[np.void]:
    """A row with the fields in order, at their natural places in memory."""
    return np.dtype(list(fields.items()), align=True)


_INT, _LONG, _BYTE = np.int32, np.int64, np.uint8

# By item code. `kind` is one of ground.UNKNOWN and its like.
ITEM = rows_of(
    purpose_first=_INT,  # What the item itself is asked for.
    purpose_end=_INT,
    live_first=_INT,
    live_end=_INT,
    retired_on=_INT,
    span_first=_INT,  # Recognized periods of an anchor (NONE: always), doubts about any other item.
    span_end=_INT,
    circle=_INT,  # Items that refer to each other around share a number; NONE for nearly all.
    country=np.int16,
    kind=_BYTE,
)
# By item code: what is needed only to settle it.
ITEM_STATED = rows_of(purposes=_INT, serial=_INT, interval_months=_INT, event_first=_INT, event_end=_INT)

# By certificate code; also for ids that are only mentioned, which are not known.
CERTIFICATE = rows_of(
    calibrated_on=_INT,
    void_from=_INT,  # NEVER unless a withdrawal is known.
    last_day=_INT,  # The end (SEMANTICS 3.2); NEVER when nothing bounds it.
    first_issued_on=_INT,  # Of the certificate and of what it replaces.
    profile=_INT,
    reference_first=_INT,
    reference_end=_INT,
    node=_INT,  # Where it stands among the standards' certificates; NONE for leaves.
    alone=_INT,  # Code of what a policy may say of it apart from its references.
    flags=_BYTE,
)
# By certificate code: what is needed only to settle it.
CERTIFICATE_STATED = rows_of(
    item=_INT,
    issuer=_INT,
    issued_on=_INT,
    valid_until=_INT,
    opened_until=_INT,
    serial=_INT,
    replaces=_INT,
    conformity=_INT,
    outcome=_BYTE,
    is_adjusted=_BYTE,
    as_found=_BYTE,
    kind=_BYTE,
    is_known=_BYTE,
)
REFERENCE = rows_of(use=_INT, named=_INT)
USE = rows_of(item=_INT, purpose=_INT)
REPLACEMENT = rows_of(certificate=_INT, replaced=_INT)  # Of known certificates, by the code of the one that replaces.
SPAN = rows_of(start=_INT, until=_INT)  # A recognized period or a run (both ends inside), or a doubt (both ends outside).
EVENT = rows_of(on=_INT, kind=_BYTE)
PARTS = rows_of(first=_INT, end=_INT)
BRANCH = rows_of(group=_INT, item=_INT, start=_INT, until=_INT, purpose_first=_INT, purpose_end=_INT)

# Distinct values. `dimension`, `quantity` and `sort` are codes or NONE; `low`, `high` and `u` are ranks.
PURPOSE = rows_of(quantity=_INT, dimension=_INT, low=_INT, high=_INT, is_bounded=_BYTE)
RESULT = rows_of(
    quantity=_INT,
    dimension=_INT,
    low=_INT,
    high=_INT,
    sort=_INT,
    u=_INT,
    is_bounded=_BYTE,
    is_percent=_BYTE,
    is_smallest=_BYTE,  # The first of the profile's results for its quantity and sort that has the smallest u.
)
SCOPE = rows_of(
    quantity=_INT,
    dimension=_INT,  # NONE without a unit.
    low=_INT,
    high=_INT,
    sort=_INT,  # Of the best uncertainty, compared with a result in another unit than `%`.
    sort_for_percent=_INT,  # The same, compared with a result in `%`.
    u=_INT,
)

SEGMENT = rows_of(start=_INT, active_first=_INT, active_end=_INT)
COMPETENCE = rows_of(scheme=_INT, scope_first=_INT, scope_end=_INT)  # The scheme as a bit.
CLAIM = rows_of(segment=_INT, kind=_INT, profile=_INT)

# By node: a certificate that others may rest on, with all it rests on; one edge for each of its references.
NODE = rows_of(
    bits=_LONG,  # Findings of the certificate and of everything it rests on.
    own=_LONG,  # Findings about the certificate itself.
    certificate=_INT,
    item=_INT,
    edge_first=_INT,
    edge_end=_INT,
    depth=_INT,  # Certificates on the longest path, itself included; or ON_CYCLE.
    link=_INT,  # Where the worst of `bits` shows first.
)
EDGE = rows_of(
    bits=_LONG,  # Findings of the check of what was found.
    found=_INT,  # A node, or NONE.
    link=_INT,  # Whom the findings are about.
)


def table_of(rows: np.dtype[np.void], count: int, **columns: Any) -> Table:
    """A table of so many rows, filled from columns or single values; zero elsewhere."""
    table = np.zeros(count, dtype=rows)
    for name, column in columns.items():
        table[name] = column
    return table
