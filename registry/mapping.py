"""Records <-> rows: the one place where rows are built and read. A row is a plain tuple in the order of its table's columns."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from registry.columns import day_number, day_of, instant_number, instant_of
from registry.spelling import compared
from traceability.json_text import positional
from traceability.records import (
    Amount,
    AsFound,
    Branch,
    Certificate,
    CertificateKind,
    Competence,
    Event,
    EventKind,
    Item,
    ItemKind,
    MeteringPoint,
    Organization,
    OrganizationKind,
    Outcome,
    Period,
    Reference,
    Result,
    Scheme,
    Scope,
    Uncertainty,
    Withdrawal,
)

Row = tuple[Any, ...]
Parts = Mapping[int, list[Row]]  # Rows of a list inside records, by the `entry` of the record, in order.

_KINDS = {kind.value: kind for kind in CertificateKind}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_AS_FOUND = {as_found.value: as_found for as_found in AsFound}
_ITEM_KINDS = {kind.value: kind for kind in ItemKind}
_SCHEMES = {scheme.value: scheme for scheme in Scheme}
_NOTHING: list[Row] = []
_SHARED = 50_000  # Values of one kind that are kept to be shared, some 20 MB.


def organization_row(value: Organization, entry: int, recording: int, place: int) -> Row:
    """The row of an organization."""
    return (entry, value.id, value.name, value.kind.value, value.country, recording, place)


def organization(row: Row) -> Organization:
    """The organization of a row."""
    return Organization(id=row[1], name=row[2], kind=OrganizationKind(row[3]), country=row[4])


def competence_row(value: Competence, entry: int, recording: int, place: int) -> Row:
    """The row of a version of a competence."""
    return (
        entry,
        value.id,
        instant_number(value.recorded_at),
        value.organization,
        value.scheme.value,
        value.number,
        day_number(value.valid_from),
        _number_or_none(value.valid_until),
        recording,
        place,
    )


def suspension_rows(value: Competence, entry: int) -> Iterator[Row]:
    """The rows of its suspensions."""
    return _period_rows(value.suspensions, entry)


def scope_rows(value: Competence, entry: int) -> Iterator[Row]:
    """The rows of its scope."""
    for position, scope in enumerate(value.scope):
        best = scope.best_uncertainty
        yield (
            entry,
            position,
            scope.quantity,
            scope.unit,
            _text_or_none(scope.low),
            _text_or_none(scope.high),
            *((positional(best.value), best.unit, _text_or_none(best.k)) if best is not None else (None, None, None)),
        )


def competence(row: Row, suspensions: Parts, scopes: Parts) -> Competence:
    """The version of a competence that a row and the rows of its lists hold."""
    entry, id_, recorded_at, organization_id, scheme, number, valid_from, valid_until, *_ = row
    return Competence(
        id=id_,
        organization=organization_id,
        scheme=_SCHEMES[scheme],
        number=number,
        valid_from=day_of(valid_from),
        valid_until=_day_or_none(valid_until),
        suspensions=_periods(suspensions.get(entry, _NOTHING)),
        scope=tuple(_scope(row[2:]) for row in scopes.get(entry, _NOTHING)),
        recorded_at=instant_of(recorded_at),
    )


def item_row(value: Item, entry: int, recording: int, place: int) -> Row:
    """The row of a version of an item."""
    return (
        entry,
        value.id,
        instant_number(value.recorded_at),
        value.kind.value,
        value.name,
        value.serial,
        None if value.serial is None else compared(value.serial),
        value.country,
        value.interval_months,
        _number_or_none(value.retired_on),
        recording,
        place,
    )


def quantity_rows(value: Item, entry: int) -> Iterator[Row]:
    """The rows of what it is used for."""
    return ((entry, position, quantity) for position, quantity in enumerate(value.quantities))


def recognized_rows(value: Item, entry: int) -> Iterator[Row]:
    """The rows of its recognized periods; none when it is recognized always."""
    return _period_rows(value.recognized or (), entry)


def item(row: Row, quantities: Parts, recognized: Parts) -> Item:
    """The version of an item that a row and the rows of its lists hold."""
    entry, id_, recorded_at, kind, name, serial, _, country, interval_months, retired_on, *_ = row
    return Item(
        id=id_,
        kind=_ITEM_KINDS[kind],
        name=name,
        serial=serial,
        country=country,
        quantities=tuple(quantity for _, _, quantity in quantities.get(entry, _NOTHING)),
        recognized=_periods(recognized[entry]) if entry in recognized else None,
        interval_months=interval_months,
        retired_on=_day_or_none(retired_on),
        recorded_at=instant_of(recorded_at),
    )


def certificate_row(value: Certificate, entry: int, recording: int, place: int) -> Row:
    """The row of a certificate, without its withdrawal."""
    return (
        entry,
        value.id,
        instant_number(value.recorded_at),
        value.number,
        compared(value.number),
        value.kind.value,
        value.issuer,
        value.item,
        value.serial,
        day_number(value.calibrated_on),
        day_number(value.issued_on),
        _number_or_none(value.valid_until),
        value.outcome.value,
        int(value.adjusted),
        None if value.as_found is None else value.as_found.value,
        value.replaces,
        _number_or_none(value.opened_on),
        value.use_within_days,
        recording,
        place,
    )


def withdrawal_row(value: Withdrawal, entry: int, recording: int, place: int) -> Row:
    """The row of a withdrawal of the certificate whose row is `entry`."""
    recorded_at = instant_number(value.recorded_at)
    return (entry, recorded_at, day_number(value.on), day_number(value.void_from), recording, place)


def result_rows(value: Certificate, entry: int) -> Iterator[Row]:
    """The rows of its results."""
    for position, result in enumerate(value.results):
        uncertainty = result.uncertainty
        yield (
            entry,
            position,
            result.quantity,
            result.unit,
            _text_or_none(result.low),
            _text_or_none(result.high),
            *(
                (positional(uncertainty.value), uncertainty.unit, _text_or_none(uncertainty.k))
                if uncertainty is not None
                else (None, None, None)
            ),
            *_amount_columns(result.error),
            *_amount_columns(result.max_permissible_error),
        )


def reference_rows(value: Certificate, entry: int) -> Iterator[Row]:
    """The rows of its references."""
    for position, reference in enumerate(value.references):
        yield (
            entry,
            position,
            reference.item,
            reference.certificate,
            reference.quantity,
            reference.unit,
            _text_or_none(reference.low),
            _text_or_none(reference.high),
        )


def certificate(row: Row, results: Parts, references: Parts) -> Certificate:
    """A certificate as it was issued; see `withdrawn`."""
    entry = row[0]
    return Certificate(
        id=row[1],
        recorded_at=instant_of(row[2]),
        number=row[3],
        kind=_KINDS[row[5]],
        issuer=row[6],
        item=row[7],
        serial=row[8],
        calibrated_on=day_of(row[9]),
        issued_on=day_of(row[10]),
        valid_until=_day_or_none(row[11]),
        outcome=_OUTCOMES[row[12]],
        adjusted=bool(row[13]),
        as_found=None if row[14] is None else _AS_FOUND[row[14]],
        replaces=row[15],
        opened_on=_day_or_none(row[16]),
        use_within_days=row[17],
        results=tuple(_result(part[2:]) for part in results.get(entry, _NOTHING)),
        references=tuple(_reference(part[2:]) for part in references.get(entry, _NOTHING)),
    )


def withdrawn(value: Certificate, row: Row) -> Certificate:
    """The certificate with its withdrawal."""
    _, recorded_at, declared_on, void_from, *_ = row
    withdrawal = Withdrawal(on=day_of(declared_on), void_from=day_of(void_from), recorded_at=instant_of(recorded_at))
    return msgspec.structs.replace(value, withdrawal=withdrawal)


def event_row(value: Event, entry: int, recording: int, place: int) -> Row:
    """The row of an event."""
    recorded_at = instant_number(value.recorded_at)
    return (entry, value.id, recorded_at, value.item, value.kind.value, day_number(value.on), recording, place)


def event(row: Row) -> Event:
    """The event of a row."""
    _, id_, recorded_at, item_id, kind, happened_on, *_ = row
    return Event(id=id_, item=item_id, kind=EventKind(kind), on=day_of(happened_on), recorded_at=instant_of(recorded_at))


def metering_point_row(value: MeteringPoint, entry: int, recording: int, place: int) -> Row:
    """The row of a version of a metering point."""
    recorded_at = instant_number(value.recorded_at)
    return (entry, value.id, recorded_at, value.organization, value.level, value.energy, recording, place)


def branch_rows(value: MeteringPoint, entry: int) -> Iterator[Row]:
    """The rows of its branches."""
    for position, branch in enumerate(value.branches):
        yield (
            entry,
            position,
            branch.name,
            branch.item,
            branch.quantity,
            branch.unit,
            _text_or_none(branch.low),
            _text_or_none(branch.high),
            _number_or_none(branch.start),
            _number_or_none(branch.until),
        )


def metering_point(row: Row, branches: Parts) -> MeteringPoint:
    """The version of a metering point that a row and the rows of its branches hold."""
    entry, id_, recorded_at, organization_id, level, energy, *_ = row
    return MeteringPoint(
        id=id_,
        organization=organization_id,
        level=level,
        energy=energy,
        branches=tuple(map(_branch, branches.get(entry, _NOTHING))),
        recorded_at=instant_of(recorded_at),
    )


def parts_by_entry(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """The rows of a list inside records, by the `entry` of the record; the rows come in order."""
    parts: dict[int, list[Row]] = {}
    for row in rows:
        parts.setdefault(row[0], []).append(row)
    return parts


# What laboratories state repeats from certificate to certificate: equal columns give one value, made and checked once.


@lru_cache(maxsize=_SHARED)
def _scope(columns: Row) -> Scope:
    quantity, unit, low, high, value, best_unit, k = columns
    best = None if value is None else Uncertainty(value=Decimal(value), unit=best_unit, k=_decimal_or_none(k))
    return Scope(quantity=quantity, unit=unit, low=_decimal_or_none(low), high=_decimal_or_none(high), best_uncertainty=best)


@lru_cache(maxsize=_SHARED)
def _result(columns: Row) -> Result:
    quantity, unit, low, high, value, value_unit, k, error, error_unit, permissible, permissible_unit = columns
    return Result(
        quantity=quantity,
        unit=unit,
        low=_decimal_or_none(low),
        high=_decimal_or_none(high),
        uncertainty=None if value is None else Uncertainty(value=Decimal(value), unit=value_unit, k=_decimal_or_none(k)),
        error=_amount(error, error_unit),
        max_permissible_error=_amount(permissible, permissible_unit),
    )


@lru_cache(maxsize=_SHARED)
def _reference(columns: Row) -> Reference:
    item_id, certificate_id, quantity, unit, low, high = columns
    return Reference(
        item=item_id,
        certificate=certificate_id,
        quantity=quantity,
        unit=unit,
        low=_decimal_or_none(low),
        high=_decimal_or_none(high),
    )


def _branch(row: Row) -> Branch:
    _, _, name, item_id, quantity, unit, low, high, start, until = row
    return Branch(
        name=name,
        item=item_id,
        quantity=quantity,
        unit=unit,
        low=_decimal_or_none(low),
        high=_decimal_or_none(high),
        start=_day_or_none(start),
        until=_day_or_none(until),
    )


def _period_rows(periods: Iterable[Period], entry: int) -> Iterator[Row]:
    for position, period in enumerate(periods):
        yield (entry, position, day_number(period.start), _number_or_none(period.until))


def _periods(rows: Iterable[Row]) -> tuple[Period, ...]:
    return tuple(Period(start=day_of(start), until=_day_or_none(until)) for _, _, start, until in rows)


def _amount_columns(amount: Amount | None) -> Row:
    return (None, None) if amount is None else (positional(amount.value), amount.unit)


def _amount(value: str | None, unit: str) -> Amount | None:
    return None if value is None else Amount(value=Decimal(value), unit=unit)


def _number_or_none(day: date | None) -> int | None:
    return None if day is None else day_number(day)


def _day_or_none(number: int | None) -> date | None:
    return None if number is None else day_of(number)


def _text_or_none(number: Decimal | None) -> str | None:
    return None if number is None else positional(number)


def _decimal_or_none(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
