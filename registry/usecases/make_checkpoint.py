"""A checkpoint of the ledger, signed: what leaves the machine, so that a history made anew is noticed."""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import IntegrityError
from registry.ledger.merkle import root
from registry.ledger.notes import Checkpoint, Ed25519Signer, Signer, signed
from registry.private_keys import keep_private_key, private_key
from registry.repositories import ledger
from registry.repositories.ledger import KeptCheckpoint
from registry.unit_of_work import Store, UnitOfWork

KEY_FILE = "ledger-key.pem"  # In the data folder.


def ledger_signer(data_dir: Path, origin: str) -> Ed25519Signer:
    """The signer of this registry's checkpoints; its key is made at the first use."""
    path = data_dir / KEY_FILE
    private = private_key(path)
    if private is None:
        private = Ed25519PrivateKey.generate()
        keep_private_key(path, private)
    return Ed25519Signer(name=origin, private=private)


def make_checkpoint(work: UnitOfWork, signer: Signer, at: datetime) -> KeptCheckpoint:
    """The signed checkpoint of the ledger as it is; the last one when nothing was added since.

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
        if last.size == size:
            return last
    note = signed(head, signer)
    ledger.add_checkpoint(work, head, note, at)
    return KeptCheckpoint(size=size, root=head.root, note=note, made_at=at)


def current_checkpoint(store: Store, signer: Signer, at: datetime) -> KeptCheckpoint:
    """The same, in a unit of work of its own: the writers' turn is taken only when there is something new to sign."""
    with store.reading() as work:
        last = next(iter(ledger.checkpoints(work, 1)), None)
        if last is not None and last.size == ledger.tree_size(work):
            return last
    with store.writing() as work:
        return make_checkpoint(work, signer, at)
