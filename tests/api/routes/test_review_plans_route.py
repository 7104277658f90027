"""Plans of the review over HTTP, on pages and at the command line: the same draw everywhere, and nothing private in public."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from stdnum.cn import uscc
from typer.testing import CliRunner

from api.cli.main import app as commands
from registry.access import OPERATOR, Role
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from registry.usecases.units import set_area
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, OWN, Parties, claim
from traceability.json_text import dump

UNITS = [f"works-{number}" for number in range(5)]
PRIVATE = ("亲属", "计量专业", f"{OWN}-{Role.AUDITOR}", f"{OWN}-{Role.REGULATOR}", "12345")  # Reasons, people, consumption.


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Parties]]:
    """Five units of the city; the own organization's regulators are of the city, two of its people inspectors."""
    path = tmp_path_factory.mktemp("plans") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    organizations = [{"id": id_, "name": f"合成工厂 {id_}", "kind": "energy_user"} for id_ in UNITS]
    document = {"format": "traceability-records/1", "organizations": organizations}
    with store.writing() as work:
        import_records(work, [dump(document).decode()], party=OPERATOR, at=BEGUN, source="test")
        set_area(work, OWN, "*", BEGUN.date(), party=OPERATOR, at=BEGUN)
    with client_of(store) as service:
        regulator = parties.own[Role.REGULATOR].headers
        assert service.post("/api/v1/units", json={"facts": list(_facts())}, headers=regulator).json()["new"] == 10
        for number, role in (("1", Role.AUDITOR), ("2", Role.REGULATOR)):
            told = {"area": "*", "number": number, "organization": OWN, "since": "2026-01-01", "qualifications": "计量专业"}
            told["person"] = f"{OWN}-{role}"
            assert service.post("/api/v1/inspectors", json=told, headers=regulator).status_code == 200
        yield service, parties
    store.close()


def _facts() -> Iterator[dict[str, Any]]:
    for number, id_ in enumerate(UNITS):
        stem = f"91310115XXX{number:06}"
        code = stem + uscc.calc_check_digit(stem)
        yield {"kind": "unit", "organization": id_, "credit_code": code, "area": "310115", "since": "2025-01-01"}
        yield {"kind": "consumption", "organization": id_, "year": 2025, "tce": 12345, "basis": "equivalent"}


def test_a_plan_is_made_on_pages_and_its_draw_repeated_from_what_is_public(
    world: tuple[TestClient, Parties], tmp_path: Path
) -> None:
    """A bureau without the API could not plan; a citizen could not check; the public page would name people."""
    service, parties = world
    regulator, nobody = parties.own[Role.REGULATOR], dict[str, str]()
    session = regulator.session_headers
    form = {"year": "2026", "title": "合成计划", "how_many": "2", "team": "1", "key": "", "visited_by": "2026-09-30"}
    made = service.post("/review-plans", data=form, headers=session, follow_redirects=False)
    assert made.status_code == 303
    plan_page = made.headers["location"]
    plan_id = plan_page.rsplit("/", 1)[1]
    api = f"/api/v1/review-plans/{plan_id}"

    def seen() -> dict[str, Any]:
        found: dict[str, Any] = service.get(api, headers=regulator.headers).json()
        return found

    def do(deed: str, **fields: str) -> int:
        told = {"do": deed, "seen": str(seen()["version"]), **fields}
        return service.post(plan_page, data=told, headers=session, follow_redirects=False).status_code

    conflict = {"do": "conflict", "area": "*", "number": "1", "organization": UNITS[0], "reason": "亲属", "since": "2026-01-01"}
    assert service.post("/inspectors", data=conflict, headers=session, follow_redirects=False).status_code == 303
    assert do("name", organization=UNITS[0], reason="上年问题回头看") == 303
    assert do("leave_out", organization=UNITS[1], reason="停产") == 303
    assert do("leave_out", organization="works-9", reason="没有") == 422
    assert do("revise", **{**form, "how_many": "9"}) == 303
    assert "还不能封存" in service.get(plan_page, headers=session).text
    assert do("close") == 422
    assert do("revise", **form) == 303
    assert service.get(f"/api/v1/review-draws/{plan_id}", headers=nobody).status_code == 404
    assert do("close", event="双色球 2026140 期") == 303
    sealed = service.get(f"/api/v1/review-draws/{plan_id}", headers=nobody).json()
    assert (sealed["state"], sealed["units"], sealed["draw"], sealed["candidates"]) == ("closed", [], None, 3)
    assert do("draw") == 422
    assert do("draw", outside="05 11 23") == 303
    assert do("close") == 409
    assert {each["unit"] for each in seen()["assignments"]} > {UNITS[0]}
    assert UNITS[0] not in service.get(f"/review-draws/{plan_id}", headers=nobody).text
    assert do("publish") == 303
    assert service.get("/log/checkpoint", headers=nobody).status_code == 200
    answer = service.get(f"/api/v1/review-draws/{plan_id}", headers=nobody)
    published = answer.json()
    assert published["units"][2]["inspectors"] == ["2"]
    page = service.get(f"/review-draws/{plan_id}?check=1&lang=en", headers=nobody).text
    assert "The draw comes out exactly as it was published." in page
    twins = [service.get(f"/api/v1/review-draws/{plan_id}?format={each}", headers=nobody).text for each in ("csv", "ndjson")]
    for text in (answer.text, page, *twins):
        assert not [word for word in PRIVATE if word in text]
        assert f"合成工厂 {UNITS[0]}" in text
    assert published["title"] in service.get("/review-draws", headers=nobody).text
    (tmp_path / "draw.json").write_bytes(answer.content)
    check = ["review", "draw-check", str(tmp_path / "draw.json"), "--lang", "en"]
    said = CliRunner().invoke(commands, check)
    assert (said.exit_code, "Equal: 3 candidates" in said.stdout) == (0, True), said.output
    with_key = [*check, "--key", service.get("/log/key", headers=nobody).text.strip()]
    said = CliRunner().invoke(commands, with_key)
    assert (said.exit_code, "checkpoint" in said.output) == (0, True), said.output
    other = {**published, "consistency": ["00" * 32, *published["consistency"][1:]]}
    (tmp_path / "draw.json").write_text(json.dumps(other))
    assert CliRunner().invoke(commands, with_key).exit_code == 6
    (tmp_path / "draw.json").write_text(json.dumps({**published, "checkpoint": None}))
    assert CliRunner().invoke(commands, with_key).exit_code == 2
    published["draw"]["lists"]["units"][0] = "works-1"
    (tmp_path / "draw.json").write_text(json.dumps(published))
    assert CliRunner().invoke(commands, check).exit_code == 6
    (tmp_path / "draw.json").write_text(json.dumps(sealed))
    assert CliRunner().invoke(commands, check).exit_code == 2
    (tmp_path / "draw.json").write_text("{")
    assert CliRunner().invoke(commands, check).exit_code == 2
    assert CliRunner().invoke(commands, ["review", "draw-check", str(tmp_path / "none")]).exit_code == 2


