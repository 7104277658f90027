"""One reader for all versions: the same certificate in the spelling of each says the same."""

from datetime import date
from typing import Any

import pytest

from registry.exchange.dcc import DocumentRefused, extraction, read_dcc, statements
from registry.exchange.dcc.document import CalibrationDocument, Citation, Identification, SignatureState
from registry.exchange.dcc.findings import MAX_PER_CODE, Code
from tests.registry.exchange.dcc.builder import SIGNATURE, VERSIONS, Dcc, Mark, quantity, real, result, standard, text, thing

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SECOND = "<dcc:uniqueIdentifier>C-2</dcc:uniqueIdentifier>"


def codes(document: CalibrationDocument) -> list[str]:
    return [finding.code for finding in document.findings]


def citation_of(*referral: str, **changes: Any) -> Citation:
    document = read_dcc(Dcc(equipment=[standard(**({"referral": referral, "referral_id": "-"} | changes))]).xml())
    cited = document.equipment[0].citation
    assert cited is not None
    return cited


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_say_the_same(version: str) -> None:
    """Otherwise a laboratory's older certificates would break its chains."""
    document = read_dcc(Dcc(version=version).xml())
    assert (document.number, document.schema_version) == ("C-1", version)
    assert (document.begun_on, document.calibrated_on, document.issued_on) == (date(2024, 3, 1), date(2024, 3, 4), None)
    assert (document.laboratory.name, document.laboratory.code, document.laboratory.country) == ("Laboratory A", None, "DE")
    assert document.customer == "Customer"
    (item,) = document.items
    assert (item.name, item.manufacturer, item.model, item.serial) == ("Thermometer", "Maker", "T-1", "100")
    (used,) = document.equipment
    assert (used.name, used.manufacturer, used.model, used.serial, used.position) == ("Standard", "Maker", "S", "900", 1)
    assert used.citation is not None
    assert used.citation.numbers == ("S-1",)
    (found,) = document.results
    assert (found.quantity, found.unit, str(found.low), str(found.high)) == ("temperature", "K", "10", "30")
    assert (str(found.uncertainty), str(found.k)) == ("0.3", "2")
    assert document.findings == ()
    assert document.signature is SignatureState.UNSIGNED


def test_newer_fields_are_read() -> None:
    """Issue date, place, code, other numbers of the certificate."""
    assert len(citation_of("-", referral_id="C " * 200).numbers) == 0
    order = (
        "<dcc:identifications><dcc:identification><dcc:issuer>calibrationLaboratory</dcc:issuer><dcc:value>O-7</dcc:value>"
        f"{text('name', 'Order no.')}</dcc:identification></dcc:identifications>"
    )
    xml = Dcc(issued_on="2024-03-09", laboratory_code="D-K-1").xml().replace(b"<dcc:beginP", order.encode() + b"<dcc:beginP")
    document = read_dcc(xml)
    assert document.issued_on == date(2024, 3, 9)
    assert document.performance_location == "laboratory"
    assert document.laboratory.code == "D-K-1"
    assert document.other_identifications == (Identification(issuer="calibrationLaboratory", value="O-7", name="Order no."),)


def test_a_comment_does_not_cut_a_number() -> None:
    """A signature covers the text without the comment; reading half of it would be another certificate."""
    document = read_dcc(Dcc(number="K026-<!-- x -->17P<?y z?>5172").xml())
    assert document.number == "K026-17P5172"


def test_texts_are_normalised() -> None:
    """NFC and single blanks, so that the same name is the same."""
    document = read_dcc(Dcc(number="  A\n 1 ", laboratory="Laborato\u0301rio").xml())
    assert (document.number, document.laboratory.name) == ("A 1", "Laborat\u00f3rio")


def test_chinese_then_english_texts_are_preferred() -> None:
    """The readers' languages; otherwise the first that is there."""
    both = '<dcc:content lang="de">Fühler</dcc:content><dcc:content lang="en">Sensor</dcc:content>'
    plain = Dcc().xml().decode()
    name = '<dcc:content lang="en">Thermometer</dcc:content>'
    english = read_dcc(plain.replace(name, both).encode())
    chinese = read_dcc(plain.replace(name, both + '<dcc:content lang="zh">温度传感器</dcc:content>').encode())
    german = read_dcc(plain.replace(name, '<dcc:content lang="de">Fühler</dcc:content>').encode())
    assert [each.items[0].name for each in (english, chinese, german)] == ["Sensor", "温度传感器", "Fühler"]


