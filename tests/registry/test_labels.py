"""Labels in the store, on both engines: issued once, bound once, never forgotten."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.access import Party, Role
from registry.errors import ConflictError
from registry.labels.aliases import AliasScheme
from registry.labels.code import grouped, label_address, new_code
from registry.labels.errors import (
    LabelError,
    MistypedCodeError,
    SigningKeyError,
    UnknownLabelError,
    UnreadableCodeError,
)
from registry.labels.key_files import KeyFolder
from registry.labels.records import LabelRecord
from registry.labels.sticker import Answer, LabelState, sticker_address
from registry.repositories import labels
from registry.unit_of_work import Store
from registry.usecases.bind_label import bind_label
from registry.usecases.change_label import replace_label, report_found, report_lost, revoke_label, revoke_sticker
from registry.usecases.check_sticker import check_sticker
from registry.usecases.issue_labels import issue_labels, make_blank_labels
from registry.usecases.issue_stickers import issue_stickers
from registry.usecases.label_keys import revoke_key, signing_key, verifying_keys
from registry.usecases.name_alias import record_alias, retire_alias
from registry.usecases.resolve_code import Way, resolve_code
from tests.registry.worlds import certificate, fingerprint, full, only, recorded
from traceability.problems import UnknownTargetError

NOW = datetime(2024, 4, 1, 8, tzinfo=UTC)
TODAY = date(2024, 4, 1)
LATER = NOW + timedelta(days=30)
AUDITOR = Party(name="A. Auditor", organization="LAB", role=Role.LABORATORY)


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with one of everything, and a meter with a certificate that ends."""
    recorded(store, full())
    recorded(
        store,
        {
            "format": "traceability-records/1",
            "items": [
                {"id": "G", "kind": "meter", "name": "燃气表 / Gas meter", "serial": "G-7"},
                {"id": "H", "kind": "meter"},
            ],
            "certificates": [
                certificate("K-G", item="G", kind="verification", calibrated_on="2024-01-01", valid_until="2025-12-31"),
                certificate("K-H", item="H", valid_until="2025-12-31"),
            ],
        },
    )
    return store


def issued(store: Store, *items: str, at: datetime = NOW) -> list[LabelRecord]:
    """Labels of items."""
    with store.writing() as work:
        return issue_labels(work, items, party=AUDITOR, at=at)


def test_an_item_gets_one_label_however_often_it_is_asked_for(filled: Store) -> None:
    """Each print would otherwise make a new label, and nobody know which one counts."""
    first = issued(filled, "G", "M", "G")
    before = fingerprint(filled)
    again = issued(filled, "M", "G", at=LATER)
    assert [label.item for label in first] == ["G", "M"]
    assert again == first[::-1]
    assert fingerprint(filled) == before
    label = first[0]
    assert (label.state, label.issue, label.serial, label.is_blank) == (LabelState.ACTIVE, 1, "G-7", False)
    assert (label.made_at, label.made_by, label.changed_at, label.changed_by) == (NOW, "A. Auditor", NOW, "A. Auditor")
    with filled.writing() as work:
        with pytest.raises(UnknownTargetError):
            issue_labels(work, ["G", "NOBODY"], at=NOW)
        for number in (0, 10_001):
            with pytest.raises(LabelError):
                make_blank_labels(work, number, at=NOW)


def test_a_blank_label_becomes_the_label_of_the_item_on_which_it_is_scanned_first(filled: Store) -> None:
    """Pre-printed labels could otherwise be put on two instruments."""
    with filled.writing() as work:
        blank, spare, torn = make_blank_labels(work, 3, at=NOW)
        assert resolve_code(work, label_address("https://old.example", blank.code)).item is None
        bound = bind_label(work, f" {grouped(blank.code).lower()}", "G", at=LATER, serial="g-7", seal="S-1", party=AUDITOR)
    assert (bound.item, bound.serial, bound.seal, bound.issue, bound.changed_at) == ("G", "g-7", "S-1", 1, LATER)
    assert (bound.made_by, bound.changed_by) == ("local", "A. Auditor")
    before = fingerprint(filled)
    with filled.writing() as work:
        assert bind_label(work, blank.code, "G", at=LATER) == bound
        assert bind_label(work, blank.code, "G", at=LATER, seal="S-1") == bound
        for wrong in ({"item": "M"}, {"item": "G", "seal": "S-2"}, {"item": "G", "serial": "G-8"}):
            with pytest.raises(ConflictError):
                bind_label(work, blank.code, **{"at": LATER, **wrong})  # type: ignore[arg-type]
        with pytest.raises(ConflictError):
            bind_label(work, spare.code, "G", at=LATER)
        with pytest.raises(UnknownTargetError):
            bind_label(work, spare.code, "NOBODY", at=LATER)
        with pytest.raises(UnknownLabelError):
            bind_label(work, new_code(), "G", at=LATER)
    assert fingerprint(filled) == before
    with filled.writing() as work:
        revoke_label(work, torn.code, "printed twice", at=LATER)
        with pytest.raises(ConflictError):
            bind_label(work, torn.code, "M", at=LATER)
        taken = bind_label(work, spare.code, "G", at=LATER, takes_place=True)
        assert (taken.item, taken.issue) == ("G", 2)
        old = resolve_code(work, blank.code).label
    assert old is not None
    assert (old.state, old.replaced_by) == (LabelState.REPLACED, spare.code)


