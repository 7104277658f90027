"""The real certificates of ../shared/dcc/files: each is read, with its key facts, or refused by name with its place.

They are not part of the project; where they are absent the tests are skipped and say so.
"""

from datetime import UTC, date, datetime
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

from registry.exchange.dcc import DocumentRefused, MemoryCatalogue, read_dcc, to_records
from registry.exchange.dcc.document import CalibrationDocument, SignatureState
from registry.exchange.dcc.findings import Code
from traceability.assess import assess
from traceability.interchange import records_from
from traceability.json_text import dump
from traceability.policy import policy_named
from traceability.records import Purpose, Records
from traceability.verdict import Verdict

FILES = Path(__file__).parents[4].parent / "shared" / "dcc" / "files"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason=f"the real certificates are not at {FILES}")

CHAIN = ("DCC_BX-10504-CAL.xml", "DCC_K026-17P5172.xml", "DCC_K026-17P4654.xml", "DCC_M-16P013.xml")
GP_NUMBER = "GP_DCC_temperature_typical_1.2"

# file: number, version, laboratory, last day, items, equipment, certificates cited, results, signed
READ: dict[str, tuple[str, str, str, str, int, int, int, int, bool]] = {
    CHAIN[0]: ("BX-10504-CAL", "2.1.1", "Dryer temperature to controller", "2019-08-09", 1, 4, 1, 2, True),
    CHAIN[1]: ("K026-17P5172", "2.2.0", "Beamex Oy Ab", "2017-11-01", 1, 6, 6, 24, True),
    CHAIN[2]: ("K026-17P4654", "2.2.0", "Beamex Oy Ab", "2017-10-02", 1, 4, 3, 3, True),
    CHAIN[3]: ("M-16P013", "2.2.0", "Mittaustekniikan keskus, MIKES", "2016-02-08", 3, 3, 8, 2, True),
    "CC_DIMCI_0496_2025.XML": (
        "DIMCI 0496/2025",
        "3.2.0",
        "Laboratório de Metrologia em Padronização Elétrica(Lampe)",
        "2025-04-04",
        1,
        1,
        1,
        1,
        False,
    ),
    "dcc_gp_humidity_v1.0.xml": ("Id 123456789 HtW", "3.1.2", "Kalibrierfirma GmbH", "1957-08-14", 2, 2, 2, 1, False),
    "dcc_gp_temperature_typical_v12.xml": (GP_NUMBER, "3.1.1", "Kalibrierfirma GmbH", "1957-08-13", 1, 1, 0, 1, False),
    "dcc_gp_temperature_typical_v12_v3.2.0_signed.xml": (
        GP_NUMBER,
        "3.2.0",
        "Kalibrierfirma GmbH",
        "1957-08-13",
        1,
        1,
        0,
        1,
        True,
    ),
    "dcc_gp_temperature_typical_v12_v3.2.0_signed_manipulated.xml": (
        GP_NUMBER,
        "3.2.0",
        "MANIPLUATION Kalibrierfirma GmbH",
        "1957-08-13",
        1,
        1,
        0,
        1,
        True,
    ),
    "v3.0.0__siliziumkugel.xml": (
        "PTB - 11129 18",
        "3.0.0",
        "Physikalisch-Technische Bundesanstalt (PTB)",
        "2018-10-12",
        1,
        0,
        0,
        2,
        False,
    ),
    "valid.xml": ("1234", "3.3.0", "Kalibrierfirma GmbH", "1957-08-13", 1, 1, 0, 1, False),
}
# file: what it is, line, column, the end of the XPath
REFUSED: dict[str, tuple[str, int, int | None, str]] = {
    "BAM-F017.xml": ("DRMD (reference material document) 0.3.0", 2, None, "drmd:digitalReferenceMaterialDocument"),
    "invalid_schema.xml": ("incomplete DCC", 17, None, "dcc:coreData/dcc:uniqueIdentifier"),
    "invalid_syntax.xml": ("not well-formed XML", 7, 20, "/"),
    "root.crt": ("X.509 certificate (PEM)", 1, 1, "/"),
    "sub.crt": ("X.509 certificate (PEM)", 1, 1, "/"),
}


