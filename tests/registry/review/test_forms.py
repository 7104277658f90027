"""The tables of annex B of the reference company, as worked out by hand; B.3 brought back changes what it says alone."""

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from registry.access import OPERATOR, Party, Role
from registry.errors import UnacceptableError, UnknownError
from registry.exchange.review_forms import forms_workbook
from registry.exchange.workbook.opening import open_book
from registry.review.facts import ItemDetails, ItemState
from registry.review.forms import Form, forms_of, percent
from registry.review.jurisdiction import Words
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.review_editions import load_edition
from registry.usecases.review_equipping import review_unit
from registry.usecases.review_forms import import_b3
from registry.usecases.units import facts_of_unit, of_type, record_facts
from tests.registry.review.reference_company import COMPANY, DAY, NEXT, NOW, RATES, ROWS, document, facts, meters
from tests.registry.review.reference_forms import tables, tables_of_next_edition
from tests.registry.review.test_equipping import LATER, synthetic_2025
from traceability.json_text import dump
from traceability.policy import POLICIES

POLICY = POLICIES["cn-legal/1"]
AT = datetime(2026, 1, 31, 4, tzinfo=UTC)  # Noon of DAY in Shanghai.
UNIT = Party(name="person/ref", organization=COMPANY, role=Role.ENERGY_USER, person="r")
HEADINGS = (
    *("序号", "计量器具名称", "型号规格", "准确度等级", "测量范围", "生产厂家"),
    *("出厂编号", "管理编号", "安装地点及用途", "检定周期/校准间隔", "状态"),
)
# What stands for the state, by the letter of the ledger and by whether there is a certificate in force: by hand.
STATES = {
    "e101": "合格",
    "e103": "准用",
    "e104": "不在有效期内",
    "e206": "停用",
    "e310": "合格",
    "w309": "停用",
    "g304": "准用",
}


