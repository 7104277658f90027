"""`registry vectors`: one line for each question that differs, a closing count, exit code 0 only when all agree."""

import json
from pathlib import Path

import msgspec
from typer.testing import CliRunner

from api import examples
from api.cli.main import app


def _vectors(expected_status: str) -> bytes:
    question = {
        "target": "EM-1024",
        "as_of": "2026-03-03",
        "policy": "cn-legal/1",
        "expect": {"status": expected_status, "findings": ["ISSUED_LATER@c-1"]},
    }
    vector = {"id": "api/example", "why": "w", "rule": "3.3", "records": examples.RECORDS, "questions": [question]}
    return msgspec.json.encode({"format": "traceability-vectors/1", "vectors": [vector]})


def test_all_agree(tmp_path: Path) -> None:
    """Otherwise CI could not rely on the exit code."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.json").write_bytes(_vectors("conditional"))
    (tmp_path / "vectors.schema.json").write_text("{}")
    result = CliRunner().invoke(app, ["vectors", str(tmp_path), str(tmp_path / "deep" / "good.json")])
    assert (result.exit_code, result.stdout) == (0, "2 passed, 0 failed\n")


def test_a_difference_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    """Otherwise a wrong verdict would pass in silence."""
    path = tmp_path / "bad.json"
    path.write_bytes(_vectors("traceable"))
    result = CliRunner().invoke(app, ["vectors", str(path)])
    assert result.exit_code == 1
    line, count = result.stdout.splitlines()
    assert line.startswith("bad.json: api/example[0] EM-1024 2026-03-03: status traceable expected, answered conditional")
    assert count == "0 passed, 1 failed"
    body = json.loads(CliRunner().invoke(app, ["vectors", str(path), "--json"]).stdout)
    assert (body["passed"], body["failed"], len(body["differences"])) == (0, 1, 1)


def test_what_is_no_vectors_document_is_an_invalid_input(tmp_path: Path) -> None:
    """Otherwise a broken file would count as agreement."""
    path = tmp_path / "odd.json"
    for content in (
        "",
        "{",
        "[]",
        '{"format": "traceability-records/1"}',
        '{"format": "traceability-vectors/1", "vectors": [1]}',
    ):
        path.write_text(content)
        result = CliRunner().invoke(app, ["vectors", str(path)])
        assert (result.exit_code, result.stdout) == (3, ""), content
        assert "odd.json" in result.stderr


def test_a_folder_without_vectors_is_a_mistake(tmp_path: Path) -> None:
    """Otherwise a wrong path would look like success."""
    assert CliRunner().invoke(app, ["vectors", str(tmp_path)]).exit_code == 2