@cache
def read(name: str) -> CalibrationDocument:
    return read_dcc((FILES / name).read_bytes())


def held(*names: str) -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    for name in names:
        catalogue.add(to_records(read(name), catalogue))
    return catalogue


def ask(records: Records, number: str, quantity: str | None = None, policy: str = "structure/1") -> Verdict:
    target = next(certificate.item for certificate in records.certificates if certificate.number == number)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return assess(records, target, date(2019, 12, 1), at, policy_named(policy), Purpose(quantity=quantity))


def test_every_file_is_read_or_refused() -> None:
    """None may be overlooked when files are added."""
    assert {path.name for path in FILES.iterdir()} == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    """The key facts, and records that the format accepts."""
    document = read(name)
    cited = {number for each in document.equipment if each.citation for number in each.citation.numbers}
    is_signed = document.signature is SignatureState.NOT_CHECKED
    counts = (len(document.items), len(document.equipment), len(cited), len(document.results))
    laboratory = document.laboratory.name
    facts = (document.number, document.schema_version, laboratory, document.calibrated_on.isoformat(), *counts, is_signed)
    assert facts == READ[name]
    assert all(result.unit is not None and result.low is not None for result in document.results)
    found = to_records(document, MemoryCatalogue())
    assert len(records_from(found.records).certificates) == len(document.items)
    assert (Code.SIGNATURE_NOT_CHECKED in {finding.code for finding in found.findings}) == is_signed


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """By name of what it is, with the place."""
    with pytest.raises(DocumentRefused) as caught:
        read_dcc((FILES / name).read_bytes())
    error = caught.value
    format_name, line, column, end = REFUSED[name]
    assert (error.format_name, error.line, error.column) == (format_name, line, column)
    assert error.xpath.endswith(end)
    assert error.en
    assert error.zh


def test_the_smallest_sensible_certificate() -> None:
    """A UUID beside the number that people read, a digest of the certificate cited, an error without its points."""
    document = read_dcc((FILES.parent / "minimal.xml").read_bytes())
    assert document.numbers == ("urn:uuid:7b0d7f0e-3a0f-4d1c-9a39-0d5f3f7c1a11", "2025-E-000123")
    assert (document.laboratory.code, document.issued_on) == ("CNAS L0000", date(2025, 6, 5))
    assert document.items[0].name == "电能表"
    (used,) = document.equipment
    assert used.citation is not None
    assert used.citation.numbers == ("REF-2024-0042",)
    assert used.citation.sha256 is not None
    found = to_records(document, MemoryCatalogue())
    assert {Code.RESULT_WITHOUT_RANGE, Code.RECALIBRATION_HINT} <= {finding.code for finding in found.findings}
    assert records_from(found.records).certificates[0].results == ()


