"""What a change to the records can reach, at any depth and for any age of certificate, and the answers for that alone.

A change touches items: what is said of one may differ from some first day on. A certificate that used the item on that day or
later may then stand otherwise, and so may what used its own item since that certificate's day, and so on. The answers for all
that is reached come from the records of that, and of all it rests on. An answer depends on nothing else, so they are those of a
full run (decision 50).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import NamedTuple, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet.encode import encode
from traceability.fleet.forecast import carried, carriers
from traceability.fleet.point_answers import Everything, assess_everything
from traceability.fleet.points import Points, encode_points
from traceability.fleet.shapes import calendar_of
from traceability.fleet.sheets import Sheets, number_of
from traceability.policy import Policy, ReferenceValidity
from traceability.records import Competence, Item

EVER, NEVER = -(2**31), 2**31 - 1  # Before and after all days; numbers of 32 bits, as days are in the store.


class Use(NamedTuple):
    """That a certificate of `item`, calibrated on a day, refers to the item `used`."""

    used: str
    item: str
    calibrated_on: int


class Span(NamedTuple):
    """Days of an organization on which other competences of it are in force than before; `until` is not among them."""

    organization: str
    start: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What was recorded: for each item the first day on which that may matter to whoever uses it, in any order.

    `items`: new ones and further versions (`since_of_item`), `certificates`: new ones (`since_of_certificate`), withdrawn ones
    (`since_of_withdrawal`) and events, by their day. `competences`: days on which they differ (`spans_of`). `points`: metering
    points, new ones and further versions.
    """

    items: Sequence[tuple[str, int]] = ()
    certificates: Sequence[tuple[str, int]] = ()
    events: Sequence[tuple[str, int]] = ()
    competences: Sequence[Span] = ()
    points: Sequence[str] = ()


class Surroundings(Protocol):
    """The records after the change, as far as they are asked for."""

    def doubtful(self, items: Collection[str]) -> Iterable[str]:
        """Those of the items that have anything from which doubt may arise (SEMANTICS 3.4), withdrawn or replaced or not."""

    def issued_by(self, span: Span) -> Iterable[tuple[str, int]]:
        """Item and day of the certificates that an organization issued for calibrations in a span."""

    def using(self, items: Collection[str]) -> Iterable[Use]:
        """The certificates that refer to any of the items."""

    def used_by(self, items: Collection[str]) -> Iterable[str]:
        """The items to which certificates of the items refer."""

    def sheets(self, items: Collection[str]) -> Sheets:
        """All that is known of the items, and the competences of all who issued their certificates."""

    def points_at(self, items: Collection[str]) -> Iterable[str]:
        """The metering points of which any version names one of the items, whatever the day."""

    def items_at(self, points: Collection[str]) -> Iterable[str]:
        """The items that any version of the metering points names."""

    def point_sheets(self, points: Collection[str]) -> Sheets:
        """What is known of the metering points (traceability.fleet.points.POINT_SHEETS)."""


def since_of_item(before: Item | None, after: Item) -> int:
    """The first day on which another version of an item may matter to others; a new item may always have mattered."""
    if before is None or _without_ends(before) != _without_ends(after):
        return EVER
    if before.retired_on == after.retired_on:
        return NEVER
    return min(day for each in (before, after) if (day := number_of(each.retired_on)) is not None)


def since_of_certificate(calibrated_on: int, replaced_on: int | None = None, *, is_replaced: bool = False) -> int:
    """The first day on which a new certificate may matter. `replaced_on`: the day of the one that it replaces.

    `is_replaced`: one that is on record already replaces it, or will; through it the other one reaches further back (3.3).
    """
    if is_replaced:
        return EVER
    return calibrated_on if replaced_on is None else min(calibrated_on, replaced_on)


def since_of_withdrawal(calibrated_on: int, void_from: int) -> int:
    """The first day on which a withdrawal may matter: before its own day a certificate speaks for nothing."""
    return max(calibrated_on, void_from)


def spans_of(organization: str, before: Sequence[Competence], after: Sequence[Competence]) -> list[Span]:
    """The days on which the competences in force of an organization differ."""
    calendars = [dict(calendar_of(each)) for each in (before, after)]
    days = sorted({day for calendar in calendars for day in calendar})
    spans: list[Span] = []
    in_force = [frozenset[object](), frozenset[object]()]
    ends = [*map(_number, days[1:]), NEVER]
    for day, end in zip(days, ends, strict=bool(days)):
        in_force = [calendar.get(day, one) for calendar, one in zip(calendars, in_force, strict=True)]
        if in_force[0] != in_force[1]:
            spans.append(Span(organization, _number(day), end))
    return spans


