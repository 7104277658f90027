"""The questions about everything over HTTP and as pages: sums, lapses, single points, lists, and the preview of a recall."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api import security
from registry.access import Party, Role
from registry.repositories.holdings import hold
from registry.usecases import hubs, recall_preview
from tests.api.fleet_world import POLICY, FleetWorld, fleet_world
from tests.api.worlds import NOW, TODAY

API = "/api/v1"
HUBS = ("/items/STD/recall-preview", "/certificates/c-std/recall-preview")
HAN = re.compile("[一-鿿]")


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetWorld]:
    with fleet_world(sqlite_template, tmp_path_factory.mktemp("fleet")) as made:
        yield made


def _asked(world: FleetWorld, path: str, *, foreign: bool = False, **query: Any) -> Any:
    acting = (world.parties.foreign if foreign else world.parties.own)[Role.REGULATOR]
    return world.service.get(f"{API}{path}", params={"policy": POLICY, **query}, headers=acting.headers)


def _page(world: FleetWorld, path: str, role: Role = Role.REGULATOR) -> Any:
    return world.service.get(path, headers={**world.parties.own[role].cookie_only, "accept": "text/html"})


def test_the_sums_and_the_lists_behind_them_agree(world: FleetWorld) -> None:
    """A number on the board leads to a list of other length; a file holds other rows than the page."""
    sums = _asked(world, "/fleet/summary").json()
    assert sums["run"]["as_of"] == str(TODAY)
    assert sum(sums["statuses"].values()) == 8
    assert {(cell["energy"], cell["level"]) for cell in sums["cells"]} == {("electricity", 1), ("heat", 2), ("", 0)}
    for cell in sums["cells"]:
        query = {"status": cell["status"], "level": cell["level"], **({"energy": cell["energy"]} if cell["energy"] else {})}
        listed = _asked(world, "/fleet/items", **query).json()["items"]
        assert len(listed) == cell["items"]
        assert {each["status"] for each in listed} == {cell["status"]}
    text = _asked(world, "/fleet/summary", format="csv").content.decode("utf-8-sig").splitlines()
    assert len(text) == 1 + len(sums["cells"])
    assert len(_asked(world, "/fleet/summary", format="ndjson").text.splitlines()) == len(sums["cells"])


def test_metering_points_are_counted_and_listed_where_they_stand(world: FleetWorld) -> None:
    """A number of metering points leads to a list of meters, or to points that stand elsewhere."""
    sums = _asked(world, "/fleet/summary").json()
    assert sum(sums["point_statuses"].values()) == sum(cell["points"] for cell in sums["point_cells"]) > 1
    for cell in sums["point_cells"]:
        query = {"kind": "metering_point", "status": cell["status"], "level": cell["level"], "energy": cell["energy"]}
        listed = _asked(world, "/fleet/items", **query).json()["items"]
        assert len(listed) == cell["points"]
        assert {(each["kind"], each["status"]) for each in listed} == {("metering_point", cell["status"])}
    assert _asked(world, "/fleet/items", kind="metering_point", level=0).json()["items"] == []
    assert _asked(world, "/fleet/items", kind="metering_point", foreign=True).json()["items"] == []
    assert "kind=metering_point&amp;policy=" in _page(world, f"/fleet?policy={POLICY}").text
    within = _asked(world, "/fleet/lapses", within=365).json()["point_lapses"]
    assert sum(each["points"] for each in within) >= 1


def test_what_is_lost_without_a_standard_is_forecast(world: FleetWorld) -> None:
    """Nobody sees what a calibration that is put off costs, or it is told to whoever asks."""
    by = str(TODAY + timedelta(days=200))
    found = _asked(world, "/fleet/forecast", without="STD", by=by).json()
    assert (found["without"], found["by"], found["as_of"]) == ("STD", by, str(TODAY))
    lost = [(each["item"], each["lost_from"]) for each in found["lost"]]
    assert lost == sorted(lost, key=lambda each: each[1])
    assert len(lost) > 1
    assert {(each["level"], each["standard"]) for each in found["lost"]} == {(1, "STD")}
    lines = _asked(world, "/fleet/forecast", without="STD", by=by, format="csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [item for item, _ in lost]
    assert len(_asked(world, "/fleet/forecast", without="STD", by=by, format="ndjson").text.splitlines()) == len(lost)
    assert _asked(world, "/fleet/forecast", without="STD", by=str(TODAY)).json()["lost"] == []  # It holds until then.
    for without, until, status in (("nothing", by, 404), ("STD", "2020-01-01", 422), ("", by, 422)):
        assert _asked(world, "/fleet/forecast", without=without, by=until).status_code == status
    assert _asked(world, "/fleet/forecast", foreign=True, without="STD").status_code == 404
    assert _page(world, "/fleet/forecast?without=nothing").status_code == 404


def test_lists_come_page_by_page_and_by_their_last_good_day(world: FleetWorld) -> None:
    """A list of a city ends after its first page, or tells an item twice."""
    first = _asked(world, "/fleet/items", limit=5).json()
    second = _asked(world, "/fleet/items", limit=5, cursor=first["next"]).json()
    names = [each["item"] for page in (first, second) for each in page["items"]]
    assert names == sorted({*names})
    assert len(names) == 8
    assert second["next"] is None
    soon = _asked(world, "/fleet/items", good_from=str(TODAY), good_until=str(TODAY + timedelta(days=20))).json()
    assert [each["item"] for each in soon["items"]] == ["M001", "M002"]
    lines = _asked(world, "/fleet/items", format="csv", status="not_traceable").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["M000"]
    assert len(_asked(world, "/fleet/items", format="ndjson").text.splitlines()) == 8
    assert _asked(world, "/fleet/items", good_from="yesterday").status_code == 422


def test_what_lapses_names_the_standard_that_carries_it(world: FleetWorld) -> None:
    """Nobody sees that forty meters wait for one standard."""
    found = _asked(world, "/fleet/lapses", within=90).json()["lapses"]
    assert [(each["standard"], each["items"]) for each in found] == [
        (None, 1), (None, 1), (None, 1), (None, 1), ("STD", 1), ("STD", 1)
    ]  # fmt: skip
    assert _asked(world, "/fleet/lapses", within=10).json()["lapses"] == found[:1]
    assert len(_asked(world, "/fleet/lapses", format="ndjson").text.splitlines()) == 6
    assert _asked(world, "/fleet/lapses", format="csv").text.count("STD") == 2


def test_single_points_come_with_what_hangs_on_them(world: FleetWorld) -> None:
    """The list begins with a standard that nobody uses, or its second page repeats the first."""
    found = _asked(world, "/fleet/single-points", limit=1).json()
    (top,) = found["points"]
    assert (top["item"], top["hanging"], top["standards"], top["is_anchor"]) == ("NS", 6, 1, True)
    (other,) = _asked(world, "/fleet/single-points", limit=1, cursor=found["next"]).json()["points"]
    assert (other["item"], other["hanging"], other["without_alternative"]) == ("STD", 6, 6)
    assert _asked(world, "/fleet/single-points", format="csv").text.count("\r\n") == 3
    assert len(_asked(world, "/fleet/single-points", format="ndjson").text.splitlines()) == 2


def test_a_recall_is_previewed_for_an_item_and_for_a_certificate(world: FleetWorld) -> None:
    """Whoever withdraws a certificate learns too late what hangs on it."""
    found = _asked(world, "/items/STD/recall-preview", on=str(TODAY)).json()
    assert found["window"] == {"last_good_on": str(TODAY - timedelta(days=90)), "failed_on": str(TODAY)}
    assert [each["item"] for each in found["affected"]] == [f"M{number:03}" for number in range(6)]
    assert {(each["level"], each["code"], each["severity"]) for each in found["affected"]} == {(1, "SUSPECT", "indeterminate")}
    withdrawn = _asked(world, "/certificates/c-std/recall-preview", on=str(TODAY - timedelta(days=80))).json()
    assert withdrawn["void_from"] == str(TODAY - timedelta(days=80))
    assert {(each["code"], each["severity"]) for each in withdrawn["affected"]} == {("WITHDRAWN", "fail")}
    assert _asked(world, "/certificates/c-std/recall-preview").json()["affected"] == []
    # The metering points that the meters serve, one level below them.
    assert [(each["metering_point"], each["level"], each["item"]) for each in found["points"]] == [
        ("P1", 2, "M000"),
        ("P2", 2, "M001"),
    ]
    table = _asked(world, "/items/STD/recall-preview", on=str(TODAY), format="csv").text
    assert [line.split(",")[0] for line in table.splitlines()[1:]] == ["certificate"] * 6 + ["metering_point"] * 2


def test_what_hangs_on_a_hub_is_told_from_the_columns(world: FleetWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard of which everybody asks is the one that nobody gets an answer for; or it is told what others hold."""
    today, by = str(TODAY), str(TODAY + timedelta(days=200))
    whole = {path: _asked(world, path, on=today).json() for path in HUBS}
    lost = _asked(world, "/fleet/forecast", without="STD", by=by).json()
    monkeypatch.setattr(hubs, "HUGE", 0)
    for path in HUBS:
        told = _asked(world, path, on=today).json()
        assert (told.pop("in_all"), told.pop("points_in_all")) == (len(told["affected"]), len(told["points"]))
        assert told == {name: value for name, value in whole[path].items() if not name.endswith("in_all")}
        assert _asked(world, path, foreign=True).status_code == 404
    # Somebody who holds two of the meters and one of the points learns of these.
    with world.store.writing() as work:
        hold(work, "items", [("guest", "STD")], 1)
        hold(work, "certificates", [("guest", "c-std"), ("guest", "c-001"), ("guest", "c-003")], 1)
        hold(work, "metering_points", [("guest", "P2")], 1)
    guest = Party(name="guest", organization="guest", role=Role.ENERGY_USER, person="gina", client=None)
    seen = recall_preview.seen_preview(world.store, guest, "items", "STD", on=TODAY, as_of=TODAY, known_at=NOW)
    assert [each.item for each in seen.recall.affected] == ["M001", "M003"]
    assert [each.metering_point for each in seen.points] == ["P2"]
    assert (seen.in_all, seen.points_in_all, seen.levels) == (2, 1, {1: (2, 0), 2: (0, 1)})
    monkeypatch.setattr(recall_preview, "NEAREST", 1)
    few = _asked(world, HUBS[0], on=today).json()
    assert [len(few[name]) for name in ("affected", "points")] == [1, 1]
    assert (few["has_more"], few["in_all"], few["points_in_all"]) == (True, 6, 2)
    assert "依赖它的器具很多" in _page(world, "/recall-preview?subject=STD").text
    # And what is lost without it, some at a time.
    assert _asked(world, "/fleet/forecast", without="STD", by=by).json() == lost
    parts = [_asked(world, "/fleet/forecast", without="STD", by=by, cursor=at, limit=1).json() for at in range(2)]
    assert [each["lost"] for each in parts] == [lost["lost"][:1], lost["lost"][1:]]
    assert [(each["next"], each["in_all"]) for each in parts] == [(1, 2), (None, 2)]
    assert sum(each["items"] for each in parts[1]["by_day"]) == len(lost["lost"])


