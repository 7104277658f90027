"""EXPERIMENTAL: notes signed with SM2 and SM3 (GB/T 32918.2, 32918.5, 32905), by the OpenSSL command of this machine.

The library that signs everything else here has SM3 and no SM2, and what there is for Python is abandoned or not constant in
time (docs/decisions/0063). The algorithm byte is that of signature types without a number of their own (c2sp.org/signed-note);
the name behind it is part of what the key id is made of, so a verifier that does not know it refuses the key. Browsers cannot
check it. A signature is r and s, 32 bytes each; the distinguishing identifier is the usual one of GM/T 0009.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from registry.errors import RegistryError

SM2 = b"\xffsm2-sm3/1:"  # What stands before the point of a public key.
POINT_LENGTH = 65  # Bytes: 04, x, y.

_IDENTIFIER = "distid:1234567812345678"
_NUMBER_LENGTH = 32  # Bytes.
# SubjectPublicKeyInfo of an EC key (1.2.840.10045.2.1) on the curve of GB/T 32918.5 (1.2.156.10197.1.301), up to its point.
_PUBLIC_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PATIENCE = 20  # Seconds; a signature takes ten milliseconds.


class OpensslError(RegistryError):
    """The OpenSSL command is not there, or does not know SM2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Signer:
    """Signs with the key of a PEM file."""

    name: str
    key_file: Path

    @property
    def public(self) -> bytes:
        """See registry.ledger.notes.Signer."""
        return SM2 + _point_of(self.key_file)

    def sign(self, text: bytes) -> bytes:
        """See registry.ledger.notes.Signer."""
        with tempfile.TemporaryDirectory() as folder:
            message = Path(folder) / "text"
            message.write_bytes(text)
            encoded = _openssl("pkeyutl", "-sign", *_SCHEME, "-inkey", str(self.key_file), "-in", str(message))
        r, s = decode_dss_signature(encoded)
        return r.to_bytes(_NUMBER_LENGTH) + s.to_bytes(_NUMBER_LENGTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Verifier:
    """Checks with SM2."""

    name: str
    public: bytes

    def is_signed(self, text: bytes, signature: bytes) -> bool:
        """See registry.ledger.notes.Verifier."""
        if len(signature) != 2 * _NUMBER_LENGTH:
            return False
        r, s = (int.from_bytes(half) for half in (signature[:_NUMBER_LENGTH], signature[_NUMBER_LENGTH:]))
        files = {"text": text, "key": _PUBLIC_HEAD + self.public.removeprefix(SM2), "signature": encode_dss_signature(r, s)}
        with tempfile.TemporaryDirectory() as folder:
            paths = {name: Path(folder) / name for name in files}
            for name, content in files.items():
                paths[name].write_bytes(content)
            _check_sm2_is_known()
            found = _run(
                *("pkeyutl", "-verify", *_SCHEME, "-pubin", "-keyform", "DER", "-inkey", str(paths["key"])),
                *("-in", str(paths["text"]), "-sigfile", str(paths["signature"])),
            )
        return found.returncode == 0 and b"Verified Successfully" in found.stdout


def new_private_key() -> bytes:
    """A private key in PEM form."""
    return _openssl("genpkey", "-algorithm", "SM2")


_SCHEME = ("-rawin", "-digest", "sm3", "-pkeyopt", _IDENTIFIER)


@cache
def _point_of(key_file: Path) -> bytes:
    encoded = _openssl("pkey", "-in", str(key_file), "-pubout", "-outform", "DER")
    if not encoded.startswith(_PUBLIC_HEAD) or len(encoded) != len(_PUBLIC_HEAD) + POINT_LENGTH:
        raise OpensslError(f"{key_file} holds a key of another kind", f"{key_file} 中是另一种密钥")
    return encoded[-POINT_LENGTH:]


@cache
def _check_sm2_is_known() -> None:
    """OpensslError where the command has no SM2: a signature that cannot be checked is not a wrong one."""
    new_private_key()


def _openssl(*arguments: str) -> bytes:
    found = _run(*arguments)
    if found.returncode != 0:
        said = found.stderr.decode(errors="replace").strip().splitlines()
        raise OpensslError(f"openssl failed: {said[-1:]}", f"openssl 失败：{said[-1:]}")
    return found.stdout


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(("openssl", *arguments), capture_output=True, check=False, timeout=_PATIENCE)  # noqa: S603, S607
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OpensslError("SM2 needs the OpenSSL command (3.0 or later)", "SM2 需要 OpenSSL 命令（3.0 或以上）") from error
