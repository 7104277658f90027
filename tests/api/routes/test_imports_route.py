"""Imports over HTTP and on their pages: kept, checked, confirmed, reported, undone; each organization for itself."""

import io
import re
from collections.abc import Iterator

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from registry.access import Role
from registry.unit_of_work import Store
from tests.api.conftest import client_of, work
from tests.api.parties import Parties, claim
from tests.registry.import_worlds import lines, meter

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # What differs is tested below.
API = "/api/v1/imports"
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture
def parties(store: Store) -> Parties:
    return claim(store)


@pytest.fixture
def service(store: Store, parties: Parties) -> Iterator[TestClient]:
    """The claimed service, as the laboratory's machine asks it."""
    made = client_of(store)
    made.headers.update(parties.own[Role.LABORATORY].headers)
    yield made
    made.app.state.context.jobs().queue.close()  # type: ignore[attr-defined]


def ledger() -> bytes:
    """A workbook of the user's own kind: two good rows, one without the number that it needs, and a column of their own."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("计量器具")
        for number, row in enumerate(
            [["内部编号", "名称", "器具类别", "备注"], ["A-1", "表一", "计量表", "x"], ["A-2", "表二", "?", "y"]]
        ):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def test_a_file_goes_all_the_way(service: TestClient) -> None:
    """The way of every LIMS: send, ask, confirm, ask, undo; the answer says at each step what can come next."""
    sent = service.post(API, params={"dry_run": "true", "name": "m.ndjson"}, content=lines(meter(1), meter(2)), headers=NDJSON)
    assert sent.status_code == 202
    one = sent.json()
    assert (one["state"], one["progress"]["phase"], one["can_confirm"]) == ("checking", "waiting", False)
    assert sent.headers["location"] == one["links"]["self"]
    work(service)
    assert service.get(one["links"]["self"]).json()["counts"]["new"] == 2
    assert service.get("/api/v1/items/M-1").status_code == 404
    assert service.post(f"{API}/{one['id']}/confirm").status_code == 202
    work(service)
    assert service.get(one["links"]["self"]).json()["state"] == "recorded"
    assert service.get("/api/v1/items/M-1").status_code == 200
    assert service.post(f"{API}/{one['id']}/confirm").status_code == 412
    assert service.post(f"{API}/{one['id']}/undo", json={}).status_code == 422
    assert service.post(f"{API}/{one['id']}/undo", json={"reason": "wrong"}).status_code == 202
    work(service)
    assert [each["state"] for each in service.get(API).json()["imports"]] == ["undone"]
    assert service.get("/api/v1/items/M-1").status_code == 404


def test_the_same_key_is_one_import(service: TestClient) -> None:
    """A client that lost the answer sends again; two jobs over one file are one too many."""
    headers = {**NDJSON, "idempotency-key": "k-1"}
    first, second = (service.post(API, content=lines(meter(1)), headers=headers).json()["id"] for _ in range(2))
    assert first == second
    assert service.post(API, content=lines(meter(2)), headers=headers).status_code == 422
    assert len(service.get(API).json()["imports"]) == 1


def test_a_workbook_is_mapped_and_comes_back_with_its_errors(service: TestClient) -> None:
    """The report is the user's own file: what is wrong stands in the row where it is to be put right."""
    headers = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    one = service.post(API, params={"dry_run": "true", "name": "台账.xlsx"}, content=ledger(), headers=headers).json()
    work(service)
    proposal = service.get(f"{API}/{one['id']}/mapping").json()
    (column,) = (each for each in proposal["sheets"][0]["columns"] if each["header"] == "内部编号")
    mapping = proposal["mapping"]
    mapping["columns"]["items"][column["key"]] = "asset"
    assert service.post(f"{API}/{one['id']}/mapping", json={"columns": 1}).status_code == 422
    assert service.post(f"{API}/{one['id']}/mapping", json=mapping).status_code == 202
    work(service)
    checked = service.get(one["links"]["self"]).json()
    assert (checked["counts"]["new"], checked["counts"]["bad"], checked["can_confirm"]) == (1, 1, False)
    report = service.get(one["links"]["report"])
    assert "filename*=UTF-8''" in report.headers["content-disposition"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(report.content)).get_sheet_by_index(0).to_python()
    assert [row[:4] for row in rows] == [
        ["内部编号", "名称", "器具类别", "备注"],
        ["A-1", "表一", "计量表", "x"],
        ["A-2", "表二", "?", "y"],
    ]
    assert str(rows[1][4]).startswith("新 / new")
    assert str(rows[2][4]).startswith("错误 / error")
    # Remembered: the next file is read so without a question.
    again = service.post(API, params={"dry_run": "true"}, content=ledger(), headers=headers).json()
    work(service)
    assert service.get(again["links"]["self"]).json()["counts"] == checked["counts"]


