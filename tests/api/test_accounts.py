"""Taking charge, inviting, signing in and out, keys, mandates, settings: over the API and on the pages."""

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.access import Role
from registry.unit_of_work import Store, open_store
from registry.usecases.signing_in import FREE_FAILURES, LONGEST_WAIT, wait_before
from registry.usecases.taking_charge import make_first_token
from tests.api.conftest import client_of
from tests.api.parties import FOREIGN, OWN, Parties, claim
from tests.api.worlds import NOW

PASSWORD = "a good long password"
FORM = {"content-type": "application/x-www-form-urlencoded"}
CHARGE = {
    "organization": {"id": "ops", "name": "合成运营机构", "kind": "regulator"},
    "sign_in": "admin",
    "name": "合成管理员",
    "password": PASSWORD,
}


class Clock:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(store: Store, clock: Clock) -> Iterator[TestClient]:
    """The service on an empty store on each engine, with a clock to put forward; redirects are looked at, not followed."""
    with client_of(store, now=clock, follow_redirects=False) as made:
        yield made


@pytest.fixture
def charged(service: TestClient, store: Store) -> TestClient:
    """The service after the first administrator took charge, who is not signed in."""
    assert _take_charge(service, store).status_code == 201
    service.cookies.clear()
    return service


def _take_charge(service: TestClient, store: Store) -> Any:
    with store.writing() as work:
        token = make_first_token(work, NOW)
    return service.post("/api/v1/charge", json=CHARGE | {"token": token})


def _sign_in(service: TestClient, name: str = "admin", password: str = PASSWORD, **more: str) -> Any:
    answer = service.post("/api/v1/session", json={"sign_in": name, "password": password, **more})
    if answer.status_code == 201:
        service.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return answer


def _invited(service: TestClient, name: str, organization: str = "ops", role: str = "auditor") -> str:
    """A person with a password; the id."""
    body = {"sign_in": name, "name": name, "organization": organization, "role": role}
    invitation = service.post("/api/v1/people", json=body)
    assert invitation.status_code == 201, invitation.text
    token = invitation.json()["token"]
    assert service.post("/api/v1/passwords", json={"token": token, "password": PASSWORD}).status_code == 204
    return str(invitation.json()["person"]["id"])


def test_the_latest_token_opens_the_registry_once(service: TestClient, store: Store) -> None:
    """Otherwise an old terminal, or a second reader of the first, would make another first administrator."""
    with store.writing() as work:
        old, new = make_first_token(work, NOW), make_first_token(work, NOW)
    assert service.get("/api/v1/items").status_code == 200
    for token, status in ((old, 422), ("", 422), (new, 201), (new, 422)):
        assert service.post("/api/v1/charge", json=CHARGE | {"token": token}).status_code == status
    service.cookies.clear()
    assert service.get("/api/v1/items").status_code == 401
    with store.writing() as work:
        assert make_first_token(work, NOW) is None


def test_a_first_administrator_with_a_weak_password_is_refused(service: TestClient, store: Store) -> None:
    """Otherwise the registry would be open to the first guess; and the token is still good for a better one."""
    with store.writing() as work:
        token = make_first_token(work, NOW)
    for password in ("short", "a" * 40, "my name is ADMIN!", "x" * 2000, "\x00" + PASSWORD):
        answer = service.post("/api/v1/charge", json=CHARGE | {"token": token, "password": password})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.password"), password
    assert service.post("/api/v1/charge", json=CHARGE | {"token": token}).status_code == 201


def test_a_person_is_invited_signs_in_and_out(charged: TestClient) -> None:
    """The whole way of a person; a token that is good twice, or a session after it ended, would open it to others."""
    _sign_in(charged)
    body = {"sign_in": "Zhang-3", "name": "合成张三", "organization": "ops", "role": "auditor"}
    invitation = charged.post("/api/v1/people", json=body).json()
    assert invitation["page"].endswith(f"/set-password?token={invitation['token']}")
    assert charged.post("/api/v1/people", json=body).status_code == 409
    charged.cookies.clear()
    assert _sign_in(charged, "zhang-3").status_code == 422
    by_token = {"token": invitation["token"], "password": PASSWORD}
    assert [charged.post("/api/v1/passwords", json=by_token).status_code for _ in range(2)] == [204, 422]
    session = _sign_in(charged, " ｚhang-3 ").json()
    assert (session["name"], session["role"], session["permissions"]) == ("合成张三", "auditor", ["read", "audit"])
    cookie = dict(charged.cookies)
    assert charged.get("/api/v1/session").json() == session
    assert charged.delete("/api/v1/session").status_code == 204
    assert charged.get("/api/v1/session", headers={"cookie": f"registry={cookie['registry']}"}).status_code == 401


