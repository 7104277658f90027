"""What lapses in the days to come and because of what, and what would if a standard were not calibrated again.

The first is what the records say already: the last day of each good run. The second is an assumption, stated here: every
item is calibrated again on the last day of its certificate, as last time, with the same standards for the same uses; all of
them are calibrated in time, save the one in question and what can therefore not be calibrated.
"""

from datetime import date
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from traceability.fleet import loops
from traceability.fleet.answers import subjects_of
from traceability.fleet.codes import place_of
from traceability.fleet.columns import Array, Columns, Fleet, records
from traceability.fleet.engines import engine_for
from traceability.fleet.links import ends_of, found_on, links_of, owners_of, references_of, started_from
from traceability.fleet.loops.days import first_lapse, next_day_of
from traceability.fleet.loops.resolution import end_of
from traceability.fleet.rules import CODES, Rules, rules_of
from traceability.fleet.sheets import days_of, number_of
from traceability.fleet.solve import ANSWER, Scratch, Solved, room_for, solve, solve_standards
from traceability.policy import Policy

_PLACE = (1 << 32) - 1  # In a key, the number of its subject.

# `last_day`: of the good run that holds the day asked for. `findings`: what is wrong on the day after, CODE@subject, of
# severity indeterminate or worse. `carried_by`: the standards that lapse then and take the item along (REFERENCE_LAPSED).
# `standard`: of those that its certificate used, the one that ends first; `standard_until`: its last day. Empty where none
# is known to end.
LAPSES = pa.schema(
    {
        "item": pa.string(), "last_day": pa.date32(), "findings": pa.list_(pa.string()), "carried_by": pa.list_(pa.string()),
        "standard": pa.string(), "standard_until": pa.date32(),
    }
)  # fmt: skip
# `lost_from`: the first day on which the item is not traceable. `level`: 1 for what was calibrated with the standard in
# question. `standard`: the one among its own that is missing. `last_day`: of its certificate, when it would be calibrated
# again.
STRANDED = pa.schema(
    {
        "level": pa.int32(), "item": pa.string(), "certificate": pa.string(), "last_day": pa.date32(),
        "lost_from": pa.date32(), "standard": pa.string(),
    }
)  # fmt: skip


