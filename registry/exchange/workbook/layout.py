"""What a sheet and its columns are: what they are called, and what their cells hold. The sheets themselves: columns.py.

A field is a path in the record (`results.uncertainty.k`: k of the uncertainty of one of the results), with three exceptions
that only spreadsheets have: `….range` (low, high and perhaps unit in one cell), and `….asset` / `….item_serial`, by which a
technician names an item without knowing its id.
"""

from dataclasses import dataclass
from enum import Enum, auto

from registry.exchange.workbook.words import Words

# What stands above the last column of a report; a report that is imported again is read without it.
REPORT_HEADER = "错误说明 / Errors"
# What stands in the first cell of a template's example row; a row with it is skipped, and told as such.
EXAMPLE_MARK = "示例行，导入时跳过 / example row, skipped on import"


class Kind(Enum):
    """What a cell of the column holds; cells.py reads each."""

    TEXT = auto()
    DATE = auto()
    NUMBER = auto()
    WHOLE = auto()
    MONTHS = auto()
    UNIT = auto()
    RANGE = auto()
    UNCERTAINTY = auto()
    AMOUNT = auto()
    TOLERANCE = auto()  # An amount that may be written with ±.
    WORD = auto()
    OWNER = auto()  # An organization, by its id or its name.
    LIST = auto()
    PERIODS = auto()
    INSTANT = auto()
    NOTHING = auto()  # Known, and no part of a record.


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its field, its two headers, what else the header may be called, and what its cells hold."""

    field: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    words: Words | None = None
    is_required: bool = False
    in_template: bool = True
    zh_help: str = ""
    en_help: str = ""

    @property
    def header(self) -> str:
        """The header as templates and exports write it: Chinese, English below."""
        return f"{self.zh}\n{self.en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A sheet: the section of the records document that it holds, its names, its columns.

    `parts`: the lists within a record, each of whose elements takes a row.
    """

    section: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    columns: tuple[Column, ...]
    parts: tuple[str, ...] = ()
    zh_help: str
    en_help: str

    @property
    def title(self) -> str:
        """The name of the sheet in templates and exports."""
        return self.zh
