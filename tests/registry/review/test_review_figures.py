"""The kept figures of units: those of their reviews, worked out anew exactly where something changed."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from registry.access import OPERATOR
from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.repositories import review, review_figures
from registry.review.equipping import Conclusion
from registry.review.facts import EVERYWHERE, AnyFact, ItemDetails, ItemState, Unit
from registry.review.figures import FEWEST, Figures, Share, days_kept, medians, reckoning_of
from registry.review.lacking import Rate, lacking_of, overdue_of
from registry.unit_of_work import Store, UnitOfWork, open_store
from registry.usecases import review_figures as figures
from registry.usecases.import_records import import_records
from registry.usecases.review_editions import load_edition
from registry.usecases.review_equipping import equipping_on_days, review_unit
from registry.usecases.units import record_facts
from tests.registry.review.reference_company import COMPANY, DAY, NOW, RATES, document, facts
from tests.registry.review.test_equipping import synthetic_2025
from traceability.json_text import dump
from traceability.periods import civil_day
from traceability.policy import DEFAULT_POLICY, POLICIES

POLICY = POLICIES[DEFAULT_POLICY]
TODAY = civil_day(NOW)
LATER = NOW + timedelta(minutes=1)
OTHER = "other-unit"


def filled(store: Store) -> None:
    """The reference company, and a unit that has nothing."""
    records = document()
    records["organizations"].append({"id": OTHER, "name": "合成单位", "kind": "energy_user"})
    other = Unit(organization=OTHER, credit_code="91310000MA1K0000X0", area="310113", since=date(2026, 1, 1))
    with store.writing() as work:
        import_records(work, [dump(records).decode()], at=NOW, source="test")
        record_facts(work, [*facts(), other], party=OPERATOR, at=NOW, source="test")


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its figures kept."""
    path = tmp_path_factory.mktemp("figures") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    filled(store)
    assert figures.look_around(store, [DEFAULT_POLICY], NOW) == []
    store.close()
    return path


@pytest.fixture
def kept(template: Path, tmp_path: Path) -> Iterator[Store]:
    """One of them for a test that writes."""
    path = tmp_path / "registry.sqlite"
    shutil.copy(template, path)
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


def told(row: Figures) -> tuple[str | None, ...]:
    asked = None if row.asked is None else str(row.asked)
    texts = {rate: f"{share.part}/{share.whole}" for rate, share in row.shares.items()}
    return (texts.pop(Rate.EQUIPPED), asked, row.conclusion.value, *texts.values())


def recorded(store: Store, *told: AnyFact, records: str = "") -> None:
    with store.writing() as work:
        if records:
            import_records(work, [records], at=LATER, source="test")
        if told:
            record_facts(work, list(told), party=OPERATOR, at=LATER, source="test")


def everything(store: Store) -> dict[tuple[str, date], object]:
    """All kept figures."""
    days = days_kept(TODAY)
    with store.reading() as work:
        return {
            (unit, day): (review_figures.heads_on(work, DEFAULT_POLICY, day, [unit]), rows)
            for unit in (COMPANY, OTHER)
            for day in days
            if (rows := rows_of(work, day, unit)) is not None
        }


def rows_of(work: UnitOfWork, day: date, unit: str) -> list[Figures]:
    """All rates of a unit on a day, by energy and level."""
    places = [(each.energy, each.level) for each in review_figures.sums_on(work, DEFAULT_POLICY, day, [unit])]
    return [review_figures.rates_on(work, DEFAULT_POLICY, day, [unit], *place)[unit] for place in places]


