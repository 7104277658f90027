"""A short notation for seed records: amounts as text (`0.05 %`), days as distances from today, one call per certificate.

What a call leaves out is said once here: k = 2, certificates issued two days after the work, numbers that begin with `SYN-`,
and a serial number per item, the same on the item and on its certificates. Exceptions are made with msgspec's `replace`.
"""

import calendar
import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from msgspec.structs import replace

from traceability.periods import last_day_of_interval
from traceability.records import (
    Amount,
    Branch,
    Certificate,
    CertificateKind,
    Competence,
    Item,
    ItemKind,
    Reference,
    Result,
    Scheme,
    Scope,
    Uncertainty,
)

_MONTHS_A_YEAR = 12
_ISSUED_AFTER = timedelta(days=2)  # What laboratories take to write a certificate.


def ago(today: date, *, months: int = 0, days: int = 0) -> date:
    """The day that many months, and then that many days, before today."""
    return months_after(today, -months) - timedelta(days=days)


def months_after(start: date, months: int) -> date:
    """The same day of the month that many months later, or the last day of that month when it has no such day."""
    year, month = divmod(start.year * _MONTHS_A_YEAR + start.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def noon(day: date) -> datetime:
    """Twelve o'clock in Shanghai on the day: when something was recorded."""
    return datetime.combine(day, time(4), tzinfo=UTC)


def item(identifier: str, kind: ItemKind, zh: str, en: str, *, interval_months: int | None = None) -> Item:
    """A thing with both names; anchors carry no serial number."""
    serial = None if kind is ItemKind.NATIONAL_STANDARD else serial_of(identifier)
    return Item(id=identifier, kind=kind, name=f"{zh} / {en}", serial=serial, interval_months=interval_months)


def serial_of(identifier: str) -> str:
    """A plausible serial number, the same whenever it is asked for."""
    return f"SYN{zlib.crc32(identifier.encode()) % 10**8:08d}"


def verified(
    of: str, ordinal: int, *, by: str, on: date, months: int, results: Iterable[Result], references: Iterable[Reference]
) -> Certificate:
    """A verification certificate (检定证书), valid for the months that its regulation allows."""
    certificate = _certificate(CertificateKind.VERIFICATION, of, ordinal, by, on, results, references)
    return replace(certificate, valid_until=last_day_of_interval(on, months))


def calibrated(
    of: str, ordinal: int, *, by: str, on: date, results: Iterable[Result], references: Iterable[Reference]
) -> Certificate:
    """A calibration certificate (校准证书): it prints no validity, the owner's interval decides."""
    return _certificate(CertificateKind.CALIBRATION, of, ordinal, by, on, results, references)


def certified(
    of: str, ordinal: int, *, by: str, on: date, months: int, results: Iterable[Result], references: Iterable[Reference]
) -> Certificate:
    """The certificate of a reference material (标准物质证书), with the shelf life of the certified value."""
    certificate = _certificate(CertificateKind.REFERENCE_MATERIAL, of, ordinal, by, on, results, references)
    return replace(certificate, valid_until=last_day_of_interval(on, months))


def result(
    quantity: str,
    unit: str,
    span: str = "",
    *,
    uncertainty: str,
    error: str | None = None,
    permissible: str | None = None,
) -> Result:
    """A result over a span (`160..1600`, or one value), U at k = 2, error and maximum permissible error as text."""
    low, high = _bounds(span)
    return Result(
        quantity=quantity,
        unit=unit,
        low=low,
        high=high,
        uncertainty=expanded(uncertainty),
        error=amount(error) if error else None,
        max_permissible_error=amount(permissible) if permissible else None,
    )


def used(standard: str, quantity: str, unit: str | None = None, span: str = "", *, certificate: int | None = None) -> Reference:
    """A reference to a standard, for a quantity and span; `certificate` is the ordinal of the one that the issuer names."""
    low, high = _bounds(span)
    named = f"{standard}-c{certificate}" if certificate else None
    return Reference(item=standard, certificate=named, quantity=quantity, unit=unit, low=low, high=high)


def branch(name: str, served_by: str | None, quantity: str, unit: str | None = None, span: str = "") -> Branch:
    """One input of a metering point, and the range in which it is used there."""
    low, high = _bounds(span)
    return Branch(name=name, item=served_by, quantity=quantity, unit=unit, low=low, high=high)


def competence(
    organization: str, scheme: Scheme, scope: Iterable[Scope], *, since: date, months: int | None = None, ordinal: int = 1
) -> Competence:
    """Evidence of competence from a day on, for a number of months or without end."""
    identifier = f"{organization}-{scheme.value.replace('_', '-')}-{ordinal}"
    return Competence(
        id=identifier,
        organization=organization,
        scheme=scheme,
        number=f"SYN-{identifier.upper()}",
        valid_from=since,
        valid_until=last_day_of_interval(since, months) if months else None,
        scope=tuple(scope),
    )


def row(quantity: str, unit: str, span: str = "", *, best: str | None = None) -> Scope:
    """A row of a scope; `best` is the smallest U (k = 2) that may be stated there."""
    low, high = _bounds(span)
    return Scope(quantity=quantity, unit=unit, low=low, high=high, best_uncertainty=expanded(best) if best else None)


def expanded(text: str) -> Uncertainty:
    """An expanded uncertainty with k = 2, from text such as `0.05 %`."""
    value, unit = text.split()
    return Uncertainty(value=Decimal(value), unit=unit, k=Decimal(2))


def amount(text: str) -> Amount:
    """An amount from text such as `-0.4 kPa`."""
    value, unit = text.split()
    return Amount(value=Decimal(value), unit=unit)


def _certificate(
    kind: CertificateKind,
    of: str,
    ordinal: int,
    by: str,
    on: date,
    results: Iterable[Result],
    references: Iterable[Reference],
) -> Certificate:
    return Certificate(
        id=f"{of}-c{ordinal}",
        number=f"SYN-{on.year}-{of.upper()}-{ordinal}",
        kind=kind,
        issuer=by,
        item=of,
        serial=serial_of(of),
        calibrated_on=on,
        issued_on=on + _ISSUED_AFTER,
        results=tuple(results),
        references=tuple(references),
    )


def _bounds(span: str) -> tuple[Decimal | None, Decimal | None]:
    if not span:
        return None, None
    low, _, high = span.partition("..")
    return Decimal(low), Decimal(high or low)
