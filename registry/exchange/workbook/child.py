"""The child process that opens a workbook file: the parsers run here, where memory and processor time are limited.

Run as a script by opening.py, with the format as its argument, the file on stdin; sheets go to stdout as lines of JSON. A file
that makes a parser allocate without bound ends this process and nothing else (the parser of xlsx lays a sheet out from its
first to its last cell: two cells in opposite corners are 550 GB). It imports no module of ours, so that it starts fast.

Lines: `{"sheet": name}`, then rows `[number, [cells]]`, then `{"merged": [...]}`; at the end `{"end": true}`, or `{"refused":
code, "sheet": name}` at any time. A cell is JSON, with `{"d": "2026-03-03"}` and `{"t": …}` for dates and times, `{"p":
0.0005}` for a number shown in percent, `{"e": "#N/A"}` for an error, `{"e": "="}` for a formula without a result.
"""

import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from math import isfinite
from typing import Any, NoReturn

_CHUNK = 4 * 1024**2  # Bytes of a sheet that are looked through at once.
_LONGEST_ROW = 64 * 1024**2  # Bytes of XML.
_BUILT_IN_PERCENT = {9, 10}  # Number formats 0% and 0.00% (ECMA-376-1, 18.8.30).
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # What a number format shows as it stands.


class Refused(Exception):  # noqa: N818 - it is an answer.
    """The file is not read; `args[0]` is the code of the reason."""


def main(kind: str, limits: dict[str, int]) -> None:
    """Read the file on stdin, write its sheets to stdout."""
    for what, value in ((resource.RLIMIT_AS, "memory"), (resource.RLIMIT_CPU, "seconds"), (resource.RLIMIT_CORE, "core")):
        resource.setrlimit(what, (limits[value], limits[value]))
    out = sys.stdout
    data = sys.stdin.buffer.read()
    budget = _Budget(limits)
    sheet = ""
    try:
        for name, rows, merged in _OPENERS[kind](data, limits):
            sheet = name
            _write(out, {"sheet": name})
            out.flush()  # If the parser ends this process, the sheet is named.
            for number, cells in rows():
                budget.take(cells)
                out.write(_dumps([number, cells]))
                out.write("\n")
            _write(out, {"merged": merged()[: limits["merged"]]})
        _write(out, {"end": True})
    except Refused as refusal:
        _write(out, {"refused": refusal.args[0], "sheet": sheet})
    except MemoryError:
        _write(out, {"refused": "memory", "sheet": sheet})
    except (NameError, ImportError):  # Slips of ours, which no file causes: opening.py tells them as such.
        raise
    except Exception:  # noqa: BLE001 - a file can break its parser in any way, and all of them mean one thing.
        _write(out, {"refused": "damaged", "sheet": sheet})
    out.flush()


class _Budget:
    def __init__(self, limits: dict[str, int]) -> None:
        self._rows, self._cells, self._text = limits["rows"], limits["cells"], limits["text"]
        self._columns = limits["columns"]

    def take(self, cells: list[Any]) -> None:
        self._rows -= 1
        self._cells -= len(cells)
        self._text -= sum(len(cell) for cell in cells if isinstance(cell, str))
        if len(cells) > self._columns:
            raise Refused("columns")
        if self._rows < 0 or self._cells < 0 or self._text < 0:
            raise Refused("size")


Rows = Callable[[], Iterator[tuple[int, list[Any]]]]
Sheets = Iterator[tuple[str, Rows, Callable[[], list[list[int]]]]]


def _xlsx(data: bytes, limits: dict[str, int]) -> Sheets:
    with _archive(data, limits) as archive:
        special = _Specials(archive, limits["cells"])
        yield from _by_calamine(data, special.of)


def _ods(data: bytes, limits: dict[str, int]) -> Sheets:
    with _archive(data, limits) as archive, archive.open("content.xml") as content:
        last = b""
        while chunk := content.read(_CHUNK):
            if re.search(rb'value-type="percentage"', last + chunk):
                raise Refused("percent in ods")
            last = chunk[-64:]
    yield from _by_calamine(data, lambda _: {})


def _by_calamine(data: bytes, special_cells: Callable[[str], dict[tuple[int, int], Any]]) -> Sheets:
    import python_calamine as calamine  # noqa: PLC0415 - after the limits are set, and only where it is needed.

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise Refused("password") from error
    except BaseException as error:  # noqa: BLE001 - a panic of the parser is one; what is not its own goes on.
        _give_up(error)
    for meta in book.sheets_metadata:
        if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue

        def sheet(name: str = meta.name) -> Any:
            try:
                return book.get_sheet_by_name(name)
            except BaseException as error:  # noqa: BLE001 - see above.
                _give_up(error)

        held: list[Any] = []

        def rows(
            name: str = meta.name, sheet: Callable[[], Any] = sheet, held: list[Any] = held
        ) -> Iterator[tuple[int, list[Any]]]:
            special = special_cells(name)
            held.append(sheet())
            yield from _calamine_rows(held[0], special)

        def merged(held: list[Any] = held) -> list[list[int]]:
            return [[*start, *end] for start, end in held[0].merged_cell_ranges or ()]

        yield meta.name, rows, merged


