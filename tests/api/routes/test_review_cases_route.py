"""Reviews of units over HTTP: the whole way with four people, twins, what the registry prepares, and what the public reads."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.access import OPERATOR, Role
from registry.accounts import Membership
from registry.repositories import accounts
from registry.repositories.recordings import Recorder
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from registry.usecases.mandates import give_mandate
from registry.usecases.units import record_facts, set_area
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, FOREIGN, OPERATORS, OWN, Acting, acting, claim
from tests.api.worlds import NOW
from tests.registry.review.reference_company import COMPANY, document, facts
from traceability.json_text import dump
from traceability.periods import civil_day

TODAY = civil_day(NOW)
SOON, LATER = str(TODAY + timedelta(30)), str(TODAY + timedelta(60))
CASES = "/api/v1/review-cases"


class World:
    """The reference company under review by the own regulators (of the city), inspected by an auditor of the foreign one."""

    def __init__(self, service: TestClient, people: dict[str, Acting]) -> None:
        self.service = service
        self.people = people

    def ask(self, who: str, path: str = "", status: int = 200) -> Any:
        self.service.cookies.clear()
        answer = self.service.get(f"{CASES}{path}", headers=self.people[who].session_headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.headers["content-type"] in {"application/json", "application/problem+json"} else answer

    def tell(self, who: str, path: str, value: dict[str, Any], status: int = 200) -> Any:
        self.service.cookies.clear()
        answer = self.service.post(f"{CASES}{path}", json=value, headers=self.people[who].session_headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("reviews") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], at=BEGUN, source="synthetic")
        record_facts(work, facts(), party=OPERATOR, at=BEGUN, source="synthetic")
        area = next(each.area for each in facts() if hasattr(each, "area"))
        set_area(work, OWN, "*", BEGUN.date(), party=OPERATOR, at=BEGUN)
        set_area(work, OPERATORS, area, BEGUN.date(), party=OPERATOR, at=BEGUN)
        give_mandate(work, holder=FOREIGN, over=COMPANY, valid_from=BEGUN.date(), valid_until=None, party=OPERATOR, at=BEGUN)
    with store.writing() as work:
        member = Membership(person=f"{OWN}-{Role.ENERGY_USER}", organization=COMPANY, role=Role.ENERGY_USER)
        recording = Recorder(work, party=OPERATOR, at=BEGUN, source="synthetic").begun()
        accounts.append_membership(work, member, recording, is_active=True)
        unit = acting(work, member)
        people = {
            "regulator": parties.own[Role.REGULATOR],
            "inspector": parties.foreign[Role.AUDITOR],
            "stranger": parties.foreign[Role.ENERGY_USER],
            "unit": unit,
        }
    with client_of(store) as service:
        yield World(service, people)
    store.close()


def _order(year: int, inspector: Acting) -> dict[str, Any]:
    return {"organization": COMPANY, "year": year, "reason": "年度审查（合成）", "inspectors": [inspector.person]}


def _step(after: int, kind: str, **says: Any) -> dict[str, Any]:
    return {"after": after, "step": {"kind": kind, **says}}


def test_a_review_goes_its_way_over_http_with_what_the_registry_prepares(world: World) -> None:
    """Programs of bureaus would need the pages; a self-check would ask for what the registry knows already."""
    order = _order(2026, world.people["inspector"])
    assert world.tell("unit", "", order, 403)["status"] == 403
    own = _order(2026, world.people["unit"])
    id_ = world.tell("regulator", "", order, 201)["case"]["id"]
    assert world.tell("regulator", "", own, 422)["status"] == 422
    steps = f"/{id_}/steps"
    assert world.ask("unit", f"/{id_}", 404)["status"] == 404
    told = world.tell("regulator", steps, _step(0, "notified", self_check_until=SOON, visit_on=SOON))
    assert (told["case"]["awaits"], told["case"]["due_on"], told["may"]) == ("unit", SOON, [])
    assert world.tell("regulator", steps, _step(0, "notified", self_check_until=SOON), 412)["status"] == 412
    assert world.ask("unit", f"/{id_}")["may"] == ["self_checked"]
    prepared = world.ask("unit", f"/{id_}/self-check")
    in_force = next(each for each in prepared["questions"] if each["clause"] == "JJF 1356 6-3")
    assert (in_force["is_met"], "%" in in_force["told"], bool(in_force["lacking"])) == (False, True, True)
    checks = [
        {"clause": each["clause"], "is_met": each["is_met"] is not False, "told": each["told"]}
        for each in prepared["questions"]
    ]
    world.tell("unit", steps, _step(1, "self_checked", checks=checks, checklist=prepared["checklist"]))
    world.tell("inspector", steps, _step(2, "documents_reviewed", remark="齐全（合成）"))
    world.tell("inspector", steps, _step(3, "visited", on=str(TODAY)))
    offers = world.ask("inspector", f"/{id_}/offers")["offers"]
    offered = next(each for each in offers if each["clause"] == "JJF 1356 6-3")
    finding = {"number": 1, "clause": offered["clause"], "text": offered["text"]["zh"], "deadline": SOON}
    issued = world.tell(
        "inspector",
        steps,
        _step(4, "findings_issued", findings=[{**finding, "evidence": offered["evidence"][:1]}], revisit_until=LATER),
    )
    assert issued["findings"][0]["is_settled"] is False
    world.service.cookies.clear()
    headers = {**world.people["unit"].session_headers, "content-type": "application/pdf"}
    kept = world.service.post(f"{CASES}/{id_}/files?name=发票.pdf", content=b"%PDF-1.7 synthetic", headers=headers)
    digest = kept.json()["sha256"]
    evidence = [{"kind": "document", "id": digest}]
    world.tell("unit", steps, _step(5, "rectified", finding=1, text="已送检（合成）", evidence=evidence))
    file = world.ask("inspector", f"/{id_}/files/{digest}")
    assert (file.content, file.headers["x-content-type-options"]) == (b"%PDF-1.7 synthetic", "nosniff")
    world.ask("stranger", f"/{id_}/files/{digest}", 404)
    world.tell("inspector", steps, _step(6, "revisited", on=str(TODAY), judgements=[{"finding": 1, "is_accepted": True}]))
    world.tell("regulator", steps, _step(7, "closed"))
    nothing = world.service.get("/api/v1/review-outcomes").json()
    done = world.tell("regulator", steps, _step(8, "published", address="https://example.org/1"))
    assert (done["case"]["stage"], done["case"]["open_findings"], done["may"]) == ("published", 0, [])
    world.service.cookies.clear()
    (outcome,) = world.service.get("/api/v1/review-outcomes?year=2026").json()["outcomes"]
    assert nothing["outcomes"] == []
    assert (outcome["id"], outcome["result"], outcome["findings"], outcome["mended"]) == (id_, "closed", 1, 1)
    assert "已送检" not in json.dumps(outcome, ensure_ascii=False)
    assert "closed" in world.service.get("/api/v1/review-outcomes?format=csv").text


def test_lists_agree_in_every_form(world: World) -> None:
    """A table for the office would tell of other reviews than the page."""
    order = _order(2025, world.people["inspector"])
    id_ = world.tell("regulator", "", order, 201)["case"]["id"]
    listed = world.ask("inspector", "?year=2025")["reviews"]
    lines = world.ask("inspector", "?year=2025&format=ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == listed
    assert id_ in world.ask("regulator", "?format=csv&turn=true").text
    assert world.ask("stranger")["reviews"] == world.ask("unit", "?year=2025")["reviews"] == []
