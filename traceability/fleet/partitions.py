"""A registry in parts that are answered apart: what something refers to (the *standards*) once, all other items by the piece.

A part is answered together with the standards that its items reach, and with nothing else: the rules look no further. So
the answers are those of the whole registry, in the order in which `encode` puts its items, part after part.

Metering points come in parts of their own, behind those of the items, each with the items that its points name: what serves a
point may lie in any part. So such an item is answered twice, and nobody waits for another's answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet.answers import assess_all
from traceability.fleet.codes import places_in
from traceability.fleet.columns import Array
from traceability.fleet.encode import encode
from traceability.fleet.point_answers import assess_everything
from traceability.fleet.points import encode_points
from traceability.fleet.sheets import SHEETS, Sheets
from traceability.policy import Policy

STANDARDS = 0  # The number of the part that holds what something refers to, and all competences; items follow from 1.
_NOWHERE = -1
# What the rows of a table belong to: the column that says so, and the table that it points into.
_OWNERS = {
    "item_quantities": ("item_entry", "items"),
    "recognized_periods": ("item_entry", "items"),
    "certificates": ("item", "items"),
    "withdrawals": ("certificate_entry", "certificates"),
    "results": ("certificate_entry", "certificates"),
    "certificate_references": ("certificate_entry", "certificates"),
    "events": ("item", "items"),
    "suspensions": ("competence_entry", "competences"),
    "scope_rows": ("competence_entry", "competences"),
}


class Division:
    """Which part each row of a registry's tables belongs to. Tables are given one at a time, in the order of SHEETS.

    `parts`: how many hold items. Those of metering points follow; `points` are their own tables (POINT_SHEETS), by part.
    """

    def __init__(self, items: pa.Table, used: pa.Array, items_a_part: int, points: Sheets | None = None) -> None:
        """`used`: the ids of items that references name."""
        is_used = places_in(items["id"], used) >= 0
        self._items = {"item": _flat(items["id"]), "item_entry": _flat(items["entry"])}
        self._of_items = np.where(is_used, STANDARDS, 1 + (np.cumsum(~is_used) - 1) // items_a_part)
        self._entries = _flat(pa.chunked_array([], pa.int64()))
        self._of_certificates: Array = np.empty(0, np.int64)
        self.parts = 1 + int(self._of_items.max(initial=0))
        self.points = () if points is None else tuple(_points_in_parts(points, items_a_part))
        self._serving = [
            (places_in(self._items["item"], _flat(pc.unique(part["branches"]["item"]))) >= 0) & ~is_used for part in self.points
        ]

    def of(self, name: str, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
        """The rows of a table by the number of their part, in their order; rows of unknown items belong nowhere.

        Those of items that serve metering points come once more for each part of points that names them.
        """
        place = self._places(name, table)
        if place is None:
            yield STANDARDS, table
            return
        if name == "certificates":
            self._entries, self._of_certificates = _flat(table["entry"]), place
        for number, is_serving in enumerate(self._serving, self.parts):
            rows = table.filter(pa.array(np.append(is_serving, False)[place]))
            if len(rows):
                yield number, rows
        numbers = np.append(self._of_items, _NOWHERE)[place]
        if (np.diff(numbers) < 0).any():
            order = np.argsort(numbers, kind="stable")
            table, numbers = table.take(pa.array(order)), numbers[order]
        bounds = np.searchsorted(numbers, np.arange(self.parts + 1))
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            yield number, table.slice(bounds[number], bounds[number + 1] - bounds[number])

    def _places(self, name: str, table: pa.Table) -> Array | None:
        """The place of the item that each row belongs to; None for tables of competences."""
        if name == "items":
            return np.arange(len(table))
        if name not in _OWNERS or _OWNERS[name][1] == "competences":
            return None
        column, owner = _OWNERS[name]
        if owner == "items":
            return places_in(table[column], self._items[column])
        return np.append(self._of_certificates, _NOWHERE)[places_in(table[column], self._entries)]


def _points_in_parts(points: Sheets, points_a_part: int) -> Iterator[Sheets]:
    """The tables of metering points by so many, in their order."""
    entries, owners = _flat(points["metering_points"]["entry"]), points["branches"]["metering_point_entry"]
    number = np.append(np.arange(len(entries)) // points_a_part, _NOWHERE)[places_in(owners, entries)]
    for start in range(0, len(entries), points_a_part):
        rows = points["branches"].filter(pa.array(number == start // points_a_part))
        yield {"metering_points": points["metering_points"].slice(start, points_a_part), "branches": rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """The tables of part 0, and for each row the place of the item or competence that it belongs to; who uses whom."""

    sheets: Sheets
    owners: Mapping[str, Array]
    lower: Array
    upper: Array

    @classmethod
    def of(cls, sheets: Sheets) -> "Standards":
        """Worked out once, for all parts that rest on them."""
        places = {
            "items": {"item": _flat(sheets["items"]["id"]), "item_entry": _flat(sheets["items"]["entry"])},
            "certificates": {"certificate_entry": _flat(sheets["certificates"]["entry"])},
            "competences": {"competence_entry": _flat(sheets["competences"]["entry"])},
        }
        owners: dict[str, Array] = {name: np.arange(len(sheets[name])) for name in ("items", "competences")}
        for name in SHEETS:
            if name in _OWNERS:
                column, owner = _OWNERS[name]
                place = places_in(sheets[name][column], places[owner][column])
                owners[name] = owners["certificates"][place] if owner == "certificates" else place
        references = sheets["certificate_references"]
        upper = places_in(references["item"], places["items"]["item"])
        lower = owners["certificate_references"]
        return cls(sheets=sheets, owners=owners, lower=lower[upper >= 0], upper=upper[upper >= 0])

    def reached_from(self, part: Sheets, serving: pa.ChunkedArray | None = None) -> Sheets:
        """The tables of the standards that the items of a part reach, and of the competences of all issuers met.

        `serving`: ids of items that are asked for by themselves, where these are standards.
        """
        items = self.sheets["items"]
        is_reached = np.zeros(len(items), np.bool_)
        for ids in (part["certificate_references"]["item"], *(() if serving is None else (serving,))):
            named = places_in(_flat(pc.unique(ids)), _flat(items["id"]))
            is_reached[named[named >= 0]] = True
        count = -1
        while count != (count := int(is_reached.sum())):
            is_reached[self.upper[is_reached[self.lower]]] = True
        kept = {name: self._rows(name, is_reached) for name in SHEETS if name not in _COMPETENCE}
        issuers = pc.unique(pa.chunked_array([*kept["certificates"]["issuer"].chunks, *part["certificates"]["issuer"].chunks]))
        of_issuers = places_in(self.sheets["competences"]["organization"], _flat(issuers)) >= 0
        return kept | {name: self._rows(name, of_issuers) for name in _COMPETENCE}

    def _rows(self, name: str, is_kept: Array) -> pa.Table:
        # Rows of a competence that is not known come last of all, where nothing is kept.
        return self.sheets[name].filter(pa.array(np.append(is_kept, False)[self.owners[name]]))


_COMPETENCE = ("competences", "suspensions", "scope_rows")


def answers_of_standards(standards: Standards, day: date, policy: Policy, engine: ModuleType | None = None) -> pa.Table:
    """What `assess_all` answers for the standards, in the order of their table."""
    answers = assess_all(encode(standards.sheets), day, policy, engine)
    return answers.take(pa.array(places_in(standards.sheets["items"]["id"], _flat(answers["item"]))))


def answers_of_part(
    standards: Standards, part: Sheets, day: date, policy: Policy, engine: ModuleType | None = None
) -> pa.Table:
    """What `assess_all` answers for the items of a part, in the order of their table."""
    reached = standards.reached_from(part)
    return assess_all(encode(_together(reached, part)), day, policy, engine).slice(len(reached["items"]))


def answers_of_points(
    standards: Standards, part: Sheets, points: Sheets, day: date, policy: Policy, engine: ModuleType | None = None
) -> pa.Table:
    """What `assess_everything` answers for the metering points of a part, whose items are with it; in their order."""
    # Standards that serve a point themselves are not among the part's own items.
    reached = standards.reached_from(part, points["branches"]["item"])
    return assess_everything(encode_points(encode(_together(reached, part)), points), day, policy, engine).points


def _together(reached: Sheets, part: Sheets) -> Sheets:
    return {name: pa.concat_tables([reached[name], part[name]]) for name in SHEETS}


def _flat(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
