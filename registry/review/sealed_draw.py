"""A draw that anybody can repeat: lists that are closed and sealed by their digest, and a seed that nobody could choose.

1. Lists: the units and inspectors to draw from, who is excluded from whom, how many are drawn.
2. Digest: the SHA-256 of the lists as JSON in the form of RFC 8785. It is recorded when the lists are closed.
3. The closing is a leaf of the ledger, made with random salt: the root of the tree that ends with it follows from everything
   recorded before, and is known to nobody beforehand.
4. Seed: the SHA-256 of the five lines format, digest, size of that tree, its root, and the result of an outside event that was
   named at the closing (a line without anything where none was). The lines are joined by line feeds, none after the last.
5. The draw itself: registry.review.draw, of the units, and of teams for those that were put on the plan by name.
"""

from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

import msgspec

from registry.ledger.facts import canonical
from registry.review.draw import Assignment, draw
from registry.review.register import Number
from traceability.problems import InputError
from traceability.records import Identifier

FORMAT: Literal["review-draw/1"] = "review-draw/1"

_MOST_UNITS = 20_000
_MOST_INSPECTORS = 2_000

HowMany = Annotated[int, msgspec.Meta(ge=0, le=_MOST_UNITS)]
Team = Annotated[int, msgspec.Meta(ge=1, le=10)]
Units = Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=_MOST_UNITS)]


class Exclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, order=True):
    """An inspector, by number, does not review a unit."""

    unit: Identifier
    inspector: Number


class Lists(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is drawn from, in order. `named`: units that are reviewed without being drawn, with teams that are."""

    format: Literal["review-draw/1"]
    plan: Identifier
    units: Units
    named: Units
    inspectors: Annotated[tuple[Number, ...], msgspec.Meta(max_length=_MOST_INSPECTORS)]
    conflicts: tuple[Exclusion, ...]
    how_many: HowMany
    team: Team


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the seed of a draw is made of: see this module. `outside`: what the outside event came to."""

    digest: str
    size: int
    root: str
    outside: str


class DrawnLists(msgspec.Struct, frozen=True, kw_only=True):
    """A draw as it is published; `lists` say what it was made from, `assignments` what came of it."""

    lists: Lists
    seal: Seal
    seed: str
    assignments: tuple[Assignment, ...]


class Difference(NamedTuple):
    """What of a published draw is not as it follows from the rest: the name of a part, what is said, what follows."""

    part: str
    said: str
    follows: str


def digest_of(lists: Lists) -> str:
    """The SHA-256 of lists, in hexadecimal."""
    return sha256(canonical(lists)).hexdigest()


def seed_of(seal: Seal) -> str:
    """The seed of a draw, in hexadecimal."""
    lines = (FORMAT, seal.digest, str(seal.size), seal.root, seal.outside)
    return sha256("\n".join(lines).encode()).hexdigest()


def assignments_of(lists: Lists, seed: str) -> tuple[Assignment, ...]:
    """Who is reviewed and by whom: the units drawn, in the order drawn, then those named, in theirs.

    Errors: InputError where a unit has too few inspectors without a conflict of interest; see `check_lists`.
    """
    chosen = draw(seed, lists.units, lists.inspectors, how_many=lists.how_many, team=lists.team, conflicts=_pairs_of(lists))
    named = draw(seed, lists.named, lists.inspectors, how_many=len(lists.named), team=lists.team, conflicts=_pairs_of(lists))
    return (*chosen, *named)


def check_lists(lists: Lists) -> None:
    """InputError where some seed would fail: too few units, or one without inspectors enough. Asked before lists are closed."""
    if not lists.how_many and not lists.named:
        raise InputError("$.how_many", "nothing is to be reviewed", "没有要审查的单位")
    assignments_of(lists, "")
    if lists.how_many:  # Any of the units may be drawn: each of them is tried.
        draw("", lists.units, lists.inspectors, how_many=len(lists.units), team=lists.team, conflicts=_pairs_of(lists))


def differences(published: DrawnLists) -> tuple[Difference, ...]:
    """What of a published draw does not follow from the rest; nothing where it is the one that its lists and seal lead to."""
    lists = published.lists
    digest, seed = digest_of(lists), seed_of(published.seal)
    expected = assignments_of(lists, seed)
    found = [
        Difference("digest", published.seal.digest, digest),
        Difference("seed", published.seed, seed),
        *(
            Difference(f"assignments[{place}]", _said(said), _said(follows))
            for place, (said, follows) in enumerate(_pairs(published.assignments, expected))
        ),
    ]
    return tuple(each for each in found if each.said != each.follows)


def _pairs_of(lists: Lists) -> set[tuple[str, str]]:
    return {(each.unit, each.inspector) for each in lists.conflicts}


def _pairs(said: tuple[Assignment, ...], follows: tuple[Assignment, ...]) -> list[tuple[Assignment | None, Assignment | None]]:
    places = range(max(len(said), len(follows)))
    return [(said[place] if place < len(said) else None, follows[place] if place < len(follows) else None) for place in places]


def _said(assignment: Assignment | None) -> str:
    return "" if assignment is None else f"{assignment.unit}: {', '.join(assignment.inspectors)}"
