"""Units of the review over HTTP and on pages: each sees its own, tables are checked first, the forms agree."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import review_examples
from registry.access import OPERATOR, Role
from registry.exchange.workbook.opening import open_book
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from registry.usecases.units import record_facts, set_area
from tests.api.conftest import client_of
from tests.api.papers import text_of
from tests.api.parties import BEGUN, FOREIGN, OWN, Parties, claim
from tests.registry.review.reference_company import COMPANY, DAY, NEXT, document, facts
from traceability.json_text import dump

CODE = "91310000MA1K0000X0"


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Parties]]:
    """Two organizations; the own one's regulators are of the whole city."""
    path = tmp_path_factory.mktemp("units") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    with store.writing() as work:
        set_area(work, OWN, "*", BEGUN.date(), party=OPERATOR, at=BEGUN + timedelta(seconds=1))
    with client_of(store) as service:
        service.post("/api/v1/units", json=told(), headers=parties.own[Role.REGULATOR].headers)
        yield service, parties
    store.close()


def told(organization: str = OWN) -> dict[str, Any]:
    unit = {"kind": "unit", "organization": organization, "credit_code": CODE, "area": "310115", "since": "2025-01-01"}
    consumption = {"kind": "consumption", "organization": organization, "year": 2025, "tce": 9999.99, "basis": "equivalent"}
    return {"facts": [unit, consumption]}


def test_a_unit_is_told_once_read_by_whom_it_concerns_and_listed_in_every_form(world: tuple[TestClient, Parties]) -> None:
    """The API, the twins and the page would otherwise tell of different units, or a stranger of ours."""
    service, parties = world
    regulator, stranger = parties.own[Role.REGULATOR].headers, parties.foreign[Role.REGULATOR].headers
    moved = told()
    moved["facts"][0]["since"] = "2025-06-01"
    assert service.post("/api/v1/units", json=moved, headers=regulator).json() == {"new": 1, "same": 1}
    assert service.post("/api/v1/units", json=told(), headers=regulator).json() == {"new": 0, "same": 2}
    found = service.get(f"/api/v1/units/{OWN}", headers=parties.own[Role.ENERGY_USER].headers).json()
    assert (found["jurisdiction"]["organizer"], found["jurisdiction"]["tce"]) == ("nobody", 9999.99)
    assert found["jurisdiction"]["ground"] == "not_key"
    assert service.get(f"/api/v1/units/{OWN}", headers=stranger).status_code == 404
    assert service.get("/api/v1/units", headers=stranger).json()["units"] == []
    listed = service.get("/api/v1/units", headers=regulator).json()["units"]
    lines = service.get("/api/v1/units?format=ndjson", headers=regulator).text.splitlines()
    assert listed == [json.loads(line) for line in lines]
    assert CODE in service.get("/api/v1/units?format=csv", headers=regulator).text
    page = service.get("/units?lang=en", headers=regulator).text
    assert (CODE in page, "Only key units of this band are reviewed" in page) == (True, True)
    assert "9999.99" in service.get(f"/units/{OWN}", headers=parties.own[Role.ENERGY_USER].headers).text


def test_units_are_told_by_their_regulator_alone(world: tuple[TestClient, Parties]) -> None:
    """A unit could write down its own consumption, a laboratory anybody's."""
    service, parties = world
    for headers in (parties.own[Role.ENERGY_USER].headers, parties.foreign[Role.REGULATOR].headers):
        assert service.post("/api/v1/units", json=told(FOREIGN), headers=headers).status_code in {403, 422}
    auditor = parties.own[Role.AUDITOR].headers
    assert service.post("/api/v1/units", json=told(), headers=auditor).status_code == 403
    assert (
        service.post("/api/v1/units/import", content=b"x", headers={**auditor, "content-type": "text/csv"}).status_code == 403
    )
    own_administrator = parties.own[Role.ADMINISTRATOR].headers
    area = {"area": "*", "since": "2026-01-01"}
    assert service.put(f"/api/v1/organizations/{OWN}/area", json=area, headers=own_administrator).status_code == 403
    everything = parties.administrator.headers
    given = service.put(f"/api/v1/organizations/{FOREIGN}/area", json={**area, "area": "310113"}, headers=everything)
    assert given.json() == {"organization": FOREIGN, "area": "310113"}


def test_a_defect_is_told_with_its_place(world: tuple[TestClient, Parties]) -> None:
    """Among thousands of facts nobody would find the slip."""
    service, parties = world
    wrong = told()
    wrong["facts"][0]["credit_code"] = "91310000MA1K0000X1"
    refused = service.post("/api/v1/units", json=wrong, headers=parties.own[Role.REGULATOR].headers)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "$.facts[0].credit_code")
    wrong["facts"] = [{**told()["facts"][1], "year": "x"}]
    assert service.post("/api/v1/units", json=wrong, headers=parties.own[Role.REGULATOR].headers).status_code == 422


def test_a_table_is_checked_then_recorded_by_api_and_page(world: tuple[TestClient, Parties]) -> None:
    """A check that wrote, or a page that recorded half a table, could not be taken back."""
    service, parties = world
    regulator = parties.own[Role.REGULATOR]
    table = f"机构标识,年度,综合能源消费量（tce）,折标口径\n{OWN},2024,6000,当量值\n".encode()
    headers = {**regulator.headers, "content-type": "text/csv"}
    checked = service.post("/api/v1/units/import?dry_run=true", content=table, headers=headers).json()
    assert (checked["is_recorded"], checked["new"], checked["notes"]) == (False, 1, [])
    file = {"file": ("t.csv", table, "text/csv")}
    page = service.post("/units?lang=en", files=file, data={"do": "record"}, headers=regulator.session_headers)
    assert "Recorded: 1 new, 0 the same." in page.text
    assert service.post("/api/v1/units/import", content=table, headers=headers).json()["same"] == 1
    bad = {"file": ("t.csv", table.replace(b"2024", b"later"), "text/csv")}
    assert "row 2" in service.post("/units?lang=en", files=bad, data={"do": "check"}, headers=regulator.session_headers).text


