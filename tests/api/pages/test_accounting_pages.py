"""The pages of accounting: what was asked is shown, gaps lead to verdicts, files are brought, strangers see nothing."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.access import Party, Role
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from tests.api.accounting_world import POINT, plant_in, service
from tests.api.parties import FOREIGN, OWN, Parties, claim
from tests.api.worlds import NOW
from traceability.json_text import dump

YEAR = "from=2026-01-01&until=2026-12-31"


@pytest.fixture(scope="module")
def plant(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on the seed chains with the readings of tests.api.accounting_world."""
    with plant_in(tmp_path_factory.mktemp("plant"), sqlite_template) as client:
        yield client


@pytest.fixture
def claimed(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[TestClient, Parties]]:
    """The service with two organizations; the point P is the first one's."""
    shutil.copy(sqlite_template, tmp_path / "registry.sqlite")
    store = open_store(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    parties = claim(store)
    own = Party(name="person/alpha", organization=OWN, role=Role.ENERGY_USER)
    with store.writing() as work:
        import_records(work, [dump(POINT).decode()], party=own, at=NOW, source="test")
    yield service(store, tmp_path), parties
    store.close()


def test_a_period_is_drawn_and_each_gap_leads_to_its_verdict(plant: TestClient) -> None:
    """People would see a percentage and nothing of what is behind it."""
    told = plant.get(f"/accounting?organization=glass-works&{YEAR}&sector=steel")
    assert told.status_code == 200
    assert told.text.count('<svg class="period"') == 3
    assert "第一处断点" in told.text
    assert "/i/kiln-gas?as_of=2026-" in told.text
    assert "非计量学输入" in told.text
    assert "没有计量点" in told.text
    english = plant.get(f"/accounting?organization=power-plant&{YEAR}&lang=en").text
    assert "Days without a reading" in english
    assert "synthetic-2026" in english


def test_many_points_are_paged_and_many_gaps_folded(claimed: tuple[TestClient, Parties]) -> None:
    """Forty points would make a page of metres, in which nobody finds the sum; and none may be lost between two pages."""
    client, parties = claimed
    own = Party(name="person/alpha", organization=OWN, role=Role.ENERGY_USER)
    point = {"organization": OWN, "level": 1, "energy": "electricity", "branches": [{"name": "meter"}]}
    points = [{"id": f"P{number:02}", **point} for number in range(24)]
    with client.app.state.context.store.writing() as work:  # type: ignore[attr-defined]
        import_records(work, [dump({**POINT, "metering_points": points}).decode()], party=own, at=NOW, source="test")
    headers = parties.own[Role.ENERGY_USER].session_headers
    first, second = (client.get(f"/accounting?{YEAR}{more}", headers=headers).text for more in ("", "&points_after=20"))
    assert [page.count('<svg class="period"') for page in (first, second)] == [20, 5]
    assert "points_after=20#points" in first
    assert "<summary>其余 5 处</summary>" in first
    assert "21–25 / 25" in second
    assert "points_after=0#points" in second


def test_what_has_no_factor_has_no_emissions(plant: TestClient) -> None:
    """A zero would look like a clean energy: the edition knows gas alone, and gas before February not."""
    told = plant.get(f"/accounting?organization=power-plant&{YEAR}").text
    assert "无因子" in told
    assert "未计排放（没有因子）：" in told
    assert "尚未到来" in told


def test_a_wrong_question_stays_on_the_page(plant: TestClient) -> None:
    """A form would be lost over a typing error."""
    assert plant.get("/accounting").status_code == 200
    for query in ("organization=x&from=2026-02-01&until=2026-01-01", "metering_point=nowhere", "organization=x&sector=alchemy"):
        answer = plant.get(f"/accounting?{query}")
        assert answer.status_code in {404, 422}
        assert 'role="alert"' in answer.text
    assert plant.get("/accounting/system?organization=x&sector=alchemy").status_code == 422
    assert plant.get("/accounting/system").status_code == 200


def test_a_system_shows_single_points_and_its_report(plant: TestClient) -> None:
    """The weak point of a system would be found by reading the table line by line."""
    told = plant.get("/accounting/system?quantity=ac_active_energy").text
    assert '<span class="tag condition">单点</span>' in told
    assert "/api/v1/accounting/system.pdf?quantity=ac_active_energy" in told


def test_a_file_is_checked_then_recorded_and_listed(claimed: tuple[TestClient, Parties]) -> None:
    """Whoever has no program could not bring readings, or would not learn which cell is wrong."""
    client, parties = claimed
    user = parties.own[Role.ENERGY_USER].session_headers
    table = "计量点,自,至,数值,单位\nP,2026-01-01,2026-01-31,12.5,kWh\n"

    def brought(text: str, deed: str, name: str = "r.csv", **more: io.BytesIO) -> str:
        files = {"file": (name, io.BytesIO(text.encode())), **{key: (key, value) for key, value in more.items()}}
        answer = client.post("/readings/import", files=files, data={"deed": deed, "numeric_valid": "one"}, headers=user)
        assert answer.status_code == 200, answer.text[:300]
        return answer.text

    assert "检查通过，尚未登记" in brought(table, "check")
    assert "没有符合条件的读数" in client.get("/readings", headers=user).text
    assert "已登记" in brought(table, "record")
    bad = brought(table.replace("12.5", "x"), "record")
    assert "未登记：有 1 处问题" in bad
    assert '<td data-label="列或位置">数值</td>' in bad
    upload = (
        '{"data": [{"dataCode": "00-00-0000-013300-11", "dataValue": 1, "statType": 1, "statDate": "2026-03-01", "valid": 1}]}'
    )
    codes = b"data_code,metering_point,unit,multiplier,kind\n00-00-0000-013300-11,P,kWh,80,interval\n"
    assert "已登记" in brought(upload, "record", "u.json", codes=io.BytesIO(codes))
    listed = client.get("/readings?metering_point=P", headers=user).text
    assert "12.5 kW*h" in listed
    assert "80 kW*h" in listed
    other = parties.foreign[Role.ENERGY_USER].session_headers
    assert "12.5" not in client.get("/readings", headers=other).text
    assert "没有可见的计量点" in client.get(f"/accounting?organization={OWN}&{YEAR}", headers=other).text
    assert f'value="{FOREIGN}"' in client.get("/accounting", headers=other).text