def test_a_replaced_label_still_leads_to_its_item_and_names_its_successor(filled: Store) -> None:
    """An old label that answers "not found" looks like a forgery; one that answers as if it were good hides one."""
    (first,) = issued(filled, "G")
    with filled.writing() as work:
        second = replace_label(work, first.code, "faded", at=LATER, seal="S-9", party=AUDITOR)
        assert replace_label(work, first.code, "again", at=LATER) == second
    assert (second.item, second.issue, second.serial, second.seal) == ("G", 2, "G-7", "S-9")
    with filled.reading() as work:
        old, by_id = resolve_code(work, first.code), resolve_code(work, "G")
    assert (old.way, old.item) == (Way.CODE, "G")
    assert old.label is not None
    assert (old.label.state, old.label.replaced_by, old.label.reason) == (LabelState.REPLACED, second.code, "faded")
    assert (old.label.changed_at, old.label.changed_by) == (LATER, "A. Auditor")
    assert (by_id.way, by_id.label) == (Way.ID, second)
    assert issued(filled, "G") == [second]


def test_a_lost_label_is_found_again_and_a_revoked_one_never(filled: Store) -> None:
    """What was revoked because it was copied must not come back by a slip of the hand."""
    (label,) = issued(filled, "G")
    with filled.writing() as work:
        for _ in range(2):
            assert report_lost(work, label.code, "gone", at=LATER).state is LabelState.LOST
        assert report_found(work, label.code, "behind the boiler", at=LATER).state is LabelState.ACTIVE
        report_lost(work, label.code, "gone again", at=LATER)
    (second,) = issued(filled, "G", at=LATER)
    assert second.issue == 2
    with filled.writing() as work:
        assert resolve_code(work, label.code).label.replaced_by == second.code  # type: ignore[union-attr]
        for _ in range(2):
            assert revoke_label(work, second.code, "copied", at=LATER).state is LabelState.REVOKED
        for change in (report_lost, report_found):
            with pytest.raises(ConflictError):
                change(work, second.code, "", at=LATER)
        with pytest.raises(ConflictError):
            replace_label(work, second.code, "", at=LATER)
        (blank,) = make_blank_labels(work, 1, at=LATER)
        with pytest.raises(ConflictError):
            replace_label(work, blank.code, "", at=LATER)
    (third,) = issued(filled, "G", at=LATER)
    assert third.issue == 3
    with filled.reading() as work:
        revoked = resolve_code(work, second.code).label
    assert revoked is not None
    assert (revoked.state, revoked.replaced_by) == (LabelState.REVOKED, None)