def test_figures_are_those_worked_out_by_hand_on_both_engines(store: Store) -> None:
    """A board would tell other rates than the review behind it, or other ones on another engine."""
    filled(store)
    figures.look_around(store, [DEFAULT_POLICY], NOW)
    with store.reading() as work:
        rows = rows_of(work, DAY, COMPANY)
        sums = review_figures.sums_on(work, DEFAULT_POLICY, DAY, [COMPANY, OTHER])
        head = review_figures.heads_on(work, DEFAULT_POLICY, DAY, [COMPANY, OTHER])
        course = review_figures.course(work, DEFAULT_POLICY, [COMPANY, OTHER])
        equipping = review_unit(work, OPERATOR, COMPANY, (DAY, NOW), NOW, POLICY).equipping
    assert {(row.energy, row.level): told(row) for row in rows} == RATES
    by_place = {(each.energy or None, each.level or None): each for each in sums}
    assert {key: {rate: each.shares[rate] for rate in Rate} for key, each in by_place.items()} == {
        (row.energy, row.level): dict(row.shares) for row in rows
    }
    electric = by_place["electricity", 2]
    assert (electric.units, electric.not_met, electric.undecided, electric.asked) == (1, 1, 0, (Decimal(100), Decimal(100)))
    assert by_place[None, None].units == 2
    # By hand: of the meters of the table e104, g203 and w205 have expired and are in use.
    assert [each.subject[:6] for each in overdue_of(equipping)] == ["m-e104", "m-g203", "m-w205"]
    assert (head[COMPANY], head[OTHER].meters) == (("gb-17167-2006", "gb-17167-2006", 60, 3), 0)
    assert course[DAY].shares == {rate: by_place[None, None].shares[rate] for rate in Rate}
    assert (course[DAY].units, course[DAY].meters, course[DAY].overdue) == (2, 60, 3)
    assert [day for day, passed in course.items() if passed.units == 0] == [
        date(year, 12, 31) for year in (2021, 2022, 2023, 2024)
    ]


def test_what_stands_behind_a_rate_is_what_it_lacks(kept: Store) -> None:
    """A figure would lead to another list than the one it counts."""
    with kept.reading() as work:
        equipping = review_unit(work, OPERATOR, COMPANY, (DAY, NOW), NOW, POLICY).equipping
    rows = {(row.energy, row.level): row for row in reckoning_of(equipping).rows}
    for (energy, level), row in rows.items():
        for rate in Rate:
            assert len(lacking_of(equipping, rate, energy, level)) == row.shares[rate].lacking
    (place,) = lacking_of(equipping, Rate.EQUIPPED, "electricity", 3)
    assert (place.subject, place.place is not None, place.meter) == ("e313", True, None)
    assert lacking_of(equipping, Rate.GOOD, "coal", 1) == []


def test_several_days_are_worked_out_as_each_alone(kept: Store) -> None:
    """The course of a rate would differ from the reviews of its days."""
    days = [date(2024, 12, 31), DAY, TODAY]
    with kept.reading() as work:
        found = equipping_on_days(work, COMPANY, days, NOW, POLICY)
        alone = {day: review_unit(work, OPERATOR, COMPANY, (day, NOW), NOW, POLICY).equipping for day in days[1:]}
    assert {day: reckoning_of(each) for day, each in found.items()} == {day: reckoning_of(each) for day, each in alone.items()}


@pytest.mark.parametrize("what", ["fact", "standard", "point", "organization", "edition"])
def test_a_change_is_followed_by_the_units_it_touches_alone(kept: Store, what: str) -> None:
    """A board would show what is no longer so, or a city would be worked out anew for each certificate."""
    before = everything(kept)
    touched = {"fact": {COMPANY}, "standard": {COMPANY}, "point": {COMPANY}, "organization": set(), "edition": {COMPANY, OTHER}}
    match what:
        case "fact":
            recorded(kept, ItemDetails(organization=COMPANY, item="m-e101", state=ItemState.FAULTY, since=DAY))
        case "standard":
            failed = {"id": "e-std", "item": "STD", "kind": "interim_check_failed", "on": "2025-12-01"}
            recorded(kept, records=json.dumps({"format": "traceability-records/1", "events": [failed]}))
        case "point":
            point = {"id": "p-new", "organization": COMPANY, "level": 1, "energy": "water", "branches": [{"name": "meter"}]}
            recorded(kept, records=json.dumps({"format": "traceability-records/1", "metering_points": [point]}))
        case "organization":
            new = {"id": "x", "name": "合成", "kind": "energy_user"}
            recorded(kept, records=json.dumps({"format": "traceability-records/1", "organizations": [new]}))
        case "edition":
            with kept.writing() as work:
                load_edition(work, synthetic_2025(), party=OPERATOR, at=LATER)
    with kept.reading() as work:
        wanted = figures.wanting(work, DEFAULT_POLICY, LATER)
    assert wanted is not None
    assert set(wanted.units) == touched[what]
    figures.look_around(kept, [DEFAULT_POLICY], LATER)
    after = everything(kept)
    assert (after != before) == (what in {"fact", "standard", "edition"})
    with kept.reading() as work:
        assert figures.wanting(work, DEFAULT_POLICY, LATER) is None
        anew = equipping_on_days(work, COMPANY, days_kept(TODAY), LATER, POLICY)
        rows = {day: rows_of(work, day, COMPANY) for day in anew}
    assert {day: {*map(str, reckoning_of(each).rows)} for day, each in anew.items()} == {
        day: {*map(str, of_day)} for day, of_day in rows.items()
    }


