"""Answers kept up to date by what a change can reach: those of a full run, whatever comes, in whatever order."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Sizes
from tests.traceability.building import STRUCTURE, M, N, S, certificate, competence, day, event, item_with, records
from tests.traceability.fleet.growing import Coming, Growing, soak
from tests.traceability.fleet.worlds import drawn
from traceability.fleet import loops
from traceability.fleet.reach import EVER, NEVER, Changes, Span, hanging_on, needed, reached, reassess, since_of_item, spans_of
from traceability.policy import Policy, policy_named
from traceability.records import Certificate, EventKind, Item, ItemKind, Period, Records, Reference, Scheme, Withdrawal

SUPERVISION = policy_named("cn-supervision/1")


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=12, derandomize=True)
def test_whatever_comes_leaves_the_answers_of_a_full_run(seed: int) -> None:
    """After a change somebody's meter keeps the verdict of the day before: everything may come late and in any order."""
    random = Random(seed)
    world = drawn(seed)
    coming = list(_all_of(world.records, random))
    random.shuffle(coming)
    for place, each in enumerate(coming):  # A withdrawal comes after its certificate.
        late = next((at for at in range(place, len(coming)) if _is_of(each, coming[at])), place)
        coming[place], coming[late] = coming[late], coming[place]
    growing = Growing(Records(), world.as_of, world.policy)
    while coming:
        size = random.randint(1, 1 + len(coming) // 3)
        growing.change(coming[:size])
        del coming[:size]
        assert growing.answers == growing.answered_anew()


@pytest.mark.parametrize("policy", [policy_named("cn-legal/1"), SUPERVISION])
def test_many_changes_leave_the_answers_of_a_full_run(policy: Policy) -> None:
    """What a change leaves wrong is found by none of the later ones: the short form of the soak (bench/fleet_changes.py)."""
    sizes = soak(policy, Sizes(anchors=2, items=6, competences=4, trouble=0.15), worlds=2, changes=40, every=8)
    assert min(sizes) < max(sizes) < 18


def _all_of(records: Records, random: Random) -> Iterator[Coming]:
    """The records one by one; some certificates without their withdrawal, which comes by itself."""
    yield from records.items
    yield from records.competences
    yield from records.events
    yield from records.metering_points
    for each in records.certificates:
        if each.withdrawal is None or random.random() < 0.3:
            yield each
        else:
            yield msgspec.structs.replace(each, withdrawal=None)
            yield each.id, each.withdrawal


def _is_of(withdrawn: Coming, other: Coming) -> bool:
    return isinstance(withdrawn, tuple) and isinstance(other, Certificate) and other.id == withdrawn[0]


class Chain(Growing):
    """The national standard N, S calibrated with it each year, T with S, and so the meter M, each some days later."""

    def __init__(self, policy: Policy = STRUCTURE) -> None:
        items = (N, S, Item(id="T", kind=ItemKind.MEASUREMENT_STANDARD), Item(id="M", kind=ItemKind.METER))
        steps = ((S, "N", "01"), (items[2], "S", "02"), (items[3], "T", "03"))
        written = tuple(
            certificate(f"{item.id}-{year}", item.id, f"{year}-{month}-01", references=(Reference(item=used),))
            for year in (2024, 2025, 2026)
            for item, used, month in steps
        )
        super().__init__(Records(items=items, certificates=written), day("2026-06-01"), policy)


def test_a_change_reaches_what_used_the_item_since_and_nothing_else() -> None:
    """A recall that looks at the whole registry takes a night; one that stops at the first level misses the meters."""
    void = Withdrawal(on=day("2026-06-01"), void_from=day("2026-01-15"))
    assert Chain().change([("S-2026", void)]) == {"S", "T", "M"}
    assert Chain().change([certificate("late", "S", "2026-02-02", references=(Reference(item="N"),))]) == {"S"}
    assert Chain().change([certificate("back", "S", "2024-06-01", references=(Reference(item="N"),))]) == {"S", "T", "M"}
    assert Chain().change([event("e", EventKind.REPAIRED, "2026-03-02", "T")]) == {"T"}
    assert Chain().change([event("e", EventKind.REPAIRED, "2026-02-28", "T")]) == {"T", "M"}
    assert Chain(SUPERVISION).change([event("e", EventKind.REPAIRED, "2026-05-30", "S")]) == {"S", "T", "M"}
    # Doubt goes back to the last good evidence, a correction to the day of what it corrects.
    assert Chain().change([event("e", EventKind.INTERIM_CHECK_FAILED, "2026-05-30", "T")]) == {"T", "M"}
    new = certificate("new", "T", "2026-05-01", references=(Reference(item="S"),), replaces="T-2026")
    assert Chain().change([new]) == {"T", "M"}
    # One that the store has heard of before, as another replaces it.
    chain = Chain()
    chain.change([certificate("after", "T", "2026-05-02", references=(Reference(item="S"),), replaces="before")])
    assert chain.change([certificate("before", "T", "2026-05-01", references=(Reference(item="S"),))]) == {"T", "M"}


def test_versions_of_an_item_matter_from_the_day_on_which_they_differ() -> None:
    """A new name of a national standard has the whole country looked at again."""
    assert since_of_item(None, S) == EVER
    assert since_of_item(S, item_with(S, name="new", quantities=("energy",))) == NEVER
    assert since_of_item(S, item_with(S, serial="new")) == EVER
    retired = item_with(S, retired_on=date(1970, 1, 11))
    assert since_of_item(S, retired) == since_of_item(retired, S) == 10
    assert since_of_item(retired, item_with(S, retired_on=date(1970, 1, 5))) == 4

    chain = Chain()
    assert chain.change([item_with(S, name="new", recorded_at=datetime_of(1))]) == {"S"}
    assert chain.change([item_with(S, retired_on=day("2026-02-02"), recorded_at=datetime_of(2))]) == {"S"}
    assert chain.change([item_with(S, retired_on=day("2026-02-01"), recorded_at=datetime_of(3))]) == {"S", "T", "M"}


def test_competences_matter_on_the_days_on_which_they_differ() -> None:
    """A laboratory that is suspended today has all its certificates of twenty years looked at again; or none."""
    before = competence(valid_from=date(1, 1, 1))
    suspended = competence(valid_from=date(1, 1, 1), suspensions=(Period(start=date(1970, 1, 11), until=date(1970, 1, 20)),))
    assert spans_of("LAB", [before], [before]) == []
    assert spans_of("LAB", [before], [suspended]) == [Span("LAB", 10, 20)]
    assert spans_of("LAB", [], [competence(valid_from=date(1970, 1, 3))]) == [Span("LAB", 2, NEVER)]
    assert spans_of("LAB", [before], []) == [Span("LAB", -719162, NEVER)]

    chain = Chain(policy_named("cn-legal/1"))
    chain.change([competence(scheme=Scheme.CMC)])
    (issuer,) = {each.issuer for each in chain.certificates.values()}
    assert issuer == "LAB"
    assert chain.change([competence(scheme=Scheme.CMC, valid_until=day("2026-02-15"), recorded_at=datetime_of(1))]) == {"M"}
    assert chain.answers == chain.answered_anew()


def test_a_change_that_reaches_too_much_is_not_followed() -> None:
    """Following what concerns everything costs more than a full run."""
    changes = Changes(items=[("N", EVER)])
    assert reached(changes, Chain(), STRUCTURE) == {"N", "S", "T", "M"}
    assert reached(changes, Chain(), STRUCTURE, most=3) is None
    assert needed(["T"], Chain()) == {"T", "S", "N"}


def test_what_carries_a_lapse_is_told_of_a_part_as_of_the_whole() -> None:
    """The calendar of the afternoon blames another standard than that of the night."""
    meters = [item_with(M, id=name) for name in ("A", "B", "C")]
    ends = {"A": "2025-08-01", "B": "2025-12-01", "C": "2025-12-01"}
    papers = [
        certificate(name.lower(), item=name, on="2025-03-01", valid_until=end, references=(Reference(item="S"),))
        for name, end in ends.items()
    ]
    of_s = certificate("s", item="S", on="2025-01-01", valid_until="2025-10-01")
    growing = Growing(records(N, S, *meters, of_s, *papers), day("2025-06-01"), STRUCTURE)
    found = reassess({"A", "B"}, (), growing, growing.as_of, STRUCTURE, loops, ahead=400)
    assert dict(zip(found.answers.items["item"].to_pylist(), found.carriers.to_pylist(), strict=True)) == {"A": None, "B": "S"}


def test_all_that_hangs_on_an_item_is_found_up_to_a_number() -> None:
    """A forecast without a standard stops at the first level, or goes through a whole country in one request."""
    assert hanging_on("S", Chain(), most=3) == {"S", "T", "M"}
    assert hanging_on("M", Chain(), most=3) == {"M"}
    assert hanging_on("S", Chain(), most=2) is None


def datetime_of(number: int) -> datetime:
    return datetime(2026, 5, number, tzinfo=UTC)
