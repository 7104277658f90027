"""The certificate sticker: what it says, signed, in few enough characters for a label of 20 mm (docs/decisions/0031).

    address = {base}/s/{digits}
    digits  = the number, in decimal, of the bytes: body, signature (Ed25519, 64 bytes)
    body    = version and form (1), key id (2), label code (10), issue (1), issued on (2), valid until (2), serial number

Whole numbers are big-endian, days are counted from 2000-01-01. The key id is the beginning of the SHA-256 of the public key.
The serial number is packed, as a number in base 41 (form 0), or UTF-8 where it holds other characters (form 1). A QR symbol
stores digits without loss (10 bits for three), which no text form of bytes comes near: every byte counts, as a module less on
each side is what lets a printer of 203 dpi put the sticker on a label of 20 mm.
"""

import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.labels.code import from_bytes, to_bytes
from registry.labels.errors import LabelError, UnreadableCodeError

VERSION = 1
LARGEST_ISSUE = 255  # A label that carried so many stickers is worn out, and its successor counts anew.
LONGEST_SERIAL = 32  # Bytes of UTF-8; longer ones make a symbol that no label can hold.

_FIRST_DAY = date(2000, 1, 1)
_LAST_DAY = _FIRST_DAY + timedelta(days=65_535)
_HEAD = struct.Struct(">B2s10sBHH")
_PACKED, _PLAIN = VERSION << 4, VERSION << 4 | 1  # The first byte: version and form.
_PACKABLE = " -./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # 40 characters, with the values 1 to 40.
_SIGNATURE = 64
_CONTEXT = b"traceability-registry certificate sticker\x00"  # A signature over a sticker is good for nothing else.
_DIGITS = re.compile(r"[1-9][0-9]{0,399}\Z", re.ASCII)
_IN_ADDRESS = re.compile(r"/s/([0-9]+)/?\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticker:
    """What a sticker says. `code`: of the identity label of the same item; `issue`: the how-manieth sticker of that label."""

    code: str
    issue: int
    issued_on: date
    valid_until: date
    serial: str

    def __post_init__(self) -> None:
        if not 1 <= self.issue <= LARGEST_ISSUE:
            raise LabelError("the issue number is outside 1 to 255", "签发序号应在 1 至 255 之间")
        if not _FIRST_DAY <= self.issued_on <= self.valid_until <= _LAST_DAY:
            raise LabelError("the dates of the sticker are not in order", "标识日期次序不合理")
        if len(self.serial.encode()) > LONGEST_SERIAL:
            raise LabelError(
                f"the serial number is longer than {LONGEST_SERIAL} bytes",
                f"出厂编号超过 {LONGEST_SERIAL} 字节，放不进签名标识",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingKey:
    """A public key with the days on which it signs, both included; `is_revoked` when it can no longer be trusted at all."""

    public: bytes
    valid_from: date
    valid_until: date
    is_revoked: bool = False

    @property
    def id(self) -> bytes:
        """The beginning of its SHA-256."""
        return key_id_of(self.public)


class LabelState(StrEnum):
    """What became of a label or sticker, by the latest fact."""

    ACTIVE = "active"
    REPLACED = "replaced"
    REVOKED = "revoked"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLabel:
    """What a registry, or a package taken from one, knows of a label: `issues` are its stickers with their states."""

    state: LabelState
    serial: str | None
    issues: Mapping[int, LabelState]


class Answer(StrEnum):
    """What the examination of a sticker comes to. Exactly one is good."""

    GENUINE = "genuine"
    UNREADABLE = "unreadable"  # No sticker, or a damaged one.
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"  # The signature is not that of the key named.
    KEY_REVOKED = "key_revoked"
    KEY_EXPIRED = "key_expired"  # Signed on a day on which the key did not sign.
    NOT_LISTED = "not_listed"  # Signed, but what we know does not list it: too new, or of somebody else.
    LABEL_REVOKED = "label_revoked"
    LABEL_REPLACED = "label_replaced"
    LABEL_LOST = "label_lost"
    REPLAYED = "replayed"  # A newer sticker of the same label has been issued.
    OTHER_SERIAL = "other_serial"
    NOT_YET = "not_yet"
    ENDED = "ended"

    @property
    def is_good(self) -> bool:
        """Whether the sticker may be relied on, on the day asked."""
        return self is Answer.GENUINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """The answer, and what the sticker says where it could be read. Believe `sticker` only if the answer is not FORGED."""

    answer: Answer
    sticker: Sticker | None = None
    key_id: bytes | None = None


_STATE_ANSWERS = {
    LabelState.REVOKED: Answer.LABEL_REVOKED,
    LabelState.REPLACED: Answer.LABEL_REPLACED,
    LabelState.LOST: Answer.LABEL_LOST,
}


def key_id_of(public: bytes) -> bytes:
    """The two bytes by which a sticker names its key."""
    return hashlib.sha256(public).digest()[:2]


def sign(sticker: Sticker, private: Ed25519PrivateKey) -> bytes:
    """The sticker with its signature, in bytes."""
    form, serial = _packed(sticker.serial)
    body = _HEAD.pack(
        form,
        key_id_of(private.public_key().public_bytes_raw()),
        to_bytes(sticker.code),
        sticker.issue,
        (sticker.issued_on - _FIRST_DAY).days,
        (sticker.valid_until - _FIRST_DAY).days,
    )
    body += serial
    return body + private.sign(_CONTEXT + body)


def to_digits(signed: bytes) -> str:
    """Signed bytes as the number that a label holds."""
    return str(int.from_bytes(signed))


def from_digits(digits: str) -> bytes:
    """The bytes of a number; UnreadableCodeError when it is none."""
    if not _DIGITS.match(digits):
        raise UnreadableCodeError("not the number of a sticker", "不是签名标识的数字串")
    number = int(digits)
    return number.to_bytes((number.bit_length() + 7) // 8)


def sticker_address(base_url: str, signed: bytes) -> str:
    """What the sticker holds: `{base}/s/{digits}`."""
    return f"{base_url.rstrip('/')}/s/{to_digits(signed)}"


def digits_in_address(address: str) -> str | None:
    """The number in a sticker's address, whoever's base it has; None for any other address."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    found = _IN_ADDRESS.search(parts.path) if parts.scheme.lower() in {"http", "https"} else None
    return found[1] if found else None


def examine(
    signed: bytes,
    keys: Mapping[bytes, VerifyingKey],
    known: Mapping[str, KnownLabel],
    on: date,
    *,
    nameplate: str | None = None,
) -> Examination:
    """Whether a sticker is genuine and counts on a day, by keys (by their id) and labels (by code) known. No network.

    `nameplate`: the serial number that somebody reads on the instrument. The first thing that is wrong is the answer:
    1. form, 2. key and signature, 3. the key's days, 4. what became of the label, 5. newer stickers, 6. serial, 7. dates.
    """
    if len(signed) < _HEAD.size + _SIGNATURE:
        return Examination(answer=Answer.UNREADABLE)
    if signed[0] not in {_PACKED, _PLAIN}:
        return Examination(answer=Answer.UNKNOWN_VERSION)
    body, signature = signed[:-_SIGNATURE], signed[-_SIGNATURE:]
    key_id = body[1:3]
    key = keys.get(key_id)
    if key is None:
        return Examination(answer=Answer.UNKNOWN_KEY, sticker=_said(body), key_id=key_id)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, _CONTEXT + body)
    except InvalidSignature:
        return Examination(answer=Answer.FORGED, sticker=_said(body), key_id=key_id)
    sticker = _said(body)
    if sticker is None:
        return Examination(answer=Answer.UNREADABLE, key_id=key_id)
    return Examination(answer=_judged(sticker, key, known.get(sticker.code), on, nameplate), sticker=sticker, key_id=key_id)


def _judged(sticker: Sticker, key: VerifyingKey, label: KnownLabel | None, on: date, nameplate: str | None) -> Answer:
    """Steps 3 to 7 of `examine`."""
    answers = (
        (key.is_revoked, Answer.KEY_REVOKED),
        (not key.valid_from <= sticker.issued_on <= key.valid_until, Answer.KEY_EXPIRED),
        (True, _of_label(sticker, label)),
        (nameplate is not None and nameplate.strip() != sticker.serial, Answer.OTHER_SERIAL),
        (on < sticker.issued_on, Answer.NOT_YET),
        (on > sticker.valid_until, Answer.ENDED),
    )
    return next((answer for is_so, answer in answers if is_so and answer is not None), Answer.GENUINE)


def _of_label(sticker: Sticker, label: KnownLabel | None) -> Answer | None:
    """What speaks against a sticker by what is known of its label; None when nothing does."""
    if label is None:
        return Answer.NOT_LISTED
    own = label.issues.get(sticker.issue)
    is_older = own is LabelState.REPLACED or any(issue > sticker.issue for issue in label.issues)
    answers = (
        (label.state in _STATE_ANSWERS, _STATE_ANSWERS.get(label.state)),
        (own in {LabelState.REVOKED, LabelState.LOST}, _STATE_ANSWERS.get(own) if own else None),
        (is_older, Answer.REPLAYED),
        (own is None, Answer.NOT_LISTED),
        (label.serial is not None and label.serial != sticker.serial, Answer.OTHER_SERIAL),
    )
    return next((answer for is_so, answer in answers if is_so), None)


def _said(body: bytes) -> Sticker | None:
    """What a body says, whoever wrote it; None when it says nothing that a sticker can say."""
    form, _, code, issue, issued, until = _HEAD.unpack_from(body)
    try:
        return Sticker(
            code=from_bytes(code),
            issue=issue,
            issued_on=_FIRST_DAY + timedelta(days=issued),
            valid_until=_FIRST_DAY + timedelta(days=until),
            serial=_unpacked(form, body[_HEAD.size :]),
        )
    except (LabelError, UnicodeDecodeError):
        return None


def _packed(serial: str) -> tuple[int, bytes]:
    """The form of a serial number, and its bytes."""
    if not set(serial) <= set(_PACKABLE):
        return _PLAIN, serial.encode()
    number = 0
    for character in serial:
        number = number * 41 + _PACKABLE.index(character) + 1
    return _PACKED, number.to_bytes((number.bit_length() + 7) // 8)


def _unpacked(form: int, packed: bytes) -> str:
    """The serial number in those bytes; UnreadableCodeError when they are none that we would have written."""
    if form == _PLAIN:
        return packed.decode()
    number, characters = int.from_bytes(packed), ""
    while number:
        number, value = divmod(number, 41)
        if value == 0:
            raise UnreadableCodeError("not a packed serial number", "不是压缩的出厂编号")
        characters = _PACKABLE[value - 1] + characters
    return characters


def code_of(signed: bytes) -> str | None:
    """The label code that signed bytes name, whoever signed them; None when they name none."""
    try:
        return from_bytes(_HEAD.unpack_from(signed)[2])
    except (struct.error, LabelError):
        return None
