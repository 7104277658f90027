"""Reading over HTTP: lists and twins, details under entity tags, search, histories, and the wall between organizations."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app, everything
from api.security import party_of
from registry import schema
from registry.access import Party, Role
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.issue_labels import issue_labels
from tests.api.conftest import BASE_URL
from tests.api.worlds import NOW
from tests.registry.worlds import certificate, full
from traceability.interchange import parse_records

API = "/api/v1"
ALPHA = Party(name="Technician A", organization="alpha", role=Role.LABORATORY, person="p-a")
BETA = Party(name="Technician B", organization="beta", role=Role.LABORATORY, person="p-b")
AUDITOR = Party(name="Auditor", organization="audit", role=Role.AUDITOR, mandated=frozenset({"alpha", "beta"}))

# Every address of one record, and every list, with the ids that alpha's document has there.
LISTS = {
    "organizations": ["LAB", "NMI"],
    "competences": ["C-LAB"],
    "items": ["M", "NS", "STD"],
    "certificates": ["K-STD", "K-STD2", "K-M"],
    "events": ["E"],
    "metering-points": ["GATE"],
}
DETAILS = [f"/{name}/{id_}" for name, ids in LISTS.items() for id_ in ids]
ABOUT = [
    "/items/M/history",
    "/items/GATE/history",
    "/certificates/K-STD/history",
    "/certificates/K-STD/dcc.xml",
    "/items/STD/coverage?from=2024-01-01&until=2024-12-31",
    "/items/STD/impact",
    "/certificates/K-STD/impact",
]


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """What alpha recorded, and one certificate of a meter of beta that rests on alpha's standard."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('read') / 'records.sqlite'}")
    schema.upgrade(store)
    below = {
        "format": "traceability-records/1",
        "items": [{"id": "B-1", "kind": "meter", "name": "=1+1", "serial": "-7", "quantities": ["+a", "energy"]}],
        "certificates": [certificate("K-B", item="B-1", number="@X", calibrated_on="2024-03-05", references=[{"item": "STD"}])],
    }
    for party, document in ((ALPHA, full()), (BETA, below)):
        with store.writing() as work:
            import_records(work, [json.dumps(document)], party=party, at=NOW, source="test")
    yield store
    store.close()


@pytest.fixture(scope="module")
def clients(shared_store: Store) -> dict[str, TestClient]:
    """The service as each party meets it."""
    return {str(party.organization): _client(shared_store, party) for party in (ALPHA, BETA, AUDITOR)}


def _client(store: Store, party: Party) -> TestClient:
    app = create_app(store, base_url=BASE_URL, now=lambda: NOW)
    app.router.routes.clear()
    app.include_router(everything())  # Of its own: nobody else is to be this party.
    app.dependency_overrides[party_of] = lambda: party
    made = TestClient(app, base_url=BASE_URL, raise_server_exceptions=False)
    made.headers.pop("accept-language", None)
    return made


def _ids(client: TestClient, path: str) -> list[str]:
    records = next(value for value in client.get(f"{API}{path}").json().values() if isinstance(value, list))
    return [record.get("id") or record["item"]["id"] for record in records]


def test_an_organization_sees_its_own_and_a_mandate_shows_both(clients: dict[str, TestClient]) -> None:
    """One list without its wall shows every laboratory's customers to all others."""
    for name, ids in LISTS.items():
        assert _ids(clients["alpha"], f"/{name}") == ids
        others = {"items": ["B-1"], "certificates": ["K-B"]}.get(name, [])
        assert _ids(clients["beta"], f"/{name}") == others
        assert sorted(_ids(clients["audit"], f"/{name}")) == sorted([*ids, *others])


