"""The pages of labels and stickers: each state and each answer told apart, guesses slowed down, nothing private told."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from PIL import Image

from api.render.label_words import ANSWERS, STATES
from api.scanning import MISSES_A_MINUTE, Scanning
from registry.access import Party, Role
from registry.errors import WaitError
from registry.labels.aliases import AliasScheme
from registry.labels.code import SYMBOLS, grouped, new_code
from registry.labels.key_files import KeyFolder
from registry.labels.sticker import Answer, LabelState, Sticker, sign, to_digits
from registry.unit_of_work import Store, UnitOfWork, open_store
from registry.usecases.change_label import replace_label, report_lost, revoke_label
from registry.usecases.import_records import import_records
from registry.usecases.issue_labels import issue_labels, make_blank_labels
from registry.usecases.issue_stickers import issue_stickers
from registry.usecases.label_keys import revoke_key, signing_key
from registry.usecases.name_alias import record_alias
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, OWN, Parties, claim
from tests.api.worlds import DOCUMENT, NOW, TODAY

HTML = {"accept": "text/html"}
METER = "canteen-gas-meter"
OTHER = "jacket-thermometer-b"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A registry in use, with labels of every sort on items of the own organization."""

    service: TestClient
    store: Store
    parties: Parties
    labels: dict[str, str]
    folder: KeyFolder

    def page(self, path: str, **headers: str) -> Any:
        """A page as a stranger's browser gets it."""
        self.service.cookies.clear()
        return self.service.get(path, headers=HTML | headers)


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("scanning")
    shutil.copy(sqlite_template, folder / "registry.sqlite")
    store = open_store(f"sqlite:///{folder / 'registry.sqlite'}")
    parties = claim(store)
    laboratory = _laboratory()
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=laboratory, at=BEGUN, source="test")
        names = (METER, "dryer-gas-meter", "gate-gas-meter", "jacket-thermometer-a")
        active, replaced, revoked, lost = issue_labels(work, names, party=laboratory, at=BEGUN)
        blank, stock = make_blank_labels(work, 2, party=laboratory, at=BEGUN)
        codes = {"active": active, "replaced": replaced, "revoked": revoked, "lost": lost, "blank": blank, "stock": stock}
        successor = replace_label(work, replaced.code, "worn", at=NOW)
        revoke_label(work, revoked.code, "copied", at=NOW)
        report_lost(work, lost.code, "fell off", at=NOW)
    labels = {name: label.code for name, label in codes.items()} | {"successor": successor.code}
    with client_of(store) as service:
        yield World(service=service, store=store, parties=parties, labels=labels, folder=KeyFolder(folder))
    store.close()


def _calibrated_anew(work: UnitOfWork) -> None:
    """A further certificate of the meter, of a day later than the one it has."""
    document = json.loads(DOCUMENT)
    latest = max((each for each in document["certificates"] if each["item"] == METER), key=lambda each: each["calibrated_on"])
    later = {**latest, "id": "later", "number": "LATER", "calibrated_on": str(TODAY), "issued_on": str(TODAY)}
    later.pop("recorded_at", None)
    text = json.dumps({"format": document["format"], "certificates": [later]})
    import_records(work, [text], party=_laboratory(), at=NOW, source="test")


def _laboratory() -> Party:

    return Party(name="person/alpha", organization=OWN, role=Role.LABORATORY)


def test_each_state_of_a_label_is_told_apart(world: World) -> None:
    """An auditor would otherwise trust a label that fell off, was copied, or was replaced."""
    seen = {name: world.page(f"/i/{code}") for name, code in world.labels.items()}
    assert {page.status_code for page in seen.values()} == {200}
    for state in (LabelState.REPLACED, LabelState.REVOKED, LabelState.LOST):
        told = {name for name, page in seen.items() if STATES[state].title.zh in page.text}
        assert told == {state.value}, state
        assert "自 2026-11-23" in seen[state.value].text
    assert [name for name, page in seen.items() if "verdict doubted" in page.text] == ["revoked", "lost"]
    assert f"/i/{world.labels['successor']}" in seen["replaced"].text
    assert "空白标签" in seen["blank"].text
    assert "/bind" not in seen["blank"].text
    assert "label-notice" not in seen["active"].text
    assert METER not in seen["active"].text, "an id is nobody's business but the holders'"


