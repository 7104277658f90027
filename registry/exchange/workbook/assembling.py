"""A group of rows -> the record that they describe; every refusal is noted at the row and cell that caused it."""

from collections.abc import Callable
from functools import cache
from typing import Any

from registry.exchange.workbook import identity
from registry.exchange.workbook.cells import Range, Stated
from registry.exchange.workbook.columns import LAYOUTS, columns_of
from registry.exchange.workbook.grouping import Group
from registry.exchange.workbook.naming import Names
from registry.exchange.workbook.rows import Row
from traceability.json_text import convert
from traceability.problems import InputError
from traceability.records import SECTIONS, Branch, Record, Reference, Result, Scope

# What only spreadsheets say; it is used up by naming.py and no field of a record.
_SPREADSHEET_ONLY = {
    "competences": frozenset[str](),
    "items": frozenset({"asset"}),
    "certificates": frozenset({"asset"}),
    "events": frozenset({"asset", "item_serial"}),
    "metering_points": frozenset({"number"}),
}
_PARTS: dict[str, Any] = {"scope": Scope, "results": Result, "references": Reference, "branches": Branch}
_BOUNDS = ("range", "low", "high", "unit")
_MISSING = "a required field is missing"  # What json_text says.


def assembled(section: str, group: Group, names: Names) -> Record | None:
    """The record of the group, or None with notes on its rows. All that can be found wrong is noted, not the first alone."""
    head, sources = _head(section, group)
    parts = {part: _elements(part, group, names) for part in LAYOUTS[section].parts}
    _refuse_missing(section, group, head)
    _IDENTIFIED[section](group.first, head, names)
    plain = _nested({field: value for field, value in head.items() if field not in _SPREADSHEET_ONLY.get(section, ())})
    for part, values in parts.items():
        plain[part] = tuple(values or ())
    try:
        record = convert(plain, SECTIONS[section])
    except InputError as error:
        # What follows from a cell or part that is noted already is no news.
        if not (group.is_bad and (error.en == _MISSING or error.path == "$" or error.path[2:] in parts)):
            _refuse(group.first, sources, "", error)
        return None
    return None if group.is_bad else record


def part_of(section: str, field: str) -> str | None:
    """The list within a record that a field belongs to."""
    name = field.partition(".")[0]
    return name if name in LAYOUTS[section].parts else None


def _head(section: str, group: Group) -> tuple[dict[str, Any], dict[str, Row]]:
    """What the rows say about the record itself, and which row said it first. Rows that contradict each other are noted."""
    head: dict[str, Any] = {}
    sources: dict[str, Row] = {}
    parts = tuple(f"{part}." for part in LAYOUTS[section].parts)
    for row in group.rows:
        for field, value in row.values.items():
            if parts and field.startswith(parts):
                continue
            if field not in head:
                head[field] = value
                sources[field] = row
            elif head[field] != value:
                _refuse_contradiction(sources[field], row, field)
    return head, sources


def _refuse_contradiction(one: Row, other: Row, field: str) -> None:
    for row, against in ((one, other), (other, one)):
        sheet, number = against.place
        row.refuse(
            f"another value than in row {number} of {sheet!r}, for the same record",
            f"与“{sheet}”第 {number} 行所填不同，而两行属于同一记录",
            field,
        )


def _elements(part: str, group: Group, names: Names) -> list[Any] | None:
    """The elements of a list within the record, one a row; None when one of them cannot be accepted."""
    found = []
    is_sound = True
    prefix = f"{part}."
    for row in group.rows:
        values = {field.removeprefix(prefix): value for field, value in row.values.items() if field.startswith(prefix)}
        if not values:
            continue
        element = _element(part, row, values, names)
        is_sound = is_sound and element is not None
        found.append(element)
    return found if is_sound else None


def _element(part: str, row: Row, values: dict[str, Any], names: Names) -> Any:
    prefix = f"{part}."
    spread = _spread(row, prefix, values)
    if spread is None:
        return None
    if part in {"references", "branches"}:
        before = len(row.notes)
        item = names.item(row, row.values, prefix, "item_serial")
        if len(row.notes) > before:
            return None
        if item is not None:
            spread["item"] = item
        elif part == "references":
            row.refuse(*_which_item(), "references.item", "references.item_serial", "references.asset")
            return None
        spread = {field: value for field, value in spread.items() if field not in {"asset", "item_serial"}}
    try:
        return convert(_nested(spread), _PARTS[part])
    except InputError as error:
        has_unread = any(field.startswith(prefix) for field in row.noted)
        if not (has_unread and (error.en == _MISSING or error.path == "$")):
            _refuse(row, {}, prefix, error)
        return None


