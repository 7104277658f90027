"""Random registries as columns, and what `assess` says of each of their items, to compare with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from types import ModuleType
from typing import Any

import msgspec
import networkx as nx
import pyarrow as pa

from tests.strategies import Sizes, random_document, random_question
from traceability.assess import assess
from traceability.examination import Examiner
from traceability.fleet.answers import assess_all
from traceability.fleet.columns import Fleet
from traceability.fleet.encode import encode
from traceability.fleet.point_answers import assess_everything
from traceability.fleet.points import Points, encode_points, point_sheets_of
from traceability.fleet.rules import CODES
from traceability.fleet.sheets import sheets_of
from traceability.inquiry import ANY_PURPOSE, Inquiry
from traceability.interchange import records_from
from traceability.known import known_records
from traceability.policy import Policy
from traceability.records import Purpose, Records
from traceability.resolution import certificate_in_force
from traceability.rules import validity
from traceability.verdict import Code, Finding, Severity, Status, status_of

EVERYTHING_KNOWN = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Records, and a question about all their items."""

    records: Records
    as_of: date
    known_at: datetime
    policy: Policy

    @cached_property
    def fleet(self) -> Fleet:
        """The records as columns."""
        return encode(sheets_of(known_records(self.records, self.known_at)))

    @cached_property
    def points(self) -> Points:
        """The metering points as columns."""
        return encode_points(self.fleet, point_sheets_of(known_records(self.records, self.known_at)))

    def asked(self, as_of: date, policy: Policy) -> "World":
        """The same records, encoded once, with another question."""
        other = World(self.records, as_of, self.known_at, policy)
        vars(other)["fleet"] = self.fleet
        if self.records.metering_points:
            vars(other)["points"] = self.points
        return other

    def answers(self, engine: ModuleType) -> dict[str, dict[str, Any]]:
        """What the fleet engine answers, by item."""
        return _by_target(assess_all(self.fleet, self.as_of, self.policy, engine))

    def answers_for_points(self, engine: ModuleType) -> dict[str, dict[str, Any]]:
        """What the fleet engine answers, by metering point."""
        return _by_target(assess_everything(self.points, self.as_of, self.policy, engine).points)

    def expected_for_points(self) -> dict[str, dict[str, Any]]:
        """What `assess` answers, one point after the other, in the same form."""
        examiner = Examiner(known_records(self.records, self.known_at), self.policy)
        return {point: self._expected(examiner, point) for point in examiner.known.metering_points}

    def expected(self) -> dict[str, dict[str, Any]]:
        """What `assess` answers, one item after the other, in the same form."""
        examiner = Examiner(known_records(self.records, self.known_at), self.policy)
        return {item: self._expected(examiner, item) for item in examiner.known.items}

    def _expected(self, examiner: Examiner, item: str) -> dict[str, Any]:
        verdict = assess(self.records, item, self.as_of, self.known_at, self.policy)
        until = verdict.traceable_until
        firsts = Inquiry(examiner, item).on(self.as_of).firsts
        keys = sorted((CODES.index(each.code), each.subject) for each in verdict.findings if each.severity is not Severity.NOTE)
        return {
            "item": item,
            "status": verdict.status.value,
            "codes": sum(1 << code for code in {code for code, _ in keys}),
            "findings": {f"{CODES[code]}@{subject}" for code, subject in keys},
            "failing": self._failing_of(examiner, item, verdict.status),
            "certificate": firsts[0].id if firsts else None,
            "depth": verdict.depth,
            "traceable_until": None if until is msgspec.UNSET else until,
        }

    def _failing_of(self, examiner: Examiner, target: str, status: Status) -> str | None:
        """For a metering point: the point itself where its installation is the worst, else that of the first row that is."""
        if target in examiner.known.items:
            return self._failing(examiner, target, status)
        inquiry = Inquiry(examiner, target)
        if status is Status.TRACEABLE or _worst(inquiry._about_branches(self.as_of)) is status:
            return None if status is Status.TRACEABLE else target
        for row in inquiry.branches:
            if row.serves(self.as_of) and row.item in examiner.known.items:
                purpose = Purpose(quantity=row.quantity, unit=row.unit, low=row.low, high=row.high)
                answer = Inquiry(examiner, row.item, purpose).on(self.as_of)
                if _worst(each for each in answer.findings if each.code is not Code.CHAIN_TOO_LONG) is status:
                    return self._failing(examiner, row.item, status, purpose)
        return target  # Its chain is too long.

    def _failing(self, examiner: Examiner, item_id: str, status: Status, purpose: Purpose = ANY_PURPOSE) -> str | None:
        """The certificate nearest to the item that has the worst severity by itself; the item where none does."""
        if status is Status.TRACEABLE:
            return None
        known = examiner.known
        inquiry = Inquiry(examiner, item_id, purpose)
        for start in inquiry._starts(self.as_of):
            if start.item.is_anchor:
                return item_id
            resolution = certificate_in_force(known, item_id, self.as_of, start.purpose)
            if _worst(validity.checked(known, start.item, resolution, self.as_of, start.purpose)) is status:
                return item_id if resolution.found is None else resolution.found.id
            if resolution.found is not None:
                chain = examiner.chain(resolution.found)
                graph = nx.DiGraph(
                    (each.certificate.id, step.found.id) for each in chain.certificates for step in each.steps if step.found
                )
                for each in chain.certificates:
                    below = nx.descendants(graph, each.certificate.id) if each.certificate.id in graph else set()
                    of_item = {
                        other.certificate.id for other in chain.certificates if other.certificate.item == each.certificate.item
                    }
                    revisits = below & (of_item - {each.certificate.id})
                    on_circle = (
                        each.certificate.id in graph
                        and nx.has_path(graph, each.certificate.id, each.certificate.id)
                        and any(
                            each.certificate.id in nx.descendants(graph, other)
                            for other in graph.successors(each.certificate.id)
                        )
                    )
                    own = [Status.CONDITIONAL] if revisits else []
                    own += [Status.NOT_TRACEABLE] if on_circle else []
                    if status in {*own, _worst(each.findings)}:
                        return each.certificate.id
        return item_id


def _by_target(answers: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["item"]: row | {"findings": set(row["findings"])} for row in answers.to_pylist()}


def _worst(findings: Iterable[Finding]) -> Status:
    return status_of({finding.severity for finding in findings})


def drawn(seed: int, points: int = 1) -> World:
    """The world that a seed gives: small, with all troubles."""
    random = Random(seed)
    sizes = Sizes(
        anchors=random.randint(1, 3),
        items=random.randint(2, 6),
        events=random.randint(0, 6),
        competences=random.randint(0, 4),
        trouble=random.choice([0.0, 0.1, 0.3]),
        points=points,
    )
    document = random_document(random, sizes)
    question = random_question(random, document)
    return World(
        records=records_from(document),
        as_of=question["as_of"] - timedelta(days=random.choice((0, 0, 30))),
        known_at=question["known_at"] or EVERYTHING_KNOWN,
        policy=msgspec.convert(question["policy"], Policy),
    )
