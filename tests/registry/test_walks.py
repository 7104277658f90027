"""Lists walk along indices: what the engine plans for each walk, asked of the engine itself."""

from typing import Any

import pytest

from registry.queries import Query, arguments
from registry.repositories import search, walks
from registry.repositories.sections import SECTION_TABLES
from registry.unit_of_work import Store, UnitOfWork

_VALUES: dict[str, Any] = {
    "viewer": "a",
    "viewers": ["a", "b"],
    "key": "x",
    "day": 0,
    "after": "",
    "start": "",
    "end": "z",
    "first": 0,
    "last": 9,
    "most": 50,
}
_KEYS = {
    "certificates": ("item", "number_key"),
    "events": ("item",),
    "competences": ("organization",),
    "metering_points": ("organization",),
    "items": ("kind",),
}


def _plan(work: UnitOfWork, query: Query, section: str) -> list[str]:
    compiled = query.compiled(work.connection.dialect)
    driver: Any = work.connection.connection.driver_connection
    values = arguments(compiled, {**_VALUES, "section": section})
    explain = "EXPLAIN " if work.is_postgresql else "EXPLAIN QUERY PLAN "
    return [str(row[-1]) for row in driver.execute(explain + compiled.text, values).fetchall()]


def _queries(section: str) -> list[Query]:
    turned = (False, True) if section in walks.DAYS else (False,)
    keys = (None, *_KEYS.get(section, ()))
    return [
        *(walks._through_holdings(section, is_backwards) for is_backwards in turned),
        *(walks._through_all(section, key, is_backwards, False) for key in keys for is_backwards in turned),
        *(walks._through_all(section, key, is_backwards, True) for key in keys[1:] for is_backwards in turned),
    ]


@pytest.mark.parametrize("section", SECTION_TABLES)
def test_no_walk_reads_a_whole_table(store: Store, section: str) -> None:
    """A list of forty meters would otherwise cost as much as the registry has rows."""
    with store.reading() as work:
        for query in _queries(section):
            plan = _plan(work, query, section)
            tables = [step for step in plan if step.startswith("SCAN") and not _is_given(step)]
            assert not [*tables, *(step for step in plan if "Seq Scan" in step)], plan


def _is_given(step: str) -> bool:
    """Whether a step reads what a key narrowed to, or a list of ours that was passed in, from its beginning to its end."""
    return "SCAN found" in step or "VIRTUAL TABLE" in step


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_walk_is_in_order_without_sorting(store: Store) -> None:
    """To sort is to read everything first; what a key narrows to is few and may be sorted."""
    with store.reading() as work:
        for section in SECTION_TABLES:
            for is_backwards in (False, True) if section in walks.DAYS else (False,):
                for query in (
                    walks._through_holdings(section, is_backwards),
                    walks._through_all(section, None, is_backwards, False),
                ):
                    plan = _plan(work, query, section)
                    assert not [step for step in plan if "ORDER BY" in step], plan


def test_numbers_are_looked_up(store: Store) -> None:
    """A search for a serial number would otherwise compare every serial number."""
    with store.reading() as work:
        for (section, _), queries in search._BY_NUMBER.items():
            for query in queries.values():
                plan = _plan(work, query, section)
                assert any("_key" in step for step in plan), plan
                assert not [step for step in plan if "Seq Scan" in step], plan
