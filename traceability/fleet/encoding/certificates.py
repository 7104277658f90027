"""The columns of certificates in the order of SEMANTICS 3.1, with their ends and marks."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet import loops
from traceability.fleet.codes import array_of, distinct, grouped_by, offsets_of, places_in, text_codes
from traceability.fleet.columns import Array
from traceability.fleet.encoding.events import cut_by_certificates, cut_by_events, doubts_of, events_of
from traceability.fleet.encoding.items import Owners
from traceability.fleet.encoding.parts import FAILED, KINDS, OUTCOMES, Parts, Places, flat, keyed, numbers_of
from traceability.fleet.sheets import Sheets
from traceability.known import normalized_serial
from traceability.records import AsFound, CertificateKind, Outcome

_CALIBRATION = KINDS.index(CertificateKind.CALIBRATION)
_REFERENCE_MATERIAL = KINDS.index(CertificateKind.REFERENCE_MATERIAL)
_LIMITED = OUTCOMES.index(Outcome.LIMITED)


def certificates_of(sheets: Sheets, items: Parts, owners: Owners) -> tuple[Parts, Array]:
    """The columns of certificates, and their rows in the table in the order of the columns."""
    table = sheets["certificates"]
    item = owners.of_certificates
    is_live, replaced_by, first_issued = _replacements(table)
    item = np.where(is_live, item, -1)
    calibrated, issued = array_of(table["calibrated_on"]), array_of(table["issued_on"])
    rows, offset = _in_order(table, item, calibrated, issued, len(items["item_role"]))
    item, calibrated, issued = item[rows], calibrated[rows], issued[rows]
    parts: Parts = {"certificate_offset": offset, "calibrated_on": calibrated, "first_issued_on": first_issued[rows]}
    kind, outcome = numbers_of(table["kind"], KINDS)[rows], numbers_of(table["outcome"], OUTCOMES)[rows]
    parts |= {"kind": kind, "outcome": outcome, "item": item}
    void = np.full(len(table), loops.FOREVER)
    withdrawals = sheets["withdrawals"]
    at = Places(array_of(table["entry"])).of(array_of(withdrawals["certificate_entry"]))
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
    ends_earlier = (adjusted | is_out | (outcome == FAILED)) & (void > calibrated)
    parts |= events_of(sheets, owners.of_events, len(items["item_role"]))
    parts["event_end"] = np.minimum(cut_by_events(parts), cut_by_certificates(parts, ends_earlier))
    # 3.4
    is_evidence = void == loops.FOREVER
    is_doubt = is_evidence & (is_out | ((outcome == FAILED) & ~is_told))
    parts |= doubts_of(parts, is_doubt, is_evidence & (outcome != FAILED))
    flags: Any = np.where(outcome == FAILED, loops.FLAG_FAILED, 0) | np.where(outcome == _LIMITED, loops.FLAG_LIMITED, 0)
    is_out_of_order = (issued < calibrated) | (is_printed & (until < calibrated))
    flags = flags | np.where(is_out_of_order, loops.FLAG_DATE_ORDER, 0)
    flags = flags | np.where(is_printed | is_computed, 0, loops.FLAG_NO_INTERVAL)
    flags[_mismatched(table, rows, items["serial"], item)] |= loops.FLAG_ID_MISMATCH
    flags[adjusted | is_out | (outcome == FAILED)] |= loops.FLAG_DECISIVE
    parts |= _replaced(table, rows, replaced_by)
    flags[parts["replacing"]] |= loops.FLAG_REPLACES
    parts["marks"] = flags
    return parts, rows


def _in_order(table: pa.Table, item: Array, calibrated: Array, issued: Array, size: int) -> tuple[Array, Array]:
    """The rows item by item in the order of 3.1 step 5; texts are looked at where days are equal."""
    # Mostly item and day, as one number, tell the order; where they do not, the issue is looked at as well.
    rows, offset = grouped_by(keyed(item, calibrated), item, size, issued)
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
    place = places_in(table["id"], flat(pc.unique(names)))
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


def last_days(calibrated: Array, months: Array) -> Array:
    """The last day of an interval of whole months (periods.last_day_of_interval), for many at once."""
    width = int(months.max(initial=0)) + 1
    codes, cases = distinct(calibrated.astype(np.int64) * width + months)
    return _last_days(cases // width, cases % width)[codes]


def _last_days(calibrated: Array, months: Array) -> Array:
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
    printed, own = flat(printed.take(pa.array(rows))), flat(serials.take(pa.array(item)))
    differing = np.flatnonzero(pc.not_equal(printed, own).fill_null(fill_value=False).to_numpy(zero_copy_only=False))
    taken = pa.array(differing)
    for place, one, other in zip(differing, printed.take(taken).to_pylist(), own.take(taken).to_pylist(), strict=True):
        one_compared, other_compared = normalized_serial(one), normalized_serial(other)
        is_mismatch[place] = bool(one_compared and other_compared and one_compared != other_compared)
    return is_mismatch