def zh(words: Words) -> str:
    return words.zh


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference company as recorded; its own organization holds its meters."""
    path = tmp_path_factory.mktemp("forms") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], party=UNIT, at=AT, source="test")
        record_facts(work, facts(), party=OPERATOR, at=AT, source="test")
    store.close()
    return path


@pytest.fixture
def company(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """The same for one test, which may write."""
    path = tmp_path / "registry.sqlite"
    shutil.copy(filled, path)
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


def forms(store: Store) -> dict[str, Form]:
    with store.reading() as work:
        found = review_unit(work, OPERATOR, COMPANY, (DAY, NOW), NOW, POLICY).equipping
    return {form.code: form for form in forms_of(found, zh)}


def brought(store: Store, data: bytes, *, is_dry_run: bool = False, party: Party = UNIT) -> tuple[int, int, list[str]]:
    done = import_b3(store, data, organization=COMPANY, policy=POLICY, party=party, at=AT, is_dry_run=is_dry_run)
    return done.report.new, done.report.same, [f"{note.row}: {note.en}" for note in done.notes]


def written(store: Store) -> bytes:
    return forms_workbook(forms(store).values(), ["合成"], zh)


def changed(store: Store, replaced: dict[str, str]) -> bytes:
    """B.3 as CSV with some cells written over, as somebody would in a spreadsheet program."""
    form = forms(store)["B.3"]
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(column.heading.zh for column in form.columns)
    lines.writerows([replaced.get(cell, cell) for cell in row] for row in form.rows)
    return text.getvalue().encode()


def test_the_tables_hold_the_meters_of_their_level_in_the_columns_of_the_annex(company: Store) -> None:
    """A reviewer would not find a meter where the annex has it."""
    found = forms(company)
    by_level = {level: sum(name[1] == level for name in meters()) for level in "123"}
    assert list(found) == ["B.3", "B.4", "B.5", "B.6", "B.7", "B.8", "B.9"]
    sizes = [len(found[code].rows) for code in ("B.3", "B.4", "B.5", "B.6", "B.7", "B.9")]
    assert sizes == [60, by_level["1"], by_level["2"], by_level["3"], 0, 60]
    assert tuple(column.heading.zh for column in found["B.3"].columns) == HEADINGS
    assert found["B.4"].rows[0] == (
        *("1", "合成表 e101", "SYN-E", "0.2S", "0–100", "合成仪表厂", "SNE101", "M-e101"),
        *("1 号站；结算", "24 个月", "合格"),
    )


@pytest.mark.parametrize("day", [DAY, NEXT])
def test_every_cell_is_the_one_worked_out_by_hand_and_an_edition_changes_those_it_should(company: Store, day: date) -> None:
    """A cell that is wrong on paper is signed; or an edition would change what it says nothing of."""
    with company.writing() as work:
        load_edition(work, synthetic_2025(), party=OPERATOR, at=LATER)
    with company.reading() as work:
        found = review_unit(work, OPERATOR, COMPANY, (day, LATER), LATER, POLICY).equipping
    rows = {form.code: list(form.rows) for form in forms_of(found, zh)}
    assert rows == (tables() if day == DAY else tables_of_next_edition())


def test_an_edition_changes_exactly_so_many_cells() -> None:
    """The two tables by hand would be the same, and the test above say nothing."""
    before, after = tables(), tables_of_next_edition()
    changed = {
        code: sum(one != other for pair in zip(rows, after[code], strict=True) for one, other in zip(*pair, strict=True))
        for code, rows in before.items()
    }
    # B.8: 5 cells of electric devices, 1 and 1 of gas, 2 of water, 1, 6 and 6 of sums. B.9: 16 classes, 9 conclusions.
    assert changed == {"B.3": 0, "B.4": 0, "B.5": 0, "B.6": 0, "B.7": 0, "B.8": 22, "B.9": 25}


def test_states_are_those_worked_out_by_hand(company: Store) -> None:
    """A lapsed meter would be listed as good, or one of limited use as fit for all."""
    told = {row[6].removeprefix("SN").lower(): row[-1] for row in forms(company)["B.3"].rows}
    assert {place: told[place] for place in STATES} == STATES
    letters = {row[0]: row[7] for row in ROWS}
    for place, state in told.items():
        lapsed = letters[place][3] == "N"
        assert (state == "不在有效期内") == lapsed, place


def test_the_table_of_equipping_has_the_rates_worked_out_by_hand(company: Store) -> None:
    """Paper and screen would say different things."""
    rows = forms(company)["B.8"].rows
    worked = list(RATES.values())
    assert [f"{row[3]}/{row[2]}" for row in rows] == [each[0] for each in worked]
    assert [row[5] for row in rows[:9]] == [each[1] for each in worked[:9]]
    words = {"met": "符合", "not_met": "不符合"}
    assert [row[6] for row in rows[:9]] == [words[each[2]] for each in worked[:9]]
    for row, each in zip(rows, worked, strict=True):
        assert [cell.partition("(")[2].rstrip(")") for cell in row[7:12]] == list(each[3:])
    assert rows[2][4] == "87.5"
    assert rows[2][12] == "可不配备 1；低于限定值 3；用能量单位与限定值不可比 1"


def test_the_table_of_accuracy_says_what_is_asked_and_whether_it_is_met(company: Store) -> None:
    """A class that is too coarse would not be found."""
    told = {row[2].removeprefix("M-"): row[5:] for row in forms(company)["B.9"].rows}
    assert told["e103"] == ("0.5", "0.5S", "不符合")
    assert told["w203"] == ("2.5", "2.5", "符合")
    assert told["w204"] == ("2.5", "1.5", "不符合")
    assert told["e208"] == ("—", "0.5", "准确度等级未登记")
    assert told["e206"] == ("0.5", "0.5", "停用")
    assert told["w208"] == ("2.0", "—", "准确度表无对应行")


def test_a_workbook_brought_back_as_it_is_changes_nothing(company: Store) -> None:
    """Each export and import would write the ledger anew."""
    assert brought(company, written(company)) == (0, 59, [])


def test_what_was_changed_in_b3_is_checked_first_and_then_counts(company: Store) -> None:
    """A dry run that wrote could not be taken back; a change that was lost would be asked for again."""
    data = changed(company, {"M-e101": "M-e101/A", "1 号站；结算": "新站；考核；甲"})
    with company.reading() as work:
        before = facts_of_unit(work, OPERATOR, COMPANY, (DAY, AT), AT)
    new = brought(company, data, is_dry_run=True)
    with company.reading() as work:
        assert facts_of_unit(work, OPERATOR, COMPANY, (DAY, AT), AT) == before
    assert brought(company, data) == new
    assert new[0] > 1
    with company.reading() as work:
        details = {each.item: each for each in of_type(facts_of_unit(work, OPERATOR, COMPANY, (DAY, AT), AT), ItemDetails)}
    assert details["m-e101"].management_number == "M-e101/A"
    assert (details["m-e101"].place, details["m-e101"].use) == ("新站", "考核；甲")
    assert (details["m-e101"].user_class, details["m-e101"].since) == ("I", DAY)
    assert brought(company, written(company)) == (0, 59, [])


def test_stopped_and_good_are_read_and_what_verdicts_decide_is_not(company: Store) -> None:
    """A unit could write a lapsed meter into a good one, or could not put a stopped one back."""
    assert brought(company, changed(company, {"停用": "合格"}))[0] == 5
    assert brought(company, changed(company, {"不在有效期内": "合格"}))[:2] == (0, 59)
    assert brought(company, changed(company, {"准用": "停用"}))[0] == 2
    with company.reading() as work:
        details = {each.item: each for each in of_type(facts_of_unit(work, OPERATOR, COMPANY, (DAY, AT), AT), ItemDetails)}
    assert (details["m-e206"].state, details["m-e103"].state) == (ItemState.GOOD, ItemState.STOPPED)
    assert details["m-e205"].state is ItemState.FAULTY


def test_rows_of_unknown_or_doubtful_meters_are_told_and_nothing_is_recorded(company: Store) -> None:
    """A row would land on another meter than its writer meant."""
    assert brought(company, changed(company, {"SNE101": "SN-OTHER", "合成仪表厂": "乙厂"})) == (
        0,
        0,
        ["2: the unit has no meter with this number"],
    )
    with company.writing() as work:
        double = ItemDetails(organization=COMPANY, item="m-e102", management_number="M-e101", since=DAY)
        record_facts(work, [double], party=UNIT, at=AT, source="test")
    doubtful = changed(company, {"SNE101": ""})
    assert brought(company, doubtful)[2] == ["2: several meters have this number; change them in the ledger"]
    twice = changed(company, {"SNE102": "SNE101"})
    assert brought(company, twice)[2] == ["3: another row says otherwise"]


def test_who_may_not_tell_of_the_unit_may_not_bring_its_table(company: Store) -> None:
    """A stranger could rewrite the ledger of a competitor."""
    stranger = Party(name="x", organization="lab", role=Role.ENERGY_USER, person="x")
    with pytest.raises(UnknownError):
        brought(company, written(company), party=stranger)
    auditor = Party(name="a", organization="centre", role=Role.AUDITOR, person="a", mandated=frozenset({COMPANY}))
    assert brought(company, changed(company, {"M-e101": "x"}), party=auditor)[2]
    with pytest.raises(UnacceptableError):
        brought(company, b"\x00\x01 no workbook")
    assert brought(company, "甲,乙\n1,2\n".encode())[2] == ["0: no table B.3 was found"]


def test_the_workbook_has_a_sheet_for_each_table_and_no_cell_that_computes(company: Store) -> None:
    """A name that begins with = would run in the reviewer's program."""
    with company.writing() as work:
        evil = ItemDetails(organization=COMPANY, item="m-e101", model="=1+1", since=DAY)
        record_facts(work, [evil], party=UNIT, at=AT, source="test")
    book = open_book(written(company))
    assert [sheet.name for sheet in book.sheets] == [f"B.{number}" for number in range(3, 10)]
    assert "=1+1" in book.sheets[0].rows[3]


def test_percentages_are_rounded_down() -> None:
    """94.96 % would read as 95.0 % and seem to meet it."""
    assert [percent(each) for each in (Fraction(9496, 100), Fraction(100), Fraction(0), None)] == ["94.9", "100.0", "0.0", "—"]
