"""The monitoring system over HTTP and on pages: registers brought, differences shown in every form, tickets followed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.access import OPERATOR
from registry.unit_of_work import open_store
from registry.usecases.monitoring import BroughtRegister, import_register
from tests.api.conftest import client_of
from tests.api.worlds import NOW as API_NOW
from tests.registry.monitoring.works import DIFFERENCES, NOW, REGISTER, TODAY, fill, table


@pytest.fixture(scope="module")
def works(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The works, looked at by the operator."""
    path = tmp_path_factory.mktemp("works") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    fill(store)
    brought = BroughtRegister(data=table(REGISTER[:2]), name="t.csv", as_of=TODAY)
    import_register(store, brought, organization="works", party=OPERATOR, at=NOW, is_dry_run=False)
    with client_of(store) as service:
        yield service
    store.close()


def test_a_register_comes_as_table_and_as_json_of_the_interface(works: TestClient) -> None:
    """A program and a person would bring different registers."""
    url = "/api/v1/units/works/monitoring/register"
    meters = [
        {"meterCode": "SN001", "meteringLevel": 1, "calibrationState": 0, "multiplier": 6000, "latelyCalibration": "2025-03-01"}
    ]
    body = json.dumps({"data": meters}).encode()
    headers = {"content-type": "application/json"}
    unclear = works.post(f"{url}?dry_run=true", content=body, headers=headers).json()
    assert [(note["row"], note["column"]) for note in unclear["notes"]] == [(2, "检定状态")]
    clear = works.post(f"{url}?dry_run=true&numeric_state=zero", content=body, headers=headers).json()
    assert clear == {"is_recorded": False, "is_same": False, "meters": 1, "notes": []}
    # A day of its own: the others look at today.
    earlier = f"{url}?as_of=2026-11-20"
    brought = works.post(earlier, content=table(REGISTER), headers={"content-type": "text/csv"}).json()
    assert (brought["is_recorded"], brought["meters"]) == (True, 7)
    listed = works.get(earlier).json()
    assert listed["meters"] == [json.loads(line) for line in works.get(f"{earlier}&format=ndjson").text.splitlines()]
    again = works.get(f"{earlier}&format=csv", headers={"accept-language": "zh"}).content
    same = works.post(f"{earlier}&dry_run=true", content=again, headers={"content-type": "text/csv"}).json()
    assert (same["is_same"], same["notes"]) == (False, [])  # Without what the table of the list leaves out.


def test_differences_become_tickets_that_are_listed_answered_and_shown(works: TestClient) -> None:
    """The API, the twins and the pages would tell of different tickets."""
    works.post("/api/v1/units/works/monitoring/register", content=table(REGISTER), headers={"content-type": "text/csv"})
    seen = works.get("/api/v1/units/works/monitoring/reconciliation").json()
    assert {(each["code"], each["subject"]) for each in seen["differences"]} >= {
        key for key in DIFFERENCES if key[0] not in {"NO_UPLOAD", "GATE_DIFFERS"}
    }
    assert (seen["following"]["new"], seen["summary"]["coverage"][0]) == (
        len(seen["differences"]),
        {"level": 1, "connected": 1, "required": 1},
    )
    page = works.get("/units/works/monitoring?lang=en").text
    assert "Multiplier is not CT × PT on record" in page
    assert works.post("/units/works/monitoring", data={"do": "reconcile"}, follow_redirects=False).status_code == 303
    tickets = works.get("/api/v1/monitoring/tickets?code=CLASS_DIFFERS").json()["tickets"]
    assert [each["difference"]["subject"] for each in tickets] == ["SN003"]
    lines = works.get("/api/v1/monitoring/tickets?format=ndjson").text.splitlines()
    assert len(lines) == len(seen["differences"])
    assert "CLASS_DIFFERS" in works.get("/api/v1/monitoring/tickets?format=csv").text
    url = f"/monitoring/tickets/{tickets[0]['id']}"
    assert "SN003" in works.get(f"{url}?lang=en").text
    works.post(url, data={"do": "answered", "reason": "因为"})
    assert works.get(f"/api/v1{url}").json()["state"] == "answered"
    refused = works.post(f"{url}?lang=en", data={"do": "assigned", "reason": "x"})
    assert (refused.status_code, "another owner or another day" in refused.text) == (422, True)
    closed = works.post(f"/api/v1{url}/steps", json={"step": "closed", "reason": "x"})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert works.post(f"/api/v1{url}/steps", json={"step": "answered", "reason": "x"}).status_code == 409
    assert "SN003" in works.get("/monitoring/tickets?state=closed&lang=en").text
    row = works.get("/api/v1/monitoring/units").json()["units"][0]
    assert (row["organization"], row["open_tickets"]) == ("works", len(seen["differences"]) - 1)
    assert "合成 works" in works.get("/monitoring").text
    assert "works" in works.get("/api/v1/monitoring/units?format=csv").text
    assert API_NOW.date() >= TODAY


