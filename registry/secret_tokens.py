"""Secrets that are given out once and kept as digests: random, so a quick digest is enough."""

import hashlib
import secrets
from typing import NamedTuple

KEY_PREFIX = "trk_"  # Lets scanners of repositories and logs recognize a key that leaked.
_BYTES = 32  # 256 bits.
_HINT = len(KEY_PREFIX) + 6  # Characters of a key by which its owner recognizes it.


class Secret(NamedTuple):
    """A secret, to be told once, with what is kept of it."""

    text: str
    sha256: str

    @property
    def hint(self) -> str:
        """How it begins."""
        return self.text[:_HINT]


def new_secret(prefix: str = "") -> Secret:
    """A secret that nobody can guess."""
    text = prefix + secrets.token_urlsafe(_BYTES)
    return Secret(text, digest_of(text))


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_id(prefix: str) -> str:
    """An id that tells nothing and that nobody else has."""
    return f"{prefix}-{secrets.token_hex(8)}"
