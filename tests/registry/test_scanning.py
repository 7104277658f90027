"""Scans in the store, on both engines: noted, looked through, forgotten; disputes and photos."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.exc import DBAPIError

from registry.access import OPERATOR, Party, Role
from registry.errors import UnacceptableError, UnknownError
from registry.labels.code import new_code
from registry.labels.sticker import LabelState
from registry.repositories.disputes import disputed_with_codes
from registry.repositories.photos import photo_of
from registry.repositories.readings import document_of
from registry.repositories.scans import forgotten_before, latest_recording, latest_recording_now, latest_scans
from registry.scanning.anomalies import Reason, Scan, anomalies, place_of
from registry.scanning.photos import prepared
from registry.unit_of_work import Store
from registry.usecases.add_photo import add_photo
from registry.usecases.disputes import dispute_label, suspects
from registry.usecases.issue_labels import issue_labels
from registry.usecases.note_scans import hour_of, note_scans
from tests.registry.worlds import full, recorded

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = hour_of(NOW)
CODE, OTHER = new_code(), new_code()


def scan(hour: int = HOUR, code: str = CODE, state: LabelState = LabelState.ACTIVE, **more: str) -> Scan:
    """A scan with one thing changed."""
    return Scan(hour, code, state, "c0ffee", **more)


def test_scans_are_kept_for_a_while_and_only_a_purge_removes_them(store: Store) -> None:
    """A history of who scanned what would otherwise grow for ever, or could be cleared by whoever made copies."""
    old = HOUR - 91 * 24
    with store.writing() as work:
        note_scans(work, [scan(old), scan()], at=NOW - timedelta(days=80))
    with pytest.raises(DBAPIError, match="appended, never changed"), store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM scans")
    with store.reading() as work:
        before = latest_recording(work)
    for _ in range(2):
        with store.writing() as work:
            note_scans(work, [scan(code=OTHER, seen_serial="X")], at=NOW)
    with store.reading() as work:
        assert [each.hour for each in latest_scans(work, 0) if each.code == CODE] == [HOUR]
        assert latest_scans(work, HOUR, most=1) == [scan(code=OTHER, seen_serial="X")]
        assert forgotten_before(work) == (HOUR // 24 - 90) * 24
        assert latest_recording(work) == latest_recording_now(store) == before + 1, (
            "that scans were forgotten is on record, once"
        )
    for change in ("DELETE FROM scans", "UPDATE scans SET hour = 0"):
        with pytest.raises(DBAPIError, match="appended, never changed"), store.engine.begin() as connection:
            connection.exec_driver_sql(change)


SHANGHAI, HANGZHOU, URUMQI = place_of(31.23, 121.47), place_of(30.27, 120.15), place_of(43.83, 87.62)


@pytest.mark.parametrize(
    ("scans", "reasons"),
    [
        ([scan(), scan()], {}),
        ([scan(seen_serial="X-1"), scan(seen_serial="X-2")], {Reason.OTHER_SERIAL: 2}),
        ([scan(place=str(SHANGHAI)), scan(place=str(HANGZHOU))], {}),
        ([scan(place=str(SHANGHAI)), scan(HOUR + 1, place=str(URUMQI))], {Reason.TWO_PLACES: 1}),
        ([scan(place=str(SHANGHAI)), scan(HOUR + 2, place=str(URUMQI))], {Reason.TWO_PLACES: 1}),
        ([scan(place=str(SHANGHAI)), scan(HOUR + 3, place=str(URUMQI))], {}),
        ([scan(state=LabelState.REVOKED), scan(state=LabelState.LOST)], {Reason.NOT_ACTIVE: 2}),
        ([scan(round="r", site="a"), scan(round="r", site="b"), scan(round="s", site="b")], {Reason.TWO_SITES: 1}),
    ],
)
def test_only_what_no_honest_label_meets_is_odd(scans: list[Scan], reasons: dict[Reason, int]) -> None:
    """Otherwise the authority would chase meters on lorries, or not the copies."""
    found = anomalies([*scans, scan(code=OTHER)])
    assert [dict(each.reasons) for each in found] == ([reasons] if reasons else [])
    assert place_of(91, 0) is None


def test_the_authority_sees_the_worst_first_and_of_its_own_items_alone(store: Store) -> None:
    """Otherwise copies would drown in noise, or one authority would read another one's registry."""
    recorded(store, full())
    regulator = Party(name="r", organization="LAB", role=Role.REGULATOR)
    stranger = Party(name="s", organization="ELSE", role=Role.REGULATOR)
    with store.writing() as work:
        first, second = issue_labels(work, ["M", "STD"], party=OPERATOR, at=NOW)
        note_scans(work, [scan(code=first.code, seen_serial="X"), scan(code=second.code, state=LabelState.LOST)], at=NOW)
    with store.writing() as work:
        assert [each.label.code for each in suspects(work, OPERATOR, HOUR)] == [first.code, second.code]
        assert suspects(work, stranger, HOUR) == []
        for _ in range(2):
            dispute_label(work, OPERATOR, second.code, "核查中", at=NOW)
        with pytest.raises(UnknownError):
            dispute_label(work, stranger, first.code, "-", at=NOW)
        with pytest.raises(UnknownError):
            dispute_label(work, regulator, new_code(), "-", at=NOW)
    with store.writing() as work:
        assert [each.label.code for each in suspects(work, OPERATOR, HOUR)] == [second.code, first.code]
        dispute_label(work, OPERATOR, second.code, "已查清", at=NOW, is_disputed=False)
        assert disputed_with_codes(work, [second.code]) == {}


def test_a_photo_is_kept_as_nothing_but_its_picture(store: Store) -> None:
    """A file could otherwise carry a place, or something that is no picture, to everybody who scans a label."""
    recorded(store, full())
    noise = Image.effect_noise((900, 700), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    sent = BytesIO()
    noise.save(sent, "JPEG", exif=exif, quality=95)
    made = prepared(sent.getvalue())
    assert b"secret" not in made.photo + made.preview
    assert len(made.preview) <= 14 * 1024, "even noise has to fit the page"
    with store.writing() as work:
        kept = add_photo(work, OPERATOR, "M", made, at=NOW)
        assert add_photo(work, OPERATOR, "M", made, at=NOW) == kept
        with pytest.raises(UnknownError):
            add_photo(work, OPERATOR, "NOBODY", made, at=NOW)
    with store.reading() as work:
        assert photo_of(work, "M") == kept
        assert document_of(work, kept.preview) == made.preview
    for wrong in (b"", b"<svg/>", sent.getvalue()[:400], b"GIF89a" + bytes(99)):
        with pytest.raises(UnacceptableError):
            prepared(wrong)
