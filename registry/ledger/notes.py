"""Signed notes and checkpoints as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

A checkpoint says that the log of an origin had a root at a size. Who keeps one can tell later whether history was rewritten.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.ledger.merkle import HASH_LENGTH, ProofError
from registry.ledger.sm2 import POINT_LENGTH, SM2, Sm2Verifier

ED25519 = b"\x01"  # The algorithm byte of c2sp.org/signed-note.
ED25519_LENGTH = 32  # Bytes of a public key.

KEY_ID_LENGTH = 4  # Bytes.
SIGNATURE_MARK = "\N{EM DASH} "  # What a signature line begins with.


class Signer(Protocol):
    """Something that signs notes: its name, its algorithm's byte, its public key and the signature of a text."""

    @property
    def name(self) -> str:
        """The name that stands before the signature; without blanks and plus signs."""

    @property
    def public(self) -> bytes:
        """The algorithm's byte and the public key."""

    def sign(self, text: bytes) -> bytes:
        """The signature."""


class Verifier(Protocol):
    """Something that checks the signatures of one key."""

    @property
    def name(self) -> str:
        """The name of the key."""

    @property
    def public(self) -> bytes:
        """The algorithm's byte and the public key."""

    def is_signed(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's on the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log of an origin had this root at this size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed (c2sp.org/tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ed25519Signer:
    """Signs with Ed25519."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """See Signer."""
        return ED25519 + self.private.public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        """See Signer."""
        return self.private.sign(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ed25519Verifier:
    """Checks with Ed25519."""

    name: str
    public: bytes

    def is_signed(self, text: bytes, signature: bytes) -> bool:
        """See Verifier."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public[1:]).verify(signature, text)
        except InvalidSignature:
            return False
        return True


def verifier_key(signer: Signer | Verifier) -> str:
    """The public key as it is handed to verifiers: name, key id and key in one line."""
    return f"{signer.name}+{key_id(signer.name, signer.public).hex()}+{base64.b64encode(signer.public).decode()}"


def verifier_of(line: str) -> Verifier:
    """The verifier of such a line; ProofError for one that is none, or of an algorithm that is not known here."""
    name, _, rest = line.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    try:
        public = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ProofError("the verifier key is not one", "这不是验证公钥") from error
    if key_id(name, public).hex() != identity:
        raise ProofError("the verifier key is not one", "这不是验证公钥")
    if public.startswith(ED25519) and len(public) == len(ED25519) + ED25519_LENGTH:
        return Ed25519Verifier(name=name, public=public)
    if public.startswith(SM2) and len(public) == len(SM2) + POINT_LENGTH:
        return Sm2Verifier(name=name, public=public)
    raise ProofError("the verifier key is of an algorithm that is not known here", "不认识此验证公钥的算法")


def key_id(name: str, public: bytes) -> bytes:
    """What tells the keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + public).digest()[:KEY_ID_LENGTH]


def signed(checkpoint: Checkpoint, *signers: Signer) -> str:
    """The checkpoint as a signed note."""
    text = checkpoint.text()
    signatures = [(each.name, key_id(each.name, each.public) + each.sign(text.encode())) for each in signers]
    lines = [f"{SIGNATURE_MARK}{name} {base64.b64encode(signature).decode()}\n" for name, signature in signatures]
    return f"{text}\n{''.join(lines)}"


def opened(note: str, verifier: Verifier) -> Checkpoint:
    """The checkpoint of a note that the key signed; ProofError when it did not, or when the note is none."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise ProofError("this is no signed note", "这不是签名文本")
    text += "\n"
    lines = signatures[:-1].split("\n")
    if not all(line.startswith(SIGNATURE_MARK) for line in lines):
        raise ProofError("a line after the text is no signature", "正文之后有一行不是签名")
    identity = key_id(verifier.name, verifier.public)
    for name, _, encoded in (line.removeprefix(SIGNATURE_MARK).partition(" ") for line in lines):
        signature = _decoded(encoded)
        if name != verifier.name or signature[:KEY_ID_LENGTH] != identity:
            continue
        if not verifier.is_signed(text.encode(), signature[KEY_ID_LENGTH:]):
            raise ProofError("the signature is wrong", "签名不正确")
        return _checkpoint(text)
    raise ProofError("the note is not signed with this key", "没有此密钥的签名")


def bears_signature_of(note: str, signer: Signer | Verifier) -> bool:
    """Whether a line of a note claims to be a key's signature; `opened` tells whether it is."""
    head = base64.b64encode(key_id(signer.name, signer.public) + bytes(2)).decode()[:5]  # Bytes 0 to 3, whole characters.
    return any(line.startswith(f"{SIGNATURE_MARK}{signer.name} {head}") for line in note.rpartition("\n\n")[2].splitlines())


def _checkpoint(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise ProofError("this is no checkpoint", "这不是检查点")
    root = _decoded(lines[2])
    if len(root) != HASH_LENGTH:
        raise ProofError("this is no checkpoint", "这不是检查点")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def _decoded(encoded: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("this is not base64", "这不是 base64") from error
    if base64.b64encode(data).decode() != encoded:  # Bits that stand for nothing: one signature has one spelling.
        raise ProofError("this is not base64", "这不是 base64")
    return data