def _spread(row: Row, prefix: str, values: dict[str, Any]) -> dict[str, Any] | None:
    """The values with a range as bounds and unit, and an uncertainty as value, unit and k; None if that contradicts a cell."""
    spread = {field: value for field, value in values.items() if not isinstance(value, (Range, Stated))}
    is_sound = True
    for field, value in values.items():
        match value:
            case Range():
                said = {"low": value.low, "high": value.high, "unit": value.unit}
            case Stated():
                stem = field.removesuffix(".value")
                said = {f"{stem}.value": value.value, f"{stem}.unit": value.unit, f"{stem}.k": value.k}
            case _:
                continue
        for name, part in said.items():
            if part is not None and spread.setdefault(name, part) != part:
                row.refuse(
                    f"the column beside says something else: {spread[name]}",
                    f"与旁边一列所填不同：{spread[name]}",
                    f"{prefix}{field}",
                )
                is_sound = False
    return spread if is_sound else None


def _refuse_missing(section: str, group: Group, head: dict[str, Any]) -> None:
    """Note each required cell that is empty; one that could not be read is noted already."""
    for field, part in _required(section):
        if part is not None:
            lacking = [row for row in group.rows if field not in row.values]
        else:
            lacking = [group.first] if field not in head else []
        for row in lacking:
            if field not in row.noted:
                row.refuse(*_missing(section, field), field)


@cache
def _required(section: str) -> tuple[tuple[str, str | None], ...]:
    """The fields that must be given, each with the part that it belongs to."""
    return tuple((field, part_of(section, field)) for field, column in columns_of(section).items() if column.is_required)


def _missing(section: str, field: str) -> tuple[str, str]:
    column = columns_of(section)[field]
    return f"missing: {column.en}", f"缺少：{column.zh}"


def _which_item() -> tuple[str, str]:
    return "which item? give its id, asset number or serial number", "没有说明是哪件器具：请填标识、管理编号或出厂编号"


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    nested: dict[str, Any] = {}
    for field, value in flat.items():
        outer, dot, inner = field.partition(".")
        if dot:
            nested.setdefault(outer, {})[inner] = value
        else:
            nested[field] = value
    return nested


def _refuse(row: Row, sources: dict[str, Row], prefix: str, error: InputError) -> None:
    """Note a refusal of a record's own rules at the cell that its path means."""
    path = error.path.removeprefix("$").removeprefix(".")
    field = prefix + path
    bounds = [f"{prefix}{each}" for each in _BOUNDS]
    candidates = [field, f"{field}.value", field.removesuffix(".unit") + ".value", *bounds] if path else bounds
    en, zh = error.en, error.zh
    if error.en == _MISSING:
        labels = _label(field)
        en, zh = f"missing: {labels[0]}", f"缺少：{labels[1]}"
    row = next((sources[each] for each in candidates if each in sources), row)
    row.refuse(en, zh, *(each for each in candidates if each in row.values), *candidates)


def _label(field: str) -> tuple[str, str]:
    """What the column of a field is called."""
    for layout in LAYOUTS.values():
        column = columns_of(layout.section).get(field)
        if column is not None:
            return column.en, column.zh
    return field, field


def _organization(_row: Row, head: dict[str, Any], _names: Names) -> None:
    if "id" not in head and "name" in head:
        head["id"] = identity.organization_id(head["name"], head.get("country"))


def _competence(row: Row, head: dict[str, Any], names: Names) -> None:
    owner = names.owner(row, head, "organization")
    if owner is None:
        return
    head["organization"] = owner
    if "id" not in head and "number" in head and "scheme" in head:
        head["id"] = identity.competence_id(owner, head["scheme"], head["number"])


def _item(row: Row, head: dict[str, Any], names: Names) -> None:
    if "id" in head:
        return
    identifier = names.own_item(head.get("asset"), head.get("serial"))
    if identifier is None:
        row.refuse(*_which_item(), "asset", "serial", "id")
        return
    head["id"] = identifier


def _certificate(row: Row, head: dict[str, Any], names: Names) -> None:
    issuer = names.owner(row, head, "issuer")
    item = _item_of(row, head, names, "serial")
    if issuer is None or item is None:
        return
    head["issuer"], head["item"] = issuer, item
    if "id" not in head and "number" in head:
        head["id"] = identity.certificate_id(issuer, head["number"], item)


def _event(row: Row, head: dict[str, Any], names: Names) -> None:
    item = _item_of(row, head, names, "item_serial")
    if item is None:
        return
    head["item"] = item
    if "id" not in head and "kind" in head and "on" in head:
        head["id"] = identity.event_id(item, head["kind"], head["on"])


def _item_of(row: Row, head: dict[str, Any], names: Names, serial_field: str) -> str | None:
    before = len(row.notes)
    item = names.item(row, head, "", serial_field)
    if item is None and len(row.notes) == before:
        row.refuse(*_which_item(), "item", "asset", serial_field)
    return item


def _point(row: Row, head: dict[str, Any], names: Names) -> None:
    owner = names.owner(row, head, "organization")
    if owner is None:
        return
    head["organization"] = owner
    if "id" in head:
        return
    if "number" not in head:
        row.refuse(*_missing("metering_points", "number"), "number", "id")
        return
    head["id"] = identity.point_id(owner, head["number"])


_IDENTIFIED: dict[str, Callable[[Row, dict[str, Any], Names], None]] = {
    "organizations": _organization,
    "competences": _competence,
    "items": _item,
    "certificates": _certificate,
    "events": _event,
    "metering_points": _point,
}