def test_foreign_elements_of_the_same_name_are_not_read() -> None:
    """Otherwise an extension could overwrite the number."""
    foreign = '<x:uniqueIdentifier xmlns:x="https://example.org">EVIL</x:uniqueIdentifier>'
    assert read_dcc(Dcc(core=foreign).xml()).number == "C-1"
    hidden = (
        f"<dcc:comment><dcc:administrativeData><dcc:coreData>{SECOND}</dcc:coreData></dcc:administrativeData></dcc:comment>"
    )
    assert read_dcc(Dcc(tail=hidden).xml()).number == "C-1"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<dcc:uniqueIdentifier>C-1</dcc:uniqueIdentifier>", "", "no uniqueIdentifier"),
        ("<dcc:uniqueIdentifier>C-1<", "<dcc:uniqueIdentifier> <", "is empty"),
        ("<dcc:uniqueIdentifier>C-1<", "<dcc:uniqueIdentifier>-<", "is empty"),
        ("<dcc:uniqueIdentifier>C-1<", f"<dcc:uniqueIdentifier>{'x' * 256}<", "more than 255 characters"),
        ("<dcc:beginPerformanceDate>", f"{SECOND}<dcc:beginPerformanceDate>", "a second uniqueIdentifier"),
        ("<dcc:endPerformanceDate>2024-03-04</dcc:endPerformanceDate>", "", "no endPerformanceDate"),
        ("<dcc:endPerformanceDate>2024-03-04<", "<dcc:endPerformanceDate>2024-02-30<", "is not a date"),
        ("<dcc:endPerformanceDate>2024-03-04<", "<dcc:endPerformanceDate>4 March<", "is not a date"),
        ('<dcc:content lang="en">Laboratory A</dcc:content>', "<dcc:content>-</dcc:content>", "has no name"),
        ("<dcc:items>", "<dcc:items/><dcc:unknown>", None),
        ("dcc:administrativeData>", "dcc:administration>", "no administrativeData"),
    ],
)
def test_a_certificate_of_nothing_is_refused_with_its_place(old: str, new: str, reason: str | None) -> None:
    """Without one number, one laboratory, a day and an item there is nothing to record."""
    xml = Dcc().xml().decode()
    assert old in xml
    xml = xml.replace(old, new)
    if reason is None:
        xml, reason = xml.replace("</dcc:items>", "</dcc:unknown>"), "no item"
    with pytest.raises(DocumentRefused) as caught:
        read_dcc(xml.encode())
    assert caught.value.format_name == "incomplete DCC"
    assert reason in caught.value.en
    assert caught.value.line is not None
    assert caught.value.xpath.startswith("/dcc:digitalCalibrationCertificate")


def test_dates_with_offsets_are_civil_days() -> None:
    """xs:date allows an offset; the day is the one printed."""
    assert read_dcc(Dcc(ended_on="2024-03-04+08:00").xml()).calibrated_on == date(2024, 3, 4)


def test_a_bad_optional_date_is_remarked() -> None:
    """It is left out, not guessed."""
    document = read_dcc(Dcc(issued_on="09.03.2024", begun_on="-").xml())
    assert (document.issued_on, document.begun_on) == (None, None)
    assert codes(document) == [Code.BAD_DATE]


def test_country_comes_from_the_laboratory_then_from_the_certificate() -> None:
    """And only when it is one."""
    plain = Dcc(country="BR").xml().decode()
    assert read_dcc(plain.encode()).laboratory.country == "BR"
    without = plain.replace("<dcc:countryCode>BR</dcc:countryCode>", "")
    assert read_dcc(without.encode()).laboratory.country == "BR"
    assert read_dcc(plain.replace(">BR<", ">Brazil<").encode()).laboratory.country is None


def test_any_signature_means_not_checked() -> None:
    """It must never display as signed, wherever it stands."""
    for document in (Dcc(tail=SIGNATURE), Dcc(tail=f"<dcc:comment>{SIGNATURE}</dcc:comment>")):
        read = read_dcc(document.xml())
        assert read.signature is SignatureState.NOT_CHECKED
        assert codes(read) == [Code.SIGNATURE_NOT_CHECKED]


