"""How a unit is equipped: the reference company gives what was worked out by hand, and an edition changes what it should."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from registry.access import OPERATOR, Party, Role
from registry.errors import UnacceptableError, UnknownError
from registry.review.editions import of_kind, shipped
from registry.review.equipping import Conclusion, Equipping, Lack, NotCounted, RateRow, Ratio
from registry.review.equipping_rules import Choice, EquippingRule, choose, class_rank
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.review_editions import load_edition
from registry.usecases.review_equipping import review_unit
from registry.usecases.units import record_facts
from tests.registry.review.reference_company import CHANGED, COMPANY, DAY, NEXT, NOW, RATES, ROWS, document, facts, meters
from traceability.json_text import dump
from traceability.policy import POLICIES

RULES = of_kind(shipped(), EquippingRule)
OLD = next(rule for rule in RULES if rule.id == "gb-17167-2006")
LATER = NOW + timedelta(days=1)


def synthetic_2025() -> bytes:
    """The edition of 2025 with invented tables: those of 2006 with three numbers changed."""
    made = msgspec.to_builtins(OLD, builtin_types=())
    made |= {"id": "gb-17167-2025", "in_force_from": "2026-02-01", "in_force_until": None}
    made |= {"source": "synthetic", "confidence": {"zh": "合成", "en": "invented for a test"}}
    for row in made["thresholds"]:
        if (row["energy"], row["level"]) == ("electricity", 3):
            row["at_least"]["value"] = "50"
    for row in made["accuracies"]:
        if row["category"] == "gas_meter":
            row["at_worst"] = "1.0"
    for row in made["rates"]:
        if (row["energy"], row["level"]) == ("water", 3):
            row["at_least"] = "85"
    return msgspec.json.encode(made)


@pytest.fixture(scope="module")
def company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The reference company as recorded; the synthetic edition is known from LATER on."""
    path = tmp_path_factory.mktemp("company") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], at=NOW, source="test")
        record_facts(work, facts(), party=OPERATOR, at=NOW, source="test")
        load_edition(work, synthetic_2025(), party=OPERATOR, at=LATER)
    yield store
    store.close()


def equipping(store: Store, day: date, *, knows_2025: bool = True) -> Equipping:
    with store.reading() as work:
        moment = (day, LATER if knows_2025 else NOW)
        return review_unit(work, OPERATOR, COMPANY, moment, LATER, POLICIES["cn-legal/1"]).equipping


def told(row: RateRow) -> tuple[str | None, ...]:
    ratios = [row.good, row.in_force, row.accurate, row.traceable, row.connected]
    asked = None if row.asked is None else str(row.asked)
    return (_text(row.equipped), asked, row.conclusion.value, *map(_text, ratios))


def _text(ratio: Ratio) -> str:
    return f"{ratio.numerator}/{ratio.denominator}"


def rates(found: Equipping) -> dict[tuple[str | None, int | None], tuple[str | None, ...]]:
    return {(row.energy, row.level): told(row) for row in (*found.rows, *found.levels, found.total)}


def test_the_reference_company_has_sixty_meters_with_every_status() -> None:
    """Otherwise the example would not be the one that was worked out."""
    assert (len(meters()), len({row[2] for row in ROWS} - {"nopoint", "nometer", "elsewhere"})) == (60, 12)


def test_rates_and_conclusions_are_those_worked_out_by_hand(company: Store) -> None:
    """Every figure of a review would be wrong, and nobody would see where."""
    assert rates(equipping(company, DAY)) == RATES


def test_every_place_and_meter_is_what_was_worked_out_by_hand(company: Store) -> None:
    """Two mistakes could cancel each other in a sum."""
    found = equipping(company, DAY)
    places = {line.place.id: line for line in found.places}
    by_item = {line.item: line for line in found.meters}
    total = found.total
    for row in ROWS:
        letters, line = row[7], places[row[0]]
        required = "Y" if line.is_required else "-"
        installed = "-" if not line.is_required else "N" if line.lack else "Y"
        connected = "-" if not line.is_required else "Y" if line.lack is None and line.is_connected else "N"
        name = f"m-{row[0]}@p-{row[0]}"
        of_meter = "".join(_letter(ratio, name) for ratio in (total.good, total.in_force, total.accurate, total.traceable))
        told = required + installed + (of_meter if f"m-{row[0]}" in by_item else "....") + connected
        assert told == letters, row


def _letter(ratio: Ratio, name: str) -> str:
    if name in {each.subject for each in ratio.excluded}:
        return "-"
    return "N" if name in ratio.lacking else "Y"


def test_an_edition_changes_exactly_what_it_should_from_its_first_day_on(company: Store) -> None:
    """The rule of tomorrow would judge today, or today's go on after its end."""
    before, after = rates(equipping(company, DAY)), rates(equipping(company, NEXT))
    assert {key: value for key, value in after.items() if before[key] != value} == CHANGED


