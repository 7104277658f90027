"""What is on record leaves as a DCC that validates, says what it is, and comes back as it was."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from registry.exchange.dcc import CalibrationDocument, MemoryCatalogue, read_dcc, schema_validity, to_records
from registry.exchange.dcc.export import MARK, Rendered, write_dcc
from registry.exchange.dcc.findings import Code
from registry.exchange.dcc.own_terms import RENDERING
from registry.exchange.dcc.parsing import parse
from registry.exchange.dcc.reading import Element
from registry.exchange.dcc.schema import SchemaState
from registry.exchange.dcc.unit_spelling import dsi_from_unit
from seed_data.chains import RENDERED_ON, chains
from traceability.interchange import records_from
from traceability.records import (
    Amount,
    AsFound,
    Certificate,
    CertificateKind,
    Item,
    ItemKind,
    Organization,
    OrganizationKind,
    Outcome,
    Reference,
    Result,
    Uncertainty,
    Withdrawal,
)

SCHEMAS = Path(__file__).parents[4].parent / "shared" / "dcc" / "xsd"
with_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"the DCC schemas are not at {SCHEMAS}")
SEED = chains(RENDERED_ON)
ORGANIZATIONS = {each.id: each for each in SEED.organizations}
ITEMS = {each.id: each for each in SEED.items}
NUMBERS = {each.id: each.number for each in SEED.certificates}
SPACES = {"dcc": "https://ptb.de/dcc", "si": "https://ptb.de/si"}
AWKWARD = '<1号>“标准”& "K" ]]> \x0b\x00 \'s'


def rendered(certificate: Certificate) -> bytes:
    """A certificate of the seed chains with all that is on record beside it."""
    issuer = ORGANIZATIONS.get(certificate.issuer)
    return write_dcc(Rendered(certificate=certificate, issuer=issuer, items=ITEMS, numbers=NUMBERS))


def made(**changes: Any) -> Certificate:
    """A calibration of a thermometer; one thing is changed by each test."""
    uncertainty = Uncertainty(value=Decimal("0.3"), unit="K", k=Decimal(2))
    facts: dict[str, Any] = {
        "id": "K-1",
        "number": "N-1",
        "kind": CertificateKind.CALIBRATION,
        "issuer": "lab",
        "item": "thermometer",
        "serial": "S-1",
        "calibrated_on": date(2026, 3, 2),
        "issued_on": date(2026, 3, 4),
        "results": (Result(quantity="温度", unit="degC", low=Decimal(-10), high=Decimal("40.0"), uncertainty=uncertainty),),
        "references": (Reference(item="standard", certificate="K-0"),),
    }
    return Certificate(**(facts | changes))


def one_result(**changes: Any) -> Certificate:
    (result,) = made().results
    return made(results=(msgspec.structs.replace(result, **changes),))


def alone(certificate: Certificate, **beside: Any) -> bytes:
    return write_dcc(Rendered(certificate=certificate, **beside))


def taken_back(document: CalibrationDocument) -> Certificate:
    (certificate,) = records_from(to_records(document, MemoryCatalogue()).records).certificates
    return certificate


def codes(document: CalibrationDocument) -> set[Code]:
    return {finding.code for finding in to_records(document, MemoryCatalogue()).findings}


def texts(data: bytes, path: str) -> list[str]:
    root: Element = etree.fromstring(data)
    return [" ".join(each.itertext()).strip() for each in root.iterfind(path, SPACES)]


def everything() -> Certificate:
    """A certificate that uses each field of the format."""
    return made(
        kind=CertificateKind.VERIFICATION,
        valid_until=date(2027, 3, 1),
        outcome=Outcome.LIMITED,
        adjusted=True,
        as_found=AsFound.OUT_OF_TOLERANCE,
        replaces="K-00",
        opened_on=date(2026, 3, 5),
        use_within_days=90,
        withdrawal=Withdrawal(on=date(2026, 5, 1), void_from=date(2026, 4, 1), recorded_at=datetime(2026, 5, 1, tzinfo=UTC)),
        results=(
            *made().results,
            Result(
                quantity="energy",
                unit="kW*h",
                low=Decimal(1),
                error=Amount(value=Decimal("-0.1"), unit="%"),
                max_permissible_error=Amount(value=Decimal("0.5"), unit="%"),
            ),
        ),
        references=(
            Reference(item="standard", certificate="K-0", quantity="温度", unit="degC", low=Decimal(0)),
            Reference(item="bath"),
        ),
    )


AWKWARD_DCC: dict[str, Any] = {
    "certificate": made(
        number=AWKWARD, item=AWKWARD, serial=AWKWARD, references=(Reference(item=AWKWARD, certificate=AWKWARD),)
    ),
    "issuer": Organization(id="lab", name=AWKWARD, kind=OrganizationKind.CALIBRATION_LABORATORY),
    "items": {AWKWARD: Item(id=AWKWARD, kind=ItemKind.INSTRUMENT, name=AWKWARD, serial=AWKWARD)},
    "replaced_by": (AWKWARD,),
}


@pytest.mark.parametrize("certificate", SEED.certificates, ids=lambda certificate: certificate.id)
def test_every_certificate_of_the_chains_comes_back_as_it_was(certificate: Certificate) -> None:
    """Otherwise a record would change by leaving: a range, a unit, a U, a day, its kind or its end. Ids are not for others."""
    document = read_dcc(rendered(certificate))
    assert in_common(taken_back(document)) == in_common(certificate)
    cited = [equipment.citation.numbers if equipment.citation else () for equipment in document.equipment]
    assert cited == [(NUMBERS[each.certificate],) if each.certificate else () for each in certificate.references]
    assert document.laboratory.name == " ".join(ORGANIZATIONS[certificate.issuer].name.split())
    assert not codes(document) & {Code.UNKNOWN_UNIT, Code.STANDARD_UNCERTAINTY, Code.PLAIN_UNIT, Code.RESULT_WITHOUT_RANGE}
    has_uses = any(each.quantity is not None for each in certificate.references)
    assert (Code.RENDERED_NOT_RECORDED in codes(document)) is has_uses


def in_common(certificate: Certificate) -> dict[str, Any]:
    """The fields of a certificate that are the same in every registry."""
    fields = msgspec.structs.asdict(certificate)
    for name in ("id", "issuer", "item", "references", "replaces", "recorded_at"):
        del fields[name]
    if certificate.withdrawal is not None:
        fields["withdrawal"] = msgspec.structs.replace(certificate.withdrawal, recorded_at=None)
    return fields


def test_every_field_of_a_certificate_comes_back() -> None:
    """Above all that it was withdrawn: a certificate would come in as a good one. What cannot be recorded is named."""
    document = read_dcc(alone(everything(), replaced_by=("K-2",)))
    assert in_common(taken_back(document)) == in_common(everything())
    told = [each.zh for each in to_records(document, MemoryCatalogue()).findings if each.code is Code.RENDERED_NOT_RECORDED]
    assert told == [
        "文件还载有“替换记录 K-00”，未作记录。",
        "文件还载有“已被记录 K-2 替换”，未作记录。",
        "文件还载有“standard: 温度 0 … +∞ degC”，未作记录。",
    ]
    assert Code.CONFORMITY_STATED not in codes(document)


def test_what_another_document_says_in_our_terms_is_not_believed() -> None:
    """Only a rendering says that it is one; a laboratory's own file states no end of validity, and none is recorded."""
    data = alone(everything()).replace(RENDERING.encode(), b"basic_something")
    back = taken_back(read_dcc(data))
    assert (back.kind, back.valid_until, back.withdrawal) == (CertificateKind.CALIBRATION, None, None)


