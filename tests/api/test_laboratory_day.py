"""A laboratory's whole day in a real browser: a ledger in the morning, a calibration, a second person, a withdrawal."""

import io
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
import xlsxwriter
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from api.app import create_app
from api.background import working
from api.cli.service import address, listening
from registry.access import OPERATOR
from registry.organization_settings import OrganizationSettings
from registry.unit_of_work import Store, open_store
from registry.usecases.organization_settings import change_settings
from tests.api.laboratories import GOOD, LAPSED, PASSWORD, PEOPLE, QUANTITY, QUICK, REVIEWER, TECHNICIAN, open_laboratory
from tests.api.parties import BEGUN, OWN
from tests.api.test_browser import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.api.worlds import NOW

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed (apt-get install chromium)")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER = "合成校字-2026-001"
REASON = "合成：标准装置示值复核有误"


@pytest.fixture
def base(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The claimed service of a laboratory that wants four eyes, with a worker, on a free port; its clock goes on from NOW."""
    path = tmp_path / "registry.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    open_laboratory(store)
    with store.writing() as work:
        settings = OrganizationSettings(four_eyes=True)
        change_settings(work, OWN, settings, version=None, party=OPERATOR, at=BEGUN)
    yield from _served(store)
    store.close()


def _served(store: Store) -> Iterator[str]:
    begun = time.monotonic()
    listener = listening("127.0.0.1", 0)
    app = create_app(
        store,
        base_url=address(listener),
        now=lambda: NOW + timedelta(seconds=time.monotonic() - begun),
        passwords=QUICK,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    with working(app.state.context.jobs(), threads=1):
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield address(listener)
        server.should_exit = True
        thread.join()
    app.state.context.jobs().queue.close()


class Desk:
    """Somebody's browser, with what it complained about and asked for."""

    def __init__(self, context: BrowserContext, base: str, name: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"{base}/sign-in")
        self.page.get_by_label("登录名").fill(name)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("heading", name="概览")).to_be_visible()

    def go(self, place: str) -> None:
        """To a place of the navigation."""
        self.page.get_by_role("navigation", name="工作").get_by_role("link", name=place).click()


def ledger() -> bytes:
    """The workbook that the technician keeps."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("计量器具")
        sheet.write_row(0, 0, ["管理编号", "器具名称", "器具类别", "出厂编号"])
        for number in (1, 2):
            sheet.write_row(number, 0, [f"A-{number}", f"合成电能表 {number} 号", "计量表", f"SN-{number:04}"])
    return out.getvalue()


def test_a_laboratorys_whole_day(base: str) -> None:
    """What every part of it does alone is worth nothing when a technician cannot get through the day with it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        size = {"width": DESK[0], "height": DESK[1]}
        technician, reviewer = (
            Desk(browser.new_context(viewport=size, locale="zh-CN"), base, name)  # type: ignore[arg-type]
            for name in (TECHNICIAN, REVIEWER)
        )
        _import_ledger(technician, reviewer)
        item = _record_calibration(technician)
        _approve(reviewer, badge="1")
        _withdraw(technician, item)
        _approve(reviewer, badge="1")
        _see_it_turned(technician, item)
        _fits_a_phone(technician.page, base, item)
        for desk in (technician, reviewer):
            assert desk.complaints == []
            assert {url for url in desk.requests if not url.startswith(f"{base}/")} == set()
        browser.close()


def _import_ledger(technician: Desk, reviewer: Desk) -> None:
    """One brings the file and sees what it would come to, the other has it recorded."""
    page = technician.page
    technician.go("导入")
    page.locator("input[type=file]").set_input_files({"name": "台账.xlsx", "mimeType": XLSX, "buffer": ledger()})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("检查完毕")).to_be_visible(timeout=30_000)
    page = reviewer.page
    reviewer.go("导入")
    page.get_by_role("link", name=re.compile("台账.xlsx")).click()
    page.get_by_role("button", name="确认登记").click()
    expect(page.get_by_role("status").get_by_text("已登记")).to_be_visible(timeout=30_000)