def test_another_organization_learns_nothing(world: FleetWorld) -> None:
    """A competitor counts somebody's meters."""
    sums = _asked(world, "/fleet/summary", foreign=True).json()
    assert sum(sums["statuses"].values()) == 0
    assert sums["cells"] == []
    assert _asked(world, "/fleet/items", foreign=True).json()["items"] == []
    assert _asked(world, "/fleet/lapses", foreign=True).json()["lapses"] == []
    assert _asked(world, "/fleet/single-points", foreign=True).json()["points"] == []
    for path in ("/items/STD/recall-preview", "/certificates/c-std/recall-preview"):
        assert _asked(world, path, foreign=True).status_code == 404


def test_a_policy_without_a_run_is_told_as_such(world: FleetWorld) -> None:
    """Nothing answered yet looks like nothing to see."""
    query = {"policy": "ilac-p10/1"}
    headers = world.parties.own[Role.REGULATOR].headers
    for path in ("summary", "lapses", "single-points", "items"):
        answer = world.service.get(f"{API}/fleet/{path}", params=query, headers=headers)
        assert answer.status_code == 200
        assert answer.json()["run"] is None
    assert "每晚自动判定一次" in _page(world, "/fleet?policy=ilac-p10/1").text
    assert world.service.get(f"{API}/fleet/summary", params={"policy": "none"}, headers=headers).status_code == 422


