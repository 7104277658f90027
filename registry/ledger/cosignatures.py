"""Cosignatures of witnesses on checkpoints (c2sp.org/tlog-cosignature), and what a witness is sent (c2sp.org/tlog-witness).

A witness signs only checkpoints that are consistent with what it signed before, so its word is that history was not made anew.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.ledger.merkle import ProofError
from registry.ledger.notes import ED25519_LENGTH, KEY_ID_LENGTH, SIGNATURE_MARK, key_id

COSIGNATURE = b"\x04"  # The algorithm byte of timestamped Ed25519 cosignatures.

_TIME_LENGTH = 8  # Bytes: seconds since 1970, big-endian.


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKey:
    """The key of a witness, as vouched for by whoever entered it."""

    name: str
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness's signature: the line as it stands in a note, and when it was made as the witness says."""

    line: str
    signed_at: datetime


def witness_key(line: str) -> WitnessKey:
    """The key of a line `name+key id+key`; ProofError for one that is none, or that is no witness's."""
    name, _, rest = line.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    try:
        public = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise _no_key() from error
    is_cosigning = public.startswith(COSIGNATURE) and len(public) == len(COSIGNATURE) + ED25519_LENGTH
    if not name or not is_cosigning or key_id(name, public).hex() != identity:
        raise _no_key()
    return WitnessKey(name=name, public=public)


def cosignature_in(answer: str, note: str, witness: WitnessKey) -> Cosignature:
    """The witness's signature on a note among the lines of its answer; ProofError when it is not there, or wrong."""
    identity = key_id(witness.name, witness.public)
    for line in answer.splitlines():
        name, _, encoded = line.removeprefix(SIGNATURE_MARK).partition(" ")
        try:
            signature = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if not line.startswith(SIGNATURE_MARK) or name != witness.name or signature[:KEY_ID_LENGTH] != identity:
            continue
        return Cosignature(line=line, signed_at=_verified(signature[KEY_ID_LENGTH:], note, witness))
    raise ProofError("the answer has no signature of this witness", "答复中没有此见证方的签名")


def with_signatures(note: str, lines: Sequence[str]) -> str:
    """A note with further signatures under its own."""
    return note + "".join(f"{line}\n" for line in lines)


def submission(note: str, known: int, proof: Sequence[bytes]) -> bytes:
    """What a witness is sent: the size of the tree that it knows, the proof that it is the beginning of this one, the note."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return f"old {known}\n{hashes}\n{note}".encode()


def _verified(stamped: bytes, note: str, witness: WitnessKey) -> datetime:
    """The time of a signature that is right."""
    seconds = int.from_bytes(stamped[:_TIME_LENGTH])
    text = note.rpartition("\n\n")[0] + "\n"
    signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(witness.public[len(COSIGNATURE) :]).verify(stamped[_TIME_LENGTH:], signed)
        return datetime.fromtimestamp(seconds, UTC)
    except (InvalidSignature, OverflowError, ValueError, OSError) as error:
        raise ProofError("the witness's signature is wrong", "见证方的签名不正确") from error


def _no_key() -> ProofError:
    return ProofError(
        "this is no key of a witness (c2sp.org/tlog-cosignature)", "这不是见证方的公钥（c2sp.org/tlog-cosignature）"
    )
