"""Rounds over the API: what is exported says the same in every form, and the package is what its signature covers."""

import hashlib
import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi.testclient import TestClient
from PIL import Image

from api.app import create_app
from registry.access import Party, Role
from registry.notices.settings import NoticeSettings
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from registry.usecases.issue_labels import issue_labels
from registry.usecases.round_packages import Package
from tests.api.conftest import BASE_URL
from tests.api.papers import text_of
from tests.api.parties import OWN, Acting, claim
from tests.api.worlds import DOCUMENT, NOW
from traceability.json_text import dump

METERS = ["gate-gas-meter", "dryer-gas-meter"]


@pytest.fixture
def service(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[TestClient, Acting]]:
    shutil.copy(sqlite_template, tmp_path / "registry.sqlite")
    store = open_store(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    auditor = claim(store).own[Role.AUDITOR]
    holder = Party(name="person/lab", organization=OWN, role=Role.LABORATORY)
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=holder, at=NOW - timedelta(days=1), source="seed")
        issue_labels(work, METERS, party=holder, at=NOW)
    app = create_app(store, base_url=BASE_URL, now=lambda: NOW, notices=NoticeSettings(data_dir=tmp_path))
    with TestClient(app, base_url=BASE_URL, headers=dict(auditor.headers)) as client:
        yield client, auditor
    store.close()


def test_a_round_by_machine_from_plan_to_export(service: tuple[TestClient, Acting]) -> None:
    """Otherwise other programs for auditors could not work with it, or the paper would say something else than the data."""
    client, _ = service
    client.headers["idempotency-key"] = "one-round"
    plan = {"organization": OWN, "site": "Boiler room", "sites": ["North", "South"], "items": METERS}
    round_id = _post(client, "", plan, 201)["id"]
    assert _post(client, "", plan, 201)["id"] == round_id
    _post(client, "", {**plan, "site": "Elsewhere"}, 422)
    del client.headers["idempotency-key"]
    package = client.get(f"/api/v1/rounds/{round_id}/package").json()
    told = _verified(package)
    assert {item.id for item in told.items} > set(METERS)  # A misplaced one can be told as well.
    assert told.listed == tuple(METERS)
    by_id = {item.id: item for item in told.items}
    assert [by_id[meter].verdict.status for meter in METERS] == ["traceable", "not_traceable"]
    code = by_id[METERS[0]].labels[0].code

    scan = {"id": "scan-0001", "text": code, "way": "camera", "scanned_at": "2026-11-23T01:00:00Z", "site": "North"}
    _post(client, f"/{round_id}/scans", {"scans": [{**scan, "site": "West"}]}, 422)
    for place in ("31.23,121.47", "nowhere"):
        answer = _post(client, f"/{round_id}/scans", {"scans": [{**scan, "place": place}]})
        assert answer["scans"][0]["sites"] == ["North"]
        assert answer["scans"][0]["verdict"] == msgspec.json.decode(msgspec.json.encode(by_id[METERS[0]].verdict))
        assert (answer["counts"]["scans"], answer["counts"]["correct"], answer["counts"]["missing"]) == (1, 1, 1)

    photo = _jpeg()
    sent = client.post(f"/api/v1/rounds/{round_id}/photos", content=photo, headers={"content-type": "image/jpeg"}).json()
    assert sent == {"sha256": hashlib.sha256(photo).hexdigest()}
    seen = {
        "id": "seen-0001",
        "item": METERS[0],
        "seal_intact": False,
        "photo": sent["sha256"],
        "observed_at": scan["scanned_at"],
        "nameplate_matches": False,
        "seen_serial": "X-77",
    }
    assert _post(client, f"/{round_id}/observations", {"observations": [{**seen, "photo": "0" * 64}]}, 422)
    _post(client, f"/{round_id}/observations", {"observations": [seen]})
    assert client.get(f"/api/v1/rounds/{round_id}/photos/{sent['sha256']}").content == photo
    _post(client, f"/{round_id}/signature", {"scans": 1, "observations": 0}, 412)
    _post(client, f"/{round_id}/signature", {"scans": 1, "observations": 1})
    _post(client, f"/{round_id}/scans", {"scans": [{**scan, "id": "scan-0002"}]}, 409)

    record = client.get(f"/api/v1/rounds/{round_id}/record").json()
    assert [(item["id"], item["result"]) for item in record["items"]] == [(METERS[0], "correct"), (METERS[1], "missing")]
    assert record["round"]["signature"]["observations"] == 1
    assert (record["round"]["sites"], record["items"][0]["sites"]) == (["North", "South"], ["North"])
    assert record["observations"][0]["seen_serial"] == "X-77"
    exported = client.get(f"/api/v1/rounds/{round_id}/record?format=pdf", headers={"accept-language": "en"})
    # A machine without a Chinese typeface says so rather than print empty boxes.
    assert exported.status_code == 400 or "Checkpointoftheledger" in text_of(exported.content)
    listed = client.get("/api/v1/rounds").json()["rounds"]
    assert [each["id"] for each in listed] == [round_id]


def test_the_page_of_a_round_shows_some_items_at_a_time(
    service: tuple[TestClient, Acting], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of items, each with a verdict of now, would keep whoever opens the round waiting; and none may be left out."""
    client, _ = service
    monkeypatch.setattr("api.pages.rounds._ITEMS", 1)
    round_id = _post(client, "", {"organization": OWN, "site": "Hall", "items": METERS}, 201)["id"]
    scan = {"id": "scan-0001", "text": METERS[1], "way": "typed", "scanned_at": "2026-11-23T01:00:00Z"}
    _post(client, f"/{round_id}/scans", {"scans": [scan]})
    first, second, correct, missing = (
        client.get(f"/rounds/{round_id}{query}").text
        for query in ("", "?start=1", "?result=correct", "?result=missing&start=0")
    )
    shown = {
        name: [meter for meter in METERS if f'href="/i/{meter}' in page]
        for name, page in {"first": first, "second": second, "correct": correct, "missing": missing}.items()
    }
    assert shown == {"first": METERS[:1], "second": METERS[1:], "correct": METERS[1:], "missing": METERS[:1]}
    assert f'href="/rounds/{round_id}?start=1"' in first
    assert "1–1 / 2" in first
    assert all('class="pager"' not in page for page in (second, correct, missing))


def _verified(package: dict[str, str]) -> Package:
    """The package, its signature checked as a stranger would: by the documented context, over the bytes of the text."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(package["public_key"]))
    signature, text = bytes.fromhex(package["signature"]), package["text"].encode()
    context = b"traceability-registry round package\x00"
    key.verify(signature, context + text)
    with pytest.raises(InvalidSignature):
        key.verify(signature, context + text.replace(b'"not_traceable"', b'"traceable"'))
    return msgspec.json.decode(text, type=Package)


def _post(client: TestClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = client.post(
        f"/api/v1/rounds{path}", content=dump(body), headers={"content-type": "application/json", "accept": "application/json"}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def _jpeg() -> bytes:
    saved = BytesIO()
    Image.new("L", (8, 8), 200).save(saved, "JPEG")
    return saved.getvalue()