def test_a_mistyped_code_is_told_from_one_that_was_never_issued(world: World) -> None:
    """A misreading would otherwise pass for a forgery, or a forgery for a misreading."""
    code = world.labels["active"]
    wrong = code[:-1] + SYMBOLS[(SYMBOLS.index(code[-1]) + 1) % 32]
    for text, status, title in ((wrong, 422, "代码有误"), (new_code(), 404, "没有这枚标签"), ("nonsense", 404, "没有找到")):
        page = world.page(f"/i/{text}")
        assert (page.status_code, title in page.text) == (status, True), text
        assert world.service.get(f"/i/{text}").headers["content-type"] == "application/problem+json"
        english = world.page(f"/i/{text}?lang=en").text.partition("<main")[2]
        assert not re.search("[一-鿿]", english)
    assert world.page(f"/i/{grouped(code).lower()}").status_code == 200, "as people type it"


def test_a_code_of_others_leads_to_the_item_and_does_not_tell_the_labels_code(world: World) -> None:
    """Such codes are counted upwards: whoever guessed one could otherwise print a copy of a label never seen."""
    asset = "3330001000100012345678"
    with world.store.writing() as work:
        record_alias(work, AliasScheme.STATE_GRID, asset, METER, at=NOW)
    page, told = world.page(f"/i/{asset}"), world.service.get(f"/i/{asset}/verdict").json()
    assert (page.status_code, told["item"]["serial"]) == (200, "SYN21644871")
    assert told["label"] is None
    for code in world.labels.values():
        assert code not in page.text
        assert grouped(code) not in page.text


def test_a_disputed_label_says_so_until_it_is_settled(world: World) -> None:
    """Otherwise whoever scans a suspected copy would be the last to hear of it."""
    code = world.labels["active"]
    regulator = world.parties.own[Role.REGULATOR].headers
    for path, is_told in (("dispute", True), ("settle", False)):
        done = world.service.post(f"/api/v1/labels/{code}/{path}", json={"reason": "internal remark"}, headers=regulator)
        assert done.status_code == 200
        page = world.page(f"/i/{code}")
        assert ("此标签存在争议" in page.text) is is_told
        assert "internal remark" not in page.text
        assert world.service.get(f"/i/{code}/verdict").json()["label"]["is_disputed"] is is_told


