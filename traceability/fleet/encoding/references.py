"""The columns of references and uses, and what certificates say for each use."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet import loops, shapes
from traceability.fleet.codes import array_of, gathered, grouped, pair_codes, places_in, row_codes, text_codes
from traceability.fleet.columns import Array
from traceability.fleet.encoding.parts import FAILED, TEXT_OF_PURPOSE, Parts, Places
from traceability.fleet.sheets import Sheets


def purposes_of(table: pa.Table) -> tuple[Array, list[Any]]:
    """The purpose of each reference as a number, and the distinct ones."""
    return row_codes([table[name] for name in TEXT_OF_PURPOSE])


def references_of(sheets: Sheets, parts: Parts, rows: Array, purposes: Array, table: pa.Table, used: Array) -> None:
    """The columns of references and uses, certificate by certificate.

    `table`: the references in order; for each of them the number of its purpose and the place of the item used.
    """
    entries = array_of(sheets["certificates"]["entry"])
    row = Places(entries).of(array_of(table["certificate_entry"]))
    # Nobody looks at the references of a certificate that failed (3.3).
    is_failed = np.zeros(len(entries) + 1, bool)
    is_failed[rows] = parts["outcome"] == FAILED
    taken, offset = grouped(np.where(is_failed[row], -1, row), len(entries))
    order, parts["reference_offset"] = gathered(offset, rows)
    taken = taken[order]
    upper = used[taken]
    lower = np.repeat(parts["item"], np.diff(parts["reference_offset"]))
    is_followed = (upper >= 0) & (upper != lower)
    use, use_item, use_purpose = pair_codes(upper[is_followed], purposes[taken[is_followed]])
    parts["use"] = np.where(upper < 0, loops.UNKNOWN_ITEM, loops.OWN_ITEM)
    parts["use"][is_followed] = use
    parts["use_item"], parts["use_purpose"] = use_item, use_purpose
    codes, names = text_codes(table["certificate"])
    parts["named"] = _named(sheets, parts, rows, codes[taken], names)


def _named(sheets: Sheets, parts: Parts, rows: Array, codes: Array, named: pa.Array) -> Array:
    """The certificates that issuers name, as numbers: of live ones their places, of others numbers above all places."""
    replaced = pa.array(parts.pop("replaced_names").tolist(), pa.string())
    names = pc.unique(pa.concat_arrays([named, replaced]))
    place_of = np.full(len(sheets["certificates"]), -1)
    place_of[rows] = np.arange(len(rows))
    place = np.full(len(names), -1)
    if len(names):  # Few are named: a table of these is made, not of all certificates.
        name = places_in(sheets["certificates"]["id"], names)
        place[name[name >= 0]] = place_of[name >= 0]
    number = np.where(place >= 0, place, len(rows) + np.arange(len(names)))
    parts["replaced"] = number[places_in(replaced, names)]
    return np.append(number[places_in(named, names)], loops.NOT_NAMED)[codes]  # -1: the last.


def uses_of(parts: Parts, plain: Array, plains: list[Any], purposes: list[Any]) -> None:
    """What purposes ask, what the certificates of the items used say for them, and what items are asked for themselves."""
    values = [shapes.purpose(row) for row in purposes]
    # Items with quantities are asked once for each: uses like those of references.
    quantities = dict.fromkeys(parts["asked_quantity"].tolist())
    number = {name: len(values) + place for place, name in enumerate(quantities)}
    values += [shapes.purpose((name, None, None, None)) for name in quantities]
    owners = np.repeat(np.arange(len(parts["asked_offset"]) - 1), np.diff(parts["asked_offset"]))
    asked, asked_item, asked_purpose = pair_codes(
        owners, np.array([number[name] for name in parts["asked_quantity"].tolist()], np.int64)
    )
    parts["asked_use"] = asked + len(parts["use_item"])
    item = parts["use_item"] = np.concatenate([parts["use_item"], asked_item])
    purpose = np.concatenate([parts.pop("use_purpose"), asked_purpose])
    names = {
        name: place for place, name in enumerate(dict.fromkeys(each.quantity for each in values if each.quantity is not None))
    }
    parts["quantity_names"] = np.array(list(names), object)
    quantity = [loops.ANY_QUANTITY if each.quantity is None else names[each.quantity] for each in values]
    parts["use_quantity"] = np.array(quantity, np.int64)[purpose] if len(purpose) else np.empty(0)
    ranged = [each.low is not None or each.high is not None for each in values]
    parts["use_is_ranged"] = np.array(ranged, bool)[purpose] if len(purpose) else np.empty(0, bool)
    taken, parts["relation_offset"] = gathered(parts["certificate_offset"], item)
    purpose_of = np.repeat(purpose, np.diff(parts["relation_offset"]))
    pair, one, other = pair_codes(plain[taken], purpose_of)
    relations = [shapes.relation(plains[first], values[second]) for first, second in zip(one, other, strict=True)]
    parts["relation"] = np.array(relations, np.int64)[pair] if len(pair) else np.empty(0)
    parts |= _fields_of(shapes.spreads(plains, names))


def _fields_of(value: Any) -> Mapping[str, Array]:
    """The fields of a value by name."""
    return {name: getattr(value, name) for name in value.__slots__}
