"""Proofs, checkpoint and key over HTTP."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from registry.access import Role
from registry.evidence.verifying import verified
from registry.ledger.notes import opened
from registry.unit_of_work import Store
from tests.api.conftest import BASE_URL, client_of
from tests.api.parties import claim
from tests.api.worlds import KEY, NOW, SEED, VERIFIER, asked_of
from traceability.policy import POLICIES


def test_a_proof_of_the_service_is_verified(client: TestClient) -> None:
    """The file is the same as that of the command, whoever asks for it."""
    answer = client.get("/api/v1/items/dryer-gas-meter/proof?from=2026-01-01&until=2026-11-01")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    found = verified(answer.content, VERIFIER, POLICIES["cn-legal/1"])
    assert found.verdict == asked_of(SEED, "dryer-gas-meter")
    assert found.bundle.coverage


def test_the_checkpoint_is_public_and_signed_once(client: TestClient) -> None:
    """Whoever wants to be a witness needs no account; asking again signs nothing new."""
    first, again = client.get("/log/checkpoint"), client.get("/log/checkpoint")
    assert first.text == again.text
    assert opened(first.text, VERIFIER).size > 100
    assert client.get("/log/key").text.strip() == KEY
    assert first.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/items/nobody/proof", 404),
        ("/api/v1/items/gate-gas/proof?from=2026-01-01", 422),
        ("/api/v1/items/gate-gas/proof?from=2026-02-01&until=2026-01-01", 422),
        ("/api/v1/items/gate-gas/proof?policy=easy/1", 422),
    ],
)
def test_what_cannot_be_asked_is_refused(client: TestClient, path: str, status: int) -> None:
    """A file that proves nothing would be taken for a proof."""
    assert client.get(path).status_code == status


def test_the_page_of_a_target_leads_to_its_proof(client: TestClient) -> None:
    """The question that the page answers is the one that is proved; nobody should have to write the address."""
    page = client.get("/i/gate-gas?as_of=2026-11-20&policy=structure/1").text
    (address,) = re.findall(r'href="([^"]*/proof[^"]*)"', page)
    found = verified(client.get(html.unescape(address)).content, VERIFIER, POLICIES["structure/1"])
    assert str(found.bundle.question.as_of) == "2026-11-20"
    assert found.bundle.question.policy == "structure/1"
    assert 'href="/verify"' in page


def test_a_service_without_a_key_says_so(seeded_store: Store) -> None:
    """Rather than sign with one that nobody knows."""
    keyless = TestClient(create_app(seeded_store, base_url=BASE_URL, now=lambda: NOW), base_url=BASE_URL)
    for path in ("/log/checkpoint", "/log/key", "/api/v1/items/gate-gas/proof"):
        assert keyless.get(path).status_code == 404
    assert keyless.get("/verify").status_code == 200


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_only_holders_of_a_target_are_given_its_proof(store: Store) -> None:
    """A proof shows more of a meter than its page does."""
    parties = claim(store)
    service = client_of(store)
    record = {"format": "traceability-records/1", "items": [{"id": "M-1", "kind": "meter"}]}
    own = parties.own[Role.LABORATORY].headers
    assert service.post("/api/v1/records", json=record, headers=own).status_code == 201
    assert service.get("/api/v1/items/M-1/proof", headers=own).status_code == 200
    assert service.get("/api/v1/items/M-1/proof", headers=parties.foreign[Role.LABORATORY].headers).status_code == 404
    assert service.get("/api/v1/items/M-1/proof").status_code == 401
    assert service.get("/log/checkpoint").status_code == 200