class TestChain:
    def test_all_orders_give_the_same_records(self) -> None:
        """24 orders of arrival, one graph."""
        assert len({dump(held(*order).records()) for order in permutations(CHAIN)}) == 1

    def test_the_chain_reaches_the_national_laboratory(self) -> None:
        """Four documents deep; the certificate of the pressure balance is one event for each of its three items."""
        records = records_from(held(*CHAIN).records())
        by_id = {certificate.id: certificate.number for certificate in records.certificates}
        edges = {
            (certificate.number, by_id.get(reference.certificate or "", "-"))
            for certificate in records.certificates
            for reference in certificate.references
        }
        assert edges >= {("BX-10504-CAL", "K026-17P5172"), ("K026-17P5172", "K026-17P4654"), ("K026-17P4654", "M-16P013")}
        assert [number for number, to in sorted(edges) if to == "-"] == ["K026-17P4654", "K026-17P5172", "M-16P013"]
        verdict = ask(records, "BX-10504-CAL")
        assert verdict.depth == 4
        serials = {item.serial for item in records.items if item.kind == "measurement_standard"}
        assert serials >= {"601404", "65095", "21035", "V-431", "TL-1006"}
        assert not any(item.is_anchor for item in records.items)

    def test_what_is_cited_and_not_held_is_listed(self) -> None:
        """All that an auditor would have to ask for."""
        catalogue = held(*CHAIN)
        assert {row.number for row in catalogue.not_held()} == {
            "K026-17P4667", "K026-17E3033", "K026-17F2173", "K026-16T5813", "K026-16T5839", "M-16M013", "K026-17P3084",
            "M-15P035", "M-14M060", "M-15M045", "M-15P076", "M-15M007", "M-15M008", "M-15M019", "M-15E047",
        }  # fmt: skip
        assert {row.standing for row in catalogue.not_held()} == {"not held"}

    @pytest.mark.parametrize("quantity", [None, "temperature"])
    def test_the_verdict_is_that_the_chain_is_incomplete(self, quantity: str | None) -> None:
        """For temperature as for anything: each missing certificate is named, and nothing else fails."""
        catalogue = held(*CHAIN)
        verdict = ask(records_from(catalogue.records()), "BX-10504-CAL", quantity)
        assert verdict.status == "not_traceable"
        failed = {(finding.code, finding.subject) for finding in verdict.findings if finding.severity == "fail"}
        assert failed == {("NO_CERTIFICATE", row.item) for row in catalogue.not_held()}
        codes = {finding.code for finding in verdict.findings}
        assert codes >= {"NO_INTERVAL", "NO_UNCERTAINTY", "NAMED_CERTIFICATE_NOT_IN_FORCE"}

    def test_the_transposed_serial_is_shown(self) -> None:
        """21305 is cited where the certificate says 21035; its piston TL-1006 agrees."""
        catalogue = held(*CHAIN)
        found = to_records(read(CHAIN[2]), catalogue)
        (remark,) = (each for each in found.findings if each.code == Code.IDENTIFICATION_NOT_IN_CITED)
        assert "21305" in remark.zh
        assert "21035" in remark.zh
        assert remark.line == 281

    def test_modules_of_the_calibrator_are_its_parts(self) -> None:
        """61065 and 21091 are cited under the calibrator's certificate, which names them."""
        found = to_records(read(CHAIN[0]), held(*CHAIN))
        parts = [each.en.split()[0] for each in found.findings if each.code == Code.PART_OF_CITED_ITEM]
        assert parts == ["61065", "21091"]
        assert found.not_held == ()

    def test_a_claim_is_made_and_counts_for_nothing(self) -> None:
        """All four say that they are traceable."""
        assert all(read(name).claims_traceability for name in CHAIN)


def test_results_of_real_files() -> None:
    """The traps: hybrid units, two tables in one list, one value, an error column, capital letters in units."""
    stated = {
        name: [
            (each.quantity, each.unit, str(each.low), str(each.high), format(each.uncertainty, "f"), str(each.k))
            for each in read(name).results
            if each.uncertainty is not None
        ]
        for name in ("CC_DIMCI_0496_2025.XML", "dcc_gp_humidity_v1.0.xml", "valid.xml", CHAIN[2])
    }
    assert stated["CC_DIMCI_0496_2025.XML"] == [("resistance", "kohm", "100.000134", "100.000134", "0.0000390", "2.00")]
    assert stated["dcc_gp_humidity_v1.0.xml"] == [("gp_relativeGasHumidityAboveWater", "1", "0.200", "0.901", "0.011", "2")]
    assert stated["valid.xml"] == [("temperature", "K", "306.248", "593.154", "0.061", "2")]
    assert stated[CHAIN[2]][0] == ("pressure", "kPa", "0.00003", "159.1883", "0.014", "2")


def test_two_files_of_one_certificate_are_a_conflict() -> None:
    """Signed and unsigned have one number; a person has to say which counts. The manipulated one is of another laboratory."""
    names = [name for name in READ if READ[name][0] == GP_NUMBER]
    catalogue = held(names[0])
    conflicts = [bool(to_records(read(name), catalogue).conflicts) for name in names]
    assert conflicts == [False, True, False]
