"""Who organizes a review: every threshold, day and ground of the rule that comes along."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from registry.review.editions import of_kind, shipped
from registry.review.facts import Basis, Consumption, KeyStatus, Unit
from registry.review.jurisdiction import Ground, Jurisdiction, JurisdictionRule, Organizer, jurisdiction_of, rule_in_force

RULES = of_kind(shipped(), JurisdictionRule)
BEGINS = date(2025, 1, 1)
DAY = date(2026, 6, 30)


def unit(area: str = "310115", key: KeyStatus = KeyStatus.CITY) -> Unit:
    return Unit(organization="u", credit_code="91310000MA1K0000X0", area=area, key=key, since=date(2020, 1, 1))


def decided(
    tce: str, *, day: date = DAY, area: str = "310115", key: KeyStatus = KeyStatus.CITY, year: int = 2025
) -> Jurisdiction:
    told = [Consumption(organization="u", year=year, tce=Decimal(tce), basis=Basis.EQUIVALENT)]
    return jurisdiction_of(rule_in_force(RULES, day), unit(area, key), told, day)


@pytest.mark.parametrize(
    ("tce", "key", "organizer", "ground"),
    [
        ("0", "city", "nobody", "below"),
        ("4999.999", "city", "nobody", "below"),
        ("5000", "city", "area", "band"),
        ("5000.000", "national", "area", "band"),
        ("5000", "none", "nobody", "not_key"),
        ("9999.999", "city", "area", "band"),
        ("9999.999", "none", "nobody", "not_key"),
        ("10000", "city", "city", "band"),
        ("10000", "none", "city", "band"),
        ("10000.0", "none", "city", "band"),
        ("50000", "none", "city", "band"),
    ],
)
def test_thresholds_hold_their_number(tce: str, key: str, organizer: str, ground: str) -> None:
    """以上 includes the number itself (民法典 1259): at 10 000 tce the city organizes, at 5 000 the district."""
    found = decided(tce, key=KeyStatus(key))
    assert (found.organizer, found.ground) == (Organizer(organizer), Ground(ground))
    assert (found.rule, found.tce, found.basis, found.year) == ("shanghai-2025-119", Decimal(tce), Basis.EQUIVALENT, 2025)


@pytest.mark.parametrize(
    ("day", "year", "organizer", "ground"),
    [
        (date(2024, 12, 31), 2023, "undecided", "no_rule"),
        (BEGINS, 2024, "city", "band"),
        (date(2025, 12, 31), 2024, "city", "band"),
        (date(2026, 1, 1), 2024, "undecided", "no_consumption"),
        (date(2026, 1, 1), 2025, "city", "band"),
        (date(2026, 1, 1), 2026, "undecided", "no_consumption"),
        (date(2026, 12, 31), 2025, "city", "band"),
    ],
)
def test_the_rule_of_the_day_and_the_last_closed_year_count(day: date, year: int, organizer: str, ground: str) -> None:
    """An older year, or the one that is still running, would put a unit under the wrong bureau."""
    found = decided("10000", day=day, year=year)
    assert (found.organizer, found.ground) == (Organizer(organizer), Ground(ground))
    assert found.year == day.year - 1


@pytest.mark.parametrize("area", [area.code for area in RULES[0].areas])
def test_every_district_and_special_bureau_goes_to_its_own(area: str) -> None:
    """The airport bureau and Lin-gang count as districts; one that was left out would have no reviewer."""
    assert (decided("5000", area=area).organizer, decided("5000", area=area).area) == (Organizer.AREA, area)
    assert decided("10000", area=area).organizer is Organizer.CITY


def test_the_city_has_its_sixteen_districts_and_two_special_bureaus() -> None:
    """A district that is missing in the data could not be told of any unit."""
    areas = RULES[0].areas
    assert (len(areas), sum(area.is_special for area in areas), len({area.code for area in areas})) == (18, 2, 18)


def test_an_area_that_the_rule_does_not_know_is_undecided() -> None:
    """A unit of another city would be reviewed by ours."""
    assert decided("10000", area="320500").ground is Ground.UNKNOWN_AREA


def test_of_two_rules_the_one_that_came_into_force_last_counts_from_its_first_day_to_its_last() -> None:
    """A new notice would count a day early, or an ended one go on."""
    later = msgspec.structs.replace(
        RULES[0], id="later", in_force_from=date(2026, 7, 1), in_force_until=date(2026, 7, 31), bands=()
    )
    rules = (*RULES, later)
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 1)]
    found = [rule_in_force(rules, day) for day in days]
    assert [rule.id for rule in found if rule] == ["shanghai-2025-119", "later", "later", "shanghai-2025-119"]
