"""`registry assess-all`: one answer in three forms of file."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from api.cli import fleet
from api.cli.main import app
from tests.registry.worlds import FULL

RUNNER = CliRunner()


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one of everything."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "data"))
    document = tmp_path / "records.json"
    document.write_text(json.dumps(FULL), encoding="utf-8")
    assert RUNNER.invoke(app, ["import", str(document)]).exit_code == 0
    return tmp_path


def test_all_forms_tell_the_same(filled: Path) -> None:
    """The table of the one program says otherwise than the file of the other."""
    for form in ("parquet", "csv", "ndjson"):
        asked = ["assess-all", "--out", str(filled / f"all.{form}"), "--as-of", "2026-06-01", "--lang", "en"]
        answer = RUNNER.invoke(app, asked)
        assert answer.exit_code == 0, answer.output
        assert "3 items, 1 metering points, as of 2026-06-01" in answer.stdout
    rows = pyarrow.parquet.read_table(filled / "all.parquet").to_pylist()
    lines = [json.loads(line) for line in (filled / "all.ndjson").read_text(encoding="utf-8").splitlines()]
    with (filled / "all.csv").open(encoding="utf-8", newline="") as source:
        table = list(csv.DictReader(source))
    assert len(rows) == len(lines) == len(table) > 0
    for row, line, fields in zip(rows, lines, table, strict=True):
        assert line == row | {"traceable_until": None if row["traceable_until"] is None else str(row["traceable_until"])}
        assert (fields["item"], fields["kind"]) == (row["item"], row["kind"])
        assert fields["status"] == row["status"]
        assert fields["findings"].split() == row["findings"]


def test_a_metering_point_is_answered_as_it_is_alone(filled: Path) -> None:
    """The file says of a point something else than the page that an auditor opens; or says of a meter that it is a point."""
    asked = ["assess-all", "--out", str(filled / "all.ndjson"), "--as-of", "2026-06-01"]
    assert RUNNER.invoke(app, asked).exit_code == 0
    rows = [json.loads(line) for line in (filled / "all.ndjson").read_text(encoding="utf-8").splitlines()]
    assert {row["item"]: row["kind"] for row in rows} == {
        **{each["id"]: "item" for each in FULL["items"]},
        **{each["id"]: "metering_point" for each in FULL["metering_points"]},
    }
    for row in rows:
        single = json.loads(RUNNER.invoke(app, ["verdict", row["item"], "--as-of", "2026-06-01", "--json"]).stdout)
        told = {f"{each['code']}@{each['subject']}" for each in single["findings"] if each["severity"] != "note"}
        assert (row["status"], set(row["findings"]), row["depth"]) == (single["status"], told, single["depth"])
        assert row["traceable_until"] == single.get("traceable_until")
    for kind, count in (("item", 3), ("metering_point", 1)):
        assert RUNNER.invoke(app, [*asked, "--kind", kind]).exit_code == 0
        lines = (filled / "all.ndjson").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == [row for row in rows if row["kind"] == kind]
        assert len(lines) == count


def test_another_ending_is_refused(filled: Path) -> None:
    """A file that no program reads is written, after a long wait."""
    answer = RUNNER.invoke(app, ["assess-all", "--out", str(filled / "all.xlsx")])
    assert answer.exit_code == 2
    assert not (filled / "all.xlsx").exists()


def test_a_file_that_cannot_be_written_is_told(filled: Path) -> None:
    """A traceback instead of a sentence."""
    answer = RUNNER.invoke(app, ["assess-all", "--out", str(filled / "nowhere" / "all.csv")])
    assert answer.exit_code == 2


def test_a_cluster_writes_the_same_file(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever compares last night's file, made on a cluster, with this one finds differences that are none."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

    @contextmanager
    def connected(address: str) -> Iterator[object]:
        assert address == "local:2"
        arguments = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "protocol": "inproc://"}
        with distributed.LocalCluster(dashboard_address=None, **arguments) as cluster, distributed.Client(cluster) as client:
            yield client

    monkeypatch.setattr(fleet, "connected", connected)
    said = []
    for name, more in (("one", []), ("many", ["--dask", "local:2", "--items-a-part", "1"])):
        asked = ["assess-all", "--out", str(filled / f"{name}.csv"), "--as-of", "2026-06-01", "--lang", "en", *more]
        answer = RUNNER.invoke(app, asked)
        assert answer.exit_code == 0, answer.output
        said.append(answer.stdout)
    assert (filled / "one.csv").read_bytes() == (filled / "many.csv").read_bytes()
    assert said[0] == said[1]
    assert "SHA-256" in said[0]


@pytest.mark.parametrize("address", ["local:", "local:0", "local:two", "local:-1"])
def test_a_number_of_workers_that_is_none_is_refused(filled: Path, address: str) -> None:
    """A traceback, or a job without anybody to do it."""
    answer = RUNNER.invoke(app, ["assess-all", "--out", str(filled / "all.csv"), "--dask", address])
    assert answer.exit_code == 2
