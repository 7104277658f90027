"""Statements of a DCC: claims of traceability, conformity, dates for recalibration, adjustment."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from registry.exchange.dcc.document import Statement
from registry.exchange.dcc.equipment import boolean
from registry.exchange.dcc.findings import Code, Remarks, place_of
from registry.exchange.dcc.parsing import refusal_at
from registry.exchange.dcc.reading import (
    Element,
    child,
    children,
    date_from,
    ref_ids,
    ref_types,
    said,
    text_of,
    wording,
)

MAX_STATEMENTS = 1000  # Of a document, and beside its results; the richest real one met has a dozen.


def read_statements(administrative: Element, places: Sequence[Element], remarks: Remarks) -> tuple[Statement, ...]:
    """The statements of the certificate, then those in `places` beside its results, each in document order."""
    whole = child(administrative, "statements")
    of_document = list(islice(children(whole, "statement"), MAX_STATEMENTS + 1))
    if whole is not None and len(of_document) > MAX_STATEMENTS:
        raise refusal_at(whole, "oversized DCC", f"more than {MAX_STATEMENTS} statements", f"声明超过 {MAX_STATEMENTS} 条")
    beside = list(islice(_metadata(places), MAX_STATEMENTS + 1))
    if len(beside) > MAX_STATEMENTS:
        remarks.add(Code.TOO_MANY_STATEMENTS, limit=MAX_STATEMENTS)
    return (
        *(_statement(element, remarks, is_beside_results=False) for element in of_document),
        *(_statement(element, remarks, is_beside_results=True) for element in beside[:MAX_STATEMENTS]),
    )


def was_adjusted(places: Sequence[Element]) -> bool:
    """Whether a condition says that results are those after an adjustment (`status`, DCC 2.1 and later)."""
    return any(
        text_of(child(condition, "status")) == "afterAdjustment"
        for container in places
        for condition in children(child(container, "influenceConditions"), "influenceCondition")
    )


def optional_date(parent: Element, name: str, remarks: Remarks) -> date | None:
    """A date that need not be there; a text that is none is remarked and left out."""
    element = child(parent, name)
    text = said(element)
    if element is None or text is None:
        return None
    on = date_from(text)
    if on is None:
        remarks.add(Code.BAD_DATE, element, name=name, text=repr(text[:40]))
    return on


def _metadata(places: Sequence[Element]) -> Iterator[Element]:
    for container in places:
        yield from children(child(container, "measurementMetaData"), "metaData")


def _statement(element: Element, remarks: Remarks, *, is_beside_results: bool) -> Statement:
    declared = child(element, "declaration")
    conformity = next(children(element, "conformity", "conformityXMLList"), None)
    return Statement(
        ref_types=ref_types(element),
        ref_ids=ref_ids(element),
        convention=said(child(element, "convention")),
        declaration=wording(declared),
        is_traceable=boolean(child(element, "traceable")),
        is_valid=boolean(child(element, "valid")),
        conformity=tuple((text_of(conformity) or "").split()),
        on=optional_date(element, "date", remarks),
        period=said(child(element, "period")),
        is_beside_results=is_beside_results,
        place=place_of(element),
    )
