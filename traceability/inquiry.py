"""One target under one policy, as known at one instant: what it rests on, what there is to say, on any day (SEMANTICS 3.8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from traceability.examination import Chain, Examiner
from traceability.problems import QuestionError, UnknownTargetError
from traceability.records import Branch, Certificate, Item, Purpose
from traceability.resolution import certificate_in_force, purposes_of
from traceability.rules import descent, validity
from traceability.verdict import Code, Finding, Severity, Status, status_of

ANY_PURPOSE = Purpose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An item that the target asks for on a day, for a purpose."""

    item: Item
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What there is to say on one day: findings as they come, and the certificates in force that the target starts from."""

    day: date
    findings: tuple[Finding, ...]
    firsts: tuple[Certificate, ...]

    @property
    def status(self) -> Status:
        """The status that the findings give."""
        return status_of({finding.severity for finding in self.findings})


class Inquiry:
    """Asks an examiner about one target, an item for a purpose or a metering point, on as many days as wanted."""

    def __init__(self, examiner: Examiner, target: str, purpose: Purpose = ANY_PURPOSE) -> None:
        known = examiner.known
        self.examiner = examiner
        self.target = target
        self._purpose = purpose
        self._item = known.items.get(target)
        self._point = known.metering_points.get(target)
        if self._item is None and self._point is None:
            raise UnknownTargetError(target)
        if self._point is not None and purpose != ANY_PURPOSE:
            raise QuestionError("a metering point is asked without quantity and range", "查询计量点时不能指定量和量程")

    def on(self, day: date) -> Answer:
        """The answer for a day."""
        findings = list(self._about_branches(day))
        firsts: dict[str, Certificate] = {}
        for start in self._starts(day):
            findings += self._start(start, day, firsts)
        return Answer(day=day, findings=(*findings, *self._too_long(firsts.values())), firsts=tuple(firsts.values()))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every known item that the target may start from, on any day."""
        if self._point is None:
            return (self.examiner.known.items[self.target],)
        served = dict.fromkeys(branch.item for branch in self._point.branches if branch.item is not None)
        return tuple(item for item in map(self.examiner.known.items.get, served) if item is not None)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The rows of the metering point; none for an item."""
        return () if self._point is None else self._point.branches

    def depth(self, answer: Answer) -> int | None:
        """Certificates on the longest path, 0 when there is none, None when there is a directed cycle."""
        depths = [self.examiner.chain(first).depth for first in answer.firsts]
        return None if None in depths else max((depth for depth in depths if depth is not None), default=0)

    def _starts(self, day: date) -> Iterator[Start]:
        if self._item is not None:
            yield from _item_starts(self._item, self._purpose)
        for branch in self.branches:
            item = self.examiner.known.items.get(branch.item or "")
            if branch.serves(day) and item is not None:
                yield from _item_starts(item, branch)

    def _about_branches(self, day: date) -> Iterator[Finding]:
        """What is wrong with the installation itself: an input missing, doubled, or served by an item nobody knows."""
        for name in dict.fromkeys(branch.name for branch in self.branches):
            rows = [branch for branch in self.branches if branch.name == name and branch.serves(day)]
            facts = {"branch": name, "day": str(day)}
            if not rows or any(row.item is None for row in rows):
                yield self._about_target(Code.BRANCH_MISSING, Severity.FAIL, facts)
            if len(rows) > 1:
                yield self._about_target(Code.INSTALLATION_OVERLAP, Severity.INDETERMINATE, facts)
            for row in rows:
                if row.item is not None and row.item not in self.examiner.known.items:
                    facts = facts | {"item": row.item}
                    yield self._about_target(Code.REFERENCE_UNKNOWN, Severity.INDETERMINATE, facts)

    def _start(self, start: Start, day: date, firsts: dict[str, Certificate]) -> Iterator[Finding]:
        """One item asked for on the day: an anchor as it is, any other by the certificate in force and all it rests on."""
        if start.item.is_anchor:
            yield from descent.anchor(self.examiner.policy, start.item, day)
            return
        resolution = certificate_in_force(self.examiner.known, start.item.id, day, start.purpose)
        yield from validity.checked(self.examiner.known, start.item, resolution, day, start.purpose)
        if resolution.found is None:
            return
        firsts[resolution.found.id] = resolution.found
        chain = self.examiner.chain(resolution.found)
        yield from chain.findings
        yield from self.examiner.lapsed(chain, start.item, day)

    def _too_long(self, firsts: Iterable[Certificate]) -> Iterator[Finding]:
        depths = [self.examiner.chain(first).depth for first in firsts]
        limit = self.examiner.policy.max_chain_length
        if None not in depths and any(depth is not None and depth > limit for depth in depths):
            yield self._about_target(Code.CHAIN_TOO_LONG, Severity.INDETERMINATE, {"limit": str(limit)})

    def _about_target(self, code: Code, severity: Severity, facts: dict[str, str]) -> Finding:
        return Finding(code=code, severity=severity, subject=self.target, detail=facts)


def chains_of(inquiry: Inquiry, answer: Answer) -> tuple[Chain, ...]:
    """The chains that the target rests on, one for each certificate it starts from."""
    return tuple(inquiry.examiner.chain(first) for first in answer.firsts)


def _item_starts(item: Item, purpose: Purpose) -> Iterator[Start]:
    return (Start(item=item, purpose=each) for each in purposes_of(item, purpose))
