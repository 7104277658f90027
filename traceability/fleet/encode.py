"""From tables of records to the columns of the kernel: sorted, numbered, and what repeats worked out once.

Nothing here depends on the day asked for or on a policy. The numbers in the comments are those of SEMANTICS.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet import loops, shapes
from traceability.fleet.codes import (
    array_of,
    distinct,
    first_places,
    gathered,
    grouped,
    list_codes,
    offsets_of,
    pair_codes,
    places_in,
    row_codes,
    text_codes,
)
from traceability.fleet.columns import (
    CERTIFICATE,
    COLUMN_TYPES,
    DOUBT,
    EXTRA,
    ITEM,
    MAGNITUDE,
    PERIOD,
    REFERENCE,
    REPLACING,
    SPAN,
    STATED,
    USE,
    Array,
    Capability,
    Columns,
    Dictionaries,
    Fleet,
    frozen,
    records,
)
from traceability.fleet.sheets import Sheets, day_of
from traceability.known import normalized_serial
from traceability.records import AsFound, CertificateKind, Competence, EventKind, ItemKind, Outcome, Period, Scheme
from traceability.resolution import ENDING_EVENTS

Parts = dict[str, Array]

_KINDS = tuple(CertificateKind)
_OUTCOMES = tuple(Outcome)
_CALIBRATION = _KINDS.index(CertificateKind.CALIBRATION)
_REFERENCE_MATERIAL = _KINDS.index(CertificateKind.REFERENCE_MATERIAL)
_FAILED = _OUTCOMES.index(Outcome.FAIL)
_LIMITED = _OUTCOMES.index(Outcome.LIMITED)
_DAY_BITS = 24  # A day fits, moved to positive numbers.
_TEXT_OF_RESULT = (
    "quantity", "unit", "low", "high", "uncertainty_value", "uncertainty_unit", "uncertainty_k", "error_value", "error_unit",
    "max_permissible_error_value", "max_permissible_error_unit",
)  # fmt: skip
_TEXT_OF_PURPOSE = ("quantity", "unit", "low", "high")
_TEXT_OF_SCOPE = (*_TEXT_OF_PURPOSE, "best_value", "best_unit", "best_k")


def encode(sheets: Sheets) -> Fleet:
    """The registry that the tables hold."""
    shape_of_entry, shape_rows = _results(sheets)
    purposes, reference_rows = _referenced(sheets)
    items, item_ids, standards = _items(sheets)
    certificates, rows = _certificates(sheets, items, item_ids)
    columns: Parts = {**items, **certificates}
    shape_list = [tuple(shapes.result(shape_rows[0][row]) for row in each) for each in shape_rows[1]]
    plains = list(dict.fromkeys([(), *map(shapes.without_errors, shape_list)]))
    number_of_plain = {plain: number for number, plain in enumerate(plains)}
    plain_of_shape = np.array([number_of_plain[shapes.without_errors(each)] for each in shape_list])
    shape = shape_of_entry[rows]
    classes, competences = _classes(sheets, columns, rows, shape, plain_of_shape[shape], plains)
    columns["of_class"] = columns.pop("class_of_certificate", classes[0])
    columns["class_plain"] = np.array([plain_of_shape[each] for each in classes[1][2]], np.int64)
    _references(sheets, columns, item_ids, rows, purposes, reference_rows)
    _uses(sheets, columns, item_ids, plain_of_shape[shape], plains, purposes)
    kinds, outcomes, shape_numbers, capabilities = (each.tolist() for each in classes[1])
    dictionaries = Dictionaries(
        countries=tuple(columns.pop("countries").tolist()),
        classes=tuple(
            (_KINDS[kind], _OUTCOMES[outcome], number, competence)
            for kind, outcome, number, competence in zip(kinds, outcomes, shape_numbers, capabilities, strict=True)
        ),
        shapes=tuple(shape_list),
        competences=tuple(competences),
    )
    certificate_ids = sheets["certificates"]["id"].take(pa.array(rows)).combine_chunks()
    return Fleet(
        columns=_assembled(columns),
        dictionaries=dictionaries,
        item_ids=_flat(item_ids),
        certificate_ids=_flat(certificate_ids),
        standards=standards,
    )


def _assembled(parts: Parts) -> Columns:
    """The parts as the records that the kernel reads."""
    lists = {name: parts[f"{name}_offset"] for name in ("event", "doubt", "recognized", "asked")}
    has_extra = np.any([np.diff(offset) > 0 for offset in lists.values()], axis=0)
    spans = {f"{name}_first": offset[:-1][has_extra] for name, offset in lists.items()}
    spans |= {f"{name}_last": offset[1:][has_extra] for name, offset in lists.items()}
    extras = records(EXTRA, 1 + int(has_extra.sum()))
    for name, places in spans.items():
        extras[name][1:] = places
    of_class = parts["of_class"]
    arrays: dict[str, Array] = {
        "items": records(
            ITEM,
            len(has_extra),
            certificate_first=parts["certificate_offset"][:-1],
            certificate_last=parts["certificate_offset"][1:],
            retired_on=parts["retired_on"],
            extra=np.where(has_extra, np.cumsum(has_extra), 0),
            country=parts["country"],
            role=parts["item_role"],
        ),
        "extras": extras,
        "events": parts["event_on"],
        "doubts": records(DOUBT, len(parts["doubt_since"]), since=parts["doubt_since"], shown=parts["doubt_shown"]),
        "recognized": records(
            PERIOD, len(parts["recognized_from"]), start=parts["recognized_from"], until=parts["recognized_until"]
        ),
        "certificates": records(
            CERTIFICATE,
            len(of_class),
            reference_first=parts["reference_offset"][:-1],
            reference_last=parts["reference_offset"][1:],
            **{name: parts[name] for name in CERTIFICATE.names or () if name in parts},
        ),
        "references": records(REFERENCE, len(parts["use"]), use=parts["use"], named=parts["named"]),
        "uses": records(
            USE,
            len(parts["use_item"]),
            owner=parts["use_item"],
            quantity=parts["use_quantity"],
            relation_first=parts["relation_offset"][:-1],
            is_ranged=parts["use_is_ranged"],
        ),
        "plains": records(SPAN, len(parts["plain_offset"]) - 1, **_spans(parts["plain_offset"])),
        "stated": records(STATED, len(parts["plain_quantity"]), quantity=parts["plain_quantity"], spread=parts["plain_spread"]),
        "spreads": records(SPAN, len(parts["spread_offset"]) - 1, **_spans(parts["spread_offset"])),
        "magnitudes": records(MAGNITUDE, len(parts["spread_sort"]), kind=parts["spread_sort"], rank=parts["spread_rank"]),
        "replacing": records(
            REPLACING, len(parts["replacing"]), certificate=parts["replacing"], **_spans(parts["replaced_offset"])
        ),
    }
    plain = {
        name: np.ascontiguousarray(parts[name], COLUMN_TYPES[name])
        for name in Columns._fields
        if name not in arrays and name != "events"
    }
    arrays["events"] = np.ascontiguousarray(arrays["events"], np.int32)
    return Columns(**{name: frozen(array) for name, array in (arrays | plain).items()})


def _spans(offset: Array) -> dict[str, Array]:
    return {"first": offset[:-1], "last": offset[1:]}


def _flat(values: Any) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _items(sheets: Sheets) -> tuple[Parts, pa.Array, int]:
    """The columns of items, their ids in order, and how many standards come first."""
    table = sheets["items"]
    used = pc.unique(sheets["certificate_references"]["item"])
    is_used = places_in(table["id"], _flat(used)) >= 0
    order = np.argsort(~is_used, kind="stable")
    table = table.take(pa.array(order)) if is_used.any() else table
    place_of_entry = _Places(array_of(table["entry"]))
    size = len(order)
    kind, kinds = text_codes(table["kind"])
    roles = {ItemKind.NATIONAL_STANDARD: loops.ROLE_ANCHOR, ItemKind.REFERENCE_MATERIAL: loops.ROLE_REFERENCE_MATERIAL}
    role_of_kind = np.array([roles.get(ItemKind(each), loops.ROLE_ORDINARY) for each in kinds.to_pylist()], np.int8)
    country, countries = text_codes(table["country"])
    parts: Parts = {
        "item_role": role_of_kind[kind] if size else np.empty(0, np.int8),
        "retired_on": array_of(table["retired_on"], loops.FOREVER),
        "country": country,
        "countries": np.array(countries.to_pylist(), object),
        "interval_months": array_of(table["interval_months"], 0),
    }
    periods = sheets["recognized_periods"]
    owners = place_of_entry.of(array_of(periods["item_entry"]))
    taken, parts["recognized_offset"] = grouped(owners, size)
    parts["recognized_from"] = array_of(periods["start"])[taken]
    parts["recognized_until"] = array_of(periods["until"], loops.FOREVER)[taken]
    quantities = sheets["item_quantities"]
    owners = place_of_entry.of(array_of(quantities["item_entry"]))
    taken, parts["asked_offset"] = grouped(owners, size, array_of(quantities["position"]))
    parts["asked_quantity"] = np.array(quantities["quantity"].to_pylist(), object)[taken]
    serial = table["serial"]
    parts["serial"] = serial
    return parts, _flat(table["id"]), int(is_used.sum())


class _Places:
    """Where the record with an `entry` stands; -1 for one that is not there."""

    def __init__(self, entries: Array) -> None:
        self._order = np.argsort(entries, kind="stable")
        self._sorted = entries[self._order]

    def of(self, entries: Array) -> Array:
        """The places of some."""
        if not len(self._sorted):
            return np.full(len(entries), -1)
        at = np.minimum(np.searchsorted(self._sorted, entries), len(self._sorted) - 1)
        return np.where(self._sorted[at] == entries, self._order[at], -1)


def _certificates(sheets: Sheets, items: Parts, item_ids: pa.Array) -> tuple[Parts, Array]:
    """The columns of certificates, and their rows in the table in the order of the columns."""
    table = sheets["certificates"]
    item = places_in(table["item"], item_ids)
    is_live, replaced_by, first_issued = _replacements(table)
    item = np.where(is_live, item, -1)
    calibrated, issued = array_of(table["calibrated_on"]), array_of(table["issued_on"])
    rows, offset = _in_order(table, item, calibrated, issued, len(item_ids))
    item, calibrated, issued = item[rows], calibrated[rows], issued[rows]
    parts: Parts = {"certificate_offset": offset, "calibrated_on": calibrated, "first_issued_on": first_issued[rows]}
    kind, outcome = _numbers_of(table["kind"], _KINDS)[rows], _numbers_of(table["outcome"], _OUTCOMES)[rows]
    parts |= {"kind": kind, "outcome": outcome, "item": item}
    void = np.full(len(table), loops.FOREVER)
    withdrawals = sheets["withdrawals"]
    at = _Places(array_of(table["entry"])).of(array_of(withdrawals["certificate_entry"]))
    void[at[at >= 0]] = array_of(withdrawals["void_from"])[at >= 0]
    parts["void_from"] = void = void[rows]
    as_found = text_codes(table["as_found"])
    is_out = (as_found[0] == pc.index(as_found[1], AsFound.OUT_OF_TOLERANCE.value).as_py())[rows] & (as_found[0] >= 0)[rows]
    is_told = (as_found[0] >= 0)[rows]
    adjusted = array_of(table["adjusted"])[rows] != 0
    until = array_of(table["valid_until"], loops.FOREVER)[rows]
    # 3.2, the first bound and days after opening.
    months = items["interval_months"][item]
    is_printed, is_computed = until != loops.FOREVER, (kind == _CALIBRATION) & (months > 0)
    end = np.where(is_printed, until, np.where(is_computed, last_days(calibrated, months), loops.FOREVER))
    opened, within = array_of(table["opened_on"], loops.FOREVER)[rows], array_of(table["use_within_days"], -1)[rows]
    is_opened = (kind == _REFERENCE_MATERIAL) & (opened != loops.FOREVER) & (within >= 0)
    opened_end = np.where(is_opened, np.minimum(opened.astype(np.int64) + within, loops.LAST_DAY), loops.FOREVER)
    parts["interval_end"] = np.minimum(end, opened_end)
    # 3.2, events and later certificates.
    ends_earlier = (adjusted | is_out | (outcome == _FAILED)) & (void > calibrated)
    parts |= _events(sheets, item_ids)
    parts["event_end"] = np.minimum(_cut_by_events(parts), _cut_by_certificates(parts, ends_earlier))
    # 3.4
    is_evidence = void == loops.FOREVER
    is_doubt = is_evidence & (is_out | ((outcome == _FAILED) & ~is_told))
    parts |= _doubts(parts, is_doubt, is_evidence & (outcome != _FAILED))
    flags: Any = np.where(outcome == _FAILED, loops.FLAG_FAILED, 0) | np.where(outcome == _LIMITED, loops.FLAG_LIMITED, 0)
    is_out_of_order = (issued < calibrated) | (is_printed & (until < calibrated))
    flags = flags | np.where(is_out_of_order, loops.FLAG_DATE_ORDER, 0)
    flags = flags | np.where(is_printed | is_computed, 0, loops.FLAG_NO_INTERVAL)
    flags[_mismatched(table, rows, items["serial"], item)] |= loops.FLAG_ID_MISMATCH
    flags[adjusted | is_out | (outcome == _FAILED)] |= loops.FLAG_DECISIVE
    parts |= _replaced(table, rows, replaced_by)
    flags[parts["replacing"]] |= loops.FLAG_REPLACES
    parts["marks"] = flags
    return parts, rows


def _in_order(table: pa.Table, item: Array, calibrated: Array, issued: Array, size: int) -> tuple[Array, Array]:
    """The rows item by item in the order of 3.1 step 5; texts are looked at where days are equal."""
    rows, offset = grouped(item, size, calibrated, issued)
    is_tied = (np.diff(item[rows]) == 0) & (np.diff(calibrated[rows]) == 0) & (np.diff(issued[rows]) == 0)
    starts = np.flatnonzero(np.diff(is_tied.astype(np.int8), prepend=0) == 1)
    for start in starts:
        stop = start + 1
        while stop < len(rows) and is_tied[stop - 1]:
            stop += 1
        tied = table.select(["number", "id"]).take(pa.array(rows[start:stop])).to_pylist()
        order = sorted((each["number"], each["id"], row) for each, row in zip(tied, rows[start:stop], strict=True))
        rows[start:stop] = [row for _, _, row in order]
    return rows, offset


def _replacements(table: pa.Table) -> tuple[Array, dict[int, list[str]], Array]:
    """Which certificates nothing replaces; by row what each replaces, through any number of steps; the first issue of each."""
    issued = array_of(table["issued_on"])
    replacing = np.flatnonzero(table["replaces"].is_valid().to_numpy())
    if not len(replacing):
        return np.ones(len(table), bool), {}, issued
    names = table["replaces"].take(pa.array(replacing))
    place = places_in(table["id"], _flat(pc.unique(names)))
    rows_of_replaced = np.flatnonzero(place >= 0)
    row_of = dict(zip(table["id"].take(pa.array(rows_of_replaced)).to_pylist(), rows_of_replaced.tolist(), strict=True))
    name_of = dict(zip(replacing.tolist(), names.to_pylist(), strict=True))
    chains: dict[int, list[str]] = {}
    first = issued.copy()
    for row, replaced in name_of.items():
        chain = chains[row] = []
        name: str | None = replaced
        while name is not None:
            chain.append(name)
            earlier = row_of.get(name)
            name = None if earlier is None else name_of.get(earlier)
        first[row] = min([first[row], *(issued[row_of[each]] for each in chain if each in row_of)])
    return place < 0, chains, first


def _replaced(table: pa.Table, rows: Array, chains: dict[int, list[str]]) -> Parts:
    """What live certificates replace, by name; the names become numbers with those that references name."""
    places = np.full(len(table), -1)
    places[rows] = np.arange(len(rows))
    live = sorted((int(places[row]), chain) for row, chain in chains.items() if places[row] >= 0)
    return {
        "replacing": np.array([place for place, _ in live], np.int64),
        "replaced_offset": offsets_of(np.array([len(chain) for _, chain in live], np.int64)),
        "replaced_names": np.array([name for _, chain in live for name in chain], object),
    }


def _numbers_of(column: pa.ChunkedArray, values: tuple[Any, ...]) -> Array:
    codes, texts = text_codes(column)
    number = np.array([values.index(text) for text in texts.to_pylist()], np.int64)
    return number[codes] if len(codes) else np.empty(0, np.int64)


def last_days(calibrated: Array, months: Array) -> Array:
    """The last day of an interval of whole months (periods.last_day_of_interval), for many at once."""
    days = calibrated.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    day_of_month = (days - month.astype("datetime64[D]")).astype(np.int64)  # From 0.
    later = month + months.astype("timedelta64[M]")
    first = later.astype("datetime64[D]").astype(np.int64)
    length = (later + 1).astype("datetime64[D]").astype(np.int64) - first
    last = first + np.where(day_of_month < length, day_of_month - 1, length - 1)
    return np.where(first > loops.LAST_DAY, loops.LAST_DAY, np.maximum(last, loops.FIRST_DAY))


def _mismatched(table: pa.Table, rows: Array, serials: pa.ChunkedArray, item: Array) -> Array:
    """Whether a certificate and its item have serials that differ as compared (3.3 ID_MISMATCH)."""
    is_mismatch = np.zeros(len(rows), bool)
    printed = table["serial"]
    if printed.null_count == len(printed):
        return is_mismatch
    printed, own = _flat(printed.take(pa.array(rows))), _flat(serials.take(pa.array(item)))
    differing = np.flatnonzero(pc.not_equal(printed, own).fill_null(fill_value=False).to_numpy(zero_copy_only=False))
    taken = pa.array(differing)
    for place, one, other in zip(differing, printed.take(taken).to_pylist(), own.take(taken).to_pylist(), strict=True):
        one_compared, other_compared = normalized_serial(one), normalized_serial(other)
        is_mismatch[place] = bool(one_compared and other_compared and one_compared != other_compared)
    return is_mismatch


def _events(sheets: Sheets, item_ids: pa.Array) -> Parts:
    """The events of items by day, with their kinds."""
    table = sheets["events"]
    item = places_in(table["item"], item_ids)
    on = array_of(table["happened_on"])
    order, offset = grouped(item, len(item_ids), on)
    return {
        "event_offset": offset,
        "event_on": on[order],
        "event_item": item[order],
        "event_kind": _numbers_of(table["kind"], tuple(EventKind))[order],
    }


def _keyed(item: Array, day: Array) -> Array:
    """Item and day as one number, ordered as the pair."""
    return (item.astype(np.int64) << _DAY_BITS) + day - loops.FIRST_DAY


def _cut_by_events(parts: Parts) -> Array:
    """The day before the first event after the calibration that ends a certificate."""
    ending = np.isin(parts["event_kind"], [tuple(EventKind).index(kind) for kind in ENDING_EVENTS])
    keys = _keyed(parts["event_item"][ending], parts["event_on"][ending])
    cut = np.full(len(parts["item"]), loops.FOREVER)
    if not len(keys):
        return cut
    has_events = np.zeros(len(parts["certificate_offset"]) - 1, bool)
    has_events[parts["event_item"][ending]] = True
    asked = np.flatnonzero(has_events[parts["item"]])
    item = parts["item"][asked]
    at = np.searchsorted(keys, _keyed(item, parts["calibrated_on"][asked]), side="right")
    is_own = (at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] >> _DAY_BITS == item)
    on = (keys[np.minimum(at, len(keys) - 1)] & ((1 << _DAY_BITS) - 1)) + loops.FIRST_DAY
    cut[asked[is_own]] = np.maximum(on[is_own] - 1, loops.FIRST_DAY)
    return cut


def _cut_by_certificates(parts: Parts, ends_earlier: Array) -> Array:
    """The day before the first later certificate that shows that what was stated before no longer holds."""
    item, calibrated = parts["item"], parts["calibrated_on"]
    size = len(item)
    cut = np.full(size, loops.FOREVER)
    if not ends_earlier.any():
        return cut
    following = np.where(ends_earlier, np.arange(size), size)
    following = np.append(np.minimum.accumulate(following[::-1])[::-1], size)  # The next that ends others, from each on.
    # Only a certificate of a later day counts: look from the end of those of the same item and day.
    changes = np.flatnonzero(np.append((np.diff(item) != 0) | (np.diff(calibrated) != 0), True)) + 1
    after = changes[np.searchsorted(changes, np.arange(size), side="right")]
    candidate = following[after]
    is_own = (candidate < size) & (item[np.minimum(candidate, size - 1)] == item)
    cut[is_own] = np.maximum(calibrated[candidate[is_own]] - 1, loops.FIRST_DAY)
    return cut


def _doubts(parts: Parts, is_doubt: Array, is_good: Array) -> Parts:
    """The periods in which items are in doubt (3.4)."""
    kinds = tuple(EventKind)
    failed = parts["event_kind"] == kinds.index(EventKind.INTERIM_CHECK_FAILED)
    passed = parts["event_kind"] == kinds.index(EventKind.INTERIM_CHECK_PASSED)
    item = np.concatenate([parts["item"][is_doubt], parts["event_item"][failed]])
    shown = np.concatenate([parts["calibrated_on"][is_doubt], parts["event_on"][failed]])
    is_asked = np.zeros(len(parts["certificate_offset"]) - 1, bool)
    is_asked[item] = True
    good = is_good & is_asked[parts["item"]]
    passed = passed & is_asked[parts["event_item"]]
    evidence = np.sort(
        np.concatenate(
            [
                _keyed(parts["item"][good], parts["calibrated_on"][good]),
                _keyed(parts["event_item"][passed], parts["event_on"][passed]),
            ]
        )
    )
    at = np.searchsorted(evidence, _keyed(item, shown)) - 1  # The last strictly before.
    since = np.full(len(item), -loops.FOREVER, np.int64)
    if len(evidence):
        found = evidence[np.maximum(at, 0)]
        is_own = (at >= 0) & (found >> _DAY_BITS == item)
        since = np.where(is_own, (found & ((1 << _DAY_BITS) - 1)) + loops.FIRST_DAY, since)
    order, offset = grouped(item, len(is_asked), shown)
    return {"doubt_offset": offset, "doubt_since": since[order], "doubt_shown": shown[order]}


def _results(sheets: Sheets) -> tuple["_ByEntry", tuple[list[Any], list[tuple[int, ...]]]]:
    """The list of results of each certificate as a number; the distinct rows of text, and lists of them."""
    table = _in_positions(sheets["results"], "certificate_entry")
    codes, rows = row_codes([table[name] for name in _TEXT_OF_RESULT])
    entries = array_of(sheets["certificates"]["entry"])
    taken, offset = grouped(_Places(entries).of(array_of(table["certificate_entry"])), len(entries))
    shape, lists = list_codes(offset, codes[taken])
    return shape, (rows, lists)


_ByEntry = Array


def _in_positions(table: pa.Table, owner: str) -> pa.Table:
    """The rows of lists in the order of their owners and positions; a database gives them so as a rule."""
    keys = array_of(table[owner]).astype(np.int64), array_of(table["position"])
    is_ordered = (np.diff(keys[0]) > 0) | ((np.diff(keys[0]) == 0) & (np.diff(keys[1]) > 0))
    return table if is_ordered.all() else table.take(pa.array(np.lexsort((keys[1], keys[0]))))


def _referenced(sheets: Sheets) -> tuple[tuple[Array, list[Any]], pa.Table]:
    """The purpose of each reference as a number, the distinct ones, and the references in order."""
    table = _in_positions(sheets["certificate_references"], "certificate_entry")
    return row_codes([table[name] for name in _TEXT_OF_PURPOSE]), table


def _classes(
    sheets: Sheets, parts: Parts, rows: Array, shape: Array, plain: Array, plains: list[Any]
) -> tuple[tuple[Array, tuple[Array, Array, Array, Array]], list[Capability]]:
    """Kind, outcome, results and competence of certificates as one number; the parts of the distinct ones; the competences."""
    in_force, sets = _in_force(sheets, parts, rows)
    capability, of_set, of_plain = pair_codes(in_force, plain)
    capabilities = [shapes.capability(sets[one], plains[other]) for one, other in zip(of_set, of_plain, strict=True)]
    merged = list(dict.fromkeys(capabilities))
    number = {each: place for place, each in enumerate(merged)}
    capability = np.array([number[each] for each in capabilities], np.int64)[capability]
    one, shape_of, capability_of = pair_codes(shape, capability)
    code, pair, word = pair_codes(one, parts["kind"] * len(_OUTCOMES) + parts["outcome"])
    of_class = code, (word // len(_OUTCOMES), word % len(_OUTCOMES), shape_of[pair], capability_of[pair])
    return of_class, merged


def _in_force(sheets: Sheets, parts: Parts, rows: Array) -> tuple[Array, list[shapes.InForce]]:
    """Which competences of the issuer were in force on the day of each certificate, as a number; the distinct sets."""
    sets: dict[shapes.InForce, int] = {frozenset(): 0}
    of_issuer = _competences(sheets)
    issuers = pa.array(list(of_issuer), pa.string())
    keys, values = [np.int64(-1)], [0]
    for issuer, competences in enumerate(of_issuer.values()):
        keys.append(np.int64(issuer) << _DAY_BITS)
        values.append(0)
        for day, in_force in shapes.calendar_of(competences):
            keys.append((np.int64(issuer) << _DAY_BITS) + np.int64(day.toordinal() - 1))  # From 0001-01-01.
            values.append(sets.setdefault(in_force, len(sets)))
    codes, names = text_codes(sheets["certificates"]["issuer"])
    issuer_of_code = places_in(names, issuers)
    by_row = issuer_of_code[codes[rows]] if len(rows) else np.empty(0, np.int64)
    asked = np.where(by_row >= 0, _keyed(by_row, parts["calibrated_on"]), -1)
    return np.array(values)[np.searchsorted(np.array(keys), asked, side="right") - 1], list(sets)


def _competences(sheets: Sheets) -> dict[str, list[Competence]]:
    """The competences of organizations, as far as days and scopes go."""
    table = sheets["competences"]
    suspended: dict[int, list[Period]] = {}
    for row in sheets["suspensions"].to_pylist():
        until = None if row["until"] is None else day_of(row["until"])
        suspended.setdefault(row["competence_entry"], []).append(Period(start=day_of(row["start"]), until=until))
    scopes = _in_positions(sheets["scope_rows"], "competence_entry")
    codes, rows = row_codes([scopes[name] for name in _TEXT_OF_SCOPE])
    values = [shapes.scope(row) for row in rows]
    scope_of: dict[int, list[Any]] = {}
    for entry, code in zip(array_of(scopes["competence_entry"]).tolist(), codes.tolist(), strict=True):
        scope_of.setdefault(entry, []).append(values[code])
    of_issuer: dict[str, list[Competence]] = {}
    shared: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in table.to_pylist():
        scope = tuple(scope_of.get(row["entry"], ()))
        competence = Competence(
            id="-",
            organization=row["organization"],
            scheme=Scheme(row["scheme"]),
            number="-",
            valid_from=day_of(row["valid_from"]),
            valid_until=None if row["valid_until"] is None else day_of(row["valid_until"]),
            suspensions=tuple(suspended.get(row["entry"], ())),
            scope=shared.setdefault(scope, scope),
        )
        of_issuer.setdefault(row["organization"], []).append(competence)
    return of_issuer


def _references(
    sheets: Sheets, parts: Parts, item_ids: pa.Array, rows: Array, purposes: tuple[Array, list[Any]], table: pa.Table
) -> None:
    """The columns of references and uses, certificate by certificate."""
    entries = array_of(sheets["certificates"]["entry"])
    row = _Places(entries).of(array_of(table["certificate_entry"]))
    # Nobody looks at the references of a certificate that failed (3.3).
    is_failed = np.zeros(len(entries) + 1, bool)
    is_failed[rows] = parts["outcome"] == _FAILED
    taken, offset = grouped(np.where(is_failed[row], -1, row), len(entries))
    order, parts["reference_offset"] = gathered(offset, rows)
    taken = taken[order]
    codes, names = text_codes(table["item"])
    upper = places_in(names, item_ids)[codes[taken]] if len(taken) else np.empty(0, np.int64)
    lower = np.repeat(parts["item"], np.diff(parts["reference_offset"]))
    is_followed = (upper >= 0) & (upper != lower)
    use, use_item, use_purpose = pair_codes(upper[is_followed], purposes[0][taken[is_followed]])
    parts["use"] = np.where(upper < 0, loops.UNKNOWN_ITEM, loops.OWN_ITEM)
    parts["use"][is_followed] = use
    parts["use_item"], parts["use_purpose"] = use_item, use_purpose
    parts["named"] = _named(sheets, parts, rows, _flat(table["certificate"].take(pa.array(taken))))


def _named(sheets: Sheets, parts: Parts, rows: Array, named: pa.Array) -> Array:
    """The certificates that issuers name, as numbers: of live ones their places, of others numbers above all places."""
    numbers = np.full(len(named), loops.NOT_NAMED)
    replaced = parts.pop("replaced_names")
    names = pc.unique(pa.concat_arrays([named.drop_null(), pa.array(replaced.tolist(), pa.string())]))
    place_of = np.full(len(sheets["certificates"]), -1)
    place_of[rows] = np.arange(len(rows))
    row = places_in(names, _flat(sheets["certificates"]["id"])) if len(names) else np.empty(0, np.int64)
    place = np.where(row >= 0, place_of[row], -1) if len(place_of) else np.full(len(names), -1)
    number = np.where(place >= 0, place, len(rows) + np.arange(len(names)))
    is_named = named.is_valid().to_numpy(zero_copy_only=False)
    numbers[is_named] = number[places_in(named.drop_null(), names)]
    parts["replaced"] = number[places_in(pa.array(replaced.tolist(), pa.string()), names)]
    return numbers


def _uses(
    sheets: Sheets, parts: Parts, item_ids: pa.Array, plain: Array, plains: list[Any], purposes: tuple[Array, list[Any]]
) -> None:
    """What purposes ask, what the certificates of the items used say for them, and what items are asked for themselves."""
    del sheets
    values = [shapes.purpose(row) for row in purposes[1]]
    # Items with quantities are asked once for each: uses like those of references.
    quantities = dict.fromkeys(parts["asked_quantity"].tolist())
    number = {name: len(values) + place for place, name in enumerate(quantities)}
    values += [shapes.purpose((name, None, None, None)) for name in quantities]
    owners = np.repeat(np.arange(len(item_ids)), np.diff(parts["asked_offset"]))
    asked, asked_item, asked_purpose = pair_codes(
        owners, np.array([number[name] for name in parts["asked_quantity"].tolist()], np.int64)
    )
    parts["asked_use"] = asked + len(parts["use_item"])
    item = parts["use_item"] = np.concatenate([parts["use_item"], asked_item])
    purpose = np.concatenate([parts.pop("use_purpose"), asked_purpose])
    names = {
        name: place for place, name in enumerate(dict.fromkeys(each.quantity for each in values if each.quantity is not None))
    }
    quantity = [loops.ANY_QUANTITY if each.quantity is None else names[each.quantity] for each in values]
    parts["use_quantity"] = np.array(quantity, np.int64)[purpose] if len(purpose) else np.empty(0)
    ranged = [each.low is not None or each.high is not None for each in values]
    parts["use_is_ranged"] = np.array(ranged, bool)[purpose] if len(purpose) else np.empty(0, bool)
    taken, parts["relation_offset"] = gathered(parts["certificate_offset"], item)
    purpose_of = np.repeat(purpose, np.diff(parts["relation_offset"]))
    pair, one, other = pair_codes(plain[taken], purpose_of)
    relations = [shapes.relation(plains[first], values[second]) for first, second in zip(one, other, strict=True)]
    parts["relation"] = np.array(relations, np.int64)[pair] if len(pair) else np.empty(0)
    parts |= vars_of(shapes.spreads(plains, names))


def vars_of(value: Any) -> Mapping[str, Array]:
    """The fields of a value by name."""
    return {name: getattr(value, name) for name in value.__slots__}


__all__ = ["distinct", "encode", "first_places", "last_days"]
