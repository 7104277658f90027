"""Units of the review on both engines: who reviews them, who sees them, who may tell what, and tables of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from registry.access import OPERATOR, Party, Role
from registry.errors import NotPermittedError, UnacceptableError, UnknownError
from registry.repositories import review
from registry.repositories.review import Wanted
from registry.review.facts import (
    AnyFact,
    Basis,
    Connection,
    Consumption,
    ItemDetails,
    KeyStatus,
    Place,
    Quantity,
    Unit,
    credit_code,
)
from registry.review.jurisdiction import Organizer
from registry.unit_of_work import Store
from registry.usecases.check_ledger import check_ledger
from registry.usecases.import_facts import import_facts
from registry.usecases.import_records import import_records
from registry.usecases.units import (
    facts_of_unit,
    list_units,
    record_facts,
    seen_unit,
    set_area,
    unit_on,
)
from traceability.json_text import dump

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PUDONG, BAOSHAN, AIRPORT = "310115", "310113", "310000-airport"
CODES = ("91310000MA1K0000X0", "91310000MA1K0001X1", "91310000MA1K0002X2")
CITY = Party(name="person/city", organization="city-bureau", role=Role.REGULATOR, person="c")
DISTRICT = Party(name="person/district", organization="pudong-bureau", role=Role.REGULATOR, person="d")
STEEL = Party(name="person/steel", organization="steel", role=Role.ENERGY_USER, person="s")
STRANGER = Party(name="person/glass", organization="glass", role=Role.ENERGY_USER, person="g")
ORGANIZATIONS = {
    "steel": "energy_user",
    "glass": "energy_user",
    "airline": "energy_user",
    "city-bureau": "regulator",
    "pudong-bureau": "regulator",
}


def unit(organization: str, code: str, area: str, *, since: date = date(2025, 1, 1), key: KeyStatus = KeyStatus.NONE) -> Unit:
    return Unit(organization=organization, credit_code=code, area=area, industry="C3110", key=key, since=since)


def consumption(organization: str, tce: str, year: int = 2025) -> Consumption:
    return Consumption(organization=organization, year=year, tce=Decimal(tce), basis=Basis.EQUIVALENT)


@pytest.fixture
def told(store: Store) -> Store:
    """Three units of two areas, a bureau of the city and one of a district."""
    document = {
        "format": "traceability-records/1",
        "organizations": [{"id": id_, "name": f"合成 {id_}", "kind": kind} for id_, kind in ORGANIZATIONS.items()],
        "items": [{"id": "em-1", "kind": "meter", "serial": "E1"}],
    }
    facts: list[AnyFact] = [
        unit("steel", CODES[0], BAOSHAN, key=KeyStatus.CITY),
        unit("glass", CODES[1], PUDONG, key=KeyStatus.CITY),
        unit("airline", CODES[2], AIRPORT),
        consumption("steel", "10000"),
        consumption("glass", "9999.99"),
    ]
    with store.writing() as work:
        import_records(work, [dump(document).decode()], party=STEEL, at=NOW - timedelta(days=9), source="test")
        set_area(work, "city-bureau", "*", date(2025, 1, 1), party=OPERATOR, at=NOW - timedelta(days=8))
        set_area(work, "pudong-bureau", PUDONG, date(2025, 1, 1), party=OPERATOR, at=NOW - timedelta(days=8))
        record_facts(work, facts, party=CITY, at=NOW - timedelta(days=7), source="test")
    return store


def seen(store: Store, party: Party, **wanted: str) -> list[str]:
    with store.reading(party.viewers) as work:
        page = list_units(work, party, Wanted(**wanted), (TODAY, NOW), NOW)
    return [each.unit.organization for each in page.units]


def test_a_unit_sees_itself_a_district_its_own_and_the_city_all(told: Store) -> None:
    """Otherwise a district would read what another one supervises, or a competitor what a unit consumes."""
    assert seen(told, STEEL) == ["steel"]
    assert seen(told, DISTRICT) == ["glass"]
    assert seen(told, CITY) == ["airline", "glass", "steel"]
    with told.reading(DISTRICT.viewers) as work:
        assert seen_unit(work, DISTRICT, "glass", NOW).area == PUDONG
        with pytest.raises(UnknownError):
            seen_unit(work, DISTRICT, "steel", NOW)
        with pytest.raises(UnknownError):
            seen_unit(work, DISTRICT, "nobody", NOW)


def test_the_database_keeps_units_of_other_areas_out_by_itself(told: Store) -> None:
    """On PostgreSQL a query that forgot the predicate would otherwise tell a district of all units."""
    with told.reading(DISTRICT.viewers) as work:
        if not work.is_postgresql:
            pytest.skip("SQLite has no row security")
        assert sorted(review.units_among(work, ORGANIZATIONS, (TODAY, NOW))) == ["glass"]
        assert [fact.organization for fact in facts_of_unit(work, DISTRICT, "glass", (TODAY, NOW), NOW)] == ["glass"]
        with pytest.raises(UnknownError):
            facts_of_unit(work, CITY, "steel", (TODAY, NOW), NOW)
    with told.reading(STRANGER.viewers) as work:
        assert sorted(review.units_among(work, ORGANIZATIONS, (TODAY, NOW))) == ["glass"]


def test_a_unit_that_moved_is_seen_by_the_district_that_it_is_in_now(told: Store) -> None:
    """The bureau that it left would go on reading, and the new one would not know of it."""
    with told.writing() as work:
        record_facts(work, [unit("steel", CODES[0], PUDONG, since=TODAY)], party=CITY, at=NOW, source="moved")
        for moment, area in (
            ((TODAY - timedelta(days=1), NOW), BAOSHAN),
            ((TODAY, NOW), PUDONG),
            ((TODAY, NOW - timedelta(seconds=1)), BAOSHAN),
        ):
            assert review.units_among(work, ["steel"], moment)["steel"].area == area
    assert seen(told, DISTRICT) == ["glass", "steel"]


def test_a_regulator_without_an_area_any_more_sees_nothing(told: Store) -> None:
    """A bureau that was dissolved would go on reading."""
    with told.writing() as work:
        set_area(work, "pudong-bureau", "", TODAY, party=OPERATOR, at=NOW)
    assert seen(told, DISTRICT) == []


def test_a_list_is_narrowed_by_area_industry_and_text(told: Store) -> None:
    """A regulator of hundreds of units would not find one; a text with signs of LIKE would find all."""
    assert seen(told, CITY, area=BAOSHAN) == ["steel"]
    assert seen(told, CITY, industry="C31") == ["airline", "glass", "steel"]
    assert seen(told, CITY, industry="D") == []
    assert seen(told, CITY, text="合成 GLA") == ["glass"]
    assert seen(told, CITY, text=CODES[2].lower()) == ["airline"]
    assert seen(told, CITY, text="%") == []


def test_pages_of_a_list_join_without_gap_or_double(told: Store) -> None:
    """Somebody would be left out of the review."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        with told.reading() as work:
            page = list_units(work, CITY, Wanted(), (TODAY, NOW), NOW, after=after, most=2)
        found += [each.unit.organization for each in page.units]
        after = page.next
    assert found == ["airline", "glass", "steel"]


