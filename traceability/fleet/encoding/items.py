"""The columns of items: those that something refers to first."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from traceability.fleet import loops
from traceability.fleet.codes import array_of, finder, grouped, places_in, text_codes
from traceability.fleet.columns import Array
from traceability.fleet.encoding.parts import Parts, Places, flat
from traceability.fleet.sheets import Sheets
from traceability.records import ItemKind


class Owners(NamedTuple):
    """The items that rows of other tables name, as numbers; -1 for one that is not there."""

    of_certificates: Array
    of_events: Array
    used: Array  # By distinct name of an item that a reference uses.


def owners_of(sheets: Sheets, item_ids: pa.Array, used: pa.Array, other: Executor) -> Owners:
    """Half of them looked up by another thread."""
    look_up = finder(item_ids)
    item = sheets["certificates"]["item"]
    half = len(item) // 2
    first = other.submit(_looked_up, look_up, item.slice(0, half))
    of_events, of_used = _looked_up(look_up, sheets["events"]["item"]), look_up(used)
    rest = _looked_up(look_up, item.slice(half))
    return Owners(np.concatenate([first.result(), rest]), of_events, of_used)


def _looked_up(look_up: Callable[[pa.Array], Array], column: pa.ChunkedArray) -> Array:
    return np.concatenate([np.empty(0, np.int32), *(look_up(chunk) for chunk in column.chunks)])


def items_of(sheets: Sheets, used: pa.Array) -> tuple[Parts, pa.Array, int]:
    """The columns of items, their ids in order, and how many standards come first: those of the distinct ids `used`."""
    table = sheets["items"]
    is_used = places_in(table["id"], used) >= 0
    order = np.argsort(~is_used, kind="stable")
    table = table.take(pa.array(order)) if is_used.any() else table
    place_of_entry = Places(array_of(table["entry"]))
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
    return parts, flat(table["id"]), int(is_used.sum())
