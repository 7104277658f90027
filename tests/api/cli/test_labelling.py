"""`registry label`: what it issues, what it writes, what it refuses."""

import csv
import shutil
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from api import clock
from api.cli.main import app
from bench.camera import read
from registry.labels.code import label_address
from registry.labels.sticker import Answer
from registry.unit_of_work import Store, open_store
from registry.usecases.check_sticker import check_sticker
from registry.usecases.resolve_code import resolve_code
from tests.api.worlds import DOCUMENT, NOW, TODAY
from tests.registry.worlds import recorded


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path) -> Iterator[Store]:
    """A machine with the seed chains, on the rendered day of the seed chains."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "registry.sqlite")
    monkeypatch.delenv("REGISTRY_DATABASE_URL", raising=False)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(data))
    monkeypatch.setenv("REGISTRY_BASE_URL", "https://id.meter.example")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    store = open_store(f"sqlite:///{data / 'registry.sqlite'}")
    recorded(store, DOCUMENT.decode())
    yield store
    store.close()


def label(*arguments: str) -> Result:
    """The command in English, for which every machine has letters."""
    return CliRunner().invoke(app, ["label", *arguments, "--lang", "en"], catch_exceptions=False)


def _rows(*arguments: str) -> list[dict[str, str]]:
    result = label(*arguments, "--format", "csv")
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(StringIO(result.stdout_bytes.decode("utf-8-sig"), newline="")))


def test_a_label_is_issued_once_and_drawn_in_every_format(machine: Store, tmp_path: Path) -> None:
    """A reprint must be the same label, and the picture must lead to the item."""
    (row,) = _rows("gate-gas-meter")
    address = label_address("https://id.meter.example", row["code"])
    assert row["address"] == address
    for form, start in {"pdf": b"%PDF", "svg": b"<svg", "png": b"\x89PNG", "zpl": b"^XA"}.items():
        out = tmp_path / f"label.{form}"
        done = label("gate-gas-meter", "--format", form, "--size", "50x30", "--out", str(out))
        assert (done.exit_code, done.stdout) == (0, "")
        assert out.read_bytes().startswith(start)
        assert "1 labels written" in done.stderr
    assert read(Image.open(tmp_path / "label.png")) == [address]
    with machine.reading() as work:
        assert resolve_code(work, address).item == "gate-gas-meter"
    assert label("gate-gas-meter", "--format", "png", "--dpi", "600", "--size", "40x20").stdout_bytes.startswith(b"\x89PNG")


def test_a_sticker_is_signed_and_genuine(machine: Store) -> None:
    """The whole way: certificate in force, key made at first use, payload on the label, verified by the store."""
    picture = label("gate-gas-meter", "--sticker", "--format", "png")
    (text,) = read(Image.open(BytesIO(picture.stdout_bytes)))
    with machine.reading() as work:
        found = check_sticker(work, text, TODAY)
    assert found.answer is Answer.GENUINE
    assert found.sticker is not None
    (row,) = _rows("gate-gas-meter", "--sticker")
    assert (row["address"], row["valid_until"]) == (text, str(found.sticker.valid_until))


def test_blank_labels_lead_to_no_item_yet(machine: Store) -> None:
    """They are printed in stock."""
    rows = _rows("--blank", "3")
    assert [row["item"] for row in rows] == ["", "", ""]
    with machine.reading() as work:
        for row in rows:
            found = resolve_code(work, row["address"])
            assert found.label is not None
            assert found.label.is_blank


@pytest.mark.parametrize(
    ("arguments", "exit_code", "word"),
    [
        ([], 2, "ITEM"),
        (["nothing"], 4, "nothing"),
        (["gate-gas-meter", "--size", "big"], 2, "--size"),
        (["gate-gas-meter", "--format", "png", "--dpi", "96"], 2, "--dpi"),
        (["--blank", "2", "--sticker"], 2, "--blank"),
        (["gate-gas-meter", "--sticker", "--size", "15"], 2, "mm"),
        (["dryer-gas-meter", "--sticker"], 3, "2026-10-13"),
        (["gate-gas-meter", "--out", "/proc/none/label.pdf"], 2, "--out"),
        (["--blank", "10001"], 3, "10,000"),
    ],
)
def test_refusals_issue_nothing(machine: Store, arguments: list[str], exit_code: int, word: str) -> None:
    """A label that could not be printed must not be on record, but for one whose file could not be written."""
    result = label(*arguments)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert word in result.stderr
    with machine.reading() as work:
        issued = work.connection.exec_driver_sql("SELECT count(*) FROM labels").scalar()
    assert issued == (1 if "--out" in arguments else 0)
