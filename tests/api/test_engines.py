"""The whole way on SQLite and on PostgreSQL: recorded over HTTP, asked in every form, the same answers as the core gives."""

from fastapi.testclient import TestClient

from seed_data.targets import TARGETS
from tests.api.worlds import DOCUMENT, SEED, asked_of


def test_every_target_gets_the_same_verdict_on_each_engine(recording: TestClient) -> None:
    """Otherwise a laboratory on SQLite and a centre on PostgreSQL would disagree about one meter."""
    headers = {"content-type": "application/json"}
    assert recording.post("/api/v1/records", content=DOCUMENT, headers=headers).status_code == 201
    for target in TARGETS:
        expected = asked_of(SEED, target.id)
        body = recording.get(f"/api/v1/items/{target.id}/verdict").json()
        assert body["status"] == expected.status
        assert {f"{finding['code']}@{finding['subject']}" for finding in body["findings"]} >= expected.keys
        for address in (f"/i/{target.id}", f"/api/v1/items/{target.id}/chain.svg"):
            assert recording.get(address).status_code == 200
    assert recording.get("/").status_code == 200
    assert len(recording.get("/api/v1/items?limit=200").json()["items"]) == len(SEED.items)
    assert recording.get("/readyz").status_code == 200
