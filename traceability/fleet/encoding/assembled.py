"""The parts as the records that the kernel reads."""

from concurrent.futures import Executor

import numpy as np

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
    Columns,
    frozen,
    records,
)
from traceability.fleet.encoding.parts import Parts


def assembled(parts: Parts, other: Executor) -> Columns:
    """The parts as the records that the kernel reads; those of certificates, the longest, put together by another thread."""
    certificates = other.submit(_certificates, parts)
    lists = {name: parts[f"{name}_offset"] for name in ("event", "doubt", "recognized", "asked")}
    has_extra = np.any([np.diff(offset) > 0 for offset in lists.values()], axis=0)
    spans = {f"{name}_first": offset[:-1][has_extra] for name, offset in lists.items()}
    spans |= {f"{name}_last": offset[1:][has_extra] for name, offset in lists.items()}
    extras = records(EXTRA, 1 + int(has_extra.sum()))
    for name, places in spans.items():
        extras[name][1:] = places
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
    arrays["certificates"] = certificates.result()
    plain = {
        name: np.ascontiguousarray(parts[name], COLUMN_TYPES[name])
        for name in Columns._fields
        if name not in arrays and name != "events"
    }
    arrays["events"] = np.ascontiguousarray(arrays["events"], np.int32)
    return Columns(**{name: frozen(array) for name, array in (arrays | plain).items()})


def _certificates(parts: Parts) -> Array:
    return records(
        CERTIFICATE,
        len(parts["of_class"]),
        reference_first=parts["reference_offset"][:-1],
        reference_last=parts["reference_offset"][1:],
        **{name: parts[name] for name in CERTIFICATE.names or () if name in parts},
    )


def _spans(offset: Array) -> dict[str, Array]:
    return {"first": offset[:-1], "last": offset[1:]}
