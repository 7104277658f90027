"""The random draw: fair, repeatable, and never of those who may not."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.review.draw import draw, unit_lots
from traceability.problems import InputError

DRAWS = 10_000
# The value that a chi-square of so many degrees of freedom exceeds once in a hundred draws (NIST e-Handbook, 1.3.6.7.4).
CRITICAL = {9: 21.666, 5: 15.086}

UNITS = [f"U-{number}" for number in range(10)]
PEOPLE = [f"P-{number}" for number in range(4)]


def test_every_unit_is_as_likely_as_any_other() -> None:
    """Some units would be reviewed every year and others never."""
    drawn = Counter(draw(str(seed), UNITS, (), how_many=1, team=0)[0].unit for seed in range(DRAWS))
    assert _chi_square([drawn[unit] for unit in UNITS]) < CRITICAL[9]


def test_every_team_is_as_likely_as_any_other() -> None:
    """Two inspectors who always go together, or one who is always spared, could be counted on."""
    teams = Counter(frozenset(draw(str(seed), UNITS[:1], PEOPLE, how_many=1, team=2)[0].inspectors) for seed in range(DRAWS))
    assert _chi_square([teams[frozenset(team)] for team in combinations(PEOPLE, 2)]) < CRITICAL[5]


def test_units_and_inspectors_are_drawn_apart() -> None:
    """Who reviews would follow from which unit was drawn: known beforehand to whoever knows the one."""
    pairs = Counter(
        (each.unit, each.inspectors[0])
        for seed in range(DRAWS)
        for each in draw(str(seed), UNITS[:2], PEOPLE[:3], how_many=1, team=1)
    )
    assert _chi_square([pairs[unit, person] for unit in UNITS[:2] for person in PEOPLE[:3]]) < CRITICAL[5]


@given(st.permutations(UNITS), st.permutations(PEOPLE), st.text(max_size=8))
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_lists(units: list[str], people: list[str], seed: str) -> None:
    """Whoever sorts the list would choose who is reviewed, and nobody could repeat a published draw."""
    assert draw(seed, units, people, how_many=5, team=2) == draw(seed, UNITS, PEOPLE, how_many=5, team=2)


@given(st.sets(st.tuples(st.sampled_from(UNITS), st.sampled_from(PEOPLE))), st.text(max_size=8), st.integers(0, 4))
def test_nobody_reviews_a_unit_with_a_conflict_of_interest(conflicts: set[tuple[str, str]], seed: str, team: int) -> None:
    """An inspector would review a unit that pays him."""
    left = {unit: {person for person in PEOPLE if (unit, person) not in conflicts} for unit in UNITS}
    if min(map(len, left.values())) < team:
        with pytest.raises(InputError) as refused:
            draw(seed, UNITS, PEOPLE, how_many=len(UNITS), team=team, conflicts=conflicts)
        assert refused.value.path == "$.inspectors"
        assert len(left[refused.value.en.partition(":")[0]]) < team
        return
    assigned = draw(seed, UNITS, PEOPLE, how_many=len(UNITS), team=team, conflicts=conflicts)
    assert {each.unit for each in assigned} == set(UNITS)
    assert all(len(set(each.inspectors)) == team and set(each.inspectors) <= left[each.unit] for each in assigned)


def test_the_lots_that_are_shown_are_those_that_decide() -> None:
    """The page would explain another draw than the one that was made."""
    drawn = [each.unit for each in draw("seed", UNITS, PEOPLE, how_many=4, team=1)]
    assert [unit for _, unit in unit_lots("seed", UNITS)][:4] == drawn


def test_more_units_than_there_are_cannot_be_drawn() -> None:
    """A plan would say that thirty were drawn and list twenty."""
    with pytest.raises(InputError) as refused:
        draw("seed", UNITS, PEOPLE, how_many=11, team=1)
    assert refused.value.path == "$.how_many"


def _chi_square(counts: list[int]) -> float:
    """How far counts are from being all alike."""
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)
