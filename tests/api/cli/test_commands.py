"""Commands in the process of the test, on each engine: what they say and with which exit code they end."""

import copy
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from typer.testing import CliRunner, Result

from api import clock, examples
from api.cli.main import app
from api.language import Language
from registry.exchange.dcc import read_dcc
from registry.repositories.holdings import holders_of
from registry.unit_of_work import Store, open_store
from seed_data.targets import TARGETS
from tests.api.worlds import DOCUMENT, NOW, SEED, TODAY, asked_of
from traceability.interchange import parse_records
from traceability.records import SECTIONS
from traceability.verdict import Status


class Registry:
    """The command on a store: `registry("verdict", "x")`."""

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)

    def data(self, *arguments: str) -> Any:
        """What the command answers as JSON, whatever its exit code."""
        return json.loads(self(*arguments, "--json").stdout)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Registry:
    """The command on a machine where it was never used, on the rendered day of the seed chains."""
    monkeypatch.delenv("REGISTRY_DATABASE_URL", raising=False)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return Registry()


@pytest.fixture
def registry(command: Registry, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The command on an empty store, on each engine."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", store_url)
    return command


@pytest.fixture
def reading(command: Registry, seeded_store: Store, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The command on the seed chains, for tests that only read."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", str(seeded_store.engine.url))
    return command


@pytest.fixture
def seeded(registry: Registry, tmp_path: Path) -> Registry:
    """The same with the seed chains in it."""
    document = tmp_path / "seed.json"
    document.write_bytes(DOCUMENT)
    assert registry("import", str(document)).exit_code == 0
    return registry


def test_verdicts_are_those_of_the_core_and_the_exit_code_says_whether_it_is_traceable(seeded: Registry) -> None:
    """Otherwise a script could not act on the answer."""
    for status in Status:
        target = next(target.id for target in TARGETS if target.status is status)
        result = seeded("verdict", target, "--json")
        body = json.loads(result.stdout)
        expected = asked_of(SEED, target)
        assert result.exit_code == (0 if status in {Status.TRACEABLE, Status.CONDITIONAL} else 1)
        assert body["status"] == expected.status
        assert {f"{finding['code']}@{finding['subject']}" for finding in body["findings"]} == {f.key for f in expected.findings}
        assert body["graph"]["nodes"][0].keys() == {"certificate", "item", "uses", "end", "findings"}
        assert ("traceable_until" in body) is (result.exit_code == 0)


@pytest.mark.parametrize("language", list(Language))
def test_a_verdict_for_people_says_status_reason_and_chain(reading: Registry, language: Language) -> None:
    """Otherwise a person would have to read JSON."""
    shown = reading("verdict", "dryer-gas-meter", "--lang", language).stdout
    words = {"zh": ("✘ 不可溯源", "烘干机燃气流量计", "已过期"), "en": ("✘ Not traceable", "Dryer gas meter", "had expired")}
    for word in (*words[language], "EXPIRED", "SYN-2024-DRYER-GAS-METER-1", "cn-legal/1"):
        assert word in shown
    good = reading("verdict", "gate-gas", "--lang", language).stdout
    assert str(asked_of(SEED, "gate-gas").traceable_until) in good


