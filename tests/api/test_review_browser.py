"""The whole review of one unit in a real browser, by four people in four roles, from its opening to its publication (issue 7).

The city's regulator opens, notifies, closes and publishes; the unit's person checks and mends; the inspector reads, walks the
round with a phone, and issues; the bureau of the district re-visits.
"""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.app import create_app
from api.cli.service import address, listening
from registry.access import OPERATOR, Party, Role
from registry.accounts import Membership, Person
from registry.repositories import accounts
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store, open_store
from registry.usecases.check_ledger import check_ledger
from registry.usecases.import_records import import_records
from registry.usecases.mandates import give_mandate
from registry.usecases.units import record_facts, set_area
from tests.api.papers import text_of
from tests.api.parties import BEGUN, Acting, acting, claim
from tests.api.test_browser import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.api.worlds import NOW
from tests.registry.review.reference_company import COMPANY, document, facts
from traceability.interchange import Entry
from traceability.json_text import dump
from traceability.records import Organization, OrganizationKind

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed (apt-get install chromium)")

CITY, DISTRICT, INSTITUTE = "city-bureau", "district-bureau", "institute"
PEOPLE = {
    "沈监管（合成）": (CITY, Role.REGULATOR),
    "秦属地（合成）": (DISTRICT, Role.REGULATOR),
    "陆审查（合成）": (INSTITUTE, Role.AUDITOR),
    "钱计量（合成）": (COMPANY, Role.ENERGY_USER),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service in use, and everybody by name."""

    store: Store
    base: str
    people: dict[str, Acting]


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("review") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    claim(store)
    told = list(facts())
    area = next(each.area for each in told if hasattr(each, "area"))
    with store.writing() as work:
        holder = Party(
            name="synthetic", organization=COMPANY, role=Role.ENERGY_USER
        )  # The operator, on behalf of the company that holds its meters.
        import_records(work, [dump(document()).decode()], party=holder, at=BEGUN, source="synthetic")
        recorder = Recorder(work, party=OPERATOR, at=BEGUN, source="synthetic")
        bureaus = [
            Organization(id=id_, name=f"合成 {id_}", kind=OrganizationKind.REGULATOR) for id_ in (CITY, DISTRICT, INSTITUTE)
        ]
        recorder.add("organizations", [Entry("organizations", index, each) for index, each in enumerate(bureaus)])
        record_facts(work, told, party=OPERATOR, at=BEGUN, source="synthetic")
        for bureau, its_area in ((CITY, "*"), (DISTRICT, area)):
            set_area(work, bureau, its_area, BEGUN.date(), party=OPERATOR, at=BEGUN)
        give_mandate(work, holder=INSTITUTE, over=COMPANY, valid_from=BEGUN.date(), valid_until=None, party=OPERATOR, at=BEGUN)
        people = {}
        for number, (name, (organization, role)) in enumerate(PEOPLE.items()):
            member = Membership(person=f"p-{number}", organization=organization, role=role)
            person = Person(entry=0, id=member.person, sign_in=name, name=name, email=None, subject=None, is_active=True)
            accounts.append_person(work, person, recorder.begun())
            accounts.append_membership(work, member, recorder.begun(), is_active=True)
            people[name] = acting(work, member)
    listener = listening("127.0.0.1", 0)
    app = create_app(store, base_url=address(listener), now=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield World(store=store, base=address(listener), people=people)
    server.should_exit = True
    thread.join()
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


class Desk:
    """Somebody at a browser of their own; inspectors hold a phone. `complaints`: what the browser found wrong."""

    def __init__(self, world: World, browser: Browser, name: str, size: tuple[int, int]) -> None:
        self.complaints: list[str] = []
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", java_script_enabled=False)
        cookie, _, value = world.people[name].session_headers["cookie"].partition("=")
        context.set_default_timeout(8_000)
        context.add_cookies([{"name": cookie, "value": value, "url": world.base}])
        self.base = world.base
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()


def test_the_whole_review_of_a_unit_by_four_people(world: World, browser: Browser) -> None:
    """Otherwise a review would need Excel, the post and somebody who remembers whose turn it is. All without JavaScript."""
    regulator, district, inspector, unit = (
        Desk(world, browser, name, PHONE if organization == INSTITUTE else DESK) for name, (organization, _) in PEOPLE.items()
    )
    # The city opens the review; whoever works for the unit is not offered.
    page = regulator.open(f"/units/{COMPANY}")
    page.get_by_role("link", name="发起审查").click()
    page.locator("#lead").select_option(world.people["陆审查（合成）"].person)
    expect(page.get_by_text("钱计量（合成）")).to_have_count(0)
    regulator.press("发起审查")
    case = page.url.removeprefix(world.base)
    expect(page.locator("#turn")).to_contain_text("轮到您：通知单位")
    assert unit.page.request.get(world.base + case).status == 404  # It is not told yet.
    regulator.press("通知单位")
    expect(page.locator("#turn")).to_contain_text("等待被审查单位完成自查，不迟于 2026-12-07")

    # The unit finds its turn, and the questions with what is known.
    page = unit.open("/review-cases?turn=true")
    page.locator("td a").first.click()
    assert page.url.removeprefix(world.base) == case
    expect(page.locator("#turn")).to_contain_text("系统已知")
    for group in page.locator("#turn fieldset").all():
        if group.locator("input[type=radio]:checked").count() == 0:
            group.get_by_label("符合", exact=True).check()
    unit.press("单位自查")
    expect(page.locator("#turn")).to_contain_text("等待审查人员审查资料")

    # The inspector reads, walks the round on a phone, and issues what it found.
    page = inspector.open(case)
    page.locator("#documents_reviewed-remark").fill("台账和证书齐全（合成）")
    inspector.press("资料审查")
    inspector.press("开始现场核查")
    page.get_by_role("link", name="开始扫描").click()
    listed = next(each["id"] for each in document()["items"] if each["kind"] == "meter")
    page.locator("#code").fill(listed)
    inspector.press("查询")
    expect(page.locator("main")).to_contain_text("相符")
    page.goto(re.sub("/scan.*", "", page.url))
    inspector.press("签署")
    inspector.open(case)
    expect(page.locator("#round option")).to_have_count(2)
    inspector.press("现场审查")
    expect(page.locator("#turn")).to_contain_text("现场未找到")
    for clause, word in (("JJF 1356 4-2", "现场未找到"), ("JJF 1356 6-3", "无有效检定或校准证书")):
        group = page.locator("#turn details", has=page.locator("summary", has_text=clause))
        if group.get_attribute("open") is None:
            group.locator("summary").click()
        group.locator(".offer", has_text=word).first.locator("input").check()
    inspector.press("出具审查意见")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.locator("article.finding")).to_have_count(2)
    expect(page.locator("#turn")).to_contain_text("等待被审查单位整改问题，不迟于 2026-12-23")

    # The unit mends both, with a file; the district re-visits, and is not content with one at first.
    page = unit.open(case)
    for number in (1, 2):
        card = page.locator("article.finding").nth(number - 1)
        card.locator("textarea").fill(f"已整改 {number}（合成）")
        card.locator("input[type=file]").set_input_files(
            {"name": f"照片{number}.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes([number])}
        )
        card.get_by_role("button", name="提交整改").click()
    expect(page.locator("#turn")).to_contain_text("等待审查人员回头看")
    page = district.open(case)
    page.get_by_text("也可以：回头看").click()
    page.locator("input[name=judge-1][value=accepted]").check()
    page.locator("input[name=judge-2][value=rejected]").check()
    page.locator("#deadline-2").fill("2027-01-15")
    district.press("回头看")
    page = unit.open(case)
    expect(page.locator("#turn")).to_contain_text("不迟于 2027-01-15")
    page.locator("article.finding textarea").fill("已更换（合成）")
    page.get_by_role("button", name="提交整改").click()
    page = district.open(case)
    page.get_by_text("也可以：回头看").click()
    page.locator("input[name=judge-2][value=accepted]").check()
    district.press("回头看")

    # The city closes and publishes; everybody reads the result, and nothing of what was found.
    page = regulator.open(case)
    regulator.press("结案")
    regulator.press("公布结果")
    expect(page.locator("#turn")).to_contain_text("审查已结束，结果已公布")
    report = page.request.get(f"{world.base}/api/v1{case}/report.pdf")
    assert (report.status, "账本检查点" in text_of(report.body())) == (200, True)
    visitor = browser.new_context(locale="zh-CN").new_page()
    visitor.goto(f"{world.base}/review-outcomes")
    expect(visitor.locator("main")).to_contain_text("符合（含已整改）")
    expect(visitor.locator("main")).to_contain_text("2 项，已整改 2 项")
    expect(visitor.locator("main")).not_to_contain_text("现场未找到")
    people = [each["taken"]["by"] for each in page.request.get(f"{world.base}/api/v1{case}").json()["steps"]]
    assert "".join(name[-1] for name in people) == "032223313100"
    for desk in (regulator, district, inspector, unit):
        assert desk.complaints == []
    with world.store.reading() as work:
        assert check_ledger(work).difference is None
