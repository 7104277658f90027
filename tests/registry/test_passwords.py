"""Passwords: right ones, wrong ones, and those of nobody."""

from threading import Thread

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from registry import passwords as module
from registry.errors import UnacceptableError, WaitError
from registry.passwords import SHORTEST, Passwords, check_password

QUICK = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(Argon2Hasher):
    """A hasher that counts how often it was asked."""

    verified = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - the library's name.
        self.verified += 1
        return super().verify(password, hash)


def test_a_hash_is_argon2id_with_the_parameters_of_production() -> None:
    """Weaker ones would make a stolen database cheap to try out."""
    assert Passwords().hashed("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_name_that_nobody_has_costs_the_same_and_is_never_right() -> None:
    """The time of an answer would otherwise tell which names there are."""
    counting = Counting(time_cost=1, memory_cost=8, parallelism=1)
    hashes = Passwords(counting)
    kept = hashes.hashed("the right one")
    for password, hash_, is_right in (
        ("the right one", kept, True),
        ("another one", kept, False),
        ("the right one", None, False),
        ("", None, False),
        ("x" * 5000, kept, False),
        ("\ud800", kept, False),
    ):
        before = counting.verified
        assert hashes.is_right(password, hash_) is is_right
        assert counting.verified == before + 1


def test_a_flood_of_attempts_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread of the service would otherwise wait for a hash."""
    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    hashes = Passwords(QUICK)
    refused: list[WaitError] = []

    def asked() -> None:
        try:
            hashes.hashed("x")
        except WaitError as error:
            refused.append(error)

    for _ in range(module._AT_ONCE):
        hashes._room.acquire()
    thread = Thread(target=asked)
    thread.start()
    thread.join()
    assert len(refused) == 1
    hashes._room.release()
    assert hashes.hashed("x")


@pytest.mark.parametrize("password", ["x" * 11, "", "abcabcabcabc", "Admin-admin-12!", "y" * 2000, "long enough \ud800"])
def test_what_is_guessed_soon_is_refused(password: str) -> None:
    """The first guess would open the account."""
    with pytest.raises(UnacceptableError):
        check_password(password, "admin")


def test_the_shortest_password_is_accepted() -> None:
    """The rule would otherwise say one number and mean another."""
    check_password("abcdefghijkl"[:SHORTEST], "admin")
