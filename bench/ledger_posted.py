"""Certificates posted one by one to two services, one that keeps its ledger and one that does not (bench.ledger)."""

import http.client
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from bench.bulk import certificate, ground, meter
from bench.posting import serving
from bench.store_copies import StoreCopies
from registry import schema
from registry.access import OPERATOR, Party, Role
from registry.unit_of_work import Store, open_store
from registry.usecases.clients import add_client, add_key
from registry.usecases.import_records import import_records
from registry.usecases.taking_charge import FirstAdministrator, take_charge
from traceability.records import Organization, OrganizationKind

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
_LABORATORY = Party(name="bench", organization="LAB", role=Role.LABORATORY, person="p-1")


@contextmanager
def posted(
    stores: StoreCopies, certificates: int, posts: int, without_ledger: Callable[[], AbstractContextManager[None]]
) -> Iterator[Callable[[bool], float]]:
    """Seconds in which a side takes the next so many posts, of so many certificates in all."""
    prepared = stores.new("prepared")
    with closing(open_store(prepared)) as store:
        key = prepare(store, certificates)
    with ExitStack() as stack:
        urls = {has_ledger: stores.copy(prepared, f"posted_{int(has_ledger)}") for has_ledger in (True, False)}
        addresses = {True: stack.enter_context(serving(urls[True], 1, NOW))[0]}
        with without_ledger():  # The service is a fork, and so goes on without it.
            addresses[False] = stack.enter_context(serving(urls[False], 1, NOW))[0]
        sides = {has_ledger: Side(address, key, certificates) for has_ledger, address in addresses.items()}
        yield lambda has_ledger: sides[has_ledger].post(posts)
    for url in (*urls.values(), prepared):
        stores.remove(url)


class Side:
    """A laboratory's machine that posts to one service: the certificates of its meters, one after the other."""

    def __init__(self, address: tuple[str, int], key: str, certificates: int) -> None:
        self._connection = http.client.HTTPConnection(*address)
        self._headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
        self._bodies = (json.dumps(certificate(number)[1]).encode() for number in range(certificates))

    def post(self, posts: int) -> float:
        """Seconds of the next so many posts, each answered with its verdict."""
        bodies = [next(self._bodies) for _ in range(posts)]
        start = time.perf_counter()
        for body in bodies:
            headers = self._headers | {"idempotency-key": str(uuid.uuid4())}
            self._connection.request("POST", "/api/v1/certificates", body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
            if answer.status != 201 or not json.loads(content)["verdicts"]:
                raise RuntimeError(f"{answer.status}: {content!r}")
        return time.perf_counter() - start


def prepare(store: Store, meters: int) -> str:
    """Fill a store with a laboratory, its standards and meters that it holds; its key."""
    schema.upgrade(store)
    document: dict[str, Any] = ground()
    operators = Organization(id="bench-operator", name="Bench", kind=OrganizationKind.REGULATOR)
    with store.writing() as work:
        import_records(work, [json.dumps(document)], party=Party(name="bench"), at=NOW, source="ground")
        held = {"format": document["format"], "items": [meter(number)[1] for number in range(meters)]}
        import_records(work, [json.dumps(held)], party=_LABORATORY, at=NOW, source="meters")
        take_charge(work, FirstAdministrator(organization=operators, sign_in="bench", name="Bench"), "x" * 20, at=NOW)
        client = add_client(work, organization="LAB", name="bench", role=Role.LABORATORY, scopes=None, party=OPERATOR, at=NOW)
        return add_key(work, client.id, expires_at=None, party=OPERATOR, at=NOW).text
