"""Passwords: Argon2id, a bounded number at a time, and the same work for a name that nobody has."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from registry.errors import UnacceptableError, WaitError
from registry.secret_tokens import new_secret
from registry.spelling import compared, is_storable

SHORTEST = 12  # Characters: NIST SP 800-63B-4 asks for 15 where a password stands alone and 8 beside a second factor.
LONGEST = 1024  # Characters; hashing takes time in proportion.
_FEWEST = 5  # Different characters: "aaaaaaaaaaaa" and "121212121212" are what everybody tries.
_AT_ONCE = 4  # Hashes at a time: each takes 64 MiB.
_PATIENCE = 3.0  # Seconds that a hash waits for room: a flood of attempts may not keep all threads of the service waiting.


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hashes = PasswordHash((hasher or Argon2Hasher(),))
        self._room = BoundedSemaphore(_AT_ONCE)
        self._nobodys: str | None = None

    def hashed(self, password: str) -> str:
        """The hash to keep."""
        with self._turn():
            return self._hashes.hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether a password belongs to a hash. None, where there is no hash, costs the same and is never right."""
        if self._nobodys is None:
            self._nobodys = self.hashed(new_secret().text)
        if len(password) > LONGEST or not is_storable(password):
            password, kept = "", None
        with self._turn():
            is_right = self._hashes.verify(password, kept or self._nobodys)
        return is_right and kept is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Room for one hash; WaitError where there is none soon."""
        if not self._room.acquire(timeout=_PATIENCE):
            raise WaitError(math.ceil(_PATIENCE))
        try:
            yield
        finally:
            self._room.release()


def check_password(password: str, sign_in: str, path: str = "$.password") -> None:
    """UnacceptableError for a password that is guessed soon, or that cannot be kept."""
    if not SHORTEST <= len(password) <= LONGEST or not is_storable(password):
        raise UnacceptableError(path, f"{SHORTEST} to {LONGEST} characters are needed", f"须为 {SHORTEST} 至 {LONGEST} 个字符")
    if len(set(password)) < _FEWEST:
        raise UnacceptableError(path, f"fewer than {_FEWEST} different characters", f"不同的字符少于 {_FEWEST} 个")
    if compared(sign_in) in compared(password):
        raise UnacceptableError(path, "contains the sign-in name", "不能包含登录名")
