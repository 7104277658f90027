"""A table of units, consumptions or meters into the store: all of it or nothing, or only what it would come to."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.errors import NotPermittedError, UnacceptableError
from registry.exchange.fact_sheets import FactReading, RowNote, read_facts
from registry.exchange.workbook.notes import WorkbookError
from registry.exchange.workbook.opening import open_book
from registry.unit_of_work import Store
from registry.usecases.units import FactsReport, record_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsImport:
    """What an import came to, or would: `notes` say what is wrong, and then nothing is recorded."""

    report: FactsReport
    rows: int
    notes: tuple[RowNote, ...]
    is_recorded: bool


def import_facts(
    store: Store, data: bytes, *, name: str, organization: str | None, party: Party, at: datetime, is_dry_run: bool
) -> FactsImport:
    """Record what a table says; `organization`: whose facts they are where no column says it.

    UnacceptableError for a file that is no table.
    """
    try:
        reading = read_facts(open_book(data, name=name), organization)
    except WorkbookError as error:
        raise UnacceptableError("$", error.en, error.zh) from error
    return record_reading(store, reading, source=f"table {name}", party=party, at=at, is_dry_run=is_dry_run)


def record_reading(
    store: Store, reading: FactReading, *, source: str, party: Party, at: datetime, is_dry_run: bool
) -> FactsImport:
    """Record what was read, where nothing is wrong with it."""
    if reading.notes:
        return _imported(FactsReport(new=0, same=0), reading, reading.notes, is_recorded=False)
    with store.writing() as work:
        try:
            report = record_facts(work, reading.facts, party=party, at=at, source=source, path="{}")
        except UnacceptableError as error:
            work.give_up()
            return _imported(FactsReport(new=0, same=0), reading, (_located(reading, error),), is_recorded=False)
        except NotPermittedError as error:
            work.give_up()
            note = RowNote("", 0, None, error.en, error.zh)
            return _imported(FactsReport(new=0, same=0), reading, (note,), is_recorded=False)
        if is_dry_run:
            work.give_up()
    return _imported(report, reading, (), is_recorded=not is_dry_run)


def _imported(report: FactsReport, reading: FactReading, notes: tuple[RowNote, ...], *, is_recorded: bool) -> FactsImport:
    rows = len(set(reading.places))
    return FactsImport(report=report, rows=rows, notes=notes, is_recorded=is_recorded)


def _located(reading: FactReading, error: UnacceptableError) -> RowNote:
    """The row behind the path of a problem, which begins with the place of the fact in the reading."""
    number = error.path.partition(".")[0]
    sheet, row = reading.places[int(number)] if number.isdecimal() else ("", 0)
    return RowNote(sheet, row, None, error.en, error.zh)