@pytest.mark.parametrize(
    "words", ["9" * 120 + " … +∞ degC", "5 … 4 degC", "-∞ … +∞ moons per tide", "-∞ - +∞ degC", "∞ degC", "9" * 120 + " degC"]
)
def test_a_range_in_words_that_is_none_is_left_out(words: str) -> None:
    """A number that no record can hold would become an open bound, and cover every use."""
    data = alone(one_result(low=None, high=None)).decode().replace("-∞ … +∞ degC", words)
    assert words in data
    assert taken_back(read_dcc(data.encode())).results == ()


@with_schemas
def test_what_is_exported_validates() -> None:
    """Otherwise other readers would refuse it. One schema for all: to load it costs more than to apply it."""
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "v3.3.0" / "dcc.xsd"))
    bare = made(serial=None, number="", results=(), references=())
    written = [rendered(each) for each in SEED.certificates]
    written += [alone(everything()), alone(everything(), numbers={"K-00": "N-0"}), alone(bare), alone(**AWKWARD_DCC)]
    for data in written:
        assert schema.validate(etree.fromstring(data)), (schema.error_log, data.decode())
    parsed = parse(written[0])
    assert schema_validity(parsed.root, parsed.version, SCHEMAS).state is SchemaState.VALID


def test_it_says_that_it_is_a_rendering() -> None:
    """Otherwise somebody would take it for the original of the laboratory; the importer says it too."""
    data = alone(made())
    assert texts(data, f".//dcc:statement[@refType='{RENDERING}']/dcc:declaration/dcc:content") == list(MARK)
    assert Code.REGISTRY_RENDERING in codes(read_dcc(data))
    assert b"Signature" not in data
    assert data == alone(made())


