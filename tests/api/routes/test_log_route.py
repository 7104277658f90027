"""Checkpoints that others signed, over HTTP and on their page."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.access import Role
from registry.ledger.notes import opened
from registry.ledger.timestamps import authority
from registry.notices.posting import Answered
from registry.unit_of_work import Store
from tests.api.conftest import client_of
from tests.api.parties import Parties, claim
from tests.api.worlds import VERIFIER
from tests.registry.time_stamps import Authority

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
URL = "https://tsa.example"


@pytest.fixture
def parties(store: Store) -> Parties:
    return claim(store)


@pytest.fixture(scope="module")
def stamping(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


def service(store: Store, stamping: Authority, *, is_there: bool = True) -> TestClient:
    stamps = authority(URL, stamping.folder / "root.pem")
    return client_of(store, stamps=stamps, post=stamping if is_there else lambda _: Answered(said="nobody there"))


def test_a_stamp_is_asked_for_by_administrators_and_fetched_by_everybody(
    store: Store, parties: Parties, stamping: Authority, tmp_path: Path
) -> None:
    """What anybody can take home is enough to check it: OpenSSL, which knows nothing of us, agrees."""
    asked = service(store, stamping)
    path = "/api/v1/log/attestations"
    assert asked.post(path, headers=parties.own[Role.LABORATORY].headers).status_code == 403
    (done,) = asked.post(path, headers=parties.administrator.headers).json()["asked"]
    assert (done["source"], done["said"]) == (URL, None)
    (one,) = asked.get("/log/checkpoints").json()["checkpoints"]
    assert [(each["kind"], each["source"]) for each in one["attestations"]] == [("timestamp", URL)]
    stamp = asked.get(f"/log/checkpoints/{one['size']}/timestamp")
    assert stamp.headers["content-type"] == "application/timestamp-reply"
    note = asked.get(f"/log/checkpoints/{one['size']}").text
    assert note == one["note"]
    assert opened(note, VERIFIER).size == one["size"]
    for name, content in (("note", note.encode()), ("stamp", stamp.content)):
        (tmp_path / name).write_bytes(content)
    stamping.run("ts", "-verify", "-data", str(tmp_path / "note"), "-in", str(tmp_path / "stamp"), "-CAfile", "root.pem")
    assert asked.get(f"/log/checkpoints/{one['size'] + 1}").status_code == 404
    assert asked.get(f"/log/checkpoints/{one['size'] + 1}/timestamp").status_code == 404


def test_the_page_says_who_signed_and_who_did_not(store: Store, parties: Parties, stamping: Authority) -> None:
    """A centre that shows evidence sees before its client does that nobody outside has signed."""
    headers = parties.administrator.session_headers
    lonely = client_of(store).get("/ledger", headers=headers)
    assert "没有外人签署过检查点" in lonely.text
    absent = service(store, stamping, is_there=False)
    absent.headers.update(headers)
    assert "现在送签" in absent.get("/ledger").text
    assert absent.post("/ledger/attestations?lang=en", follow_redirects=False).status_code == 303
    page = absent.get("/ledger?lang=en").text
    assert "nobody there" in page
    assert "Not signed off yet" in page
    size = absent.get("/log/checkpoints").json()["checkpoints"][0]["size"]
    assert absent.get(f"/log/checkpoints/{size}/timestamp").status_code == 404
    there = service(store, stamping)
    there.headers.update(headers)
    assert there.post("/ledger/attestations", follow_redirects=False).status_code == 303
    page = there.get("/ledger").text
    assert "已签署" in page
    assert f"/log/checkpoints/{size}/timestamp" in page
    there.headers.clear()
    assert "现在送签" not in there.get("/ledger", headers=parties.own[Role.LABORATORY].session_headers).text
