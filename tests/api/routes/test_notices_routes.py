"""What is due, calendars and webhooks over HTTP."""

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from icalendar import Calendar

from registry.access import OPERATOR, Role
from registry.notices.delivering import deliver_due
from registry.notices.posting import Answered, Posting
from registry.organization_settings import OrganizationSettings
from registry.usecases.organization_settings import change_settings
from tests.api.due_world import BASE, DueWorld, due_world
from tests.api.parties import FOREIGN
from tests.api.worlds import NOW, TODAY

DUE = "/api/v1/due"
CALENDARS = "/api/v1/calendars"
WEBHOOKS = "/api/v1/webhooks"
WANTED = {"url": "https://lims.example/hook", "event_types": ["certificate.recorded"], "name": "LIMS"}


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueWorld]:
    with due_world(sqlite_template, tmp_path_factory.mktemp("due")) as made:
        yield made


def _ids(answer: Any) -> list[str]:
    return [row["item"]["id"] for row in answer["rows"]]


def _check(world: DueWorld, name: str, value: Any) -> None:
    document = world.service.get("/openapi.json").json()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def test_the_list_is_the_organizations_own_with_its_own_windows(world: DueWorld) -> None:
    """A laboratory would see a neighbour's meters, or be warned on days that it did not choose."""
    answer = world.service.get(DUE, headers=world.laboratory.headers).json()
    _check(world, "DueAnswer", answer)
    assert _ids(answer) == ["m-none", "m-over", "m-today", "m-week", "m-month", "m-two"]
    assert [(row["window"], row["days_left"]) for row in answer["rows"]][1:3] == [("overdue", -3), ("7", 0)]
    assert answer["warning_days"] == [7, 30, 60]
    assert _ids(world.service.get(DUE, headers=world.stranger.headers).json()) == []
    with world.store.writing() as work:
        settings = OrganizationSettings(warning_days=(10,))
        change_settings(work, FOREIGN, settings, version=None, party=OPERATOR, at=NOW)
    assert world.service.get(DUE, headers=world.stranger.headers).json()["warning_days"] == [10]
    assert world.service.get(DUE).status_code == 401


def test_the_list_is_narrowed_asked_of_another_day_and_turned_over(world: DueWorld) -> None:
    """A planner could not look ahead, or would lose rows between two pages."""

    def ask(**query: Any) -> Any:
        return world.service.get(DUE, params=query, headers=world.laboratory.headers).json()

    assert _ids(ask(window="30")) == ["m-month"]
    assert _ids(ask(q="m-two")) == ["m-two"]
    assert _ids(ask(kind="transformer")) == []
    assert "m-quarter" in _ids(ask(within=90))
    assert _ids(ask(as_of=str(TODAY + timedelta(days=40)), window="overdue")) == ["m-over", "m-today", "m-week", "m-month"]
    assert _ids(ask(known_at="2020-01-01T00:00:00Z")) == ["m-none", "m-over", "m-today", "m-week", "m-month", "m-two"]
    first = ask(limit=4)
    assert _ids(first) + _ids(ask(limit=4, cursor=first["next"])) == _ids(ask())
    wrong = world.service.get(DUE, params={"as_of": "soon"}, headers=world.laboratory.headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "as_of")