def test_text_that_xml_has_trouble_with_is_kept() -> None:
    """Otherwise a name could break the document, or write a part of it."""
    document = read_dcc(alone(**AWKWARD_DCC))
    shown = AWKWARD.replace("\x0b\x00", "\N{REPLACEMENT CHARACTER}" * 2)
    assert (document.number, document.items[0].name, document.items[0].serial) == (shown, shown, shown)
    assert (document.laboratory.name, document.laboratory.country) == (shown, "ZZ")


@pytest.mark.parametrize(
    ("changes", "codes_of_it"),
    [
        ({"uncertainty": None}, set()),
        ({"uncertainty": Uncertainty(value=Decimal("0.3"), unit="K")}, set()),  # No k: none is made up.
        ({"uncertainty": Uncertainty(value=Decimal("0.3"), unit="K", k=Decimal(3))}, set()),
        ({"uncertainty": Uncertainty(value=Decimal("0.3"), unit="K", k=Decimal("0.7"))}, set()),  # U/k is no finite decimal.
        ({"uncertainty": Uncertainty(value=Decimal(1), unit="%", k=Decimal(2)), "low": Decimal(0)}, set()),
        ({"low": None}, set()),
        ({"high": None}, set()),
        ({"low": None, "high": None}, set()),
        ({"low": None, "high": None, "uncertainty": None}, set()),
    ],
)
def test_what_is_missing_stays_missing(changes: dict[str, Any], codes_of_it: set[Code]) -> None:
    """Otherwise the export would promise what the record does not."""
    certificate = one_result(**changes)
    document = read_dcc(alone(certificate))
    assert taken_back(document).results == (() if codes_of_it else certificate.results)
    assert codes(document) & {Code.RESULT_WITHOUT_RANGE} == codes_of_it


def test_a_unit_without_a_spelling_in_d_si_is_said_in_words() -> None:
    """Otherwise a unit would be invented, and nothing come back; other readers see the words."""
    data = alone(one_result(unit="psi", uncertainty=Uncertainty(value=Decimal("0.1"), unit="psi", k=Decimal(2))))
    assert texts(data, ".//dcc:noQuantity") == ["-10 … 40.0 psi", "0.1 psi"]
    assert texts(data, ".//si:unit") == [r"\one"]
    psi = Uncertainty(value=Decimal("0.1"), unit="psi", k=Decimal(2))
    assert taken_back(read_dcc(data)).results == one_result(unit="psi", uncertainty=psi).results


def test_readers_of_d_si_alone_get_the_standard_uncertainty() -> None:
    """Otherwise they would see no uncertainty: u = U/k in the unit of the range, at each point, where that is exact."""
    place = ".//si:valueStandardMUXMLList"
    assert texts(alone(made()), place) == ["0.15 0.15"]
    share = Uncertainty(value=Decimal(1), unit="%", k=Decimal(2))
    assert texts(alone(one_result(unit="kPa", uncertainty=share)), place) == ["0.05 0.2"]
    point = one_result(
        unit="t", low=Decimal(30), high=Decimal(30), uncertainty=Uncertainty(value=Decimal(24), unit="kg", k=Decimal(2))
    )
    assert texts(alone(point), ".//si:valueStandardMU") == ["0.012"]


def test_what_became_of_a_certificate_is_said() -> None:
    """Otherwise a withdrawn or replaced certificate would leave the registry as a good one."""
    data = alone(everything(), replaced_by=("K-2",), numbers={"K-00": "N-1"})
    terms = [each.get("refType") for each in etree.fromstring(data).iterfind(".//dcc:statement", SPACES)]
    assert {"registry_withdrawn", "registry_replacedBy", "registry_replaces", "registry_asFound", "registry_openedOn"} <= set(
        terms
    )
    document = read_dcc(data)
    assert [each.on for each in document.statements if "registry_withdrawn" in each.ref_types] == [date(2026, 4, 1)]
    assert [each.on for each in document.statements if "registry_validUntil" in each.ref_types] == [date(2027, 3, 1)]
    assert document.was_adjusted
    assert document.replaced is None
    other = read_dcc(alone(everything(), numbers={"K-00": "N-0"})).replaced
    assert other is not None
    assert other.number == "N-0"


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("kW*h", r"\kilo\watt\hour"),
        ("kWh", r"\kilo\watt\hour"),
        ("m^3/h", r"\metre\tothe{3}\per\hour"),
        ("J/kg/K", r"\joule\per\kilogram\kelvin"),
        ("m*s^-2", r"\metre\per\second\tothe{2}"),
        ("1/K", r"\one\per\kelvin"),
        ("%", r"\percent"),
        ("degC", r"\degreecelsius"),
        ("1", r"\one"),
        ("psi", None),
        ("kg m", None),
        ("/s", None),
        ("m//s", None),
        ("m^999", None),
        ("", None),
    ],
)
def test_units_are_spelled_backwards_or_not_at_all(unit: str, text: str | None) -> None:
    """Otherwise another unit would stand in the document than in the record."""
    assert dsi_from_unit(unit) == text
