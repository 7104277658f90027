"""The steps of a review of a unit, as values: what is told with each. Who took it, and when, stands with it in the store."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.records import Identifier

_MOST_FINDINGS = 500

Text = Annotated[str, msgspec.Meta(max_length=4000)]
Filled = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Actor(StrEnum):
    """In which capacity somebody takes a step. `AREA`: the bureau of the unit's area, whoever organizes the review."""

    REGULATOR = "regulator"
    AREA = "area"
    INSPECTOR = "inspector"
    UNIT = "unit"


class EvidenceKind(StrEnum):
    """What can show something: a record, a round or a photo of it (by its SHA-256), a file of the case (by its SHA-256)."""

    ITEM = "item"
    CERTIFICATE = "certificate"
    ROUND = "round"
    PHOTO = "photo"
    DOCUMENT = "document"


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that shows something."""

    kind: EvidenceKind
    id: Identifier


Proof = Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=100)]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One step of a review: the kind says which."""


class Notified(Step, frozen=True, kw_only=True, tag="notified"):
    """The unit was told that it is reviewed, and until which day it is to check itself."""

    self_check_until: date
    visit_on: date | None = None
    remark: Text = ""


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer of the self-check: the clause asked about, whether it is met (None: it does not apply), what there is to say.

    `told`: what the registry told of it when it was answered, such as a rate.
    """

    clause: Line
    is_met: bool | None
    remark: Text = ""
    told: Text = ""


class SelfChecked(Step, frozen=True, kw_only=True, tag="self_checked"):
    """The unit checked itself, by the questions of an edition."""

    checks: Annotated[tuple[Check, ...], msgspec.Meta(min_length=1, max_length=_MOST_FINDINGS)]
    checklist: Identifier | None = None
    remark: Text = ""
    evidence: Proof = ()


class DocumentsReviewed(Step, frozen=True, kw_only=True, tag="documents_reviewed"):
    """The inspectors went through the documents."""

    remark: Filled


class Visited(Step, frozen=True, kw_only=True, tag="visited"):
    """The inspectors were there; `round` is the round in which they scanned the meters."""

    on: date
    round: Identifier | None = None
    remark: Text = ""


class NonConformity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What does not conform, to which clause, until when it is to be mended, and what shows it."""

    number: Annotated[int, msgspec.Meta(ge=1, le=_MOST_FINDINGS)]
    clause: Line
    text: Filled
    evidence: Proof = ()
    deadline: date


class FindingsIssued(Step, frozen=True, kw_only=True, tag="findings_issued"):
    """The result of the visit: what does not conform; nothing where all does. `revisit_until`: of the re-visit."""

    findings: Annotated[tuple[NonConformity, ...], msgspec.Meta(max_length=_MOST_FINDINGS)] = ()
    revisit_until: date | None = None
    remark: Text = ""


class Rectified(Step, frozen=True, kw_only=True, tag="rectified"):
    """What the unit did about a finding, and what shows it."""

    finding: int
    text: Filled
    evidence: Proof = ()


class Judgement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a finding is mended; when it is not, until when it has to be."""

    finding: int
    is_accepted: bool
    remark: Text = ""
    deadline: date | None = None


class Revisited(Step, frozen=True, kw_only=True, tag="revisited"):
    """The re-visit (回头看): what became of the findings that the unit says it has mended."""

    on: date
    judgements: Annotated[tuple[Judgement, ...], msgspec.Meta(min_length=1, max_length=_MOST_FINDINGS)]
    revisit_until: date | None = None


class Closed(Step, frozen=True, kw_only=True, tag="closed"):
    """The review ended well."""

    remark: Text = ""


class Referred(Step, frozen=True, kw_only=True, tag="referred"):
    """The review was handed to the enforcement authority."""

    to: Line
    reason: Filled


class Published(Step, frozen=True, kw_only=True, tag="published"):
    """The result was published."""

    address: Line | None = None


AnyStep = (
    Notified
    | SelfChecked
    | DocumentsReviewed
    | Visited
    | FindingsIssued
    | Rectified
    | Revisited
    | Closed
    | Referred
    | Published
)

KINDS: tuple[str, ...] = tuple(str(each.__struct_config__.tag) for each in AnyStep.__args__)

_READER: msgspec.json.Decoder[AnyStep] = msgspec.json.Decoder(AnyStep)
_WRITER = msgspec.json.Encoder(order="deterministic")


def kind_of(step: Step | type[Step]) -> str:
    """The name of the kind of a step."""
    return str(step.__struct_config__.tag)


def written(step: AnyStep) -> str:
    """The step as it is stored, and stands in the ledger."""
    return _WRITER.encode(step).decode()


def read(content: str) -> AnyStep:
    """The step that was written."""
    step: AnyStep = _READER.decode(content)
    return step