def test_day_instant_policy_and_range_are_asked_for(reading: Registry) -> None:
    """Otherwise an option would be dropped on its way to the rules."""
    assert reading.data("verdict", "dryer-gas-meter", "--as-of", "2026-10-13")["status"] == "traceable"
    assert reading.data("verdict", "dryer-gas-meter", "--policy", "structure/1")["policy"] == "structure/1"
    ask = ["--quantity", "gas_volume_flow", "--unit", "m^3/h", "--low", "1", "--high", "9999", "--as-of", "2026-10-13"]
    assert [f["code"] for f in reading.data("verdict", "dryer-gas-meter", *ask)["findings"]] == ["OUT_OF_RANGE"]
    assert reading.data("verdict", "gate-gas", "--known-at", "2026-11-23T10:00:00+08:00")["known_at"] == "2026-11-23T02:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "word"),
    [
        (["verdict", "nothing"], 4, "nothing"),
        (["impact", "nothing"], 4, "nothing"),
        (["coverage", "nothing", "--from", "2026-01-01", "--until", "2026-01-02"], 4, "nothing"),
        (["verdict", "gate-gas", "--as-of", "tomorrow"], 2, "as_of"),
        (["verdict", "gate-gas", "--known-at", "2026-01-01"], 2, "known_at"),
        (["verdict", "gate-gas", "--policy", "mine/1"], 2, "mine/1"),
        (["verdict", "gate-gas", "--quantity", "mass"], 2, "quantity"),
        (["verdict", "gate-gas", "--low", "1"], 2, "low"),
        (["coverage", "gate-gas", "--from", "2026-02-01", "--until", "2026-01-01"], 2, "period"),
        (["coverage", "gate-gas", "--from", "x", "--until", "2026-01-01"], 2, "--from"),
        (["coverage", "gate-gas", "--from", "2026-01-01"], 2, "--until"),
        (["verdict"], 2, "TARGET"),
        (["nonsense"], 2, "nonsense"),
        (["verdict", "gate-gas", "--nonsense"], 2, "--nonsense"),
        (["import", "/nowhere/at/all.json"], 2, "/nowhere/at/all.json"),
        (["import", "/"], 2, "/"),
        (["export", "--format", "xml"], 2, "xml"),
        (["export", "--out", "/nowhere/at/all.json"], 2, "--out"),
        (["export", "--format", "dcc"], 2, "CERTIFICATE"),
        (["export", "gate-meter-c1"], 2, "dcc"),
        (["export", "--format", "dcc", "nowhere"], 4, "nowhere"),
        (["vectors", "/nowhere/at/all"], 2, "/nowhere/at/all"),
        (["serve", "--host", "0.0.0.0"], 2, "--host"),  # noqa: S104 - that it is refused is what is tested.
        (["serve", "--host", "192.168.1.1"], 2, "--host"),
        (["serve", "--host", "example.com"], 2, "--host"),
    ],
)
def test_a_users_mistake_ends_in_a_sentence_and_its_exit_code(
    reading: Registry, arguments: list[str], exit_code: int, word: str
) -> None:
    """Otherwise a script could not tell a typing mistake from a bad meter, nor a person see what was wrong."""
    result = reading(*arguments)
    assert result.exit_code == exit_code
    assert result.stdout == ""
    assert word in result.stderr
    assert "Traceback" not in result.output


def test_no_command_shows_the_help() -> None:
    """Otherwise a newcomer would see nothing."""
    shown = CliRunner().invoke(app, ["--help"]).stdout
    for command in ("vectors", "import", "export", "verdict", "coverage", "impact", "demo", "serve", "doctor", "migrate"):
        assert command in shown
        assert "Usage" in CliRunner().invoke(app, [command, "--help"]).stdout


def test_what_is_imported_comes_out_again(seeded: Registry, tmp_path: Path) -> None:
    """Otherwise records would be lost between two stores."""
    by_stdout = seeded("export").stdout_bytes
    out = tmp_path / "out.json"
    assert seeded("export", "--out", str(out)).exit_code == 0
    assert out.read_bytes() == by_stdout
    assert not list(tmp_path.glob(".*.part"))
    exported = parse_records(by_stdout)
    for section in SECTIONS:
        assert sorted(getattr(exported, section), key=repr) == sorted(getattr(SEED, section), key=repr)
    lines = seeded("export", "--format", "ndjson").stdout_bytes.splitlines()
    assert len(lines) == 1 + sum(len(getattr(SEED, section)) for section in SECTIONS)
    again = seeded("import", "-", "--json", stdin=b"\n".join(lines))
    assert json.loads(again.stdout)["files"][0]["new"] == 0


