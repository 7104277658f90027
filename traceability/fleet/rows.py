"""Record values as rows of columns, one by one: for documents held as values, and for records added to a registry at hand.

Whole registries come from the store as Arrow columns, without values.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from traceability.fleet.columns import (
    AS_FOUND,
    CERTIFICATE_KINDS,
    EVENT_KINDS,
    ITEM_KINDS,
    OUTCOMES,
    SCHEMES,
    Branches,
    Certificates,
    Columns,
    CompetenceVersions,
    Events,
    ItemVersions,
    Names,
    Periods,
    PointVersions,
    References,
    Uses,
)
from traceability.fleet.days import ALWAYS, BEFORE_ALL, NEVER, instant_number, number_of
from traceability.fleet.layout import NONE
from traceability.known import normalized_serial
from traceability.periods import days_later
from traceability.records import (
    Certificate,
    CertificateKind,
    Competence,
    Event,
    Item,
    MeteringPoint,
    Period,
    Purpose,
    Record,
    Records,
    Reference,
    Result,
)

_Row = tuple[int, ...]
_Table = TypeVar("_Table", bound=NamedTuple)

_WIDTHS = {
    "recorded_at": np.int64,
    "withdrawn_at": np.int64,
    "kind": np.uint8,
    "outcome": np.uint8,
    "is_adjusted": np.uint8,
    "as_found": np.uint8,
    "scheme": np.uint8,
}


def columns_of(records: Records) -> Columns:
    """The columns of records held as values."""
    rows = Rows(Names())
    for record in (*records.items, *records.competences, *records.certificates, *records.events, *records.metering_points):
        rows.add(record)
    return rows.columns()


class Rows:
    """Rows that become columns; `names` grows with what is met."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._rows: dict[str, list[_Row]] = {name: [] for name in Columns.__dataclass_fields__}

    def add(self, record: Record) -> None:
        """Take a record in; organizations are carried, not judged, and make no row."""
        match record:
            case Item():
                self._add_item(record)
            case Certificate():
                self._add_certificate(record)
            case Event():
                self._add_event(record)
            case Competence():
                self._add_competence(record)
            case MeteringPoint():
                self._add_point(record)
            case _:
                pass

    def columns(self) -> Columns:
        """The rows as columns. `uses` are all that `names` knows."""
        tables = {name: _table(table, self._rows[name]) for name, table in _TABLES.items()}
        scope_rows = np.array([code for (code,) in self._rows["scope_rows"]], dtype=np.int32)
        return Columns(names=self.names, uses=_table(Uses, self.names.uses.values), scope_rows=scope_rows, **tables)

    def _add_item(self, item: Item) -> None:
        shapes = self.names.shapes
        purposes = tuple(shapes.purpose(quantity, None, None, None) for quantity in item.quantities)
        recognized = self._periods("recognized", item.recognized or ())
        self._rows["items"].append(
            (
                self.names.items.code(item.id),
                instant_number(item.recorded_at),
                ITEM_KINDS.index(item.kind),
                self.names.serials.code(normalized_serial(item.serial)),
                self.names.countries.code(item.country),
                NONE if item.interval_months is None else item.interval_months,
                number_of(item.retired_on),
                shapes.lists.code(purposes or (0,)),
                *((NONE, NONE) if item.recognized is None else recognized),
            )
        )

    def _add_certificate(self, certificate: Certificate) -> None:
        names, withdrawal = self.names, certificate.withdrawal
        code = names.certificates.code(certificate.id)
        names.numbers[code] = certificate.number
        self._rows["certificates"].append(
            (
                code,
                instant_number(certificate.recorded_at),
                names.items.code(certificate.item),
                names.organizations.code(certificate.issuer),
                CERTIFICATE_KINDS.index(certificate.kind),
                names.serials.code(normalized_serial(certificate.serial)),
                number_of(certificate.calibrated_on),
                number_of(certificate.issued_on),
                number_of(certificate.valid_until),
                _opened_until(certificate),
                OUTCOMES.index(certificate.outcome),
                int(certificate.adjusted),
                0 if certificate.as_found is None else AS_FOUND.index(certificate.as_found) + 1,
                NONE if certificate.replaces is None else names.certificates.code(certificate.replaces),
                NEVER if withdrawal is None else number_of(withdrawal.void_from),
                ALWAYS if withdrawal is None else instant_number(withdrawal.recorded_at),
                *self._results(certificate),
                *self._added("references", map(self._reference, certificate.references)),
            )
        )

    def _results(self, certificate: Certificate) -> tuple[int, int]:
        """The codes of the profile and of the conformity of a certificate's results."""
        shapes, results = self.names.shapes, certificate.results
        claims = tuple(shapes.claim(each.quantity, (each.unit, each.low, each.high), each.uncertainty) for each in results)
        stated = tuple(shapes.statements.code(_statement(certificate, each)) for each in results)
        return shapes.profiles.code(claims), shapes.conformities.code(tuple(sorted(set(stated))))

    def _reference(self, reference: Reference) -> _Row:
        use = self.names.uses.code((self.names.items.code(reference.item), self._purpose(reference)))
        return use, NONE if reference.certificate is None else self.names.certificates.code(reference.certificate)

    def _purpose(self, purpose: Purpose) -> int:
        return self.names.shapes.purpose(purpose.quantity, purpose.unit, purpose.low, purpose.high)

    def _add_event(self, event: Event) -> None:
        item, kind = self.names.items.code(event.item), EVENT_KINDS.index(event.kind)
        self._rows["events"].append((item, kind, number_of(event.on), instant_number(event.recorded_at)))

    def _add_competence(self, competence: Competence) -> None:
        shapes = self.names.shapes
        scope = (
            (
                shapes.scopes.code(
                    (shapes.quantities.code(row.quantity), shapes.ranges.code((row.unit, row.low, row.high)), row.best_uncertainty)
                ),
            )
            for row in competence.scope
        )
        self._rows["competences"].append(
            (
                self.names.competences.code(competence.id),
                instant_number(competence.recorded_at),
                self.names.organizations.code(competence.organization),
                SCHEMES.index(competence.scheme),
                number_of(competence.valid_from),
                number_of(competence.valid_until),
                *self._periods("suspensions", competence.suspensions),
                *self._added("scope_rows", scope),
            )
        )

    def _add_point(self, point: MeteringPoint) -> None:
        groups = {name: group for group, name in enumerate(dict.fromkeys(branch.name for branch in point.branches))}
        branches = (
            (
                groups[branch.name],
                NONE if branch.item is None else self.names.items.code(branch.item),
                BEFORE_ALL if branch.start is None else number_of(branch.start),
                number_of(branch.until),
                self._purpose(branch),
            )
            for branch in point.branches
        )
        code, recorded_at = self.names.points.code(point.id), instant_number(point.recorded_at)
        self._rows["points"].append((code, recorded_at, *self._added("branches", branches)))

    def _periods(self, name: str, periods: Iterable[Period]) -> tuple[int, int]:
        return self._added(name, ((number_of(period.start), number_of(period.until)) for period in periods))

    def _added(self, name: str, rows: Iterable[_Row]) -> tuple[int, int]:
        """Rows put into a table of parts; from which row up to which they stand there."""
        table = self._rows[name]
        first = len(table)
        table.extend(rows)
        return first, len(table)


_TABLES: dict[str, Any] = {
    "items": ItemVersions,
    "recognized": Periods,
    "certificates": Certificates,
    "references": References,
    "events": Events,
    "competences": CompetenceVersions,
    "suspensions": Periods,
    "points": PointVersions,
    "branches": Branches,
}


def _table(table: Any, rows: Sequence[_Row]) -> Any:
    columns: Iterable[tuple[int, ...]] = zip(*rows, strict=True) if rows else ((),) * len(table._fields)
    return table(*(np.array(column, dtype=_WIDTHS.get(name, np.int32)) for name, column in zip(table._fields, columns, strict=True)))


def _statement(certificate: Certificate, result: Result) -> tuple[Any, ...]:
    return (
        result.unit,
        certificate.kind,
        certificate.outcome,
        result.uncertainty,
        result.error,
        result.max_permissible_error,
    )


def _opened_until(certificate: Certificate) -> int:
    """The last day of use of a reference material after it was opened (SEMANTICS 3.2)."""
    is_material = certificate.kind is CertificateKind.REFERENCE_MATERIAL
    if not is_material or certificate.opened_on is None or certificate.use_within_days is None:
        return NEVER
    return number_of(days_later(certificate.opened_on, certificate.use_within_days))
