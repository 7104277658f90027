"""Pages: what is said in which language, and that nothing in a record becomes markup."""

import re

import msgspec
import pytest
from fastapi.testclient import TestClient

from api.language import Language
from api.render.words import STATUSES
from seed_data.targets import TARGETS
from tests.api.worlds import SEED, asked_of

HTML = {"accept": "text/html"}
ENGLISH = {"accept-language": "en"}
HAN = re.compile("[一-鿿]+")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)
@pytest.mark.parametrize("language", list(Language))
def test_the_status_is_told_in_words_before_anything_else(client: TestClient, target: object, language: Language) -> None:
    """Otherwise an auditor in a boiler room would have to look for it."""
    target_id: str = target.id  # type: ignore[attr-defined]
    page = client.get(f"/i/{target_id}", headers={"accept-language": language})
    assert page.status_code == 200
    assert page.headers["content-language"] == language.tag
    verdict = asked_of(SEED, target_id)
    words = STATUSES[verdict.status].words.in_(language)
    main = page.text.partition("<main")[2]
    assert 0 < main.index(words) < 400
    assert f"<title>{words} ·" in page.text
    for finding in verdict.findings:
        assert finding.code in page.text


def test_the_page_shows_serial_number_end_moment_and_policy(client: TestClient) -> None:
    """Otherwise the page could not be compared with the nameplate, or would hide what it was asked."""
    page = client.get("/i/canteen-gas-meter").text
    verdict = asked_of(SEED, "canteen-gas-meter")
    (item,) = (each for each in SEED.items if each.id == "canteen-gas-meter")
    for shown in (item.serial, str(verdict.traceable_until), "2026-11-23 10:00:00+08:00", "cn-legal/1", "<svg ", "qr.svg"):
        assert str(shown) in page


def test_another_day_and_policy_are_asked_by_a_plain_form(client: TestClient) -> None:
    """Otherwise the page would need JavaScript."""
    page = client.get("/i/dryer-gas-meter", params={"as_of": "2026-10-13", "policy": "ilac-p10/1"}).text
    assert 'name="as_of" type="date" value="2026-10-13"' in page
    assert '<option value="ilac-p10/1" selected>' in page
    assert "<script" not in page
    assert "ilac-p10/1" in page


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/i/gate-electricity", "/i/substation-electricity", "/i/nothing", "/?q=nothing"]
)
def test_an_english_page_is_english_throughout(client: TestClient, path: str) -> None:
    """Otherwise a visitor would meet sentences that were forgotten. Names of records and clauses of Chinese law stay."""
    page = client.get(path, headers=HTML | ENGLISH).text
    text = re.sub(r"<[^>]+>", " ", re.sub(r'<p class="source">.*?</p>', " ", page, flags=re.DOTALL))
    left = set(HAN.findall(text)) - {"中文"}
    known = "".join([*(item.name or "" for item in SEED.items), *(each.name for each in SEED.organizations), "计量溯源登记"])
    assert not [words for words in left if words not in known and path != "/docs"]


def test_the_language_asked_for_stays_along_the_links(client: TestClient) -> None:
    """Otherwise a reader would fall back into the other language at the next click."""
    page = client.get("/?lang=en").text
    assert "/i/gate-gas?lang=en" in page
    assert "lang=en" in client.get("/i/gate-electricity?lang=en").text.partition("<svg")[2]


def test_the_start_page_lists_and_finds(client: TestClient) -> None:
    """Otherwise nobody would get from the front door to a meter."""
    start = client.get("/").text
    assert "关口天然气" in start
    assert client.get("/?q=dryer-gas").text.count('class="target"') == 1
    assert 'href="/i/gate-gas"' in client.get("/?q=gate-gas").text, "metering points are found by their whole id"
    assert "没有找到“nothing&lt;b&gt;”" in client.get("/?q=nothing<b>").text
    following = re.search(r'href="(/\?cursor=[^"]+)"', start)
    assert following is not None
    assert 'class="target"' in client.get(following[1]).text