def test_the_twins_hold_the_whole_list(world: DueWorld) -> None:
    """A spreadsheet would show the first page alone, or run a serial number as a formula."""
    headers = world.laboratory.headers
    everything = _ids(world.service.get(DUE, headers=headers).json())
    table = world.service.get(f"{DUE}?format=csv&limit=1", headers={**headers, "accept-language": "en"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig"))))
    assert [row["Item"] for row in rows] == everything
    assert rows[1]["Serial number"] == "'=SN-m-over"
    assert rows[1]["Days left"] == "-3"
    lines = world.service.get(DUE, headers={**headers, "accept": "application/x-ndjson"}).text.splitlines()
    assert [json.loads(line)["item"]["id"] for line in lines] == everything


def test_a_calendar_is_read_by_its_address_alone_and_parses(world: DueWorld) -> None:
    """A calendar program could not subscribe, or would show the wrong days."""
    auditor = world.parties.own[Role.AUDITOR]
    made = world.service.post(CALENDARS, json={"name": "phone", "language": "en"}, headers=auditor.headers)
    assert made.status_code == 201
    _check(world, "NewCalendarAnswer", made.json())
    address = made.json()["address"].removeprefix(BASE)
    feed = world.service.get(address)
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar: Any = Calendar.from_ical(feed.content)
    assert calendar["VERSION"] == "2.0"
    events = {str(each["URL"]).rpartition("/")[2]: each for each in calendar.walk("VEVENT")}
    assert set(events) == {"m-over", "m-today", "m-week", "m-month", "m-two", "m-quarter"}
    week = events["m-week"]
    assert (week["DTSTART"].dt, week["DTEND"].dt) == (TODAY + timedelta(days=7), TODAY + timedelta(days=8))
    assert type(week["DTSTART"].dt) is date
    assert str(week["SUMMARY"]).startswith("Due: ")
    assert [alarm["TRIGGER"].dt for alarm in week.walk("VALARM")] == [timedelta(days=-days) for days in (60, 30, 7)]
    again: Any = Calendar.from_ical(world.service.get(address).content)
    assert {str(each["UID"]) for each in again.walk("VEVENT")} == {str(each["UID"]) for each in events.values()}
    assert len({str(each["UID"]) for each in events.values()}) == len(events)


def test_a_calendar_ends_at_once_and_strangers_cannot_end_it(world: DueWorld) -> None:
    """A link that went astray would stay open."""
    headers = world.laboratory.headers
    made = world.service.post(CALENDARS, json={"name": "to be ended"}, headers=headers).json()
    end = f"{CALENDARS}/{made['calendar']['id']}/end"
    address = made["address"].removeprefix(BASE)
    assert "BEGIN:VCALENDAR" in world.service.get(address).text
    assert world.service.post(end, headers=world.stranger.headers).status_code == 404
    listed = world.service.get(CALENDARS, headers=headers)
    assert made["calendar"] in listed.json()["calendars"]
    assert "address" not in listed.text
    assert world.service.post(end, headers=headers).json() == made["calendar"]
    assert (world.service.get(address).status_code, world.service.post(end, headers=headers).status_code) == (404, 404)
    wrong = world.service.post(CALENDARS, json={"name": "x", "colour": "red"}, headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "$.colour")


def test_an_endpoint_is_made_changed_ended_and_seen_by_its_organization_alone(world: DueWorld) -> None:
    """A stranger could redirect what a laboratory hears, or two people would undo each other's changes."""
    headers = world.laboratory.headers
    made = world.service.post(WEBHOOKS, json=WANTED, headers=headers)
    assert made.status_code == 201
    _check(world, "NewEndpointAnswer", made.json())
    own = f"{WEBHOOKS}/{made.json()['endpoint']['id']}"
    assert made.headers["location"] == own
    tag = world.service.get(own, headers=headers).headers["etag"]
    changed = {**WANTED, "url": "https://other.example/"}
    assert world.service.put(own, json=changed, headers=headers).status_code == 428
    assert world.service.put(own, json=changed, headers={**headers, "if-match": tag}).json()["url"] == changed["url"]
    assert world.service.put(own, json=changed, headers={**headers, "if-match": tag}).status_code == 412
    for method, path in (
        ("get", ""), ("post", "/end"), ("post", "/ping"), ("post", "/secrets"), ("get", "/deliveries"),
        ("post", "/deliveries/1/repeat"),
    ):  # fmt: skip
        assert world.service.request(method, own + path, headers=world.stranger.headers).status_code == 404, path
        assert world.service.request(method, own + path, headers=world.parties.own[Role.AUDITOR].headers).status_code == 403
    assert world.service.post(f"{own}/end", headers=headers).json()["ended_by"] == "person"
    assert world.service.post(f"{own}/ping", headers=headers).status_code == 409
    listed = world.service.get(WEBHOOKS, headers=headers)
    _check(world, "EndpointList", listed.json())
    assert "whsec_" not in listed.text
    assert world.service.get(WEBHOOKS, headers=world.stranger.headers).json() == {"endpoints": []}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"url": "http://lims.example/"}, "$.url"),
        ({"url": "https://169.254.169.254/latest"}, "$.url"),
        ({"event_types": []}, "$.event_types"),
        ({"event_types": ["nothing"]}, "$.event_types[0]"),
        ({"event_types": ["test.ping"]}, "$.event_types"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused_with_the_place(world: DueWorld, change: Any, path: str) -> None:
    """Somebody would have to guess which field is wrong."""
    answer = world.service.post(WEBHOOKS, json={**WANTED, **change}, headers=world.laboratory.headers)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)


def test_a_ping_goes_out_is_logged_and_can_be_repeated(world: DueWorld) -> None:
    """Nobody could tell whether an endpoint works before the first certificate is lost."""
    headers = world.laboratory.headers
    endpoint = world.service.post(WEBHOOKS, json=WANTED, headers=headers).json()["endpoint"]["id"]
    own = f"{WEBHOOKS}/{endpoint}"
    pinged = world.service.post(f"{own}/ping", headers=headers)
    assert pinged.status_code == 202
    assert world.service.get(f"{own}/deliveries", headers=headers).json()["deliveries"][0]["state"] == "waiting"
    got: list[Posting] = []

    def post(posting: Posting) -> Answered:
        got.append(posting)
        return Answered(status=200)

    deliver_due(world.store, NOW, post, sealer=world.settings.sealer, source=BASE)
    assert json.loads(got[0].body)["id"] == pinged.json()["id"]
    log = world.service.get(f"{own}/deliveries", headers=headers).json()
    _check(world, "DeliveryList", log)
    (delivery,) = log["deliveries"]
    assert (delivery["state"], delivery["status"], delivery["tries"]) == ("done", 200, 1)
    again = world.service.post(f"{own}/deliveries/{delivery['number']}/repeat", headers=headers)
    assert again.status_code == 202
    page = world.service.get(f"{own}/deliveries?limit=1", headers=headers).json()
    assert page["deliveries"][0]["number"] == again.json()["number"]
    rest = world.service.get(f"{own}/deliveries?cursor={page['next']}", headers=headers).json()
    assert [each["number"] for each in rest["deliveries"]] == [delivery["number"]]
    assert world.service.post(f"{own}/deliveries/999999/repeat", headers=headers).status_code == 404


def test_a_new_secret_is_told_once(world: DueWorld) -> None:
    """A secret that cannot be changed is one that leaked for good."""
    headers = world.laboratory.headers
    made = world.service.post(WEBHOOKS, json=WANTED, headers=headers).json()
    renewed = world.service.post(f"{WEBHOOKS}/{made['endpoint']['id']}/secrets", headers=headers)
    assert renewed.status_code == 201
    assert renewed.json()["secret"] != made["secret"]
    assert renewed.json()["endpoint"] == made["endpoint"]
