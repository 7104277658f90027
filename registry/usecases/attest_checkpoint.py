"""Have others sign the checkpoint: witnesses (c2sp.org/tlog-witness), and a time stamping authority (RFC 3161).

What they signed is kept beside the checkpoint and told with it. Asking goes over the network, so it is done between two units
of work; whoever was not there is asked again, with growing pauses, until there is a newer checkpoint to ask about.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from registry.access import OPERATOR, Party
from registry.errors import RegistryError, UnknownError
from registry.ledger.cosignatures import cosignature_in, submission, witness_key
from registry.ledger.merkle import consistency_proof
from registry.ledger.notes import Signer
from registry.ledger.timestamps import MEDIA_TYPE, Authority, stamp_request, stamped_at
from registry.notices.addresses import checked_url
from registry.notices.delivering import PAUSES
from registry.notices.posting import Answered, Post, Posting
from registry.repositories import ledger, witnesses
from registry.repositories.ledger import KeptCheckpoint
from registry.repositories.recordings import Recorder
from registry.repositories.witnesses import Attestation, Witness
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.make_checkpoint import make_checkpoint
from registry.witness_tables import AttestationKind

BETWEEN = timedelta(hours=1)  # A new checkpoint is signed for others at most so often; on demand at any time.

_MOST_ANSWER = 65_536  # Bytes; a time stamp with its certificates has some five thousand.
_MOST_SAID = 300  # Characters that are kept of what went wrong.
_CONFLICT = 409  # By this status a witness says that it knows another size; which one, stands in the body.


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What asking came to: by whom, and what went wrong where something did."""

    source: str
    size: int
    attestation: Attestation | None
    said: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedCheckpoint:
    """A checkpoint with what others signed of it."""

    checkpoint: KeptCheckpoint
    attestations: tuple[Attestation, ...]

    @property
    def stamp(self) -> Attestation | None:
        """The last time stamp on it."""
        return next((each for each in reversed(self.attestations) if each.kind is AttestationKind.TIMESTAMP), None)


def attested_checkpoints(work: UnitOfWork, most: int) -> list[AttestedCheckpoint]:
    """The latest checkpoints with what others signed of them, the last first."""
    return [_attested(work, each) for each in ledger.checkpoints(work, most)]


def attested_of_size(work: UnitOfWork, size: int) -> AttestedCheckpoint:
    """The last checkpoint of so many leaves; UnknownError when none was signed."""
    found = ledger.checkpoint_of_size(work, size)
    if found is None:
        raise UnknownError(str(size))
    return _attested(work, found)


def _attested(work: UnitOfWork, checkpoint: KeptCheckpoint) -> AttestedCheckpoint:
    return AttestedCheckpoint(checkpoint=checkpoint, attestations=tuple(witnesses.attestations_on(work, checkpoint.entry)))


def enter_witness(
    work: UnitOfWork, key: str, url: str, *, at: datetime, allows_private: bool, party: Party = OPERATOR
) -> Witness:
    """Ask a witness from now on. ProofError for what is no witness's key, AddressRefusedError for a URL that is not used."""
    checked_url(url, allows_private=allows_private)
    name = witness_key(key).name
    entered = Witness(name=name, key=key.strip(), url=url, is_active=True)
    recorder = Recorder(work, party=party, at=at, source=f"witness {name}: entered")
    witnesses.add_witness(work, entered, recorder.begun())
    return entered


def end_witness(work: UnitOfWork, name: str, *, at: datetime, party: Party = OPERATOR) -> Witness:
    """Do not ask a witness any more; what it signed is kept. UnknownError for one that is not asked."""
    found = next((each for each in witnesses.all_witnesses(work) if each.name == name and each.is_active), None)
    if found is None:
        raise UnknownError(name)
    ended = found._replace(is_active=False)
    witnesses.add_witness(work, ended, Recorder(work, party=party, at=at, source=f"witness {name}: ended").begun())
    return ended


