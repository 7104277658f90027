"""Readings, accounting periods and traceability systems over HTTP."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.access import Party, Role
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.mandates import give_mandate
from tests.api.accounting_world import POINT, plant_in, service, write_factors
from tests.api.papers import text_of
from tests.api.parties import FOREIGN, OWN, Parties, claim
from tests.api.worlds import NOW
from traceability.json_text import dump

PERIOD = {"organization": "power-plant", "from": "2026-01-01", "until": "2026-12-31"}
ASK = "/api/v1/accounting"


@pytest.fixture(scope="module")
def plant(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on the seed chains with the readings of tests.api.accounting_world."""
    with plant_in(tmp_path_factory.mktemp("plant"), sqlite_template) as client:
        yield client


def shares(answer: Any) -> dict[str, dict[str, Any]]:
    return {share["standing"]: share for share in answer["shares"]}


def test_a_period_tells_shares_gaps_and_days_without_reading(plant: TestClient) -> None:
    """A centre could not show on which days its figure rests on traceable meters."""
    answer = plant.get(ASK, params=PERIOD)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    points = {each["metering_point"]: each for each in body["metering_points"]}
    assert list(points) == ["gate-electricity", "gate-gas", "workshop-electricity"]
    assert sum(body["days"].values()) == 365
    for point in points.values():
        assert sum(span["days"] for span in point["spans"]) == 365
        assert sum(share["days"] for share in point["shares"]) == 365
        gaps = [span for span in point["spans"] if span["status"] in {"not_traceable", "indeterminate"}]
        assert all(gap["causes"][0]["sentence"] for gap in gaps)
    gas = points["gate-gas"]
    assert sum(share["quantity"] for share in gas["shares"]) == 5900
    assert (gas["unread"][0]["from"], gas["unread"][-1]["until"]) == ("2026-03-01", "2026-12-31")
    assert points["gate-electricity"]["unit"] is None
    for span in gas["spans"]:
        asked = {"as_of": span["from"], "policy": body["policy"]}
        assert plant.get("/api/v1/items/gate-gas/verdict", params=asked).json()["status"] == span["status"]


def test_emissions_have_the_factor_of_their_day_and_none_where_there_is_none(plant: TestClient) -> None:
    """A factor would be made up, or reach back before its edition."""
    body = plant.get(ASK, params=PERIOD).json()
    points = {each["metering_point"]: each for each in body["metering_points"]}
    gas, electricity = points["gate-gas"], points["workshop-electricity"]
    assert sum(share["emissions"] for share in gas["shares"]) == pytest.approx(5.6)
    assert sum(share["without_factor"] for share in gas["shares"]) == 3100
    assert (gas["has_factor"], electricity["has_factor"]) == (True, False)
    (factor,) = body["factors"]
    assert (factor["determination"], factor["confidence"], factor["from"]) == ("default", "synthetic", "2026-02-01")
    assert sum(body["emissions"].values()) == pytest.approx(5.6)


def test_levels_are_not_added_to_each_other(plant: TestClient) -> None:
    """What passes the gate is measured again in the workshop, and would count twice."""
    groups = {(each["energy"], each["level"]): each for each in plant.get(ASK, params=PERIOD).json()["groups"]}
    assert {key: each["is_total"] for key, each in groups.items()} == {
        ("electricity", 1): True,
        ("electricity", 2): False,  # Although nothing was read at the gate: what is inside does not stand in for it.
        ("natural gas", 1): True,
    }


def test_a_sector_tells_its_inputs_and_a_model_is_never_traced(plant: TestClient) -> None:
    """A default value would look like a measurement, or an input that nobody measures would not be missed."""
    sector = plant.get(ASK, params={**PERIOD, "sector": "power"}).json()["sector"]
    inputs = {each["id"]: each for each in sector["inputs"]}
    assert inputs["fuel-gas"]["metering_points"] == ["gate-gas"]
    assert inputs["fuel-mass"]["metering_points"] == []
    assert inputs["default-factors"]["kind"] == "model"
    assert set(inputs["default-factors"]["days"].values()) == {0}
    for id_ in ("steel", "forest"):
        assert plant.get(ASK, params={**PERIOD, "sector": id_}).json()["sector"]["id"] == id_
    assert plant.get(ASK, params={**PERIOD, "sector": "alchemy"}).status_code == 422


