"""The random draw of units and of inspectors (双随机): who is reviewed, and by whom.

Anybody can repeat a draw from what is published: its seed, and the lists it was made from. Each candidate gets the SHA-256 of
the seed and its id as its lot, and the smallest lots win, so no order of a list and no library's random numbers have a say. A
list is as fair as any other as long as nobody knows the seed while the lists are made: it is made when they are closed.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256

import msgspec

from traceability.problems import InputError

_BETWEEN = b"\x1f"  # The unit separator of ASCII, in no id: no two questions for a lot are the same bytes.


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that is to be reviewed, and its inspectors, both in the order drawn."""

    unit: str
    inspectors: tuple[str, ...]


def draw(
    seed: str,
    units: Collection[str],
    inspectors: Collection[str],
    *,
    how_many: int,
    team: int,
    conflicts: Collection[tuple[str, str]] = (),
) -> tuple[Assignment, ...]:
    """`how_many` of the units, each with `team` inspectors who have no conflict of interest with it (unit, inspector).

    Each set of units is as likely as any other of its size; so is, for each unit apart, each team that may review it.

    Errors: InputError where fewer units or inspectors are left than asked for; it names the unit.
    """
    if how_many > len(units):
        raise InputError(
            "$.how_many",
            f"{how_many} units are to be drawn from {len(units)}",
            f"要抽取 {how_many} 家单位，名录中只有 {len(units)} 家",
        )
    excluded = set(conflicts)
    return tuple(
        Assignment(unit=unit, inspectors=_team(seed, unit, [each for each in inspectors if (unit, each) not in excluded], team))
        for unit in _winners(seed, ("unit",), units, how_many)
    )


def unit_lots(seed: str, units: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The units with their lots in hexadecimal, in the order in which they are drawn."""
    return tuple(sorted((_lot(seed, "unit", unit).hex(), unit) for unit in units))


def _team(seed: str, unit: str, eligible: Collection[str], team: int) -> tuple[str, ...]:
    if team > len(eligible):
        raise InputError(
            "$.inspectors",
            f"{unit}: {team} inspectors are needed, {len(eligible)} have no conflict of interest",
            f"{unit}：需要 {team} 名检查人员，回避后只有 {len(eligible)} 名",
        )
    return _winners(seed, ("inspector", unit), eligible, team)


def _winners(seed: str, of: tuple[str, ...], candidates: Iterable[str], how_many: int) -> tuple[str, ...]:
    return tuple(sorted(candidates, key=lambda candidate: _lot(seed, *of, candidate))[:how_many])


def _lot(*parts: str) -> bytes:
    return sha256(_BETWEEN.join(part.encode() for part in parts)).digest()