def test_codes_of_others_lead_to_the_item(filled: Store) -> None:
    """Instruments carry the maker's and the grid's codes already; auditors scan what they see."""
    codes = {
        AliasScheme.GS1_DIGITAL_LINK: (
            "https://id.gs1.org/01/09506000134352/21/A1",
            "http://m.example/01/09506000134352/21/A1?x",
        ),
        AliasScheme.IEC_61406: ("https://maker.example/i/Abc-1", "https://MAKER.example/i/Abc-1"),
        AliasScheme.STATE_GRID: ("3130001000001234567890",) * 2,
        AliasScheme.GB_T_36377: ("91310000-A1-0001", "91310000-a1-0001"),
    }
    with filled.writing() as work:
        for scheme, (value, _) in codes.items():
            for _ in range(2):
                assert record_alias(work, scheme, value, "G", at=NOW).item == "G"
            with pytest.raises(ConflictError):
                record_alias(work, scheme, value, "M", at=NOW)
        with pytest.raises(UnknownTargetError):
            record_alias(work, AliasScheme.STATE_GRID, "3130001000001234567891", "NOBODY", at=NOW)
    (label,) = issued(filled, "G")
    with filled.reading() as work:
        for scheme, (_, scanned) in codes.items():
            found = resolve_code(work, scanned)
            assert (found.way, found.item, found.label) == (Way.ALIAS, "G", label)
            assert found.alias is not None
            assert found.alias.scheme is scheme
        assert {alias.scheme for alias in labels.aliases_of_items(work, ["G"])["G"]} == set(AliasScheme)
    with filled.writing() as work:
        for _ in range(2):
            retired = retire_alias(work, AliasScheme.STATE_GRID, "3130001000001234567890", at=LATER)
            assert retired is not None
            assert not retired.is_active
        assert retire_alias(work, AliasScheme.STATE_GRID, "3130001000009999999999", at=LATER) is None
        with pytest.raises(UnreadableCodeError):
            resolve_code(work, "3130001000001234567890")
        assert len(labels.aliases_of_items(work, ["G"])["G"]) == 3
        record_alias(work, AliasScheme.STATE_GRID, "3130001000001234567890", "M", at=LATER)
        assert resolve_code(work, "3130001000001234567890").item == "M"


def test_what_leads_nowhere_says_why(filled: Store) -> None:
    """A slip of the finger, an invented label and another barcode are three different findings for an auditor."""
    code = new_code()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    with filled.reading() as work:
        for text, error in (
            (wrong, MistypedCodeError),
            (f"https://h.example/i/{wrong}", MistypedCodeError),
            (code, UnknownLabelError),
            (f"https://h.example/i/{code}", UnknownLabelError),
            ("https://h.example/s/123456", UnreadableCodeError),
            ("no such thing", UnreadableCodeError),
            ("", UnreadableCodeError),
            ("\x00", UnreadableCodeError),
            ("x" * 3_000, UnreadableCodeError),
        ):
            with pytest.raises(LabelError) as caught:
                resolve_code(work, text)
            assert type(caught.value) is error
            assert caught.value.zh
        assert resolve_code(work, "https://h.example/i/GATE").item == "GATE", "metering points have a page too"
        assert resolve_code(work, "https://h.example/i/G").label is None


def _stickered(store: Store, folder: KeyFolder, *items: str, at: datetime = NOW) -> list[Any]:
    with store.writing() as work:
        return list(issue_stickers(work, items, folder, party=AUDITOR, at=at))


def _answer(store: Store, signed: bytes, on: date = TODAY, **more: str) -> Answer:
    with store.reading() as work:
        return check_sticker(work, sticker_address("https://any.example", signed), on, **more).answer


def test_a_sticker_states_the_certificate_in_force_and_is_checked_against_the_store(filled: Store, tmp_path: Path) -> None:
    """A sticker that outlives its certificate, its label or its key is what audits are about."""
    folder = KeyFolder(tmp_path)
    ((label, first, paper),) = _stickered(filled, folder, "G")
    assert (paper.id, first.issue, first.issued_on, first.valid_until) == ("K-G", 1, TODAY, date(2025, 12, 31))
    before = fingerprint(filled)
    assert _stickered(filled, folder, "G", at=LATER) == [(label, first, paper)]
    assert fingerprint(filled) == before
    assert _answer(filled, first.signed) is Answer.GENUINE
    assert _answer(filled, first.signed, nameplate="G-8") is Answer.OTHER_SERIAL
    assert _answer(filled, first.signed, date(2026, 1, 1)) is Answer.ENDED
    assert _answer(filled, first.signed[:-1] + bytes([first.signed[-1] ^ 1])) is Answer.FORGED
    with filled.reading() as work:
        assert check_sticker(work, "no sticker", TODAY).answer is Answer.UNREADABLE
        resolved = resolve_code(work, sticker_address("https://any.example", first.signed))
        assert (resolved.way, resolved.item, resolved.signed) == (Way.STICKER, "G", first.signed)

    renewed = certificate("K-G2", item="G", kind="verification", calibrated_on="2024-05-01", valid_until="2026-04-30")
    recorded(filled, only("certificates", renewed))
    later = datetime(2024, 6, 1, tzinfo=UTC)
    ((_, second, _),) = _stickered(filled, folder, "G", at=later)
    assert second.issue == 2
    assert _answer(filled, first.signed, date(2024, 6, 1)) is Answer.REPLAYED
    assert _answer(filled, second.signed, date(2024, 6, 1)) is Answer.GENUINE
    with filled.writing() as work:
        for _ in range(2):
            assert revoke_sticker(work, label.code, 2, "wrong date", at=later).state is LabelState.REVOKED
        with pytest.raises(UnknownLabelError):
            revoke_sticker(work, label.code, 3, "", at=later)
    assert _answer(filled, second.signed, date(2024, 6, 1)) is Answer.LABEL_REVOKED
    ((_, third, _),) = _stickered(filled, folder, "G", at=later)
    assert third.issue == 3
    with filled.writing() as work:
        replace_label(work, label.code, "", at=later)
    assert _answer(filled, third.signed, date(2024, 6, 1)) is Answer.LABEL_REPLACED