def test_a_unit_shows_who_reviews_it_and_by_which_rule(told: Store) -> None:
    """The wrong bureau would go there, and nobody could say why."""
    with told.reading(CITY.viewers) as work:
        view = unit_on(work, CITY, "steel", (TODAY, NOW), NOW)
        others = {
            each.unit.organization: each.jurisdiction for each in list_units(work, CITY, Wanted(), (TODAY, NOW), NOW).units
        }
    assert (view.jurisdiction.organizer, view.jurisdiction.rule) == (Organizer.CITY, "shanghai-2025-119")
    assert (view.jurisdiction.tce, view.jurisdiction.year, view.jurisdiction.area) == (Decimal(10000), 2025, BAOSHAN)
    assert others["glass"].organizer is Organizer.AREA
    assert others["airline"].organizer is Organizer.UNDECIDED
    assert [version.fact.area for version in view.versions] == [BAOSHAN]


def test_what_was_corrected_is_known_both_ways(told: Store) -> None:
    """A review could not be computed again as it was on its day."""
    with told.writing() as work:
        record_facts(work, [consumption("steel", "9000")], party=CITY, at=NOW, source="corrected")
        now = unit_on(work, CITY, "steel", (TODAY, NOW), NOW)
        before = unit_on(work, CITY, "steel", (TODAY, NOW - timedelta(seconds=1)), NOW)
    assert (now.jurisdiction.organizer, before.jurisdiction.organizer) == (Organizer.AREA, Organizer.CITY)


def test_a_district_tells_of_its_units_and_a_unit_of_its_meters(told: Store) -> None:
    """A unit could make itself small; a district could take units of another one."""
    details = ItemDetails(organization="steel", item="em-1", accuracy_class="0.5S", since=TODAY)
    with told.writing() as work:
        assert record_facts(work, [consumption("glass", "6000")], party=DISTRICT, at=NOW, source="t").new == 1
        assert record_facts(work, [details], party=STEEL, at=NOW, source="t").new == 1
        assert record_facts(work, [details], party=STEEL, at=NOW, source="t").new == 0
        with pytest.raises(NotPermittedError):
            record_facts(work, [consumption("steel", "1")], party=STEEL, at=NOW, source="t")
        with pytest.raises(UnacceptableError, match="机构"):
            record_facts(work, [consumption("steel", "1")], party=DISTRICT, at=NOW, source="t")
        with pytest.raises(UnacceptableError):
            record_facts(work, [unit("steel", CODES[0], PUDONG, since=TODAY)], party=DISTRICT, at=NOW, source="t")
        with pytest.raises(UnacceptableError):
            record_facts(work, [unit("glass", CODES[1], BAOSHAN, since=TODAY)], party=DISTRICT, at=NOW, source="t")
        stranger = msgspec.structs.replace(details, organization="glass")
        with pytest.raises(UnacceptableError) as foreign:
            record_facts(work, [stranger], party=STRANGER, at=NOW, source="t")
    assert foreign.value.path == "$.facts[0].item"


