"""The pages in a real browser, on a phone and on a desk: what is seen, and that nothing leaves the origin."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.app import create_app
from api.cli.service import address, listening
from api.render.words import STATUSES
from registry.unit_of_work import Store
from seed_data.targets import TARGETS
from tests.api.worlds import NOW, SEED, asked_of
from traceability.verdict import Status

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PHONE, DESK = (390, 844), (1280, 800)  # CSS pixels: width, height.

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed (apt-get install chromium)")


@pytest.fixture(scope="module")
def base(seeded_store: Store) -> Iterator[str]:
    """The service on a free port."""
    listener = listening("127.0.0.1", 0)
    app = create_app(seeded_store, base_url=address(listener), now=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield address(listener)
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


class Visit:
    """A page with what the browser complained about and asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    yield Visit(context.new_page())
    context.close()


@pytest.mark.parametrize("status", list(Status))
def test_the_first_screen_tells_status_reason_and_serial_number(
    visit: Visit, base: str, status: Status, tmp_path: Path
) -> None:
    """Otherwise an auditor would have to scroll to learn whether the meter is good."""
    target = next(t.id for t in TARGETS if t.status is status and any(item.id == t.id for item in SEED.items))
    (item,) = (each for each in SEED.items if each.id == target)
    page = visit.page
    page.goto(f"{base}/i/{target}")
    page.screenshot(path=tmp_path / f"{target}.png", full_page=True)
    for seen in (page.locator("#status"), page.locator("h1"), page.get_by_text(str(item.serial)).first):
        expect(seen).to_be_in_viewport()
    expect(page.locator("#status")).to_contain_text(STATUSES[status].words.zh)
    if status is not Status.TRACEABLE:
        expect(page.locator(".first strong")).to_be_in_viewport()
    assert visit.complaints == []
    assert {url for url in visit.requests if not url.startswith(f"{base}/")} == set()


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/?q=gas", "/i/gate-electricity", "/i/substation-electricity", "/i/jacket-thermometer-a"]
)
def test_no_page_is_wider_than_the_screen(visit: Visit, base: str, path: str) -> None:
    """Otherwise text would run off a phone. A wide chain scrolls inside its own frame."""
    visit.page.goto(base + path)
    sizes: Any = visit.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert sizes[0] <= sizes[1]
    assert visit.complaints == []


def test_another_day_is_one_form_away(visit: Visit, base: str) -> None:
    """Otherwise the question of the product, was it traceable on that day, could not be asked by hand."""
    page = visit.page
    page.goto(f"{base}/i/dryer-gas-meter")
    page.locator("#as_of").fill("2026-10-13")
    page.get_by_role("button", name="判定").click()
    expect(page.locator("#status")).to_contain_text("可溯源")
    expect(page.locator("#status")).not_to_contain_text("不可溯源")
    page.locator("#policy").select_option("ilac-p10/1")
    page.get_by_role("button", name="判定").click()
    expect(page.locator("#as_of")).to_have_value("2026-10-13")
    assert "policy=ilac-p10" in page.url
    assert visit.complaints == []


def test_the_list_in_words_opens_and_leads_up_the_chain(visit: Visit, base: str) -> None:
    """Otherwise whoever cannot see the drawing could not follow the chain."""
    page = visit.page
    page.goto(f"{base}/i/dryer-gas-meter")
    page.locator("main summary").click()
    page.locator(".steps a").first.click()
    expect(page.locator("h1")).to_have_text("音速喷嘴法气体流量标准装置")
    assert asked_of(SEED, "nozzle-rig").target in page.url


def test_english_is_one_click_away(visit: Visit, base: str) -> None:
    """Otherwise a visitor from abroad would be stuck."""
    page = visit.page
    page.goto(f"{base}/i/dryer-gas-meter")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#status")).to_contain_text("Not traceable")
    page.locator(".certificates a").nth(1).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_style_sheet_applies_and_the_page_can_be_read_without_it(visit: Visit, base: str) -> None:
    """Otherwise a blocked file would hide the verdict, or the colours of the statuses be lost."""
    page = visit.page
    page.goto(f"{base}/i/dryer-gas-meter")
    colour = "getComputedStyle(document.querySelector('.banner')).backgroundColor"
    assert page.evaluate(colour) == "rgb(180, 35, 24)"
    page.route("**/*.css*", lambda route: route.abort())
    page.goto(f"{base}/i/dryer-gas-meter")
    expect(page.locator("#status")).to_be_in_viewport()
    expect(page.locator("#status")).to_contain_text("不可溯源")
