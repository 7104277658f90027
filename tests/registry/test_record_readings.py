"""Readings in the store, on both engines: recorded once, corrected by name, refused where they contradict, walled off."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from registry.access import Party, Role
from registry.columns import LATEST
from registry.errors import UnacceptableError
from registry.readings import MeterReading, Place, Problem, Sent, StoredReading, derived_id, told
from registry.repositories import meter_readings
from registry.repositories.ledger import sections
from registry.repositories.meter_readings import ReadingFilters, current_readings, listed_readings, points_of
from registry.unit_of_work import Store, open_store
from registry.usecases.check_ledger import check_ledger
from registry.usecases.import_records import import_records
from registry.usecases.record_readings import MOST_SENT, ReadingReport, record_readings, refused
from tests.registry.worlds import only
from traceability.json_text import dump
from traceability.problems import InputError, InvalidValueError

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ALPHA = Party(name="person/a", organization="alpha", role=Role.ENERGY_USER)
BETA = Party(name="person/b", organization="beta", role=Role.CENTRE)
MANDATED = Party(name="person/c", organization="beta", role=Role.CENTRE, mandated=frozenset({"alpha"}))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def reading(start: str = "2026-01-01", until: str = "2026-01-31", value: str | None = "10", **more: Any) -> MeterReading:
    """A reading in kilowatt hours of the point P with one thing changed."""
    said: dict[str, Any] = {
        "metering_point": "P",
        "start": date.fromisoformat(start),
        "until": date.fromisoformat(until),
        "value": None if value is None else Decimal(value),
        "unit": None if value is None else "kW*h",
        "source": "test",
    } | more
    keys = ("metering_point", "start", "until", "value", "unit")
    said.setdefault("id", derived_id(**{name: said[name] for name in keys}, replaces=said.get("replaces")))
    return MeterReading(**said)


def sent(*readings: MeterReading) -> list[Sent]:
    return [Sent(Place(f"$.readings[{index}]"), each) for index, each in enumerate(readings)]


def record(store: Store, *readings: MeterReading, party: Party = ALPHA, at: datetime = NOW, **more: Any) -> ReadingReport:
    return record_readings(store, sent(*readings), party=party, at=at, source="test", **more)


def current(store: Store, known_at: datetime | None = None) -> list[StoredReading]:
    with store.reading() as work:
        return current_readings(work, ["P"], *YEAR, known_at)


def with_point(store: Store) -> Store:
    """The store with the point P of the organization alpha."""
    point = {"id": "P", "organization": "alpha", "level": 1, "energy": "electricity", "branches": [{"name": "meter"}]}
    with store.writing() as work:
        import_records(work, [dump(only("metering_points", point)).decode()], party=ALPHA, at=NOW, source="test")
    return store


@pytest.fixture
def metered(store: Store) -> Store:
    """A store with the point P, on each engine."""
    return with_point(store)


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same on SQLite, for what is refused, which is decided above SQL and leaves nothing behind."""
    path = tmp_path_factory.mktemp("readings") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    yield with_point(store)
    store.close()


def test_sending_again_changes_nothing(metered: Store) -> None:
    """A program that sends every night would fill the register with the same readings, or fail."""
    first = record(metered, reading(), reading("2026-02-01", "2026-02-28"))
    again = record(metered, reading(value="10.0"), reading("2026-02-01", "2026-02-28"))
    assert (first.new, first.same, first.is_good) == (2, 0, True)
    assert (again.new, again.same, again.recording) == (0, 2, None)
    assert [str(each.reading.value) for each in current(metered)] == ["10", "10"]
    with metered.reading() as work:
        assert check_ledger(work).difference is None
        assert "meter_readings" in sections()


def test_a_dry_run_writes_nothing(metered: Store) -> None:
    """Trying would already be recording."""
    report = record(metered, reading(), is_dry_run=True)
    assert (report.new, report.recording, report.is_dry_run) == (1, None, True)
    assert refused(report) is report
    assert current(metered) == []


