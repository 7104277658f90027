"""Workbooks (xlsx, xls, ods, csv) <-> records: what a technician with a spreadsheet program puts in and takes out.

    book = open_book(data, name="台账.xlsx")              # WorkbookError: no workbook, or a hostile one
    proposal = propose_mapping(book, remembered)          # which column is which; the user may correct `proposal.mapping`
    reading = read_records(book, organization="LAB", mapping=proposal.mapping)
    reading.entries                                        # traceability.interchange.Entry, ready for a Recorder
    reading.notes                                          # every error of every row, located
    reading.note(path, Mark.BAD, en, zh)                   # a store's objection to an entry, as notes on its rows
    report(book, [*reading.notes, *more])                  # the user's workbook with an error column, as bytes
    template()                                             # the empty workbook, with drop-downs and an explanation
    export_workbook(records)                               # records in the same layout; read back they are equal

Bytes in, values out: no database, no HTTP, no clock. Opening a file takes a child process with bounded memory and time.
"""

from registry.exchange.workbook.book import Book, Sheet
from registry.exchange.workbook.exporting import export_workbook
from registry.exchange.workbook.mapping import ColumnMatch, Mapping, Match, Proposal, SheetProposal, propose_mapping
from registry.exchange.workbook.naming import Lookups
from registry.exchange.workbook.notes import Mark, Note, Place, WorkbookError, by_place, worst
from registry.exchange.workbook.opening import open_book
from registry.exchange.workbook.reading import Reading, read_records
from registry.exchange.workbook.reporting import report
from registry.exchange.workbook.templating import template

__all__ = [
    "Book",
    "ColumnMatch",
    "Lookups",
    "Mapping",
    "Mark",
    "Match",
    "Note",
    "Place",
    "Proposal",
    "Reading",
    "Sheet",
    "SheetProposal",
    "WorkbookError",
    "by_place",
    "export_workbook",
    "open_book",
    "propose_mapping",
    "read_records",
    "report",
    "template",
    "worst",
]
