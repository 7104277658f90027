"""The pages of what is due, calendars and webhooks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import security
from tests.api.due_world import DueWorld, due_world

HAN = re.compile("[一-鿿]+")


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueWorld]:
    with due_world(sqlite_template, tmp_path_factory.mktemp("pages")) as made:
        yield made


def _get(world: DueWorld, path: str) -> Any:
    return world.service.get(path, headers={**world.laboratory.cookie_only, "accept": "text/html"})


def _post(world: DueWorld, path: str, **fields: str) -> Any:
    headers = {**world.laboratory.cookie_only, "accept": "text/html"}
    token = world.laboratory.session_headers["x-csrf-token"]
    return world.service.post(path, data={security.CSRF_FIELD: token, **fields}, headers=headers)


def _made(world: DueWorld) -> str:
    page = _post(world, "/webhooks", url="https://lims.example/hook", name="LIMS", **{"certificate.recorded": "1"})
    found = re.search(r'action="(/webhooks/ep_[0-9a-f]+)/ping"', page.text)
    assert found is not None
    assert "whsec_" in page.text
    return found[1]


def test_the_due_page_says_in_words_what_its_colours_say(world: DueWorld) -> None:
    """Whoever does not see red would not see that a meter is overdue."""
    page = _get(world, "/due").text
    for words in ("已过期", "没有有效证书", "7 天内到期", "30 天内到期", "已过 3 天", "还有 60 天", "还有 0 天"):
        assert words in page, words
    assert page.index("m-none") < page.index("m-over") < page.index("m-two")
    assert "m-years" not in page
    assert '<svg class="bars"' in page
    assert 'href="/api/v1/due?format=csv"' in page
    assert 'aria-current="true"' in page
    narrowed = _get(world, "/due?window=overdue&lang=en").text
    assert "m-over" in narrowed
    assert "m-two" not in narrowed.partition("<table")[2]


def test_calendars_are_made_and_ended_on_their_page(world: DueWorld) -> None:
    """A technician without an HTTP client could not subscribe."""
    page = _post(world, "/calendars", name="<b>phone</b>", language="en").text
    address = re.search(r"http://127\.0\.0\.1:8000(/calendars/[\w-]+\.ics)", page)
    assert address is not None
    assert "&lt;b&gt;phone&lt;/b&gt;" in page
    assert world.service.get(address[1]).status_code == 200
    listed = _get(world, "/calendars").text
    assert address[1] not in listed
    end = re.search(r'action="(/calendars/[^"]+/end)"', listed)
    assert end is not None
    assert _post(world, end[1]).status_code == 303
    assert world.service.get(address[1]).status_code == 404
    assert _post(world, end[1]).status_code == 404


def test_webhooks_are_made_pinged_and_ended_on_their_pages(world: DueWorld) -> None:
    """A laboratory could not see what its system was sent."""
    own = _made(world)
    assert "LIMS" in _get(world, "/webhooks").text
    assert _post(world, f"{own}/ping").status_code == 303
    page = _get(world, own).text
    assert "等待发送" in page
    assert "whsec_" not in page
    repeat = re.search(r'action="([^"]+/repeat)"', page)
    assert repeat is not None
    assert _post(world, repeat[1]).status_code == 303
    assert "whsec_" in _post(world, f"{own}/secret").text
    assert _post(world, f"{own}/end").status_code == 303
    assert "已由人停用" in _get(world, own).text
    assert _post(world, f"{own}/ping").status_code == 409
    assert _post(world, f"{own}/resume").status_code == 303
    wrong = _post(world, "/webhooks", url="http://lims.example/hook", name="kept")
    assert wrong.status_code == 422
    assert 'value="kept"' in wrong.text
    assert 'role="alert"' in wrong.text


def test_a_form_of_another_site_changes_nothing(world: DueWorld) -> None:
    """A page of another site could make a calendar with the browser's cookie."""
    headers = {**world.laboratory.cookie_only, "accept": "text/html"}
    for path in ("/calendars", "/webhooks"):
        assert world.service.post(path, data={"name": "x"}, headers=headers).status_code == 403


def test_the_pages_are_english_throughout_and_hold_nothing_inline(world: DueWorld) -> None:
    """A visitor would meet sentences that were forgotten, or a page that the browser's policy breaks."""
    own = _made(world)
    _post(world, f"{own}/ping")
    for path in ("/due", "/due?q=nothing", "/calendars", "/webhooks", own):
        page = _get(world, f"{path}{'&' if '?' in path else '?'}lang=en").text
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", page)
        text = re.sub(r"合成\w+|中文|<[^>]+>", " ", page)
        assert HAN.findall(text) == [], path
