"""Records as CSV, Parquet and JSON-LD: what comes out goes in again, and what is wrong is named by file, row and column."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from registry import schema
from registry.access import OPERATOR
from registry.exchange.folders import HEAD_FILE, read_folder, write_folder, zipped
from registry.exchange.linked import context, read_linked, write_linked
from registry.unit_of_work import Store, open_store
from registry.usecases.export_records import export_records, export_tables
from registry.usecases.import_records import import_records, import_tables
from seed_data.chains import RENDERED_ON, chains
from tests.registry.worlds import NOW, certificate, exported, full, only, random_records, recorded
from traceability.interchange import collect, parse_records, records_from
from traceability.problems import InputError
from traceability.records import SECTIONS, Records

NASTY = [
    "",
    "'",
    "=1+1",
    "-",
    "a,b",
    'quo"te',
    "two\nlines",
    "carriage\rreturn",
    " blank ",
    "\N{FULLWIDTH EQUALS SIGN}1",
    "电表",
]


def nasty() -> Records:
    """Texts that spreadsheets and CSV readers like to change, long numbers, ids that are no addresses, versions."""
    items: list[dict[str, Any]] = [
        {"id": f"I/{number} %?#:{text.strip()}" if text else "I", "kind": "meter", "serial": text, "name": text}
        for number, text in enumerate(NASTY)
    ]
    items += [{"id": "V", "kind": "meter", "recorded_at": f"202{year}-01-01T00:00:00.000001Z"} for year in (1, 2)]
    items += [{"id": "V", "kind": "meter", "quantities": ["", "energy"]}]
    number = {"value": json.loads("1" + "0" * 40), "unit": "%", "k": 2}
    result = {"quantity": "q", "unit": "kW*h", "low": -0.000001, "uncertainty": number}
    document = only("items", *items) | {
        "certificates": [certificate("C", results=[result], adjusted=True), certificate("D", use_within_days=0)]
    }
    return records_from(json.loads(json.dumps(document), parse_float=Decimal, parse_int=Decimal))


def sections(records: Records) -> Iterator[tuple[str, Any]]:
    return ((section, getattr(records, section)) for section in SECTIONS)


THINGS = "urn:traceability-registry:"
WORLDS: dict[str, Callable[[], Records]] = {
    "all kinds": lambda: records_from(json.loads(json.dumps(full()), parse_float=Decimal, parse_int=Decimal)),
    "the seed": lambda: chains(RENDERED_ON),
    "nasty": nasty,
    "nothing": Records,
    **{f"random {seed}": partial(random_records, seed, trouble=0.3) for seed in range(4)},
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_hold_the_same_records(form: Any, world: str, tmp_path: Path) -> None:
    """As a folder and as a zip file; a value that a spreadsheet changes would change a verdict."""
    records = WORLDS[world]()
    folder, archive = tmp_path / "folder", tmp_path / "tables.zip"
    folder.mkdir()
    write_folder(sections(records), form, folder)
    with archive.open("wb") as target:
        zipped(folder, target)
    assert collect(read_folder(folder)) == records
    assert collect(read_folder(archive)) == records


@pytest.mark.parametrize("world", WORLDS)
def test_linked_data_holds_the_same_records(world: str) -> None:
    """In pieces of any size."""
    records = WORLDS[world]()
    text = b"".join(write_linked(sections(records))).decode()
    assert collect(read_linked([text])) == records
    assert collect(read_linked(text[start : start + 1000] for start in range(0, len(text), 1000))) == records


def test_linked_data_says_what_is_about_what() -> None:
    """Readers of PROV and SOSA find the item, the issuer and what was used without knowing this registry."""
    document = json.loads(b"".join(write_linked(sections(WORLDS["all kinds"]()))))
    nodes = {node["@id"]: node for node in document["@graph"][1:]}
    assert document["@context"]["@version"] == 1.1
    assert document["@context"]["of_issuer"] == {"@id": "prov:wasAssociatedWith", "@type": "@id"}
    for node in [node for node in nodes.values() if "Certificate" in node["@type"]]:
        assert "sosa:Observation" in node["@type"]
        assert node["of_item"] in {each.get("specializationOf", name) for name, each in nodes.items()}
        assert node["of_issuer"] == f"{THINGS}organizations:{node['issuer']}"
        assert all(use["used"] == f"{THINGS}items:{use['item']}" for use in node.get("references", []))
    assert {f"{THINGS}organizations:LAB", f"{THINGS}metering_points:GATE#2024-01-01T00:00:00.500000Z"} <= nodes.keys()
    names = {name for node in nodes.values() for name in _names(node)}
    assert names & {"low", "value", "calibrated_on"} <= context().keys()


def _names(value: Any) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield name
        for each in inner if isinstance(inner, list) else [inner]:
            yield from _names(each)


@pytest.mark.parametrize("form", ["json", "ndjson", "jsonld", "csv", "parquet"])
def test_a_store_filled_from_an_export_exports_the_same(store: Store, form: Any, tmp_path: Path) -> None:
    """The way out of the registry, and into another one, loses nothing."""
    recorded(store, full())
    recorded(store, random_records(3, trouble=0.4))
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    schema.upgrade(other)
    with store.reading() as work, other.writing() as into:
        if form in {"csv", "parquet"}:
            folder = tmp_path / "out"
            folder.mkdir()
            export_tables(work, form, folder)
            import_tables(into, folder, party=OPERATOR, at=NOW, source="copy")
        else:
            pieces = (piece.decode() for piece in export_records(work, form=form))
            import_records(into, pieces, party=OPERATOR, at=NOW, source="copy")
    assert exported(other) == exported(store)
    other.close()


def _changed(folder: Path, name: str, row: int, column: str, value: str) -> None:
    path = folder / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    lines[row - 1][lines[0].index(column)] = value
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)


@pytest.mark.parametrize(
    ("name", "row", "column", "value"),
    [
        ("certificates.csv", 3, "calibrated_on", "yesterday"),
        ("certificates.csv", 2, "kind", ""),
        ("certificates.csv", 2, "record", "1"),
        ("certificates.csv", 2, "adjusted", "perhaps"),
        ("certificates.csv", 1, "valid_until", "valid_till"),
        ("certificates.csv", 1, "record", "id"),
        ("certificates.results.csv", 2, "uncertainty.value", "-1"),
        ("certificates.results.csv", 2, "low", "1e5000"),
        ("certificates.results.csv", 2, "record", "99"),
        ("certificates.results.csv", 2, "position", "1"),
        ("items.csv", 2, "name", "a\x00b"),
        ("items.csv", 2, "interval_months", "1.5"),
        ("metering_points.csv", 2, "recorded_at", "2024-01-01"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(tmp_path: Path, name: str, row: int, column: str, value: str) -> None:
    """Whoever made the file by hand looks for a cell, not for a path in a document that they never saw."""
    write_folder(sections(WORLDS["all kinds"]()), "csv", tmp_path)
    _changed(tmp_path, name, row, column, value)
    with pytest.raises(InputError) as caught:
        collect(read_folder(tmp_path))
    named = f"{name}:{row}:"
    assert caught.value.path.startswith(named)
    found = caught.value.path.removeprefix(named)
    assert found.split(".")[0] in {column.split(".", maxsplit=1)[0], value}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("other.csv", b""),
        (HEAD_FILE, b"{}"),
        ("items.csv", b"\xff"),
        ("items.csv", b'record,id\n0,"x'),
        ("items.csv", b"record,id\n0\n"),
        ("items.parquet", b"no"),
    ],
)
def test_a_folder_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """With the name of the file, never with a traceback."""
    write_folder(sections(Records()), "csv", tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        collect(read_folder(tmp_path))
    assert name in caught.value.path


def test_a_zip_that_is_none_is_refused(tmp_path: Path) -> None:
    """Nothing is unpacked but tables, wherever a name in it leads."""
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    with zipfile.ZipFile(tmp_path / "path.zip", "w") as archive:
        archive.writestr("../items.csv", "")
    (tmp_path / "empty").mkdir()
    for name in ("broken.zip", "path.zip", "empty"):
        with pytest.raises(InputError):
            collect(read_folder(tmp_path / name))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("http://www.w3.org/ns/prov#", "http://other.example/"),
        lambda text: text.replace("traceability-records/1", "traceability-records/2"),
        lambda text: text.replace('"Certificate"]', '"Receipt"]'),
        lambda text: text.replace('"number":', '"nummer":'),
        lambda text: text + "x",
        lambda text: text.replace('"@graph"', '"graph"'),
    ],
)
def test_linked_data_of_others_is_refused(change: Callable[[str], str]) -> None:
    """Another context gives the same names other meanings."""
    text = b"".join(write_linked(sections(WORLDS["all kinds"]()))).decode()
    assert parse_records(b'{"format": "traceability-records/1"}') == Records()
    with pytest.raises(InputError):
        collect(read_linked([change(text)]))
