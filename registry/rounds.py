"""Rounds of auditors as values, and what the scans of a round come to. No store, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """How a text was read."""

    CAMERA = "camera"
    PHOTO = "photo"
    TYPED = "typed"


class ScanResult(StrEnum):
    """What a scan is, beside the plan of its round."""

    CORRECT = "correct"  # On the list, for the first time.
    ALREADY_SCANNED = "already_scanned"
    MISPLACED = "misplaced"  # On record, and not on the list of this round.
    UNKNOWN = "unknown"  # Leads to nothing on record, or to a label that nothing is bound to.


class Decision(StrEnum):
    """What the authority makes of a finding."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Finding(StrEnum):
    """What an observation can find, for the authority to decide on."""

    SEAL = "seal"  # Broken: confirmed, it is an event of the item.
    NAMEPLATE = "nameplate"  # It differs: confirmed, the label is disputed, as there is no event for it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round as planned. `auditor`: the organization whose auditors make it, None for the operator; `planned_by` who did.

    `sites`: the places inside it among which whoever scans says where she is; none where one needs no telling.
    """

    entry: int
    id: str
    auditor: str | None
    organization: str
    site: str
    items: tuple[str, ...]
    planned_at: datetime
    planned_by: str
    signature: "Signature | None"
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The end of a round: who signed when, and how much it then held."""

    signed_at: datetime
    signed_by: str
    remark: str
    scans: int
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTold:
    """A scan as a phone tells it; its id is the phone's. `package_at`: of the package by which it told it at once.

    `site`: at which of the places of the round. `place`: in tenths of a degree, where the auditor lets it be told; it goes into
    the history of scans, which is forgotten, and is no part of what is kept of the round.
    """

    id: str
    text: str
    way: Way
    scanned_at: datetime
    package_at: datetime | None = None
    site: str | None = None
    place: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scan on record, with what its text led to when it arrived."""

    entry: int
    told: ScanTold
    item: str | None
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationTold:
    """What was seen of an item, as a phone tells it. None: not looked at. `photo`: the SHA-256 of one that was sent.

    `seen_serial`: what a nameplate that differs says instead.
    """

    id: str
    item: str
    nameplate_matches: bool | None
    seal_intact: bool | None
    photo: str | None
    remark: str
    observed_at: datetime
    seen_serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the authority made of a finding; `event` is the id of the event that came of it, `label` the code it disputes."""

    decision: Decision
    reason: str
    event: str | None
    decided_at: datetime
    decided_by: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """An observation on record, with what the authority made of a broken seal and of a nameplate that differs."""

    entry: int
    told: ObservationTold
    decided: Decided | None
    nameplate_decided: Decided | None = None

    def decision_on(self, finding: Finding) -> Decided | None:
        """What the authority made of one of its findings."""
        return self.decided if finding is Finding.SEAL else self.nameplate_decided

    def has(self, finding: Finding) -> bool:
        """Whether it found that."""
        return (self.told.seal_intact if finding is Finding.SEAL else self.told.nameplate_matches) is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a round came to: the result of each scan by its entry, and items by what was found of them, each in order.

    `sites`: the places of the round at which each item was scanned. At more than one, there is a copy of its label.
    """

    results: Mapping[int, ScanResult]
    correct: tuple[str, ...]
    missing: tuple[str, ...]
    misplaced: tuple[str, ...]
    unknown: tuple[str, ...]  # Texts, each once.
    sites: Mapping[str, tuple[str, ...]]


def outcome(items: Iterable[str], scans: Iterable[Scan]) -> Outcome:
    """What the scans come to beside the list of items, in the order in which they arrived.

    A scan never changes the result of one before it, so what a phone was told stays true.
    """
    listed = tuple(items)
    on_list = set(listed)
    results: dict[int, ScanResult] = {}
    seen: dict[str, None] = {}
    unknown: dict[str, None] = {}
    sites: dict[str, dict[str, None]] = {}
    for scan in scans:
        if scan.item is None:
            results[scan.entry] = ScanResult.ALREADY_SCANNED if scan.told.text in unknown else ScanResult.UNKNOWN
            unknown[scan.told.text] = None
            continue
        first = ScanResult.CORRECT if scan.item in on_list else ScanResult.MISPLACED
        results[scan.entry] = ScanResult.ALREADY_SCANNED if scan.item in seen else first
        seen[scan.item] = None
        if scan.told.site is not None:
            sites.setdefault(scan.item, {})[scan.told.site] = None
    return Outcome(
        results=results,
        correct=tuple(item for item in listed if item in seen),
        missing=tuple(item for item in listed if item not in seen),
        misplaced=tuple(item for item in seen if item not in on_list),
        unknown=tuple(unknown),
        sites={item: tuple(each) for item, each in sites.items()},
    )
