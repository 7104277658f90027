"""What the import page shows of findings and columns, as plain rows."""

from itertools import islice
from typing import NamedTuple

from api.language import Language
from registry.exchange import workbook
from registry.exchange.workbook.columns import LAYOUTS
from registry.exchange.workbook.mapping import Match
from registry.repositories import imports
from registry.repositories.imports import StoredImport
from registry.repositories.jobs import Job
from registry.unit_of_work import UnitOfWork
from registry.usecases.import_files import proposal_of
from traceability.problems import InputError

MOST_ROWS = 200  # Findings that the page shows; the report has all.
LEFT_OUT = "-"  # The choice of a form for a column that is not read.
_TOLD = frozenset({workbook.Mark.BAD, workbook.Mark.CONTRADICTION})


class FindingRow(NamedTuple):
    """A finding: where it is, what it is about, what it says."""

    place: str
    header: str
    value: str
    said: str
    is_bad: bool


class Choice(NamedTuple):
    """A field that a column may hold, with its name."""

    field: str
    name: str


class ColumnRow(NamedTuple):
    """A column of the user's workbook and what it is taken for; `name` is that of its field of the form."""

    name: str
    header: str
    field: str | None
    is_open: bool


class SheetRows(NamedTuple):
    """A sheet of the user's workbook."""

    sheet: str
    section: str
    columns: list[ColumnRow]
    choices: list[Choice]
    missing: list[str]


def finding_rows(work: UnitOfWork, job: Job | None, language: Language) -> list[FindingRow]:
    """What is wrong, first things first, at most MOST_ROWS."""
    if job is None:
        return []
    told = (each for each in imports.findings_of(work, job.entry) if each.mark in _TOLD)
    return [
        FindingRow(
            place=f"{each.sheet}!{each.column or ''}{each.row}" if each.sheet else (f"{each.line}" if each.line else ""),
            header=each.header or each.path or "",
            value=each.value or "",
            said=each.zh if language is Language.ZH else each.en,
            is_bad=each.mark == workbook.Mark.BAD,
        )
        for each in islice(told, MOST_ROWS)
    ]


def mapping_rows(work: UnitOfWork, stored: StoredImport, language: Language) -> list[SheetRows]:
    """The columns of a workbook with what each is taken for; nothing for one that cannot be opened."""
    try:
        proposal = proposal_of(work, stored)
    except InputError:
        return []
    return [_sheet(each, language) for each in proposal.sheets if each.section is not None]


def read_mapping(proposal: workbook.Proposal, fields: dict[str, str]) -> workbook.Mapping:
    """The mapping as the user corrected it; what the form does not say stays as proposed."""
    columns = {section: dict(keys) for section, keys in proposal.mapping.columns.items()}
    for sheet in proposal.sheets:
        allowed = {column.field for column in LAYOUTS[sheet.section].columns} if sheet.section in LAYOUTS else set()
        for column in sheet.columns:
            chosen = fields.get(f"{sheet.section}:{column.key}")
            if chosen == LEFT_OUT or chosen in allowed:
                columns.setdefault(str(sheet.section), {})[column.key] = None if chosen == LEFT_OUT else chosen
    return workbook.Mapping(sheets=proposal.mapping.sheets, columns=columns, constants=proposal.mapping.constants)


def _sheet(sheet: workbook.SheetProposal, language: Language) -> SheetRows:
    layout = LAYOUTS[str(sheet.section)]
    names = {column.field: column.zh if language is Language.ZH else column.en for column in layout.columns}
    return SheetRows(
        sheet=sheet.sheet,
        section=layout.zh if language is Language.ZH else layout.en,
        columns=[
            ColumnRow(
                name=f"{sheet.section}:{column.key}",
                header=column.header,
                field=column.field,
                is_open=column.match in {Match.AMBIGUOUS, Match.UNKNOWN},
            )
            for column in sheet.columns
        ],
        choices=[Choice(field, name) for field, name in names.items()],
        missing=[names.get(field, field) for field in sheet.missing],
    )