def test_the_start_page_of_an_empty_registry_says_what_to_do(recording: TestClient) -> None:
    """Otherwise a newcomer would look at an empty list."""
    assert "registry import" in recording.get("/").text


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(client: TestClient) -> None:
    """Otherwise a scan of an unknown label would show JSON to a person."""
    page = client.get("/i/nothing", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到" in page.text
    problem = client.get("/i/nothing")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert client.get("/i/gate-gas?as_of=x", headers=HTML).status_code == 422


def test_hostile_records_stay_text(recording: TestClient) -> None:
    """Otherwise a record could run a script in the inspector's browser."""
    evil = "<script>alert(1)</script>'\"&{{7777*7777}}"
    document = {
        "format": "traceability-records/1",
        "organizations": [{"id": evil, "name": evil, "kind": "calibration_laboratory"}],
        "items": [{"id": evil, "kind": "meter", "name": evil, "serial": evil}],
        "certificates": [
            {
                "id": evil,
                "number": evil,
                "kind": "calibration",
                "issuer": evil,
                "item": evil,
                "serial": "other",
                "calibrated_on": "2026-01-01",
                "issued_on": "2026-01-01",
                "results": [{"quantity": evil, "unit": "kg"}],
                "references": [{"item": evil + "2", "quantity": evil}],
            }
        ],
        "metering_points": [
            {"id": evil + "p", "organization": evil, "level": 1, "energy": evil, "branches": [{"name": evil, "item": evil}]}
        ],
    }
    headers = {"content-type": "application/json"}
    answer = recording.post("/api/v1/records", content=msgspec.json.encode(document), headers=headers)
    assert answer.status_code == 201
    for target in answer.json()["targets"]:
        for address in (target["links"]["page"], target["links"]["chain"], "/", f"/?q={target['id'][:8]}"):
            shown = recording.get(address, headers=HTML)
            assert shown.status_code == 200
            assert "<script" not in shown.text
            assert "alert(1)" not in shown.text or "&lt;script&gt;" in shown.text
            assert "60481729" not in shown.text  # What a template would make of it.


@pytest.mark.parametrize("path", ["/i/gate-electricity", "/i/substation-electricity", "/"])
def test_a_page_is_light(client: TestClient, path: str) -> None:
    """Otherwise it would not open on a phone in a boiler room (60 KB before caching, issue 4)."""
    page = client.get(path)
    assets = re.findall(r'(?:href|src)="(/(?:static/|api/v1/items/[^"]+/qr)[^"]+)"', page.text)
    weight = len(page.content) + sum(len(client.get(address.replace("&amp;", "&")).content) for address in set(assets))
    assert weight < 60 * 1024, weight


def test_no_page_needs_inline_style_or_script(client: TestClient) -> None:
    """Otherwise the Content-Security-Policy would break it."""
    for path in ("/", "/docs", "/i/gate-electricity", "/i/dryer-gas-meter"):
        page = client.get(path).text
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", page)


def test_a_chain_of_hundreds_of_certificates_stays_a_page(recording: TestClient) -> None:
    """Otherwise one hostile or very old chain would bring a phone to its knees."""
    length = 400
    items = [{"id": f"s{index}", "kind": "measurement_standard"} for index in range(length)]
    certificates = [
        {
            "id": f"c{index}",
            "number": f"N{index}",
            "kind": "calibration",
            "issuer": "lab",
            "item": f"s{index}",
            "calibrated_on": f"{2020 - index:04}-01-01",
            "issued_on": f"{2020 - index:04}-01-01",
            "valid_until": "2030-01-01",
            "references": [{"item": f"s{index + 1}"}],
        }
        for index in range(length)
    ]
    document = {"format": "traceability-records/1", "items": items, "certificates": certificates}
    headers = {"content-type": "application/json"}
    assert recording.post("/api/v1/records", content=msgspec.json.encode(document), headers=headers).status_code == 201
    page = recording.get("/i/s0")
    assert page.status_code == 200
    assert len(page.content) < 200_000
    assert f"另有 {length - 60} 份" in page.text
    assert len(recording.get("/api/v1/items/s0/verdict").json()["graph"]["nodes"]) == length
