"""Results that a rendering of this registry states exactly, in terms of its own. Other tables are read by results.py alone."""

from decimal import Decimal

from registry.exchange.dcc.document import ReportedResult
from registry.exchange.dcc.findings import Code, Remarks, place_of
from registry.exchange.dcc.own_terms import COVERAGE_FACTOR, EXPANDED_UNCERTAINTY, QUANTITY
from registry.exchange.dcc.tables import Quantity, Role, Table

_OWN = {QUANTITY, EXPANDED_UNCERTAINTY, COVERAGE_FACTOR}


def is_own(table: Table) -> bool:
    """Whether a table states a result in the terms of this registry."""
    return any(_OWN.intersection(quantity.ref_types) for quantity in table.quantities)


def own_result(table: Table, remarks: Remarks) -> ReportedResult | None:
    """The result that such a table states; nothing, and a remark, where it states none that can be read."""
    main = _first(table, QUANTITY)
    if main is None:
        remarks.add(Code.RESULT_WITHOUT_RANGE, table.quantities[0].element, name=table.result_name)
        return None
    values = main.values
    expanded, factor = _first(table, EXPANDED_UNCERTAINTY), _first(table, COVERAGE_FACTOR)
    error = next((each for each in table.quantities if each.role is Role.ERROR), None)
    limit = next((each for each in table.quantities if each.role is Role.LIMIT), None)
    return ReportedResult(
        quantity=main.name or table.result_name or "unnamed",
        name=table.result_name,
        ref_types=main.ref_types,
        raw_unit=values.raw_unit,
        unit=values.unit,
        low=values.low,
        high=values.high,
        is_open=values.low is None or values.high is None,
        uncertainty=expanded.values.low if expanded is not None else None,
        uncertainty_unit=expanded.values.unit if expanded is not None else None,
        k=factor.values.low if expanded is not None and factor is not None else None,
        error=_amount(error),
        permissible_error=_amount(limit),
        items=main.items,
        text=table.result_text,
        place=place_of(main.element),
    )


def _amount(stated: Quantity | None) -> tuple[Decimal, str] | None:
    if stated is None or stated.values.low is None or stated.values.unit is None:
        return None
    return stated.values.low, stated.values.unit


def _first(table: Table, term: str) -> Quantity | None:
    return next((each for each in table.quantities if term in each.ref_types), None)