def test_editions_are_listed_with_how_sure_we_are_and_brought_by_the_city_alone(world: tuple[TestClient, Parties]) -> None:
    """Figures by a table from memory would pass for those of the printed standard; any bureau could move the thresholds."""
    service, parties = world
    listed = service.get("/api/v1/review-editions", headers=parties.own[Role.AUDITOR].headers).json()["editions"]
    assert {(each["id"], each["has_tables"]) for each in listed} >= {("gb-17167-2006", True), ("gb-17167-2025", False)}
    assert all(each["confidence"]["zh"] and each["source"] for each in listed)
    edition = {
        "format": "review-equipping/1",
        "id": "gb-17167-2025",
        "standard": "GB 17167-2025",
        "title": {"zh": "合成", "en": "synthetic"},
        "source": "synthetic",
        "confidence": {"zh": "合成", "en": "synthetic"},
        "in_force_from": "2026-02-01",
        "rates": [{"energy": "electricity", "level": 1, "at_least": "100"}],
    }
    refused = service.post("/api/v1/review-editions", json=edition, headers=parties.foreign[Role.REGULATOR].headers)
    assert refused.status_code == 403
    done = service.post("/api/v1/review-editions", json=edition, headers=parties.own[Role.REGULATOR].headers)
    assert done.json()["has_tables"] is True
    wrong = service.post("/api/v1/review-editions", json={"format": "x"}, headers=parties.own[Role.REGULATOR].headers)
    assert wrong.status_code == 422
    assert review_examples.REVIEW_EDITION["id"] == done.json()["id"]


@pytest.fixture(scope="module")
def company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on the reference company, as the operator sees it."""
    path = tmp_path_factory.mktemp("company") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], at=BEGUN, source="test")
        record_facts(work, facts(), party=OPERATOR, at=BEGUN, source="test")
    with client_of(store) as service:
        yield service
    store.close()


def test_how_a_unit_is_equipped_is_the_same_as_json_page_and_paper(company: TestClient) -> None:
    """A reviewer would have two figures for one rate."""
    told = company.get(f"/api/v1/units/{COMPANY}/equipping?as_of={DAY}").json()
    (row,) = (row for row in told["rates"] if (row["energy"], row["level"]) == ("electricity", 3))
    ratio = row["equipped"]
    assert (ratio["numerator"], ratio["denominator"], ratio["percent"], row["conclusion"]) == (7, 8, 87.5, "not_met")
    assert (len(told["meters"]), told["edition"], told["edition_in_force"]) == (60, "gb-17167-2006", "gb-17167-2006")
    page = company.get(f"/units/{COMPANY}/equipping?as_of={DAY}&lang=en").text
    assert ("87.5" in page, "Not met" in page, "No metering point" in page) == (True, True, True)
    later = company.get(f"/units/{COMPANY}/equipping?as_of={NEXT}&lang=en").text
    assert ("Undecided" in later, "GB 17167-2025 is in force" in later) == (True, True)
    book = open_book(company.get(f"/api/v1/units/{COMPANY}/forms?as_of={DAY}").content)
    rates = next(sheet for sheet in book.sheets if sheet.name == "B.8")
    assert next(row for row in rates.rows if row[:2] == ("电力", "主要用能设备"))[2:5] == ("8", "7", "87.5")
    assert company.get("/api/v1/units/nobody/equipping").status_code == 404


def test_the_pdf_holds_the_tables_and_the_diagram_all_meters_of_a_kind_in_one_box(company: TestClient) -> None:
    """The diagram of hundreds of meters could not be read, and paper would lack what 5.3.5 asks for."""
    answer = company.get(f"/api/v1/units/{COMPANY}/forms?format=pdf&as_of={DAY}")
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    picture = company.get(f"/api/v1/units/{COMPANY}/diagram.svg?as_of={DAY}&lang=en").text
    assert picture.startswith("<svg")
    assert ("electricity, 20 meters" in picture, "natural gas, 13 meters" in picture) == (True, True)
    gas = company.get(f"/api/v1/units/{COMPANY}/diagram.svg?as_of={DAY}&lang=en&energy=natural gas").text
    assert ("electricity" in gas, "natural gas, 13 meters" in gas) == (False, True)
    assert company.get(f"/api/v1/units/{COMPANY}/diagram.svg?energy=none").status_code == 404
    texts = text_of(answer.content)
    assert ("SNE101" in texts, "B.9" in texts, "账本检查点" in texts) == (True, True, True)


def test_b3_is_brought_back_by_api_and_page(company: TestClient) -> None:
    """A unit would type its ledger anew for each review."""
    data = company.get(f"/api/v1/units/{COMPANY}/forms").content
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"content-type": media_type}
    done = company.post(f"/api/v1/units/{COMPANY}/forms?dry_run=true", content=data, headers=headers).json()
    assert (done["new"], done["same"], done["notes"], done["is_recorded"]) == (0, 59, [], False)
    file = {"file": ("b3.xlsx", data, media_type)}
    page = company.post(f"/units/{COMPANY}/equipping?lang=en", files=file, data={"do": "record"}).text
    assert "Recorded: 0 new, 59 the same." in page
