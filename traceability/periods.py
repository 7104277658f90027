"""Civil dates in Asia/Shanghai: days, months, and runs of days. Both ends of every period are inside it (SEMANTICS 1)."""

import calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from traceability.problems import InvalidValueError

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)


def civil_day(moment: date | datetime) -> date:
    """The civil date in Asia/Shanghai of an aware timestamp; a date is itself, a naive timestamp is an error."""
    if not isinstance(moment, datetime):
        return moment
    if moment.utcoffset() is None:
        raise InvalidValueError("a timestamp without an offset has no civil date", "没有时区偏移的时刻无法确定日期")
    try:
        return moment.astimezone(SHANGHAI).date()
    except OverflowError as error:  # The last hours of the year 9999, and the first of the year 1.
        raise InvalidValueError("a timestamp that has no civil date in Shanghai", "该时刻在上海时区没有对应的日期") from error


def day_before(day: date) -> date:
    """The day before; the first day that a date can be stays itself."""
    return day if day == date.min else day - _DAY


def day_after(day: date) -> date:
    """The day after; the last day that a date can be stays itself."""
    return day if day == date.max else day + _DAY


def days_later(day: date, days: int) -> date:
    """`day` and so many days, at most the last day that a date can be."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def last_day_of_interval(day: date, months: int) -> date:
    """The last valid day of an interval of whole months that begins on `day` (SEMANTICS 3.2).

    The day before the same day of the month so many months later; the last day of that month when it has no such day.
    """
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last) if day.day > last else day_before(date(year, month, day.day))


def joined(runs: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Runs of days in order as the fewest runs that hold the same days: touching ones become one."""
    maximal: list[tuple[date, date]] = []
    for start, end in runs:
        if maximal and day_after(maximal[-1][1]) >= start:
            maximal[-1] = (maximal[-1][0], end)
        else:
            maximal.append((start, end))
    return tuple(maximal)