def test_an_invitation_ends_after_three_days_and_with_the_next_one(charged: TestClient, clock: Clock) -> None:
    """Otherwise an old mail would open an account."""
    _sign_in(charged)
    id_ = _invited(charged, "wang")
    first, second = (charged.post(f"/api/v1/people/{id_}/invitation").json()["token"] for _ in range(2))
    clock.at = NOW + timedelta(hours=71)
    assert charged.post("/api/v1/passwords", json={"token": first, "password": PASSWORD}).status_code == 422
    clock.at = NOW + timedelta(hours=72)
    assert charged.post("/api/v1/passwords", json={"token": second, "password": PASSWORD}).status_code == 422


def test_failures_make_the_next_attempt_wait_whoever_the_name_is_of(charged: TestClient, clock: Clock) -> None:
    """Otherwise passwords could be tried one after the other, or the answers tell which names there are."""
    answers = {}
    for name in ("admin", "nobody-of-this-name"):
        clock.at = NOW
        told = [_sign_in(charged, name, "wrong password!") for _ in range(FREE_FAILURES + 1)]
        answers[name] = [(each.status_code, each.headers.get("retry-after"), each.text) for each in told]
    assert answers["admin"] == answers["nobody-of-this-name"]
    assert [status for status, *_ in answers["admin"]] == [422] * FREE_FAILURES + [429]
    assert answers["admin"][-1][1] == "2"
    assert _sign_in(charged).status_code == 429
    clock.at = NOW + timedelta(seconds=2)
    assert _sign_in(charged).status_code == 201
    assert _sign_in(charged, "admin", "wrong password!").status_code == 422


def test_the_wait_grows_and_has_an_end() -> None:
    """Otherwise a stranger could keep somebody out for good, or try for ever at the same pace."""
    waits = [wait_before([(NOW, False)] * failures, NOW) for failures in range(14)]
    assert waits[:6] == [0, 0, 0, 2, 4, 8]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert wait_before([(NOW, True), *[(NOW, False)] * 9], NOW) == 0
    assert wait_before([(NOW, False)] * 9, NOW + timedelta(hours=25)) == 0


def test_a_session_is_a_new_one_at_each_sign_in_and_ends_on_time(charged: TestClient, clock: Clock) -> None:
    """Otherwise a token that somebody slipped in before would be good afterwards, or a browser stay open for ever."""
    charged.cookies.set("registry", "planted-by-somebody", domain="127.0.0.1", path="/")
    _sign_in(charged)
    first = charged.cookies["registry"]
    assert first != "planted-by-somebody"
    page = charged.post("/sign-in", data={"sign_in": "admin", "password": PASSWORD})
    assert page.status_code == 303
    assert charged.cookies["registry"] != first
    assert charged.get("/api/v1/session", headers={"cookie": f"registry={first}"}).status_code == 401
    clock.at = NOW + timedelta(hours=12)
    assert charged.get("/api/v1/session").status_code == 401


def test_the_cookie_is_out_of_reach(store: Store) -> None:
    """Otherwise a script, another site or another host of the domain could use or replace a session."""
    for base, marks in (
        ("https://registry.example", {"__Host-registry", "HttpOnly", "Path=/", "SameSite=lax", "Secure"}),
        ("http://127.0.0.1:8000", {"registry", "HttpOnly", "Path=/", "SameSite=lax"}),
    ):
        service = client_of(store, base_url=base)
        with store.writing() as work:
            token = make_first_token(work, NOW)
        made = (
            service.post("/api/v1/charge", json=CHARGE | {"token": token}, headers={"host": "127.0.0.1"})
            if token
            else service.post("/api/v1/session", json={"sign_in": "admin", "password": PASSWORD})
        )
        name, *attributes = made.headers["set-cookie"].split("; ")
        shown = {name.partition("=")[0], *attributes}
        assert {each for each in shown if not each.startswith("Max-Age")} == marks
        assert "domain" not in made.headers["set-cookie"].lower()