def _record_calibration(desk: Desk) -> str:
    """Submit a certificate of the first meter, which waits then; the address of the meter."""
    page = desk.page
    desk.go("器具")
    page.get_by_role("searchbox").fill("SN-0001")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="合成电能表 1 号").click()
    item = page.url
    page.get_by_role("link", name="登记证书").click()
    lapsed = page.locator(f'li[id="reference:{LAPSED}"]')
    expect(lapsed.locator("s")).to_contain_text("合成旧电能标准")
    expect(lapsed.get_by_role("checkbox")).to_be_disabled()
    expect(lapsed).to_contain_text("已过期")
    page.get_by_label("证书编号", exact=True).fill(NUMBER)
    page.get_by_label("检定或校准日").fill("2026-11-20")
    page.get_by_label("签发日").fill("2026-11-21")
    page.get_by_label("有效至（可不填）").fill("2028-11-19")
    page.locator(f'li[id="reference:{GOOD}"]').get_by_role("checkbox").check()
    asked = len(desk.requests)
    page.get_by_role("button", name="增加一行结果").click()
    expect(page.locator("fieldset.result")).to_have_count(2)
    page.get_by_role("button", name="删去此行").last.click()
    expect(page.locator("fieldset.result")).to_have_count(1)
    assert len(desk.requests) == asked, "rows come and go without the server"
    for field, value in {
        "quantity": QUANTITY,
        "unit": "kWh",
        "low": "1",
        "high": "100",
        "uncertainty": "0.1",
        "uncertainty_unit": "%",
        "k": "2",
        "error": "0.05",
        "error_unit": "%",
    }.items():
        page.locator(f"#results-0-{field}").fill(value)
    page.get_by_role("button", name="预览判定和矛盾").click()
    preview = page.locator("#preview")
    expect(preview.locator(".pill")).to_contain_text("可溯源")
    expect(preview.locator(".pill")).not_to_contain_text("不可溯源")
    expect(preview).to_contain_text("没有发现与已有记录的矛盾")
    page.get_by_role("button", name="确认并提交复核").click()
    expect(page.get_by_text("已提交，等待另一人复核。")).to_be_visible()
    expect(page.get_by_role("button", name="批准并登记")).to_have_count(0)
    return item


def _approve(desk: Desk, badge: str) -> None:
    """The second person finds it in the queue, looks at what it would come to, and lets it in."""
    page = desk.page
    page.reload()
    expect(page.get_by_role("navigation", name="工作").get_by_role("link", name="待审核")).to_contain_text(badge)
    desk.go("待审核")
    page.get_by_role("link", name=re.compile("等待复核")).click()
    expect(page.get_by_role("heading", name="批准后会怎样")).to_be_visible()
    expect(page.get_by_text(PEOPLE[TECHNICIAN]).first).to_be_visible()
    page.get_by_role("button", name="批准并登记").click()
    expect(page.get_by_text("已批准并登记。")).to_be_visible()


def _withdraw(desk: Desk, item: str) -> None:
    """See the verdict, then take the certificate back, having seen what that turns; it waits too."""
    page = desk.page
    page.goto(item)
    page.get_by_role("link", name="结论", exact=True).click()
    expect(page.locator("#status")).to_contain_text("可溯源")
    expect(page.locator("#status")).not_to_contain_text("不可溯源")
    desk.go("证书")
    page.get_by_role("link", name=NUMBER).click()
    page.get_by_role("link", name="撤销").click()
    page.get_by_label("撤销理由").fill(REASON)
    page.get_by_role("button", name="看看会影响什么").click()
    turned = page.locator("#preview tbody tr")
    expect(turned).to_have_count(1)
    expect(turned.locator(".pill").nth(0)).to_contain_text("✔ 可溯源")
    expect(turned.locator(".pill").nth(1)).to_contain_text("不可溯源")
    page.get_by_role("button", name="确认并提交复核").click()
    expect(page.get_by_text("已提交，等待另一人复核。")).to_be_visible()


def _see_it_turned(desk: Desk, item: str) -> None:
    page = desk.page
    page.goto(item)
    page.get_by_role("link", name="结论", exact=True).click()
    expect(page.locator("#status")).to_contain_text("不可溯源")
    page.get_by_role("link", name="历史").click()
    line = page.get_by_role("row").filter(has_text="撤销证书")
    expect(line).to_contain_text(REASON)
    expect(line).to_contain_text(PEOPLE[REVIEWER])
    expect(page.locator(".changes .pill")).to_have_text(
        [re.compile("不可溯源"), re.compile("✔ 可溯源"), re.compile("不可溯源")]
    )


def _fits_a_phone(page: Page, base: str, item: str) -> None:
    """No page of the laboratory is wider than a phone, and the menu opens without a script's help."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for path in (f"{base}/items", f"{base}/certificates", f"{item}/record", f"{item}/history", f"{base}/overview"):
        page.goto(path)
        width, most = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= most, path
    page.locator("summary", has_text="菜单").click()
    page.get_by_role("navigation", name="工作").get_by_role("link", name="概览").click()
    expect(page.get_by_role("heading", name="概览")).to_be_visible()
