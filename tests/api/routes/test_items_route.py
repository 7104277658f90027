"""Items and metering points over HTTP."""

import re
from io import BytesIO
from urllib.parse import quote

import msgspec
import pytest
import zxingcpp
from fastapi.testclient import TestClient
from PIL import Image

from seed_data.targets import TARGETS
from tests.api.worlds import SEED, asked_of

# Not "." and "..": clients resolve these before they send them, until labels have codes of their own.
ODD_IDS = ["a/b", "a%2Fb", "电能表 7", "<script>", "a?b#c&d", "x" * 255, "%", "a/verdict", " "]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)
def test_the_verdict_is_the_one_of_the_core(client: TestClient, target: object) -> None:
    """Otherwise the service would judge by other rules than the vectors."""
    target_id: str = target.id  # type: ignore[attr-defined]
    answer = client.get(f"/api/v1/items/{target_id}/verdict")
    assert answer.status_code == 200
    expected = asked_of(SEED, target_id)
    body = answer.json()
    assert body["status"] == expected.status
    assert {f"{finding['code']}@{finding['subject']}" for finding in body["findings"]} == {f.key for f in expected.findings}
    assert body["depth"] == expected.depth
    assert body.get("traceable_until", "absent") == (
        "absent" if expected.traceable_until is msgspec.UNSET else expected.traceable_until and str(expected.traceable_until)
    )


def test_day_instant_policy_and_range_are_asked_for(client: TestClient) -> None:
    """Otherwise a parameter would be dropped on its way to the rules."""
    ask = "/api/v1/items/dryer-gas-meter/verdict"
    assert client.get(ask, params={"as_of": "2026-10-13"}).json()["status"] == "traceable"
    assert client.get(ask, params={"as_of": "2026-10-14"}).json()["status"] == "not_traceable"
    assert client.get(ask, params={"as_of": "2026-10-13", "policy": "structure/1"}).json()["policy"] == "structure/1"
    narrow = {"as_of": "2026-10-13", "quantity": "gas_volume_flow", "unit": "m^3/h", "low": "1", "high": "9999"}
    assert [f["code"] for f in client.get(ask, params=narrow).json()["findings"]] == ["OUT_OF_RANGE"]
    early = client.get(ask, params={"known_at": "2000-01-01T00:00:00Z"})
    assert early.status_code in {200, 404}


def test_findings_are_sentences_in_the_language_asked_for(client: TestClient) -> None:
    """Otherwise a program could not show them to people."""
    ask = "/api/v1/items/dryer-gas-meter/verdict"
    chinese = client.get(ask)
    english = client.get(ask, headers={"accept-language": "en-GB"})
    assert "已过期" in chinese.json()["findings"][0]["sentence"]
    assert "had expired" in english.json()["findings"][0]["sentence"]
    assert (chinese.headers["content-language"], english.headers["content-language"]) == ("zh-CN", "en")
    assert chinese.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("rest", ["", "/verdict", "/chain.svg", "/qr.svg", "/qr.png"])
