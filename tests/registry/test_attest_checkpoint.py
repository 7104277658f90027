"""Checkpoints leave the machine: a witness that keeps the protocol, one that does not, and a time stamping authority."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import RegistryError, UnknownError
from registry.ledger.cosignatures import COSIGNATURE, WitnessKey, witness_key
from registry.ledger.merkle import ProofError, verify_consistency
from registry.ledger.notes import Ed25519Signer, key_id, opened, verifier_key, verifier_of
from registry.ledger.timestamps import authority, stamped_at
from registry.notices.posting import Answered, Posting
from registry.unit_of_work import Store
from registry.usecases.attest_checkpoint import Attested, attest_checkpoint, end_witness, enter_witness
from registry.usecases.make_checkpoint import current_checkpoint
from tests.registry.time_stamps import Authority
from tests.registry.worlds import certificate, full, only, recorded

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
LOG = Ed25519Signer(name="registry.example/log", private=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
URL = "https://witness.example/w"


class Witness:
    """A witness as c2sp.org/tlog-witness has it, over the one log of these tests; `known` is what it signed last."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
        self.public = COSIGNATURE + self.private.public_key().public_bytes_raw()
        self.name = "witness.example/w"
        self.known: tuple[int, bytes] = (0, b"")
        self.is_there = True
        self.asked = 0

    @property
    def key(self) -> str:
        encoded = base64.b64encode(self.public).decode()
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{encoded}"

    def __call__(self, posting: Posting) -> Answered:
        assert posting.url == f"{URL}/add-checkpoint"
        self.asked += 1
        if not self.is_there:
            return Answered(said="ConnectError: nobody there")
        head, _, note = posting.body.decode().partition("\n\n")
        first, *hashes = head.split("\n")
        old, proof = int(first.removeprefix("old ")), [base64.b64decode(each) for each in hashes]
        found = opened(note, verifier_of(verifier_key(LOG)))
        if old != self.known[0]:
            return Answered(status=409, body=f"{self.known[0]}\n".encode())
        if old and (old, self.known[1]) != (found.size, found.root):
            try:
                verify_consistency(old, found.size, proof, self.known[1], found.root)
            except ProofError:
                return Answered(status=422, body=b"inconsistent")
        self.known = (found.size, found.root)
        return Answered(status=200, body=self.signature(note).encode())

    def signature(self, note: str, seconds: int = 1_800_000_000) -> str:
        text = note.rpartition("\n\n")[0] + "\n"
        made = self.private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        encoded = base64.b64encode(key_id(self.name, self.public) + seconds.to_bytes(8) + made).decode()
        return f"\N{EM DASH} {self.name} {encoded}\n"


@pytest.fixture
def witness(store: Store) -> Witness:
    made = Witness()
    recorded(store, full())
    with store.writing() as work:
        enter_witness(work, made.key, URL, at=AT, allows_private=False)
    return made


def asked(store: Store, witness: Callable[[Posting], Answered], at: datetime = AT, *, now: bool = True) -> list[Attested]:
    return attest_checkpoint(store, LOG, witness, at, is_wanted_now=now)


def test_a_witness_signs_what_is_consistent_with_what_it_signed_before(store: Store, witness: Witness) -> None:
    """Its signature goes with the checkpoint from then on, and whoever has its key can check both."""
    (first,) = asked(store, witness)
    assert first.said is None
    assert asked(store, witness) == []  # It signed this one.
    recorded(store, only("certificates", *(certificate(f"K-{number}") for number in range(5))))
    (second,) = asked(store, witness)
    assert second.said is None
    assert second.size > first.size
    note = current_checkpoint(store, LOG, AT).note
    assert opened(note, verifier_of(verifier_key(LOG))).size == second.size
    assert note.endswith(witness.signature(note.rpartition("\N{EM DASH}")[0]))


def test_a_witness_that_knows_another_size_is_asked_once_more(store: Store, witness: Witness) -> None:
    """It may have signed and the answer may have been lost; that must not end the matter."""
    asked(store, witness)
    lost = witness.known
    recorded(store, only("certificates", certificate("K-1")))
    current = current_checkpoint(store, LOG, AT)
    witness.known = (lost[0] - 1, b"")
    (refused,) = asked(store, witness)  # It knows a beginning that is none of ours.
    assert refused.said is not None
    assert "422" in refused.said
    witness.known = (0, b"")
    (signed,) = asked(store, witness)
    assert (signed.said, signed.size) == (None, current.size)


def test_an_old_copy_of_the_database_is_told_by_the_witness(store: Store, witness: Witness) -> None:
    """The one case that no look at a single database finds."""
    witness.known = (1_000, b"")
    (found,) = asked(store, witness)
    assert found.said is not None
    assert "old copy" in found.said


