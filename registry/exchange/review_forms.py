"""The tables of JJF 1356-2012 annex B as a workbook, and B.3 read back: what a unit corrected in it, as facts.

B.3 has no place for ids. A row is of the meter of the unit with its serial number, or with its management number where it has
none. Columns that records or verdicts decide (name, serial number, interval, 合格 or 准用) are not read.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from registry.exchange.fact_sheets import FactReading, RowNote, cell_text
from registry.exchange.workbook.book import Book, Cell, Sheet
from registry.exchange.workbook.writing import Styles, new_workbook, write_cell
from registry.review.equipping import MeterLine
from registry.review.facts import AnyFact, ItemDetails, ItemState
from registry.review.forms import METER_COLUMNS, MISSING, PLACE_AND_USE, STOPPED, Form, Text, place_and_use
from registry.review.jurisdiction import Words
from registry.spelling import compared

B3 = "B.3"
_COLUMN_WIDTH = 4  # Characters for each unit of width.
_SEARCHED = 20  # Rows at the top of a sheet among which the headings are looked for.
_GOOD_WORDS = {"合格", "准用", "GOOD", "LIMITED"}
_READ = ("model", "accuracy_class", "measuring_range", "manufacturer", "management_number")


def forms_workbook(forms: Iterable[Form], notes: Sequence[str], say: Text) -> bytes:
    """A workbook with a sheet for each form: its title, the notes, the headings, the rows."""
    out = io.BytesIO()
    with new_workbook(out) as book:
        styles = Styles(book)
        for form in forms:
            sheet = book.add_worksheet(form.code)
            write_cell(sheet, 0, 0, f"{form.code} {say(form.title)}", styles, bold=True, font_size=14)
            for number, note in enumerate(notes, 1):
                write_cell(sheet, number, 0, note, styles)
            top = len(notes) + 1
            for place, column in enumerate(form.columns):
                sheet.set_column(place, place, column.width * _COLUMN_WIDTH)
                write_cell(sheet, top, place, say(column.heading), styles, bold=True, border=1, text_wrap=True)
            for number, row in enumerate(form.rows, top + 1):
                for place, cell in enumerate(row):
                    write_cell(sheet, number, place, cell, styles, border=1, text_wrap=True)
            sheet.freeze_panes(top + 1, 0)
            sheet.set_landscape()
            sheet.set_paper(9)  # A4.
            sheet.fit_to_pages(1, 0)
    return out.getvalue()


def read_b3(book: Book, meters: Sequence[MeterLine], organization: str, day: date) -> FactReading:
    """What the rows of B.3 say of the meters of a unit, as details from a day on; what they say already is said again."""
    sheet = next((each for each in book.sheets if each.name == B3), book.sheets[0] if book.sheets else None)
    headings = None if sheet is None else _headings(sheet)
    if sheet is None or headings is None:
        note = RowNote("", 0, None, "no table B.3 was found", "没有找到表 B.3")
        return FactReading(facts=(), places=(), notes=(note,))
    top, columns = headings
    facts: list[AnyFact] = []
    places: list[tuple[str, int]] = []
    notes: list[RowNote] = []
    seen: set[str] = set()
    for number, row in enumerate(sheet.rows[top + 1 :], top + 2):
        told = {field: _told(row, place) for field, place in columns.items()}
        if not any(told.values()):
            continue
        found = _meter(meters, told)
        if isinstance(found, Words):
            notes.append(RowNote(sheet.name, number, None, found.en, found.zh))
            continue
        fact = _details(found, told, organization, day)
        if fact is None:
            continue
        if fact.item not in seen:  # A meter that serves several points has several rows.
            facts.append(fact)
            places.append((sheet.name, number))
        elif fact not in facts:
            notes.append(RowNote(sheet.name, number, None, "another row says otherwise", "与同一器具的另一行不一致"))
        seen.add(fact.item)
    return FactReading(facts=tuple(facts), places=tuple(places), notes=tuple(notes))


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of headings, and the place of each column, whatever their order."""
    for top, row in enumerate(sheet.rows[:_SEARCHED]):
        texts = [compared(cell_text(cell)) for cell in row]
        found = {
            column.field: texts.index(compared(said))
            for column in METER_COLUMNS
            for said in (column.heading.zh, column.heading.en)
            if compared(said) in texts
        }
        if len(found) == len(METER_COLUMNS):
            return top, found
    return None


def _told(row: Sequence[Cell], place: int) -> str:
    return _plain(cell_text(row[place])) if place < len(row) else ""


def _meter(meters: Sequence[MeterLine], told: Mapping[str, str]) -> MeterLine | Words:
    """The meter that a row is of, or why there is none."""
    serial, management = compared(told["serial"]), compared(told["management_number"])
    if serial:
        found = {line.item: line for line in meters if line.record is not None and compared(line.record.serial or "") == serial}
    else:
        found = {
            line.item: line
            for line in meters
            if management and line.details is not None and compared(line.details.management_number) == management
        }
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        return Words(
            zh="有多台器具的编号相同，请在器具台账中修改", en="several meters have this number; change them in the ledger"
        )
    return Words(zh="该单位没有此编号的器具", en="the unit has no meter with this number")


def _details(line: MeterLine, told: Mapping[str, str], organization: str, day: date) -> ItemDetails | None:
    """What a row says: the details as they are, with what it changes. None where it says nothing and nothing was said."""
    before = line.details or ItemDetails(organization=organization, item=line.item, since=day)
    changes: dict[str, str | ItemState] = {
        field: told[field] for field in _READ if told[field] != _plain(getattr(before, field))
    }
    if told["place"] != _plain(place_and_use(before)):
        changes["place"], _, changes["use"] = told["place"].partition(PLACE_AND_USE)
    state = _state(before, told["state"])
    if state is not before.state:
        changes["state"] = state
    if not changes:
        return line.details
    return replace(before, **changes, since=day)


def _plain(text: str) -> str:
    """A text as a cell gives it back."""
    plain = cell_text(text)
    return "" if plain == MISSING else plain


def _state(before: ItemDetails, said: str) -> ItemState:
    """停用 stops a meter, 合格 and 准用 put a stopped one back; what else a meter is, B.3 does not say."""
    if compared(said) in {compared(STOPPED.zh), compared(STOPPED.en)}:
        return ItemState.STOPPED
    if compared(said) in _GOOD_WORDS and before.state is ItemState.STOPPED:
        return ItemState.GOOD
    return before.state
