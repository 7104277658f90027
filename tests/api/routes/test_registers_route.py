"""Registers and open data over HTTP and on pages: a centre from its first day to what everybody may know of it."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.schemas.open_data import OpenArea, OpenRegistered
from api.schemas.review_cases import ReviewOutcome
from api.schemas.review_plans import PublicDraw
from registry.access import OPERATOR, Role
from registry.review.facts import Place, Unit
from registry.review.figures import FEWEST
from registry.unit_of_work import Store, open_store
from registry.usecases import review_figures
from registry.usecases.import_records import import_records
from registry.usecases.units import record_facts, set_area
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, OWN, Parties, claim
from tests.api.worlds import NOW
from tests.registry.review.reference_company import CODE
from traceability.json_text import dump
from traceability.policy import DEFAULT_POLICY

MANY, FEW = "310115", "310113"
NEW = {
    "kind": "carbon_centre",
    "title": "合成碳计量中心",
    "organization": OWN,
    "area": MANY,
    "sectors": ["power"],
    "on": "2026-01-01",
    "document": "合成文件 1 号",
}


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Parties, Store]]:
    """Five units in one area, four in another; the own organization is of the first."""
    path = tmp_path_factory.mktemp("registers") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    units = [(f"u{number}", MANY if number < FEWEST else FEW) for number in range(2 * FEWEST - 1)]
    organizations = [{"id": id_, "name": f"SECRET {id_}", "kind": "energy_user"} for id_, _ in units]
    told = [
        fact
        for id_, area in units
        for fact in (
            Unit(organization=id_, credit_code=CODE, area=area, since=date(2025, 1, 1)),
            Place(organization=id_, id="gate", level=1, energy="water", since=date(2025, 1, 1)),
        )
    ]
    with store.writing() as work:
        records = {"format": "traceability-records/1", "organizations": organizations}
        import_records(work, [dump(records).decode()], at=BEGUN, source="test")
        record_facts(work, told, party=OPERATOR, at=BEGUN + timedelta(seconds=1), source="test")
        set_area(work, OWN, MANY, BEGUN.date(), party=OPERATOR, at=BEGUN + timedelta(seconds=1))
    with client_of(store, follow_redirects=False) as service:
        yield service, parties, store
    store.close()


def test_a_centre_goes_from_its_first_day_to_what_everybody_may_know(world: tuple[TestClient, Parties, Store]) -> None:
    """API, pages and open data would tell of different registers, or of a plan that nobody may know of yet."""
    service, parties, _ = world
    regulator = parties.own[Role.REGULATOR]
    made = service.post("/api/v1/registers", json=NEW, headers=regulator.headers)
    assert (made.status_code, made.json()["state"], made.json()["following"]) == (200, "cultivated", ["building", "ended"])
    at = f"/api/v1/registers/{made.json()['id']}"
    assert service.get(at, headers=parties.foreign[Role.REGULATOR].headers).status_code == 404
    assert service.get("/api/v1/open-data/registers").json() == {"registered": []}
    wrong = service.post(
        f"{at}/steps", json={"state": "approved", "on": "2026-02-01", "document": "x"}, headers=regulator.headers
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "$.state")
    capability = {"quantity": "co2", "unit": "%", "low": 0.10, "high": 20, "sectors": ["steel"], "standard": "SYN-9"}
    told = service.post(
        f"{at}/capabilities", json={"capabilities": [capability]}, headers=parties.own[Role.CENTRE].headers
    ).json()
    assert told["capabilities"] == [{**capability, "competence": None}]
    page = f"/registers/{made.json()['id']}?lang=en"
    step = {"do": "step", "state": "building", "on": "2026-02-01", "document": "合成文件 2 号", "note": ""}
    assert service.post(page, data=step, headers=regulator.session_headers).status_code == 303
    refused = service.post(page, data={**step, "state": "cultivated"}, headers=regulator.session_headers)
    assert (refused.status_code, "does not follow on" in refused.text) == (422, True)
    assert service.post(page, data={**step, "state": "approved"}, headers=regulator.session_headers).status_code == 303
    lines = {"do": "capabilities", "capabilities": "co2 | % | 0.10 | 20 | steel, power | SYN-9 |\n\nch4"}
    assert service.post(page, data=lines, headers=parties.own[Role.CENTRE].session_headers).status_code == 303
    shown = service.get(page, headers=parties.own[Role.CENTRE].session_headers).text
    assert ("co2 | % | 0.10 | 20 | steel power | SYN-9 | " in shown, "合成文件 2 号" in shown) == (True, True)
    (public,) = service.get("/api/v1/open-data/registers").json()["registered"]
    assert (public["title"], public["approved_on"], [each["quantity"] for each in public["capabilities"]]) == (
        NEW["title"],
        "2026-02-01",
        ["co2", "ch4"],
    )
    assert "SYN-9" in service.get("/open-data?lang=en").text
    assert f"{OWN}-" not in service.get("/open-data").text  # No person and no machine.


def test_a_centre_is_listed_on_the_page_and_what_was_typed_stays_with_a_mistake(
    world: tuple[TestClient, Parties, Store],
) -> None:
    """A regulator would type everything anew for one slip."""
    service, parties, _ = world
    regulator = parties.own[Role.REGULATOR].session_headers
    fields = {**NEW, "sectors": "power，steel", "organization": "nobody"}
    refused = service.post("/registers?lang=en", data=fields, headers=regulator)
    assert (refused.status_code, 'value="nobody"' in refused.text, 'value="power，steel"' in refused.text) == (422, True, True)
    done = service.post("/registers?lang=en", data={**fields, "organization": OWN}, headers=regulator)
    assert done.status_code == 303
    listed = service.get("/registers?lang=en&sector=steel", headers=regulator).text
    assert ("合成碳计量中心" in listed, "Cultivated" in listed) == (True, True)
    rows = service.get("/api/v1/registers", headers=parties.own[Role.REGULATOR].headers).json()["registered"]
    lines = service.get("/api/v1/registers?format=ndjson", headers=parties.own[Role.REGULATOR].headers).text.splitlines()
    assert rows == [json.loads(line) for line in lines]
    table = service.get("/api/v1/registers?format=csv", headers=parties.own[Role.REGULATOR].headers).text
    assert len(list(csv.reader(io.StringIO(table)))) == len(rows) + 1


def test_of_areas_with_few_units_nothing_is_told(world: tuple[TestClient, Parties, Store]) -> None:
    """The figures of an area with one unit are the figures of that unit."""
    service, _, store = world
    before = service.get("/api/v1/open-data/areas").json()
    assert (before["as_of"], {each["units"] for each in before["areas"]}) == (None, {None})
    with store.reading() as work:
        wanted = review_figures.wanting(work, DEFAULT_POLICY, NOW)
    assert wanted is not None
    review_figures.bring_up_to_date(store, wanted)
    told = {each["area"]: each for each in service.get("/api/v1/open-data/areas").json()["areas"]}
    assert (told[MANY]["units"], told[MANY]["equipped"], told[MANY]["good"]) == (5, 0.0, None)
    assert {value for key, value in told[FEW].items() if key not in {"area", "name_zh", "name_en"}} == {None}
    page, table = service.get("/open-data?lang=en").text, service.get("/api/v1/open-data/areas?format=csv&lang=en").text
    assert ("SECRET" in page + table, "17 areas have fewer than five units" in page) == (False, True)
    assert len(list(csv.reader(io.StringIO(table)))) == 19


def test_the_description_names_every_field_of_every_data_set_and_the_licence(
    world: tuple[TestClient, Parties, Store],
) -> None:
    """Somebody would use a column for what it is not."""
    service, _, store = world
    described = service.get("/api/v1/open-data").json()
    assert described["licence"] == ""
    rows = {"areas": OpenArea, "registers": OpenRegistered, "outcomes": ReviewOutcome, "draws": PublicDraw}
    assert {each["name"] for each in described["datasets"]} == set(rows)
    for each in described["datasets"]:
        assert {field["name"] for field in each["fields"]} == set(rows[each["name"]].__struct_fields__)
        assert service.get(each["json"]).status_code == 200
        if each["csv"] is not None:
            assert service.get(each["csv"]).headers["content-type"].startswith("text/csv")
    with client_of(store, licence="CC BY 4.0") as stated:
        assert stated.get("/api/v1/open-data").json()["licence"] == "CC BY 4.0"
        assert "CC BY 4.0" in stated.get("/open-data").text
