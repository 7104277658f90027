"""A question as it comes from a command line, a URL or a form, all text, read into values of the core."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from api.failures import ParameterError
from api.language import Bilingual
from traceability.json_text import civil_date, instant
from traceability.periods import civil_day
from traceability.policy import DEFAULT_POLICY, Policy, policy_named
from traceability.problems import InvalidValueError
from traceability.quantities import check_number
from traceability.records import Purpose

T = TypeVar("T")

_DATE_LENGTH = len("YYYY-MM-DD")
_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,3})?")  # Plain ASCII, as JSON has it.


class Asking(NamedTuple):
    """Everything of a question but its target. `known_at` is an instant; `is_now` when none was given."""

    as_of: date
    known_at: datetime
    policy: Policy
    purpose: Purpose
    is_now: bool


def asked(
    *,
    now: datetime,
    as_of: str | None = None,
    known_at: str | None = None,
    policy: str | None = None,
    quantity: str | None = None,
    unit: str | None = None,
    low: str | None = None,
    high: str | None = None,
) -> Asking:
    """The question that the texts ask at the instant `now`; an empty text is none. ParameterError names what is wrong."""
    return Asking(
        as_of=_read("as_of", as_of, _day) or civil_day(now),
        known_at=_read("known_at", known_at, _moment) or now,
        policy=_read("policy", policy or DEFAULT_POLICY, policy_named) or policy_named(DEFAULT_POLICY),
        purpose=_purpose(quantity, unit, low, high),
        is_now=not known_at,
    )


def day(name: str, text: str) -> date:
    """A civil date that must be given, as the ends of a period."""
    read = _read(name, text, _day)
    if read is None:
        raise ParameterError(name, Bilingual("缺少日期", "a date is missing"))
    return read


def day_or_none(name: str, text: str | None) -> date | None:
    """A civil date that may be left out."""
    return _read(name, text, _day)


def _purpose(quantity: str | None, unit: str | None, low: str | None, high: str | None) -> Purpose:
    bounds = {"low": _read("low", low, _number), "high": _read("high", high, _number)}
    try:
        return Purpose(quantity=quantity or None, unit=unit or None, **bounds)
    except InvalidValueError as error:
        raise ParameterError("unit" if unit else "low", Bilingual(error.zh, error.en)) from error


def _read(name: str, text: str | None, reader: Callable[[str], T]) -> T | None:
    """The value that a text stands for; None for no text."""
    if text is None or not text.strip():
        return None
    try:
        return reader(text.strip())
    except InvalidValueError as error:
        raise ParameterError(name, Bilingual(error.zh, error.en)) from error
    except OverflowError as error:  # An instant that has no day in Shanghai or no UTC time: before year 1 or after 9999.
        raise ParameterError(name, Bilingual("超出日历范围", "beyond the calendar")) from error


def _day(text: str) -> date:
    """A civil date, or an instant taken as its day in Asia/Shanghai (SEMANTICS 1)."""
    return civil_date(text) if len(text) <= _DATE_LENGTH else civil_day(instant(text))


def _moment(text: str) -> datetime:
    return instant(text).astimezone(UTC)


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise InvalidValueError(f"{text[:40]!r} is not a number", f"{text[:40]!r} 不是数")
    number = Decimal(text)
    check_number(number)
    return number
