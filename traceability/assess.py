"""The verdict on one target (SEMANTICS 3): a numbered procedure over values, without clock or input."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from traceability import timeline
from traceability.examination import Examined, Examiner
from traceability.inquiry import ANY_PURPOSE, Answer, Inquiry, chains_of
from traceability.known import Known, known_records
from traceability.periods import civil_day
from traceability.policy import Policy
from traceability.problems import QuestionError
from traceability.records import Purpose, Records
from traceability.resolution import end_of
from traceability.verdict import Code, Finding, Graph, Link, Node, Use, Verdict, status_of


def assess(
    records: Records,
    target: str,
    as_of: date | datetime,
    known_at: datetime,
    policy: Policy,
    purpose: Purpose = ANY_PURPOSE,
) -> Verdict:
    """Whether the target was traceable on a day, with every reason.

    `as_of`: a civil date, or an aware timestamp taken as its day in Asia/Shanghai. `known_at`: an aware instant; what was
    recorded later does not exist. `purpose`: the quantity and range asked of an item. Raises UnknownTargetError and
    QuestionError for questions that have no verdict, InvalidValueError for a naive timestamp.
    """
    return assess_known(known_records(records, known_at), target, as_of, policy, purpose)


def assess_known(known: Known, target: str, as_of: date | datetime, policy: Policy, purpose: Purpose = ANY_PURPOSE) -> Verdict:
    """The same on records that are indexed already, as known at their instant."""
    return assess_by(Examiner(known, policy), target, as_of, purpose)


def assess_by(examiner: Examiner, target: str, as_of: date | datetime, purpose: Purpose = ANY_PURPOSE) -> Verdict:
    """The same by an examiner, which remembers what it found: for several targets that rest on the same standards."""
    # 1. The day asked for, and the records as known.
    day = civil_day(as_of)
    inquiry = Inquiry(examiner, target, purpose)
    # 2. From the target to its certificates in force, and from there through every reference.
    answer = inquiry.on(day)
    # 3. Each code and subject once, with its worst severity; the status is the worst of all.
    findings = worst_of_each(answer.findings)
    status = status_of({finding.severity for finding in findings})
    # 4. The graph, and until when the answer holds.
    return Verdict(
        target=target,
        as_of=day,
        known_at=examiner.known.known_at,
        policy=examiner.policy.name,
        status=status,
        findings=findings,
        graph=_graph(inquiry, answer, findings),
        depth=inquiry.depth(answer),
        traceable_until=timeline.traceable_until(inquiry, answer) if status.is_good else msgspec.UNSET,
    )


def coverage(
    records: Records,
    target: str,
    start: date,
    until: date,
    known_at: datetime,
    policy: Policy,
    purpose: Purpose = ANY_PURPOSE,
) -> tuple[timeline.Run, ...]:
    """The days of a period on which the target is traceable or conditional, as maximal runs with both ends inside."""
    if start > until:
        raise QuestionError("the period ends before it begins", "时段的结束早于开始")
    inquiry = Inquiry(Examiner(known_records(records, known_at), policy), target, purpose)
    return timeline.coverage(inquiry, start, until)


def worst_of_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each code and subject once with its worst severity, worst first, then by code and subject."""
    worst: dict[tuple[Code, str], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.subject)
        if key not in worst or finding.rank < worst[key].rank:
            worst[key] = finding
    return tuple(sorted(worst.values(), key=lambda finding: (finding.rank, finding.code, finding.subject)))


def _graph(inquiry: Inquiry, answer: Answer, findings: tuple[Finding, ...]) -> Graph:
    reached: dict[str, Examined] = {}
    for chain in chains_of(inquiry, answer):
        reached.update((examined.certificate.id, examined) for examined in chain.certificates)
    uses: defaultdict[str, list[Use]] = defaultdict(list)
    for first in answer.firsts:
        uses[first.id].append(Use(day=answer.day, by=inquiry.target))
    codes: defaultdict[str, list[Code]] = defaultdict(list)
    for finding in findings:
        codes[finding.subject].append(finding.code)
    links: dict[Link, None] = {}
    for certificate_id, examined in reached.items():
        for step in examined.steps:
            found = None if step.found is None else step.found.id
            links[Link(by=certificate_id, reference=step.reference, found=found, is_anchor=step.is_anchor)] = None
            use = Use(day=examined.certificate.calibrated_on, by=certificate_id)
            if found is not None and use not in uses[found]:
                uses[found].append(use)
    known = inquiry.examiner.known
    nodes = (
        Node(
            certificate=certificate.id,
            item=certificate.item,
            uses=tuple(uses[certificate.id]),
            end=end_of(known, known.items[certificate.item], certificate).last_day,
            findings=tuple(codes[certificate.id]),
        )
        for certificate in (examined.certificate for examined in reached.values())
    )
    return Graph(nodes=tuple(nodes), links=tuple(links))