def test_the_name_of_the_base_url_is_answered_once_somebody_took_charge(store: Store) -> None:
    """Otherwise a proxy could open a registry to the world that has no administrator yet; or never open it."""
    service = client_of(store, base_url="https://registry.example")
    assert service.get("/healthz").status_code == 400
    assert service.get("/healthz", headers={"host": "127.0.0.1:8000"}).status_code == 200
    claim(store)
    assert service.get("/healthz").status_code == 200
    for host in ("other.example", "registry.example.evil.example", "10.0.0.1"):
        assert service.get("/healthz", headers={"host": host, "x-forwarded-host": "registry.example"}).status_code == 400


def test_changing_the_password_ends_every_session(charged: TestClient) -> None:
    """Otherwise whoever has the old one would stay."""
    _sign_in(charged)
    other = charged.cookies["registry"]
    _sign_in(charged)
    wrong = charged.put("/api/v1/session/password", json={"old": "not the password", "new": "another good one"})
    assert wrong.status_code == 422
    changed = charged.put("/api/v1/session/password", json={"old": PASSWORD, "new": "another good one"})
    assert changed.status_code == 204
    assert charged.get("/api/v1/session", headers={"cookie": f"registry={other}"}).status_code == 401
    assert _sign_in(charged).status_code == 422
    assert _sign_in(charged, "admin", "another good one").status_code == 201


def test_who_works_for_several_chooses_and_switches(charged: TestClient) -> None:
    """Otherwise somebody would act for the wrong organization, or in two roles at once."""
    _sign_in(charged)
    id_ = _invited(charged, "li")
    assert charged.post(f"/api/v1/people/{id_}/memberships", json={"organization": "ops", "role": "centre"}).status_code == 201
    charged.cookies.clear()
    assert _sign_in(charged, "li", organization="ops", role="centre").json()["role"] == "centre"
    assert charged.put("/api/v1/session", json={"organization": "ops", "role": "administrator"}).status_code == 403
    before = charged.cookies["registry"]
    switched = charged.put("/api/v1/session", json={"organization": "ops", "role": "auditor"})
    assert switched.json()["role"] == "auditor"
    assert charged.get("/api/v1/session", headers={"cookie": f"registry={before}"}).status_code == 401


def test_who_is_let_go_is_out_at_once_and_the_last_administrator_stays(charged: TestClient) -> None:
    """Otherwise a former colleague could go on, or nobody could let anybody in any more."""
    _sign_in(charged)
    id_ = _invited(charged, "zhao")
    tag = charged.get(f"/api/v1/people/{id_}").headers["etag"]
    charged.cookies.clear()
    _sign_in(charged, "zhao")
    zhao = charged.cookies["registry"]
    _sign_in(charged)
    change = {"name": "赵", "is_active": False}
    put = charged.put(f"/api/v1/people/{id_}", json=change)
    assert put.status_code == 428
    assert charged.put(f"/api/v1/people/{id_}", json=change, headers={"if-match": tag}).status_code == 200
    assert charged.put(f"/api/v1/people/{id_}", json=change, headers={"if-match": tag}).status_code == 412
    assert charged.get("/api/v1/session", headers={"cookie": f"registry={zhao}"}).status_code == 401
    assert charged.post("/api/v1/session", json={"sign_in": "zhao", "password": PASSWORD}).status_code == 422
    me = charged.get("/api/v1/session").json()["person"]
    assert charged.put(f"/api/v1/people/{me}", json=change, headers={"if-match": "*"}).status_code == 409
    assert charged.delete(f"/api/v1/people/{me}/memberships/ops/administrator").status_code == 409


