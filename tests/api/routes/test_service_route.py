"""About the service itself."""

from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from registry import schema
from registry.unit_of_work import Store
from tests.api.conftest import client_of
from traceability.policy import POLICIES


def test_policies_are_listed_with_their_rules(client: TestClient) -> None:
    """Otherwise nobody could know what a policy name means."""
    policies = client.get("/api/v1/policies").json()["policies"]
    assert [entry["policy"]["name"] for entry in policies] == list(POLICIES)
    assert [entry["policy"]["name"] for entry in policies if entry["is_default"]] == ["cn-legal/1"]


def test_ready_means_that_the_schema_is_that_of_this_release(client: TestClient, store: Store) -> None:
    """Otherwise a balancer would send requests to a service that cannot answer."""
    assert client.get("/readyz").json() == {"status": "ok", "revision": schema.needed_revision()}
    schema.downgrade(store, "base")
    answer = client_of(store).get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "/docs#store-unavailable")
    assert client_of(store).get("/healthz").json() == {"status": "ok"}


def test_an_unknown_address_and_a_wrong_method_are_problems(client: TestClient) -> None:
    """Otherwise clients would meet two shapes of errors."""
    missing = client.get("/api/v1/nothing")
    wrong = client.delete("/api/v1/items")
    assert (missing.status_code, missing.json()["type"]) == (404, "/docs#not-found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "/docs#method-not-allowed")
    assert wrong.headers["allow"] == "GET"


def test_a_fault_of_ours_is_a_problem_without_details(seeded_store: Store) -> None:
    """Otherwise a stack trace would tell strangers about the inside."""
    broken = client_of(seeded_store)
    broken.app.state.context = None  # type: ignore[attr-defined]
    with capture_logs() as logs:
        answer = broken.get("/api/v1/items")
    assert (answer.status_code, answer.json()["type"]) == (500, "/docs#internal-error")
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text
    assert [(log["event"], log["path"]) for log in logs] == [("request_failed", "/api/v1/items")]