def test_what_a_nameplate_says_instead_reaches_the_authority(world: World) -> None:
    """The one who stands before a copy could otherwise tell nobody; and whoever scans is kept as a digest."""
    code = world.labels["active"]
    answer = world.service.post(f"/i/{code}/mismatch", data={"seen_serial": "COPY-1"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/i/{code}?told=1")
    assert world.service.post(f"/i/{code}/mismatch", data={"seen_serial": ""}).status_code == 422
    listed = world.service.get("/api/v1/disputes", headers=world.parties.own[Role.REGULATOR].headers).json()["suspects"]
    (found,) = (each for each in listed if each["label"]["code"] == code)
    assert {"reason": "other_serial", "count": 1} in found["reasons"]
    shown = world.service.get("/disputes", headers=world.parties.own[Role.REGULATOR].session_headers)
    assert "有人读到不同的出厂编号" in shown.text
    for place in ("31.23456,121.47654", "91,0", "here"):
        assert world.service.get(f"/i/{code}/verdict?place={place}").status_code == 200
    world.service.get("/api/v1/disputes", headers=world.parties.own[Role.REGULATOR].headers)
    with world.store.reading() as work:
        rows = work.connection.exec_driver_sql("SELECT client, place FROM scans").fetchall()
    assert {place for _, place in rows} == {None, "31.2,121.5"}
    assert all(re.fullmatch("[0-9a-f]{16}", client) for client, _ in rows)


def test_guessing_is_slowed_down(world: World) -> None:
    """Codes cannot be guessed; a service that answers guesses for ever would still be worn out."""
    service = client_of(world.store)
    answers = [service.get(f"/i/{new_code()}/verdict") for _ in range(MISSES_A_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [404] * MISSES_A_MINUTE + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61
    page = service.get(f"/i/{world.labels['active']}", headers=HTML)
    assert (page.status_code, "尝试过多" in page.text) == (429, True), "a good code is no way to tell guesses apart"
    holder = service.get(f"/i/{METER}", headers=world.parties.own[Role.LABORATORY].session_headers)
    assert holder.status_code == 200, "whoever is known is counted apart"


@pytest.mark.parametrize(("workers", "allowed"), [(1, MISSES_A_MINUTE), (4, 7), (64, 1)])
def test_several_processes_allow_together_what_one_does(store: Store, workers: int, allowed: int) -> None:
    """A service of many processes would otherwise let somebody guess so many times as often."""
    one = Scanning(store, workers=workers)
    for _ in range(allowed):
        one.admit("address x")
        one.missed("address x")
    with pytest.raises(WaitError):
        one.admit("address x")
    one.admit("address y")


def test_a_change_of_the_records_is_visible_in_the_next_scan(world: World) -> None:
    """Answers are kept; one that outlives a withdrawal would be worse than a slow one."""
    with world.store.writing() as work:
        (label,) = issue_labels(work, ["gate-gas-meter"], at=NOW)
    path = f"/i/{label.code}/verdict"
    first, again = (world.service.get(path) for _ in range(2))
    assert first.content == again.content
    assert first.json()["label"]["state"] == "active"
    with world.store.writing() as work:
        report_lost(work, label.code, "-", at=NOW)
    after = world.service.get(path).json()
    assert after["label"]["state"] == "lost"
    assert after["register"]["size"] > first.json()["register"]["size"]
    english = world.service.get(path, headers={"accept-language": "en"})
    assert english.json()["status_words"] != first.json()["status_words"], "kept by language"
    assert set(first.json()) == {
        *("label", "item", "as_of", "known_at", "policy", "status"),
        *("status_words", "traceable_until", "findings", "register"),
    }


def test_the_photo_is_for_comparison_and_the_page_stays_light(world: World) -> None:
    """Otherwise it would not open on a phone in a boiler room (60 KB before caching, issue 4)."""
    code, headers = world.labels["active"], world.parties.own[Role.LABORATORY].headers
    sent = BytesIO()
    Image.effect_noise((1600, 1200), 60).save(sent, "PNG")
    url = f"/api/v1/items/{METER}/photos"
    kept = world.service.post(url, content=sent.getvalue(), headers={**headers, "content-type": "image/png"})
    assert kept.status_code == 201
    foreign = world.parties.foreign[Role.LABORATORY].headers
    assert world.service.post(url, content=b"-", headers={**foreign, "content-type": "image/png"}).status_code == 404
    assert world.service.post(url, content=b"-", headers={**headers, "content-type": "text/html"}).status_code == 415
    page = world.page(f"/i/{code}")
    assert f"/i/{code}/photo?size=small" in page.text.replace("&amp;", "&")
    assets = set(re.findall(r'(?:src|(?:stylesheet|icon)" href)="([^"]+)"', page.text))
    assert len(assets) == 3
    fetched = [world.service.get(address.replace("&amp;", "&")) for address in assets]
    assert {answer.status_code for answer in fetched} == {200}
    weight = len(page.content) + sum(len(answer.content) for answer in fetched)
    assert weight < 60 * 1024, weight
    assert "<script" not in page.text


def test_each_answer_to_a_sticker_is_told_apart_with_todays_verdict_beside_it(world: World) -> None:
    """A sticker that is forged, replayed or withdrawn must not look like a good one, nor outvote the register."""
    with world.store.writing() as work:
        old = issue_stickers(work, [METER], world.folder, at=NOW)[0]
        key, private = signing_key(work, world.folder, at=NOW)
    good = old.sticker.signed
    said: dict[str, Any] = {"code": old.label.code, "issued_on": TODAY, "valid_until": old.sticker.valid_until, "serial": "X-1"}
    other = Ed25519PrivateKey.generate()
    revoked = Sticker(**{**said, "code": world.labels["revoked"]}, issue=1)
    asked: list[tuple[Answer, bytes, str]] = [
        (Answer.GENUINE, good, ""),
        (Answer.UNREADABLE, b"\x01" * 9, ""),
        (Answer.UNKNOWN_VERSION, b"\x77" + good[1:], ""),
        (Answer.UNKNOWN_KEY, sign(Sticker(**said, issue=1), other), ""),
        (Answer.FORGED, good[:-1] + bytes([good[-1] ^ 1]), ""),
        (Answer.NOT_LISTED, sign(Sticker(**said, issue=9), private), ""),
        (Answer.LABEL_REVOKED, sign(revoked, private), ""),
        (Answer.LABEL_REPLACED, sign(Sticker(**{**said, "code": world.labels["replaced"]}, issue=1), private), ""),
        (Answer.LABEL_LOST, sign(Sticker(**{**said, "code": world.labels["lost"]}, issue=1), private), ""),
        (Answer.OTHER_SERIAL, sign(Sticker(**{**said, "serial": "X-2"}, issue=1), private), ""),
        (Answer.KEY_EXPIRED, sign(Sticker(**{**said, "issued_on": date(2020, 1, 1)}, issue=1), private), ""),
        (Answer.ENDED, good, f"?as_of={old.sticker.valid_until + timedelta(days=1)}"),
        (Answer.NOT_YET, good, "?as_of=2026-11-01"),
    ]
    for answer, signed, query in asked:
        page = world.page(f"/s/{to_digits(signed)}{query}")
        shown = [each for each in Answer if ANSWERS[each].title.zh in page.text.partition("<main")[2]]
        assert shown == [answer]
        is_believed = answer not in {Answer.UNREADABLE, Answer.UNKNOWN_VERSION, Answer.UNKNOWN_KEY, Answer.FORGED}
        assert ("登记簿今天的判定" in page.text) is is_believed, answer
    with world.store.writing() as work:
        _calibrated_anew(work)
        newer = issue_stickers(work, [METER], world.folder, at=NOW)[0]
    assert newer.sticker.issue == 2
    assert ANSWERS[Answer.REPLAYED].title.zh in world.page(f"/s/{to_digits(good)}").text
    assert len({ANSWERS[each].title for each in Answer}) == len(Answer), "each has words of its own"
    published = world.service.get("/.well-known/registry-keys.json").json()["keys"]
    assert [(each["id"], each["public_key"]) for each in published] == [(key.id.hex(), key.public.hex())]
    with world.store.writing() as work:
        revoke_key(work, key.id, "leaked", at=NOW)
    assert ANSWERS[Answer.KEY_REVOKED].title.zh in world.page(f"/s/{to_digits(good)}").text


def test_labels_are_issued_bound_and_printed_by_those_who_hold_the_items(world: World) -> None:
    """Otherwise a stranger could put labels on other people's meters, or nobody on their own."""
    laboratory, foreign = world.parties.own[Role.LABORATORY], world.parties.foreign[Role.LABORATORY]
    ask = world.service.post
    (blank,) = ask("/api/v1/labels", json={"blanks": 1}, headers=laboratory.headers).json()["labels"]
    bind = f"/api/v1/labels/{blank['code']}/bind"
    assert ask(bind, json={"item": "kitchen"}, headers=foreign.headers).status_code == 404
    assert ask(bind, json={"item": OTHER, "serial": "wrong"}, headers=laboratory.headers).status_code == 409
    issued = [ask("/api/v1/labels", json={"items": [OTHER]}, headers=laboratory.headers).json() for _ in range(2)]
    assert issued[0] == issued[1]
    assert ask(bind, json={"item": OTHER}, headers=laboratory.headers).status_code == 409
    bound = ask(bind, json={"item": OTHER, "takes_place": True}, headers=laboratory.headers)
    assert (bound.status_code, bound.json()["item"], bound.json()["issue"]) == (200, OTHER, 2)
    path = f"/api/v1/labels/{blank['code']}"
    for deed, state in (("lose", "lost"), ("find", "active")):
        for headers, status in ((foreign.headers, 404), (laboratory.headers, 200)):
            done = ask(f"{path}/{deed}", json={"reason": "-"}, headers=headers)
            assert done.status_code == status
        assert done.json()["state"] == state
    replaced = ask(f"{path}/replace", json={"reason": "worn"}, headers=laboratory.headers).json()
    reason = {"reason": "-"}
    revoked = ask(f"/api/v1/labels/{replaced['code']}/revoke", json=reason, headers=laboratory.headers)
    assert revoked.json()["state"] == "revoked"
    assert ask("/api/v1/labels", json={}, headers=laboratory.headers).status_code == 422
    listed = world.service.get(f"/api/v1/labels?item={OTHER}", headers=laboratory.headers).json()["labels"]
    assert [label["state"] for label in listed] == ["replaced", "replaced", "revoked"]
    fields = {"items": OTHER, "size": "50x30", "format": "csv", "csrf_token": laboratory.session_headers["x-csrf-token"]}
    gone_on = ask("/labels", data=fields, headers=laboratory.session_headers, follow_redirects=False)
    file = world.service.get(gone_on.headers["location"], headers=laboratory.session_headers)
    assert (file.status_code, file.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert OTHER in file.text
    svg = world.service.get(f"/labels?ids={OTHER}&format=svg&size=40x20&lang=en", headers=laboratory.session_headers)
    assert svg.text.startswith("<svg")
    assert world.service.get(f"/labels?ids={OTHER}&format=svg", headers=foreign.session_headers).status_code == 404


def test_a_blank_label_is_bound_where_it_is_scanned(world: World) -> None:
    """Pre-printed labels would otherwise need a second device."""
    laboratory = world.parties.own[Role.LABORATORY]
    code = world.labels["stock"]
    page = world.service.get(f"/i/{code}", headers={**HTML, **laboratory.session_headers})
    assert f'action="/labels/{code}/bind"' in page.text
    fields = {"item": "nothing", "csrf_token": laboratory.session_headers["x-csrf-token"]}
    path = f"/labels/{code}/bind"
    assert world.service.post(path, data=fields, headers=laboratory.session_headers).status_code == 404
    bound = {**fields, "item": "gate-meter"}
    done = world.service.post(path, data=bound, headers=laboratory.session_headers, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, f"/i/{code}")
    assert "空白标签" not in world.page(f"/i/{code}").text