def test_the_administrator_of_an_organization_gives_only_what_it_has(store: Store) -> None:
    """Otherwise a laboratory would make itself a regulator, or take over a person of another organization."""
    parties, service = claim(store), client_of(store)
    operator = parties.administrator.headers
    lone = {"sign_in": "lone", "name": "lone", "organization": "gamma", "role": "administrator"}
    assert service.post("/api/v1/people", json=lone, headers=operator).status_code == 422
    own = parties.own[Role.ADMINISTRATOR].headers
    both = parties.own[Role.AUDITOR].person
    assert service.post(f"/api/v1/people/{both}/invitation", headers=own).status_code == 201
    membership = {"organization": FOREIGN, "role": "auditor"}
    assert service.post(f"/api/v1/people/{both}/memberships", json=membership, headers=own).status_code == 404
    assert service.post(f"/api/v1/people/{both}/memberships", json=membership, headers=operator).status_code == 201
    assert service.post(f"/api/v1/people/{both}/invitation", headers=own).status_code == 403
    shown = service.get(f"/api/v1/people/{both}", headers=own).json()["memberships"]
    assert shown == [{"organization": OWN, "role": "auditor"}]


def test_two_keys_are_live_and_each_is_revoked_at_once(charged: TestClient) -> None:
    """Otherwise keys could not be changed without a gap, or would pile up."""
    _sign_in(charged)
    client = charged.post("/api/v1/clients", json={"name": "LIMS", "role": "administrator", "scopes": ["read"]}).json()
    keys = [charged.post(f"/api/v1/clients/{client['id']}/keys", json={}) for _ in range(3)]
    assert [key.status_code for key in keys] == [201, 201, 409]
    first = keys[0].json()
    assert first["text"].startswith(first["key"]["hint"])
    assert first["text"] not in charged.get("/api/v1/clients").text
    bearer = {"authorization": f"Bearer {first['text']}", "cookie": ""}
    assert charged.get("/api/v1/session", headers=bearer).json()["permissions"] == ["read"]
    assert charged.get("/api/v1/people", headers=bearer).status_code == 403
    assert charged.get(f"/api/v1/session?key={first['text']}", headers={"cookie": ""}).status_code == 401
    assert charged.delete(f"/api/v1/clients/{client['id']}/keys/{first['key']['id']}").status_code == 204
    assert charged.get("/api/v1/session", headers=bearer).status_code == 401
    assert charged.post(f"/api/v1/clients/{client['id']}/keys", json={}).status_code == 201


def test_a_machine_makes_no_machines_and_rotates_its_own_key(store: Store) -> None:
    """Otherwise a key that leaked would live on under other names."""
    parties, service = claim(store), client_of(store)
    laboratory = parties.own[Role.LABORATORY]
    assert (
        service.post("/api/v1/clients", json={"name": "x", "role": "laboratory"}, headers=laboratory.headers).status_code == 403
    )
    new = service.post(f"/api/v1/clients/{laboratory.client}/keys", json={}, headers=laboratory.headers)
    assert new.status_code == 201
    other = parties.own[Role.CENTRE].client
    assert service.post(f"/api/v1/clients/{other}/keys", json={}, headers=laboratory.headers).status_code == 403


def test_a_mandate_opens_the_records_of_another_organization_for_its_days(store: Store, clock: Clock) -> None:
    """Otherwise an auditor would see nothing of whom they audit, or go on seeing it afterwards."""
    parties: Parties = claim(store)
    service = client_of(store, now=clock)
    record = {"format": "traceability-records/1", "items": [{"id": "M-1", "kind": "meter"}]}
    service.post("/api/v1/records", json=record, headers=parties.own[Role.LABORATORY].headers)
    theirs, ours = parties.foreign[Role.ADMINISTRATOR].headers, parties.own[Role.ADMINISTRATOR].headers
    mandate = {"holder": FOREIGN, "over": OWN, "valid_from": "2026-11-23", "valid_until": "2026-11-24"}
    assert service.post("/api/v1/mandates", json=mandate, headers=theirs).status_code == 404
    given = service.post("/api/v1/mandates", json=mandate, headers=ours)
    assert given.status_code == 201

    def seen(role: Role) -> int:
        return service.get("/api/v1/items/M-1", headers=parties.foreign[role].headers).status_code

    for day, status in ((-1, 404), (0, 200), (1, 200), (2, 404)):
        clock.at = NOW + timedelta(days=day)
        assert seen(Role.AUDITOR) == status
    clock.at = NOW
    assert seen(Role.LABORATORY) == 404
    event = {"format": "traceability-records/1", "events": []}
    assert service.post("/api/v1/records", json=event, headers=parties.foreign[Role.AUDITOR].headers).status_code == 403
    address = f"/api/v1/mandates/{given.json()['id']}"
    assert service.delete(address, headers=theirs).status_code == 404
    assert service.delete(address, headers=ours).json()["is_active"] is False
    assert seen(Role.AUDITOR) == 404