def test_every_form_of_an_export_is_taken_back(reading: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise there would be forms in which records leave and never come home."""
    for form, name in (("csv", "tables.zip"), ("csv", "folder"), ("parquet", "parquet.zip"), ("jsonld", "linked.jsonld")):
        assert reading("export", "--format", form, "--out", str(tmp_path / name)).exit_code == 0
    assert reading("export", "--format", "csv").stdout_bytes == (tmp_path / "tables.zip").read_bytes()
    assert reading("export", "--format", "csv", "--out", str(tmp_path / "folder")).exit_code == 2  # Not empty.
    before = reading("export").stdout_bytes
    monkeypatch.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite'}")
    for name in ("tables.zip", "folder", "parquet.zip", "linked.jsonld"):
        taken = json.loads(reading("import", str(tmp_path / name), "--json").stdout)["files"][0]
        assert (taken["new"] > 0) is (name == "tables.zip")
    assert reading("export").stdout_bytes == before
    for name in ("folder", "linked.jsonld"):
        place = tmp_path / name if name != "folder" else tmp_path / name / "items.csv"
        place.write_bytes(place.read_bytes().replace(b"kind", b"sort", 1))
        assert reading("import", str(tmp_path / name)).exit_code == 3


def test_a_certificate_is_exported_as_a_dcc(reading: Registry, tmp_path: Path) -> None:
    """Otherwise a user would need the API for one document, or take it for an original."""
    printed = reading("export", "--format", "dcc", "gate-ct-c1").stdout_bytes
    assert reading("export", "--format", "dcc", "gate-ct-c1", "--out", str(tmp_path / "c.xml")).exit_code == 0
    assert (tmp_path / "c.xml").read_bytes() == printed
    assert "登记系统重新生成，非实验室签发原件".encode() in printed
    assert read_dcc(printed).number == next(each.number for each in SEED.certificates if each.id == "gate-ct-c1")


def test_import_tells_what_was_new(registry: Registry) -> None:
    """Otherwise nobody would know whether a file was in already."""
    body = msgspec.json.encode(examples.RECORDS)
    first = json.loads(registry("import", "-", "--json", stdin=body).stdout)["files"][0]
    assert (first["file"], first["new"], first["counts"]["items"]) == ("-", 5, [2, 0])
    again = registry("import", "-", stdin=body)
    assert again.exit_code == 0
    assert "items" in again.stdout


def test_a_defect_is_located_in_its_file_and_the_store_unchanged(seeded: Registry, tmp_path: Path) -> None:
    """Otherwise half a file could be on record, and nobody find the mistake."""
    before = seeded("export").stdout_bytes
    document = copy.deepcopy(examples.RECORDS)
    document["certificates"][0]["kind"] = "guess"
    path = tmp_path / "bad.json"
    path.write_bytes(msgspec.json.encode(document))
    result = seeded("import", str(path))
    assert result.exit_code == 3
    assert f"{path}: $.certificates[0].kind" in result.stderr
    assert seeded("export").stdout_bytes == before


@pytest.mark.parametrize("content", [b"", b"{", b"nonsense", b"\xff\xfe\x00", b"%PDF-1.7", b"PK\x03\x04", b"<html/>", b"<dcc"])
def test_what_is_no_records_document_is_an_invalid_input(command: Registry, tmp_path: Path, content: bytes) -> None:
    """Otherwise the wrong file would end in a traceback."""
    path = tmp_path / "odd"
    path.write_bytes(content)
    result = command("import", str(path))
    assert (result.exit_code, result.stdout) == (3, "")
    assert str(path) in result.stderr


def test_a_contradiction_is_a_conflict(registry: Registry) -> None:
    """Otherwise records could be edited."""
    assert registry("import", "-", stdin=msgspec.json.encode(examples.RECORDS)).exit_code == 0
    changed = copy.deepcopy(examples.RECORDS)
    changed["certificates"][0]["number"] = "OTHER"
    result = registry("import", "-", stdin=msgspec.json.encode(changed))
    assert result.exit_code == 5
    assert "$.certificates[0]" in result.stderr


def test_coverage_is_complete_or_not_by_its_exit_code(seeded: Registry) -> None:
    """Otherwise a centre could not prove an accounting period in a script."""
    whole = seeded("coverage", "gate-gas", "--from", "2026-10-01", "--until", "2026-11-23", "--json")
    assert whole.exit_code == 0
    assert json.loads(whole.stdout)["intervals"] == [["2026-10-01", "2026-11-23"]]
    part = seeded("coverage", "dryer-gas-meter", "--from", "2026-10-01", "--until", "2026-11-23", "--json")
    assert part.exit_code == 1
    assert json.loads(part.stdout)["intervals"] == [["2026-10-01", "2026-10-13"]]
    shown = seeded("coverage", "dryer-gas-meter", "--from", "2026-10-01", "--until", "2026-11-23").stdout
    assert "54 天中 13 天" in shown


def test_impact_lists_what_hangs_on_a_standard(seeded: Registry) -> None:
    """Otherwise a recall would miss meters."""
    body = seeded.data("impact", "meter-bench")
    bench = {certificate.id for certificate in SEED.certificates if certificate.item == "meter-bench"}
    direct = {
        certificate.id
        for certificate in SEED.certificates
        if any(reference.item == "meter-bench" for reference in certificate.references)
    }
    assert {each["certificate"] for each in body["dependents"]} == direct
    assert all(each["level"] == 1 for each in body["dependents"])
    assert "10" in seeded("impact", "meter-bench").stdout
    graph = ET.fromstring(seeded("impact", "meter-bench", "--graphml").stdout_bytes)  # noqa: S314 - our own text.
    nodes = {node.get("id") for node in graph.iter("{http://graphml.graphdrawing.org/xmlns}node")}
    assert nodes == {f"certificate:{certificate}" for certificate in direct | bench}


def test_doctor_finds_what_is_wrong(command: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a new machine would fail later, and nobody know why."""
    good = command("doctor", "--json")
    assert good.exit_code == 0, good.stdout
    assert all(check["is_good"] for check in json.loads(good.stdout)["checks"])
    assert "✔" in command("doctor").stdout
    monkeypatch.setenv("REGISTRY_BASE_URL", "registry.example")
    monkeypatch.setenv("REGISTRY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    bad = command("doctor", "--json")
    assert bad.exit_code == 1
    assert {check["name"] for check in json.loads(bad.stdout)["checks"] if not check["is_good"]} == {
        "Base URL of labels",
        "Database",
    }


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "mysql://x/y", "nonsense", "sqlite:////proc/none/x.db"]
)
def test_a_store_that_cannot_be_used_is_exit_code_5(command: Registry, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Otherwise an outage would look like a wrong question."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", url)
    result = command("verdict", "x")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "Traceback" not in result.stderr


