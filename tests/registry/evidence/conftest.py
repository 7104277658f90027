"""A store with the seed chains, and bundles made from it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry import schema
from registry.access import OPERATOR, Party
from registry.editions import Editions
from registry.evidence.bundle import Question
from registry.ledger.notes import opened
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.make_checkpoint import current_checkpoint
from registry.usecases.make_proof import make_proof
from tests.api.worlds import DOCUMENT, NOW, SIGNER, TODAY, VERIFIER

Make = Callable[..., bytes]


@pytest.fixture(scope="package")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('evidence') / 'records.sqlite'}")
    schema.upgrade(store)
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=Party(name="test"), at=NOW, source="seed")
    yield store
    store.close()


@pytest.fixture(scope="package")
def make(seeded: Store) -> Make:
    """Bundles on the seed chains."""

    def made(target: str, **changes: Any) -> bytes:
        return bundle_of(seeded, target, **changes)

    return made


def bundle_of(store: Store, target: str, party: Party = OPERATOR, editions: Editions | None = None, **changes: Any) -> bytes:
    """A bundle about a target, today under the default policy if nothing else is said."""
    question = Question(**{"target": target, "as_of": TODAY, "known_at": NOW, "policy": "cn-legal/1", **changes})
    note = current_checkpoint(store, SIGNER, NOW).note
    with store.reading() as work:
        return make_proof(
            work,
            question,
            party=party,
            checkpoint=opened(note, VERIFIER),
            note=note,
            signer=SIGNER,
            at=max(NOW, question.known_at),
            editions=editions,
        )
