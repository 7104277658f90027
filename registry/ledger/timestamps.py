"""Time stamps on checkpoints (RFC 3161): the word of an authority that a checkpoint was there at a time."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from registry.errors import RegistryError
from registry.ledger.merkle import ProofError

MEDIA_TYPE = "application/timestamp-query"
_MOST_ROOTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A time stamping authority: its address, and the root certificates that it is believed by."""

    url: str
    roots: tuple[Certificate, ...]


def authority(url: str, roots: Path) -> Authority:
    """The authority with the roots of a PEM file; RegistryError for a file that holds none."""
    try:
        found = load_pem_x509_certificates(roots.read_bytes())
    except (OSError, ValueError) as error:
        raise RegistryError(f"no certificates in {roots}", f"{roots} 中没有证书") from error
    return Authority(url=url, roots=tuple(found[:_MOST_ROOTS]))


def stamp_request(note: str) -> bytes:
    """The request for a time stamp on a note."""
    return TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def stamped_at(answer: bytes, note: str, roots: tuple[Certificate, ...]) -> datetime:
    """The time of an answer; ProofError when it is not about the note, or not of somebody whom the roots vouch for.

    Certificates are looked at as of the stamp's own time, revocation is not.
    """
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        response = decode_timestamp_response(answer)
        builder.build().verify_message(response, note.encode())
    except (VerificationError, ValueError) as error:
        raise ProofError(f"the time stamp does not hold ({error})", f"时间戳不成立（{error}）") from error
    made: datetime = response.tst_info.gen_time
    return made
