"""Putting records in over HTTP."""

import copy
from typing import Any

import msgspec
from fastapi.testclient import TestClient

from api import examples
from tests.api.worlds import DOCUMENT

JSON = {"content-type": "application/json"}


def post(client: TestClient, document: Any, **headers: str) -> Any:
    body = document if isinstance(document, bytes) else msgspec.json.encode(document)
    return client.post("/api/v1/records", content=body, headers=JSON | headers)


def test_a_document_is_recorded_and_the_answer_says_what_to_ask_next(recording: TestClient) -> None:
    """Otherwise whoever records would not know whether it worked, nor what it changed."""
    answer = post(recording, examples.RECORDS)
    assert answer.status_code == 201
    body = answer.json()
    assert body["counts"] == examples.IMPORTED["counts"]
    assert body["new"] == 5
    assert [target["id"] for target in body["targets"]] == ["EM-1024", "NS-1"]
    verdict = recording.get(body["targets"][0]["links"]["verdict"], params={"as_of": "2026-03-03"})
    assert verdict.json()["status"] == "conditional"


def test_the_same_document_again_changes_nothing(recording: TestClient) -> None:
    """Otherwise a client that repeats after a lost answer would double its records."""
    first = post(recording, DOCUMENT).json()
    again = post(recording, DOCUMENT)
    assert again.status_code == 201
    assert (again.json()["new"], again.json()["recording"], again.json()["targets"]) == (0, None, [])
    assert again.json()["sha256"] == first["sha256"]


def test_a_defect_is_located_in_both_languages_and_nothing_is_recorded(recording: TestClient) -> None:
    """Otherwise a technician would search a large document, or half of it be on record."""
    document = copy.deepcopy(examples.RECORDS)
    document["certificates"][0]["results"][0]["unit"] = "furlong per cow"
    for language, word in (("zh", "单位"), ("en", "unit")):
        answer = post(recording, document, **{"accept-language": language})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == "/docs#input-invalid"
        assert problem["errors"][0]["path"].startswith("$.certificates[0].results[0]")
        assert word in problem["detail"]
    assert recording.get("/api/v1/items").json() == {"items": [], "known_at": "2026-11-23T02:00:00Z", "next": None}


def test_what_is_no_document_is_an_invalid_input(recording: TestClient) -> None:
    """Otherwise odd bytes would be a fault of ours."""
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": "other"}', b"\x00", b"[" * 100_000, b"<dcc/>"):
        answer = post(recording, body)
        assert (answer.status_code, answer.json()["type"]) == (422, "/docs#input-invalid"), body[:20]


def test_a_contradiction_to_what_is_on_record_is_a_conflict(recording: TestClient) -> None:
    """Otherwise records could be edited."""
    post(recording, examples.RECORDS)
    changed = copy.deepcopy(examples.RECORDS)
    changed["certificates"][0]["number"] = "OTHER"
    answer = post(recording, changed)
    assert (answer.status_code, answer.json()["type"]) == (409, "/docs#conflict")
    assert answer.json()["errors"]


def test_ndjson_is_accepted_as_well(recording: TestClient) -> None:
    """Otherwise tools that work line by line would have to build one large document."""
    lines = [{"format": "traceability-records/1"}, {"items": {"id": "m", "kind": "meter"}}]
    body = b"\n".join(msgspec.json.encode(line) for line in lines)
    answer = recording.post("/api/v1/records", content=body, headers={"content-type": "application/x-ndjson"})
    assert (answer.status_code, answer.json()["new"]) == (201, 1)
