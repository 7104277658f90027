"""Runs over everything by HTTP: asked for by a regulator, watched until they end, shown to nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.access import Role
from registry.jobs.queue import Told
from registry.repositories import jobs
from registry.unit_of_work import Store
from tests.api.conftest import client_of
from tests.api.parties import Parties, claim
from tests.registry.worlds import full, recorded

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # What differs is tested below.
API = "/api/v1/fleet/runs"


@pytest.fixture
def parties(store: Store) -> Parties:
    return claim(store)


@pytest.fixture
def service(store: Store, parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The claimed service, as the regulator's machine asks it; its data folder is the test's own."""
    monkeypatch.chdir(tmp_path)
    made = client_of(store)
    made.headers.update(parties.own[Role.REGULATOR].headers)
    yield made
    made.app.state.context.jobs().queue.close()  # type: ignore[attr-defined]


def test_a_regulator_has_everything_answered_and_watches(store: Store, service: TestClient, parties: Parties) -> None:
    """Nobody knows whether the run has begun, how far it is, or whether lists show its answers already."""
    recorded(store, full())
    sent = service.post(API, json={"as_of": "2026-11-01"})
    assert sent.status_code == 202
    asked = sent.json()
    assert (asked["state"], asked["progress"]["phase"]) == ("running", "waiting")
    assert (asked["policy"], asked["as_of"], asked["is_current"]) == ("cn-legal/1", "2026-11-01", False)
    assert sent.headers["location"] == asked["links"]["self"]

    runner = service.app.state.context.jobs()  # type: ignore[attr-defined]
    with store.reading() as work:
        (entry,) = jobs.unfinished(work, 10)
    runner.queue.tell(entry, Told(phase="write", done=1, total=3))
    assert service.get(asked["links"]["self"]).json()["progress"] == {"phase": "write", "done": 1, "total": 3}
    runner.run(entry)
    ended = service.get(asked["links"]["self"]).json()
    assert (ended["state"], ended["progress"], ended["is_current"]) == ("done", None, True)
    assert ended["targets"] == 4  # Three items and a metering point.
    assert ended["recording"] is not None

    for who, status in (
        (parties.administrator, 404),
        (parties.own[Role.ADMINISTRATOR], 200),
        (parties.foreign[Role.REGULATOR], 404),
        (parties.own[Role.LABORATORY], 403),
    ):
        assert service.get(asked["links"]["self"], headers=who.headers).status_code == status, who


def test_what_cannot_be_asked_is_said(service: TestClient) -> None:
    """A run under a policy that does not exist waits for ever."""
    for order in ({"policy": "cn-legal/9"}, {"as_of": "tomorrow"}):
        assert service.post(API, json=order).status_code == 422, order
    assert service.post(API, json={"day": "2026-11-01"}).status_code == 422
    assert service.get(f"{API}/none").status_code == 404
