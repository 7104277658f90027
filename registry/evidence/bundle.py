"""The file of a proof bundle, `traceability-proof/1`: canonical JSON (RFC 8785), so that one bundle has one spelling.

    {"format", "made_at", "question", "verdict", "coverage"?, "account"?, "facts", "proof", "checkpoint", "documents",
     "signature"}

A fact is shown as it was hashed (registry.ledger.facts): there is no second copy that could differ. The proof holds the hashes
that lead from the facts to the root of the checkpoint (RFC 9162; registry.ledger.merkle, many leaves at once). The signature
is over the canonical text of everything else.
"""

import base64
import binascii
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from registry.ledger.facts import canonical
from registry.ledger.merkle import HASH_LENGTH, ProofError
from registry.ledger.notes import Signer, Verifier, verifier_key
from traceability.accounting import DayStanding
from traceability.inquiry import ANY_PURPOSE
from traceability.quantities import check_number
from traceability.records import Purpose
from traceability.verdict import Status, Verdict

MOST_BYTES = 16 * 1024 * 1024  # A chain with all its history has some hundreds of kilobytes at the most.

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Index = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]  # What every reader of JSON keeps exact.


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the file."""


class Question(_Value, frozen=True, kw_only=True, rename={"start": "from"}):
    """What was asked: of a day, and of a period when both its ends are given; with what was measured in it where `readings`."""

    target: str
    as_of: date
    start: date | None = None
    until: date | None = None
    known_at: Instant
    policy: str
    purpose: Purpose = ANY_PURPOSE
    readings: bool = False


class Days(_Value, frozen=True, kw_only=True, rename={"start": "from"}):
    """Days of a period on which the answer is the same: the status, and the findings worse than a note, `CODE@subject`."""

    start: date
    until: date
    status: Status
    findings: tuple[str, ...]


class UnreadDays(_Value, frozen=True, kw_only=True, rename={"start": "from"}):
    """Days of a period without a reading."""

    start: date
    until: date


class StandingShare(_Value, frozen=True, kw_only=True):
    """What was measured on days of one standing (traceability.accounting.Share); numbers as told, rounded at six decimals."""

    standing: DayStanding
    days: int
    read_days: int
    quantity: str
    at_least: str
    at_most: str
    emissions: str
    without_factor: str


class CountedFactor(_Value, frozen=True, kw_only=True, rename={"start": "from"}):
    """An emission factor, on the days on which it counted. It stands in an edition, not in the ledger, and has no chain."""

    edition: str
    value: Decimal
    unit: str
    start: date
    until: date
    source: str

    def __post_init__(self) -> None:
        check_number(self.value)  # Before it is written out: a short text can stand for a number of a gigabyte.


class Account(_Value, frozen=True, kw_only=True):
    """What the readings of a metering point in a period come to, apportioned by days."""

    energy: str | None = None
    unit: str | None = None
    readings: int
    apportioned: int
    shares: tuple[StandingShare, ...]
    unread: tuple[UnreadDays, ...]
    factors: tuple[CountedFactor, ...]


class ShownPart(_Value, frozen=True, kw_only=True):
    """A part of a fact that is shown: its place among those of its field, the salt of its digest, and its text."""

    place: Index
    salt: str
    text: str


class ShownFact(_Value, frozen=True, kw_only=True):
    """A fact: where its leaf is in the tree, the salt and the text that the leaf commits to, the parts that are shown."""

    index: Index
    salt: str
    text: str
    parts: dict[str, tuple[ShownPart, ...]] = {}


class Source(_Value, frozen=True, kw_only=True):
    """The SHA-256 of the file by which a certificate came into the registry; this registry says so, no leaf does."""

    certificate: str
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Signature(_Value, frozen=True, kw_only=True):
    """Which key signed (c2sp.org/signed-note), and the signature in base64."""

    key: str
    value: str


class Claims(_Value, frozen=True, kw_only=True):
    """What is signed: everything but the signature."""

    format: Literal["traceability-proof/1"]
    made_at: Instant
    question: Question
    verdict: Verdict
    coverage: tuple[Days, ...] = ()
    account: Account | None = None
    facts: tuple[ShownFact, ...]
    proof: tuple[str, ...]
    checkpoint: str
    documents: tuple[Source, ...]


class Bundle(Claims, frozen=True, kw_only=True):
    """The whole file."""

    signature: Signature


def signed_bundle(claims: Claims, signer: Signer) -> bytes:
    """The file."""
    signature = Signature(key=verifier_key(signer), value=base64.b64encode(signer.sign(canonical(claims))).decode())
    return canonical(_with(claims, signature))


def read_bundle(content: bytes) -> Bundle:
    """The bundle of a file; ProofError for a file that is none, or spelled in another way than the one."""
    if len(content) > MOST_BYTES:
        raise ProofError("the file is too large for a proof bundle", "文件过大，不是溯源证明")
    try:
        bundle = msgspec.json.decode(content, type=Bundle)
        is_canonical = canonical(bundle) == content
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        reason = str(error).split("\n", maxsplit=1)[0][:200]
        raise ProofError(f"this is no proof bundle: {reason}", f"这不是溯源证明：{reason}") from error
    if not is_canonical:
        raise ProofError("the bundle is not in canonical form (RFC 8785)", "证明文件不是规范形式（RFC 8785）")
    return bundle


def check_signature(bundle: Bundle, verifier: Verifier) -> None:
    """ProofError unless the key signed the bundle."""
    claims = Claims(**{name: getattr(bundle, name) for name in Claims.__struct_fields__})
    if bundle.signature.key != verifier_key(verifier):
        raise ProofError("the bundle is not signed with this key", "证明不是用此密钥签名的")
    if not verifier.is_signed(canonical(claims), unpacked(bundle.signature.value, 64)):
        raise ProofError("the signature of the bundle is wrong", "证明的签名不正确")


def packed(data: bytes) -> str:
    """Bytes as they stand in the file."""
    return base64.b64encode(data).decode()


def unpacked(text: str, length: int = HASH_LENGTH) -> bytes:
    """Bytes out of the file; ProofError for another number of them, or another spelling than the one."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("this is not base64", "这不是 base64") from error
    if len(data) != length or packed(data) != text:
        raise ProofError(f"{length} bytes in base64 expected", f"此处应为 {length} 字节的 base64")
    return data


def _with(claims: Claims, signature: Signature) -> Bundle:
    return Bundle(signature=signature, **{name: getattr(claims, name) for name in Claims.__struct_fields__})