def test_a_page_looks_at_a_register_before_it_records_it(works: TestClient) -> None:
    """Whoever clicked "check" would have recorded."""
    file = {"file": ("t.csv", table([{"出厂编号": "NEW"}]), "text/csv")}
    checked = works.post("/units/works/monitoring?lang=en", files=file, data={"do": "check"})
    assert "Checked: 1 meters" in checked.text
    wrong = {"file": ("t.csv", table([{"出厂编号": "NEW", "倍率": "0"}]), "text/csv")}
    assert "larger than nothing" in works.post("/units/works/monitoring?lang=en", files=wrong, data={"do": "record"}).text


def test_the_quality_of_points_is_drawn_listed_and_told_day_by_day(works: TestClient) -> None:
    """The strip, the table and the twins would tell of different days."""
    period = "from=2026-10-01&until=2026-11-30"
    listed = works.get(f"/api/v1/units/works/monitoring/quality?{period}").json()["points"]
    by_point = {each["metering_point"]: each for each in listed}
    told = {name: (each["good"], each["sound"], each["marks"]) for name, each in by_point.items()}
    # The gate was read as the very same since October, after another value in September; the mill was never read as another.
    assert told["p-gate"] == (0, 0, {"gap": 8, "stuck": 53})
    assert told["p-mill"] == (53, 53, {"gap": 8})
    # The certificate of the kiln's meter ended in January: its data are good, its meter is not.
    assert told["p-kiln"] == (53, 0, {"gap": 8})
    assert "p-kiln" in works.get(f"/api/v1/units/works/monitoring/quality?{period}&format=csv").text
    answer = works.get(f"/api/v1/metering-points/p-gate/quality?{period}").json()
    lines = works.get(f"/api/v1/metering-points/p-gate/quality?{period}&format=ndjson").text.splitlines()
    assert answer["days"] == [json.loads(line) for line in lines]
    assert (answer["days"][0]["use"], answer["days"][-1]["marks"]) == (
        100.9,
        ["gap"],
    )
    page = works.get(f"/monitoring/points/p-gate?{period}&lang=en").text
    assert ('class="matter gap"' in page, "Good 0 of 61 days" in page) == (True, True)
    assert "Good 53 of 61 days" in works.get(f"/units/works/monitoring/quality?{period}&lang=en").text
    assert works.get("/api/v1/metering-points/p-gate/quality?from=2026-10-02&until=2026-10-01").status_code == 422
    assert works.get("/api/v1/metering-points/nothing/quality").status_code == 404


def test_with_too_few_months_no_forecast_is_made_and_the_page_says_so(works: TestClient) -> None:
    """A guess from two months would be taken for a plan."""
    answer = works.get("/api/v1/metering-points/p-gate/forecast").json()
    assert (answer["is_too_short"], answer["months"], len(answer["history"])) == (True, [], 2)
    assert "Only 2 months in a row" in works.get("/monitoring/points/p-gate/forecast?lang=en").text
