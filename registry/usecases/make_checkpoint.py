"""A checkpoint of the ledger, signed: what leaves the machine, so that a history made anew is noticed."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import IntegrityError
from registry.ledger.cosignatures import with_signatures
from registry.ledger.merkle import root
from registry.ledger.notes import Checkpoint, Ed25519Signer, Signer, bears_signature_of, signed
from registry.ledger.sm2 import Sm2Signer, new_private_key
from registry.private_keys import keep_private_key, keep_private_text, private_key
from registry.repositories import ledger
from registry.repositories.ledger import KeptCheckpoint
from registry.repositories.witnesses import attestations_on
from registry.unit_of_work import Store, UnitOfWork
from registry.witness_tables import AttestationKind

Algorithm = Literal["ed25519", "sm2-sm3"]
KEY_FILES: dict[Algorithm, str] = {"ed25519": "ledger-key.pem", "sm2-sm3": "ledger-key-sm2.pem"}  # In the data folder.


def ledger_signer(data_dir: Path, origin: str, algorithm: Algorithm = "ed25519") -> Signer:
    """The signer of this registry's checkpoints; its key is made at the first use."""
    path = data_dir / KEY_FILES[algorithm]
    if algorithm == "sm2-sm3":
        if not path.exists():
            keep_private_text(path, new_private_key())
        return Sm2Signer(name=origin, key_file=path)
    private = private_key(path)
    if private is None:
        private = Ed25519PrivateKey.generate()
        keep_private_key(path, private)
    return Ed25519Signer(name=origin, private=private)


def make_checkpoint(work: UnitOfWork, signer: Signer, at: datetime) -> KeptCheckpoint:
    """The signed checkpoint of the ledger as it is; the last one when nothing was added since and it bears this signer's key.

    IntegrityError when the ledger contradicts an earlier checkpoint: a log signs one history (c2sp.org/tlog-checkpoint).
    """
    size, nodes = ledger.tree_size(work), ledger.nodes_of(work)
    head = Checkpoint(origin=signer.name, size=size, root=root(size, nodes))
    last = next(iter(ledger.checkpoints(work, 1)), None)
    if last is not None:
        if last.size > size or root(last.size, nodes) != last.root:
            raise IntegrityError(
                f"the ledger contradicts its checkpoint of {last.size} leaves", f"账本与其 {last.size} 叶处的检查点矛盾"
            )
        if last.size == size and bears_signature_of(last.note, signer):
            return last
    note = signed(head, signer)
    entry = ledger.add_checkpoint(work, head, note, at)
    return KeptCheckpoint(entry=entry, size=size, root=head.root, note=note, made_at=at)


def current_checkpoint(store: Store, signer: Signer, at: datetime) -> KeptCheckpoint:
    """The same, in a unit of work of its own: the writers' turn is taken only when there is something new to sign."""
    with store.reading() as work:
        last = next(iter(ledger.checkpoints(work, 1)), None)
        if last is not None and last.size == ledger.tree_size(work) and bears_signature_of(last.note, signer):
            return last._replace(note=attested_note(work, last))
    with store.writing() as work:
        return make_checkpoint(work, signer, at)


def attested_note(work: UnitOfWork, checkpoint: KeptCheckpoint) -> str:
    """The note of a checkpoint with the lines of the witnesses that signed it."""
    lines = [each.content for each in attestations_on(work, checkpoint.entry) if each.kind is AttestationKind.COSIGNATURE]
    return with_signatures(checkpoint.note, lines)
