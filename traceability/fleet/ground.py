"""What the kernel stands on: the records as known at an instant, with everything that depends on one item alone settled.

Tables are indexed by the codes of items and certificates; an id that is not known at the instant has no kind, no rows. Policies
and the day asked for come later (`rules.py`, `targets.py`), so one ground answers many questions.
"""

from typing import NamedTuple

from traceability.fleet.layout import Ints, Table

# Kinds of items as far as the rules tell them apart.
UNKNOWN, ANCHOR, MATERIAL, OTHER = 0, 1, 2, 3

# Flags of a certificate: what 3.2 and 3.3 say of it on any day.
FAILS = 1
IS_LIMITED = 2
IS_OF_OTHER_SERIAL = 4
IS_MISDATED = 8
IS_INTERVAL_UNKNOWN = 16
IS_COMPUTED = 32
IS_CUT = 64  # An event or later certificate is the earliest of its bounds but retirement, or shares that day.


class Ground(NamedTuple):
    """What the rules look at. The rows are described in `layout.py`."""

    items: Table
    certificates: Table
    live: Ints  # Certificate codes, item by item, earliest first (SEMANTICS 3.1 step 5); none that is replaced.
    references: Table
    uses: Table
    replacements: Table
    spans: Table
    purposes: Table
    profiles: Table
    results: Table


class Stated(NamedTuple):
    """What was stated and settles the ground, item by item; not looked at any more afterwards."""

    items: Table
    certificates: Table
    events: Table


class Points(NamedTuple):
    """The metering points: by point code rows of branches; none when it is not known."""

    points: Table
    branches: Table