def test_settings_are_changed_by_who_saw_them(store: Store) -> None:
    """Otherwise two people would overwrite each other, or a setting that means nothing be kept."""
    parties, service = claim(store), client_of(store)
    headers, address = parties.own[Role.LABORATORY].headers, f"/api/v1/organizations/{OWN}/settings"
    before = service.get(address, headers=headers)
    assert (before.headers["etag"], before.json()["contradictions"]) == ('"0"', "flag")
    wanted = {"contradictions": "refuse", "warning_days": [90, 14], "emails": ["a@example.org"]}
    for tag, status in ((None, 428), ('"7"', 412), ("x", 412), ('"0"', 200), ('"0"', 412)):
        sent = headers if tag is None else {**headers, "if-match": tag}
        assert service.put(address, json=wanted, headers=sent).status_code == status
    assert service.get(address, headers=headers).json() | wanted == service.get(address, headers=headers).json()
    for wrong in ({"emails": ["a@b\nBcc: c@d"]}, {"warning_days": [0]}, {"contradictions": "ignore"}, {"four_eye": True}):
        answer = service.put(address, json=wrong, headers={**headers, "if-match": "*"})
        assert (answer.status_code, bool(answer.json()["errors"])) == (422, True), wrong


def _csrf(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_the_whole_first_day_goes_by_plain_forms(service: TestClient, store: Store) -> None:
    """Otherwise somebody without JavaScript, or with a keyboard alone, could not administer the registry."""
    with store.writing() as work:
        token = make_first_token(work, NOW)
    typed = {f"organization_{name}": value for name, value in {"id": "ops", "name": "运营", "kind": "regulator"}.items()}
    typed |= {"token": str(token), "sign_in": "admin", "name": "管理员", "email": "", "password": "short"}
    refused = service.post("/take-charge", data=typed)
    assert (refused.status_code, 'role="alert"' in refused.text, "short" in refused.text) == (422, True, False)
    assert service.post("/take-charge", data=typed | {"password": PASSWORD}).headers["location"] == "/people"
    people = service.get("/people")
    assert people.status_code == 200
    form = {"csrf_token": _csrf(people), "name": "李四", "sign_in": "li", "organization": "ops", "role": "laboratory"}
    assert service.post("/people", data=form | {"csrf_token": "wrong"}).status_code == 403
    invited = service.post("/people", data=form)
    address = re.search(r"/set-password\?token=([\w-]+)", invited.text)
    assert address
    client = service.post("/clients", data=form | {"name": "LIMS", "role": "laboratory", "scope_read": "1"})
    assert client.status_code == 303
    shown = service.get(client.headers["location"])
    path = re.search(r'action="(/clients/[^"]+/keys)"', shown.text)
    assert path
    assert "trk_" in service.post(path[1], data=form).text
    assert "trk_" in service.get("/clients").text
    assert service.post("/sign-out", data=form).headers["location"] == "/"
    assert service.get("/people", headers={"accept": "text/html"}).headers["location"] == "/sign-in?next=%2Fpeople"
    assert service.post("/set-password", data={"token": address[1], "password": PASSWORD}).status_code == 303
    signed_in = service.post("/sign-in", data={"sign_in": "li", "password": PASSWORD, "next": "/account"})
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/account")
    account = service.get("/account")
    assert "李四" in account.text
    assert service.post("/account/sign-out-everywhere", data={"csrf_token": _csrf(account)}).status_code == 303
    assert service.get("/account").status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/a\r\nset-cookie: x=1",
        "javascript:x",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(elsewhere: str, seeded_charged: TestClient) -> None:
    """Otherwise a link to our sign-in page would lead to a copy of it."""
    answer = seeded_charged.post("/sign-in", data={"sign_in": "admin", "password": PASSWORD, "next": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "x" not in answer.cookies


@pytest.fixture(scope="module")
def seeded_charged(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Any) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("charged") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    service = client_of(store, follow_redirects=False)
    assert _take_charge(service, store).status_code == 201
    yield service
    store.close()
