"""Rows -> groups: the rows that together describe one record, as a certificate with several results takes several rows.

A row joins a group when it names the same record: the same id, or the same number and nothing that says otherwise; a key cell
that is empty says nothing. Rows of one record need not follow each other.
"""

from collections.abc import Iterable
from typing import Any

from registry.exchange.workbook.rows import Row

# What tells the records of a section apart; the first two find the candidates. Sections of one row a record are not here.
_KEYS: dict[str, tuple[str, ...]] = {
    "competences": ("id", "number", "organization", "scheme"),
    "certificates": ("id", "number", "issuer", "item", "asset", "serial"),
    "metering_points": ("id", "number", "organization"),
}
_VERSIONED = {"competences", "metering_points"}  # One id with several `recorded_at` is several versions.
_MOST_COMPARED = 20  # Groups of one number that a row is compared with, latest first: one number is one document.


class Group:
    """The rows of one record."""

    __slots__ = ("key", "rows", "version")

    def __init__(self, row: Row, key: dict[str, Any], version: Any) -> None:
        self.rows = [row]
        self.key = key
        self.version = version

    @property
    def first(self) -> Row:
        """The row on which the record begins."""
        return self.rows[0]

    @property
    def is_bad(self) -> bool:
        """Whether any of its rows cannot be accepted: then the record is not."""
        return any(row.is_bad for row in self.rows)


def grouped(section: str, rows: Iterable[Row]) -> list[Group]:
    """The groups of the rows of a section, in the order of their first rows."""
    fields = _KEYS.get(section)
    if fields is None:
        return [Group(row, {}, None) for row in rows]
    groups: list[Group] = []
    by_mark: dict[tuple[str, Any], list[Group]] = {}
    exact: dict[tuple[Any, ...], Group] = {}
    for row in rows:
        key = {field: row.values[field] for field in fields if field in row.values}
        version = row.values.get("recorded_at") if section in _VERSIONED else None
        whole = (version, *(key.get(field) for field in fields))
        group = exact.get(whole) or _joined(by_mark, key, version)
        if group is None or not ({"id", "number"} & key.keys()):
            group = Group(row, key, version)
            groups.append(group)
        else:
            group.rows.append(row)
        _index(by_mark, group, key)
        exact.setdefault(whole, group)
    return groups


def _index(by_mark: dict[tuple[str, Any], list[Group]], group: Group, key: dict[str, Any]) -> None:
    for field in ("id", "number"):
        if field in key:
            known = by_mark.setdefault((field, key[field]), [])
            if not known or known[-1] is not group:
                known.append(group)
    for field, value in key.items():
        group.key.setdefault(field, value)


def _joined(by_mark: dict[tuple[str, Any], list[Group]], key: dict[str, Any], version: Any) -> Group | None:
    """The latest group that the row can belong to."""
    mark = "id" if "id" in key else "number"
    for group in reversed(by_mark.get((mark, key.get(mark)), [])[-_MOST_COMPARED:]):
        is_same = all(group.key.get(field, value) == value for field, value in key.items())
        if is_same and group.version == version:
            return group
    return None
