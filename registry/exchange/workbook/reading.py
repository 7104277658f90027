"""A workbook -> records: every row's records or every row's errors, none hidden by another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from registry.exchange.workbook import checking
from registry.exchange.workbook.assembling import assembled
from registry.exchange.workbook.book import Book
from registry.exchange.workbook.cells import Owner
from registry.exchange.workbook.checking import Draft
from registry.exchange.workbook.columns import LAYOUTS, columns_of
from registry.exchange.workbook.grouping import Group, grouped
from registry.exchange.workbook.mapping import Mapping, SheetProposal, propose_mapping
from registry.exchange.workbook.naming import Lookups, Names
from registry.exchange.workbook.notes import Mark, Note, Place
from registry.exchange.workbook.rows import Row, read_rows
from traceability.interchange import Entry
from traceability.records import SECTIONS

_ENTRY = re.compile(r"\$\.([a-z_]+)\[(\d+)\]", re.ASCII)
_SERIALS = ("serial", "item_serial", "references.item_serial", "branches.item_serial")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a workbook says.

    `entries`: the records of all sound rows, lists in the order of the format, `index` counted within this reading.
    `places`: the rows of each entry, in the order of `entries`. `notes`: every error and every skipped example row, located, in
    the order of sheets and rows; rows with an error gave no record. `rows`: how many rows hold something (headers and examples
    apart), `bad_rows`: how many of them are not accepted.
    """

    entries: tuple[Entry, ...]
    places: tuple[tuple[Place, ...], ...]
    notes: tuple[Note, ...]
    rows: int
    bad_rows: int

    def rows_of(self, path: str) -> tuple[Place, ...]:
        """The rows behind a path of the records document (`$.certificates[3].results[0]`); none for an unknown one."""
        found = _ENTRY.match(path)
        position = self._positions.get((found[1], int(found[2]))) if found else None
        return () if position is None else self.places[position]

    def note(self, path: str, mark: Mark, en: str, zh: str) -> tuple[Note, ...]:
        """The same remark on every row behind a path: how a store's answer about an entry reaches the report."""
        return tuple(Note(sheet=place.sheet, row=place.row, mark=mark, en=en, zh=zh) for place in self.rows_of(path))

    @cached_property
    def _positions(self) -> dict[tuple[str, int], int]:
        return {(entry.section, entry.index): position for position, entry in enumerate(self.entries)}


def read_records(book: Book, *, organization: str, mapping: Mapping | None = None, lookups: Lookups | None = None) -> Reading:
    """The records of the book as the mapping says; what the mapping leaves open, and all for None, as `propose_mapping` says.

    `organization` (an id) is who imports: the owner of metering points and competences and the issuer of certificates where the
    cell is empty, and the name space of derived ids. What a cell says never raises: that becomes a note. WorkbookError: the
    mapping itself is wrong (a constant that its column does not allow).
    """
    proposal = propose_mapping(book, mapping)
    rows = _rows_by_section(book, proposal.sheets, proposal.mapping)
    groups = {section: grouped(section, [row for row in rows[section] if row.values or row.is_bad]) for section in LAYOUTS}
    drafts = _drafts(groups, Names(organization, lookups or Lookups()))
    checking.check_whole(drafts)
    for draft in drafts:
        _tell_siblings(draft)
    return _reading(drafts, [row for each in rows.values() for row in each], book, proposal.sheets)


def _rows_by_section(book: Book, sheets: Iterable[SheetProposal], mapping: Mapping) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {section: [] for section in LAYOUTS}
    for sheet, proposal in zip(book.sheets, sheets, strict=True):
        if proposal.section is not None:
            rows[proposal.section].extend(read_rows(sheet, proposal, mapping.constants.get(proposal.section, {})))
    return rows


def _drafts(groups: dict[str, list[Group]], names: Names) -> list[Draft]:
    """The records of all groups: first what gives names, then what uses them."""
    drafts: dict[str, list[Draft]] = {}
    for section in ("organizations", "items"):
        if section == "items":
            names.look_up(*_asked(groups))
        drafts[section] = [Draft(section, group, assembled(section, group, names)) for group in groups[section]]
        for draft in drafts[section]:
            _learn(draft, names)
    for section in LAYOUTS.keys() - drafts.keys():
        drafts[section] = [Draft(section, group, assembled(section, group, names)) for group in groups[section]]
    return [draft for section in SECTIONS for draft in drafts[section]]


def _learn(draft: Draft, names: Names) -> None:
    """Names count also when their row is refused: an error is told once, not again where its row is named."""
    for row in draft.group.rows:
        values = row.values
        if draft.section == "organizations":
            identifier = values.get("id") or (draft.record.id if draft.record else None)
            if identifier is not None:
                names.learn_organization(identifier, values.get("name"))
            continue
        asset, serial = values.get("asset"), values.get("serial")
        identifier = values.get("id") or names.own_item(asset, serial)
        if identifier is not None:
            names.learn_item(identifier, asset, serial)


def _asked(groups: dict[str, list[Group]]) -> tuple[list[str], list[Owner]]:
    """All serial numbers and organizations that rows name without an id."""
    serials: list[str] = []
    owners: list[Owner] = []
    for group in (group for each in groups.values() for group in each):
        for row in group.rows:
            serials += [row.values[field] for field in _SERIALS if field in row.values]
            owners += [row.values[field] for field in ("organization", "issuer") if field in row.values]
    return serials, owners


def _tell_siblings(draft: Draft) -> None:
    """When a row of several is refused, the record is not accepted: the others say so too."""
    if draft.record is not None or len(draft.group.rows) == 1:
        return
    bad = next((row.place for row in draft.group.rows if row.is_bad), None)
    for row in draft.group.rows:
        if bad is not None and not row.is_bad:
            row.refuse(
                f"not accepted, as row {bad.row} of {bad.sheet!r}, of the same record, has an error",
                f"未被接受：同一记录的“{bad.sheet}”第 {bad.row} 行有错误",
            )


def _reading(drafts: list[Draft], rows: list[Row], book: Book, sheets: Iterable[SheetProposal]) -> Reading:
    entries: list[Entry] = []
    places: list[tuple[Place, ...]] = []
    counts = dict.fromkeys(SECTIONS, 0)
    for draft in drafts:
        if draft.record is not None:
            entries.append(Entry(draft.section, counts[draft.section], draft.record))
            places.append(tuple(row.place for row in draft.group.rows))
            counts[draft.section] += 1
    order = {sheet.name: index for index, sheet in enumerate(book.sheets)}
    notes = [note for row in rows for note in row.notes]
    notes.sort(key=lambda note: (order[note.sheet], note.row))
    return Reading(
        entries=tuple(entries),
        places=tuple(places),
        notes=(*_notes_on_sheets(sheets), *notes),
        rows=sum(1 for row in rows if row.values or row.is_bad),
        bad_rows=sum(1 for row in rows if row.is_bad),
    )


def _notes_on_sheets(sheets: Iterable[SheetProposal]) -> list[Note]:
    """Required columns that no sheet of their section has."""
    return [
        Note(
            sheet=sheet.sheet,
            row=sheet.header_row,
            mark=Mark.BAD,
            en=f"no column for: {columns_of(str(sheet.section))[field].en}",
            zh=f"缺少列：{columns_of(str(sheet.section))[field].zh}",
        )
        for sheet in sheets
        for field in sheet.missing
    ]