def test_lists_come_in_every_form_and_pages_in_both_languages(world: tuple[TestClient, Parties]) -> None:
    """The page, the API and the files would tell of different plans."""
    service, parties = world
    regulator = parties.own[Role.REGULATOR].headers
    order = {"plan": {"year": 2025, "title": "上年计划", "how_many": 1, "team": 1}}
    plan = service.post("/api/v1/review-plans", json=order, headers=regulator).json()
    assert (plan["state"], plan["candidates"], plan["hindrance"]) == ("drafted", 5, None)
    address = f"/api/v1/review-plans/{plan['id']}"
    told = {"plan": {**order["plan"], "title": "上年计划（改）"}, "seen": plan["version"]}
    changed = service.post(f"{address}/revisions", json=told, headers=regulator).json()
    assert (changed["plan"]["title"], len(changed["deeds"])) == ("上年计划（改）", 2)
    assert service.post(f"{address}/revisions", json=told, headers=regulator).status_code == 412
    listed = service.get("/api/v1/review-plans?year=2025", headers=regulator).json()["plans"]
    assert [each["id"] for each in listed] == [plan["id"]]
    lines = service.get("/api/v1/review-plans?year=2025&format=ndjson", headers=regulator).text.splitlines()
    assert [json.loads(line) for line in lines] == listed
    assert plan["id"] in service.get("/api/v1/review-plans?format=csv", headers=regulator).text
    candidates = service.get(f"{address}/candidates?q=WORKS-3", headers=regulator).json()["units"]
    assert [each["organization"] for each in candidates] == ["works-3"]
    assert service.get(f"{address}/candidates?format=csv", headers=regulator).text.count("works-") == 10  # Ids and names.
    for page, words in (
        ("/review-plans?lang=en&q=&year=&area=&state=", ("Draft a plan", "上年计划（改）")),
        ("/review-plans?lang=en&year=2025", ("Draft a plan", "上年计划（改）")),
        (f"/review-plans/{plan['id']}?lang=en&q=works-3", ("Close the lists", "works-3")),
        ("/inspectors?lang=en", ("Record an inspector", "计量专业")),
        ("/review-draws?lang=en", ("Draws of the energy-metering review",)),
    ):
        text = service.get(page, headers=regulator).text
        assert all(word in text for word in words), page
    inspectors = service.get("/api/v1/inspectors?format=csv", headers=regulator).text
    assert "计量专业" in inspectors
    ended = service.post(f"{address}/end", json={"reason": "重复"}, headers=regulator).json()
    assert ended["state"] == "abandoned"
    assert service.post(f"{address}/closing", json={"seen": changed["version"]}, headers=regulator).status_code == 409


def test_others_see_neither_plans_nor_registers(world: tuple[TestClient, Parties]) -> None:
    """Units would read beforehand who comes, and inspectors what is said of each other."""
    service, parties = world
    order = {"plan": {"year": 2024, "title": "别人的计划", "how_many": 1}}
    plan = service.post("/api/v1/review-plans", json=order, headers=parties.own[Role.REGULATOR].headers).json()
    for other in (parties.own[Role.ENERGY_USER], parties.foreign[Role.REGULATOR]):
        assert service.get(f"/api/v1/review-plans/{plan['id']}", headers=other.headers).status_code == 404
        assert service.get("/api/v1/review-plans", headers=other.headers).json()["plans"] == []
        assert "别人的计划" not in service.get("/review-plans", headers=other.headers).text
        assert service.get("/api/v1/inspectors", headers=other.headers).json()["inspectors"] == []
    mine = service.get("/api/v1/inspectors", headers=parties.own[Role.AUDITOR].headers)
    assert mine.json()["inspectors"] == []  # A machine is nobody's inspector.
    mine = service.get("/api/v1/inspectors", headers=parties.own[Role.AUDITOR].session_headers)
    assert [each["inspector"]["number"] for each in mine.json()["inspectors"]] == ["1"]
