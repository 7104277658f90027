"""One verdict from the store: the same as from all records, from few queries, each through an index."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from registry.access import Party
from registry.errors import TooManyRecordsError
from registry.queries import Query, arguments
from registry.repositories import (
    beside,
    chains,
    flags,
    horizon,
    idempotency,
    met,
    readings,
    replacements,
    search,
    stored,
    submissions,
)
from registry.repositories.chains import load_chain, load_dependents, load_items
from registry.unit_of_work import Store, UnitOfWork, open_store
from registry.usecases.assess_item import assess_item, coverage_of
from registry.usecases.import_records import import_records
from registry.usecases.search_items import search_items
from tests.registry.worlds import NOW, VECTORS, certificate, full, only, recorded
from tests.strategies import Sizes, random_document, random_question
from traceability.assess import assess, coverage
from traceability.interchange import dump_records, parse_records, records_from
from traceability.policy import POLICIES, Policy
from traceability.problems import InputError, QuestionError, UnknownTargetError
from traceability.records import Purpose, Records

_MOST_STATEMENTS = 15  # One to name what is reached; at most two or three a list to bring it.
_POLICY = POLICIES["cn-legal/1"]


def _asked(question: dict[str, Any]) -> tuple[Any, ...]:
    purpose = Purpose(**{name: question.get(name) for name in ("quantity", "unit", "low", "high")})
    known_at = question.get("known_at") or datetime.max.replace(tzinfo=UTC)
    return question["target"], question["as_of"], known_at, msgspec.convert(question["policy"], Policy), purpose


def _or_refusal(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except QuestionError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(30))
def test_the_verdict_is_that_of_the_core_on_all_records(store: Store, seed: int) -> None:
    """A record that the load misses would turn into a false verdict without any error."""
    random = Random(seed)
    document = random_document(random, Sizes(items=6, events=5, points=2, trouble=random.choice((0.05, 0.2, 0.4))))
    records = records_from(document)
    recorded(store, records)
    for _ in range(6):
        asked = _asked(random_question(random, document))
        with store.reading() as work:
            found = _or_refusal(partial(assess_item, work, *asked))
            assert work.statements <= _MOST_STATEMENTS
        assert getattr(found, "verdict", found) == _or_refusal(partial(assess, records, *asked))


@pytest.mark.parametrize("seed", range(10))
def test_coverage_is_that_of_the_core_on_all_records(store: Store, seed: int) -> None:
    """The same for the days of a period."""
    random = Random(seed)
    document = random_document(random, Sizes(trouble=0.1))
    records = records_from(document)
    recorded(store, records)
    target, _, known_at, policy, purpose = _asked(random_question(random, document))
    days = (date(2025, 1, 1), date(2025, 3, 1))
    with store.reading() as work:
        found = _or_refusal(lambda: coverage_of(work, target, *days, known_at, policy, purpose).runs)
    assert found == _or_refusal(lambda: coverage(records, target, *days, known_at, policy, purpose))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_the_vectors_agree_through_the_store(store: Store, path: Any) -> None:
    """The hand-labelled cases, each in a store of many: other records must not matter."""
    for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]:
        try:
            records = parse_records(json.dumps(vector["records"]))
        except InputError:
            continue  # A vector about bad input.
        renamed = _renamed(records, vector["id"])
        recorded(store, renamed)
        targets = [*(item.id for item in renamed.items), *(point.id for point in renamed.metering_points)]
        for target in dict.fromkeys(targets):
            with store.reading() as work:
                found = assess_item(work, target, date(2025, 7, 1), NOW, _POLICY).verdict
            assert found == assess(renamed, target, date(2025, 7, 1), NOW, _POLICY)


def test_only_what_the_target_reaches_is_loaded(store: Store) -> None:
    """Evidence for one item must not carry the records of others, and a large registry must not be read for one question."""
    recorded(store, full())
    recorded(store, only("certificates", certificate("OTHER", item="ELSEWHERE", references=[{"item": "M"}])))
    with store.reading() as work:
        records = load_chain(work, "STD")
    assert {item.id for item in records.items} == {"STD", "NS"}
    assert {each.id for each in records.certificates} == {"K-STD", "K-STD2"}
    assert not records.metering_points
    assert not records.events
    with store.reading() as work:
        assert load_chain(work, "GATE") == parse_records(json.dumps(full()))


def test_records_are_as_stored_from_memory_too(store: Store) -> None:
    """The second answer comes from memory; a withdrawal that came between must show."""
    recorded(store, full())
    with store.reading() as work:
        first = load_chain(work, "GATE")
        cold = work.statements
    with store.reading() as work:
        assert load_chain(work, "GATE") == first
        assert work.statements < cold / 2
    late = full()
    late["certificates"][2]["withdrawal"] = {"on": "2025-01-01", "void_from": "2025-01-01"}
    late["items"].append({**late["items"][3], "name": "renamed", "recorded_at": "2025-01-01T00:00:00Z"})
    recorded(store, late)
    with store.reading() as work:
        assert load_chain(work, "GATE") == parse_records(json.dumps(late))


def test_what_a_writer_saw_and_undid_is_not_remembered(store: Store) -> None:
    """Running numbers are given out again after a rollback; a remembered record would then stand for another."""
    with pytest.raises(ZeroDivisionError), store.writing() as work:
        _append_item(work, "GONE")
        assert [item.id for item in load_items(work, ["GONE"]).items] == ["GONE"]
        raise ZeroDivisionError
    recorded(store, only("items", {"id": "KEPT", "kind": "meter"}))
    with store.reading() as work:
        assert [item.id for item in load_items(work, ["KEPT", "GONE"]).items] == ["KEPT"]


def test_an_unknown_target_is_an_error(store: Store) -> None:
    """Nothing known is no verdict."""
    recorded(store, full())
    with store.reading() as work, pytest.raises(UnknownTargetError):
        assess_item(work, "NOWHERE", date(2025, 1, 1), NOW, _POLICY)


@pytest.mark.parametrize("name", ["", "A\x00", "\ud800", "'", '"', "\\", "{}", ",", "%s", "\U0001f4a1", "x" * 100_000])
def test_any_text_may_be_asked_for(store: Store, name: str) -> None:
    """What stands in an address bar or on a command line is a question, never a fault of the store."""
    recorded(store, full())
    with store.reading() as work:
        assert load_chain(work, name) == load_dependents(work, name) == load_items(work, [name, "STD"][:1]) == Records()
        assert search_items(work, name or "\x00").items == ()


def test_an_id_may_hold_what_lists_are_written_with(store: Store) -> None:
    """Lists go to the database as one text; quotes and commas in an id are the id's."""
    names = ['a"b', "a\\b", "a,b", "{a}", "a'b", "[a]", "NULL", "标准器", "a b "]
    recorded(store, only("items", *({"id": name, "kind": "meter"} for name in names)))
    with store.reading() as work:
        assert sorted(item.id for item in load_items(work, names).items) == sorted(names)


