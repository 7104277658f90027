"""The results of a document as the results of each of its items, in the records format."""

import re
from collections.abc import Sequence
from typing import Any

from registry.exchange.dcc.document import CalibratedItem, CalibrationDocument, ReportedResult
from registry.exchange.dcc.findings import Code, Remarks
from registry.exchange.dcc.identity import key

_SHORTEST_MARK = 3  # Characters; a shorter number is met in a name by chance ("channel 2").


def split_results(document: CalibrationDocument, remarks: Remarks) -> list[list[dict[str, Any]]]:
    """The results of each item, in the order of the items, each distinct one once.

    A result belongs to the items that it refers to by id; else to those of which its names contain a mark; else to all.
    What no record can hold (a unit that is not known, an error without its points) is left out.
    """
    usable = [each for each in document.results if each.unit is not None and (each.low is not None or each.is_open)]
    owners = [_owners(result, document.items) for result in usable]
    shared = sum(len(own) == 0 for own in owners)
    if len(document.items) > 1 and shared:
        remarks.add(Code.RESULTS_NOT_SPLIT, document.items[0].place, count=len(document.items), shared=shared)
    if not usable:
        remarks.add(Code.NO_RESULTS_READ)
    split: list[dict[object, dict[str, Any]]] = [{} for _ in document.items]
    for result, own in zip(usable, owners, strict=True):
        identity = (
            result.quantity,
            result.unit,
            result.low,
            result.high,
            result.uncertainty,
            result.uncertainty_unit,
            result.k,
            result.error,
            result.permissible_error,
        )
        for index in own or range(len(split)):
            split[index].setdefault(identity, result_record(result))
    return [list(results.values()) for results in split]


def result_record(result: ReportedResult) -> dict[str, Any]:
    """One result in the records format; numbers are exact decimals."""
    record: dict[str, Any] = {"quantity": result.quantity, "unit": result.unit}
    record |= {name: bound for name, bound in (("low", result.low), ("high", result.high)) if bound is not None}
    if result.uncertainty is not None:
        stated = {"value": result.uncertainty, "unit": result.uncertainty_unit}
        record["uncertainty"] = stated | ({"k": result.k} if result.k is not None else {})
    for name, amount in (("error", result.error), ("max_permissible_error", result.permissible_error)):
        if amount is not None:
            record[name] = {"value": amount[0], "unit": amount[1]}
    return record


def _owners(result: ReportedResult, items: Sequence[CalibratedItem]) -> list[int]:
    by_id = [index for index, item in enumerate(items) if item.ref_id in result.items]
    return by_id or [index for index, item in enumerate(items) if _is_named(item, key(result.text))]


def _is_named(item: CalibratedItem, text: str) -> bool:
    """Whether the text has one of the item's marks as a word of its own."""
    marks = (key(mark.value) for mark in item.identifications)
    return any(len(mark) >= _SHORTEST_MARK and re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", text) for mark in marks)
