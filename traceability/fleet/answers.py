"""The answers as Arrow: one row for each item, with its findings in words."""

from datetime import date
from types import ModuleType
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet import loops
from traceability.fleet.columns import Array, Fleet
from traceability.fleet.engines import engine_for
from traceability.fleet.rules import CODES, rules_of
from traceability.fleet.sheets import days_of
from traceability.fleet.solve import Solved, room_for, solve, solve_standards
from traceability.policy import Policy
from traceability.verdict import Code, Status

_STATUSES = pa.array([status.value for status in Status])
_SUBJECT = (1 << 32) - 1

# `codes`: the finding codes as bits, by the order of `Code`. `findings`: those of severity condition or worse as CODE@subject.
# `failing`: the certificate nearest to the item that has the worst severity by itself, or the item where none does.
# `depth`: null on a circle. `traceable_until`: null when the status is not good, and when it stays good without end.
SCHEMA = pa.schema(
    {
        "item": pa.string(),
        "status": pa.dictionary(pa.int8(), pa.string()),
        "codes": pa.int64(),
        "findings": pa.list_(pa.string()),
        "failing": pa.string(),
        "certificate": pa.string(),
        "depth": pa.int32(),
        "traceable_until": pa.date32(),
    }
)


def assess_all(fleet: Fleet, day: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """What `assess` answers for every item of the fleet on a day under a policy, in the order of the fleet."""
    solved, answers = solve(fleet, day, policy, engine)
    return table_of(fleet, policy, solved, answers, engine)


def table_of(fleet: Fleet, policy: Policy, solved: Solved, answers: Array, engine: ModuleType | None = None) -> pa.Table:
    """The answers in words."""
    return in_words(fleet, fleet.item_ids, answers, findings_of(fleet, policy, solved, answers, engine))


class Named(Protocol):
    """Whose ids the numbers stand for that answers and findings hold."""

    @property
    def item_ids(self) -> pa.Array:
        """Of items, and of other targets behind them."""

    @property
    def certificate_ids(self) -> pa.Array:
        """Of certificates."""


def in_words(named: Named, targets: pa.Array, answers: Array, findings: pa.ListArray) -> pa.Table:
    """The answers for some targets in words."""
    until = np.asarray(answers["until"])
    columns = {
        "item": targets,
        "status": pa.DictionaryArray.from_arrays(pa.array(answers["status"]), _STATUSES),
        "codes": pa.array(answers["codes"]),
        "findings": findings,
        "failing": subjects_of(named, answers["failing"]),
        "certificate": named.certificate_ids.take(pa.array(answers["certificate"], mask=answers["certificate"] < 0)),
        "depth": pa.array(answers["depth"], mask=answers["depth"] < 0),
        "traceable_until": days_of(until, abs(until) == loops.FOREVER),
    }
    return pa.Table.from_pydict(columns, schema=SCHEMA)


def findings_of(fleet: Fleet, policy: Policy, solved: Solved, answers: Array, engine: ModuleType | None = None) -> pa.ListArray:
    """The findings of every item as lists of CODE@subject, by code and subject; only items with codes are looked at again."""
    rules = rules_of(fleet, policy)
    found = np.flatnonzero(answers["codes"])
    offsets = np.zeros(len(found) + 1, np.int64)
    scratch = room_for(fleet, solved, rules)
    engine = engine or engine_for(fleet)
    keys, _ = engine.list_findings(fleet.columns, rules, solved, found, offsets, scratch)
    return findings_in_words(fleet, len(answers), found, offsets, keys)


def findings_in_words(named: Named, size: int, found: Array, offsets: Array, keys: Array) -> pa.ListArray:
    """A list for each of so many targets, from the keys of those that were `found` to have any."""
    sizes = np.zeros(size + 1, np.int64)
    sizes[found + 1] = np.diff(offsets)
    encoded = pa.array(keys).dictionary_encode()
    distinct = encoded.dictionary.to_numpy(zero_copy_only=False)
    codes = pa.array([code.value for code in CODES]).take(pa.array(distinct >> loops.CODE))
    words = pc.binary_join_element_wise(codes, subjects_of(named, distinct & ((1 << loops.CODE) - 1)), "@")
    return pa.ListArray.from_arrays(pa.array(np.cumsum(sizes), pa.int32()), words.take(encoded.indices))


def subjects_of(named: Named, keys: Array) -> pa.Array:
    """The ids that keys without a code stand for; null for none."""
    place = keys & _SUBJECT
    is_item = keys & int(loops.ABOUT_ITEM) != 0
    items = named.item_ids.take(pa.array(np.where(is_item, place, 0), mask=~is_item | (keys < 0)))
    certificates = named.certificate_ids.take(pa.array(np.where(is_item, 0, place), mask=is_item | (keys < 0)))
    return pc.coalesce(items, certificates)


def codes_in(bits: int) -> tuple[Code, ...]:
    """The codes that a bit set holds."""
    return tuple(code for place, code in enumerate(CODES) if bits >> place & 1)


def coverage_of_all(fleet: Fleet, start: date, until: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """The days of a period on which each item is traceable or conditional: maximal runs with both ends inside (`coverage`)."""
    engine = engine or engine_for(fleet)
    rules = rules_of(fleet, policy)
    solved = solve_standards(fleet, rules, start, engine)
    period = (solved.day, solved.day + (until - start).days)
    scratch = room_for(fleet, solved, rules)
    items, starts, untils, n = engine.covered(fleet.columns, rules, solved, period, np.arange(fleet.items), scratch)
    return runs_of(fleet.item_ids, items[:n], starts[:n], untils[:n])


def runs_of(targets: pa.Array, numbers: Array, starts: Array, untils: Array) -> pa.Table:
    """Good days as runs: target, first day and last day."""
    return pa.Table.from_pydict(
        {
            "item": targets.take(pa.array(numbers)),
            "from": days_of(starts),
            "until": days_of(untils),
        }
    )