class TestIdentity:
    def test_the_serial_is_the_mark_of_the_maker_that_is_called_so(self) -> None:
        """A device id by the same maker is not the serial number."""
        marks = (Mark(value="TT0021", name="Device ID"), Mark(value="43562", name="Serial number"))
        assert read_dcc(Dcc(items=[thing(marks=marks)]).xml()).items[0].serial == "43562"
        assert read_dcc(Dcc(items=[thing(marks=marks[:1])]).xml()).items[0].serial == "TT0021"
        term = (Mark(value="1", name="Any"), Mark(value="2", name="Other", ref_type="basic_serialNumber"))
        assert read_dcc(Dcc(items=[thing(marks=term)]).xml()).items[0].serial == "2"

    def test_inventory_numbers_are_no_serial(self) -> None:
        """Each house has its own number 7."""
        item = read_dcc(Dcc(items=[thing(marks=(Mark(value="7", issuer="customer"), Mark(value="-")))]).xml()).items[0]
        assert item.serial is None
        assert [mark.value for mark in item.identifications] == ["7"]

    def test_placeholders_are_nothing(self) -> None:
        """A dash is no maker and no model."""
        item = read_dcc(Dcc(items=[thing(manufacturer="-", model="n/a")]).xml()).items[0]
        assert (item.manufacturer, item.model) == (None, None)

    def test_sub_items_are_parts(self) -> None:
        """DCC 3.3; through any number of levels."""
        mark = "<dcc:identifications><dcc:identification><dcc:issuer>manufacturer</dcc:issuer><dcc:value>{}</dcc:value>"
        mark += "</dcc:identification></dcc:identifications>"
        inner = f"<dcc:subItems><dcc:item>{text('name', 'Inner')}{mark.format('P-2')}</dcc:item></dcc:subItems>"
        outer = f"<dcc:subItems><dcc:item>{text('name', 'Outer')}{mark.format('P-1')}{inner}</dcc:item></dcc:subItems>"
        item = read_dcc(Dcc(items=[thing(sub_items=outer)]).xml()).items[0]
        assert [part.value for part in item.parts] == ["P-1", "P-2"]

    def test_parts_are_named_by_results(self) -> None:
        """Before 3.3 laboratories name the part in the result."""
        names = ("Section (IN), S/N: 21091.", "Section (OUT), s/n 61065", "Serial no. A-1", "出厂编号：X9", "S/N unknown")
        content = "".join(result(quantity(real("1", r"\volt", "0.1")), name=name) for name in names)
        assert read_dcc(Dcc(results=content).xml()).part_serials == ("21091", "61065", "A-1", "X9")

    def test_too_many_items_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each is a certificate."""
        monkeypatch.setattr(extraction, "MAX_ITEMS", 1)
        with pytest.raises(DocumentRefused, match="more than 1 items"):
            read_dcc(Dcc(items=[thing("1"), thing("2")]).xml())


class TestCitations:
    @pytest.mark.parametrize(
        ("referral", "referral_id", "numbers"),
        [
            (["-"], "K026-17P4654", ("K026-17P4654",)),
            (["K026-17P5172"], "-", ("K026-17P5172",)),
            (["M-15P035", "M-14M060", "M-15M045"], "-", ("M-15P035", "M-14M060", "M-15M045")),
            (["M-1, M-2; M-3、M-4 and M-5"], "n/a", ("M-1", "M-2", "M-3", "M-4", "M-5")),
            (["Inmetro"], "DIMCI 0399/2025", ("DIMCI 0399/2025",)),
            (["PTB - 11129 18"], "-", ("PTB - 11129 18",)),
            (["analog"], "GP-mE-Certificate-x", ("GP-mE-Certificate-x",)),
            (["M-1"], "M-1", ("M-1",)),
            (["\n  M-1\n  M 2\n"], "M-3 \n M-4", ("M-3", "M-4", "M-1", "M 2")),
            (["-"], "-", ()),
            (["-", "analogue"], "–", ()),
        ],
    )
    def test_numbers(self, referral: list[str], referral_id: str, numbers: tuple[str, ...]) -> None:
        """Laboratories write numbers, issuers and links in either field."""
        assert citation_of(*referral, referral_id=referral_id).numbers == numbers

    def test_links_and_issuers_are_told_apart(self) -> None:
        """A link is kept as a place to fetch from, and nothing is fetched."""
        cited = citation_of("https://example.org/c/1", "www.example.org/2", "INM", referral_id="C 7")
        assert cited.numbers == ("C 7",)
        assert cited.locators == ("https://example.org/c/1", "www.example.org/2")
        assert cited.issuer == "INM"
        assert citation_of("-", referral_id="https://example.org/3").locators == ("https://example.org/3",)

    @pytest.mark.parametrize(
        ("procedure", "value", "digest"),
        [
            ("SHA256", DIGEST, DIGEST),
            ("sha-256", DIGEST.upper(), DIGEST),
            ("http://www.w3.org/2001/04/xmlenc#sha256", DIGEST, DIGEST),
            ("SHA256", "SHA256-value", None),
            ("SHA512", DIGEST, None),
            ("analog", "analog", None),
            ("-", "-", None),
        ],
    )
    def test_digests(self, procedure: str, value: str, digest: str | None) -> None:
        """Only a SHA-256 that is one can be compared."""
        assert citation_of("-", referral_id="C", procedure=procedure, digest=value).sha256 == digest

    def test_claims_and_linked_reports(self) -> None:
        """A list of hashes inside a file is a claim about a chain, not the chain."""
        linked = (
            "<dcc:inValidityRange>true</dcc:inValidityRange><dcc:traceable>0</dcc:traceable><dcc:linkedReport><dcc:referral>"
            "<dcc:content>R-2</dcc:content></dcc:referral><dcc:referralID>-</dcc:referralID><dcc:linkedReport>"
            "<dcc:referralID>R-3</dcc:referralID></dcc:linkedReport></dcc:linkedReport></dcc:certificate>"
        )
        document = read_dcc(Dcc().xml().replace(b"</dcc:certificate>", linked.encode()))
        cited = document.equipment[0].citation
        assert cited is not None
        assert (cited.is_in_validity_range, cited.is_traceable, cited.further) == (True, False, ("R-2", "R-3"))
        assert codes(document) == [Code.LINKED_REPORTS]

    def test_equipment_is_found_wherever_its_version_puts_it(self) -> None:
        """3.x: under lists and quantities, 3.3: for all results together."""
        used = "<dcc:measuringEquipments><dcc:measuringEquipment>" + text("name", "{}")
        used += "</dcc:measuringEquipment></dcc:measuringEquipments>"
        content = result(
            f"<dcc:list>{quantity(real('1', 'K'), more=used.format('in quantity'))}{used.format('in list')}</dcc:list>"
        )
        xml = Dcc(results=content).xml().decode()
        xml = xml.replace("<dcc:measurementResults>", "<dcc:measurementResults>" + used.format("global"))
        assert [each.name for each in read_dcc(xml.encode()).equipment] == ["global", "Standard", "in list", "in quantity"]

    def test_too_much_equipment_is_refused_not_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Leaving a reference out would make the chain look better."""
        monkeypatch.setattr(extraction, "MAX_EQUIPMENT", 1)
        with pytest.raises(DocumentRefused, match="pieces of equipment"):
            read_dcc(Dcc(equipment=[standard("1"), standard("2")]).xml())
        monkeypatch.setattr(extraction, "MAX_NUMBERS", 1)
        with pytest.raises(DocumentRefused, match="certificates cited"):
            read_dcc(Dcc(equipment=[standard("1", "A-1, A-2")]).xml())

    def test_certificates_of_ambient_conditions_are_remarked(self) -> None:
        """They are no references of the calibration, and not silently dropped either."""
        cited = "<dcc:certificate><dcc:referralID>{}</dcc:referralID></dcc:certificate>"
        condition = f"<dcc:influenceCondition>{text('name', 'Air')}{{}}</dcc:influenceCondition>"
        found = condition.format(cited.format("H-1")) + condition.format(cited.format("-")) + condition.format("")
        document = read_dcc(Dcc(conditions=found).xml())
        assert codes(document) == [Code.CONDITION_CERTIFICATE]
        assert len(document.equipment) == 1


