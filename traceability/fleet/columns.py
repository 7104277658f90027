"""Records as columns: text as codes, dates as day numbers, instants as microseconds, lists inside records as row ranges.

Columns hold every version of every record, whenever it was recorded; `ground.py` takes what is known at an instant. An id that
is only mentioned, by a reference, a branch, a `replaces`, has a code like any other, and no row. Row ranges are pairs `first`,
`end` (not inside). NEVER stands for a missing date, NONE for a missing code.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from traceability.fleet.layout import Bytes, Ints, Longs
from traceability.fleet.shapes import Codes, Shapes
from traceability.records import AsFound, CertificateKind, EventKind, ItemKind, Outcome, Scheme

ITEM_KINDS = tuple(ItemKind)
CERTIFICATE_KINDS = tuple(CertificateKind)
OUTCOMES = tuple(Outcome)
EVENT_KINDS = tuple(EventKind)
SCHEMES = tuple(Scheme)
AS_FOUND = tuple(AsFound)
NO_SERIAL = 0  # The code of an empty serial number.


class ItemVersions(NamedTuple):
    """One row for each version of an item."""

    item: Ints
    recorded_at: Longs
    kind: Bytes
    serial: Ints  # Codes of normalized serial numbers.
    country: Ints
    interval_months: Ints  # NONE when not stated.
    retired_on: Ints
    purposes: Ints  # Code of the list of purposes that the item's quantities make.
    recognized_first: Ints  # NONE when left out: recognized always.
    recognized_end: Ints


class Periods(NamedTuple):
    """Days from `start` to `until`, both inside; NEVER: it goes on."""

    start: Ints
    until: Ints


class Certificates(NamedTuple):
    """One row for each certificate."""

    certificate: Ints
    recorded_at: Longs
    item: Ints
    issuer: Ints
    kind: Bytes
    serial: Ints
    calibrated_on: Ints
    issued_on: Ints
    valid_until: Ints
    opened_until: Ints  # Last day of use after opening, of a reference material that states both.
    outcome: Bytes
    is_adjusted: Bytes
    as_found: Bytes  # Place in AS_FOUND plus one; 0 when not stated.
    replaces: Ints
    void_from: Ints
    withdrawn_at: Longs  # When the withdrawal was recorded.
    profile: Ints
    conformity: Ints
    reference_first: Ints
    reference_end: Ints


class References(NamedTuple):
    """One row for each reference, in the order of the certificate."""

    use: Ints
    named: Ints  # Certificate code; NONE when the issuer names none.


class Uses(NamedTuple):
    """Distinct pairs of an item and the purpose it is used for."""

    item: Ints
    purpose: Ints


class Events(NamedTuple):
    item: Ints
    kind: Bytes
    on: Ints
    recorded_at: Longs


class CompetenceVersions(NamedTuple):
    """One row for each version of a competence."""

    competence: Ints
    recorded_at: Longs
    organization: Ints
    scheme: Bytes
    valid_from: Ints
    valid_until: Ints
    suspension_first: Ints
    suspension_end: Ints
    scope_first: Ints
    scope_end: Ints


class PointVersions(NamedTuple):
    """One row for each version of a metering point."""

    point: Ints
    recorded_at: Longs
    branch_first: Ints
    branch_end: Ints


class Branches(NamedTuple):
    """One row for each branch; `group` numbers the names within a point."""

    group: Ints
    item: Ints  # NONE when the input is missing.
    start: Ints  # BEFORE_ALL when open.
    until: Ints
    purpose: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The texts behind the codes; `numbers` are those of the certificates, by certificate code."""

    items: Codes[str] = field(default_factory=Codes)
    certificates: Codes[str] = field(default_factory=Codes)
    numbers: dict[int, str] = field(default_factory=dict)
    organizations: Codes[str] = field(default_factory=Codes)
    competences: Codes[str] = field(default_factory=Codes)
    points: Codes[str] = field(default_factory=Codes)
    countries: Codes[str] = field(default_factory=Codes)
    serials: Codes[str] = field(default_factory=lambda: Codes([""]))
    uses: Codes[tuple[int, int]] = field(default_factory=Codes)
    shapes: Shapes = field(default_factory=Shapes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All records of a registry."""

    names: Names
    items: ItemVersions
    recognized: Periods
    certificates: Certificates
    references: References
    uses: Uses
    events: Events
    competences: CompetenceVersions
    suspensions: Periods
    scope_rows: Ints  # Codes of distinct scope rows.
    points: PointVersions
    branches: Branches