def test_no_sticker_is_signed_for_what_no_sticker_can_say(filled: Store, tmp_path: Path) -> None:
    """A green sticker on an instrument that failed, that has no certificate, or that nobody can tell by its number."""
    recorded(
        filled,
        {
            "format": "traceability-records/1",
            "items": [{"id": id_, "kind": "meter", "serial": id_} for id_ in ("BAD", "BARE", "OPEN", "OLD")],
            "certificates": [
                certificate("K-BAD", item="BAD", kind="verification", outcome="fail"),
                certificate("K-OPEN", item="OPEN"),
                certificate("K-OLD", item="OLD", valid_until="2024-03-31"),
            ],
        },
    )
    for item, word in {"BAD": "不合格", "BARE": "没有现行证书", "OPEN": "没有有效期", "OLD": "到期", "H": "出厂编号"}.items():
        with filled.writing() as work, pytest.raises(LabelError) as caught:
            issue_stickers(work, [item], KeyFolder(tmp_path), at=NOW)
        assert word in caught.value.zh


def test_keys_are_made_kept_in_files_renewed_and_revoked(filled: Store, tmp_path: Path) -> None:
    """A key in the database leaks with every backup; a key without an end, or that cannot be revoked, leaks for ever."""
    folder = KeyFolder(tmp_path / "data")
    ((_, sticker, _),) = _stickered(filled, folder, "G")
    (file,) = (tmp_path / "data" / "label-keys").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with filled.writing() as work:
        key, private = signing_key(work, folder, at=NOW)
        assert (key.valid_from, key.valid_until) == (TODAY, date(2026, 4, 1))
        assert signing_key(work, folder, at=datetime(2026, 4, 1, tzinfo=UTC))[0] == key, "it signs on its last day"
        renewed, _ = signing_key(work, folder, at=datetime(2026, 4, 2, tzinfo=UTC))
        elsewhere, _ = signing_key(work, KeyFolder(tmp_path / "elsewhere"), at=NOW)
        assert len({key.id, renewed.id, elsewhere.id}) == 3
        assert set(verifying_keys(work)) == {key.id, renewed.id, elsewhere.id}
        assert private.private_bytes_raw().hex() not in str(work.rows(labels._KEYS, most=10))
    assert _answer(filled, sticker.signed) is Answer.GENUINE
    with filled.writing() as work:
        for _ in range(2):
            revoke_key(work, key.id, "stolen", at=LATER)
        with pytest.raises(SigningKeyError):
            revoke_key(work, b"\x00\x00" if key.id != b"\x00\x00" else b"\x01\x01", "", at=LATER)
        assert signing_key(work, folder, at=NOW)[0].id != key.id
    assert _answer(filled, sticker.signed) is Answer.KEY_REVOKED


def test_a_key_file_that_is_not_what_it_says_is_refused(tmp_path: Path) -> None:
    """Signing with another key would make stickers that nobody can verify."""
    folder = KeyFolder(tmp_path)
    private = folder.make()
    (file,) = (tmp_path / "label-keys").iterdir()
    assert folder.find(bytes.fromhex(file.stem)).private_bytes_raw() == private.private_bytes_raw()  # type: ignore[union-attr]
    assert folder.find(b"\xff\xff" if file.stem != "ffff" else b"\xfe\xff") is None
    other = file.with_name("0000.pem" if file.stem != "0000" else "0001.pem")
    other.write_bytes(file.read_bytes())
    with pytest.raises(SigningKeyError, match="另一密钥"):
        folder.find(bytes.fromhex(other.stem))
    file.write_bytes(b"no key")
    with pytest.raises(SigningKeyError):
        folder.find(bytes.fromhex(file.stem))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SigningKeyError):
        KeyFolder(tmp_path / "file").make()