class TestStatements:
    def test_claims_are_claims(self) -> None:
        """Both ways of claiming traceability."""
        old = "<dcc:statement><dcc:traceable>true</dcc:traceable></dcc:statement>"
        new = '<dcc:statement refType="basic_metrologicallyTraceableToSI"><dcc:valid>true</dcc:valid></dcc:statement>'
        none = "<dcc:statement><dcc:traceable>false</dcc:traceable></dcc:statement>"
        assert [read_dcc(Dcc(statements=each).xml()).claims_traceability for each in (old, new, none)] == [True, True, False]

    def test_statements_of_the_document_and_beside_results(self) -> None:
        """What is said of one result is not said of the document."""
        beside = (
            "<dcc:measurementMetaData><dcc:metaData><dcc:conformityXMLList>pass fail</dcc:conformityXMLList></dcc:metaData>"
            "</dcc:measurementMetaData>"
        )
        whole = "<dcc:statement><dcc:convention>X</dcc:convention><dcc:conformity>pass</dcc:conformity></dcc:statement>"
        of_item = '<dcc:statement refId="i1"><dcc:date>2025-01-01</dcc:date><dcc:period>P1Y</dcc:period></dcc:statement>'
        document = read_dcc(Dcc(statements=whole + of_item, beside_results=beside).xml())
        assert [each.is_of_document for each in document.statements] == [True, False, False]
        assert [each.conformity for each in document.statements] == [("pass",), (), ("pass", "fail")]
        assert (document.statements[1].on, document.statements[1].period) == (date(2025, 1, 1), "P1Y")

    def test_adjustment_is_what_a_condition_says(self) -> None:
        """Not what a free text may mean."""
        condition = f"<dcc:influenceCondition>{text('name', 'State')}<dcc:status>{{}}</dcc:status></dcc:influenceCondition>"
        assert read_dcc(Dcc(conditions=condition.format("afterAdjustment")).xml()).was_adjusted
        assert not read_dcc(Dcc(conditions=condition.format("beforeAdjustment")).xml()).was_adjusted

    def test_replacement_and_previous_report(self) -> None:
        """Only an amendment or substitution replaces."""
        amended = (
            "<dcc:reportAmendedSubstituted><dcc:typeOfChange>amended</dcc:typeOfChange>"
            "<dcc:replacedUniqueIdentifier>{}</dcc:replacedUniqueIdentifier></dcc:reportAmendedSubstituted>"
        )
        previous = "<dcc:previousReport><dcc:referralID>P-0</dcc:referralID></dcc:previousReport>"
        document = read_dcc(Dcc(core=amended.format("C-0") + previous).xml())
        assert document.replaced is not None
        assert (document.replaced.number, document.replaced.type_of_change) == ("C-0", "amended")
        assert document.previous_report is not None
        assert document.previous_report.numbers == ("P-0",)
        assert codes(document) == [Code.PREVIOUS_REPORT]
        assert read_dcc(Dcc(core=amended.format("-")).xml()).replaced is None

    def test_too_many_statements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of the document none may be left out: one of them could say fail."""
        monkeypatch.setattr(statements, "MAX_STATEMENTS", 1)
        one = "<dcc:metaData><dcc:conformity>pass</dcc:conformity></dcc:metaData>"
        beside = f"<dcc:measurementMetaData>{one * 2}</dcc:measurementMetaData>"
        document = read_dcc(Dcc(beside_results=beside).xml())
        assert len(document.statements) == 1
        assert codes(document) == [Code.TOO_MANY_STATEMENTS]
        with pytest.raises(DocumentRefused, match="statements"):
            read_dcc(Dcc(statements="<dcc:statement/>" * 2).xml())


def test_findings_of_one_kind_are_counted_after_a_while() -> None:
    """A file made to complain must not fill a page."""
    content = "".join(result(quantity(real("1", r"\smoot", "0.1"))) for _ in range(MAX_PER_CODE + 5))
    found = read_dcc(Dcc(results=content).xml()).findings
    assert [finding.code for finding in found] == [Code.UNKNOWN_UNIT] * MAX_PER_CODE + [Code.MORE_OF_THE_SAME]
    assert "5" in found[-1].zh


def test_a_file_without_results_is_read() -> None:
    """The verdict says NO_RESULTS."""
    xml = Dcc().xml().decode()
    start, end = (
        xml.index("<dcc:measurementResults>"),
        xml.index("</dcc:measurementResults>") + len("</dcc:measurementResults>"),
    )
    document = read_dcc((xml[:start] + xml[end:]).encode())
    assert (document.results, document.equipment, document.part_serials) == ((), (), ())
