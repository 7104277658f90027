"""What a cell says, by the kind of its column; InvalidValueError, in two languages, for what cannot be read without a guess.

Numbers: Excel keeps binary floats, so a number is the shortest decimal that gives the same float again (what Python's repr
writes); text is read as typed. A text in double quotes is a JSON string and taken exactly as it stands inside: that is how an
export writes text that would otherwise read differently (blanks at its ends, a lone `/`).
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from typing import Any, NamedTuple

from registry.exchange.workbook.book import Cell, CellError, Percent
from registry.exchange.workbook.layout import Column, Kind
from registry.exchange.workbook.units import unit_spelled
from registry.exchange.workbook.words import offered, understood, word_key
from registry.spelling import is_storable
from traceability.json_text import instant, positional
from traceability.periods import civil_day
from traceability.problems import InvalidValueError
from traceability.quantities import MAX_DIGITS
from traceability.records import Period

_MOST_EXACT = 10**15  # Excel keeps 15 significant digits; a longer number in a text column has lost some.
_LONGEST = 2_000  # Characters of a cell that is no plain text: periods, the longest of them, have 22 each.
_SHOWN = 80  # Characters of a cell that a message repeats.
_NONE = {"", "/", "-", "--", "—", "——", "–", "无", "N/A", "n/a", "NA"}  # How ledgers write that there is nothing.
_GUARDED = re.compile(r"'(?=[=+\-@\t\r])")  # The apostrophe that keeps a CSV cell from being a formula.

_PLAIN_DIGITS = str.maketrans("０１２３４５６７８９．，＋－−﹣（）～〜∼：；＝％　\xa0", "0123456789.,+---()~~~:;=%  ")
_NUMBER = (
    r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3}|\s*[×xX*]\s*10\s*\^?\s*\(?[+-]?\d{1,3}\)?|\s*[×xX*]\s*10[⁰¹²³⁴-⁹⁻⁺]+)?"
)
_IS_NUMBER = re.compile(_NUMBER)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POWER_OF_TEN = re.compile(r"\s*[×xX*]\s*10\s*\^?\s*\(?([+-]?\d{1,3}|[⁰¹²³⁴-⁹⁻⁺]+)\)?")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)

_TO = r"\s*(?:~|–|—|－|至|到|\.\.+|…|to|-)\s*"
_RANGE = re.compile(rf"[(\[]?\s*({_NUMBER})\s*([^\d~–—－至到…()\[\]]*?){_TO}({_NUMBER})\s*[)\]]?\s*(.*)", re.DOTALL)
_BOUND = re.compile(rf"(≤|<=|≦|≥|>=|≧)\s*({_NUMBER})\s*(.*)", re.DOTALL)
_AROUND = re.compile(rf"±\s*({_NUMBER})\s*(.*)", re.DOTALL)

_K = re.compile(rf"[,，;；]?\s*\(?\s*[kK]\s*=\s*({_NUMBER})\s*\)?")
_U = re.compile(r"U\s*_?\s*(?:rel|r|95|p|c)?\s*=\s*", re.ASCII)
_AMOUNT = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)

_MONTHS = re.compile(r"(\d+)\s*(?:个月|月|months?|mo)?", re.IGNORECASE | re.ASCII)
_YEARS = re.compile(r"(\d+)\s*(?:年|years?|a)", re.IGNORECASE | re.ASCII)
_DAYS = re.compile(r"(\d+)\s*(?:天|日|days?)?", re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"[;；、\n]")


class Range(NamedTuple):
    """A range as one cell says it; a missing bound is none, a missing unit stands elsewhere."""

    low: Decimal | None
    high: Decimal | None
    unit: str | None


class Owner(NamedTuple):
    """An organization as a cell names it; in quotes, it is an id and no name."""

    text: str
    is_id: bool


class Stated(NamedTuple):
    """A value with what its cell says about it: its unit, and for an uncertainty k."""

    value: Decimal
    unit: str | None = None
    k: Decimal | None = None


def reader(column: Column) -> Callable[[Cell], Any]:
    """How a cell of the column is read: to the value, None for nothing, or an InvalidValueError."""
    if column.kind is not Kind.WORD:
        return _READERS[column.kind]
    words = column.words or {}
    return partial(
        _word, {spelling: _meant(value) for spelling, value in understood(words).items()}, " / ".join(offered(words))
    )


def _meant(value: str) -> str | int | bool:
    """The value behind a word: truth values and levels are words in spreadsheets only."""
    if value.isdigit():
        return int(value)
    return value == "true" if value in {"true", "false"} else value


def shown(cell: Cell) -> str:
    """The cell as text, as its writer sees it about."""
    match cell:
        case None:
            return ""
        case Percent():
            return f"{positional(exact(cell) * 100)}%"
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return positional(exact(cell))
        case datetime() if cell.time() == time():
            return str(cell.date())
        case _:
            return str(cell)


def exact(number: float) -> Decimal:
    """The shortest decimal that gives the same float; whole numbers without a fraction."""
    decimal = Decimal(repr(float(number)))
    return decimal.quantize(Decimal(1)) if number.is_integer() and abs(number) < _MOST_EXACT else decimal.normalize()


def text(cell: Cell) -> str | None:
    """The text of a cell, without blanks around it, in NFC; a whole number as its digits."""
    match cell:
        case str() if not isinstance(cell, CellError):
            return _text(cell)
        case float() if not isinstance(cell, (Percent, bool)):
            if abs(cell) >= _MOST_EXACT:
                raise InvalidValueError(
                    "a number of more than 15 digits, of which Excel keeps 15; format the column as text and type it again",
                    "超过 15 位的数字，Excel 只保留 15 位；请将该列设为文本格式后重新输入",
                )
            return positional(exact(cell))
        case date():
            raise InvalidValueError(
                "Excel has made a date of this; format the column as text and type it again",
                "Excel 已将其转成日期；请将该列设为文本格式后重新输入",
            )
        case None:
            return None
        case _:
            raise _unusable(cell)


def number(cell: Cell) -> Decimal | None:
    """The number of a cell, exactly."""
    if isinstance(cell, float) and not isinstance(cell, (bool, Percent)):
        return exact(cell)
    typed = _typed(cell)
    return None if typed is None else _number(typed)


def day(cell: Cell) -> date | None:
    """The civil date of a cell: an Excel date, or text with year, month and day in this order."""
    if isinstance(cell, datetime):
        return civil_day(cell) if cell.tzinfo else cell.date()
    if isinstance(cell, date):
        return cell
    typed = shown(cell) if isinstance(cell, float) and not isinstance(cell, bool) else _typed(cell)
    return None if typed is None else _day(typed)


@lru_cache(maxsize=8192)
def _day(typed: str) -> date:
    found = _DATE.fullmatch(typed.translate(_PLAIN_DIGITS)) or _COMPACT_DATE.fullmatch(typed)
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            pass
    raise InvalidValueError(
        f"{typed[:_SHOWN]!r} is not a complete date; write 2026-03-03", f"{typed[:_SHOWN]!r} 不是完整的日期；请写成 2026-03-03"
    )


def _text(cell: str) -> str | None:
    if len(cell) >= 2 and cell[0] == cell[-1] == '"':
        quoted = _unquoted(cell)
        if quoted is not None:
            return quoted
    plain = unicodedata.normalize("NFC", cell).strip()
    if plain in _NONE:
        return None
    if not is_storable(plain):
        raise InvalidValueError("text with a character that cannot be stored", "文本含无法存储的字符")
    return _GUARDED.sub("", plain, count=1) if plain[0] == "'" else plain


def _unquoted(cell: str) -> str | None:
    try:
        inner = json.loads(cell, strict=False)
    except ValueError:
        return None
    if not isinstance(inner, str):
        return None
    if not is_storable(inner):
        raise InvalidValueError("text with a character that cannot be stored", "文本含无法存储的字符")
    return unicodedata.normalize("NFC", inner)


def _typed(cell: Cell) -> str | None:
    """What stands in a cell that is no plain number, as text to be read; None for nothing."""
    if isinstance(cell, str) and not isinstance(cell, CellError):
        if len(cell) > _LONGEST:
            raise InvalidValueError(f"longer than {_LONGEST} characters", f"超过 {_LONGEST} 个字符")
        return _text(cell)
    if cell is None:
        return None
    if isinstance(cell, Percent):
        return shown(cell)
    raise _unusable(cell)


def _unusable(cell: Cell) -> InvalidValueError:
    match cell:
        case CellError() if cell == "=":
            return InvalidValueError(
                "a formula whose result is not in the file; open it in a spreadsheet program and save it again",
                "公式没有保存计算结果；请用表格软件打开并重新保存",
            )
        case CellError():
            return InvalidValueError(f"the formula gives an error: {cell[:20]}", f"公式结果出错：{cell[:20]}")
        case bool():
            return InvalidValueError("a truth value is not expected here", "此处不应为逻辑值")
        case date() | time():
            return InvalidValueError("a date or time is not expected here", "此处不应为日期或时间")
        case _:
            return InvalidValueError(f"{shown(cell)[:_SHOWN]!r} is not expected here", f"此处不应为 {shown(cell)[:_SHOWN]!r}")


@lru_cache(maxsize=8192)
def _number(typed: str) -> Decimal:
    plain = typed.translate(_PLAIN_DIGITS).strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if _IS_NUMBER.fullmatch(plain):
        plain = _POWER_OF_TEN.sub(lambda found: "e" + found[1].translate(_SUPERSCRIPTS), plain)
        try:
            decimal = Decimal(plain)
        except InvalidOperation:
            pass
        else:
            if len(decimal.as_tuple().digits) <= MAX_DIGITS:
                return decimal
    raise InvalidValueError(f"{typed[:_SHOWN]!r} is not a number", f"{typed[:_SHOWN]!r} 不是数字")


def _whole(cell: Cell) -> int | None:
    if isinstance(cell, float) and not isinstance(cell, (bool, Percent)) and cell.is_integer():
        return int(cell)
    typed = shown(cell) if isinstance(cell, float) and not isinstance(cell, bool) else _typed(cell)
    return None if typed is None else _counted(typed, _DAYS)


def _counted(typed: str, pattern: re.Pattern[str]) -> int:
    found = pattern.fullmatch(typed.translate(_PLAIN_DIGITS).strip())
    if not found or len(found[1]) > 9:
        raise InvalidValueError(f"{typed[:_SHOWN]!r} is not a whole number", f"{typed[:_SHOWN]!r} 不是整数")
    return int(found[1])


def _months(cell: Cell) -> int | None:
    typed = shown(cell) if isinstance(cell, float) and not isinstance(cell, bool) else _typed(cell)
    if typed is None:
        return None
    if typed == "半年":
        return 6
    years = _YEARS.fullmatch(typed.translate(_PLAIN_DIGITS).strip())
    return _counted(years[1], _MONTHS) * 12 if years else _counted(typed, _MONTHS)


def unit(cell: Cell) -> str | None:
    """The unit in the registry's spelling. One in quotes is taken as it stands."""
    if isinstance(cell, float) and not isinstance(cell, (bool, Percent)) and cell == 1:
        return "1"  # The unit of a number: Excel has made a number of it.
    typed = _typed(cell)
    if typed is None:
        return None
    return typed if isinstance(cell, str) and cell[:1] == '"' else unit_spelled(typed)


