"""The committed OpenAPI document, and whether answers are what it says."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from fastapi.testclient import TestClient

from api import examples, openapi, reading_examples
from api.problems import PROBLEM_JSON
from registry.unit_of_work import Store
from tests.api.conftest import client_of


@pytest.fixture(scope="module")
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def test_the_committed_document_is_the_one_of_the_app(client: TestClient) -> None:
    """Otherwise clients would be made from an old description. `python -m api.describe` writes it anew."""
    assert client.get("/openapi.json").text == openapi.DOCUMENT.read_text(encoding="utf-8")


def test_every_operation_is_named_described_and_declares_its_errors_alike(document: Any) -> None:
    """Otherwise generated clients would have clumsy names and unknown errors."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert document["openapi"].startswith("3.1")
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        for status, response in operation["responses"].items():
            if not status.startswith("2") and status != "304":
                assert list(response["content"]) == [PROBLEM_JSON], (operation["operationId"], status)


def test_every_reference_leads_somewhere(document: Any) -> None:
    """Otherwise client generators would fail."""
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"], name


def test_the_examples_are_what_the_schemas_allow(document: Any) -> None:
    """Otherwise the documentation would show what the service refuses or never says."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for response in [*operation["responses"].values(), operation.get("requestBody", {})]:
                for content in response.get("content", {}).values():
                    if "example" in content:
                        _check(document, content["schema"], content["example"])


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/v1/items?limit=3", "ItemList"),
        ("/api/v1/items/dryer-gas-meter", "ItemAnswer"),
        ("/api/v1/items/gate-gas", "ItemAnswer"),
        ("/api/v1/items/gate-gas/verdict", "VerdictAnswer"),
        ("/api/v1/items/dryer-gas-meter/verdict", "VerdictAnswer"),
        ("/api/v1/items/jacket-thermometer-a/verdict", "VerdictAnswer"),
        ("/api/v1/items/nothing/verdict", "Problem"),
        ("/api/v1/items?limit=x", "Problem"),
        ("/api/v1/policies", "PolicyList"),
        ("/healthz", "Health"),
        ("/readyz", "Readiness"),
    ],
)
def test_answers_are_what_the_document_says(client: TestClient, document: Any, path: str, schema: str) -> None:
    """Otherwise a client made from the document would fail on a real answer."""
    _check(document, {"$ref": f"#/components/schemas/{schema}"}, client.get(path).json())


def test_the_examples_are_real(store: Store) -> None:
    """Otherwise whoever tries the examples would get something else."""
    service = client_of(store)
    headers = {"content-type": "application/json"}
    imported = service.post("/api/v1/records", content=msgspec.json.encode(examples.RECORDS), headers=headers).json()
    assert imported["counts"] == examples.IMPORTED["counts"]
    assert service.get("/api/v1/items/EM-1024").json() == examples.ITEM
    ask = {"as_of": examples.VERDICT["as_of"], "known_at": examples.VERDICT["known_at"]}
    assert service.get("/api/v1/items/EM-1024/verdict", params=ask).json() == examples.VERDICT
    assert service.get("/api/v1/items?q=EM-1024").json() == examples.ITEM_LIST
    assert examples.POLICIES["policies"][0] in service.get("/api/v1/policies").json()["policies"]


_READ = {
    "/organizations": reading_examples.ORGANIZATION_LIST,
    "/organizations/simt": reading_examples.ORGANIZATION,
    "/competences?in_force_on=2026-03-02": reading_examples.COMPETENCE_LIST,
    "/competences/simt-energy": reading_examples.COMPETENCE,
    "/certificates?number=dj-2026-0001": reading_examples.CERTIFICATE_LIST,
    "/certificates/c-1": reading_examples.CERTIFICATE,
    "/events?happened_from=2026-09-01": reading_examples.EVENT_LIST,
    "/events/e-1": reading_examples.EVENT,
    "/metering-points?level=1": reading_examples.METERING_POINT_LIST,
    "/metering-points/gate-electricity-1": reading_examples.METERING_POINT,
    "/search?q=dj-2026-0001": reading_examples.SEARCH,
    "/items/EM-1024/coverage?from=2026-01-01&until=2026-12-31": reading_examples.COVERAGE,
    "/items/NS-1/impact": reading_examples.IMPACT,
    "/items/EM-1024/history?as_of=2026-03-05": reading_examples.HISTORY,
}


def test_the_examples_of_reading_are_real(store: Store) -> None:
    """Otherwise whoever tries them would get something else."""
    service = client_of(store)
    for document in (examples.RECORDS, reading_examples.MORE_RECORDS):
        assert service.post("/api/v1/records", json=document).status_code == 201
    for path, expected in _READ.items():
        assert service.get(f"/api/v1{path}").json() == expected, path
    for _ in range(2):
        named = service.post("/api/v1/items/EM-1024/aliases", json=reading_examples.ALIAS)
        assert (named.status_code, named.json()) == (201, reading_examples.ALIAS)
    assert service.get("/api/v1/items/EM-1024").json()["aliases"] == [reading_examples.ALIAS]


def _check(document: Any, schema: Any, value: Any) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)