def _give_up(error: BaseException) -> NoReturn:
    if isinstance(error, (MemoryError, KeyboardInterrupt, SystemExit)):
        raise error
    raise Refused("damaged") from error


def _calamine_rows(sheet: Any, special: dict[tuple[int, int], Any]) -> Iterator[tuple[int, list[Any]]]:
    """The rows with content; special cells overlaid, also those that the parser takes for empty."""
    by_row: dict[int, dict[int, Any]] = {}
    for (row, column), cell in special.items():
        by_row.setdefault(row, {})[column] = cell
    index = 0  # The parser iterates from the first row of the sheet, and gives rows from the first column on.
    for index, cells in enumerate(sheet.iter_rows()):
        overlay = by_row.pop(index, None) if by_row else None
        plain = [_plain(cell) for cell in cells] if overlay is None else _overlaid([_plain(cell) for cell in cells], overlay)
        while plain and plain[-1] is None:
            plain.pop()
        if plain:
            yield index + 1, plain
    for row in sorted(by_row):
        yield row + 1, _overlaid([], by_row[row])


def _overlaid(cells: list[Any], overlay: dict[int, Any]) -> list[Any]:
    cells += [None] * (max(overlay) + 1 - len(cells))
    for column, special in overlay.items():
        cell = cells[column]
        if special is not None:  # An error, or a formula without a result.
            cells[column] = special if cell is None else cell
        elif isinstance(cell, float) and not isinstance(cell, bool):
            cells[column] = {"p": cell}
    return cells


def _plain(cell: Any) -> Any:
    if cell.__class__ is str:
        return cell or None
    if cell.__class__ is float:
        return cell if isfinite(cell) else {"e": "#NUM!"}  # JSON has no infinity, and neither has Excel.
    if cell.__class__ is bool:
        return cell
    if isinstance(cell, date):  # Or a datetime.
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"t": cell.isoformat()}
    return cell / timedelta(days=1) if isinstance(cell, timedelta) else float(cell)


def _archive(data: bytes, limits: dict[str, int]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused("damaged") from error
    parts = archive.infolist()
    if len(parts) > limits["parts"] or sum(part.file_size for part in parts) > limits["unpacked"]:
        raise Refused("size")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("password")
    return archive


class _Specials:
    """The cells of an xlsx file of which its parser does not tell all: errors, formulas without result, percentages."""

    def __init__(self, archive: zipfile.ZipFile, most: int) -> None:
        self._archive = archive
        self._most = most
        self._parts: dict[str, str] = {}
        try:
            self._percent = self._percent_styles()
            self._parts = self._sheet_parts()
        except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile, EOFError, OSError) as error:
            raise Refused("damaged") from error

    def of(self, sheet: str) -> dict[tuple[int, int], Any]:
        """Row and column, counted from 0 -> the special cell; None for a number that is shown in percent."""
        part = self._parts.get(sheet)
        if part is None or part not in self._archive.namelist():
            return {}
        patterns = _patterns(self._percent)
        found: dict[tuple[int, int], Any] = {}
        for xml in self._pieces(part):
            for sign, pattern, read in patterns:
                for match in pattern.finditer(xml) if sign in xml else ():
                    place = _place(match[1])
                    if place is None:  # A cell without an address, of which one cannot say which it is.
                        raise Refused("unaddressed")
                    found.setdefault(place, read(match))
            if len(found) > self._most:
                raise Refused("size")
        return found

    def _pieces(self, part: str) -> Iterator[bytes]:
        """The XML of a sheet in pieces that end between rows."""
        try:
            with self._archive.open(part) as stream:
                rest = b""
                while chunk := stream.read(_CHUNK):
                    rest += chunk
                    end = max(rest.rfind(b"<row "), rest.rfind(b":row "))
                    if end > 0:
                        yield rest[:end]
                        rest = rest[end:]
                    if len(rest) > _LONGEST_ROW:
                        raise Refused("size")
                yield rest
        except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
            raise Refused("damaged") from error

    def _percent_styles(self) -> list[int]:
        root = self._xml("xl/styles.xml")
        if root is None:
            return []
        custom = {
            _number(node.get("numFmtId"))
            for node in root.iter("{*}numFmt")
            if "%" in _QUOTED.sub("", node.get("formatCode", ""))
        }
        styles = root.find("{*}cellXfs")
        wanted = _BUILT_IN_PERCENT | custom
        return (
            [index for index, node in enumerate(styles) if _number(node.get("numFmtId")) in wanted]
            if styles is not None
            else []
        )

    def _sheet_parts(self) -> dict[str, str]:
        book, links = self._xml("xl/workbook.xml"), self._xml("xl/_rels/workbook.xml.rels")
        if book is None or links is None:
            return {}
        targets = {node.get("Id"): posixpath.normpath(posixpath.join("/xl", node.get("Target", "")))[1:] for node in links}
        found = {}
        for node in book.iter("{*}sheet"):
            link = next((value for name, value in node.items() if name.endswith("}id")), None)
            if link in targets:
                found[node.get("name", "")] = targets[link]
        return found

    def _xml(self, part: str) -> Any:
        from lxml import etree  # noqa: PLC0415 - only for xlsx, and after the limits are set.

        try:
            data = self._archive.read(part)
        except KeyError:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(data, parser)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1


