"""The answers for metering points, after those for the items that serve them."""

from datetime import date
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from traceability.fleet.answers import findings_in_words, in_words, runs_of, table_of
from traceability.fleet.columns import Array, records
from traceability.fleet.engines import engine_of
from traceability.fleet.points import Points
from traceability.fleet.rules import Rules, rules_of
from traceability.fleet.solve import ANSWER, Scratch, Solved, in_spans, room_for, solve, solve_standards
from traceability.policy import Policy


class Everything(NamedTuple):
    """The answers for all items and for all points, by `traceability.fleet.answers.SCHEMA`; `item` is the target."""

    items: pa.Table
    points: pa.Table


def assess_everything(points: Points, day: date, policy: Policy, engine: ModuleType | None = None) -> Everything:
    """What `assess` answers for every item and for every metering point on a day under a policy, each in their order."""
    engine = engine or engine_of(max(points.fleet.items, points.size))
    solved, answers = solve(points.fleet, day, policy, engine)
    rules = rules_of(points.fleet, policy)
    of_points = solve_points(points, rules, solved, answers, engine)
    items = table_of(points.fleet, policy, solved, answers, engine)
    return Everything(items, _table_of(points, rules, solved, of_points, engine))


def solve_points(points: Points, rules: Rules, solved: Solved, of_items: Array, engine: ModuleType) -> Array:
    """The answers for all points, from those for all items on the same day (solve.ANSWER)."""
    answers = records(ANSWER, points.size)

    def answer(start: int, stop: int, scratch: Scratch) -> None:
        numbers = np.arange(start, stop)
        engine.answer_points(points.columns, rules, solved, points.table, numbers, of_items, answers, scratch)

    in_spans(points.size, lambda: room_for(points.fleet, solved, rules), answer)
    return answers


def coverage_of_points(points: Points, start: date, until: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """The days of a period on which each point is traceable or conditional, as `coverage_of_all` has them for items."""
    engine = engine or engine_of(max(points.fleet.items, points.size))
    rules = rules_of(points.fleet, policy)
    solved = solve_standards(points.fleet, rules, start, engine)
    period = (solved.day, solved.day + (until - start).days)
    scratch = room_for(points.fleet, solved, rules)
    numbers = np.arange(points.size)
    which, starts, untils, n = engine.covered_points(points.columns, rules, solved, points.table, period, numbers, scratch)
    return runs_of(points.ids, which[:n], starts[:n], untils[:n])


def _table_of(points: Points, rules: Rules, solved: Solved, answers: Array, engine: ModuleType) -> pa.Table:
    found = np.flatnonzero(answers["codes"])
    offsets = np.zeros(len(found) + 1, np.int64)
    scratch = room_for(points.fleet, solved, rules)
    keys, _ = engine.list_point_findings(points.columns, rules, solved, points.table, found, offsets, scratch)
    findings = findings_in_words(points, len(answers), found, offsets, keys)
    return in_words(points, points.ids, answers, findings)
