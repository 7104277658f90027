"""The page that checks proofs, in a real browser: from disk without network, and as the service shows it."""

import base64
import json
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.app import create_app
from api.cli.service import address, listening
from api.language import Language
from api.render.open_points import not_checked
from api.render.verifying_page import standalone_page
from registry.editions import load_editions
from registry.evidence.bundle import read_bundle
from registry.evidence.verifying import verified
from registry.ledger.facts import canonical
from registry.unit_of_work import Store
from tests.api.accounting_world import plant_in
from tests.api.test_browser import ARGUMENTS, CHROMIUM, Visit
from tests.api.worlds import DOCUMENT, KEY, NOW, SIGNER, VERIFIER
from tests.registry.evidence.conftest import bundle_of
from tests.registry.evidence.mutations import Path as Place
from tests.registry.evidence.mutations import mutations
from tests.registry.evidence.test_verifying import FORGERIES, forged, in_facts
from traceability.policy import POLICIES
from traceability.records import Purpose

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed (apt-get install chromium)")

# Checks many files in one page: each is the base with one stretch and the signature exchanged; whether each is proved.
CHECK_ALL = """async ([base, signed, edits, key]) => {
  const found = [];
  for (const [start, end, middle, signature] of edits) {
    const text = (base.slice(0, start) + middle + base.slice(end)).replace(signed, signature);
    found.push((await checkProof(new TextEncoder().encode(text), key, "")).ok);
  }
  return found;
}"""

Edit = tuple[int, int, str, str]


@pytest.fixture(scope="module")
def bundle(seeded_store: Store) -> bytes:
    return bundle_of(seeded_store, "boiler-gas-meter", start=date(2025, 1, 1), until=date(2026, 11, 23))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, bundle: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """The page opened from a file, in a browser that is offline, with the bundle beside it."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "verify.html").write_text(standalone_page(KEY), encoding="utf-8")
    (folder / "proof.json").write_bytes(bundle)
    (folder / "bad.json").write_bytes(bundle.replace(b'"indeterminate"', b'"traceable"', 1))
    context = browser.new_context(offline=True, locale="zh-CN")
    visit = Visit(context.new_page())
    visit.page.goto((folder / "verify.html").as_uri())
    yield visit
    context.close()


@pytest.fixture
def alone(opened: Visit) -> Visit:
    """The page as it is when it is opened: what another test filled in is gone."""
    opened.page.goto(opened.page.url)
    return opened


def check(page: Page, file: Path, **fields: str) -> None:
    page.set_input_files("#proof", file)
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.click("#proof-form button")


def folder_of(visit: Visit) -> Path:
    return Path(visit.page.url.removeprefix("file://")).parent


def test_the_page_checks_a_proof_from_disk_without_network(alone: Visit, tmp_path: Path) -> None:
    """A verifier on a machine without network is who the page is for. It says what it did not do."""
    page, result = alone.page, alone.page.locator("#proof-result")
    check(page, folder_of(alone) / "proof.json")
    expect(result.locator(".proof-status")).to_contain_text("证明完好")
    expect(result.locator(".proof-status")).to_contain_text("无法判定")
    for told in ("没有重新运行判定规则", "不能显示没有什么", "competences", "SUSPECT", "气体流量国家计量基准"):
        expect(result).to_contain_text(told)
    page.screenshot(path=tmp_path / "verify.png", full_page=True)
    check(page, folder_of(alone) / "bad.json")
    expect(result.locator(".proof-status")).to_contain_text("核验不通过")
    assert alone.complaints == []
    assert [url for url in alone.requests if not url.startswith("file:")] == []


def test_another_key_or_checkpoint_from_outside_is_refused(alone: Visit, bundle: bytes) -> None:
    """A proof of somebody else's registry, or of a history that was made anew."""
    page, status = alone.page, alone.page.locator("#proof-result .proof-status")
    note = read_bundle(bundle).checkpoint
    file = folder_of(alone) / "proof.json"
    check(page, file, checkpoint=note)
    expect(status).to_contain_text("证明完好")
    check(page, file, checkpoint=note.replace("=", "A=", 1))
    expect(status).to_contain_text("核验不通过")
    check(page, file, checkpoint="", key=KEY.replace("registry", "Registry"))
    expect(status).to_contain_text("核验不通过")
    check(page, file, key=KEY)
    expect(status).to_contain_text("证明完好")


def test_an_original_that_was_swapped_is_told(alone: Visit, tmp_path: Path) -> None:
    """A verifier holds the certificate's file as well, and somebody may have given her another one."""
    page, status = alone.page, alone.page.locator("#proof-result .proof-status")
    (tmp_path / "original").write_bytes(DOCUMENT)
    page.set_input_files("#originals", tmp_path / "original")
    check(page, folder_of(alone) / "proof.json")
    expect(status).to_contain_text("证明完好")
    expect(page.locator("#proof-result")).to_contain_text("original 是证书 boiler-gas-meter-c1")
    (tmp_path / "original").write_bytes(DOCUMENT + b" ")
    page.set_input_files("#originals", tmp_path / "original")
    check(page, folder_of(alone) / "proof.json")
    expect(status).to_contain_text("已被调换")