Pattern = tuple[bytes, re.Pattern[bytes], Callable[[re.Match[bytes]], Any]]


def _patterns(percent: list[int]) -> list[Pattern]:
    """What to look for in the XML of a sheet: a sign that it may be there, how it looks (group 1 is the cell's address, empty
    when it has none), and how the cell is told.
    """
    start = rb"<(?:\w+:)?c(?=\s)"
    address = rb'(?=[^>]*?\sr="([A-Z]{1,3}[0-9]{1,7})"|)'
    error = re.compile(start + address + rb'(?=[^>]*\st="e")[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
    no_result = re.compile(
        start + address + rb'(?![^>]*\st="(?:str|e)")[^>]*(?<!/)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
        rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
    )
    found: list[Pattern] = [
        (b't="e"', error, lambda match: {"e": match[2].decode("utf-8", "replace")[:20]}),
        (b"f>", no_result, lambda _: {"e": "="}),
        (b"f/>", no_result, lambda _: {"e": "="}),
    ]
    if percent:
        styles = b"|".join(str(style).encode() for style in percent)
        shown = re.compile(start + address + rb'(?=[^>]*\ss="(?:' + styles + rb')")(?![^>]*\st="[^n])[^>]*(?<!/)>')
        found.append((b"<", shown, lambda _: None))
    return found


def _place(address: bytes | None) -> tuple[int, int] | None:
    found = re.fullmatch(rb"([A-Z]{1,3})([0-9]{1,7})", address or b"")
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _xls(data: bytes, _: dict[str, int]) -> Sheets:
    import xlrd  # noqa: PLC0415 - after the limits are set, and only where it is needed.

    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
    except MemoryError:
        raise
    except Exception as error:  # The parser lets errors of many kinds out; all of them mean one thing.
        raise Refused("password" if "encrypt" in str(error).lower() else "damaged") from error
    percent = _percent_formats(book)
    for name in book.sheet_names():
        held: list[Any] = []

        def rows(name: str = name, held: list[Any] = held) -> Iterator[tuple[int, list[Any]]]:
            try:
                held.append(book.sheet_by_name(name))
            except MemoryError:
                raise
            except Exception as error:
                raise Refused("damaged") from error
            yield from _xls_rows(xlrd, book, held[0], percent)
            book.unload_sheet(name)

        def merged(held: list[Any] = held) -> list[list[int]]:
            return [[top, left, end - 1, right - 1] for top, end, left, right in held[0].merged_cells]

        yield name, rows, merged


def _percent_formats(book: Any) -> set[int]:
    """The indexes of the cell formats that show a number in percent."""
    keys = {key for key, format_ in book.format_map.items() if "%" in _QUOTED.sub("", format_.format_str or "")}
    return {index for index, xf in enumerate(book.xf_list) if xf.format_key in keys | _BUILT_IN_PERCENT}


def _xls_rows(xlrd: Any, book: Any, sheet: Any, percent: set[int]) -> Iterator[tuple[int, list[Any]]]:
    for index in range(sheet.nrows):
        cells: list[Any] = []
        for column, (kind, value) in enumerate(zip(sheet.row_types(index), sheet.row_values(index), strict=True)):
            if kind == xlrd.XL_CELL_NUMBER:
                cells.append({"p": value} if sheet.cell_xf_index(index, column) in percent else float(value))
            elif kind == xlrd.XL_CELL_TEXT:
                cells.append(value or None)
            elif kind == xlrd.XL_CELL_DATE:
                cells.append(_xls_date(xlrd, book, value))
            elif kind == xlrd.XL_CELL_BOOLEAN:
                cells.append(bool(value))
            elif kind == xlrd.XL_CELL_ERROR:
                cells.append({"e": xlrd.error_text_from_code.get(value, "#ERR")})
            else:
                cells.append(None)
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield index + 1, cells


def _xls_date(xlrd: Any, book: Any, value: float) -> Any:
    try:
        moment = xlrd.xldate_as_datetime(value, book.datemode)
    except (ValueError, OverflowError):
        return float(value)
    if 0 <= value < 1:
        return {"t": moment.time().isoformat()}
    return {"d": (moment.date() if moment.time() == time() else moment).isoformat()}


_OPENERS: dict[str, Callable[[bytes, dict[str, int]], Sheets]] = {"xlsx": _xlsx, "ods": _ods, "xls": _xls}


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, check_circular=False, separators=(",", ":"))


def _write(out: Any, value: Any) -> None:
    out.write(_dumps(value))
    out.write("\n")


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
