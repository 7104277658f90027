"""CSV files as programs and people write them: UTF-8, UTF-16 or GB18030; commas, semicolons or tabs."""

import csv
import io
import itertools
from collections.abc import Iterator

from registry.exchange.workbook import limits
from registry.exchange.workbook.book import Cell, Sheet
from registry.exchange.workbook.notes import WorkbookError

SHEET = "CSV"  # The name of the only sheet of a CSV file.
_DELIMITERS = ",;\t"
_SNIFFED = 50  # Lines that tell the delimiter.


def read_csv(data: bytes, name: str) -> tuple[Sheet, str]:
    """The one sheet of a CSV file, and its delimiter. All cells are text, as typed."""
    text = _decoded(data, name)
    delimiter = delimiter_of(text)
    rows: list[tuple[Cell, ...]] = []
    full = cells = 0
    try:
        for row in _parsed(text, delimiter):
            while row and not row[-1]:
                row.pop()
            rows.append(tuple(cell or None for cell in row))
            full += bool(row)
            cells += len(row) + 1
            if full > limits.MAX_ROWS or cells > limits.MAX_CELLS or len(row) > limits.MAX_COLUMNS:
                raise WorkbookError.of(name, too_large())
    except csv.Error as error:
        place = f"{name}: {len(rows) + 1}"
        raise WorkbookError(
            place, f"not CSV at row {len(rows) + 1} ({error})", f"第 {len(rows) + 1} 行不是合法的 CSV"
        ) from error
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(name=SHEET, rows=tuple(rows)), delimiter


def too_large() -> tuple[str, str]:
    """Why a file with too many rows, columns or cells is refused, in English and Chinese."""
    return (
        f"too large: at most {limits.MAX_ROWS:,} rows, {limits.MAX_COLUMNS:,} columns and {limits.MAX_CELLS:,} cells are read; "
        "split it, or delete unused rows and columns",
        f"过大：至多读取 {limits.MAX_ROWS} 行、{limits.MAX_COLUMNS} 列、{limits.MAX_CELLS} 个单元格；请拆分，或删除未用的行列",
    )


def delimiter_of(text: str) -> str:
    """The delimiter that splits the first lines into the most cells; a comma when none does."""
    lines = "".join(itertools.islice(io.StringIO(text, newline=""), _SNIFFED))
    return max(_DELIMITERS, key=lambda delimiter: _cells(lines, delimiter))


def _cells(text: str, delimiter: str) -> int:
    try:
        return sum(len(row) - 1 for row in _parsed(text, delimiter) if row)
    except csv.Error:
        return -1


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(data: bytes, name: str) -> str:
    """The text; GB18030 is what Chinese editions of Excel write when they are not told otherwise."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WorkbookError(name, "text that is neither UTF-8 nor GB18030", "既不是 UTF-8 也不是 GB18030 的文本")
