"""Digital Calibration Certificates through the command: told apart from records documents by what is in the file."""

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from api import clock, examples
from api.cli.main import app
from tests.api.worlds import NOW
from tests.registry.exchange.dcc.builder import Dcc, standard, thing

UPPER = Dcc(number="S-1", items=(thing("900", name="Standard", model="S"),), equipment=(standard("1", "N-1"),)).xml()
LOWER = Dcc(number="C-1", laboratory="Laboratory B", equipment=(standard("900", "S-1"),)).xml()


def registry(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)


@pytest.fixture(autouse=True)
def _on_each_engine(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", store_url)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_certificate_is_recorded_and_what_it_cites_is_told(tmp_path: Path) -> None:
    """Otherwise nobody would know which certificate to ask the laboratory for next."""
    lower, upper = tmp_path / "lower.xml", tmp_path / "upper.bin"
    lower.write_bytes(LOWER)
    upper.write_bytes(b"\xef\xbb\xbf" + UPPER)
    (first,) = json.loads(registry("import", str(lower), "--json").stdout)["files"]
    assert (first["kind"], first["not_held"], len(first["items"]), len(first["certificates"])) == ("dcc", ["S-1"], 1, 1)
    assert "CITED_NOT_HELD" in {remark["code"] for remark in first["remarks"]}
    before = json.loads(registry("verdict", first["items"][0], "--json").stdout)
    (second,) = json.loads(registry("import", str(upper), "--json").stdout)["files"]
    assert second["relinked"] == first["certificates"]
    after = json.loads(registry("verdict", first["items"][0], "--json").stdout)
    assert len(after["graph"]["nodes"]) > len(before["graph"]["nodes"])


def test_the_same_file_again_changes_nothing() -> None:
    """Otherwise a folder could not be imported twice."""
    assert registry("import", "-", stdin=LOWER).exit_code == 0
    again = registry("import", "-", "--json", stdin=LOWER)
    assert json.loads(again.stdout)["files"][0]["new"] == 0
    assert again.exit_code == 0


def test_people_read_what_the_record_cannot_say() -> None:
    """Otherwise the remarks of the import would be lost."""
    for language, words in (("zh", "尚未收存"), ("en", "is not held")):
        shown = registry("import", "-", "--lang", language, stdin=Dcc(number=f"C-{language}").xml())
        assert shown.exit_code == 0
        assert words in shown.stdout


def test_one_bad_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    """Otherwise a folder of a hundred certificates would stop at the first that is none."""
    files = {"a.json": msgspec.json.encode(examples.RECORDS), "b.xml": b"<html></html>", "c.pdf": b"%PDF-1.7 ", "d.xml": LOWER}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    result = registry("import", *(str(tmp_path / name) for name in files), "--json")
    assert result.exit_code == 3
    assert [Path(report["file"]).name for report in json.loads(result.stdout)["files"]] == ["a.json", "d.xml"]
    assert "b.xml: " in result.stderr
    assert "HTML" in result.stderr
    assert "c.pdf: " in result.stderr
    assert "PDF" in result.stderr


def test_a_certificate_beyond_all_reason_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one file could fill the memory."""
    monkeypatch.setattr("api.cli.importing._LARGEST_DCC", 1000)
    result = registry("import", "-", stdin=LOWER)
    assert result.exit_code == 3
