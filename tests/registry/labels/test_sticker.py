"""Stickers as values: what is signed comes back, and everything else gets its own answer."""

from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.labels.errors import LabelError, UnreadableCodeError
from registry.labels.sticker import (
    Answer,
    KnownLabel,
    LabelState,
    Sticker,
    VerifyingKey,
    code_of,
    digits_in_address,
    examine,
    from_digits,
    key_id_of,
    sign,
    sticker_address,
    to_digits,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
KEY = VerifyingKey(public=PUBLIC, valid_from=date(2026, 1, 1), valid_until=date(2027, 12, 31))
KEYS = {KEY.id: KEY}
CODE = "0123456789ABCDE4"
STICKER = Sticker(code=CODE, issue=3, issued_on=date(2026, 3, 1), valid_until=date(2028, 2, 29), serial="SYN-2024-00123")
ON = date(2026, 11, 22)
KNOWN = KnownLabel(state=LabelState.ACTIVE, serial=STICKER.serial, issues={1: LabelState.ACTIVE, 3: LabelState.ACTIVE})


def known(**changes: object) -> dict[str, KnownLabel]:
    """The label of the sticker, with one thing changed."""
    values = {"state": KNOWN.state, "serial": KNOWN.serial, "issues": KNOWN.issues, **changes}
    return {CODE: KnownLabel(**values)}  # type: ignore[arg-type]


def key(**changes: object) -> dict[bytes, VerifyingKey]:
    """The ring of the one key, with one thing changed."""
    values = {"public": PUBLIC, "valid_from": KEY.valid_from, "valid_until": KEY.valid_until, **changes}
    return {KEY.id: VerifyingKey(**values)}  # type: ignore[arg-type]


def answer(signed: bytes = b"", ring: object = None, labels: object = None, on: date = ON, **more: str) -> Answer:
    """What an examination says of the sticker, with one thing changed."""
    return examine(
        signed or sign(STICKER, PRIVATE),
        KEYS if ring is None else ring,  # type: ignore[arg-type]
        known() if labels is None else labels,  # type: ignore[arg-type]
        on,
        **more,
    ).answer


STICKERS = st.builds(
    Sticker,
    code=st.just(CODE),
    issue=st.integers(1, 255),
    issued_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    valid_until=st.dates(date(2100, 1, 1), date(2179, 1, 1)),
    serial=st.one_of(st.text("ABC019-./ ", max_size=32), st.text(max_size=8)),
)


@given(STICKERS)
def test_what_is_signed_comes_back(sticker: Sticker) -> None:
    """A serial number or date that changes on its way is a false accusation in a boiler room."""
    signed = from_digits(to_digits(sign(sticker, PRIVATE)))
    ring = {KEY.id: VerifyingKey(public=PUBLIC, valid_from=date.min, valid_until=date.max)}
    issues = {sticker.issue: LabelState.ACTIVE}
    found = examine(signed, ring, known(serial=None, issues=issues), sticker.issued_on)
    assert (found.answer, found.sticker, found.key_id) == (Answer.GENUINE, sticker, key_id_of(PUBLIC))
    assert code_of(signed) == CODE


def test_every_changed_byte_is_noticed() -> None:
    """A forger changes one date and keeps the rest; no byte may be left out of what is signed, and each says what is wrong."""
    signed = sign(STICKER, PRIVATE)
    for place in range(len(signed)):
        for change in (0x01, 0x80, 0xFF):
            forged = bytearray(signed)
            forged[place] ^= change
            expected = Answer.UNKNOWN_KEY if place in {1, 2} else Answer.FORGED
            if place == 0 and change != 0x01:
                expected = Answer.UNKNOWN_VERSION
            assert answer(bytes(forged)) is expected, (place, change)


@pytest.mark.parametrize("length", [0, 1, 15, 70, 80])
def test_a_cut_sticker_is_unreadable_or_forged(length: int) -> None:
    """A torn code must not raise an error at whoever reads it."""
    assert examine(sign(STICKER, PRIVATE)[:length], KEYS, known(), ON).answer in {Answer.UNREADABLE, Answer.FORGED}


def test_a_good_sticker_is_genuine_on_its_first_and_last_day() -> None:
    """The bounds are included, as on the paper."""
    assert answer(on=STICKER.issued_on) is answer(on=STICKER.valid_until) is answer() is Answer.GENUINE
    assert Answer.GENUINE.is_good
    assert not any(each.is_good for each in Answer if each is not Answer.GENUINE)


def test_each_defect_has_its_own_answer() -> None:
    """Whoever stands before the instrument must know whether to call the police, the laboratory or nobody."""
    day = timedelta(days=1)
    assert answer(sign(STICKER, OTHER)) is Answer.UNKNOWN_KEY
    stolen_name = sign(STICKER, OTHER)
    stolen_name = stolen_name[:1] + KEY.id + stolen_name[3:]
    assert answer(stolen_name) is Answer.FORGED
    assert answer(ring=key(is_revoked=True)) is Answer.KEY_REVOKED
    assert answer(ring=key(valid_until=STICKER.issued_on - day)) is Answer.KEY_EXPIRED
    assert answer(ring=key(valid_from=STICKER.issued_on + day)) is Answer.KEY_EXPIRED
    assert answer(ring=key(valid_from=STICKER.issued_on, valid_until=STICKER.issued_on)) is Answer.GENUINE
    assert answer(labels={}) is Answer.NOT_LISTED
    assert answer(labels=known(issues={1: LabelState.ACTIVE})) is Answer.NOT_LISTED
    for state, expected in {
        LabelState.REVOKED: Answer.LABEL_REVOKED,
        LabelState.REPLACED: Answer.LABEL_REPLACED,
        LabelState.LOST: Answer.LABEL_LOST,
    }.items():
        assert answer(labels=known(state=state)) is expected
    assert answer(labels=known(issues={3: LabelState.REVOKED, 4: LabelState.ACTIVE})) is Answer.LABEL_REVOKED
    assert answer(labels=known(issues={3: LabelState.LOST})) is Answer.LABEL_LOST
    assert answer(labels=known(issues={3: LabelState.ACTIVE, 4: LabelState.ACTIVE})) is Answer.REPLAYED
    assert answer(labels=known(issues={3: LabelState.REPLACED})) is Answer.REPLAYED
    assert answer(labels=known(serial="OTHER")) is Answer.OTHER_SERIAL
    assert answer(nameplate="SYN-2024-00124") is Answer.OTHER_SERIAL
    assert answer(nameplate=" SYN-2024-00123 ") is Answer.GENUINE
    assert answer(on=STICKER.issued_on - day) is Answer.NOT_YET
    assert answer(on=STICKER.valid_until + day) is Answer.ENDED
    assert examine(b"", KEYS, known(), ON).answer is Answer.UNREADABLE


@pytest.mark.parametrize(
    "body",
    [
        b"\x11" + KEY.id + bytes(9) + b"\x01" + b"\x01\x00\x01\x00\x02" + b"S",  # Its code has a wrong check symbol.
        b"\x11" + KEY.id + bytes(10) + b"\x01\x00\x01\x00\x02" + b"\xff",  # Its serial number is no UTF-8.
        b"\x10" + KEY.id + bytes(10) + b"\x01\x00\x01\x00\x02" + b"\x29",  # Its serial number, 41, has a character 0.
        b"\x11" + KEY.id + bytes(10) + b"\x01\x00\x02\x00\x01" + b"S",  # It ends before it begins.
        b"\x11" + KEY.id + bytes(10) + b"\x00\x00\x01\x00\x02" + b"S",  # It is the sticker number 0.
    ],
)
def test_what_is_signed_but_says_nothing_is_unreadable(body: bytes) -> None:
    """A key that signs nonsense, by a fault of ours or of a later release, must not make anything genuine."""
    signed = body + PRIVATE.sign(b"traceability-registry certificate sticker\x00" + body)
    assert answer(signed) is Answer.UNREADABLE


@pytest.mark.parametrize(
    "changes",
    [
        {"issue": 0},
        {"issue": 256},
        {"valid_until": date(2026, 2, 28)},
        {"issued_on": date(1999, 12, 31)},
        {"valid_until": date(2200, 1, 1)},
        {"serial": "器" * 11},
    ],
)
def test_a_sticker_that_cannot_be_written_is_refused(changes: dict[str, object]) -> None:
    """It would be cut off or wrap around without a word."""
    values = {"code": CODE, "issue": 3, "issued_on": STICKER.issued_on, "valid_until": STICKER.valid_until, "serial": "X"}
    with pytest.raises(LabelError):
        Sticker(**{**values, **changes})  # type: ignore[arg-type]


def test_the_address_holds_digits_alone_and_is_read_back_whatever_base_it_has() -> None:
    """Digits are what makes the symbol small; the form may never change, as stickers are out there."""
    signed = sign(STICKER, PRIVATE)
    address = sticker_address("https://id.example.cn/", signed)
    assert address.startswith("https://id.example.cn/s/")
    digits = digits_in_address(f" {address.replace('id.example.cn', 'other.example:8000/app')} ")
    assert digits is not None
    assert from_digits(digits) == signed
    assert len(address) <= 255, "IEC 61406-1 ILS-5"
    for other in ("https://h/i/X-1", "123", "ftp://h/s/1", "https://[h/s/1", "https://h/s/1a"):
        assert digits_in_address(other) is None
    for wrong in ("", "0", "01", "1a", "１", "1" * 401):
        with pytest.raises(UnreadableCodeError):
            from_digits(wrong)


def test_a_known_sticker_stays_as_it_is() -> None:
    """Stickers hang on instruments for years: the form may never change under them."""
    signed = sign(STICKER, PRIVATE)
    assert signed[:28].hex() == "10564700443214c74254b635c4032554282e06a77d101a51e9b2b4fb"
    assert signed[28:36].hex() == "4ebe30a67a350746"
    assert len(to_digits(signed)) == 221
