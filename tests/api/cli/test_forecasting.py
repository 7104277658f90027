"""The questions about everything on the command line: forecast, single points, a recall, and the coverage of a period."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.api.fleet_world import document
from tests.api.worlds import TODAY

RUNNER = CliRunner()
ON = ["--as-of", str(TODAY), "--policy", "structure/1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store with meters on a standard."""
    folder = tmp_path_factory.mktemp("forecasting")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_DATA_DIR", str(folder / "data"))
        path = folder / "records.json"
        path.write_text(json.dumps(document()), encoding="utf-8")
        assert RUNNER.invoke(app, ["import", str(path)]).exit_code == 0
        yield folder


def _said(*arguments: str, code: int = 0) -> str:
    answer = RUNNER.invoke(app, list(arguments))
    assert answer.exit_code == code, answer.output
    return answer.stdout


def test_a_forecast_tells_what_lapses_and_what_would(folder: Path) -> None:
    """Whoever asks on the command line plans with other days than the page shows."""
    rows = json.loads(_said("forecast", "--days", "20", *ON, "--json"))
    assert [(row["item"], row["last_day"]) for row in rows] == [("M001", str(TODAY + timedelta(days=5)))]
    assert "M001" in _said("forecast", "--days", "20", *ON)
    by = str(TODAY + timedelta(days=300))
    rows = json.loads(_said("forecast", "--without", "STD", "--by", by, *ON, "--json"))
    assert [(row["item"], row["standard"], row["level"]) for row in rows] == [("M004", "STD", 1), ("M005", "STD", 1)]
    assert "2 items are lost if STD" in _said("forecast", "--without", "STD", "--by", by, *ON, "--lang", "en")
    _said("forecast", "--without", "nothing", *ON, code=4)


def test_single_points_are_listed_with_what_hangs_on_them(folder: Path) -> None:
    """The table and the JSON rank differently."""
    rows = json.loads(_said("single-points", "--as-of", str(TODAY), "--json"))
    assert [(row["item"], row["hanging"], row["without_alternative"]) for row in rows] == [("NS", 6, 6), ("STD", 6, 6)]
    said = _said("single-points", "--as-of", str(TODAY))
    assert said.index("NS") < said.index("STD")


def test_a_recall_is_previewed_beside_what_hangs_on_it(folder: Path) -> None:
    """The option changes what the command said without it."""
    found = json.loads(_said("impact", "STD", "--failed-on", str(TODAY), "--json"))
    assert {each["severity"] for each in found["affected"]} == {"indeterminate"}
    assert len(found["affected"]) == len(json.loads(_said("impact", "STD", "--json"))["dependents"]) == 6
    assert "SUSPECT" in _said("impact", "STD", "--failed-on", str(TODAY))
    assert "WITHDRAWN" in _said("impact", "c-std", "--failed-on", str(TODAY - timedelta(days=80)))


def test_the_coverage_of_a_period_comes_in_all_forms(folder: Path) -> None:
    """The report of a period counts other days in a spreadsheet than in a program."""
    period = ["--from", str(TODAY - timedelta(days=19)), "--until", str(TODAY + timedelta(days=20)), "--policy", "structure/1"]
    for form in ("parquet", "csv", "ndjson"):
        said = _said("assess-all", "--out", str(folder / f"covered.{form}"), *period, "--lang", "en")
        assert "8 items" in said
    rows = pyarrow.parquet.read_table(folder / "covered.parquet").to_pylist()
    days = {row["item"]: row["covered_days"] for row in rows if row["kind"] == "item"}
    assert {row["item"]: row["covered_days"] for row in rows if row["kind"] == "metering_point"} == {"P1": 10, "P2": 25}
    assert days == {"NS": 40, "STD": 40, "M000": 10, "M001": 25} | dict.fromkeys(("M002", "M003", "M004", "M005"), 40)
    lines = [json.loads(line) for line in (folder / "covered.ndjson").read_text(encoding="utf-8").splitlines()]
    with (folder / "covered.csv").open(encoding="utf-8", newline="") as source:
        table = list(csv.DictReader(source))
    assert [line["covered_days"] for line in lines] == [int(row["covered_days"]) for row in table]
    first, _, last = next(row["runs"] for row in table if row["item"] == "M000").partition("/")
    assert (date.fromisoformat(last) - date.fromisoformat(first)).days == 9
    _said("assess-all", "--out", str(folder / "half.csv"), "--from", str(TODAY), code=2)