def test_facts_are_leaves_of_the_ledger_and_are_never_changed(told: Store) -> None:
    """What a unit consumed could be rewritten after its review."""
    with told.reading() as work:
        assert check_ledger(work).difference is None
        sections = {section for (section,) in work.connection.exec_driver_sql("SELECT DISTINCT section FROM ledger_leaves")}
    assert {"review_units", "review_regulators", "review_facts"} <= sections


@pytest.mark.parametrize(
    ("fact", "path"),
    [
        (unit("steel", "91310000MA1K0000X7", BAOSHAN), "$.facts[0].credit_code"),
        (unit("steel", "91310000MA1K0000X", BAOSHAN), "$.facts[0].credit_code"),
        (
            Place(
                organization="steel", id="p", level=2, energy="电", demand=Quantity(value=Decimal(1), unit="爱"), since=TODAY
            ),
            "$.facts[0].demand.unit",
        ),
        (
            Connection(organization="steel", metering_point="mp", since=TODAY, until=TODAY - timedelta(days=1)),
            "$.facts[0].until",
        ),
        (Consumption(organization="steel", year=2025, tce=Decimal("1E+120"), basis=Basis.CALORIFIC), "$.facts[0].tce"),
        (ItemDetails(organization="steel", item="em-1", model="a\x00b", since=TODAY), "$.facts[0].model"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(told: Store, fact: AnyFact, path: str) -> None:
    """A code with a slip would name another firm; a unit that nobody knows could not be compared."""
    with told.writing() as work, pytest.raises(UnacceptableError) as refused:
        record_facts(work, [fact], party=OPERATOR, at=NOW, source="t")
    assert refused.value.path == path


def test_a_credit_code_has_one_spelling() -> None:
    """The same firm would be two."""
    assert credit_code(" 91310000ma1k 0000x0 ") == CODES[0]


def test_a_table_is_imported_whole_or_not_at_all_and_says_which_row_is_wrong(told: Store) -> None:
    """A half-imported list of units would be taken for the whole one."""
    head = "机构标识,统一社会信用代码,行业代码,区域代码,重点用能单位,列入日期,年度,综合能源消费量（tce）,折标口径\n"
    good = f"steel,{CODES[0]},C3110,{BAOSHAN},国家重点,2026-01-01,2024,12000.5,等价值\n"
    bad = f"glass,{CODES[1]},C3041,{PUDONG},大概,2026-01-01,2024,12000,当量值\n"
    with told.reading() as work:
        before = unit_on(work, CITY, "steel", (TODAY, NOW), NOW)

    def imported(text: str, *, is_dry_run: bool = False) -> tuple[int, int, list[int], bool]:
        done = import_facts(
            told, text.encode("gb18030"), name="t.csv", organization=None, party=CITY, at=NOW, is_dry_run=is_dry_run
        )
        return done.report.new, done.report.same, [note.row for note in done.notes], done.is_recorded

    assert imported(head + good + bad) == (0, 0, [3], False)
    assert imported(head + good, is_dry_run=True) == (2, 0, [], False)
    with told.reading() as work:
        assert unit_on(work, CITY, "steel", (TODAY, NOW), NOW) == before
    assert imported(head + good) == (2, 0, [], True)
    assert imported(head + good) == (0, 2, [], True)
    with told.reading() as work:
        view = unit_on(work, CITY, "steel", (TODAY, NOW), NOW)
    assert (view.unit.key, [each.year for each in view.consumptions]) == (KeyStatus.NATIONAL, [2025, 2024])
    assert imported("什么,都不是\n1,2\n")[2] == [0]
    assert imported(head + good.replace("steel", "nobody"))[2] == [2]


def test_an_area_that_no_rule_knows_is_refused(told: Store) -> None:
    """A regulator with a slip in its area would see nothing and not learn why."""
    with told.writing() as work:
        with pytest.raises(UnacceptableError):
            set_area(work, "city-bureau", "999999", TODAY, party=OPERATOR, at=NOW)
        with pytest.raises(UnknownError):
            set_area(work, "nobody", "*", TODAY, party=OPERATOR, at=NOW)
