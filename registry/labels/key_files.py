"""Private keys of stickers: one file each in the data folder, for its owner's eyes only, never in the database."""

import os
from collections.abc import Container
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from registry.labels.errors import SigningKeyError
from registry.labels.sticker import key_id_of

FOLDER = "label-keys"  # In the data folder.


class KeyFolder:
    """The private keys at hand. A registry on another machine has others: a sticker names its key."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def make(self, taken: Container[bytes] = ()) -> Ed25519PrivateKey:
        """A new key whose id is not taken, kept before it is used. SigningKeyError when the folder cannot be written."""
        private = Ed25519PrivateKey.generate()
        while (key_id := key_id_of(private.public_key().public_bytes_raw())) in taken:
            private = Ed25519PrivateKey.generate()
        path = self._path(key_id)
        written = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(written)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unusable(path, error) from error
        return private

    def find(self, key_id: bytes) -> Ed25519PrivateKey | None:
        """The private key with this id; None when it is not at hand. SigningKeyError for a file that holds something else."""
        path = self._path(key_id)
        try:
            private = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _unusable(path, error) from error
        if not isinstance(private, Ed25519PrivateKey) or key_id_of(private.public_key().public_bytes_raw()) != key_id:
            raise SigningKeyError(f"{path} holds another key", f"{path} 中是另一密钥")
        return private

    def _path(self, key_id: bytes) -> Path:
        return self._folder / f"{key_id.hex()}.pem"


def _unusable(path: Path, error: Exception) -> SigningKeyError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return SigningKeyError(f"the signing key {path} is not usable ({reason})", f"签名密钥 {path} 不可用（{reason}）")