def test_a_certificate_as_a_dcc_names_standards_of_others_and_no_more(clients: dict[str, TestClient]) -> None:
    """Otherwise a customer of a laboratory would read the serial numbers of its standards here."""
    answer = clients["beta"].get(f"{API}/certificates/K-B/dcc.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    assert ">STD<" in answer.text  # Its latest version has no name but its id.
    assert ">S-1<" not in answer.text
    assert ">S-1<" in clients["audit"].get(f"{API}/certificates/K-B/dcc.xml").text
    assert "dcc.xml" in clients["beta"].get("/certificates/K-B").text


@pytest.mark.parametrize("path", [*DETAILS, *ABOUT])
def test_what_another_organization_holds_is_answered_like_what_does_not_exist(
    clients: dict[str, TestClient], path: str
) -> None:
    """A difference between the two would tell that it exists."""
    assert clients["alpha"].get(f"{API}{path}").status_code == 200
    _, section, id_, *rest = path.split("/")
    nothing = "/".join(["", section, "nothing", *rest])
    hidden, absent = clients["beta"].get(f"{API}{path}"), clients["beta"].get(f"{API}{nothing}")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.text.replace(id_, "nothing") == absent.text
    before = "known_at=1999-01-01T00:00:00Z"
    if section != "organizations" and id_ in {"C-LAB", "E", "GATE"}:
        assert clients["alpha"].get(f"{API}{path}{'&' if '?' in path else '?'}{before}").status_code == 404


def test_impact_tells_nothing_of_others(clients: dict[str, TestClient]) -> None:
    """A laboratory must not learn which customers of another one rest on its standard."""
    for party, expected in (("alpha", ["K-M"]), ("audit", ["K-B", "K-M"])):
        found = clients[party].get(f"{API}/items/STD/impact").json()["dependents"]
        assert sorted(each["certificate"] for each in found) == expected


@pytest.mark.parametrize("name", LISTS)
def test_twins_hold_what_the_list_holds(clients: dict[str, TestClient], name: str) -> None:
    """A spreadsheet and a page that differ are both useless."""
    client, section = clients["alpha"], name.replace("-", "_")
    lines = client.get(f"{API}/{name}?format=ndjson&limit=1").text.splitlines()
    assert json.loads(lines[0]) == {"format": "traceability-records/1"}
    assert [json.loads(line)[section]["id"] for line in lines[1:]] == LISTS[name]
    answer = client.get(f"{API}/{name}", headers={"accept": "text/csv", "accept-language": "en"})
    assert answer.content.startswith(b"\xef\xbb\xbfId,")
    assert answer.headers["content-disposition"] == f'attachment; filename="{section}.csv"'
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == LISTS[name]
    chinese = client.get(f"{API}/{name}?format=csv").content.decode("utf-8-sig")
    assert chinese.startswith("标识,")
    assert "link" not in answer.headers


def test_the_ndjson_twin_is_a_records_document(clients: dict[str, TestClient]) -> None:
    """What one registry lists another must be able to import."""
    lines = clients["alpha"].get(f"{API}/certificates?format=ndjson").text.splitlines()[1:]
    record = {"format": "traceability-records/1", "certificates": [json.loads(line)["certificates"] for line in lines]}
    assert parse_records(json.dumps(record)).certificates == tuple(
        sorted(parse_records(json.dumps(full())).certificates, key=lambda each: (each.calibrated_on, each.id))
    )


def test_no_cell_of_a_spreadsheet_computes(clients: dict[str, TestClient]) -> None:
    """A name such as =HYPERLINK(…) would run on the machine of whoever opens the list; a negative number is none."""
    rows = list(csv.reader(StringIO(clients["beta"].get(f"{API}/items?format=csv").content.decode("utf-8-sig"))))
    assert rows[1][:6] == ["B-1", "meter", "'=1+1", "-7", "CN", "'+a; energy"]
    certificates = clients["beta"].get(f"{API}/certificates?format=csv").content.decode("utf-8-sig")
    assert "'@X" in certificates


def test_a_long_twin_goes_on_in_a_second_file(clients: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that ends early without saying so is taken for the whole."""
    monkeypatch.setattr("registry.usecases.list_records.LARGEST_TWIN", 2)
    monkeypatch.setattr("api.routes.listing._BATCH", 1)
    first = clients["alpha"].get(f"{API}/certificates?format=ndjson&order=newest")
    onward = first.headers["link"].partition(">")[0].removeprefix("<")
    second = clients["alpha"].get(onward)
    lines = [*first.text.splitlines()[1:], *second.text.splitlines()[1:]]
    assert [json.loads(line)["certificates"]["id"] for line in lines] == LISTS["certificates"][::-1]
    assert "link" not in second.headers


def test_pages_lead_to_one_another(clients: dict[str, TestClient]) -> None:
    """The cursor of one page is what the next begins with, in either order."""
    for order, expected in (("oldest", LISTS["certificates"]), ("newest", LISTS["certificates"][::-1])):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = {"limit": "1", "order": order, **({"cursor": cursor} if cursor else {})}
            page = clients["alpha"].get(f"{API}/certificates", params=asked).json()
            seen += [each["id"] for each in page["certificates"]]
            cursor = page["next"]
        assert seen == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/certificates?cursor=x", "cursor"),
        ("/certificates?calibrated_from=x", "calibrated_from"),
        ("/certificates?known_at=x", "known_at"),
        ("/certificates?kind=x", "kind"),
        ("/items?format=xml", "format"),
        ("/metering-points?level=4", "level"),
        ("/items/M/coverage?from=2024-01-01", "until"),
        ("/items/M/coverage?from=x&until=2024-01-01", "from"),
        ("/search", "q"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(clients: dict[str, TestClient], path: str, name: str) -> None:
    """Whoever writes a client must learn what to correct."""
    answer = clients["alpha"].get(f"{API}{path}")
    assert (answer.status_code, [each["path"] for each in answer.json()["errors"]]) == (422, [name])


@pytest.mark.parametrize("path", DETAILS)
def test_what_did_not_change_is_not_sent_again(clients: dict[str, TestClient], path: str) -> None:
    """A client that asks every minute would otherwise fetch everything every minute."""
    first = clients["alpha"].get(f"{API}{path}")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = clients["alpha"].get(f"{API}{path}", headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert clients["alpha"].get(f"{API}{path}", headers={"if-none-match": '"other"'}).status_code == 200


def test_the_tag_changes_with_the_record_and_with_the_instant(recording: TestClient) -> None:
    """A tag that stays would hide a withdrawal from everybody who has the certificate already."""
    document = {"format": "traceability-records/1", "items": [{"id": "M", "kind": "meter"}], "certificates": [certificate("K")]}
    tags: list[dict[str, str]] = []
    withdrawal = {"on": "2025-01-01", "void_from": "2025-01-01", "recorded_at": "2025-01-02T00:00:00Z"}
    for change in ({}, {"withdrawal": withdrawal}):
        document["certificates"] = [certificate("K", **change)]
        assert recording.post(f"{API}/records", json=document).status_code == 201
        tags.append({path: recording.get(f"{API}{path}").headers["etag"] for path in ("/items/M", "/certificates/K")})
    assert all(tags[0][path] != tags[1][path] for path in tags[0])
    known = {"known_at": "2025-01-01T00:00:00Z"}
    assert {path: recording.get(f"{API}{path}", params=known).headers["etag"] for path in tags[0]} == tags[0]
    assert "withdrawal" not in recording.get(f"{API}/certificates/K", params=known).json()["certificate"]


def test_a_certificate_names_what_it_replaces_and_what_replaces_it(clients: dict[str, TestClient]) -> None:
    """Both are on record; neither alone tells which counts."""
    old = clients["alpha"].get(f"{API}/certificates/K-STD").json()
    new = clients["alpha"].get(f"{API}/certificates/K-STD2").json()
    assert (old["replaced"], old["replaced_by"]) == (None, ["K-STD2"])
    assert (new["replaced"], new["replaced_by"]) == ("K-STD", [])
    assert old["certificate"]["withdrawal"]["on"] == "2025-06-01"


def _found(client: TestClient, text: str) -> dict[str, list[tuple[str, str]]]:
    answer = client.get(f"{API}/search", params={"q": text}).json()
    kinds = {"items": "item", "certificates": "certificate", "metering_points": "metering_point"}
    return {name: [(each[one]["id"], each["reason"]) for each in answer[name]] for name, one in kinds.items() if answer[name]}


def test_a_search_finds_by_all_that_is_printed_and_says_why(recording: TestClient) -> None:
    """An auditor types what the plate, the sheet or the sticker shows."""
    assert recording.post(f"{API}/records", json=full()).status_code == 201
    alias = {"scheme": "asset_number", "value": "ZC 0117"}
    assert recording.post(f"{API}/items/M/aliases", json=alias).status_code == 201
    expected: dict[str, Any] = {
        "v-1": {"items": [("M", "number")], "certificates": [("K-M", "number")]},
        "ｓ－1": {"items": [("STD", "serial")]},
        "zc  0117": {"items": [("M", "alias")]},
        "M": {"items": [("M", "id")]},
        "K-S": {"certificates": [("K-STD", "id_prefix"), ("K-STD2", "id_prefix")]},
        "K-STD": {"certificates": [("K-STD", "id"), ("K-STD2", "id_prefix")]},
        "GA": {"metering_points": [("GATE", "id_prefix")]},
        "https://elsewhere.example/app/i/M?lang=en": {"items": [("M", "label")]},
        "/i/GATE": {"metering_points": [("GATE", "label")]},
        "nothing like this": {},
    }
    for text, found in expected.items():
        assert _found(recording, text) == found, text
    assert recording.get(f"{API}/search?q=K&limit=1").json()["has_more"] is True


def test_a_search_for_a_label_finds_its_item_for_those_who_hold_it(shared_store: Store, clients: dict[str, TestClient]) -> None:
    """A code is all that an auditor with a scanner has; it must not open what a search by name keeps shut."""
    with shared_store.writing() as work:
        (label,) = issue_labels(work, ["M"], at=NOW)
    for text in (label.code, label.code.lower(), f"https://elsewhere.example/i/{label.code}"):
        assert _found(clients["alpha"], text)["items"] == [("M", "label")], text
        assert _found(clients["beta"], text) == {}, text


def test_a_search_finds_nothing_of_others(clients: dict[str, TestClient]) -> None:
    """A search is the easiest way past a wall that lists have."""
    for text in ("V-1", "S-1", "STD", "K-STD", "GATE", "/i/M", "M-1"):
        assert _found(clients["alpha"], text), text
        assert _found(clients["beta"], text) == {}, text
    assert _found(clients["beta"], "@x") == {"items": [("B-1", "number")], "certificates": [("K-B", "number")]}


def test_only_items_of_the_own_organization_are_named(shared_store: Store, clients: dict[str, TestClient]) -> None:
    """A mandate reads and never writes; a name on another's item would be a way to plant something there."""
    alias = {"scheme": "asset_number", "value": "ZC-1"}
    mandated = Party(name="Colleague", organization="beta", role=Role.LABORATORY, person="p-b", mandated=frozenset({"alpha"}))
    assert clients["audit"].post(f"{API}/items/M/aliases", json=alias).status_code == 403
    assert clients["beta"].post(f"{API}/items/M/aliases", json=alias).status_code == 404
    assert _client(shared_store, mandated).get(f"{API}/items/M").status_code == 200
    assert _client(shared_store, mandated).post(f"{API}/items/M/aliases", json=alias).status_code == 404
    with shared_store.reading() as work:
        assert work.connection.exec_driver_sql("SELECT count(*) FROM item_aliases").scalar_one() == 0


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"scheme": "asset_number", "value": "  "}, "$.value"),
        ({"scheme": "nickname", "value": "x"}, "$.scheme"),
        ({"scheme": "asset_number"}, "$.value"),
        ({"scheme": "asset_number", "value": "x", "more": 1}, "$.more"),
    ],
)
def test_a_name_that_is_none_is_refused_with_its_place(clients: dict[str, TestClient], body: Any, path: str) -> None:
    """A blank name would be found by every blank search."""
    answer = clients["alpha"].post(f"{API}/items/M/aliases", json=body)
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == [path]


def test_a_history_is_told_over_http(clients: dict[str, TestClient]) -> None:
    """What the use case knows must arrive, in the names of the API."""
    told = clients["alpha"].get(f"{API}/certificates/K-STD/history?as_of=2024-02-01&policy=structure/1").json()
    assert [(each["happening"], each["subject"], each["by"]) for each in told["entries"]] == [
        ("certified", "K-STD", "Technician A"),
        ("replaced", "K-STD2", "Technician A"),
        ("withdrawn", "K-STD", "Technician A"),
    ]
    assert (told["target"], told["as_of"], told["policy"]) == ("STD", "2024-02-01", "structure/1")
    assert told["verdicts"]
