"""Labels, scans of them, and what is odd about them, as they are sent and answered."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from registry.labels.code import label_address
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState
from registry.repositories.disputes import Dispute
from registry.scanning.anomalies import Reason
from registry.usecases.disputes import Suspect
from traceability.records import Identifier
from traceability.verdict import Code, Severity, Status

Text = Annotated[str, msgspec.Meta(max_length=255)]
WhyText = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Items = Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=200)]
Blanks = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class LabelOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Labels to be issued: for items (the active one where there is one), and blank ones for stock."""

    items: Items = ()
    blanks: Blanks = 0


class BindRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a blank label was put on. `serial` and `seal` as read there; `takes_place` of the item's present label."""

    item: Identifier
    serial: Text | None = None
    seal: Text | None = None
    takes_place: bool = False


class LabelChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something becomes of a label."""

    reason: WhyText


class LabelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A label in its present state. A blank has no `item` yet; `replaced_by` is the code that took its place."""

    code: str
    address: str
    item: str | None
    issue: int | None
    serial: str | None
    seal: str | None
    state: LabelState
    reason: str
    replaced_by: str | None
    made_at: datetime
    changed_at: datetime
    changed_by: str


class LabelList(msgspec.Struct, frozen=True, kw_only=True):
    """Labels, in the order in which they were asked for."""

    labels: tuple[LabelAnswer, ...]


class ItemPhotoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The photo that the page of an item's label shows: the SHA-256 of the picture as kept, and of its small form."""

    item: str
    sha256: str
    preview_sha256: str


class ScannedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """The label that was read, or the item's present one. `is_disputed`: the authority doubts it and looks into it."""

    code: str
    state: LabelState
    since: datetime
    issue: int | None
    replaced_by: str | None
    is_disputed: bool


class ScannedInstrument(msgspec.Struct, frozen=True, kw_only=True):
    """What to compare with the nameplate."""

    name: str
    kind: str
    serial: str | None


class PublicFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One defect or remark, in words."""

    code: Code
    severity: Severity
    sentence: str
    source: str


class RegisterVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Which state of the register the answer is of: the number of its facts and the root of their tree (hexadecimal)."""

    size: int
    root: str


class LabelScanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody may know of a scanned label; `item` and the verdict are null for a blank one.

    `traceable_until` is null as well where the item is not traceable, or never ceases to be.
    """

    label: ScannedLabel | None
    item: ScannedInstrument | None
    as_of: date
    known_at: datetime
    policy: str
    status: Status | None
    status_words: str | None
    traceable_until: date | None
    findings: tuple[PublicFinding, ...]
    register: RegisterVersion


class AnomalyReason(msgspec.Struct, frozen=True, kw_only=True):
    """Something odd, and how often it was met."""

    reason: Reason
    count: int


class SuspectAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A label that is disputed or has odd scans. `score`: up to 100; it orders the list and accuses nobody."""

    label: LabelAnswer
    dispute: str | None
    disputed_since: datetime | None
    score: int
    scans: int
    reasons: tuple[AnomalyReason, ...]


class SuspectList(msgspec.Struct, frozen=True, kw_only=True):
    """The authority's list: disputed labels first, then by score; at most 200."""

    suspects: tuple[SuspectAnswer, ...]


class RegistryKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of certificate stickers (Ed25519, hexadecimal) with the days on which it signs."""

    id: str
    public_key: str
    valid_from: date
    valid_until: date
    is_revoked: bool


class RegistryKeys(msgspec.Struct, frozen=True, kw_only=True):
    """All keys that ever signed stickers, old and revoked ones included: what an offline check needs."""

    keys: tuple[RegistryKey, ...]


SCHEMAS: tuple[type[msgspec.Struct], ...] = (
    LabelOrder,
    BindRequest,
    LabelChange,
    LabelAnswer,
    LabelList,
    ItemPhotoAnswer,
    LabelScanAnswer,
    SuspectList,
    RegistryKeys,
)


def label_answer(label: LabelRecord, base_url: str) -> LabelAnswer:
    """A label as it is answered."""
    return LabelAnswer(
        code=label.code,
        address=label_address(base_url, label.code),
        item=label.item,
        issue=label.issue,
        serial=label.serial,
        seal=label.seal,
        state=label.state,
        reason=label.reason,
        replaced_by=label.replaced_by,
        made_at=label.made_at,
        changed_at=label.changed_at,
        changed_by=label.changed_by,
    )


def scanned_label(label: LabelRecord | None, dispute: Dispute | None) -> ScannedLabel | None:
    """A label as everybody may know it."""
    if label is None:
        return None
    return ScannedLabel(
        code=label.code,
        state=label.state,
        since=label.changed_at,
        issue=label.issue,
        replaced_by=label.replaced_by,
        is_disputed=dispute is not None,
    )


def suspect_answer(suspect: Suspect, base_url: str) -> SuspectAnswer:
    """A row of the authority's list."""
    dispute, anomaly = suspect.dispute, suspect.anomaly
    return SuspectAnswer(
        label=label_answer(suspect.label, base_url),
        dispute=None if dispute is None else dispute.reason,
        disputed_since=None if dispute is None else dispute.since,
        score=0 if anomaly is None else anomaly.score,
        scans=0 if anomaly is None else anomaly.scans,
        reasons=() if anomaly is None else tuple(AnomalyReason(reason=why, count=count) for why, count in anomaly.reasons),
    )
