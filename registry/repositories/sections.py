"""One list of the records document in the store: where its records lie, and how they become rows."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from registry import mapping
from registry.mapping import Row
from registry.table_parts import Table
from registry.tables import (
    Branches,
    CertificateReferences,
    Certificates,
    Competences,
    Events,
    ItemQuantities,
    Items,
    MeteringPoints,
    Organizations,
    RecognizedPeriods,
    Results,
    ScopeRows,
    Suspensions,
)
from traceability.records import Record


class Part(NamedTuple):
    """A list inside a record: its table and the rows that a record has there."""

    table: type[Table]
    rows: Callable[[Any, int], Iterable[Row]]


class Section(NamedTuple):
    """The table of a list, and the way between records and rows.

    `row`: of a record, its entry, its recording, and its place in the document. `record`: of a row and the rows of its parts.
    `has_versions`: whether one id may have several rows, told apart by `recorded_at`.
    """

    name: str
    table: type[Table]
    row: Callable[[Any, int, int, int], Row]
    record: Callable[..., Record]
    parts: tuple[Part, ...] = ()
    has_versions: bool = False


# In the order in which a document has them.
SECTION_TABLES = {
    section.name: section
    for section in (
        Section("organizations", Organizations, mapping.organization_row, mapping.organization),
        Section(
            "competences",
            Competences,
            mapping.competence_row,
            mapping.competence,
            (Part(Suspensions, mapping.suspension_rows), Part(ScopeRows, mapping.scope_rows)),
            has_versions=True,
        ),
        Section(
            "items",
            Items,
            mapping.item_row,
            mapping.item,
            (Part(ItemQuantities, mapping.quantity_rows), Part(RecognizedPeriods, mapping.recognized_rows)),
            has_versions=True,
        ),
        Section(
            "certificates",
            Certificates,
            mapping.certificate_row,
            mapping.certificate,
            (Part(Results, mapping.result_rows), Part(CertificateReferences, mapping.reference_rows)),
        ),
        Section("events", Events, mapping.event_row, mapping.event),
        Section(
            "metering_points",
            MeteringPoints,
            mapping.metering_point_row,
            mapping.metering_point,
            (Part(Branches, mapping.branch_rows),),
            has_versions=True,
        ),
    )
}