def test_one_point_twins_and_wrong_questions(plant: TestClient) -> None:
    """A program would have to take all of an organization, or get an answer to a question that it did not ask."""
    one = {"metering_point": "gate-gas", "from": "2026-01-01", "until": "2026-01-31"}
    assert [each["metering_point"] for each in plant.get(ASK, params=one).json()["metering_points"]] == ["gate-gas"]
    table = plant.get(ASK, params={**PERIOD, "format": "csv"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0][0] == "计量点"
    assert {row[0] for row in rows[1:]} == {"gate-electricity", "gate-gas", "workshop-electricity"}
    assert len(plant.get(ASK, params={**PERIOD, "format": "ndjson"}).text.splitlines()) == 3
    wrong = [
        {**one, "until": "2025-01-01"},
        {**one, "organization": "power-plant"},
        {"from": "2026-01-01", "until": "2026-01-31"},
        {**one, "from": "1900-01-01"},
    ]
    assert [plant.get(ASK, params=each).status_code for each in wrong] == [422] * 4
    assert plant.get(ASK, params={**one, "metering_point": "nowhere"}).status_code == 404
    assert plant.get(ASK, params={**PERIOD, "organization": "nobody"}).json()["metering_points"] == []


def test_a_system_tells_levels_ratios_and_single_points(plant: TestClient) -> None:
    """The validation would not show on which standard everything hangs, nor where an uncertainty shrinks."""
    body = plant.get(f"{ASK}/system", params={"organization": "power-plant"}).json()
    assert {each["target"] for each in body["chains"]} == {"gate-electricity", "gate-gas", "workshop-electricity"}
    growing = [step for step in body["steps"] if step["is_growing"]]
    assert growing
    assert all(step["ratio"] > 1 for step in growing)
    assert body["gaps"] == sum(each["status"] in {"not_traceable", "indeterminate"} for each in body["chains"])
    energy = plant.get(f"{ASK}/system", params={"quantity": "ac_active_energy"}).json()
    assert any(each["is_anchor"] and each["is_single_point"] for each in energy["supports"])
    gas_only = plant.get(f"{ASK}/system", params={"organization": "power-plant", "quantity": "gas_volume_flow"}).json()
    assert [each["target"] for each in gas_only["chains"]] == ["gate-gas"]
    steel = plant.get(f"{ASK}/system", params={"organization": "power-plant", "sector": "steel"}).json()
    assert {each["target"] for each in steel["chains"]} == {"gate-electricity", "workshop-electricity"}
    table = plant.get(f"{ASK}/system", params={"organization": "power-plant", "format": "csv"}).content
    assert len(table.splitlines()) == len(body["steps"]) + 1
    report = plant.get(f"{ASK}/system.pdf", params={"organization": "power-plant"})
    assert (report.status_code, report.content[:5]) == (200, b"%PDF-")
    said = text_of(report.content)
    assert ("账本检查点" in said, "0.02级标准电能表" in said, "0.175kPa" in said) == (True, True, True)
    assert plant.get(f"{ASK}/system").status_code == 422


def test_editions_are_told_and_a_bad_one_is_named(plant: TestClient, tmp_path: Path) -> None:
    """Nobody could say which factors a figure was made with; a file with a mistake would be left out silently."""
    listed = plant.get(f"{ASK}/editions").json()["editions"]
    assert [(each["kind"], each["edition"]) for each in listed] == [
        ("factors", "cn-electricity-2021"),
        ("factors", "cn-electricity-2022"),
        ("factors", "synthetic-2026"),
        ("sectors", "2025"),
    ]
    write_factors(tmp_path, edition=7)
    store: Store = plant.app.state.context.store  # type: ignore[attr-defined]
    answer = service(store, tmp_path).get(f"{ASK}/editions")
    assert answer.status_code == 422
    assert "synthetic.json" in answer.text


@pytest.fixture
def claimed(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[TestClient, Parties]]:
    """The service with two organizations; the point P is the first one's, and a mandate opens it to centres of the other."""
    shutil.copy(sqlite_template, tmp_path / "registry.sqlite")
    store = open_store(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    parties = claim(store)
    own = Party(name="person/alpha", organization=OWN, role=Role.ENERGY_USER)
    with store.writing() as work:
        import_records(work, [dump(POINT).decode()], party=own, at=NOW, source="test")
        give_mandate(
            work, holder=FOREIGN, over=OWN, valid_from=NOW.date(), valid_until=NOW.date(), party=Party(name="local"), at=NOW
        )
    yield service(store, tmp_path), parties
    store.close()


def test_readings_come_in_from_json_tables_and_uploads_once(claimed: tuple[TestClient, Parties]) -> None:
    """Each way would record the same consumption once more."""
    client, parties = claimed
    user = parties.own[Role.ENERGY_USER].headers
    reading = {"metering_point": "P", "from": "2026-01-01", "until": "2026-01-31", "value": 12.50, "unit": "kW*h"}
    dry = client.post("/api/v1/readings?dry_run=true", json={"readings": [reading]}, headers=user)
    assert (dry.status_code, dry.json()["new"], dry.json()["recording"]) == (200, 1, None)
    first = client.post("/api/v1/readings", json={"readings": [reading]}, headers=user)
    assert (first.status_code, first.json()["new"]) == (201, 1)
    table = "计量点,自,至,数值,单位\nP,2026-01-01,2026-01-31,12.5,kWh\nP,2026-02-01,2026-02-28,1,kWh\n".encode()
    second = client.post("/api/v1/readings/csv", content=table, headers={**user, "content-type": "text/csv"})
    assert (second.json()["new"], second.json()["same"]) == (1, 1)
    row = {"dataCode": "00-00-0000-013300-11", "dataValue": 0.5, "statType": 2, "statDate": "2026-03-01 00:00:00", "valid": 1}
    code = {"data_code": row["dataCode"], "metering_point": "P", "unit": "kW*h", "multiplier": 80, "kind": "interval"}
    upload = {"upload": {"data": [row]}, "codes": [code], "numeric_valid": "one"}
    third = client.post("/api/v1/readings/upload", json=upload, headers=user)
    assert (third.status_code, third.json()["new"]) == (201, 1)
    bad = client.post("/api/v1/readings/upload", json={**upload, "numeric_valid": None}, headers=user)
    assert (bad.status_code, bad.json()["errors"][0]["path"]) == (422, "$.upload.data[0].valid")
    gas = {**code, "data_code": "00-00-0000-011500-11"}
    other = client.post("/api/v1/readings/upload", json={**upload, "codes": [gas]}, headers=user)
    assert (other.status_code, other.json()["errors"][0]["path"]) == (422, "$.codes[0].data_code")
    listed = client.get("/api/v1/readings", headers=user).json()
    assert [each["value"] for each in listed["readings"]] == [40, 1, 12.5]
    page = client.get("/api/v1/readings?limit=2", headers=user).json()
    following = client.get("/api/v1/readings", params={"cursor": page["next"]}, headers=user).json()
    assert [each["value"] for each in following["readings"]] == [12.5]


def test_what_the_list_says_can_be_brought_again(claimed: tuple[TestClient, Parties]) -> None:
    """An export would be a dead end."""
    client, parties = claimed
    user = parties.own[Role.ENERGY_USER].headers
    wrong = {"metering_point": "P", "from": "2026-01-01", "until": "2026-01-31", "value": 1, "unit": "kW*h", "id": "w"}
    right = {**wrong, "value": 2, "id": "r", "replaces": "w", "reason": "抄错"}
    client.post("/api/v1/readings", json={"readings": [wrong, right]}, headers=user)
    for language in ("zh", "en"):
        exported = client.get("/api/v1/readings", params={"format": "csv", "lang": language}, headers=user).content
        again = client.post("/api/v1/readings/csv", content=exported, headers={**user, "content-type": "text/csv"})
        assert (again.status_code, again.json()["same"], again.json()["new"]) == (201, 2, 0)
    current = client.get("/api/v1/readings", params={"current": "true", "format": "ndjson"}, headers=user)
    assert len(current.text.splitlines()) == 1
    template = client.get("/api/v1/readings/template.csv?lang=en", headers=user)
    assert template.text.startswith("\ufeffmetering_point,from,until,value,unit")


def test_defects_are_told_with_row_and_column(claimed: tuple[TestClient, Parties]) -> None:
    """People would search for one cell among thousands."""
    client, parties = claimed
    user = {**parties.own[Role.ENERGY_USER].headers, "content-type": "text/csv"}
    table = "计量点,自,至,数值,单位\nP,2026-01-01,2026-01-31,x,kWh\nQ,2026-02-01,2026-02-28,1,kWh\n".encode()
    dry = client.post("/api/v1/readings/csv?dry_run=true", content=table, headers=user).json()
    assert [(each["row"], each["column"]) for each in dry["problems"]] == [(2, "数值"), (3, "计量点")]
    refused = client.post("/api/v1/readings/csv", content=table, headers=user)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "readings.csv:2:数值")
    nonsense = client.post("/api/v1/readings", json={"readings": [{"metering_point": "P"}]}, headers=user)
    assert nonsense.status_code == 415


def test_a_centre_with_a_mandate_accounts_and_others_learn_nothing(claimed: tuple[TestClient, Parties]) -> None:
    """Consumption is a secret of business; a mandate is for those who check, and lets nobody write."""
    client, parties = claimed
    user = parties.own[Role.ENERGY_USER].headers
    reading = {"metering_point": "P", "from": "2026-01-01", "until": "2026-01-31", "value": 12.5, "unit": "kW*h"}
    client.post("/api/v1/readings", json={"readings": [reading]}, headers=user)
    ask = {"organization": OWN, "from": "2026-01-01", "until": "2026-01-31"}
    for role, is_seeing in ((Role.CENTRE, True), (Role.REGULATOR, True), (Role.LABORATORY, False), (Role.ENERGY_USER, False)):
        headers = parties.foreign[role].headers
        body = client.get(ASK, params=ask, headers=headers).json()
        assert [each["metering_point"] for each in body["metering_points"]] == (["P"] if is_seeing else [])
        assert len(client.get("/api/v1/readings", headers=headers).json()["readings"]) == int(is_seeing)
        one = {"metering_point": "P", "from": "2026-01-01", "until": "2026-01-31"}
        assert client.get(ASK, params=one, headers=headers).status_code == (200 if is_seeing else 404)
    writing = client.post("/api/v1/readings", json={"readings": [reading]}, headers=parties.foreign[Role.CENTRE].headers)
    assert (writing.status_code, writing.json()["errors"][0]["path"]) == (422, "$.readings[0].metering_point")
    assert client.post("/api/v1/readings", json={"readings": []}, headers=parties.own[Role.AUDITOR].headers).status_code == 403
