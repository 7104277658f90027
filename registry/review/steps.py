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
    """In which capacity somebody takes a step."""

    REGULATOR = "regulator"
    INSPECTOR = "inspector"
    UNIT = "unit"


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One step of a review: the kind says which."""


class Notified(Step, frozen=True, kw_only=True, tag="notified"):
    """The unit was told that it is reviewed, and until which day it is to check itself."""

    self_check_until: date
    visit_on: date | None = None
    remark: Text = ""


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question of the self-check: the clause it comes from, whether it is met, and what there is to say."""

    clause: Line
    is_met: bool
    remark: Text = ""


class SelfChecked(Step, frozen=True, kw_only=True, tag="self_checked"):
    """The unit checked itself."""

    checks: Annotated[tuple[Check, ...], msgspec.Meta(min_length=1, max_length=_MOST_FINDINGS)]
    remark: Text = ""


class DocumentsReviewed(Step, frozen=True, kw_only=True, tag="documents_reviewed"):
    """The inspectors went through the documents."""

    remark: Filled


class Visited(Step, frozen=True, kw_only=True, tag="visited"):
    """The inspectors were there; `round` is the round in which they scanned the meters."""

    on: date
    round: Identifier | None = None
    remark: Text = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What does not conform, to which clause, and until when it is to be mended.

    `evidence`: ids of what shows it, as items, documents, observations.
    """

    number: Annotated[int, msgspec.Meta(ge=1, le=_MOST_FINDINGS)]
    clause: Line
    text: Filled
    evidence: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=100)] = ()
    deadline: date


class FindingsIssued(Step, frozen=True, kw_only=True, tag="findings_issued"):
    """The result of the visit: what does not conform; nothing where all does."""

    findings: Annotated[tuple[Finding, ...], msgspec.Meta(max_length=_MOST_FINDINGS)] = ()
    remark: Text = ""


class Rectified(Step, frozen=True, kw_only=True, tag="rectified"):
    """What the unit did about a finding, and what shows it."""

    finding: int
    text: Filled
    evidence: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=100)] = ()


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
