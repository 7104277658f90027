"""Signed notes: what was signed comes back, and nothing else does."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.ledger.merkle import ProofError
from registry.ledger.notes import Checkpoint, Ed25519Signer, Ed25519Verifier, opened, signed, verifier_key, verifier_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Ed25519Signer(name="registry.example/log", private=KEY)
OTHER = Ed25519Signer(name="witness.example/w", private=Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
VERIFIER = Ed25519Verifier(name=SIGNER.name, public=SIGNER.public)
CHECKPOINT = Checkpoint(origin="registry.example/log", size=1234, root=bytes(range(100, 132)))
NOTE = signed(CHECKPOINT, SIGNER)


def test_what_was_signed_comes_back() -> None:
    """A checkpoint that cannot be read by its verifier proves nothing."""
    assert opened(NOTE, VERIFIER) == CHECKPOINT
    assert NOTE.splitlines()[:2] == ["registry.example/log", "1234"]


def test_a_witness_may_sign_besides() -> None:
    """Each finds its own signature, wherever it stands."""
    for note in (signed(CHECKPOINT, OTHER, SIGNER), signed(CHECKPOINT, SIGNER, OTHER)):
        assert opened(note, VERIFIER) == CHECKPOINT
        assert opened(note, Ed25519Verifier(name=OTHER.name, public=OTHER.public)) == CHECKPOINT


def test_every_changed_character_is_found() -> None:
    """A size or root that can be changed is a history that can be changed."""
    for place, character in enumerate(NOTE):
        for other in {"A", "0", "\n"} - {character}:
            with pytest.raises(ProofError):
                opened(NOTE[:place] + other + NOTE[place + 1 :], VERIFIER)


def test_another_key_of_the_same_name_is_refused() -> None:
    """Whoever knows the name must not be able to sign."""
    stranger = Ed25519Signer(name=SIGNER.name, private=OTHER.private)
    with pytest.raises(ProofError, match="not signed with this key"):
        opened(signed(CHECKPOINT, stranger), VERIFIER)


@pytest.mark.parametrize("note", ["", "\n\n", "text\n\n", NOTE.rstrip("\n"), NOTE + "more\n", CHECKPOINT.text()])
def test_what_is_no_note_is_refused(note: str) -> None:
    """And never with a traceback."""
    with pytest.raises(ProofError):
        opened(note, VERIFIER)


@pytest.mark.parametrize(
    "text",
    ["log\n-1\nAAAA\n", "log\n01\nAAAA\n", "log\n1\nAAAA\n", "log\n1\n", "\n1\nAAAA\n", "log\n\N{SUPERSCRIPT TWO}\nAAAA\n"],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    """A key signs what it is given; what a checkpoint is, is another question."""

    class _Text(Checkpoint):
        def text(self) -> str:
            return text

    with pytest.raises(ProofError):
        opened(signed(_Text(origin="", size=0, root=b""), SIGNER), VERIFIER)


def test_a_verifier_key_is_one_line_and_comes_back() -> None:
    """It is printed in documents and typed into configurations; a slip must be noticed."""
    line = verifier_key(SIGNER)
    assert verifier_of(f" {line}\n") == VERIFIER
    for place, character in enumerate(line):
        other = "B" if character != "B" else "C"
        with pytest.raises(ProofError):
            verifier_of(line[:place] + other + line[place + 1 :])
