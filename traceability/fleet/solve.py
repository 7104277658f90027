"""The answers for all items of a fleet: the standards solved once in the order of days, then every item in one pass."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import ModuleType
from typing import NamedTuple, TypeVar

import numpy as np

from traceability.fleet import loops
from traceability.fleet.columns import Array, Columns, Fleet, records
from traceability.fleet.engines import engine_for
from traceability.fleet.rules import Rules, rules_of
from traceability.fleet.sheets import number_of
from traceability.fleet.windows import windows_of
from traceability.policy import Policy

T = TypeVar("T")
THREADS = 2
_AT_ONCE = 1 << 14  # Targets in one go: enough that starting does not count, few enough that all threads end together.


# A certificate of a standard: what it shows by itself and with all that it rests on (see loops.combine). `extra`: on a circle
# of certificates (1), reaches another certificate of its item (2).
STANDING = np.dtype(
    [("bits", np.int64), ("own_bits", np.int64), ("owner", np.int32), ("depth", np.int32), ("lapse", np.int32),
     ("failing", np.int32), ("distance", np.int32), ("severity", np.int8), ("own_severity", np.int8), ("extra", np.int8)],
    align=True,
)  # fmt: skip
# The answer for an item. Days and numbers as in Columns; `failing` is a key as of the findings, or NONE.
ANSWER = np.dtype(
    [("codes", np.int64), ("failing", np.int64), ("certificate", np.int32), ("depth", np.int32), ("until", np.int32),
     ("status", np.int8)],
    align=True,
)  # fmt: skip


class Solved(NamedTuple):
    """What the certificates of standards show on one day under one policy."""

    day: int
    standing: Array
    target: Array  # The certificate found for each reference of a standard's certificates.
    is_on_circle: Array  # Of standards: whether items use each other in a circle, through certificates of any days.
    windows: Array  # Which certificate of a standard each use finds, and when there is nothing to say of it (windows.py).
    # By certificate of a standard: its depth where there is nothing to say of it nor of what it rests on, else 0.
    quiet: Array
    use_lapse: Array  # The first day from the one asked on that a use is lapsed; nothing where the policy does not ask.


class Scratch(NamedTuple):
    """Room for one thread."""

    keys: Array
    severities: Array
    targets: Array
    chain: Array
    mark: Array
    stamp: Array


def solve(fleet: Fleet, day: date, policy: Policy, engine: ModuleType | None = None) -> tuple[Solved, Array]:
    """The answers for all items on a day under a policy. `engine`: the loops to run, by default those that fit the size."""
    engine = engine or engine_for(fleet)
    rules = rules_of(fleet, policy)
    solved = solve_standards(fleet, rules, day, engine)
    answers = records(ANSWER, fleet.items)

    def answer(start: int, stop: int, scratch: Scratch) -> None:
        engine.answer_items(fleet.columns, rules, solved, np.arange(start, stop), answers, scratch)

    in_spans(fleet.items, lambda: room_for(fleet, solved, rules), answer)
    return solved, answers


def in_spans(size: int, room: Callable[[], Scratch], answer: Callable[[int, int, Scratch], None]) -> None:
    """Have spans of so many targets answered, in threads that have room of their own each."""
    starts = range(0, size, _AT_ONCE)
    left = iter(starts)  # Shared: each thread takes the next span until none is left, as some take longer than others.

    def work(_: int) -> None:
        scratch = room()
        for start in left:
            answer(start, min(start + _AT_ONCE, size), scratch)

    at_once(work, range(min(THREADS, len(starts))))


def at_once(work: Callable[[T], object], shares: Sequence[T]) -> None:
    """Do the work for all shares, in a thread each; a single one needs none."""
    if len(shares) < 2:
        for share in shares:
            work(share)
        return
    with ThreadPoolExecutor(len(shares)) as pool:
        for done in [pool.submit(work, share) for share in shares]:
            done.result()


def room_for(fleet: Fleet, solved: Solved, rules: Rules) -> Scratch:
    """Room for what a thread finds about one certificate and about one chain."""
    references = _most_references(fleet)
    # A certificate's own findings, and for each reference those of the item used (see loops.check) and of the step itself.
    findings = 16 + 12 * references + int((rules.classes["last"] - rules.classes["first"]).max(initial=0))
    return Scratch(
        keys=np.empty(findings, np.int64),
        severities=np.empty(findings, np.int8),
        targets=np.empty(references, np.int32),
        chain=np.empty(len(solved.standing) + 1, np.int32),
        mark=np.zeros(len(solved.standing), np.int64),
        stamp=np.zeros(1, np.int64),
    )


def _most_references(fleet: Fleet) -> int:
    """Of one certificate; kept with the fleet, as every question needs it."""
    if "most references" not in fleet.memory:
        certificates = fleet.columns.certificates
        sizes = certificates["reference_last"] - certificates["reference_first"]
        fleet.memory["most references"] = int(sizes.max(initial=0))
    most: int = fleet.memory["most references"]
    return most


def solve_standards(fleet: Fleet, rules: Rules, day: date, engine: ModuleType) -> Solved:
    """What all certificates of standards show."""
    columns = fleet.columns
    solved = _unsolved(fleet, number_of(day) or 0, is_in_force=rules.is_in_force)
    size = len(solved.standing)
    if rules.is_in_force:
        engine.lapses(columns, np.arange(len(columns.uses), dtype=np.int64), solved.day, solved.use_lapse)

    def look(start: int, stop: int, scratch: Scratch) -> None:
        engine.look_at_standards(columns, rules, solved, scratch.keys, scratch.severities, np.arange(start, stop))

    in_spans(size, lambda: room_for(fleet, solved, rules), look)
    if "on circles" not in fleet.memory:  # Whoever refers to whom does not depend on the day, nor on what is withdrawn.
        fleet.memory["on circles"] = items_on_circles(columns, solved.standing["owner"], fleet.standards)
    solved.is_on_circle[:] = fleet.memory["on circles"]
    circling = np.flatnonzero(solved.is_on_circle[solved.standing["owner"]])
    if len(circling):
        engine.mark_circles(columns, solved, circling, np.zeros(size, np.int64))
    if "by day" not in fleet.memory:
        fleet.memory["by day"] = np.argsort(columns.certificates["calibrated_on"][:size], kind="stable")
    pending = fleet.memory["by day"].copy()
    left = engine.settle_all(columns, solved, pending, np.zeros(size, np.bool_))
    if left:
        engine.settle_circles(columns, solved, pending[:left].copy())
    return solved


def _unsolved(fleet: Fleet, day: int, *, is_in_force: bool) -> Solved:
    columns, standards = fleet.columns, fleet.standards
    items = columns.items[:standards]
    size = int(items["certificate_last"].max(initial=0))
    used = int(columns.certificates["reference_last"][:size].max(initial=0))
    of_item = np.repeat(np.arange(standards), items["certificate_last"] - items["certificate_first"])
    return Solved(
        day=day,
        standing=records(STANDING, size, owner=of_item, lapse=loops.FOREVER, failing=loops.NONE),
        target=np.full(used, loops.NONE, np.int32),
        is_on_circle=np.zeros(standards, np.bool_),
        windows=windows_of(fleet),
        quiet=np.zeros(size, np.int32),
        use_lapse=np.full(len(columns.uses) if is_in_force else 0, loops.FOREVER, np.int32),
    )


def items_on_circles(columns: Columns, item: Array, standards: int) -> Array:
    """Which standards lie on a circle of items that use each other, or between two such circles: all that may come back.

    Peeled from both ends: an item that uses none of those left, or is used by none of them, lies on no circle.
    """
    lower, upper = _edges(columns, item)
    is_left = np.ones(standards, np.bool_)
    while True:
        kept = is_left[lower] & is_left[upper]
        lower, upper = lower[kept], upper[kept]
        uses, is_used = np.zeros(standards, np.bool_), np.zeros(standards, np.bool_)
        uses[lower] = is_used[upper] = True
        remaining = uses & is_used
        if (remaining == is_left).all():
            return is_left
        is_left = remaining


def _edges(columns: Columns, item: Array) -> tuple[Array, Array]:
    """Which standard uses which, anchors left out."""
    certificates = columns.certificates[: len(item)]
    sizes = certificates["reference_last"] - certificates["reference_first"]
    use = columns.references["use"][: int(sizes.sum())]
    lower = np.repeat(item, sizes)[use >= 0].astype(np.int64)
    upper = columns.uses["owner"][use[use >= 0]]
    is_ordinary = columns.items["role"][upper] != loops.ROLE_ANCHOR
    return lower[is_ordinary], upper[is_ordinary]
