"""Records as tables of Arrow columns: what the encoder reads, whether it comes from values or straight from a database.

The names of tables and columns are those of the store, days are whole numbers since 1970-01-01, exact decimals plain text. A
list inside a record refers to it by `entry`. Everything in the tables is known; a record has one version.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from traceability.fleet.columns import Array
from traceability.json_text import positional
from traceability.known import Known
from traceability.records import Amount, Certificate, Competence, Event, Item, Period, Reference, Result, Scope

_NUMBER, _DAY, _TEXT = pa.int64(), pa.int32(), pa.string()
_TEXTS = ("quantity", "unit", "low", "high")

# The columns of each table, and their types.
SHEETS: dict[str, pa.Schema] = {
    "items": pa.schema(
        {
            "entry": _NUMBER, "id": _TEXT, "kind": _TEXT, "serial": _TEXT, "country": _TEXT, "interval_months": _DAY,
            "retired_on": _DAY,
        }
    ),
    "item_quantities": pa.schema({"item_entry": _NUMBER, "position": _DAY, "quantity": _TEXT}),
    "recognized_periods": pa.schema({"item_entry": _NUMBER, "position": _DAY, "start": _DAY, "until": _DAY}),
    "certificates": pa.schema(
        {
            "entry": _NUMBER, "id": _TEXT, "number": _TEXT, "kind": _TEXT, "issuer": _TEXT, "item": _TEXT, "serial": _TEXT,
            "calibrated_on": _DAY, "issued_on": _DAY, "valid_until": _DAY, "outcome": _TEXT, "adjusted": _DAY,
            "as_found": _TEXT, "replaces": _TEXT, "opened_on": _DAY, "use_within_days": _DAY,
        }
    ),
    "withdrawals": pa.schema({"certificate_entry": _NUMBER, "void_from": _DAY}),
    "results": pa.schema(
        {"certificate_entry": _NUMBER, "position": _DAY}
        | dict.fromkeys(
            (
                *_TEXTS, "uncertainty_value", "uncertainty_unit", "uncertainty_k", "error_value", "error_unit",
                "max_permissible_error_value", "max_permissible_error_unit",
            ),
            _TEXT,
        )
    ),
    "certificate_references": pa.schema(
        {"certificate_entry": _NUMBER, "position": _DAY} | dict.fromkeys(("item", "certificate", *_TEXTS), _TEXT)
    ),
    "events": pa.schema({"item": _TEXT, "kind": _TEXT, "happened_on": _DAY}),
    "competences": pa.schema(
        {"entry": _NUMBER, "organization": _TEXT, "scheme": _TEXT, "valid_from": _DAY, "valid_until": _DAY}
    ),
    "suspensions": pa.schema({"competence_entry": _NUMBER, "position": _DAY, "start": _DAY, "until": _DAY}),
    "scope_rows": pa.schema(
        {"competence_entry": _NUMBER, "position": _DAY}
        | dict.fromkeys((*_TEXTS, "best_value", "best_unit", "best_k"), _TEXT)
    ),
}  # fmt: skip

Sheets = Mapping[str, pa.Table]
Row = tuple[Any, ...]

_EPOCH = date(1970, 1, 1).toordinal()


def sheets_of(known: Known) -> Sheets:
    """The tables of records known at an instant."""
    items = list(enumerate(known.items.values()))
    certificates = list(enumerate(known.certificates.values()))
    competences = list(enumerate(each for of_one in known.competences.values() for each in of_one))
    rows: dict[str, Iterable[Row]] = {
        "items": (_item(entry, item) for entry, item in items),
        "item_quantities": ((entry, place, name) for entry, item in items for place, name in enumerate(item.quantities)),
        "recognized_periods": (row for entry, item in items for row in _periods(entry, item.recognized or ())),
        "certificates": (_certificate(entry, each) for entry, each in certificates),
        "withdrawals": (
            (entry, number_of(each.withdrawal.void_from)) for entry, each in certificates if each.withdrawal is not None
        ),
        "results": (
            (entry, place, *_result(result)) for entry, each in certificates for place, result in enumerate(each.results)
        ),
        "certificate_references": (
            (entry, place, *_reference(reference))
            for entry, each in certificates
            for place, reference in enumerate(each.references)
        ),
        "events": (_event(event) for of_item in known.events.values() for event in of_item),
        "competences": (_competence(entry, each) for entry, each in competences),
        "suspensions": (row for entry, each in competences for row in _periods(entry, each.suspensions)),
        "scope_rows": ((entry, place, *_scope(scope)) for entry, each in competences for place, scope in enumerate(each.scope)),
    }
    return {name: sheet_from(schema, rows[name]) for name, schema in SHEETS.items()}


def number_of(day: date | None) -> int | None:
    """A day as its number."""
    return None if day is None else day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day that a number stands for."""
    return date.fromordinal(int(number) + _EPOCH)


def days_of(numbers: Array, is_none: Array | None = None) -> pa.Array:
    """Numbers as days, with nulls where there is none."""
    return pa.array(numbers, pa.int32(), mask=is_none).cast(pa.date32())


def sheet_from(schema: pa.Schema, rows: Iterable[Row]) -> pa.Table:
    """A table of rows."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )


def _item(entry: int, item: Item) -> Row:
    retired_on = number_of(item.retired_on)
    return (entry, item.id, item.kind.value, item.serial, item.country, item.interval_months, retired_on)


def _certificate(entry: int, each: Certificate) -> Row:
    return (
        entry,
        each.id,
        each.number,
        each.kind.value,
        each.issuer,
        each.item,
        each.serial,
        number_of(each.calibrated_on),
        number_of(each.issued_on),
        number_of(each.valid_until),
        each.outcome.value,
        int(each.adjusted),
        None if each.as_found is None else each.as_found.value,
        each.replaces,
        number_of(each.opened_on),
        each.use_within_days,
    )


def _result(result: Result) -> Row:
    stated = result.uncertainty
    uncertainty = (None, None, None) if stated is None else (positional(stated.value), stated.unit, _text(stated.k))
    return (*_interval(result), *uncertainty, *_amount(result.error), *_amount(result.max_permissible_error))


def _reference(reference: Reference) -> Row:
    return (reference.item, reference.certificate, *_interval(reference))


def _scope(scope: Scope) -> Row:
    best = scope.best_uncertainty
    return (*_interval(scope), *((None, None, None) if best is None else (positional(best.value), best.unit, _text(best.k))))


def _interval(ranged: Result | Reference | Scope) -> Row:
    return (ranged.quantity, ranged.unit, _text(ranged.low), _text(ranged.high))


def _event(event: Event) -> Row:
    return (event.item, event.kind.value, number_of(event.on))


def _competence(entry: int, each: Competence) -> Row:
    return (entry, each.organization, each.scheme.value, number_of(each.valid_from), number_of(each.valid_until))


def _periods(entry: int, periods: Iterable[Period]) -> Iterator[Row]:
    return ((entry, place, number_of(each.start), number_of(each.until)) for place, each in enumerate(periods))


def _amount(amount: Amount | None) -> Row:
    return (None, None) if amount is None else (positional(amount.value), amount.unit)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else positional(number)
