"""Units of the energy-metering review, as they are sent and answered. Facts themselves are values of registry.review.facts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from registry.repositories.review import Told
from registry.review.facts import AnyFact, Basis, Consumption, Supply, Unit
from registry.review.jurisdiction import Ground, Jurisdiction, Organizer
from registry.usecases.import_facts import FactsImport
from registry.usecases.units import FactsReport, ListedUnit, UnitPage, UnitView

MOST_FACTS = 5_000  # Of one request; tables hold more.


class JurisdictionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who organizes the review of a unit, why, and on what that rests. `area` is who goes there."""

    organizer: Organizer
    ground: Ground
    rule: str | None
    area: str
    year: int
    tce: Decimal | None
    basis: Basis | None


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit on the day asked about, with who organizes its review."""

    unit: Unit
    name: str | None
    jurisdiction: JurisdictionAnswer


class UnitList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of units; `next` is the cursor of the following page, null on the last."""

    units: tuple[UnitRow, ...]
    as_of: date
    known_at: datetime
    next: str | None


class UnitVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a unit itself, and when it was recorded."""

    unit: Unit
    recorded_at: datetime


class UnitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A unit on the day asked about: consumptions of closed years, who supplies it, and all that was said of it itself."""

    unit: Unit
    name: str | None
    jurisdiction: JurisdictionAnswer
    consumptions: tuple[Consumption, ...]
    supplies: tuple[Supply, ...]
    versions: tuple[UnitVersion, ...]
    as_of: date
    known_at: datetime


class FactsRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units, and what is told of them."""

    facts: Annotated[tuple[AnyFact, ...], msgspec.Meta(min_length=1, max_length=MOST_FACTS)]


class FactsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What recording facts came to: how many were new, and how many were on record as they are."""

    new: int
    same: int


class FactList(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of the facts told of a unit on the day asked about."""

    facts: tuple[AnyFact, ...]
    as_of: date
    known_at: datetime


class FactNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a row of a table; row 0 is the table as a whole."""

    sheet: str
    row: int
    column: str | None
    en: str
    zh: str


class FactsImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the import of a table came to, or would come to. With notes nothing is recorded."""

    is_recorded: bool
    rows: int
    new: int
    same: int
    notes: tuple[FactNote, ...]


class AreaRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which area a regulator sees and reviews all units from a day on: a code, `*` for the city, empty for none any more."""

    area: Annotated[str, msgspec.Meta(max_length=32)]
    since: date


class AreaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The area of a regulator today; null where it never had one."""

    organization: str
    area: str | None


class EditionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An edition of a rule: its source, how sure we are of it, its days in force, and whether its tables are known."""

    id: str
    format: str
    zh: str
    en: str
    source: str
    confidence: str
    in_force_from: date
    in_force_until: date | None
    has_tables: bool


class EditionList(msgspec.Struct, frozen=True, kw_only=True):
    """The editions on record."""

    editions: tuple[EditionAnswer, ...]


SCHEMAS = (
    UnitList,
    UnitAnswer,
    FactsRequest,
    FactsAnswer,
    FactList,
    FactsImportAnswer,
    AreaRequest,
    AreaAnswer,
    EditionList,
    EditionAnswer,
)


def jurisdiction_answer(found: Jurisdiction) -> JurisdictionAnswer:
    """A jurisdiction as it is told."""
    return JurisdictionAnswer(
        organizer=found.organizer,
        ground=found.ground,
        rule=found.rule,
        area=found.area,
        year=found.year,
        tce=found.tce,
        basis=found.basis,
    )


def unit_row(listed: ListedUnit) -> UnitRow:
    """A unit as a row of a list."""
    return UnitRow(unit=listed.unit, name=listed.name, jurisdiction=jurisdiction_answer(listed.jurisdiction))


def unit_list(page: UnitPage, as_of: date, known_at: datetime) -> UnitList:
    """A page of units."""
    return UnitList(units=tuple(map(unit_row, page.units)), as_of=as_of, known_at=known_at, next=page.next)


def unit_answer(view: UnitView, as_of: date, known_at: datetime) -> UnitAnswer:
    """A unit with everything."""
    return UnitAnswer(
        unit=view.unit,
        name=view.name,
        jurisdiction=jurisdiction_answer(view.jurisdiction),
        consumptions=view.consumptions,
        supplies=view.supplies,
        versions=tuple(map(_version, view.versions)),
        as_of=as_of,
        known_at=known_at,
    )


def facts_answer(report: FactsReport) -> FactsAnswer:
    """What recording came to."""
    return FactsAnswer(new=report.new, same=report.same)


def facts_import_answer(done: FactsImport) -> FactsImportAnswer:
    """What an import came to."""
    notes = tuple(FactNote(**note._asdict()) for note in done.notes)
    return FactsImportAnswer(
        is_recorded=done.is_recorded, rows=done.rows, new=done.report.new, same=done.report.same, notes=notes
    )


def edition_answer(rule: Any) -> EditionAnswer:
    """An edition of either kind."""
    return EditionAnswer(
        id=rule.id,
        format=rule.format,
        zh=rule.title.zh,
        en=rule.title.en,
        source=rule.source,
        confidence=rule.confidence,
        in_force_from=rule.in_force_from,
        in_force_until=rule.in_force_until,
        has_tables=getattr(rule, "has_tables", True),
    )


def _version(told: Told) -> UnitVersion:
    return UnitVersion(unit=told.fact, recorded_at=told.recorded_at)