def test_a_correction_names_what_it_replaces_and_the_past_stays(metered: Store) -> None:
    """What an inspector was shown in spring could not be found again, or counted twice."""
    wrong = reading(id="r1")
    record(metered, wrong)
    right = reading(value="12", replaces="r1", reason="抄错")
    assert record(metered, right, at=LATER).new == 1
    assert [each.reading for each in current(metered)] == [right]
    assert [each.reading for each in current(metered, NOW)] == [wrong]
    twice = record(metered, reading(value="13", replaces="r1", reason="再改"), at=LATER)
    assert [(each.place.path, "already" in each.en) for each in twice.problems] == [("$.readings[0].replaces", True)]
    away = reading(value=None, replaces=right.id, reason="记错了计量点")
    record(metered, away, at=LATER)
    assert current(metered) == []


def test_what_was_taken_back_does_not_come_again_unseen(metered: Store) -> None:
    """Whoever takes a reading back by mistake and sends it again would be told that all is on record, and it never counts."""
    record(metered, reading(id="r1"))
    record(metered, reading(id="r2", value=None, replaces="r1", reason="by mistake"))
    again = record(metered, reading(id="r1"))
    assert (again.new, again.same, [(each[1][:8], each[2]) for each in again.left_out]) == (0, 1, [("已登记，但其后被", 1)])
    assert (record(metered, reading(id="r3")).new, record(metered, reading(id="r3")).left_out) == (1, ())


