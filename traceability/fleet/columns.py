"""The columns that the fleet engine computes on: what is known at one instant, encoded once, for every day and policy.

Days are whole numbers since 1970-01-01 (FOREVER: none). Items come with those that something refers to (the *standards*)
first, so that what all others look up lies together; certificates lie item by item in the order of SEMANTICS 3.1 step 5,
without the replaced ones; references lie certificate by certificate. Lists have offsets: the list of `n` is
`[offset[n], offset[n + 1])`.

What repeats is written once: a *use* is an item asked for a purpose, a *class* a kind, outcome, results and competence of the
issuer on the day. Exact decimals are compared by the rules of the core, once for each distinct pair (see encode), so that the
kernel meets whole numbers alone.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from traceability.records import Outcome, Result
from traceability.records import CertificateKind as Kind

Array = npt.NDArray[Any]


class Columns(NamedTuple):
    """The arrays of the kernel; the dtype of each is that of COLUMN_TYPES."""

    # Items.
    item_role: Array  # ROLE_…
    retired_on: Array
    country: Array  # Index into Dictionaries.countries.
    certificate_offset: Array
    event_offset: Array
    doubt_offset: Array
    recognized_offset: Array
    asked_offset: Array
    # Lists of items.
    event_on: Array  # Every event, earliest first: the days on which an answer may change.
    doubt_since: Array  # -FOREVER: without beginning.
    doubt_shown: Array
    recognized_from: Array
    recognized_until: Array
    asked_use: Array  # The uses that an item is asked for as a target, one for each of its quantities.
    # Certificates.
    calibrated_on: Array
    first_issued_on: Array  # Of the certificate and of what it replaces.
    interval_end: Array  # The first bound of SEMANTICS 3.2, or days after opening, whichever comes first.
    event_end: Array  # The day before the first event or later certificate that ends it.
    void_from: Array
    flags: Array  # FLAG_…
    of_class: Array
    reference_offset: Array
    # References.
    use: Array  # UNKNOWN_ITEM and OWN_ITEM where there is nothing to follow.
    named: Array  # The certificate that the issuer names, as a number; NOT_NAMED.
    # Uses.
    use_item: Array
    use_quantity: Array  # ANY_QUANTITY.
    use_is_ranged: Array
    relation_offset: Array
    relation: Array  # RELATION_…, for each certificate of the item in its order.
    # Classes.
    class_plain: Array
    # Standard uncertainties by results and quantity: the smallest of each sort, as ranks among all that occur.
    plain_offset: Array
    plain_quantity: Array
    plain_spread: Array
    spread_offset: Array
    spread_sort: Array
    spread_rank: Array
    # What certificates replace, for those that replace anything.
    replacing: Array  # Certificates, ascending.
    replaced_offset: Array
    replaced: Array  # Numbers as in `named`.


_DAYS = {
    "retired_on", "event_on", "doubt_since", "doubt_shown", "recognized_from", "recognized_until", "calibrated_on",
    "first_issued_on", "interval_end", "event_end", "void_from",
}  # fmt: skip
_SMALL = {"item_role": np.int8, "use_is_ranged": np.bool_, "relation": np.int8, "flags": np.int16, "country": np.int16}
COLUMN_TYPES: dict[str, Any] = {name: _SMALL.get(name, np.int32) for name in Columns._fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionaries:
    """The distinct values behind the numbers: small, and what the rules of the core are asked about."""

    countries: tuple[str, ...]
    # Classes: kind, outcome, results (an index into `shapes`), competence (an index into `competences`).
    classes: tuple[tuple[Kind, Outcome, int, int], ...]
    shapes: tuple[tuple[Result, ...], ...]
    competences: tuple["Capability", ...]


class Capability(NamedTuple):
    """What the competences in force make of one list of results, scheme by scheme: bits by the order of `Scheme`.

    `present`: schemes of which a competence is in force. For each result: schemes of which a scope row covers it, and those of
    which a covering row does not state a better uncertainty.
    """

    present: int
    covering: tuple[int, ...]
    not_better: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A registry as columns. `standards`: how many items come first because something refers to them."""

    columns: Columns
    dictionaries: Dictionaries
    item_ids: pa.Array
    certificate_ids: pa.Array
    standards: int
    memory: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.item_ids)



