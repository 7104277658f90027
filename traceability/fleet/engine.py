"""The verdicts on every item and metering point of a registry, known at one instant, under one policy.

    fleet = Fleet(columns_of(records), known_at, policy)
    day = fleet.on(date(2026, 3, 3))
    day.items.bits[code], fleet.names.items.values[code]

Codes of items and metering points are those of `fleet.names`. What is not known at the instant has no answer: `is_item`,
`is_point` tell.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from traceability.fleet.bits import STATUSES, severity_of
from traceability.fleet.columns import Columns
from traceability.fleet.days import instant_number, number_of
from traceability.fleet.ground import UNKNOWN
from traceability.fleet.known_columns import known_columns
from traceability.fleet.lapses import Runs, lapse_runs, lapses_on
from traceability.fleet.layout import NONE, PARTS, SPAN, Bytes, table_of
from traceability.fleet.metering_points import answer_points
from traceability.fleet.periods_covered import Coverage, cover_items, cover_points
from traceability.fleet.rules import rules_of
from traceability.fleet.standards import settled_nodes
from traceability.fleet.targets import NOT_GOOD, Answers, Chains, answer_items
from traceability.policy import Policy
from traceability.problems import InvalidValueError, QuestionError
from traceability.verdict import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The answers for one day: by item code and by point code."""

    day: int
    items: Answers
    points: Answers


class Fleet:
    """A registry under a policy, solved as far as it does not depend on the day asked for."""

    def __init__(self, columns: Columns, known_at: datetime, policy: Policy, threads: int = 1) -> None:
        if known_at.utcoffset() is None:
            raise InvalidValueError("known_at has no offset", "known_at 没有时区偏移")
        known = known_columns(columns, instant_number(known_at))
        self.names = columns.names
        self.policy = policy
        self.threads = threads
        self.ground = known.ground
        self.points = known.points
        self.rules = rules_of(policy, columns.names, known.alone, known.shapes)
        owner = known.stated.certificates["item"]
        self.nodes, self.order = settled_nodes(self.ground, self.rules, owner, self._spread)
        self._runs = Runs(table_of(PARTS, 0), table_of(SPAN, 0))
        if self.rules.asks_today:
            self._runs = lapse_runs(self.ground, self.nodes, self.order, table_of(SPAN, 16))

    @property
    def is_item(self) -> Bytes:
        """By item code whether the item is known."""
        return (self.ground.items["kind"] != UNKNOWN).astype(np.uint8)

    @property
    def is_point(self) -> Bytes:
        """By point code whether the metering point is known."""
        return (self.points.points["first"] < self.points.points["end"]).astype(np.uint8)

    def chains_on(self, day: int) -> Chains:
        """All that the answers of a day rest on."""
        lapses = lapses_on(self.ground, self.nodes, self.order, day)
        return Chains(self.ground, self.rules, self.nodes, lapses, self._runs)

    def on(self, day: date) -> Day:
        """The answers for a day."""
        number = number_of(day)
        chains = self.chains_on(number)
        items, points = _empty_answers(len(self.is_item)), _empty_answers(len(self.is_point))
        self._spread(lambda first, end: answer_items(chains, number, first, end, items), len(items.bits))
        self._spread(lambda first, end: answer_points(chains, self.points, number, first, end, points), len(points.bits))
        return Day(day=number, items=items, points=points)

    def coverage(self, start: date, until: date) -> tuple[Coverage, Coverage]:
        """The good days of a period, of the items and of the metering points."""
        if start > until:
            raise QuestionError("the period ends before it begins", "时段的结束早于开始")
        chains = self.chains_on(number_of(start))
        ends = (number_of(start), number_of(until))
        return cover_items(chains, *ends), cover_points(chains, self.points, *ends)

    def status(self, seen: int) -> Status:
        """The status that finding bits give."""
        return STATUSES[severity_of(self.rules.masks, seen)]

    def _spread(self, work: Callable[[int, int], None], count: int) -> None:
        """Work on 0 … count in ranges, on as many threads as there are; compiled code does not hold Python's lock."""
        if self.threads == 1 or count < _WORTH_A_THREAD:
            work(0, count)
            return
        # More ranges than threads, so that none waits long for a slow one.
        edges = np.linspace(0, count, 8 * self.threads + 1).astype(int).tolist()
        with ThreadPoolExecutor(self.threads) as pool:
            for done in [pool.submit(work, first, end) for first, end in zip(edges, edges[1:], strict=False)]:
                done.result()


_WORTH_A_THREAD = 10_000  # Targets; below, starting threads takes longer than the work.


def _empty_answers(count: int) -> Answers:
    def column(value: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.full(count, value, dtype=np.int32)

    return Answers(np.zeros(count, dtype=np.int64), column(NONE), column(NONE), column(0), column(NOT_GOOD))
