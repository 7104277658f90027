"""Civil dates as whole numbers: days since 1970-01-01, as the store holds them. Both ends of every period are inside it."""

from datetime import UTC, date, datetime, timedelta

from traceability.fleet.compiled import compiled

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FIRST_DAY = date.min.toordinal() - _EPOCH_DAY
LAST_DAY = date.max.toordinal() - _EPOCH_DAY
NEVER = 2**31 - 1  # "No day": later than every day that a date can be.
BEFORE_ALL = -(2**31)  # "Without beginning": earlier than every day.
ALWAYS = -(2**63)  # An instant: known before every `known_at`.


def number_of(day: date | None) -> int:
    """The day as a number; NEVER for none."""
    return NEVER if day is None else day.toordinal() - _EPOCH_DAY


def day_of(number: int) -> date:
    """The day of a number."""
    return date.fromordinal(number + _EPOCH_DAY)


def instant_number(instant: datetime | None) -> int:
    """Microseconds since 1970-01-01 UTC; ALWAYS for a record without `recorded_at`."""
    return ALWAYS if instant is None else (instant - _EPOCH) // _MICROSECOND


@compiled
def before(day: int) -> int:
    """The day before; the first day that a date can be stays itself."""
    return max(day - 1, FIRST_DAY)


@compiled
def after(day: int) -> int:
    """The day after, on which something changes; NEVER after the last day that a date can be."""
    return NEVER if day >= LAST_DAY else day + 1


@compiled
def last_day_of_interval(day: int, months: int) -> int:
    """The last valid day of an interval of whole months (SEMANTICS 3.2), as `periods.last_day_of_interval` has it."""
    year, month, of_month = _civil(day)
    index = year * 12 + month - 1 + months
    year, month = index // 12, index % 12 + 1
    if year > 9999:  # date.max
        return LAST_DAY
    last = _days_of_month(year, month)
    return _number(year, month, last) if of_month > last else before(_number(year, month, of_month))


@compiled
def _civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of month, in years that begin on 1 March of a proleptic Gregorian calendar of 400-year cycles."""
    shifted = day + 719468  # Days from 0000-03-01 to 1970-01-01.
    era = shifted // 146097  # Days of 400 years.
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    from_march = (5 * of_year + 2) // 153
    month = from_march + 3 if from_march < 10 else from_march - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * from_march + 2) // 5 + 1


@compiled
def _number(year: int, month: int, of_month: int) -> int:
    year -= 1 if month <= 2 else 0
    era = year // 400
    year_of_era = year - era * 400
    from_march = month - 3 if month > 2 else month + 9
    of_year = (153 * from_march + 2) // 5 + of_month - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year - 719468


@compiled
def _days_of_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 31 - (month - 1) % 7 % 2  # 31 and 30 in turn, beginning anew with August.
