"""Bundles out of the store: on both engines, of a large tree, of others' records no more than is needed."""

import pytest

from registry.access import Party
from registry.errors import IntegrityError
from registry.evidence.bundle import Question
from registry.evidence.verifying import verified
from registry.ledger.merkle import ProofError
from registry.ledger.notes import opened
from registry.repositories.holdings import hold
from registry.unit_of_work import Store
from registry.usecases.make_checkpoint import current_checkpoint
from registry.usecases.make_proof import make_proof
from tests.api.worlds import NOW, SEED, SIGNER, TODAY, VERIFIER, asked_of
from tests.registry.evidence.conftest import bundle_of
from tests.registry.worlds import certificate, only, recorded
from traceability.policy import POLICIES

LEGAL = POLICIES["cn-legal/1"]
TARGET = "dryer-gas-meter"


@pytest.fixture
def filled(store: Store) -> Store:
    """The seed chains among other facts, so that leaves lie beyond kept subtrees."""
    recorded(store, only("certificates", *(certificate(f"K-{number:03}") for number in range(560))))
    recorded(store, SEED)
    return store


def test_a_bundle_of_either_engine_is_verified(filled: Store) -> None:
    """Proofs reach through subtrees that are kept and others that are made of leaves."""
    found = verified(bundle_of(filled, TARGET), VERIFIER, LEGAL)
    assert found.verdict == asked_of(SEED, TARGET)
    assert found.checkpoint.size > 512
    assert {source.certificate for source in found.bundle.documents} == {each.id for each in found.records.certificates}


def test_names_of_what_others_hold_are_withheld(filled: Store) -> None:
    """A customer's proof is no place for the inventory of a laboratory; what nobody else holds, and the target, is named."""
    with filled.writing() as work:
        hold(work, "items", {("city-institute", "nozzle-rig"), ("user", TARGET), ("user", "nozzles")}, 1)
    found = verified(bundle_of(filled, TARGET, party=Party(name="user", organization="user")), VERIFIER, LEGAL)
    names = {item.id: item.name for item in found.records.items}
    assert names[TARGET]
    assert names["nozzles"]
    assert names["nozzle-rig"] is None
    assert ("items", "nozzle-rig", "name", 1, 1) in found.withheld
    whole = verified(bundle_of(filled, TARGET, party=Party(name="lab", organization="city-institute")), VERIFIER, LEGAL)
    assert next(item.name for item in whole.records.items if item.id == "nozzle-rig")
    own = {each.id for each in whole.records.competences if each.organization == "city-institute"}
    assert own
    assert not own & {each.id for each in whole.withheld}


def test_a_record_that_was_changed_is_not_proved(filled: Store) -> None:
    """The registry would vouch for what somebody slipped in."""
    with filled.engine.begin() as connection:
        if filled.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("DROP TRIGGER append_only_certificates_update")
        connection.exec_driver_sql(f"UPDATE certificates SET number = number || 'x' WHERE item = '{TARGET}'")
    filled.cache.clear()
    with pytest.raises(IntegrityError):
        bundle_of(filled, TARGET)


def test_an_earlier_checkpoint_serves_until_a_newer_record_is_needed(filled: Store) -> None:
    """Whoever kept a checkpoint wants the proof against that one."""
    early = current_checkpoint(filled, SIGNER, NOW).note
    question = Question(target=TARGET, as_of=TODAY, known_at=NOW, policy="cn-legal/1")

    def made() -> bytes:
        checkpoint = opened(early, VERIFIER)
        with filled.reading() as work:
            return make_proof(work, question, party=Party(name="t"), checkpoint=checkpoint, note=early, signer=SIGNER, at=NOW)

    recorded(filled, only("certificates", certificate("K-other")))
    found = verified(made(), VERIFIER, LEGAL, opened(early, VERIFIER))
    assert found.is_witnessed
    later = certificate(
        "K-new", item=TARGET, calibrated_on=str(TODAY), issued_on=str(TODAY), references=[{"item": "nozzle-rig"}]
    )
    recorded(filled, only("certificates", later))
    with pytest.raises(ProofError):
        made()
