"""The pages of a laboratory without scripts: forms that keep what was typed, previews before anything is written."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from registry.access import OPERATOR, Role
from registry.organization_settings import OrganizationSettings
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.organization_settings import change_settings
from tests.api.conftest import BASE_URL
from tests.api.laboratories import GOOD, LABORATORY, LAPSED, METER, QUANTITY, ledger, open_laboratory
from tests.api.parties import FOREIGN, OWN, Acting, Parties
from tests.api.worlds import NOW
from tests.registry.worlds import fingerprint
from traceability.interchange import dump_records, records_from

HTML = {"accept": "text/html"}
HAN = re.compile("[一-鿿]+")
PAPER = {
    "kind": "calibration",
    "number": "N-1",
    "issuer": OWN,
    "serial": "SN-0001",
    "calibrated_on": "2026-11-20",
    "issued_on": "2026-11-21",
    "valid_until": "2028-11-19",
    "outcome": "pass",
    f"reference:{GOOD}": "1",
    "results-0-quantity": QUANTITY,
    "results-0-unit": "kWh",
    "results-0-low": "1",
    "results-0-high": "100",
    "results-0-uncertainty": "0.1",
    "results-0-uncertainty_unit": "%",
    "results-0-k": "2",
}


class Browser:
    """Somebody who reads pages and sends forms."""

    def __init__(self, service: TestClient, acting: Acting) -> None:
        self.service = service
        self.headers = {**HTML, "cookie": acting.session_headers["cookie"]}
        self.token = acting.session_headers["x-csrf-token"]

    def get(self, path: str, **headers: str) -> Any:
        return self.service.get(path, headers={**self.headers, **headers}, follow_redirects=False)

    def post(self, path: str, fields: dict[str, str]) -> Any:
        data = {"csrf_token": self.token, **fields}
        return self.service.post(path, data=data, headers=self.headers, follow_redirects=False)

    def confirmed(self, path: str, fields: dict[str, str]) -> Any:
        """What comes of a form that is looked at and then confirmed as it was."""
        looked = self.post(path, {**fields, "do": "preview"})
        assert looked.status_code == 200, _text(looked)
        return self.post(
            path, {**fields, "do": "confirm", **{name: _hidden(looked.text, name) for name in ("key", "looked_at")}}
        )


def _looked_at(answer: Any) -> dict[str, str]:
    """What a form carries once it was looked at."""
    return {name: _hidden(answer.text, name) for name in ("key", "looked_at")}


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2])))


def _open(template: Path, path: Path) -> tuple[Store, Parties]:
    shutil.copy(template, path)
    store = open_store(f"sqlite:///{path}")
    parties = open_laboratory(store)
    with store.writing() as work:
        document = dump_records(records_from(ledger())).decode()
        import_records(work, [document], party=LABORATORY, at=NOW, source="synthetic")
    return store, parties


def _service(store: Store) -> TestClient:
    """The service with a clock that goes on by a second whenever it is asked."""
    seconds = count()
    app = create_app(store, base_url=BASE_URL, now=lambda: NOW + timedelta(seconds=next(seconds)))
    return TestClient(app, base_url=BASE_URL)


@pytest.fixture(scope="module")
def reader(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Somebody of a laboratory, for tests that write nothing."""
    store, parties = _open(sqlite_template, tmp_path_factory.mktemp("laboratory") / "registry.sqlite")
    yield Browser(_service(store), parties.own[Role.LABORATORY])
    store.close()


@pytest.fixture
def opened(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Store, Parties]]:
    """A laboratory of a test's own."""
    store, parties = _open(sqlite_template, tmp_path / "registry.sqlite")
    yield store, parties
    store.close()


@pytest.fixture
def store(opened: tuple[Store, Parties]) -> Store:
    return opened[0]


@pytest.fixture
def laboratory(opened: tuple[Store, Parties]) -> Browser:
    return Browser(_service(opened[0]), opened[1].own[Role.LABORATORY])


