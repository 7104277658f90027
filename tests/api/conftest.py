"""Stores and clients for the tests of the API."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher

from api.app import create_app
from api.language import Bilingual
from api.oidc import Provider
from registry import schema
from registry.access import Party
from registry.ledger.timestamps import Authority
from registry.notices.posting import Post
from registry.passwords import Passwords
from registry.repositories import jobs
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from tests.api.worlds import DOCUMENT, NOW, SIGNER

BASE_URL = "http://127.0.0.1:8000"
QUICK = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))  # The least that Argon2 takes.


@pytest.fixture
def recording(store: Store) -> TestClient:
    """The service on an empty store of this test alone, on each engine."""
    return client_of(store)


@pytest.fixture(scope="session")
def seeded_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The seed chains, for tests that only read."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('seeded') / 'records.sqlite'}")
    schema.upgrade(store)
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=Party(name="test"), at=NOW, source="seed")
    yield store
    store.close()


@pytest.fixture(scope="session")
def client(seeded_store: Store) -> TestClient:
    """The service on the seed chains."""
    return client_of(seeded_store)


def client_of(
    store: Store,
    *,
    base_url: str = BASE_URL,
    now: Callable[[], datetime] = lambda: NOW,
    provider: Provider | None = None,
    follow_redirects: bool = True,
    licence: str = "",
    stamps: Authority | None = None,
    post: Post | None = None,
) -> TestClient:
    """The service on a store, as a browser without a language meets it; the clock stands still."""
    app = create_app(
        store,
        base_url=base_url,
        now=now,
        featured={"gate-gas": Bilingual("关口天然气", "Gate gas")},
        passwords=QUICK,
        provider=provider,
        signer=SIGNER,
        open_data_licence=licence,
        stamps=stamps,
        post=post,
    )
    made = TestClient(app, base_url=base_url, raise_server_exceptions=False, follow_redirects=follow_redirects)
    made.headers.pop("accept-language", None)
    return made


def work(service: TestClient) -> None:
    """Let a worker come by."""
    runner = service.app.state.context.jobs()  # type: ignore[attr-defined]
    with runner.store.reading() as unit:
        entries = jobs.unfinished(unit, 10)
    for entry in entries:
        runner.run(entry)