def test_who_is_not_there_is_asked_again_after_a_pause(store: Store, witness: Witness) -> None:
    """A checkpoint that left nowhere protects nothing; and nobody is asked without end."""
    witness.is_there = False
    assert [each.said for each in asked(store, witness, now=False)] == ["not signed: ConnectError: nobody there"]
    assert asked(store, witness, AT + timedelta(seconds=4), now=False) == []
    assert len(asked(store, witness, AT + timedelta(seconds=5), now=False)) == 1
    assert asked(store, witness, AT + timedelta(minutes=4), now=False) == []
    witness.is_there = True
    (signed,) = asked(store, witness, AT + timedelta(minutes=6), now=False)
    assert signed.said is None
    assert witness.asked == 3


def test_new_checkpoints_are_signed_for_others_once_an_hour(store: Store, witness: Witness) -> None:
    """Each recording grows the ledger; a witness is no log of every minute."""
    asked(store, witness, now=False)
    recorded(store, only("certificates", certificate("K-1")))
    assert asked(store, witness, AT + timedelta(minutes=59), now=False) == []
    assert len(asked(store, witness, AT + timedelta(minutes=60), now=False)) == 1


@pytest.mark.parametrize("change", ["", "other text", "other time", "other key"])
def test_a_signature_that_is_none_is_not_kept(store: Store, witness: Witness, change: str) -> None:
    """A line under a checkpoint that nobody can check is worse than none."""

    def lying(posting: Posting) -> Answered:
        note = posting.body.decode().partition("\n\n")[2]
        line = witness.signature(note if change != "other text" else note.replace("registry", "another"))
        if change == "other time":
            line = line.replace(line[-40:-30], "A" * 10)
        if change == "other key":
            line = line.replace(witness.name, "stranger.example/w")
        return Answered(status=200, body=line.encode() if change else b"")

    (found,) = asked(store, lying)
    assert found.attestation is None
    assert current_checkpoint(store, LOG, AT).note.count("\N{EM DASH}") == 1


def test_a_witness_that_was_ended_is_not_asked(store: Store, witness: Witness) -> None:
    """What it signed stays."""
    asked(store, witness)
    with store.writing() as work:
        end_witness(work, witness.name, at=AT)
    with pytest.raises(UnknownError), store.writing() as work:
        end_witness(work, witness.name, at=AT)
    assert current_checkpoint(store, LOG, AT).note.count("\N{EM DASH}") == 1  # Its ending is a fact, with a leaf.
    recorded(store, only("certificates", certificate("K-1")))
    assert asked(store, witness) == []


@pytest.mark.parametrize("line", ["", "a+b", "a+00000000+AAAA", verifier_key(LOG)])
def test_only_the_key_of_a_witness_is_one(line: str) -> None:
    """A log's own key vouches for nothing."""
    with pytest.raises(ProofError):
        witness_key(line)


@pytest.fixture(scope="module")
def stamping(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


def test_a_time_stamp_is_kept_with_the_checkpoint(store: Store, stamping: Authority, tmp_path: Path) -> None:
    """Somebody else's clock says when it was there; OpenSSL, which knows nothing of us, agrees."""
    recorded(store, full())
    believed = authority("https://tsa.example", stamping.folder / "root.pem")
    (done,) = attest_checkpoint(store, LOG, stamping, AT, stamps=believed)
    assert done.said is None
    assert done.attestation is not None
    assert attest_checkpoint(store, LOG, stamping, AT, stamps=believed) == []
    note = current_checkpoint(store, LOG, AT).note
    assert note.count("\N{EM DASH}") == 1  # A stamp is no line of a note.
    answer = base64.b64decode(done.attestation.content)
    assert stamped_at(answer, note, believed.roots) == done.attestation.signed_at
    with pytest.raises(ProofError, match="does not hold"):
        stamped_at(answer, note + " ", believed.roots)
    for name, content in (("note", note.encode()), ("stamp", answer)):
        (tmp_path / name).write_bytes(content)
    stamping.run("ts", "-verify", "-data", str(tmp_path / "note"), "-in", str(tmp_path / "stamp"), "-CAfile", "root.pem")


def test_a_stamp_of_somebody_whom_nobody_vouches_for_is_not_kept(
    store: Store, stamping: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Anybody can say what time it is."""
    recorded(store, full())
    other = Authority(tmp_path_factory.mktemp("other"))
    believed = authority("https://tsa.example", other.folder / "root.pem")
    for answering in (stamping, lambda _: Answered(status=200, body=b"no stamp"), lambda _: Answered(status=500)):
        (done,) = attest_checkpoint(store, LOG, answering, AT, stamps=believed)
        assert done.said is not None
        assert done.attestation is None


def test_roots_that_are_none_are_refused(tmp_path: Path) -> None:
    """A mistake in the settings is said at the start and not with the first stamp."""
    (tmp_path / "empty.pem").write_text("")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(RegistryError, match="no certificates"):
            authority("https://tsa.example", tmp_path / name)


def test_keys_are_read_as_written() -> None:
    """The line that a witness publishes."""
    made = Witness()
    assert witness_key(f" {made.key}\n") == WitnessKey(name=made.name, public=made.public)
