"""Secrets that must be read again are encrypted with a key in a file beside the store: a copy of the database alone tells none.

The file is made at the first use, for its owner alone. Without it the secrets are lost and have to be made anew.
"""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from registry.errors import StoreError


class Sealer:
    """Seals and opens texts with the key of a file; several processes on one folder share it."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._fernet: Fernet | None = None

    def seal(self, text: str) -> str:
        """The text encrypted and authenticated (Fernet)."""
        return self._box().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text; StoreError when the key is another one than it was sealed with."""
        try:
            return self._box().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise StoreError(
                f"the key in {self._key_file} does not open this secret", f"{self._key_file} 中的密钥无法解开此密文"
            ) from error

    def _box(self) -> Fernet:
        if self._fernet is None:
            try:
                self._fernet = Fernet(_key_in(self._key_file))
            except (OSError, ValueError) as error:
                raise StoreError(f"{self._key_file} holds no key", f"{self._key_file} 中没有可用的密钥") from error
        return self._fernet


def _key_in(path: Path) -> bytes:
    """The key, made when there is none. It is linked into place whole, so that no other process reads half of it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes().strip()