def test_a_question_that_reaches_too_much_is_refused(store: Store) -> None:
    """A budget, never silence and never a server that runs out of memory."""
    recorded(store, full())
    with store.reading() as work, pytest.raises(TooManyRecordsError) as caught:
        load_chain(work, "GATE", budget=5)
    assert (caught.value.identifier, caught.value.budget) == ("GATE", 5)


def test_the_number_of_statements_does_not_grow_with_the_chain(store: Store) -> None:
    """One query per certificate would be slow exactly where it matters: behind the hubs."""
    counts = []
    for length in (3, 60):
        recorded(store, _chain_of(length))
        with store.reading() as work:
            assert len(load_chain(work, f"{length}-0").certificates) == length
            counts.append(work.statements)
    assert counts[0] == counts[1] <= _MOST_STATEMENTS


def test_statements_are_counted_as_the_driver_sees_them(tmp_path: Any, sqlite_template: Any, request: Any) -> None:
    """The count that the bound is tested by must itself be true."""
    path = tmp_path / "registry.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    recorded(store, full())
    seen: list[str] = []
    with store.reading() as work:
        driver: Any = work.connection.connection.driver_connection
        driver.set_trace_callback(seen.append)
        load_chain(work, "GATE")
        driver.set_trace_callback(None)
        assert len(seen) == work.statements
    store.close()