PAGES = {
    "/fleet": ("按能源种类", 'class="stacks"', "level=1"),
    "/fleet/lapses": ("每周失效件数", 'class="stacks"', "STD"),
    "/fleet/single-points": ("单点依赖", "<meter", "STD"),
    "/fleet/items": ("器具清单", "M003", "证书已过期"),
    "/fleet/forecast": ("假如不校准", 'name="without"', ""),
    f"/fleet/forecast?without=STD&by={TODAY + timedelta(days=200)}": ("有它与没有它", 'class="stacks"', "M005"),
    "/recall-preview?subject=STD": ("受影响的证书", 'class="recall"', "M003"),
    "/recall-preview?subject=c-std": ("没有受影响的证书", "", ""),
}


@pytest.mark.parametrize("path", PAGES)
def test_pages_show_it_in_both_languages(world: FleetWorld, path: str) -> None:
    """A regulator without a program sees nothing, or a visitor sees half of it in another language."""
    mark = "&" if "?" in path else "?"
    page = _page(world, f"{path}{mark}policy={POLICY}")
    assert page.status_code == 200
    for words in PAGES[path]:
        assert words in page.text
    english = _page(world, f"{path}{mark}policy={POLICY}&lang=en").text
    assert not HAN.search(re.sub(r"<[^>]*>|中文|合成\S+", "", english.partition("<main")[2]))


def test_the_preview_says_what_it_does_not_know(world: FleetWorld) -> None:
    """A slip of the pen is answered with an empty recall."""
    assert _page(world, "/recall-preview").status_code == 200
    assert _page(world, "/recall-preview?subject=nothing").status_code == 404
    assert _page(world, "/recall-preview?subject=STD&on=soon").status_code == 422


def test_a_run_is_started_and_followed_on_the_board(world: FleetWorld) -> None:
    """Whoever starts a run does not learn whether anything happens."""
    acting = world.parties.own[Role.REGULATOR]
    fields = {security.CSRF_FIELD: acting.session_headers["x-csrf-token"], "policy": "ilac-p10/1"}
    started = world.service.post("/fleet/runs", data=fields, headers={**acting.cookie_only, "accept": "text/html"})
    assert started.status_code == 303
    board = _page(world, started.headers["location"])
    found = re.search(r'data-progress="([^"]+)"', board.text)
    assert found is not None
    assert "<progress" in _page(world, found[1]).text
    assert _page(world, "/fleet?run=nothing").status_code == 404
    assert "立即判定" not in _page(world, "/fleet", Role.ENERGY_USER).text