@pytest.fixture
def foreign(opened: tuple[Store, Parties], laboratory: Browser) -> Browser:
    return Browser(laboratory.service, opened[1].foreign[Role.LABORATORY])


def test_rows_are_added_and_removed_and_keep_what_was_typed(reader: Browser) -> None:
    """Where scripts do not run, a technician must not lose a paper half typed."""
    path = f"/items/{METER}/record"
    more = reader.post(path, {**PAPER, "do": "add_result"}).text
    assert ('name="results-1-unit"' in more, 'value="N-1"' in more, 'value="0.1"' in more) == (True, True, True)
    assert re.search(rf'name="reference:{GOOD}" value="1" checked', more)
    fewer = reader.post(path, {**PAPER, "results-1-quantity": "second", "do": "remove_result:0"}).text
    assert ('value="second"' in fewer, 'value="0.1"' in fewer) == (True, False)


def test_a_standard_that_lapsed_is_struck_through_and_cannot_be_chosen(laboratory: Browser, store: Store) -> None:
    """The mistake is to be seen before the paper is printed; and what a browser sends is not to be believed."""
    path = f"/items/{METER}/record"
    shown = laboratory.get(path).text
    row = shown.partition(f'id="reference:{LAPSED}"')[2].partition("</li>")[0]
    assert ("<s>合成旧电能标准" in row, "disabled" in row, "已过期" in row) == (True, True, True)
    assert "<s>" not in shown.partition(f'id="reference:{GOOD}"')[2].partition("</li>")[0]
    in_its_time = laboratory.post(path, {**PAPER, "calibrated_on": "2023-06-01", "do": "find_references"}).text
    assert "<s>" not in in_its_time.partition(f'id="reference:{LAPSED}"')[2].partition("</li>")[0]
    assert "<s>" in in_its_time.partition(f'id="reference:{GOOD}"')[2].partition("</li>")[0]
    before = fingerprint(store)
    forced = laboratory.post(path, {**PAPER, f"reference:{LAPSED}": "1", "do": "preview"})
    assert (forced.status_code, "当日不能作为依据" in forced.text) == (422, True)
    assert fingerprint(store) == before


def test_nothing_is_written_before_it_was_looked_at_and_then_once(laboratory: Browser, store: Store) -> None:
    """A preview that writes is no preview; a changed form was not looked at; a second click is no second certificate."""
    path = f"/items/{METER}/record"
    before = fingerprint(store)
    looked = laboratory.post(path, {**PAPER, "serial": "OTHER", "do": "preview"})
    marked = looked.text.partition('id="serial"')[2].partition("</p>")[0]
    assert ("不可溯源" in looked.text, "aria-invalid" in marked, "不一致" in marked) == (True, True, True)
    hidden = _looked_at(looked)
    unseen = laboratory.post(path, {**PAPER, "do": "confirm", **hidden})
    assert (unseen.status_code, "预览：登记后会怎样" in unseen.text) == (200, True)
    assert fingerprint(store) == before
    hidden = _looked_at(unseen)
    done, again = (laboratory.post(path, {**PAPER, "do": "confirm", **hidden}) for _ in range(2))
    assert (done.status_code, done.headers["location"]) == (303, again.headers["location"])
    assert "可溯源" in _text(laboratory.get(done.headers["location"]))
    assert fingerprint(store) != before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": ""}, "number"),
        ({"calibrated_on": "2026-02-30"}, "calibrated_on"),
        ({"results-0-low": "a"}, "results-0-low"),
        ({"results-0-unit": ""}, "results-0-unit"),
        ({"results-0-k": "0"}, "results-0"),
        ({"use_within_days": "-"}, "use_within_days"),
        ({"other_reference": "NOWHERE"}, "reference:NOWHERE"),
    ],
)
def test_what_is_wrong_stands_at_its_field(reader: Browser, changed: dict[str, str], field: str) -> None:
    """Otherwise somebody would have to guess which of thirty fields is meant."""
    answer = reader.post(f"/items/{METER}/record", {**PAPER, **changed, "do": "preview"})
    assert answer.status_code == 422
    assert f'href="#{field}' in answer.text
    assert f'id="{field}' in answer.text.partition("</section>")[2]