def _all_queries() -> dict[str, Query]:
    queries: dict[str, Query] = {}
    modules = (chains, stored, search, met, readings, replacements, beside, flags, horizon, idempotency, submissions)
    for module in modules:
        for name, value in vars(module).items():
            for position, inner in enumerate(_flattened(value)):
                queries[f"{module.__name__.split('.')[-1]}.{name}.{position}"] = inner
    return queries


def _flattened(value: Any) -> list[Query]:
    if isinstance(value, Query):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [query for each in inner for query in _flattened(each)]


_VALUES = {
    "target": "A",
    "most": 10,
    "after": 0,
    "known_at": 0,
    "first": 1,
    "start": "A",
    "end": "B",
    "entries": [1, 2],
    "ids": ["A", "B"],
    "items": ["A", "B"],
    "key": "A",
    "id": "A",
    "role": "citation",
    "sha256": "0",
    "section": "items",
    "issuers": ["A", "B"],
    "keys": ["A", "B"],
    "names": ["A", "B"],
    "item": "A",
    "viewers": ["A", "B"],
    "owner": "A",
    "organization": "A",
    "number": 1,
    "before": 9,
    "entry": 1,
    "import_entry": 1,
    "job_entry": 1,
    "position": 1,
    "recording": 1,
    **dict.fromkeys(horizon.Horizon._fields, 1),
}
# The walk over what was just met (`first`: the ids asked for), and a check that begins at the newest rows.
_SCANS = re.compile(r"SCAN (?:first|reached|issuers|anon_\d+|json_each|CONSTANT ROW|later|a constant)\b")


@pytest.mark.parametrize("name", _all_queries())
def test_every_query_goes_through_an_index(name: str, sqlite_template: Any) -> None:
    """A table scan is not noticed with ten rows, and stops the service with ten million."""
    compiled = _all_queries()[name].compiled(sqlite.dialect())
    values = {**_VALUES, **({"after": "A"} if name.startswith("search") else {})}
    with sqlite3.connect(f"file:{sqlite_template}?mode=ro&immutable=1", uri=True) as connection:
        connection.execute(str(CreateTable(met._met).compile(dialect=sqlite.dialect())))
        plan = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + compiled.text, arguments(compiled, values))]
    connection.close()
    scans = [step for step in plan if step.startswith("SCAN") and not _SCANS.match(step)]
    assert scans == []


def _append_item(work: UnitOfWork, id_: str) -> None:
    import_records(work, [json.dumps(only("items", {"id": id_, "kind": "meter"}))], party=Party(name="t"), at=NOW, source="t")


def _chain_of(length: int) -> dict[str, Any]:
    items = [{"id": f"{length}-{number}", "kind": "instrument"} for number in range(length)]
    certificates = [
        certificate(f"K-{length}-{number}", item=f"{length}-{number}", references=[{"item": f"{length}-{number + 1}"}])
        for number in range(length)
    ]
    return {**only("items", *items), "certificates": certificates}


def _renamed(records: Records, prefix: str) -> Records:
    """The records with ids of their own, so that those of many vectors fit into one store."""
    text = dump_records(records).decode()
    ids = {
        each.id
        for name in ("items", "certificates", "events", "competences", "metering_points", "organizations")
        for each in getattr(records, name)
    }
    ids |= {reference.item for each in records.certificates for reference in each.references}
    ids |= {name for each in records.certificates for name in (each.issuer, each.item)}
    quoted = "|".join(re.escape(json.dumps(id_, ensure_ascii=False)) for id_ in sorted(ids, key=len, reverse=True))
    keys = r'("(?:id|organization|issuer|item|certificate|replaces)"\s*:\s*)'
    return parse_records(
        re.sub(
            f"{keys}({quoted})",
            lambda match: f"{match[1]}{json.dumps(prefix + ':' + json.loads(match[2]), ensure_ascii=False)}",
            text,
        )
    )
