"""What only the whole workbook shows: ids and numbers that come twice, and replacements that cannot be."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from registry.exchange.workbook.grouping import Group
from registry.exchange.workbook.rows import Row
from registry.spelling import compared
from traceability.records import Certificate, Record

_VERSIONED = {"items", "competences", "metering_points"}
_MOST_NAMED = 3  # Other rows that a message names.


@dataclass(slots=True)
class Draft:
    """A record with the rows that it comes from; without a record when a row was refused."""

    section: str
    group: Group
    record: Record | None


def check_whole(drafts: list[Draft]) -> None:
    """Note on both rows what contradicts each other; the drafts concerned lose their records."""
    _check_ids(drafts)
    _check_targets(drafts)
    _check_numbers(drafts)
    _check_replacements(drafts)


def _check_ids(drafts: list[Draft]) -> None:
    held: defaultdict[tuple[object, ...], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.record is not None:
            version = getattr(draft.record, "recorded_at", None) if draft.section in _VERSIONED else None
            held[draft.section, draft.record.id, version].append(draft)
    for (_, identifier, _), same in held.items():
        if len(same) > 1:
            _refuse_all(
                same, f"the same id twice: {identifier}", f"标识重复：{identifier}", ("id", "number", "asset", "serial")
            )


def _check_targets(drafts: list[Draft]) -> None:
    """Ids of items and metering points are unique together (SEMANTICS 2)."""
    items = {draft.record.id: draft for draft in drafts if draft.section == "items" and draft.record is not None}
    for draft in drafts:
        if draft.section == "metering_points" and draft.record is not None and draft.record.id in items:
            identifier = draft.record.id
            both = [items[identifier], draft]
            _refuse_all(
                both, f"an item and a metering point of one id: {identifier}", f"器具与计量点标识相同：{identifier}", ("id",)
            )


def _check_numbers(drafts: list[Draft]) -> None:
    """One number of one issuer for several items is a slip, unless each of these certificates is given an id of its own."""
    held: defaultdict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if isinstance(draft.record, Certificate) and draft.record.number:
            held[draft.record.issuer, compared(draft.record.number)].append(draft)
    for (_, number), same in held.items():
        if len(same) > 1 and any("id" not in draft.group.key for draft in same):
            _refuse_all(
                same,
                f"the certificate number {number} stands for several items; correct it, or give each row an id",
                f"证书编号 {number} 对应多件器具；请更正，或为各行分别填写标识",
                ("number",),
            )


def _check_replacements(drafts: list[Draft]) -> None:
    """A `replaces` that names a certificate of another item, or itself through any number of steps (SEMANTICS 2)."""
    by_id = {draft.record.id: draft for draft in drafts if isinstance(draft.record, Certificate)}
    certificates = {identifier: draft.record for identifier, draft in by_id.items() if isinstance(draft.record, Certificate)}
    for identifier, certificate in certificates.items():
        replaced = certificates.get(certificate.replaces or "")
        if replaced is not None and replaced.item != certificate.item:
            _refuse_all(
                [by_id[identifier]],
                f"replaces {replaced.id}, a certificate of another item",
                f"所替换的证书 {replaced.id} 属于另一器具",
                ("replaces",),
            )
    for identifier in _in_loops(certificates):
        _refuse_all([by_id[identifier]], "replaces itself", "证书替换了它自己", ("replaces",))


def _in_loops(certificates: dict[str, Certificate]) -> list[str]:
    """The certificates that lie on a loop of replacements; each step is taken once."""
    done: set[str] = set()
    found: list[str] = []
    for start in certificates:
        way: dict[str, int] = {}
        current: str | None = start
        while current in certificates and current not in done and current not in way:
            way[current] = len(way)
            current = certificates[current].replaces
        if current is not None and current in way:
            found.extend(list(way)[way[current] :])
        done.update(way)
    return found


def _refuse_all(drafts: Iterable[Draft], en: str, zh: str, fields: tuple[str, ...]) -> None:
    """Note it on the first row of each draft, with where the others stand."""
    rows = [draft.group.first for draft in drafts]
    for draft in drafts:
        also_en, also_zh = _elsewhere(draft.group.first, rows)
        held = [field for field in fields if field in draft.group.first.values]
        draft.group.first.refuse(en + also_en, zh + also_zh, *held, *fields)
        draft.record = None


def _elsewhere(row: Row, rows: list[Row]) -> tuple[str, str]:
    # A number of rows that is bounded: a column that holds one value throughout makes a group of all rows.
    others = [each for each in rows[: _MOST_NAMED + 1] if each is not row][:_MOST_NAMED]
    if not others:
        return "", ""
    places_en = ", ".join(f"row {each.place.row} of {each.place.sheet!r}" for each in others)
    places_zh = "、".join(f"“{each.place.sheet}”第 {each.place.row} 行" for each in others)
    more = len(rows) - 1 - len(others)
    tail = (f" and {more} more", f"等 {more + len(others)} 处") if more > 0 else ("", "")
    return f" (also in {places_en}{tail[0]})", f"（另见{places_zh}{tail[1]}）"
