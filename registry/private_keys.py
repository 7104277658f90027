"""Private keys in files of the data folder: made once, for their owner's eyes only, never in the database."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from registry.errors import RegistryError


class PrivateKeyError(RegistryError):
    """A file of a private key cannot be written, or holds something else."""


def keep_private_key(path: Path, private: Ed25519PrivateKey) -> None:
    """Write a key to a new file, on the disk before this returns. PrivateKeyError when it cannot be, or is there already."""
    keep_private_text(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def keep_private_text(path: Path, written: bytes) -> None:
    """The same for a key in PEM form, whatever its kind."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unusable(path, error) from error


def private_key_made_once(path: Path) -> Ed25519PrivateKey:
    """The key of a file, made at its first use. It comes into place whole, so that processes that start together share one."""
    held = private_key(path)
    if held is not None:
        return held
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
    keep_private_key(draft, Ed25519PrivateKey.generate())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    except OSError as error:
        raise _unusable(path, error) from error
    return private_key_made_once(path)


def private_key(path: Path) -> Ed25519PrivateKey | None:
    """The key of a file; None when there is no file. PrivateKeyError for a file that holds something else."""
    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(path, error) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise PrivateKeyError(f"{path} holds a key of another kind", f"{path} 中是另一种密钥")
    return found


def _unusable(path: Path, error: Exception) -> PrivateKeyError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return PrivateKeyError(f"the private key {path} is not usable ({reason})", f"私钥 {path} 不可用（{reason}）")
