"""What is exported, or filled into the template, is read back as it was."""

import io
import json
import unicodedata
import zipfile
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.exchange.workbook import Mark, export_workbook, open_book, propose_mapping, read_records, template
from registry.exchange.workbook.columns import LAYOUTS, columns_of
from registry.exchange.workbook.encoding import cell_for
from registry.exchange.workbook.layout import EXAMPLE_MARK, Kind
from registry.exchange.workbook.words import offered
from tests.registry.exchange.workbook.sheets import read
from tests.strategies import Sizes, random_document
from traceability.interchange import collect, parse_records
from traceability.json_text import positional
from traceability.records import (
    SECTIONS,
    Certificate,
    CertificateKind,
    Item,
    ItemKind,
    Organization,
    OrganizationKind,
    Records,
    Result,
    Uncertainty,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
EXACT = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: number.adjusted() < 90 and abs(int(number.as_tuple().exponent)) < 90 and len(number.as_tuple().digits) < 90
)


class _Numbers(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return float(o) if isinstance(o, Decimal) else super().default(o)


def _round_trip(records: Records) -> Records:
    reading = read_records(open_book(export_workbook(records)), organization="SOMEONE ELSE")
    assert reading.notes == ()
    return collect(reading.entries)


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1), st.sampled_from((0.0, 0.1, 0.4)))
def test_random_records_survive_a_workbook(seed: int, trouble: float) -> None:
    """Else an export would lose or change records: versions, periods, withdrawals, ranges, results, references, all of it."""
    records = parse_records(json.dumps(random_document(Random(seed), Sizes(trouble=trouble)), cls=_Numbers))
    assert _round_trip(records) == records


@settings(max_examples=5)
@given(st.lists(st.tuples(TEXTS, TEXTS, EXACT), min_size=5, max_size=20))
def test_any_text_and_any_number_survives_a_workbook(rows: list[tuple[str, str, Decimal]]) -> None:
    """Else odd texts would come back trimmed, guessed at or as nothing, and long numbers with 15 digits."""
    organizations, items, certificates = [], [], []
    for index, (one, other, number) in enumerate(rows):
        name, text = unicodedata.normalize("NFC", one), unicodedata.normalize("NFC", other)
        uncertainty = Uncertainty(value=abs(number), unit="%")
        organizations.append(Organization(id=f"{index}{name}", name=text, kind=OrganizationKind.REGULATOR))
        items.append(Item(id=f"{index}{name}", kind=ItemKind.METER, serial=text, quantities=(name, text)))
        certificates.append(
            Certificate(
                id=f"{index}{name}",
                kind=CertificateKind.CALIBRATION,
                number=text,
                issuer=text,
                item=name,
                calibrated_on=date(1899, 12, 31),
                issued_on=date(2026, 1, 1),
                results=(Result(quantity=name, unit="kWh", low=number, uncertainty=uncertainty),),
            )
        )
    made = Records(organizations=tuple(organizations), items=tuple(items), certificates=tuple(certificates))
    assert _round_trip(made) == made


def test_an_id_that_is_the_name_of_another_organization_stays_the_id() -> None:
    """Else a certificate would be attributed to the organization that bears the issuer's id as its name."""
    common: dict[str, Any] = {
        "kind": CertificateKind.VERIFICATION,
        "item": "M",
        "calibrated_on": date(2026, 1, 1),
        "issued_on": date(2026, 1, 1),
    }
    records = Records(
        organizations=(
            Organization(id="A", name="x", kind=OrganizationKind.REGULATOR),
            Organization(id="B", name="C", kind=OrganizationKind.REGULATOR),
        ),
        certificates=(Certificate(id="1", number="1", issuer="C", **common),),
    )
    assert _round_trip(records) == records


def test_the_template_holds_every_sheet_drop_downs_and_a_skipped_example() -> None:
    """Else a technician would have to guess the layout, or his first import would hold synthetic records."""
    data = template()
    book = open_book(data)
    assert {sheet.name for sheet in book.sheets} == {"说明"} | {layout.title for layout in LAYOUTS.values()}
    proposal = propose_mapping(book)
    assert not any(sheet.missing for sheet in proposal.sheets)
    assert {sheet.section for sheet in proposal.sheets} == {None, *LAYOUTS}
    reading = read(book)
    assert (reading.entries, reading.rows) == ((), 0)
    assert [note.mark for note in reading.notes] == [Mark.SKIPPED] * len(LAYOUTS)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name)
    for section in LAYOUTS:
        for column in columns_of(section).values():
            assert column.words is None or ",".join(offered(column.words)) in xml


def test_the_example_rows_of_the_template_are_sound() -> None:
    """Else the template would teach what the import refuses."""
    book = open_book(template())
    sheets = []
    for sheet in book.sheets:
        rows = tuple(tuple(None if cell == EXAMPLE_MARK else cell for cell in row) for row in sheet.rows)
        sheets.append(type(sheet)(name=sheet.name, rows=rows))
    reading = read(type(book)(name="", format=book.format, sheets=tuple(sheets), sha256=""))
    assert reading.notes == ()
    assert [entry.section for entry in reading.entries] == list(LAYOUTS)
    item = next(entry.record for entry in reading.entries if isinstance(entry.record, Item))
    certificate = next(entry.record for entry in reading.entries if isinstance(entry.record, Certificate))
    assert certificate.item == item.id
    assert "合成" in str(item.name)


def test_every_field_of_a_record_has_a_column() -> None:
    """Else a new field of the format would be lost by every export without a word."""
    for section, kind in SECTIONS.items():
        held = {field.split(".")[0] for field in columns_of(section)}
        assert set(kind.__struct_encode_fields__) <= held


@pytest.mark.parametrize("digits", ["0.1", "123456789012345.6", "1E-40", "0.10", "-0", "9" * 40])
def test_a_number_is_written_such_that_no_digit_is_lost(digits: str) -> None:
    """Else a spreadsheet program would round what a certificate states."""
    number = Decimal(digits)
    cell = cell_for("certificates", "results.low", number)
    assert columns_of("certificates")["results.low"].kind is Kind.NUMBER
    assert Decimal(repr(cell) if isinstance(cell, float) else str(cell)) == number
    assert isinstance(cell, float) or cell == positional(number)
