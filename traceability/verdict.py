"""The answer: status, findings, and the graph of certificates that it rests on (SEMANTICS 1 and 3.9)."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from traceability.records import Certificate, Reference, Value


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    CONDITION = "condition"
    NOTE = "note"


class Status(StrEnum):
    """The answer in one word, best first."""

    TRACEABLE = "traceable"
    CONDITIONAL = "conditional"
    INDETERMINATE = "indeterminate"
    NOT_TRACEABLE = "not_traceable"

    @property
    def is_good(self) -> bool:
        """Whether the target counts as traceable on the day, with or without conditions (SEMANTICS 3.9)."""
        return self in {Status.TRACEABLE, Status.CONDITIONAL}


class Code(StrEnum):
    """Finding codes: public API, spelled as in SEMANTICS, never renamed or reused."""

    WITHDRAWN = "WITHDRAWN"
    QUANTITY_MISMATCH = "QUANTITY_MISMATCH"
    NO_CERTIFICATE = "NO_CERTIFICATE"
    FAILED = "FAILED"
    ID_MISMATCH = "ID_MISMATCH"
    DATE_ORDER = "DATE_ORDER"
    RETIRED = "RETIRED"
    EVENT_AFTER_CALIBRATION = "EVENT_AFTER_CALIBRATION"
    EXPIRED = "EXPIRED"
    NO_INTERVAL = "NO_INTERVAL"
    INTERVAL_COMPUTED = "INTERVAL_COMPUTED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    LIMITED = "LIMITED"
    ISSUED_LATER = "ISSUED_LATER"
    SUSPECT = "SUSPECT"
    NO_RESULTS = "NO_RESULTS"
    NO_REFERENCES = "NO_REFERENCES"
    REFERENCE_UNKNOWN = "REFERENCE_UNKNOWN"
    CYCLE = "CYCLE"
    ANCHOR_NOT_RECOGNIZED = "ANCHOR_NOT_RECOGNIZED"
    FOREIGN_ANCHOR = "FOREIGN_ANCHOR"
    NAMED_CERTIFICATE_NOT_IN_FORCE = "NAMED_CERTIFICATE_NOT_IN_FORCE"
    ITEM_REVISITED = "ITEM_REVISITED"
    CHAIN_TOO_LONG = "CHAIN_TOO_LONG"
    REFERENCE_LAPSED = "REFERENCE_LAPSED"
    NO_COMPETENCE = "NO_COMPETENCE"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    UNCERTAINTY_BELOW_CMC = "UNCERTAINTY_BELOW_CMC"
    NO_UNCERTAINTY = "NO_UNCERTAINTY"
    NO_COVERAGE_FACTOR = "NO_COVERAGE_FACTOR"
    UNCERTAINTY_NOT_INCREASING = "UNCERTAINTY_NOT_INCREASING"
    UNCERTAINTY_EQUAL = "UNCERTAINTY_EQUAL"
    NOT_COMPARED = "NOT_COMPARED"
    ACCURACY_RATIO = "ACCURACY_RATIO"
    ERROR_EXCEEDS_MPE = "ERROR_EXCEEDS_MPE"
    BRANCH_MISSING = "BRANCH_MISSING"
    INSTALLATION_OVERLAP = "INSTALLATION_OVERLAP"


# Worst first: the order in which findings are listed and by which the status is found.
SEVERITIES = tuple(Severity)
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_STATUS_OF = {
    Severity.FAIL: Status.NOT_TRACEABLE,
    Severity.INDETERMINATE: Status.INDETERMINATE,
    Severity.CONDITION: Status.CONDITIONAL,
    Severity.NOTE: Status.TRACEABLE,
}


class Finding(Value, frozen=True, kw_only=True):
    """One defect or remark: `subject` is the id of the certificate, item or metering point, `detail` its facts by name."""

    code: Code
    severity: Severity
    subject: str
    detail: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def key(self) -> str:
        """`CODE@subject`, as test vectors name it."""
        return f"{self.code}@{self.subject}"

    @property
    def rank(self) -> int:
        """0 for the worst severity."""
        return _RANK[self.severity]


class Use(Value, frozen=True, kw_only=True):
    """On which day a certificate was relied on, and by whom: a certificate, or the target itself."""

    day: date
    by: str


class Node(Value, frozen=True, kw_only=True):
    """A certificate that the target reaches. `end` is its last good day as far as known, `findings` are about it."""

    certificate: str
    item: str
    uses: tuple[Use, ...]
    end: date | None
    findings: tuple[Code, ...]


class Link(Value, frozen=True, kw_only=True):
    """One reference of a certificate: what it used and the certificate that was in force then; none for an anchor or a gap."""

    by: str
    reference: Reference
    found: str | None
    is_anchor: bool


class Graph(Value, frozen=True, kw_only=True):
    """The certificates that the target reaches, nearest first, and their references."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


class Verdict(Value, frozen=True, kw_only=True):
    """Whether the target was traceable on a day, as known at an instant, under a policy, and why.

    `depth`: certificates on the longest path, 0 when none, None on a directed cycle. `traceable_until`: the last good day of
    the run that holds `as_of`; None when it never ends; UNSET when the target is not good on `as_of`.
    """

    target: str
    as_of: date
    known_at: datetime
    policy: str
    status: Status
    findings: tuple[Finding, ...]
    graph: Graph
    depth: int | None
    traceable_until: date | None | msgspec.UnsetType = msgspec.UNSET

    @property
    def keys(self) -> frozenset[str]:
        """The findings of severity condition or worse as `CODE@subject`."""
        return frozenset(finding.key for finding in self.findings if finding.severity is not Severity.NOTE)


def about(certificate: Certificate, code: Code, severity: Severity, **facts: object) -> Finding:
    """A finding about a certificate, with its number among the facts."""
    detail = {"number": certificate.number} | {name: str(fact) for name, fact in facts.items()}
    return Finding(code=code, severity=severity, subject=certificate.id, detail=detail)


def status_of(severities: set[Severity]) -> Status:
    """The status that the worst severity gives; traceable when there is nothing worse than a note (SEMANTICS 1)."""
    return _STATUS_OF[min(severities, key=_RANK.__getitem__, default=Severity.NOTE)]
