"""A fleet as one Arrow record batch, to be written to a file and mapped into memory again: reading it costs nothing.

The batch has one row: arrays as bytes, ids as lists, dictionaries as JSON, and the tables of the named policies, so that a
question under one of them asks nothing of the rules again.
"""

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from traceability.fleet.columns import COLUMN_TYPES, SPAN, Capability, Columns, Dictionaries, Fleet, frozen
from traceability.fleet.rules import SHOWN, Rules, rules_of
from traceability.policy import POLICIES, Policy
from traceability.records import CertificateKind, Outcome, Result

LAYOUT = "traceability-fleet/2"  # A snapshot of another layout is made anew.
# Facts that whoever keeps a snapshot may add: the state of the store, and from which instant on everything in it is known.
VERSION, LATEST = b"version", b"latest"


class _Small(msgspec.Struct, frozen=True):
    layout: str
    standards: int
    countries: tuple[str, ...]
    classes: tuple[tuple[CertificateKind, Outcome, int, int], ...]
    shapes: tuple[tuple[Result, ...], ...]
    competences: tuple[Capability, ...]
    quantities: tuple[str, ...]
    policies: tuple[Policy, ...]


def batch_of(fleet: Fleet) -> pa.RecordBatch:
    """The batch that holds the fleet."""
    dictionaries = fleet.dictionaries
    small = _Small(
        LAYOUT,
        fleet.standards,
        dictionaries.countries,
        dictionaries.classes,
        dictionaries.shapes,
        dictionaries.competences,
        dictionaries.quantities,
        tuple(POLICIES.values()),
    )
    rules = [rules_of(fleet, policy) for policy in POLICIES.values()]
    arrays = {
        **fleet.columns._asdict(),
        **{f"classes {number}": each.classes for number, each in enumerate(rules)},
        **{f"shown {number}": each.shown for number, each in enumerate(rules)},
    }
    columns: dict[str, pa.Array] = {
        name: pa.array([array.view(np.ndarray).view(np.uint8).data if array.size else b""], pa.large_binary())
        for name, array in arrays.items()
    }
    columns["item_ids"] = _as_one_row(fleet.item_ids)
    columns["certificate_ids"] = _as_one_row(fleet.certificate_ids)
    return pa.RecordBatch.from_pydict(columns).replace_schema_metadata({"small": msgspec.json.encode(small)})


def fleet_of(batch: pa.RecordBatch) -> Fleet | None:
    """The fleet that a batch holds, its arrays where the batch lies; None when it is of another layout."""
    text = (batch.schema.metadata or {}).get(b"small", b"")
    if LAYOUT.encode() not in text[:64]:
        return None
    small = msgspec.json.decode(text, type=_Small)
    fleet = Fleet(
        columns=Columns(**{name: _array(batch, name, dtype) for name, dtype in COLUMN_TYPES.items()}),
        dictionaries=Dictionaries(
            countries=small.countries,
            classes=small.classes,
            shapes=small.shapes,
            competences=small.competences,
            quantities=small.quantities,
        ),
        item_ids=batch.column("item_ids").values,
        certificate_ids=batch.column("certificate_ids").values,
        standards=small.standards,
    )
    for number, policy in enumerate(small.policies):
        tables = {"classes": _array(batch, f"classes {number}", SPAN), "shown": _array(batch, f"shown {number}", SHOWN)}
        fleet.memory["rules", policy] = Rules.under(policy, small.countries, **tables)
    return fleet


def _as_one_row(ids: pa.Array) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array([0, len(ids)], pa.int64()), ids)


def _array(batch: pa.RecordBatch, name: str, dtype: Any) -> Any:
    # Where the batch lies: the bytes of one value would be a copy.
    _, bounds, bytes_ = batch.column(name).buffers()
    first, last = np.frombuffer(bounds, np.int64, 2)
    content = bytes_.slice(first, last - first)
    array = np.frombuffer(content, dtype) if content.size else np.empty(0, dtype)
    return frozen(array.view(np.recarray) if np.dtype(dtype).names else array)