def range_(cell: Cell) -> Range | None:
    """Low, high and perhaps the unit: `0~100`, `(0~600) kW·h`, `0 ℃~50 ℃`, `≥5 A`, `±10 V`."""
    if isinstance(cell, float) and not isinstance(cell, bool):
        raise _not_a_range(shown(cell))
    typed = _typed(cell)
    return None if typed is None else _range(typed)


@lru_cache(maxsize=4096)
def _range(typed: str) -> Range:
    plain = typed.translate(_PLAIN_DIGITS).strip()
    if found := _BOUND.fullmatch(plain):
        bound, named = _number(found[2]), _unit_after(found[3])
        return Range(bound, None, named) if found[1] in {"≥", ">=", "≧"} else Range(None, bound, named)
    if found := _AROUND.fullmatch(plain):
        bound = _number(found[1])
        return Range(-bound, bound, _unit_after(found[2]))
    found = _RANGE.fullmatch(plain)
    if not found:
        raise _not_a_range(typed)
    low_unit, high_unit = _unit_after(found[2]), _unit_after(found[4])
    if low_unit is not None and low_unit != high_unit:
        raise InvalidValueError("both bounds need the same unit", "上下限的单位须相同")
    return Range(_number(found[1]), _number(found[3]), high_unit)


def _not_a_range(typed: str) -> InvalidValueError:
    return InvalidValueError(
        f"{typed[:_SHOWN]!r} is not a range; write 0~100, (0~100) kW·h or ≥5 A",
        f"{typed[:_SHOWN]!r} 不是范围；请写成 0~100、(0~100) kW·h 或 ≥5 A",
    )