def test_a_correction_and_a_withdrawal_say_what_they_turn(laboratory: Browser) -> None:
    """Both are for good, so they are looked at first; both certificates stay to be read."""
    recorded = laboratory.confirmed(f"/items/{METER}/record", PAPER).headers["location"].partition("?")[0]
    unsaid = laboratory.post(f"{recorded}/replace", {**PAPER, "results-0-high": "90", "do": "preview"})
    assert (unsaid.status_code, "更正须说明理由" in unsaid.text) == (422, True)
    assert 'value="100"' in laboratory.get(f"{recorded}/replace").text
    corrected = laboratory.confirmed(f"{recorded}/replace", {**PAPER, "results-0-high": "90", "reason": "笔误"})
    replacing = corrected.headers["location"].partition("?")[0]
    assert "已被替换" in _text(laboratory.get(recorded))
    days = {"on": "2026-11-23", "void_from": "2026-11-20", "reason": "合成理由"}
    looked = laboratory.post(f"{replacing}/withdraw", {**days, "do": "preview"})
    assert re.search("现在 撤销后 合成电能表 1 号（SN-0001） ✔ 可溯源 ✘ 不可溯源", _text(looked))
    withdrawn = laboratory.confirmed(f"{replacing}/withdraw", days)
    page = _text(laboratory.get(withdrawn.headers["location"]))
    assert ("自 2026-11-20 起无效" in page, "合成理由" in page, "不可溯源" in page) == (True, True, True)
    early = laboratory.get(f"{replacing}?known_at=2026-11-23T09:59:59")
    assert early.status_code == 404, "a minute earlier nobody knew of it"


def test_a_second_person_sees_what_waits_and_says_why_not(
    laboratory: Browser, opened: tuple[Store, Parties], store: Store
) -> None:
    """Four eyes: the first pair must not be able to use the second one's button, and a rejection leaves its reason."""
    with store.writing() as work:
        change_settings(work, OWN, OrganizationSettings(four_eyes=True), version=None, party=OPERATOR, at=NOW)
    waits = laboratory.confirmed(f"/items/{METER}/record", PAPER).headers["location"]
    assert waits == "/reviews/1?done=waiting"
    own = laboratory.get(waits).text
    assert ("批准并登记" in own, "撤回" in own, '<b class="count">1</b>' in own) == (False, True, True)
    assert laboratory.post("/reviews/1/approve", {}).status_code == 403
    unsaid = laboratory.post("/reviews/1/reject", {"reason": " "})
    assert unsaid.status_code == 422
    assert laboratory.post("/reviews/1/reject", {"reason": "合成退回"}).status_code == 303
    assert "合成退回" in _text(laboratory.get("/reviews/1"))
    administrator = Browser(laboratory.service, opened[1].own[Role.ADMINISTRATOR])
    assert "待审核" not in administrator.get("/overview").text.partition("<main")[0]
    assert administrator.get(f"/items/{METER}/record").status_code == 403


def test_items_are_recorded_changed_shared_and_have_events(laboratory: Browser, foreign: Browser) -> None:
    """The file of an item is kept by hand as well as by machine."""
    new = laboratory.post("/new-item", {"id": "X/1", "kind": "meter", "name": "合成新表", "interval_months": "12"})
    assert new.headers["location"] == "/items/X%2F1"
    assert laboratory.post("/new-item", {"id": "X/2", "kind": "meter", "interval_months": "x"}).status_code == 422
    form = laboratory.get("/items/X%2F1/change").text
    fields = {"kind": "meter", "name": "合成改名", "serial": "7", "quantities": "a\nb", "version": _hidden(form, "version")}
    assert laboratory.post("/items/X%2F1/change", fields).status_code == 303
    assert laboratory.post("/items/X%2F1/change", {**fields, "name": "再改"}).status_code == 412
    assert laboratory.post("/items/X%2F1/events", {"kind": "repaired", "on": "2026-11-01"}).status_code == 303
    page = _text(laboratory.get("/items/X%2F1"))
    for words in ("合成改名", "第 2 版", "a、b", "修理"):
        assert words in page, page
    assert foreign.get("/items/X%2F1").status_code == 404
    assert laboratory.post("/items/X%2F1/share", {"recipient": "nobody"}).status_code == 422
    assert laboratory.post("/items/X%2F1/share", {"recipient": FOREIGN}).status_code == 303
    assert foreign.get("/items/X%2F1").status_code == 200
    assert "共享" in _text(laboratory.get("/items/X%2F1/history"))