def test_a_name_that_is_withheld_is_told_in_the_chain(alone: Visit, bundle: bytes, tmp_path: Path) -> None:
    """An id alone looks like a thing without a name, and a verifier would not ask for it."""
    document = json.loads(bundle)
    for fact in document["facts"]:
        if "name" in fact.get("parts", {}):
            del fact["parts"]
    document["signature"]["value"] = signature_of(document)
    (tmp_path / "proof.json").write_bytes(canonical(document))
    check(alone.page, tmp_path / "proof.json")
    result = alone.page.locator("#proof-result")
    expect(result).to_contain_text("boiler-gas-meter（名称未出示） · SYN-2026-BOILER-GAS-METER-1")
    expect(result).to_contain_text("items boiler-gas-meter: name 1/1")


def test_every_change_of_a_single_field_that_the_command_finds_the_page_finds(alone: Visit, bundle: bytes) -> None:
    """Values, keys, lists, spelling, everywhere in the file and in the texts of the facts."""
    document, signed = json.loads(bundle), json.loads(bundle)["signature"]["value"]
    places, edits = [("as it is",)], [edit(bundle, bundle, signed)]
    for path in mutations(document, inside=in_facts):
        places.append(path)
        edits.append(edit(bundle, canonical(document), signed))
    for other in (json.dumps(document).encode(), bundle + b"\n", bundle[:-1], b"{}", b"null", b""):
        places.append(("spelling",))
        edits.append(edit(bundle, other, signed))
    assert proved(alone, bundle, places, edits) == [("as it is",)]


def is_checked_for_itself(path: Place) -> bool:
    """What the page checks by more than the signature; that the verdict is right is for the command."""
    return path[0] in {"facts", "proof", "checkpoint", "question"} or (path[0] == "coverage" and path[-1] in {"from", "until"})


def test_the_page_trusts_the_signature_for_no_fact(alone: Visit, bundle: bytes) -> None:
    """Facts, proof, checkpoint and question are checked for themselves, whoever signed; a part may be withheld, and is told."""
    document = json.loads(bundle)
    sections = {next(iter(json.loads(fact["text"]))): number for number, fact in enumerate(document["facts"])}

    def inside_one_of_each(path: Place) -> bool:
        return in_facts(path) and path[1] in sections.values()

    places: list[Place] = []
    edits: list[Edit] = []
    for path in mutations(document, is_checked_for_itself, inside_one_of_each):
        if "parts" in path and path[-1] == "removed":
            continue
        places.append(path)
        edits.append(edit(bundle, canonical(document), signature_of(document)))
    assert len(places) > 800
    places.append(("as it is",))
    edits.append(edit(bundle, bundle, signature_of(document)))
    assert proved(alone, bundle, places, edits) == [("as it is",)]


def test_what_a_lying_registry_signs_the_page_refuses_as_the_command_does(alone: Visit, bundle: bytes, tmp_path: Path) -> None:
    """One verifier would be told that it is intact, the other that it is none; and what stood there before must not stay."""
    accepted = []
    for what, forge in [("as it is", None), *FORGERIES.items()]:
        document = json.loads(bundle)
        if forge is not None:
            forge(document)
        content = base64.b64encode(forged(document)).decode()
        bytes_of = "Uint8Array.from(atob(file), (each) => each.charCodeAt(0))"
        script = f"([file, key]) => checkProof({bytes_of}, key, '').then((each) => each.ok)"
        if alone.page.evaluate(script, [content, KEY]):
            accepted.append(what)
    assert accepted == ["as it is"]
    status = alone.page.locator("#proof-result .proof-status")
    check(alone.page, folder_of(alone) / "proof.json")
    expect(status).to_contain_text("证明完好")
    document = json.loads(bundle)
    del document["verdict"]["graph"]["nodes"]
    (tmp_path / "bad.json").write_bytes(forged(document))
    check(alone.page, tmp_path / "bad.json")
    expect(status).to_contain_text("核验不通过")


def test_what_was_recorded_since_and_days_to_come_are_told(alone: Visit, seeded_store: Store, tmp_path: Path) -> None:
    """A centre that asks for the day before a withdrawal, or for next year, would show a proof that looks like any other."""
    known_at = NOW - timedelta(hours=1)
    asked: dict[str, Any] = {"known_at": known_at, "start": date(2026, 11, 1), "until": date(2027, 1, 1), "purpose": Purpose()}
    made = bundle_of(seeded_store, "boiler-gas-meter", **asked)
    assert b'"purpose":{}' in made  # As a question without a quantity comes from a form.
    document = json.loads(made)
    document["made_at"] = "2026-11-23T02:00:00Z"
    document["signature"]["value"] = signature_of(document)
    (tmp_path / "proof.json").write_bytes(canonical(document))
    check(alone.page, tmp_path / "proof.json")
    for told in ("按此刻已知 2026-11-23T01:00:00Z", "其后至出具时登记的", "2026-11-23 之后的日子在出具时尚未到来"):
        expect(alone.page.locator("#proof-result")).to_contain_text(told)
    said = " ".join(not_checked(verified(canonical(document), VERIFIER, POLICIES["cn-legal/1"]), Language.ZH))
    assert "其后至出具时登记的" in said
    assert "2026-11-23 之后的日子" in said