def _unit_after(typed: str) -> str | None:
    plain = typed.strip()
    return unit_spelled(plain) if plain else None


def uncertainty(cell: Cell) -> Stated | None:
    """U with what stands beside it: `0.05`, `0.05%`, `U=0.05% (k=2)`, `Urel=0.05 %, k=2`."""
    if isinstance(cell, float) and not isinstance(cell, (bool, Percent)):
        return Stated(exact(cell))
    typed = _typed(cell)
    return None if typed is None else _uncertainty(typed)


@lru_cache(maxsize=8192)
def _uncertainty(typed: str) -> Stated:
    plain = typed.translate(_PLAIN_DIGITS).strip()
    factors = _K.findall(plain)
    rest = _K.sub("", plain).strip().removeprefix("(").removesuffix(")").strip()
    rest = _U.sub("", rest, count=1) if _U.match(rest) else rest
    found = _AMOUNT.fullmatch(rest)
    if not found or len(factors) > 1:
        raise InvalidValueError(
            f"{typed[:_SHOWN]!r} is not an expanded uncertainty; write U=0.05% (k=2)",
            f"{typed[:_SHOWN]!r} 不是扩展不确定度；请写成 U=0.05% (k=2)",
        )
    return Stated(_number(found[1]), _unit_after(found[2]), _number(factors[0]) if factors else None)


