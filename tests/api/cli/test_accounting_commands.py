"""`registry import-readings`, `account`, `validate-system`: what they say and with which exit code they end."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api import clock
from api.cli.main import app
from registry.access import Party
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from tests.api.accounting_world import write_factors
from tests.api.papers import text_of
from tests.api.worlds import DOCUMENT, NOW

TABLE = "计量点,自,至,数值,单位\ngate-gas,2026-02-01,2026-02-28,2800,m³\nworkshop-electricity,2026-06-01,2026-06-30,3,MWh\n"
PERIOD = ("--organization", "power-plant", "--from", "2026-01-01", "--until", "2026-12-31")


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the seed chains."""
    shutil.copy(sqlite_template, tmp_path / "registry.sqlite")
    store = open_store(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=Party(name="test"), at=NOW, source="seed")
    store.close()
    write_factors(tmp_path)
    monkeypatch.delenv("REGISTRY_DATABASE_URL", raising=False)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def data(*arguments: str | Path) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_period_from_the_table_to_the_gaps(folder: Path) -> None:
    """Somebody at a terminal could not bring readings, nor see what they come to."""
    table = folder / "readings.csv"
    table.write_text(TABLE, "utf-8")
    tried = run("import-readings", table, "--dry-run")
    assert (tried.exit_code, "试运行：新增 2" in tried.stdout) == (0, True)
    assert data("import-readings", table)["new"] == 2
    assert data("import-readings", table)["same"] == 2
    told = run("account", *PERIOD)
    assert told.exit_code == 1
    assert "5.6" in told.stdout
    assert "无因子" in told.stdout
    body = data("account", "--metering-point", "gate-gas", "--from", "2026-02-01", "--until", "2026-02-28", "--sector", "power")
    assert sum(body["emissions"].values()) == pytest.approx(5.6)


def test_a_bad_table_is_refused_with_its_places(folder: Path) -> None:
    """The exit code of a script would say that all is recorded."""
    table = folder / "readings.csv"
    table.write_text(TABLE.replace("2800", "viel"), "utf-8")
    refused = run("import-readings", table)
    assert refused.exit_code == 3
    assert "readings.csv:2:数值" in refused.stdout
    assert data("account", *PERIOD)["metering_points"][1]["readings"] == 0


def test_an_upload_needs_its_codes(folder: Path) -> None:
    """Values without unit and multiplier would be recorded as they stand."""
    row = {"dataCode": "00-00-0000-011500-11", "dataValue": 0.5, "statType": 1, "statDate": "2026-03-01 00:00:00", "valid": 1}
    upload, codes = folder / "upload.json", folder / "codes.csv"
    upload.write_text(json.dumps({"data": [row]}), "utf-8")
    nothing = data("import-readings", upload)
    assert (nothing["new"], nothing["left_out"][0]["count"]) == (0, 1)
    head = "data_code,metering_point,unit,multiplier,kind,stat_type\n"
    codes.write_text(f"{head}00-00-0000-011500-11,gate-gas,m³,80,interval,day\n", "utf-8")
    assert data("import-readings", upload, "--codes", codes, "--numeric-valid", "one")["new"] == 1
    codes.write_text(f"{head}00-00-0000-011500-11,gate-gas,m³,,interval,\n", "utf-8")
    assert run("import-readings", upload, "--codes", codes).exit_code == 3
    codes.write_text("code\n", "utf-8")
    assert run("import-readings", upload, "--codes", codes).exit_code == 3


def test_a_system_is_validated_and_printed(folder: Path) -> None:
    """A centre could not hand in its report."""
    told = run("validate-system", "--organization", "power-plant", "--pdf", folder / "system.pdf")
    assert told.exit_code == 0, told.stdout
    assert "单点" in run("validate-system", "--quantity", "ac_active_energy").stdout
    said = text_of((folder / "system.pdf").read_bytes())
    kept = run("log", "checkpoint").stdout  # The same as on paper, as nothing was recorded since.
    assert "".join(kept.split()) in said
    assert data("validate-system", "--organization", "power-plant")["chains"]