def test_the_page_shows_readings_and_checks_that_they_are_those_asked_for(
    alone: Visit, sqlite_template: Path, tmp_path: Path
) -> None:
    """Whoever signed: of the point, in the period, none twice; the sums are the command's to compute, and the page says so."""
    with plant_in(tmp_path, sqlite_template) as client:
        store = client.app.state.context.store  # type: ignore[attr-defined]
        editions = load_editions(tmp_path)
        start, until = date(2026, 1, 1), date(2026, 3, 31)
        made = bundle_of(store, "gate-gas", editions=editions, readings=True, start=start, until=until)
    (tmp_path / "proof.json").write_bytes(made)
    result = alone.page.locator("#proof-result")
    check(alone.page, tmp_path / "proof.json", key=KEY, checkpoint="")
    expect(result.locator(".proof-status")).to_contain_text("证明完好")
    for told in ("2026-01-01 – 2026-01-31 · 3100 m^3", "本页未重算", "5.6 tCO2e", "meter_readings: recorded_by ×2"):
        expect(result).to_contain_text(told)
    document = json.loads(made)
    of_readings = [number for number, fact in enumerate(document["facts"]) if "meter_readings" in fact["text"]]

    def is_of_readings(path: Place) -> bool:
        return path[0] == "question" or (path[0] == "facts" and path[1:2] and path[1] in of_readings) or path == ("account",)

    places: list[Place] = []
    edits: list[Edit] = []
    for path in mutations(document, is_of_readings, in_facts):
        if path[:1] == ("account",) and path[-1] != "removed":
            continue
        places.append(path)
        edits.append(edit(made, canonical(document), signature_of(document)))
    assert len(places) > 60
    assert proved(alone, made, places, edits) == []


def test_a_key_that_browsers_do_not_know_is_told_apart(alone: Visit) -> None:
    """An SM2 key would look like a typing mistake, and the proof like a forged one."""
    check(alone.page, folder_of(alone) / "proof.json", key="a+00000000+/3NtMi1zbTMvMToE", checkpoint="")
    expect(alone.page.locator("#proof-result .proof-status")).to_contain_text("SM2 密钥（实验性）")


def signature_of(document: dict[str, Any]) -> str:
    """The right signature of a document, whatever it is."""
    claims = canonical({name: value for name, value in document.items() if name != "signature"})
    return base64.b64encode(SIGNER.sign(claims)).decode()


def edit(base: bytes, other: bytes, signature: str) -> Edit:
    """How a file comes out of another one: which stretch is taken out, what is put there, and the signature."""
    old, new = base.decode(), other.decode()
    least = min(len(old), len(new))
    start = bisect_left(range(1, least + 1), True, key=lambda length: old[:length] != new[:length])
    tail = bisect_left(range(1, least - start + 1), True, key=lambda length: old[-length:] != new[-length:])
    return start, len(old) - tail, new[start : len(new) - tail], signature


def proved(visit: Visit, base: bytes, places: list[Place], edits: list[Edit]) -> list[Place]:
    """The places of those files that the page finds proved."""
    signed = json.loads(base)["signature"]["value"]
    found = visit.page.evaluate(CHECK_ALL, [base.decode(), signed, edits, KEY])
    return [place for place, is_proved in zip(places, found, strict=True) if is_proved]


def test_the_service_shows_the_same_page(browser: Browser, seeded_store: Store, bundle: bytes, tmp_path: Path) -> None:
    """Under the strict policy of the service: script and style from its own origin, on a phone, and nothing sent."""
    listener = listening("127.0.0.1", 0)
    app = create_app(seeded_store, base_url=address(listener), now=lambda: NOW, signer=SIGNER)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en")
    try:
        visit = Visit(context.new_page())
        visit.page.goto(f"{address(listener)}/verify?lang=en")
        (tmp_path / "proof.json").write_bytes(bundle)
        check(visit.page, tmp_path / "proof.json")
        expect(visit.page.locator(".proof-status")).to_contain_text("The proof is intact")
        sizes: Any = visit.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert sizes[0] <= sizes[1]
        assert visit.complaints == []
        pages = [url for url in visit.requests if "/static/" not in url]
        assert pages == [f"{address(listener)}/verify?lang=en"]
        visit.page.screenshot(path=tmp_path / "served.png", full_page=True)
    finally:
        context.close()
        server.should_exit = True
        thread.join()


def test_both_languages_have_the_page() -> None:
    """Texts of the form come from the catalog, those of the script from the script."""
    assert "Check a proof" in standalone_page(KEY, Language.EN)
    assert "核验溯源证明" in standalone_page(KEY, Language.ZH)