def _amount(cell: Cell, *, allows_sign: bool) -> Stated | None:
    if isinstance(cell, float) and not isinstance(cell, (bool, Percent)):
        return Stated(exact(cell))
    typed = _typed(cell)
    if typed is None:
        return None
    plain = typed.translate(_PLAIN_DIGITS).strip()
    plain = plain.removeprefix("±").strip() if allows_sign else plain
    plain = re.sub(r"^\(\s*±?(.*)\)(?=\s*[^)]*$)", r"\1 ", plain) if allows_sign and plain.startswith("(") else plain
    found = _AMOUNT.fullmatch(plain)
    if not found:
        raise InvalidValueError(
            f"{typed[:_SHOWN]!r} is not a value with unit; write 0.2 %", f"{typed[:_SHOWN]!r} 不是带单位的数值；请写成 0.2 %"
        )
    return Stated(_number(found[1]), _unit_after(found[2]))


def _word(spellings: Mapping[str, str | int | bool], offer: str, cell: Cell) -> str | int | bool | None:
    if isinstance(cell, bool):
        typed: str | None = "true" if cell else "false"
    elif isinstance(cell, float) and not isinstance(cell, Percent):
        typed = shown(cell)
    else:
        typed = _typed(cell)
    if typed is None:
        return None
    value = spellings.get(word_key(typed))
    if value is None:
        raise InvalidValueError(f"{typed[:_SHOWN]!r} is none of {offer}", f"{typed[:_SHOWN]!r} 不在可选值之中：{offer}")
    return value


def list_(cell: Cell) -> tuple[str, ...] | None:
    """The texts of a list: between semicolons, each plain or in quotes."""
    if not isinstance(cell, str) or isinstance(cell, CellError):
        single = text(cell)
        return None if single is None else (single,)
    found: list[str] = []
    element: str | None
    rest: str = cell
    while rest.strip():
        rest = rest.lstrip()
        if rest[0] == '"':
            element, rest = _quoted_element(rest)
        else:
            end = _BETWEEN.search(rest)
            typed, rest = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
            element = _text(typed)
        if element is not None:
            found.append(element)
        rest = rest.lstrip(" ")
        if rest and not _BETWEEN.match(rest):
            raise InvalidValueError("a list whose elements are not separated by semicolons", "列表的各项没有用分号隔开")
        rest = rest[1:]
    return tuple(found) or None


def _quoted_element(rest: str) -> tuple[str, str]:
    try:
        inner, end = json.JSONDecoder(strict=False).raw_decode(rest)
    except ValueError as error:
        raise InvalidValueError("a quotation mark that is not closed", "引号没有闭合") from error
    return _unquoted(rest[:end]) or str(inner), rest[end:]


def _periods(cell: Cell) -> tuple[Period, ...] | None:
    typed = _typed(cell)
    if typed is None:
        return None
    return tuple(_period(part) for part in re.split(r"[;；、\n]", typed) if part.strip())


def _period(typed: str) -> Period:
    first, separator, last = typed.translate(_PLAIN_DIGITS).replace("至", "~").partition("~")
    if not separator:
        raise InvalidValueError(
            f"{typed[:_SHOWN]!r} is not a period; write 2025-01-01~2025-02-01",
            f"{typed[:_SHOWN]!r} 不是时段；请写成 2025-01-01~2025-02-01",
        )
    return Period(start=_day(first.strip()), until=_day(last.strip()) if last.strip() else None)


def _instant(cell: Cell) -> datetime | None:
    typed = _typed(cell)
    return None if typed is None else instant(typed)


def _owner(cell: Cell) -> Owner | None:
    typed = text(cell)
    return None if typed is None else Owner(typed, is_id=isinstance(cell, str) and cell[:1] == '"')


def _nothing(_: Cell) -> None:
    return None


_READERS: dict[Kind, Callable[[Cell], Any]] = {
    Kind.TEXT: text,
    Kind.DATE: day,
    Kind.NUMBER: number,
    Kind.WHOLE: _whole,
    Kind.MONTHS: _months,
    Kind.UNIT: unit,
    Kind.RANGE: range_,
    Kind.UNCERTAINTY: uncertainty,
    Kind.AMOUNT: partial(_amount, allows_sign=False),
    Kind.TOLERANCE: partial(_amount, allows_sign=True),
    Kind.OWNER: _owner,
    Kind.LIST: list_,
    Kind.PERIODS: _periods,
    Kind.INSTANT: _instant,
    Kind.NOTHING: _nothing,
}