def test_settings_are_changed_by_who_may(laboratory: Browser, opened: tuple[Store, Parties]) -> None:
    """Four eyes and the reaction to contradictions are the laboratory's own to choose, and nobody else's."""
    page = laboratory.get("/settings").text
    fields = {
        "contradictions": "refuse",
        "four_eyes": "1",
        "warning_days": "90，30",
        "language": "zh",
        "emails": "",
        "version": _hidden(page, "version"),
    }
    assert laboratory.post("/settings", {**fields, "warning_days": "x"}).status_code == 422
    assert laboratory.post("/settings", fields).status_code == 303
    assert laboratory.post("/settings", {**fields, "four_eyes": "0"}).status_code == 412
    assert 'value="90, 30"' in laboratory.get("/settings").text
    auditor = Browser(laboratory.service, opened[1].own[Role.AUDITOR])
    assert "四眼复核" not in auditor.get("/settings").text
    refused = laboratory.post(f"/items/{METER}/record", {**PAPER, "serial": "OTHER", "do": "preview"})
    assert (refused.status_code, "不一致" in refused.text) == (422, True)


def test_the_first_page_tells_how_things_stand(laboratory: Browser) -> None:
    """What somebody looks at in the morning: verdicts, what is due, what was recorded by whom, what contradicted."""
    assert laboratory.get("/").headers["location"] == "/overview"
    laboratory.confirmed(f"/items/{METER}/record", {**PAPER, "serial": "OTHER"})
    page = _text(laboratory.get("/overview"))
    assert re.search("1 ✔ 可溯源 0 ◐ 有条件可溯源 0 [?] 无法判定 2 ✘ 不可溯源", page)
    for words in ("有证书的全部 3 件器具", "编号不符", "证书 1", "器具 3", "合成检定员", "已过期"):
        assert words in page, words


@pytest.mark.parametrize(
    "path",
    [
        "/overview",
        "/items?q=SN-0001&kind=meter",
        "/certificates?withdrawn=false&calibrated_from=2020-01-01",
        f"/items/{GOOD}",
        f"/items/{GOOD}/history",
        "/certificates/c-good",
        "/record?q=SN",
        f"/items/{METER}/record",
        "/certificates/c-good/replace",
        "/certificates/c-good/withdraw",
        "/reviews",
        "/new-item",
        f"/items/{METER}/change",
        f"/items/{METER}/events",
        f"/items/{METER}/share",
        "/settings",
    ],
)
def test_every_page_is_english_throughout_and_bears_no_inline_script_or_style(reader: Browser, path: str) -> None:
    """Otherwise a colleague from abroad meets sentences that were forgotten, or the browser refuses a part of the page."""
    page = reader.get(path, **{"accept-language": "en"})
    assert page.status_code == 200
    left = HAN.findall(re.sub(r"<[^>]+>", " ", page.text))
    assert [words for words in left if not words.startswith("合成") and words not in {"中文", "计量溯源登记", "号"}] == []
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page.text)


def test_lists_refuse_what_they_cannot_read(reader: Browser) -> None:
    """A filter that is not understood must not look like an empty list."""
    for path in ("/items?kind=x", "/certificates?kind=x", "/certificates?calibrated_from=x", "/certificates?cursor=x"):
        assert reader.get(path).status_code == 422, path
