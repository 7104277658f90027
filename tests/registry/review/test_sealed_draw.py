"""Sealed draws: the seed follows from what is recorded, and whoever has the published file finds the same."""

from hashlib import sha256

import msgspec
import pytest

from registry.review.draw import Assignment
from registry.review.sealed_draw import (
    FORMAT,
    DrawnLists,
    Exclusion,
    Lists,
    Seal,
    assignments_of,
    check_lists,
    differences,
    digest_of,
    seed_of,
)
from traceability.problems import InputError

LISTS = Lists(
    format=FORMAT,
    plan="plan-1",
    units=("u-1", "u-2", "u-3"),
    named=("u-9",),
    inspectors=("1", "2", "3"),
    conflicts=(Exclusion(unit="u-9", inspector="1"),),
    how_many=2,
    team=2,
)
SEAL = Seal(digest=digest_of(LISTS), size=7, root="ab" * 32, outside="05 11 23")


def published() -> DrawnLists:
    seed = seed_of(SEAL)
    return DrawnLists(lists=LISTS, seal=SEAL, seed=seed, assignments=assignments_of(LISTS, seed))


def test_the_seed_is_made_as_it_is_explained() -> None:
    """A citizen with a shell could not repeat what the page explains."""
    text = f"review-draw/1\n{SEAL.digest}\n7\n{'ab' * 32}\n05 11 23"
    assert seed_of(SEAL) == sha256(text.encode()).hexdigest()
    assert SEAL.digest == sha256(msgspec.json.encode(LISTS, order="sorted")).hexdigest()


def test_a_draw_that_follows_from_its_lists_is_found_equal() -> None:
    """Every honest draw would be doubted."""
    assert differences(published()) == ()
    assert [each.unit for each in published().assignments][2:] == ["u-9"]
    assert published().assignments[2].inspectors in {("2", "3"), ("3", "2")}


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("digest", {"lists": msgspec.structs.replace(LISTS, units=("u-1", "u-2", "u-4"))}),
        ("seed", {"seed": "00" * 32}),
        ("seed", {"seal": msgspec.structs.replace(SEAL, outside="05 11 24")}),
        ("assignments[2]", {"assignments": published().assignments[:2]}),
        ("assignments[0]", {"assignments": (Assignment(unit="u-8", inspectors=("1", "2")), *published().assignments[1:])}),
        ("assignments[3]", {"assignments": (*published().assignments, Assignment(unit="u-8", inspectors=("1",)))}),
    ],
)
def test_what_was_changed_afterwards_is_named(part: str, change: dict[str, object]) -> None:
    """Somebody could publish another list, seed or unit than those that were drawn."""
    found = differences(msgspec.structs.replace(published(), **change))
    assert part in {each.part for each in found}


def test_lists_from_which_some_seed_could_not_draw_are_refused() -> None:
    """The draw would fail after its lists are closed, and be repeated with others."""
    check_lists(LISTS)
    for change, path in (
        ({"how_many": 4}, "$.how_many"),
        ({"how_many": 0, "named": ()}, "$.how_many"),
        ({"conflicts": _without("u-3")}, "$.inspectors"),
        ({"conflicts": _without("u-9")}, "$.inspectors"),
    ):
        with pytest.raises(InputError) as refused:
            check_lists(msgspec.structs.replace(LISTS, **change))
        assert refused.value.path == path
    check_lists(msgspec.structs.replace(LISTS, how_many=0, conflicts=_without("u-3")))


def _without(unit: str) -> tuple[Exclusion, ...]:
    """Two of the three inspectors do not review a unit."""
    return tuple(Exclusion(unit=unit, inspector=each) for each in ("1", "2"))
