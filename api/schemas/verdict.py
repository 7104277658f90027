"""Verdicts, coverage and impact as they are answered: the names of SEMANTICS 3.9, each finding with its sentence."""

from datetime import date, datetime

import msgspec

from api.render import words
from api.render.names import Names
from api.render.sentences import SAYINGS, sentence
from traceability.graph import Dependent
from traceability.timeline import Run
from traceability.verdict import Code, Graph, Severity, Status, Verdict


class FindingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One defect or remark. `sentence` says it in the language of the answer, `source` names the clause behind it."""

    code: Code
    severity: Severity
    subject: str
    detail: dict[str, str]
    sentence: str
    source: str


class VerdictAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the target was traceable on a day, as known at an instant, under a policy, and why.

    `traceable_until`: the last good day of the run that holds `as_of`; null when it never ends; absent when the target is
    not traceable on `as_of`. `depth`: certificates on the longest path, null on a circle.
    """

    target: str
    as_of: date
    known_at: datetime
    policy: str
    status: Status
    status_words: str
    findings: tuple[FindingAnswer, ...]
    graph: Graph
    depth: int | None
    traceable_until: date | None | msgspec.UnsetType = msgspec.UNSET


class CoverageAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """The days of a period on which the target is traceable or conditional, as maximal inclusive intervals."""

    target: str
    start: date
    until: date
    known_at: datetime
    policy: str
    intervals: tuple[Run, ...]


class ImpactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The certificates that hang on a certificate or item, nearest first."""

    subject: str
    known_at: datetime
    dependents: tuple[Dependent, ...]


def verdict_answer(verdict: Verdict, names: Names) -> VerdictAnswer:
    """The verdict with its findings in words."""
    return VerdictAnswer(
        target=verdict.target,
        as_of=verdict.as_of,
        known_at=verdict.known_at,
        policy=verdict.policy,
        status=verdict.status,
        status_words=words.STATUSES[verdict.status].words.in_(names.language),
        findings=finding_answers(verdict, names),
        graph=verdict.graph,
        depth=verdict.depth,
        traceable_until=verdict.traceable_until,
    )


def finding_answers(verdict: Verdict, names: Names) -> tuple[FindingAnswer, ...]:
    """The findings of a verdict in words."""
    return tuple(
        FindingAnswer(
            code=finding.code,
            severity=finding.severity,
            subject=finding.subject,
            detail=finding.detail,
            sentence=sentence(finding, names),
            source=SAYINGS[finding.code].source,
        )
        for finding in verdict.findings
    )
