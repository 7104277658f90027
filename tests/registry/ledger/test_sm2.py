"""SM2 with SM3, the experimental signer: the published examples, and notes that it signs.

The examples of GB/T 32905 and GB/T 32918 were written down from memory, the texts of the standards not being at hand. That they
are right is seen by a second implementation, OpenSSL, which agrees with every digest and takes the signature under the key.
"""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from registry.ledger.merkle import ProofError
from registry.ledger.notes import Checkpoint, opened, signed, verifier_key, verifier_of
from registry.ledger.sm2 import SM2, Sm2Signer, Sm2Verifier, new_private_key
from registry.private_keys import keep_private_text

# GB/T 32918.5-2017, annex A.2: the key, message and signature on the recommended curve; the identifier is 1234567812345678.
POINT = bytes.fromhex(
    "04 09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
MESSAGE = b"message digest"
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
CHECKPOINT = Checkpoint(origin="registry.example/log", size=7, root=bytes(32))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Sm2Signer:
    path = tmp_path_factory.mktemp("sm2") / "key.pem"
    keep_private_text(path, new_private_key())
    return Sm2Signer(name=CHECKPOINT.origin, key_file=path)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_the_standard(message: bytes, digest: str) -> None:
    """GB/T 32905-2016, annex A; another digest would make another signature of every text."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(message)
    assert sm3.finalize().hex() == digest


def test_the_signature_of_the_standard_is_right_and_no_other_is() -> None:
    """GB/T 32918.5-2017; each byte of signature and message counts."""
    verifier = Sm2Verifier(name="x", public=SM2 + POINT)
    assert verifier.is_signed(MESSAGE, SIGNATURE)
    assert not verifier.is_signed(MESSAGE + b".", SIGNATURE)
    for place in (0, 31, 32, 63):
        assert not verifier.is_signed(MESSAGE, SIGNATURE[:place] + bytes([SIGNATURE[place] ^ 1]) + SIGNATURE[place + 1 :])
    assert not verifier.is_signed(MESSAGE, SIGNATURE[:-1])


def test_a_note_that_it_signed_is_opened_with_its_key_alone(signer: Sm2Signer) -> None:
    """The signer is exchanged, everything else stays: note, key id, key line."""
    note = signed(CHECKPOINT, signer)
    line = verifier_key(signer)
    assert opened(note, verifier_of(line)) == CHECKPOINT
    with pytest.raises(ProofError):
        opened(note.replace("\n7\n", "\n8\n"), verifier_of(line))
    assert signer.key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_of_an_unknown_algorithm_is_refused(signer: Sm2Signer) -> None:
    """Who does not know an algorithm must not take its signature for one of another."""

    class _Other(Sm2Verifier):
        pass

    for public in (b"\x7f" + signer.public, SM2 + POINT[:-1], b"\x01" + POINT):
        with pytest.raises(ProofError, match="algorithm"):
            verifier_of(verifier_key(_Other(name="x", public=public)))


def test_a_file_with_another_key_is_refused(tmp_path: Path) -> None:
    """And said so, before anything is signed."""
    path = tmp_path / "key.pem"
    path.write_text("no key")
    with pytest.raises(Exception, match="openssl"):
        Sm2Signer(name="x", key_file=path).sign(b"text")
