"""Recalls through the service: pages, JSON, CSV and PDF say the same, and only what their reader may see."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.access import Role
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from tests.api.conftest import client_of
from tests.api.laboratories import GOOD, LABORATORY, METER, ledger, open_laboratory
from tests.api.papers import text_of
from tests.api.parties import BEGUN, OWN, Parties
from traceability.json_text import dump

REASON = "期间核查超出控制限（合成）"


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Parties]]:
    """The laboratory calibrated a customer's meter with a standard whose interim check failed afterwards."""
    path = tmp_path_factory.mktemp("recalls") / "registry.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    parties = open_laboratory(store)
    paper = {
        "id": "m-1", "number": "M-1", "kind": "verification", "issuer": OWN, "item": METER, "calibrated_on": "2026-03-01",
        "issued_on": "2026-03-01", "valid_until": "2027-12-31", "references": [{"item": GOOD}],
    }  # fmt: skip
    failed = {"id": "check", "item": GOOD, "kind": "interim_check_failed", "on": "2026-05-01"}
    _record(store, ledger(1) | {"certificates": [paper], "events": [failed]})
    with client_of(store) as service:
        yield service, parties
    store.close()


def _record(store: Store, document: dict[str, Any]) -> None:
    with store.writing() as work:
        import_records(work, [dump(document).decode()], party=LABORATORY, at=BEGUN, source="synthetic")


def test_a_recall_from_the_form_to_its_report(world: tuple[TestClient, Parties]) -> None:
    """The page hides what the API tells, or lets a case out that nobody looked at."""
    service, parties = world
    laboratory, foreign = (dict(each[Role.LABORATORY].session_headers) for each in (parties.own, parties.foreign))
    token = {"csrf_token": laboratory["x-csrf-token"]}
    assert 'name="subject"' in service.get("/recalls", headers=laboratory).text
    looked = service.post("/recalls", headers=laboratory, data={**token, "subject": GOOD, "do": "preview"})
    assert looked.status_code == 200
    assert METER in looked.text
    assert service.get("/api/v1/recalls", headers=laboratory).json()["recalls"] == []
    nothing = service.post("/recalls", headers=laboratory, data={**token, "subject": METER, "do": "preview"})
    assert nothing.status_code == 422
    preview = service.post("/api/v1/recalls/preview", headers=laboratory, json={"subject": "check", "reason": REASON}).json()
    assert [each["item"] for each in preview["items"]] == [METER]

    confirmed = {**token, "subject": GOOD, "do": "confirm", "reason": REASON}
    made = service.post("/recalls", headers=laboratory, data=confirmed, follow_redirects=False)
    assert made.status_code == 303
    address = made.headers["location"]
    shown = service.get(address, headers=laboratory)
    assert REASON in shown.text
    assert "SUSPECT" not in looked.text + shown.text  # The finding stands there in words.
    assert re.search(r'<progress[^>]* value="0"', shown.text)
    assert service.get(address, headers=foreign).status_code == 404
    assert service.post("/api/v1/recalls", headers=laboratory, json={"subject": "check", "reason": REASON}).status_code == 409

    # Whoever looks at the standard or a certificate of its finds the way there, and the list is searched and taken along.
    for page in (f"/items/{GOOD}", "/certificates/m-1"):
        assert "/recall-preview?subject=" in service.get(page, headers=laboratory).text
    assert f"/recalls?subject={GOOD}" in service.get(f"/items/{GOOD}", headers=laboratory).text
    for text, count in (("check", 1), ("CHEC", 1), ("%", 0)):
        assert service.get(f"/recalls?q={text}", headers=laboratory).text.count(f'href="{address}"') == count
        listed = service.get(f"/api/v1/recalls?q={text}&format=ndjson", headers=laboratory).text
        assert listed.count(f'"{address.rpartition("/")[2]}"') == count

    # One answers for the meter, and no longer; the machine may not.
    api = f"/api/v1{address}"
    justification = f"{api}/items/{METER}/justification"
    said = {"reason": "量程之外（合成）"}
    machine = service.post(justification, headers=parties.own[Role.LABORATORY].headers, json=said)
    assert machine.status_code == 403
    closed = service.post(justification, headers=laboratory, json=said).json()
    assert (closed["state"], closed["settled"], closed["items"][0]["standing"]) == ("closed", 1, "justified")
    assert "量程之外" in service.get(f"{api}?format=csv", headers=laboratory).text
    report = service.get(f"{api}/report.pdf?lang=en", headers=laboratory).content
    paper = text_of(report)
    assert "Checkpointoftheledger" in paper
    # Names and words, no ids.
    assert "Suspectperiod" in paper
    assert "person/" not in paper
    assert "SUSPECT" not in paper
    data = {**token, "do": "withdraw", "item": METER, "reason": "不成立（合成）"}
    assert service.post(address, headers=laboratory, data=data, follow_redirects=False).status_code == 303
    listed = service.get("/api/v1/recalls?state=open", headers=laboratory).json()["recalls"]
    assert [(each["items"], each["settled"]) for each in listed] == [(1, 0)]
    assert "待处理 1" in service.get(address, headers=laboratory).text
    undecided = service.post(address, headers=laboratory, data={**token, "do": "confirm", "reason": REASON})
    assert undecided.status_code == 409
    assert service.get("/api/v1/recalls", headers=foreign).json()["recalls"] == []