def attest_checkpoint(
    store: Store, signer: Signer, post: Post, at: datetime, *, stamps: Authority | None = None, is_wanted_now: bool = True
) -> list[Attested]:
    """Ask everybody who has not signed the latest checkpoint yet; a new one is signed here first when the ledger grew.

    `is_wanted_now`: without waiting for the hour that lies between new checkpoints, or for the pause after a try that failed.
    """
    with store.reading() as work:
        asked = [each for each in witnesses.all_witnesses(work) if each.is_active]
        if not asked and stamps is None:
            return []
        last = next(iter(ledger.checkpoints(work, 1)), None)
        has_grown = last is None or last.size != ledger.tree_size(work)
    if last is None or (has_grown and (is_wanted_now or last.made_at is None or at - last.made_at >= BETWEEN)):
        with store.writing() as work:
            last = make_checkpoint(work, signer, at)
    ways: list[tuple[str, Callable[[], Attestation]]] = [
        (each.name, partial(_cosigned, store, each, last, post, at)) for each in asked
    ]
    if stamps is not None:
        ways.append((stamps.url, partial(_stamped, stamps, last, post, at)))
    due = [(source, way) for source, way in ways if _is_due(store, source, last, at, is_wanted_now=is_wanted_now)]
    return [_asked(store, source, last, way, at) for source, way in due]


def _is_due(store: Store, source: str, checkpoint: KeptCheckpoint, at: datetime, *, is_wanted_now: bool) -> bool:
    with store.reading() as work:
        if any(each.source == source for each in witnesses.attestations_on(work, checkpoint.entry)):
            return False
        failed = witnesses.failed_tries(work, checkpoint.entry, source)
    if is_wanted_now or not failed or failed[0].tried_at is None:
        return True
    return at - failed[0].tried_at >= PAUSES[min(len(failed), len(PAUSES)) - 1]


def _asked(store: Store, source: str, checkpoint: KeptCheckpoint, way: Callable[[], Attestation], at: datetime) -> Attested:
    try:
        made, said = way(), None
    except RegistryError as error:
        made, said = None, error.en[:_MOST_SAID]
    with store.writing() as work:
        if made is not None:
            witnesses.add_attestation(work, checkpoint.entry, made)
        else:
            witnesses.add_failed_try(work, checkpoint.entry, source, said or "", at)
    return Attested(source=source, size=checkpoint.size, attestation=made, said=said)


def _cosigned(store: Store, witness: Witness, checkpoint: KeptCheckpoint, post: Post, at: datetime) -> Attestation:
    """The cosignature of a witness. It may know another size than we remember: then it says which, and is asked once more."""
    with store.reading() as work:
        latest = witnesses.latest_attestation(work, witness.name)
    answer = _submitted(store, witness, checkpoint, 0 if latest is None else latest.size, post)
    if answer.status == _CONFLICT:
        known = answer.body.strip()
        if not known.isdigit() or int(known) > checkpoint.size:
            text = known[:20].decode(errors="replace")
            raise RegistryError(
                f"the witness knows a tree of {text} leaves, this one has {checkpoint.size}: was an old copy put in place?",
                f"见证方已知 {text} 叶的树，本账本只有 {checkpoint.size} 叶：是否换回了旧库？",
            )
        answer = _submitted(store, witness, checkpoint, int(known), post)
    body = _good(answer)
    signed = cosignature_in(body.decode(errors="replace"), checkpoint.note, witness_key(witness.key))
    return Attestation(
        size=checkpoint.size,
        kind=AttestationKind.COSIGNATURE,
        source=witness.name,
        content=signed.line,
        signed_at=signed.signed_at,
        received_at=at,
    )


def _submitted(store: Store, witness: Witness, checkpoint: KeptCheckpoint, known: int, post: Post) -> Answered:
    with store.reading() as work:
        proof = consistency_proof(known, checkpoint.size, ledger.nodes_of(work)) if 0 < known < checkpoint.size else []
    body = submission(checkpoint.note, known, proof)
    headers = {"content-type": "text/plain; charset=utf-8"}
    return post(Posting(url=f"{witness.url.rstrip('/')}/add-checkpoint", headers=headers, body=body, wanted=_MOST_ANSWER))


def _stamped(stamps: Authority, checkpoint: KeptCheckpoint, post: Post, at: datetime) -> Attestation:
    headers = {"content-type": MEDIA_TYPE}
    body = stamp_request(checkpoint.note)
    answer = _good(post(Posting(url=stamps.url, headers=headers, body=body, wanted=_MOST_ANSWER)))
    return Attestation(
        size=checkpoint.size,
        kind=AttestationKind.TIMESTAMP,
        source=stamps.url,
        content=base64.b64encode(answer).decode(),
        signed_at=stamped_at(answer, checkpoint.note, stamps.roots),
        received_at=at,
    )


def _good(answer: Answered) -> bytes:
    if not answer.is_good:
        said = answer.said or f"HTTP {answer.status} {answer.body[:100].decode(errors='replace').strip()}".strip()
        raise RegistryError(f"not signed: {said}", f"未签署：{said}")
    return answer.body
