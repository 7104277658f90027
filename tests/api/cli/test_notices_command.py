"""`registry notices run --once`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from registry.access import OPERATOR
from registry.settings import Settings
from registry.unit_of_work import open_store
from registry.usecases.webhooks import WantedEndpoint, make_endpoint, ping_endpoint
from tests.api.worlds import NOW


def test_a_round_tells_what_it_came_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> None:
    """Whoever runs it from a timer could not tell that nothing goes out."""
    (tmp_path / "registry.sqlite").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_WEBHOOKS_ALLOW_PRIVATE", "true")
    settings = Settings()
    store = open_store(settings.store_url)
    with store.writing() as work:
        wanted = WantedEndpoint(url="http://127.0.0.1:1/", event_types=["item.recorded"])
        made = make_endpoint(work, OPERATOR, wanted, NOW, settings.notices)
        ping_endpoint(work, made.endpoint, NOW)
    store.close()
    done = CliRunner().invoke(app, ["notices", "run", "--once", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["delivered"] == {"good": 0, "failed": 1, "given_up": 0, "ended": []}
    again = CliRunner().invoke(app, ["notices", "run", "--once", "--lang", "en"])
    assert again.exit_code == 0
    assert "webhooks delivered 0, failed 0" in " ".join(again.stderr.split())