def test_what_is_not_on_record_is_not_found(client: TestClient, rest: str) -> None:
    """Otherwise an unknown meter would look like a bad one."""
    answer = client.get(f"/api/v1/items/nothing-here{rest}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/docs#not-found")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"as_of": "yesterday"}, "as_of"),
        ({"known_at": "2026-01-01"}, "known_at"),
        ({"policy": "mine/1"}, "policy"),
        ({"low": "x"}, "low"),
        ({"low": "1"}, "low"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(client: TestClient, query: dict[str, str], name: str) -> None:
    """Otherwise a client would not know what to correct."""
    answer = client.get("/api/v1/items/dryer-gas-meter/verdict", params=query)
    assert (answer.status_code, answer.json()["type"]) == (422, "/docs#question-invalid")
    assert [place["path"] for place in answer.json()["errors"]] == [name]


def test_a_metering_point_is_not_asked_for_a_quantity(client: TestClient) -> None:
    """Otherwise a branch would be judged by a range it does not have."""
    answer = client.get("/api/v1/items/gate-gas/verdict", params={"quantity": "mass"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/docs#question-invalid")


def test_an_item_comes_with_its_certificates_and_addresses(client: TestClient) -> None:
    """Otherwise a client would have to guess where to go on."""
    body = client.get("/api/v1/items/dryer-gas-meter").json()
    assert body["item"]["kind"] == "meter"
    assert body["metering_point"] is None
    assert [certificate["item"] for certificate in body["certificates"]] == ["dryer-gas-meter"]
    for address in body["links"].values():
        assert client.get(address).status_code == 200, address
    point = client.get("/api/v1/items/gate-gas").json()
    assert (point["item"], point["metering_point"]["id"]) == (None, "gate-gas")


def test_numbers_are_exact(client: TestClient) -> None:
    """Otherwise a value would be another one after a round trip."""
    text = client.get("/api/v1/items/dryer-gas-meter").text
    (certificate,) = (each for each in SEED.certificates if each.item == "dryer-gas-meter")
    uncertainty = certificate.results[0].uncertainty
    assert uncertainty is not None
    assert f'"value":{uncertainty.value:f}' in text


def test_items_are_listed_page_by_page(client: TestClient) -> None:
    """Otherwise a client could not read a large registry."""
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get("/api/v1/items", params={"limit": 30} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["item"]["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == len({item.id for item in SEED.items})
    assert seen == sorted(seen)


def test_items_are_found_by_serial_and_certificate_number(client: TestClient) -> None:
    """Otherwise an auditor who reads the nameplate would find nothing."""
    (item,) = (each for each in SEED.items if each.id == "dryer-gas-meter")
    (certificate,) = (each for each in SEED.certificates if each.item == "dryer-gas-meter")
    for text in ("dryer-gas", item.serial, certificate.number):
        found = client.get("/api/v1/items", params={"q": text}).json()["items"]
        assert [row["item"]["id"] for row in found] == ["dryer-gas-meter"], text


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", f"q={'x' * 300}"])
def test_a_wrong_list_parameter_is_a_problem_in_both_languages(client: TestClient, query: str) -> None:
    """Otherwise the framework's own error shape would come out."""
    for language in ("zh", "en"):
        answer = client.get(f"/api/v1/items?{query}", headers={"accept-language": language})
        assert (answer.status_code, answer.json()["type"]) == (422, "/docs#question-invalid")
        assert answer.json()["errors"][0]["path"] == query.partition("=")[0]


def test_text_that_no_database_holds_finds_nothing(client: TestClient) -> None:
    """Otherwise a NUL would make PostgreSQL fail."""
    assert client.get("/api/v1/items?q=%00&cursor=%00").json()["items"] == []
    assert client.get("/api/v1/items/%00").status_code == 404
    assert client.get("/api/v1/items/%FF%FE").status_code == 404


def test_any_id_can_be_asked_for(recording: TestClient) -> None:
    """Otherwise a meter with a slash in its id could be recorded and never seen again."""
    items = [{"id": target, "kind": "meter", "name": target} for target in ODD_IDS]
    body = msgspec.json.encode({"format": "traceability-records/1", "items": items})
    recorded = recording.post("/api/v1/records", content=body, headers={"content-type": "application/json"}).json()["targets"]
    assert {target["id"] for target in recorded} == set(ODD_IDS)
    for target in recorded:
        for address in target["links"].values():
            assert recording.get(address).status_code == 200, address
        assert recording.get(target["links"]["verdict"]).json()["target"] == target["id"]
        read = zxingcpp.read_barcodes(Image.open(BytesIO(recording.get(f"{target['links']['self']}/qr.png").content)))
        assert [code.text for code in read] == [f"http://127.0.0.1:8000/i/{quote(target['id'], safe='')}"]


def test_the_chain_is_a_picture_by_itself(client: TestClient) -> None:
    """Otherwise it could not be put into a report."""
    answer = client.get("/api/v1/items/gate-electricity/chain.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert re.match(r"<svg xmlns=", answer.text)
    assert "<a " not in answer.text