def test_readings_are_recorded_however_many_there_are(metered: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company with 130 points read daily could record nothing more in its fifth year."""
    monkeypatch.setattr(meter_readings, "MOST_READINGS", 2)
    for day in range(1, 6):
        assert record(metered, reading(f"2026-01-0{day}", f"2026-01-0{day}")).new == 1
    assert "overlaps" in record(metered, reading("2026-01-02", "2026-01-02", value="3")).problems[0].en
    assert [each.place.path for each in record(metered, reading("2027-01-01", "2027-01-01", unit="t")).problems] == [
        "$.readings[0].unit"
    ]


def test_a_unit_can_be_corrected_where_nothing_else_counts(metered: Store) -> None:
    """A first reading in the wrong unit would hold its point to that unit for ever."""
    record(metered, reading(id="r1", unit="t"))
    assert record(metered, reading(value="10", replaces="r1", reason="单位错")).is_good
    assert not record(metered, reading("2026-02-01", "2026-02-28", unit="t")).is_good


def test_a_correction_may_come_with_what_it_corrects(metered: Store) -> None:
    """An export of everything could not be taken in again."""
    wrong, right = reading(id="r1"), reading(value="12", replaces="r1", reason="抄错")
    assert record(metered, right, wrong).is_good
    assert [each.reading for each in current(metered)] == [right]


@pytest.mark.parametrize(
    ("second", "place", "word"),
    [
        (reading("2026-01-31", "2026-02-10"), "$.readings[1].from", "重叠"),
        (reading(value="11"), "$.readings[1].from", "重叠"),
        (reading("2026-02-01", "2026-02-28", unit="m^3"), "$.readings[1].unit", "无法换算"),
        (reading(metering_point="Q"), "$.readings[1].metering_point", "没有计量点"),
        (reading(metering_point="\x00"), "$.readings[1].metering_point", "没有计量点"),
        (reading("2026-03-01", "2026-03-31", id="same"), "$.readings[1].id", "已是另一读数"),
        (reading(value="1", replaces="nothing", reason="x"), "$.readings[1].replaces", "没有读数"),
        (reading(value="1", replaces="self", reason="x", id="self"), "$.readings[1].replaces", "没有读数"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(on_sqlite: Store, second: MeterReading, place: str, word: str) -> None:
    """Two readings of the same days would both be added up; and of what was sent nothing may be recorded in part."""
    report = record(on_sqlite, reading(id="same"), second)
    assert place in {each.place.path for each in report.problems}
    assert any(word in each.zh for each in report.problems)
    assert current(on_sqlite) == []
    with pytest.raises(InputError, match=word):
        refused(report)


def test_what_is_on_record_is_named_when_something_overlaps_it(metered: Store) -> None:
    """People would search for what stands in the way."""
    record(metered, reading("2026-01-15", "2026-02-15", id="there"))
    report = record(metered, reading("2026-01-01", "2026-01-31"), reading("2026-02-10", "2026-02-20", value="3"))
    assert ["'there'" in each.en for each in report.problems] == [True, True]
    with pytest.raises(InputError, match="另有 1 处"):
        refused(report)


def test_only_the_own_organization_records_and_those_who_hold_the_point_read(metered: Store) -> None:
    """A centre could write its customers' consumption, or a stranger read it."""
    for party in (BETA, MANDATED):
        assert [each.zh[:3] for each in record(metered, reading(), party=party).problems] == ["本机构"]
    record(metered, reading())
    seen = {}
    for name, viewers in (("alpha", ["alpha"]), ("beta", ["beta"]), ("mandated", MANDATED.viewers), ("operator", None)):
        with metered.reading(viewers) as work:
            found = listed_readings(work, viewers, ReadingFilters(), LATEST, 10)
            seen[name] = (len(found), sorted(points_of(work, "alpha", viewers, NOW)))
    assert seen == {"alpha": (1, ["P"]), "beta": (0, []), "mandated": (1, ["P"]), "operator": (1, ["P"])}
    with metered.reading(["beta"]) as work:
        # The second wall: a query that forgets to ask who holds what.
        is_walled = metered.engine.dialect.name == "postgresql"
        assert len(current_readings(work, ["P"], *YEAR)) == (0 if is_walled else 1)


def test_the_list_is_filtered_and_goes_on_page_by_page(metered: Store) -> None:
    """A correction would stand in the list as if both counted."""
    record(metered, reading(id="r1"), reading("2026-02-01", "2026-02-28"))
    record(metered, reading(value="12", replaces="r1", reason="抄错"), at=LATER)
    with metered.reading() as work:

        def ids(filters: ReadingFilters, before: int = LATEST, most: int = 10) -> list[int]:
            return [each.entry for each in listed_readings(work, None, filters, before, most)]

        assert ids(ReadingFilters()) == [3, 2, 1]
        assert ids(ReadingFilters(), 3, 1) == [2]
        assert ids(ReadingFilters(is_current=True)) == [3, 2]
        assert ids(ReadingFilters(start=date(2026, 2, 1))) == [2]
        assert ids(ReadingFilters(until=date(2026, 1, 1), metering_point="P")) == [3, 1]
        assert ids(ReadingFilters(metering_point="Q")) == []
        assert points_of(work, "\x00", None, NOW) == {}
        (replaced,) = (each for each in listed_readings(work, None, ReadingFilters(), LATEST, 10) if each.entry == 1)
        assert (replaced.replaced_by, replaced.recorded_by) == (current(metered)[0].reading.id, "person/a")


def test_readings_are_never_changed(metered: Store) -> None:
    """Consumption could be made smaller from a database console."""
    record(metered, reading())
    for change in ("DELETE FROM meter_readings", "UPDATE meter_readings SET value = '1'"):
        with pytest.raises(DBAPIError, match="appended, never changed"), metered.engine.begin() as connection:
            connection.exec_driver_sql(change)


def test_what_reading_the_file_found_stands_in_the_report(metered: Store) -> None:
    """Half of a file would be recorded because the other half could not be read."""
    problem = Problem(place=Place("f.csv", 3, "数值"), en="no number", zh="不是数")
    report = record(metered, reading(), problems=[problem])
    assert (report.problems, report.new, report.recording) == ((problem,), 1, None)
    assert told(problem.place) == "f.csv:3:数值"
    assert current(metered) == []
    with pytest.raises(UnacceptableError):
        record_readings(metered, sent(reading()) * (MOST_SENT + 1), party=ALPHA, at=NOW, source="test")


@pytest.mark.parametrize(
    "changes", [{"unit": None}, {"reason": "x"}, {"replaces": "r"}, {"value": None, "unit": None}, {"until": "2025-12-31"}]
)
def test_half_a_reading_is_none(changes: dict[str, Any]) -> None:
    """A value without unit, or a correction without reason, would be on record for good."""
    with pytest.raises(InvalidValueError):
        reading(**changes)
