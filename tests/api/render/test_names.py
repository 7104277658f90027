"""What people call things."""

from datetime import UTC, datetime

import msgspec
import pytest

from api.language import Language
from api.render.names import Names, names_in
from tests.api.worlds import NOW
from traceability.interchange import parse_records
from traceability.records import Item, ItemKind, Records

ZH, EN = Names(language=Language.ZH), Names(language=Language.EN)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("标准电能表 / Reference meter", "标准电能表", "Reference meter"),
        ("研究院（模拟）/ Institute (synthetic)", "研究院（模拟）", "Institute (synthetic)"),
        ("互感器 600/5 A / Transformer 600/5 A", "互感器 600/5 A", "Transformer 600/5 A"),
        ("互感器 600/5 A", "互感器 600/5 A", "互感器 600/5 A"),
        ("A / B", "A / B", "A / B"),
        ("甲 / 乙", "甲 / 乙", "甲 / 乙"),
        (None, None, None),
    ],
)
def test_a_name_in_both_languages_is_shown_in_the_readers(name: str | None, zh: str | None, en: str | None) -> None:
    """Otherwise every line would be read twice, or a name with a slash be cut."""
    assert (ZH.shown(name), EN.shown(name)) == (zh, en)


def test_an_item_is_called_by_its_name_and_serial_number_or_by_its_kind_and_id() -> None:
    """Otherwise two meters of one type could not be told apart."""
    item = Item(id="EM-1", kind=ItemKind.METER, name="电能表", serial="310")
    assert (ZH.item(item), EN.item(item)) == ("电能表（310）", "电能表 (310)")
    assert ZH.item(Item(id="EM-1", kind=ItemKind.METER)) == "计量表 EM-1"


def test_of_several_versions_the_latest_known_gives_the_name() -> None:
    """Otherwise a meter would keep the name it was corrected from, or have it before anybody knew."""
    versions = [
        Item(id="m", kind=ItemKind.METER, name=name, recorded_at=at)
        for name, at in (
            ("new", datetime(2026, 2, 1, tzinfo=UTC)),
            ("first", None),
            ("old", datetime(2026, 1, 1, tzinfo=UTC)),
        )
    ]
    assert names_in(Records(items=tuple(versions)), Language.EN, NOW).of("m") == "new"
    january = datetime(2026, 1, 15, tzinfo=UTC)
    assert names_in(Records(items=tuple(versions)), Language.EN, january).of("m") == "old"


def test_everything_on_record_has_a_name_and_what_is_not_keeps_its_id() -> None:
    """Otherwise sentences would show ids although a name is at hand."""
    document = {
        "format": "traceability-records/1",
        "organizations": [{"id": "lab", "name": "Laboratory", "kind": "calibration_laboratory"}],
        "items": [{"id": "m", "kind": "meter", "name": "Meter"}],
        "certificates": [
            {
                "id": "c",
                "number": "N-1",
                "kind": "verification",
                "issuer": "lab",
                "item": "m",
                "calibrated_on": "2026-01-01",
                "issued_on": "2026-01-01",
                "outcome": "fail",
            }
        ],
        "events": [{"id": "e", "item": "m", "kind": "seal_broken", "on": "2026-02-01"}],
        "metering_points": [{"id": "p", "organization": "lab", "level": 1, "branches": [{"name": "meter", "item": "m"}]}],
    }
    names = names_in(parse_records(msgspec.json.encode(document)), Language.EN, NOW)
    assert [names.of(record_id) for record_id in ("lab", "m", "c", "e", "p", "?")] == [
        "Laboratory",
        "Meter",
        "Rejection notice N-1 of Meter",
        "Seal broken (2026-02-01)",
        "Metering point p",
        "?",
    ]
