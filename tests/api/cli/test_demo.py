"""The demonstration without its pages: a database of its own, a verdict on everything it shows."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from api import clock
from api.cli import demo as module
from api.cli.main import app
from registry.editions import load_editions
from seed_data.chains import chains
from seed_data.targets import TARGETS
from tests.api.worlds import NOW, TODAY
from traceability.records import Records


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory, on the rendered day of the seed chains; another database is configured and must stay untouched."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{tmp_path / 'real.sqlite'}")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return tmp_path / "data"


def demo(*options: str) -> Result:
    return CliRunner().invoke(app, ["demo", "--no-serve", *options], catch_exceptions=False)


def test_every_verdict_is_shown_and_it_can_be_run_again(data: Path) -> None:
    """Otherwise a newcomer's first command would fail, or the second."""
    for _ in range(2):
        result = demo()
        assert result.exit_code == 0, result.stderr
        for target in TARGETS:
            assert target.id in result.stdout
            assert target.zh in result.stdout
        for words in ("✔ 可溯源", "◐ 有条件可溯源", "? 无法判定", "✘ 不可溯源", "证书已过期"):
            assert words in result.stdout
    assert "✘ Not traceable" in demo("--lang", "en").stdout
    assert [path.name for path in data.glob("*.sqlite")] == [f"demo-{TODAY}.sqlite"]
    assert not (data.parent / "real.sqlite").exists()


def test_the_table_fits_a_narrow_terminal(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the first thing a newcomer sees would be broken lines."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = demo().stdout.splitlines()
    assert all(any(target.id in line for line in lines) for target in TARGETS)
    assert max(len(line) for line in lines) <= 80


def test_the_database_of_another_day_is_cleared_away_and_nothing_else(data: Path) -> None:
    """Otherwise demonstrations would pile up, or a real database vanish."""
    data.mkdir()
    for name in ("demo-2020-01-01.sqlite", "demo-2020-01-01.sqlite-wal", "registry.sqlite", "demo-mine.sqlite"):
        (data / name).touch()
    assert demo().exit_code == 0
    assert {path.name for path in data.glob("*.sqlite*")} >= {"registry.sqlite", "demo-mine.sqlite", f"demo-{TODAY}.sqlite"}
    assert not list(data.glob("demo-2020*"))


def test_tomorrow_the_dates_have_moved_along(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the demonstration would go stale, as real data does."""
    assert demo().exit_code == 0
    monkeypatch.setattr(clock, "today", lambda: date(2027, 6, 1))
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(year=2027, month=6, day=1))
    result = demo()
    assert result.exit_code == 0
    assert "2027-" in result.stdout or "2028-" in result.stdout


def test_seed_data_of_another_release_is_replaced(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise an update of the registry would break its demonstration until midnight."""
    assert demo().exit_code == 0

    def changed(today: date) -> Records:
        records = chains(today)
        first = msgspec.structs.replace(records.items[0], name="changed")
        return msgspec.structs.replace(records, items=(first, *records.items[1:]))

    monkeypatch.setattr(module, "chains", changed)
    assert demo().exit_code == 0


def test_a_city_of_meters_is_added_on_demand(data: Path) -> None:
    """Otherwise the demonstration could not show a registry of size."""
    for _ in range(2):
        assert demo("--meters", "60").exit_code == 0
    assert [path.name for path in data.glob("*.sqlite")] == [f"demo-{TODAY}-60.sqlite"]


def test_the_factors_of_the_demonstration_are_an_edition(data: Path) -> None:
    """Otherwise no page of a period would open there; and a factor that another edition stands before counts for nothing."""
    module._write_factors(data, TODAY)
    editions = load_editions(data)
    for energy in ("electricity", "natural gas"):
        named = editions.energy(energy, TODAY)
        counting = editions.factors_of(named, TODAY.replace(month=1, day=1), TODAY)
        assert [each.edition for each in counting] == ["demo"]