def reached(changes: Changes, around: Surroundings, policy: Policy, most: int = NEVER) -> set[str] | None:
    """The items whose answers may differ after a change, themselves included; None when there are more than `most`.

    Under `in_force` an answer asks about days other than that of a use as well, so there everything counts that rests on a
    touched item.
    """
    is_in_force = policy.reference_validity is ReferenceValidity.IN_FORCE
    first = _touched(changes, around)
    frontier = {item: EVER if is_in_force else day for item, day in first.items()}
    while frontier:
        if len(first) > most:
            return None
        following: dict[str, int] = {}
        for used, item, calibrated_on in around.using([item for item, day in frontier.items() if day != NEVER]):
            day = EVER if is_in_force else calibrated_on
            if calibrated_on >= frontier[used] and day < first.get(item, NEVER):
                first[item] = following[item] = day
        frontier = following
    return set(first)


def hanging_on(item: str, around: Surroundings, most: int) -> set[str] | None:
    """The item and all whose certificates lead to it, on any day and at any depth; None for more than so many."""
    found = {item}
    frontier = found
    while frontier:
        frontier = {use.item for use in around.using(frontier)} - found
        found = found | frontier
        if len(found) > most:
            return None
    return found


def needed(items: Iterable[str], around: Surroundings) -> set[str]:
    """The items, and all that they rest on."""
    found = set(items)
    frontier: Collection[str] = found
    while frontier:
        frontier = set(around.used_by(frontier)) - found
        found |= frontier
    return found


def reached_points(changes: Changes, items: Collection[str], around: Surroundings) -> set[str]:
    """The metering points whose answers may change: those that did themselves, and those that items serve that were reached."""
    return {*changes.points, *around.points_at(items)}


class Again(NamedTuple):
    """The answers for some items and metering points, and for each of the items what carries its lapse (null: nothing)."""

    answers: Everything
    carriers: pa.Array


def reassess(
    items: Collection[str],
    points: Collection[str],
    around: Surroundings,
    day: date,
    policy: Policy,
    engine: ModuleType | None = None,
    ahead: int = 0,
) -> Again:
    """The answers for some items and metering points alone, as `assess_everything` gives them; for those that are known.

    `ahead`: in how many days from the day on lapses count (forecast.carriers); in none, nothing carries any.
    """
    part = _part(items, points, around)
    found = assess_everything(part, day, policy, engine)
    chosen = pc.is_in(found.items["item"], pa.array(sorted(items), pa.string())).combine_chunks()
    fleet = part.fleet
    by = carriers(fleet, carried(fleet, day, ahead, policy, engine)) if ahead else pa.nulls(fleet.items, pa.string())
    return Again(found._replace(items=found.items.filter(chosen)), by.filter(chosen))


def _part(items: Collection[str], points: Collection[str], around: Surroundings) -> Points:
    """A registry of its own that holds some items and points with all that they rest on."""
    serving = {*items, *around.items_at(points)}
    fleet = encode(around.sheets(sorted(needed(serving, around))))
    return encode_points(fleet, around.point_sheets(sorted(points)))


def _touched(changes: Changes, around: Surroundings) -> dict[str, int]:
    """The items that a change is about, each with its first day."""
    first: dict[str, int] = {}
    _note(first, changes.certificates)
    _note(first, changes.events)
    # Doubt reaches back to the last good evidence, which may have moved.
    _note(first, ((item, EVER) for item in around.doubtful(list(first))))
    _note(first, changes.items)
    for span in changes.competences:
        _note(first, around.issued_by(span))
    return first


def _note(first: dict[str, int], touched: Iterable[tuple[str, int]]) -> None:
    for item, day in touched:
        first[item] = min(day, first.get(item, NEVER))


def _without_ends(item: Item) -> Mapping[str, object]:
    """What others look at of an item, but for the day on which it retires."""
    return msgspec.structs.asdict(msgspec.structs.replace(item, name=None, quantities=(), retired_on=None, recorded_at=None))


def _number(day: date) -> int:
    number = number_of(day)
    return EVER if number is None else number