def test_a_new_day_keeps_the_ends_of_months_and_years(kept: Store) -> None:
    """The course would have holes, or figures of every day would pile up."""
    tomorrow = NOW + timedelta(days=1)
    figures.look_around(kept, [DEFAULT_POLICY], tomorrow)
    with kept.reading() as work:
        board = review_figures.board_of(work, DEFAULT_POLICY)
        days = {day for _, day in review_figures.there(work, DEFAULT_POLICY)}
    assert board is not None
    assert (board.as_of, days) == (TODAY + timedelta(days=1), {*days_kept(TODAY)} - {TODAY} | {TODAY + timedelta(days=1)})


def test_much_that_is_wanting_is_left_to_a_job_which_goes_on_where_another_died(kept: Store) -> None:
    """The workers' round would stand still for minutes, or a crash would leave a board that says it is complete."""
    many = [
        Unit(organization=f"u{number}", credit_code="91310000MA1K0000X0", area="310113", since=date(2026, 1, 1))
        for number in range(8)
    ]
    records = {
        "format": "traceability-records/1",
        "organizations": [{"id": each.organization, "name": "合成", "kind": "energy_user"} for each in many],
    }
    recorded(kept, *many, records=json.dumps(records))
    (job,) = figures.look_around(kept, [DEFAULT_POLICY], LATER)
    assert figures.look_around(kept, [DEFAULT_POLICY], LATER) == []
    with kept.reading() as work:
        wanted = figures.wanting(work, DEFAULT_POLICY, LATER)
    assert wanted is not None

    def dies(_done: int, _total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        figures.bring_up_to_date(kept, wanted, dies)
    with kept.reading() as work:
        assert figures.wanting(work, DEFAULT_POLICY, LATER) is not None
    with closing(open_queue(kept.engine)) as queue:
        JobRunner(kept, queue, lambda: LATER, figures.handlers()).run(job)
    with kept.reading() as work:
        assert figures.wanting(work, DEFAULT_POLICY, LATER) is None
        units = review.units_in(work, EVERYWHERE, (TODAY, LATER))
        assert len(review_figures.heads_on(work, DEFAULT_POLICY, TODAY, [unit.organization for unit in units])) == 10


def test_nothing_is_kept_where_there_are_no_units(store: Store) -> None:
    """A laboratory's registry would write rows each day for nobody."""
    assert figures.look_around(store, [DEFAULT_POLICY], NOW) == []
    with store.reading() as work:
        assert review_figures.board_of(work, DEFAULT_POLICY) is None


def test_a_median_is_told_from_five_units_on() -> None:
    """With fewer, a unit could work out the figure of its neighbour."""

    def shares(part: int, whole: int = 10) -> dict[Rate, Share]:
        return dict.fromkeys(Rate, Share(part, whole))

    few = [shares(part) for part in range(FEWEST - 1)]
    assert set(medians(few).values()) == {None}
    assert medians([*few, shares(0, 0)])[Rate.GOOD] is None
    assert medians([*few, shares(10)])[Rate.GOOD] == Fraction(20)


def test_days_are_the_ends_of_months_and_closed_years() -> None:
    """The last day of a month is today as well; a closed year would be missing in January."""
    assert days_kept(date(2026, 1, 31))[-2:] == [date(2025, 12, 31), date(2026, 1, 31)]
    assert days_kept(date(2026, 3, 1))[-2:] == [date(2026, 2, 28), date(2026, 3, 1)]
    assert (len(days_kept(date(2026, 11, 23))), days_kept(date(2026, 11, 23))[0]) == (17, date(2021, 12, 31))


def test_a_unit_without_an_edition_has_no_figures() -> None:
    """Nothing would look like a rate of nought."""
    assert reckoning_of(None).rows == ()
    assert Conclusion.NOT_ASKED.value == "not_asked"