def test_imports_of_others_are_not_found(service: TestClient, parties: Parties) -> None:
    """Nothing tells a foreign import from one that does not exist."""
    one = service.post(API, content=lines(meter(1)), headers=NDJSON).json()
    foreign = parties.foreign[Role.LABORATORY].headers
    unknown = service.get(f"{API}/nothing", headers=foreign)
    for path in ("", "/report", "/mapping"):
        asked = service.get(f"{API}/{one['id']}{path}", headers=foreign)
        assert asked.status_code == 404
        assert asked.json()["title"] == unknown.json()["title"]
    for path in ("confirm", "cancel"):
        assert service.post(f"{API}/{one['id']}/{path}", headers=foreign).status_code == 404
    assert service.get(API, headers=foreign).json()["imports"] == []
    assert service.post(API, content=b"{}", headers={**NDJSON, **parties.own[Role.AUDITOR].headers}).status_code == 403


def test_what_is_no_file_is_refused(service: TestClient) -> None:
    """A form of another site can send text/plain; an empty file is a mistake."""
    assert service.post(API, content=b"x", headers={"content-type": "text/plain"}).status_code == 415
    assert service.post(API, content=b" \n", headers=NDJSON).status_code == 422
    broken = service.post(API, content=b"PK\x03\x04nonsense", headers={"content-type": "application/octet-stream"}).json()
    work(service)
    told = service.get(broken["links"]["self"]).json()
    assert told["state"] == "refused"
    assert told["reason"]["zh"] != told["reason"]["en"]
    assert service.get(f"{API}/template.xlsx").content.startswith(b"PK")


def test_the_page_does_it_all_without_a_script(service: TestClient, parties: Parties) -> None:
    """A technician with a locked-down browser imports a ledger as well: forms, redirects, and words in both languages."""
    del service.headers["authorization"]
    browser = parties.own[Role.LABORATORY].session_headers
    token = browser["x-csrf-token"]
    service.cookies.set(*browser["cookie"].split("=", 1))
    start = service.get("/imports")
    assert token in start.text
    assert "<script>" not in start.text
    files = {"file": ("台账.xlsx", ledger())}
    assert service.post("/imports", files=files).status_code == 403
    shown = service.post("/imports?lang=en", files=files, data={"csrf_token": token})
    assert shown.status_code == 200
    assert 'role="progressbar"' in shown.text
    assert "Waiting" in shown.text
    page = str(shown.url).partition("?")[0]
    assert 'role="progressbar"' in service.get(f"{page}/progress").text
    work(service)
    assert service.get(f"{page}/progress").text.strip() == ""
    (name,) = re.findall(r'name="(items:内部编号)"', service.get(page).text)
    service.post(f"{page}/mapping", data={"csrf_token": token, name: "asset"})
    work(service)
    checked = service.get(page, params={"lang": "en"})
    assert "Rows that need attention" in checked.text
    assert "Record it" not in checked.text
    shown = service.post("/imports", files={"file": ("m.ndjson", lines(meter(1)))}, data={"csrf_token": token})
    page = str(shown.url)
    work(service)
    assert "确认登记" in service.get(page).text
    service.post(f"{page}/confirm", data={"csrf_token": token})
    assert "取消" in service.get(page).text
    work(service)
    recorded = service.get(page).text
    assert "撤回整个导入" in recorded
    service.post(f"{page}/undo", data={"csrf_token": token, "reason": "测试"})
    work(service)
    assert "已撤回" in service.get(page).text
    assert service.get("/imports").text.count('class="target"') == 2