def test_a_store_of_another_release_is_refused_until_it_is_migrated(
    monkeypatch: pytest.MonkeyPatch, empty_url: str, command: Registry
) -> None:
    """Otherwise asking a question could change a database that another release still uses."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", empty_url)
    body = command.data("migrate")
    assert body["from"] is None
    assert command.data("migrate") == {"from": body["to"], "to": body["to"], "leaves": 0}
    assert body["to"] in command("migrate").stdout
    store = open_store(empty_url)
    with store.writing() as work:
        work.connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    store.close()
    assert command("verdict", "x").exit_code == 5


def test_an_empty_database_gets_its_tables_at_first_use(
    monkeypatch: pytest.MonkeyPatch, empty_url: str, command: Registry
) -> None:
    """Otherwise a newcomer's first command would fail."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", empty_url)
    assert command("verdict", "x").exit_code == 4


def test_what_is_imported_for_an_organization_is_held_by_it(command: Registry, tmp_path: Path) -> None:
    """Records of the time before people signed in would otherwise be nobody's, and seen by nobody."""
    document = tmp_path / "records.json"
    document.write_text(json.dumps({"format": "traceability-records/1", "items": [{"id": "M-9", "kind": "meter"}]}))
    command("import", str(document), "--for", "plant")
    command("import", str(document), "--for", "another")
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'registry.sqlite'}")
    with store.reading() as work:
        holders = holders_of(work, "items", ["M-9"])
    store.close()
    assert holders == {("plant", "M-9"), ("another", "M-9")}