def test_an_edition_without_tables_decides_nothing_and_says_which_figures_are_used(company: Store) -> None:
    """Figures by an edition that is out of force would pass for findings."""
    found = equipping(company, NEXT, knows_2025=False)
    assert (found.choice.in_force.id, found.choice.used.id, found.choice.decides) == ("gb-17167-2025", "gb-17167-2006", False)
    assert {row.conclusion for row in found.rows} == {Conclusion.UNDECIDED}
    assert [told(row)[0] for row in found.rows] == [RATES[row.energy, row.level][0] for row in found.rows]


def test_what_is_left_out_and_what_is_lacking_is_told_with_its_reason(company: Store) -> None:
    """A rate of 100 % with half of the places left out would look fine."""
    found = equipping(company, DAY)
    (row,) = (row for row in found.rows if (row.energy, row.level) == ("electricity", 3))
    assert dict(row.equipped.excluded) == {
        "e302": NotCounted.BELOW_THRESHOLD,
        "e303": NotCounted.BELOW_THRESHOLD,
        "e304": NotCounted.BELOW_THRESHOLD,
        "e311": NotCounted.EXEMPT,
        "e312": NotCounted.NOT_COMPARABLE,
    }
    assert row.equipped.lacking == ("e313",)
    assert dict(row.good.excluded) == {"m-e308@p-e308": NotCounted.STOPPED, "m-e310@p-e310": NotCounted.STATE_NOT_TOLD}
    lacks = {line.place.id: line.lack for line in found.places if line.lack}
    assert lacks == {
        "e209": Lack.NO_POINT,
        "e313": Lack.NO_METER,
        "g309": Lack.POINT_UNKNOWN,
        "w311": Lack.NO_POINT,
        "w312": Lack.NO_POINT,
    }


def test_both_engines_give_the_same_rates(store: Store) -> None:
    """A review would depend on where the registry runs."""
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], at=NOW, source="test")
        record_facts(work, facts(), party=OPERATOR, at=NOW, source="test")
    assert rates(equipping(store, DAY)) == RATES


def test_who_does_not_see_the_unit_does_not_see_how_it_is_equipped(company: Store) -> None:
    """A competitor would read what the company consumes and where."""
    stranger = Party(name="x", organization="lab", role=Role.LABORATORY, person="x")
    with company.reading() as work, pytest.raises(UnknownError):
        review_unit(work, stranger, COMPANY, (DAY, NOW), NOW, POLICIES["cn-legal/1"])


def test_before_any_edition_nothing_is_computed(company: Store) -> None:
    """Rates by a rule that was not there would look like findings of that day."""
    with company.reading() as work, pytest.raises((UnacceptableError, UnknownError)):
        review_unit(work, OPERATOR, COMPANY, (date(2006, 12, 31), NOW), NOW, POLICIES["cn-legal/1"])
    assert choose(RULES, "C2511", date(2006, 12, 31)) is None


def test_a_sector_edition_goes_before_the_general_one_the_longer_code_first() -> None:
    """A chemical plant would be judged by the rule for everybody."""
    chemical = msgspec.structs.replace(OLD, id="sector", industries=("C26",))
    finer = msgspec.structs.replace(OLD, id="finer", industries=("C261", "C25"), in_force_from=date(2010, 1, 1))

    def chosen(industry: str, day: date = DAY) -> str:
        found = choose((*RULES, chemical, finer), industry, day)
        assert isinstance(found, Choice)
        return found.used.id

    assert [chosen(code) for code in ("C2614", "C2651", "C2511", "D4411", "")] == [
        "finer",
        "sector",
        "finer",
        "gb-17167-2006",
        "gb-17167-2006",
    ]
    assert [chosen("C2614", date(2009, 12, 31)), chosen("C2614", date(2010, 1, 1))] == ["sector", "finer"]
    assert chosen("C2614", NEXT) == "gb-17167-2006"


@pytest.mark.parametrize(
    "better_first",
    [("0.1", "0.2S"), ("0.2S", "0.2"), ("0.2", "0.5S"), ("0.5S", "0.5"), ("0.5级", "1"), ("1.0", "2"), ("2", "10")],
)
def test_classes_are_in_the_order_of_the_field(better_first: tuple[str, str]) -> None:
    """As texts, 10 would be better than 2; as numbers, S would be no class at all."""
    better, worse = map(class_rank, better_first)
    assert better is not None
    assert worse is not None
    assert better < worse


@pytest.mark.parametrize("text", ["", "A", "0.5T", "S", "1.2.3", "-1", "０.5"])
def test_what_is_no_class_has_no_rank(text: str) -> None:
    """A class that was mistyped would pass as a good one."""
    assert class_rank(text) is None
