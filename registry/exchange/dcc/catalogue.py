"""What an import asks of the documents that are held already, and what it leaves behind for the next one.

The order in which files arrive must not matter. So a link is never a fact that is stored once: the *citation* is (equipment,
number, place, as the issuer wrote it), and the link is computed from the citations and certificates held, again whenever a
certificate of the cited number arrives. Documents only ever add links, so every order ends with the same records. A store
records a change of links as a fact with a `recorded_at` of its own, so that the past can be asked as it was known.

A store implements `Catalogue` over its tables; memory.MemoryCatalogue does it in memory, for previews, bulk imports and tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol


class Standing(StrEnum):
    """How a cited certificate stands with what is held."""

    HELD = "held"
    NOT_HELD = "not held"
    CONTRADICTED = "contradicted"  # Held, but for another item: not followed.
    UNCITED = "uncited"  # Equipment without a certificate number.


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Link:
    """One reference of a record: the item used, and the certificate named for it (one held, or `cited_id` of its number)."""

    item: str
    certificate: str = ""

    def as_reference(self) -> dict[str, Any]:
        """The reference in the records format."""
        return {"item": self.item} | ({"certificate": self.certificate} if self.certificate else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedCertificate:
    """One certificate that a document cites for a piece of its equipment: a row of the list "cited, not held".

    `document` is the SHA-256 of the citing file, `cited_by` the ids of its certificates, `position` the equipment in it (from
    1), `number` as printed (nothing when none is cited). `item` is the placeholder that stands for the equipment while the
    certificate is not held; `serials` are its numbers by its maker, `marks` all its numbers, normalised (identity.key).
    `locator` says where the issuer would have it fetched, `sha256` the digest that it states; nothing is fetched. `standing`
    is as of this import.
    """

    document: str
    cited_by: tuple[str, ...]
    position: int
    number: str | None
    item: str
    name: str
    serials: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    issuer: str | None = None
    locator: str | None = None
    procedure: str | None = None
    sha256: str | None = None
    standing: Standing = Standing.NOT_HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """An item as far as documents tell. `is_certified`: the name is that of a certificate of the item, not of a citation.

    `is_registered` is set by a store for items that a person registered or edited: an import refers to them and never
    changes them.
    """

    id: str
    is_standard: bool = False
    is_certified: bool = False
    name: str | None = None
    serial: str | None = None
    is_registered: bool = False

    def joined(self, other: "HeldItem | None") -> "HeldItem":
        """What both tell of one item, the same in either order: a standard if either says so, and the better of the names."""
        if other is None or self.is_registered:
            return self
        if other.is_registered:
            return other
        best = min(self, other, key=HeldItem._preference)
        return replace(best, is_standard=self.is_standard or other.is_standard)

    def _preference(self) -> tuple[bool, bool, str, bool, str]:
        return not self.is_certified, self.name is None, self.name or "", self.serial is None, self.serial or ""

    def as_record(self) -> dict[str, Any]:
        """The item in the records format. Never a national standard: a document does not make itself an anchor."""
        record = {"id": self.id, "kind": "measurement_standard" if self.is_standard else "instrument"}
        return record | {name: text for name, text in (("name", self.name), ("serial", self.serial)) if text}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCertificate:
    """A certificate that a citation can mean: its numbers, issuer, item, and the marks that it knows, normalised.

    `numbers` are all under which it may be cited: the one printed, and further certificate numbers of a DCC. `serials` are the
    numbers of its item by its maker, `marks` all its numbers, `parts` those of parts and sub-items. `sha256` is that of its
    file, when it came as one. For a certificate recorded by hand a store gives the serial number of the item as the only
    serial and mark.
    """

    id: str
    numbers: frozenset[str]
    issuer: str
    item: str
    serials: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDocument:
    """What a store keeps of an import beside its records, so that later ones find it: one DCC, by the SHA-256 of its bytes.

    `certificates` answer citations of its numbers, `citations` and `links` are what it cites and where that leads now.
    `items` is what is known of every item that it names or uses, also of equipment that no link needs at present: what is
    learned of an item stays, so that the last record of it does not depend on the order of arrival.
    """

    sha256: str
    certificates: tuple[HeldCertificate, ...]
    items: tuple[HeldItem, ...]
    citations: tuple[CitedCertificate, ...]
    links: tuple[Link, ...]


class Catalogue(Protocol):
    """The questions of an import. Numbers and marks are asked for normalised (identity.key): index them so."""

    def assigned(self, derived_id: str) -> str | None:
        """The id under which a person registered this laboratory or item, when somebody said that it is the same."""

    def organization_name(self, organization_id: str) -> str | None:
        """The name under which an organization is held."""

    def item(self, item_id: str) -> HeldItem | None:
        """An item that is held."""

    def items_marked(self, mark: str) -> Sequence[str]:
        """The ids of the items held that have this serial number."""

    def certificates(self, number: str) -> Sequence[HeldCertificate]:
        """The certificates held that have this number among theirs, of all issuers."""

    def citing(self, number: str) -> Sequence[HeldDocument]:
        """The documents held that cite this number."""
