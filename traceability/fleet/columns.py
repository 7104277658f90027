"""The columns that the fleet engine computes on: what is known at one instant, encoded once, for every day and policy.

Days are whole numbers since 1970-01-01 (FOREVER: none). Items come with those that something refers to (the *standards*)
first, so that what all others look up lies together; certificates lie item by item in the order of SEMANTICS 3.1 step 5,
without the replaced ones; references lie certificate by certificate. Lists are told by their first place and the place
after their last.

What repeats is written once: a *use* is an item asked for a purpose, a *class* a kind, outcome, results and competence of the
issuer on the day. Exact decimals are compared by the rules of the core, once for each distinct pair (see encode), so that the
kernel meets whole numbers alone.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from traceability.records import CertificateKind as Kind
from traceability.records import Outcome, Result

Array = npt.NDArray[Any]


def _numbers(*names: str, **smaller: Any) -> np.dtype[Any]:
    """A record of whole numbers of 32 bits, the ones at the end smaller."""
    return np.dtype([(name, np.int32) for name in names] + list(smaller.items()), align=True)


ITEM = _numbers("certificate_first", "certificate_last", "retired_on", "extra", country=np.int16, role=np.int8)
# What few items have; 0 is the one of all others, with nothing in its lists.
EXTRA = _numbers(
    "event_first", "event_last", "doubt_first", "doubt_last", "recognized_first", "recognized_last", "asked_first", "asked_last"
)
CERTIFICATE = _numbers(
    *("calibrated_on", "first_issued_on", "interval_end", "event_end", "void_from", "of_class"),
    *("reference_first", "reference_last"),
    marks=np.int16,
)
DOUBT = _numbers("since", "shown")
PERIOD = _numbers("start", "until")
REFERENCE = _numbers("use", "named")
USE = _numbers("owner", "quantity", "relation_first", is_ranged=np.bool_)
SPAN = _numbers("first", "last")
STATED = _numbers("quantity", "spread")
MAGNITUDE = _numbers("kind", "rank")
REPLACING = _numbers("certificate", "first", "last")


class Columns(NamedTuple):
    """The arrays of the kernel. What is looked at together lies together: records of whole numbers, one after the other."""

    # ROLE_…, lists of the item; `country` is an index into Dictionaries.countries.
    items: Array
    extras: Array
    events: Array  # Days of every event, earliest first: the days on which an answer may change.
    doubts: Array  # Since the last good evidence, or -FOREVER; until it showed.
    recognized: Array
    asked_use: Array  # The uses that an item is asked for as a target, one for each of its quantities.
    # `first_issued_on`: of the certificate and of what it replaces. `interval_end`: the first bound of SEMANTICS 3.2, or days
    # after opening, whichever comes first. `event_end`: the day before the first event or later certificate that ends it.
    certificates: Array
    references: Array  # UNKNOWN_ITEM and OWN_ITEM where there is no use to follow; the certificate that the issuer names.
    uses: Array
    relation: Array  # RELATION_…, for each use and each certificate of its item in its order.
    class_plain: Array  # The results of each class, without what purposes do not ask.
    # Standard uncertainties: what results state for a quantity, the smallest of each sort, as ranks among all that occur.
    plains: Array
    stated: Array
    spreads: Array
    magnitudes: Array
    # What certificates replace, for those that replace anything, ascending; numbers as in `named`.
    replacing: Array
    replaced: Array


COLUMN_TYPES: dict[str, Any] = {
    "items": ITEM, "extras": EXTRA, "events": np.int32, "doubts": DOUBT, "recognized": PERIOD, "asked_use": np.int32,
    "certificates": CERTIFICATE, "references": REFERENCE, "uses": USE, "relation": np.int8, "class_plain": np.int32,
    "plains": SPAN, "stated": STATED, "spreads": SPAN, "magnitudes": MAGNITUDE, "replacing": REPLACING, "replaced": np.int32,
}  # fmt: skip


def frozen(array: Array) -> Array:
    """The same memory as an array that cannot be written: one kind for the kernel, whether it was encoded or mapped."""
    view = array.view()
    view.flags.writeable = False
    return view


def records(dtype: np.dtype[Any], size: int, **fields: Any) -> Array:
    """An array of records with the fields given, each an array or one number for all."""
    array = np.zeros(size, dtype).view(np.recarray)
    for name, values in fields.items():
        array[name] = values
    return array


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionaries:
    """The distinct values behind the numbers: small, and what the rules of the core are asked about."""

    countries: tuple[str, ...]
    # Classes: kind, outcome, results (an index into `shapes`), competence (an index into `competences`).
    classes: tuple[tuple[Kind, Outcome, int, int], ...]
    shapes: tuple[tuple[Result, ...], ...]
    competences: tuple["Capability", ...]
    # The quantities that purposes ask for, by the numbers that uses have for them.
    quantities: tuple[str, ...] = ()


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