def lapsing(fleet: Fleet, day: date, days: int, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """The items that are good on a day and will not be on one of the `days` after it, as known; rows by LAPSES."""
    engine = engine or engine_for(fleet)
    solved, answers = solve(fleet, day, policy, engine)
    until = np.asarray(answers["until"], np.int64)
    items = np.flatnonzero((until >= solved.day) & (until < solved.day + days))
    items = items[np.argsort(until[items], kind="stable")]
    rules = rules_of(fleet, policy)
    texts: list[list[str]] = []
    carriers: list[list[str]] = []
    scratch = room_for(fleet, solved, rules)
    uses = np.arange(len(fleet.columns.uses))
    last_days, firsts = np.unique(until[items], return_index=True)
    for last_day, alike in zip(last_days.tolist(), np.split(items, firsts[1:]), strict=False):
        # What standards show does not depend on the day, only from when on their uses are lapsed.
        then = solved._replace(day=last_day + 1, use_lapse=np.full(len(uses), loops.FOREVER, np.int32))
        if rules.is_in_force:
            engine.lapses(fleet.columns, uses, then.day, then.use_lapse)
        offsets = np.zeros(len(alike) + 1, np.int64)
        keys, severities = engine.list_findings(fleet.columns, rules, then, alike, offsets, scratch)
        bad, lapsed = severities >= loops.INDETERMINATE, keys >> loops.CODE == loops.REFERENCE_LAPSED
        texts += _split(_worded(fleet, keys), bad, offsets)
        carriers += _split(subjects_of(fleet, keys & ((1 << loops.CODE) - 1)).to_pylist(), lapsed, offsets)
    standard, standard_until = _ending_first(fleet, items, solved.day, engine)
    table = pa.Table.from_pydict(
        {
            "item": fleet.item_ids.take(pa.array(items)),
            "last_day": days_of(until[items]),
            "findings": pa.array(texts, pa.list_(pa.string())),
            "carried_by": pa.array(carriers, pa.list_(pa.string())),
            "standard": fleet.item_ids.take(pa.array(standard, mask=standard < 0)),
            "standard_until": days_of(standard_until, standard < 0),
        },
        schema=LAPSES,
    )
    return table.sort_by([("last_day", "ascending"), ("item", "ascending")])


class Carried(NamedTuple):
    """The items that lapse, by their places, the last good day of each, and the standard that carries that; NONE for none."""

    items: Array
    last_days: Array
    standards: Array


def carried(fleet: Fleet, day: date, days: int, policy: Policy, engine: ModuleType | None = None) -> Carried:
    """The items of `lapsing` as numbers, in order, and what carries each.

    That is the first standard that lapses then and takes the item along, else the one that ends first of those that its
    certificate used, if it is out before the item is.
    """
    engine = engine or engine_for(fleet)
    solved, answers = solve(fleet, day, policy, engine)
    until = np.asarray(answers["until"], np.int64)
    items = np.flatnonzero((until >= solved.day) & (until < solved.day + days))
    standard, standard_until = _ending_first(fleet, items, solved.day, engine)
    standard[standard_until >= until[items]] = loops.NONE
    rules = rules_of(fleet, policy)
    if rules.is_in_force:
        scratch, uses = room_for(fleet, solved, rules), np.arange(len(fleet.columns.uses))
        for last_day in np.unique(until[items]).tolist():
            alike = np.flatnonzero(until[items] == last_day)
            keys, owner = _lapsed_then(fleet, rules, solved, uses, items[alike], last_day + 1, engine, scratch)
            owner, firsts = np.unique(owner, return_index=True)
            standard[alike[owner]] = keys[firsts] & _PLACE
    return Carried(items, until[items], standard)


def carriers(fleet: Fleet, found: Carried) -> pa.Array:
    """For each item of the fleet the id of the standard that carries its lapse; null where it does not lapse, or by itself."""
    standards = np.full(fleet.items, loops.NONE, np.int64)
    standards[found.items] = found.standards
    return fleet.item_ids.take(pa.array(standards, mask=standards < 0))


def _lapsed_then(
    fleet: Fleet, rules: Rules, solved: Solved, uses: Array, items: Array, day: int, engine: ModuleType, scratch: Scratch
) -> tuple[Array, Array]:
    """What lapses on a day and takes items along (REFERENCE_LAPSED): the findings, and for each the place of its item."""
    then = solved._replace(day=day, use_lapse=np.full(len(uses), loops.FOREVER, np.int32))
    engine.lapses(fleet.columns, uses, then.day, then.use_lapse)
    offsets = np.zeros(len(items) + 1, np.int64)
    keys, _ = engine.list_findings(fleet.columns, rules, then, items, offsets, scratch)
    is_lapsed = keys >> loops.CODE == loops.REFERENCE_LAPSED
    return keys[is_lapsed], np.repeat(np.arange(len(items)), np.diff(offsets))[is_lapsed]


def stranded(fleet: Fleet, day: date, without: str, by: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """What is good on a day and would be lost if an item got no new certificate until `by`, that day included; by STRANDED."""
    engine = engine or engine_for(fleet)
    rules, columns, start, stop = rules_of(fleet, policy), fleet.columns, number_of(day) or 0, number_of(by) or 0
    missing = place_of(without, fleet.item_ids)
    chain = _Stranding(fleet, rules, missing, start, stop)
    chain.spread()
    item, certificate = started_from(columns, np.arange(fleet.items), start)
    is_lost = (certificate >= 0) & (item != missing)
    is_lost[is_lost] = chain.out[certificate[is_lost]] != loops.FOREVER
    item, certificate = item[is_lost], certificate[is_lost]
    solved, answers = solve_standards(fleet, rules, day, engine), records(ANSWER, fleet.items)
    engine.answer_items(columns, rules, solved, np.unique(item), answers, room_for(fleet, solved, rules))
    is_good = answers["status"][item] <= loops.CONDITION
    item, certificate = item[is_good], certificate[is_good]
    # Of several certificates of an item the one that is lost first.
    order = np.lexsort((certificate, chain.out[certificate], item))
    order = order[np.unique(item[order], return_index=True)[1]]
    item, certificate = item[order], certificate[order]
    table = pa.Table.from_pydict(
        {
            "level": pa.array(chain.level[certificate], pa.int32()),
            "item": fleet.item_ids.take(pa.array(item)),
            "certificate": fleet.certificate_ids.take(pa.array(certificate)),
            "last_day": days_of(ends_of(columns, item, certificate)),
            "lost_from": days_of(chain.out[certificate]),
            "standard": fleet.item_ids.take(pa.array(chain.standard[certificate])),
        },
        schema=STRANDED,
    )
    return table.sort_by([("lost_from", "ascending"), ("level", "ascending"), ("item", "ascending")])


class _Stranding:
    """From which day on certificates in force would be lost, for want of which standard, how far below the missing item."""

    def __init__(self, fleet: Fleet, rules: Rules, missing: int, start: int, stop: int) -> None:
        self._columns, self._links, self._rules = fleet.columns, links_of(fleet), rules
        self._start, self._stop = start, stop
        size = len(fleet.columns.certificates)
        self.out = np.full(size, loops.FOREVER, np.int64)
        self.standard, self.level = np.full(size, loops.NONE, np.int64), np.zeros(size, np.int32)
        uses = np.arange(len(fleet.columns.uses))
        self._owner = fleet.columns.uses["owner"].astype(np.int64)
        # What each use would be resolved to, were it used today; and from when on it is out.
        self._found = found_on(fleet.columns, self._owner, uses, start)
        self._use_out = np.full(len(uses), loops.FOREVER, np.int64)
        own = np.flatnonzero(self._owner == missing)
        lapse = np.array([_first_out(fleet.columns, rules, use, start) for use in own.tolist()], np.int64)
        self._use_out[own] = np.where(lapse <= stop, lapse, loops.FOREVER)
        self._found[own] = loops.NONE  # Settled; nothing that follows moves it.
        of_item = owners_of(fleet.columns)
        self._end = ends_of(fleet.columns, of_item, np.arange(size))
        is_retired = fleet.columns.items["retired_on"][of_item] - 1 == self._end
        is_anchor = fleet.columns.items["role"][of_item] == loops.ROLE_ANCHOR  # They need no certificate.
        in_force = np.zeros(size, np.bool_)
        for found in (started_from(fleet.columns, np.arange(fleet.items), start)[1], self._found):
            in_force[found[found >= 0]] = True
        # One of a retired item needs no successor.
        self._is_due = in_force & ~is_anchor & (self._end >= start) & (rules.is_in_force | ((self._end <= stop) & ~is_retired))

    def spread(self) -> None:
        """From the missing item down, until nothing more is lost."""
        changed, level = self._use_out != loops.FOREVER, 1
        while changed.any():
            references = np.flatnonzero((self._links.use >= 0) & changed[self._links.use])
            lower, use = self._links.lower[references], self._links.use[references]
            is_lost = self._is_due[lower] & (self._use_out[use] <= self._end[lower])
            lower, use = lower[is_lost], use[is_lost]
            out = self._use_out[use] if self._rules.is_in_force else self._end[lower] + 1
            order = np.lexsort((use, self._use_out[use], out))[::-1]  # What is written last stays: the earliest.
            sooner = order[out[order] < self.out[lower[order]]]
            self.out[lower[sooner]], self.standard[lower[sooner]] = out[sooner], self._owner[use[sooner]]
            fresh = lower[sooner]
            self.level[fresh[self.level[fresh] == 0]] = level
            following = np.where(self._found >= 0, self.out[self._found], self._use_out)
            changed, self._use_out, level = following < self._use_out, following, level + 1


def _first_out(columns: Columns, rules: Rules, use: int, day: int) -> int:
    """The first day from `day` on that a use is of no avail, as known; FOREVER when none is."""
    item = int(columns.uses["owner"][use])
    if columns.items["role"][item] != loops.ROLE_REFERENCE_MATERIAL:
        return int(first_lapse(columns, use, day))
    if rules.is_in_force:  # What a material was used for holds when it is used up (SEMANTICS 3.5, REFERENCE_LAPSED).
        return loops.FOREVER
    while day != loops.FOREVER:
        found = loops.resolve(columns, item, use, day)[0]
        is_failed = found >= 0 and columns.certificates["marks"][found] & loops.FLAG_FAILED
        if found < 0 or is_failed or day > end_of(columns, item, found):
            break
        day = int(next_day_of(columns, item, day))
    return day


def _ending_first(fleet: Fleet, items: Array, day: int, engine: ModuleType) -> tuple[Array, Array]:
    """Of the standards that the certificates in force of items used, the one that ends first, and its last day; -1 for none."""
    columns, links = fleet.columns, links_of(fleet)
    place, found = started_from(columns, items, day)
    place, found = place[found >= 0], found[found >= 0]
    references, at = references_of(columns, found)
    place, used = place[at], links.use[references]
    place, used = place[used >= 0], used[used >= 0]
    lapse = np.full(len(columns.uses), loops.FOREVER, np.int32)
    engine.lapses(columns, np.unique(used), day, lapse)
    place, used = place[lapse[used] != loops.FOREVER], used[lapse[used] != loops.FOREVER]
    owner = columns.uses["owner"][used]
    order = np.lexsort((owner, lapse[used], place))
    order = order[np.unique(place[order], return_index=True)[1]]
    standard, until = np.full(len(items), loops.NONE, np.int64), np.zeros(len(items), np.int64)
    standard[place[order]], until[place[order]] = owner[order], lapse[used[order]] - 1
    return standard, until


def _worded(fleet: Fleet, keys: Array) -> list[str]:
    subjects = subjects_of(fleet, keys & ((1 << loops.CODE) - 1)).to_pylist()
    return [f"{CODES[int(key >> loops.CODE)].value}@{subject}" for key, subject in zip(keys, subjects, strict=True)]


def _split(texts: list[str], chosen: Array, offsets: Array) -> list[list[str]]:
    """The chosen ones of each list."""
    return [
        [texts[place] for place in range(start, stop) if chosen[place]]
        for start, stop in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
