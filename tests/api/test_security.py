"""Who asks: keys, sessions, and what they open."""

import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api import examples
from registry.access import OPERATOR, Party, Role
from registry.organization_settings import DEFAULT_SETTINGS
from registry.unit_of_work import Store
from registry.usecases.clients import add_key, end_client, revoke_key
from registry.usecases.identifying import signed_in_by
from registry.usecases.import_records import import_records
from registry.usecases.issue_labels import issue_labels
from registry.usecases.organization_settings import settings_of
from tests.api.conftest import client_of
from tests.api.parties import FOREIGN, OWN, Parties, claim
from tests.api.worlds import NOW

ITEMS = "/api/v1/items"
RECORD = {"format": "traceability-records/1", "items": [{"id": "M-1", "kind": "meter"}]}


@pytest.fixture
def parties(store: Store) -> Parties:
    return claim(store)


@pytest.fixture
def service(parties: Parties, store: Store) -> TestClient:
    return client_of(store)


def test_a_key_and_a_session_open_and_nothing_does_not(service: TestClient, parties: Parties) -> None:
    """Otherwise a registry that somebody has taken charge of would be open to all, or to nobody."""
    laboratory = parties.own[Role.LABORATORY]
    for headers in (laboratory.headers, laboratory.session_headers):
        assert service.get(ITEMS, headers=headers).status_code == 200
        assert service.post("/api/v1/records", json=RECORD, headers=headers).status_code == 201
    for headers in ({}, {"authorization": "Bearer trk_wrong"}, {"authorization": "Basic eDp5"}, {"cookie": "registry=wrong"}):
        answer = service.get(ITEMS, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (401, "/docs#sign-in-needed")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_role_opens_what_it_permits_and_no_more(service: TestClient, parties: Parties) -> None:
    """Otherwise an administrator could write certificates."""
    answer = service.post("/api/v1/records", json=RECORD, headers=parties.administrator.headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/docs#not-permitted")


def test_a_session_writes_only_with_its_own_token(service: TestClient, parties: Parties) -> None:
    """Otherwise a page of another site could write with a browser's cookie."""
    laboratory = parties.own[Role.LABORATORY]
    for token in ({}, {"x-csrf-token": ""}, {"x-csrf-token": parties.foreign[Role.LABORATORY].session_headers["x-csrf-token"]}):
        answer = service.post("/api/v1/records", json=RECORD, headers=laboratory.cookie_only | token)
        assert (answer.status_code, answer.json()["type"]) == (403, "/docs#not-permitted")
    assert service.get(ITEMS, headers=laboratory.headers).json()["items"] == []


def test_another_organizations_record_is_as_if_it_were_not(service: TestClient, parties: Parties) -> None:
    """Otherwise an id would tell who is a customer of whom."""
    service.post("/api/v1/records", json=RECORD, headers=parties.own[Role.LABORATORY].headers)
    assert service.get(f"{ITEMS}/M-1", headers=parties.own[Role.AUDITOR].headers).status_code == 200
    stranger = parties.foreign[Role.AUDITOR].headers
    met, unmet = (service.get(f"{ITEMS}/{id_}", headers=stranger) for id_ in ("M-1", "M-2"))
    assert met.status_code == unmet.status_code == 404
    assert met.text.replace("M-1", "M-2") == unmet.text
    assert service.get(ITEMS, headers=stranger).json()["items"] == []


def test_a_key_that_is_revoked_expired_or_of_an_ended_client_opens_nothing(
    service: TestClient, parties: Parties, store: Store
) -> None:
    """Otherwise a key that leaked would open for ever."""
    machine = parties.own[Role.LABORATORY]
    with store.writing() as work:
        soon = add_key(work, machine.client, expires_at=NOW, party=OPERATOR, at=NOW - timedelta(days=1))
        revoke_key(work, machine.client, soon.key.entry, party=OPERATOR, at=NOW - timedelta(days=1))
        late = add_key(work, machine.client, expires_at=NOW, party=OPERATOR, at=NOW - timedelta(days=1))
        end_client(work, parties.own[Role.AUDITOR].client, party=OPERATOR, at=NOW)
    for headers in (
        {"authorization": f"Bearer {soon.text}"},
        {"authorization": f"Bearer {late.text}"},
        parties.own[Role.AUDITOR].headers,
    ):
        assert service.get(ITEMS, headers=headers).status_code == 401
    assert service.get(ITEMS, headers=machine.headers).status_code == 200


def test_a_session_ends_at_its_hour(parties: Parties, store: Store) -> None:
    """Otherwise a browser left behind would stay signed in."""
    token = parties.administrator.session_headers["cookie"].partition("=")[2]
    for after, is_good in ((timedelta(days=364), True), (timedelta(days=365), False)):
        with store.reading() as work:
            assert (signed_in_by(work, token, NOW + after) is not None) is is_good


def test_settings_are_the_defaults_until_they_are_changed(parties: Parties, store: Store) -> None:
    """Otherwise an organization would have to set everything before it can record."""
    with store.reading() as work:
        assert settings_of(work, OWN) == settings_of(work, FOREIGN) == DEFAULT_SETTINGS


def test_a_stranger_with_a_label_sees_the_verdict_and_no_results(service: TestClient, parties: Parties, store: Store) -> None:
    """Otherwise a label would give away what a laboratory measured, or tell an auditor nothing."""
    laboratory = parties.own[Role.LABORATORY]
    label = _labelled(store)
    address = f"/i/{label}?as_of=2026-03-03"
    holder = service.get(address, headers=laboratory.session_headers).text
    later = service.get(f"/i/{label}?as_of=2026-03-05").text
    for headers in ({}, parties.foreign[Role.LABORATORY].session_headers):
        page = service.get(address, headers=headers).text
        assert "ISSUED_LATER" in page
        assert "<svg" in page
        for hidden in ("/api/v1/", 'class="card certificates"'):
            assert hidden in holder
            assert hidden not in page
    assert "0.05 %" in service.get(f"/i/{label}?as_of=2026-03-05", headers=laboratory.session_headers).text
    assert "0.05 %" not in later, "what a certificate states as uncertainty is a result"
    assert "EM-1024" not in service.get("/").text


def test_a_stranger_gets_nowhere_by_an_id(service: TestClient, parties: Parties, store: Store) -> None:
    """Ids are short and come in series: whoever could open items by them could list a laboratory's customers."""
    laboratory = parties.own[Role.LABORATORY]
    _labelled(store)
    assert service.get("/i/EM-1024", headers=laboratory.session_headers).status_code == 200
    for headers in ({}, parties.foreign[Role.LABORATORY].session_headers):
        for suffix in ("", "/verdict", "/photo"):
            met, unmet = (service.get(f"/i/{id_}{suffix}", headers=headers) for id_ in ("EM-1024", "EM-9999"))
            assert met.status_code == unmet.status_code == 404
            assert met.text.replace("EM-1024", "EM-9999") == unmet.text
        assert "31000001024" not in service.get("/?q=EM-1024", headers=headers).text
        assert "/i/EM-1024" not in service.get("/?q=31000001024", headers=headers).text


def _labelled(store: Store) -> str:
    """The code of a label on the meter of the examples."""
    laboratory = Party(name="person/x", organization=OWN, role=Role.LABORATORY)
    with store.writing() as work:  # As the operator imports for a laboratory: its own keys do not record competences.
        import_records(work, [json.dumps(examples.RECORDS)], party=laboratory, at=NOW, source="test")
        return issue_labels(work, ["EM-1024"], party=laboratory, at=NOW)[0].code
