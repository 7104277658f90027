"""A document becomes records that say no more than it does, under ids that do not depend on how it came."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from registry.exchange.dcc import DccImport, MemoryCatalogue, Standing, read_dcc, to_records
from registry.exchange.dcc.catalogue import HeldItem
from registry.exchange.dcc.findings import Code, Severity
from registry.exchange.dcc.identity import cited_id, key, laboratory_id, thing_id
from tests.registry.exchange.dcc.builder import Dcc, Mark, Thing, quantity, real, result, standard, table, thing
from traceability.assess import assess
from traceability.interchange import records_from
from traceability.policy import policy_named
from traceability.records import CertificateKind, ItemKind, Outcome, Records

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def imported(document: Dcc, catalogue: MemoryCatalogue | None = None) -> DccImport:
    return to_records(read_dcc(document.xml()), catalogue or MemoryCatalogue())


def records_of(found: DccImport) -> Records:
    return records_from(found.records)


def only(document: Dcc) -> Any:
    (certificate,) = records_of(imported(document)).certificates
    return certificate


def codes(found: DccImport) -> set[str]:
    return {finding.code for finding in found.findings}


def statement(content: str, ref_id: str | None = None) -> str:
    return f"<dcc:statement{f' refId={chr(34)}{ref_id}{chr(34)}' if ref_id else ''}>{content}</dcc:statement>"


class TestRecords:
    def test_a_certificate_says_what_its_document_says(self) -> None:
        """Number, laboratory, dates, item with serial, results with U and k, references."""
        found = imported(Dcc(issued_on="2024-03-09", laboratory_code="K-1"))
        records = records_of(found)
        (organization,) = records.organizations
        assert (organization.name, organization.kind, organization.country) == ("Laboratory A", "calibration_laboratory", "DE")
        (certificate,) = records.certificates
        assert (certificate.number, certificate.kind, certificate.issuer) == (
            "C-1",
            CertificateKind.CALIBRATION,
            organization.id,
        )
        assert (certificate.calibrated_on, certificate.issued_on) == (date(2024, 3, 4), date(2024, 3, 9))
        assert (certificate.valid_until, certificate.outcome, certificate.adjusted) == (None, Outcome.PASS, False)
        (stated,) = certificate.results
        assert (stated.quantity, stated.unit, stated.low, stated.high) == ("temperature", "K", Decimal(10), Decimal(30))
        assert stated.uncertainty is not None
        assert (stated.uncertainty.value, stated.uncertainty.unit, stated.uncertainty.k) == (Decimal("0.3"), "K", Decimal(2))
        items = {item.id: item for item in records.items}
        item = items[certificate.item]
        assert (item.kind, item.name, item.serial) == (ItemKind.INSTRUMENT, "Thermometer (Maker T-1)", "100")
        assert certificate.serial == "100"
        (reference,) = certificate.references
        assert reference.certificate == cited_id("S-1")
        used = items[reference.item]
        assert (used.kind, used.name, used.serial) == (ItemKind.MEASUREMENT_STANDARD, "Standard (Maker S)", "900")

    def test_the_issue_date_is_never_later_than_known(self) -> None:
        """Without one it is the last day of calibration, and a finding says so."""
        found = imported(Dcc())
        assert records_of(found).certificates[0].issued_on == date(2024, 3, 4)
        assert Code.ISSUE_DATE_MISSING in codes(found)
        assert Code.ISSUE_DATE_MISSING not in codes(imported(Dcc(issued_on="2024-03-09")))

    def test_no_validity_is_made_up(self) -> None:
        """A date for recalibration is a hint."""
        hint = '<dcc:statement refType="basic_recalibration"><dcc:date>2025-03-01</dcc:date></dcc:statement>'
        found = imported(Dcc(statements=hint))
        assert records_of(found).certificates[0].valid_until is None
        assert Code.RECALIBRATION_HINT in codes(found)
        (remark,) = (each for each in found.findings if each.code == Code.RECALIBRATION_HINT)
        assert "2025-03-01" in remark.zh
        assert remark.severity is Severity.NOTE
        assert remark.line is not None

    def test_claims_of_traceability_change_nothing(self) -> None:
        """A claim is no evidence."""
        claimed = imported(Dcc(statements=statement("<dcc:traceable>true</dcc:traceable>")))
        assert Code.TRACEABILITY_CLAIMED in codes(claimed)
        assert claimed.records["certificates"] == imported(Dcc()).records["certificates"]

    def test_adjustment_is_recorded(self) -> None:
        """It cuts what was known before (SEMANTICS 3.2)."""
        state = "<dcc:influenceCondition><dcc:status>afterAdjustment</dcc:status></dcc:influenceCondition>"
        assert only(Dcc(conditions=state)).adjusted

    def test_without_equipment_there_are_no_references(self) -> None:
        """The verdict says NO_REFERENCES, the import says why."""
        found = imported(Dcc(equipment=[]))
        assert records_of(found).certificates[0].references == ()
        assert Code.NO_EQUIPMENT in codes(found)

    def test_what_no_record_can_hold_is_left_out_and_said(self) -> None:
        """An unknown unit, an error without its points."""
        content = result(quantity(real("1", r"\smoot", "0.1"))) + result(quantity(real("1", r"\percent", "0.1"), "Error"))
        found = imported(Dcc(results=content))
        assert records_of(found).certificates[0].results == ()
        assert {Code.UNKNOWN_UNIT, Code.RESULT_WITHOUT_RANGE, Code.NO_RESULTS_READ} <= codes(found)

    def test_equal_results_are_recorded_once(self) -> None:
        """The same table twice is one result."""
        content = result(quantity(real("1", r"\kelvin", "0.1", k=None)))
        (stated,) = only(Dcc(results=content * 2)).results
        assert stated.uncertainty.k is None

    def test_a_national_laboratory_is_no_anchor(self) -> None:
        """Its own references have to be held like all others."""
        found = imported(Dcc(laboratory="National Standards Laboratory"))
        assert {item.kind for item in records_of(found).items} == {ItemKind.INSTRUMENT, ItemKind.MEASUREMENT_STANDARD}


class TestOutcome:
    @pytest.mark.parametrize(
        ("conformity", "outcome"),
        [("pass", "pass"), ("fail", "fail"), ("noPass", "pass"), ("conditionalFail", "pass"), ("conditionalPass", "pass")],
    )
    def test_only_an_explicit_fail_of_the_whole_is_one(self, conformity: str, outcome: str) -> None:
        """A verdict FAILED speaks for the whole item."""
        found = imported(Dcc(statements=statement(f"<dcc:conformity>{conformity}</dcc:conformity>")))
        assert records_of(found).certificates[0].outcome == outcome
        expected = Code.CONFORMITY_FAILED if conformity in {"fail", "noPass", "conditionalFail"} else Code.CONFORMITY_STATED
        assert expected in codes(found)

    def test_a_result_that_fails_is_remarked(self) -> None:
        """What it means for the item is the customer's rule."""
        beside = (
            "<dcc:measurementMetaData><dcc:metaData><dcc:conformityXMLList>pass fail</dcc:conformityXMLList></dcc:metaData>"
            "<dcc:metaData><dcc:conformity>fail</dcc:conformity></dcc:metaData></dcc:measurementMetaData>"
        )
        found = imported(Dcc(beside_results=beside))
        assert records_of(found).certificates[0].outcome is Outcome.PASS
        assert [each.code for each in found.findings].count(Code.CONFORMITY_FAILED) == 2

    def test_a_fail_of_one_item_is_of_that_item(self) -> None:
        """The others are not touched."""
        fail = statement("<dcc:conformity>fail</dcc:conformity>", ref_id="b")
        found = imported(Dcc(items=[thing("1", xml_id="a"), thing("2", xml_id="b")], statements=fail))
        assert [each.outcome for each in records_of(found).certificates] == ["pass", "fail"]


class TestSeveralItems:
    def results_by_item(self, document: Dcc) -> dict[str, set[str]]:
        found = imported(document)
        return {str(each.serial): {stated.unit for stated in each.results} for each in records_of(found).certificates}

    def test_each_item_is_a_calibration_event(self) -> None:
        """One certificate each, of one number and with the same references."""
        records = records_of(imported(Dcc(items=[thing("1"), thing("2")])))
        one, two = records.certificates
        assert (one.number, one.references) == (two.number, two.references)
        assert one.id != two.id
        assert one.item != two.item

    def test_results_go_to_the_items_they_refer_to(self) -> None:
        """By id, on any element around the value."""
        items = [thing("A1", xml_id="a"), thing("B1", xml_id="b")]
        content = result(quantity(real("1", r"\volt", "0.1")), ref_id="a")
        content += result(table(quantity(real("1", r"\ampere", "0.1"), ref_id="b")))
        assert self.results_by_item(Dcc(items=items, results=content)) == {"A1": {"V"}, "B1": {"A"}}
        whole = result(quantity(real("1", r"\volt", "0.1")))
        assert self.results_by_item(Dcc(items=items, results=whole, measurement_ref_id="b")) == {"A1": set(), "B1": {"V"}}

    def test_else_to_the_items_whose_mark_they_name(self) -> None:
        """As a word of its own, and not a short one that is met by chance."""
        items = [thing("TL-1006"), thing("V-431"), thing("2")]
        content = result(quantity(real("1", r"\volt", "0.1")), name="Low range, TL-1006")
        content += result(quantity(real("1", r"\ampere", "0.1")), name="High range, v-431")
        content += result(quantity(real("1", r"\kelvin", "0.1")), name="Channel 2, XV-431")
        found = self.results_by_item(Dcc(items=items, results=content))
        assert found == {"TL-1006": {"V", "K"}, "V-431": {"A", "K"}, "2": {"K"}}

    def test_else_to_all_with_a_warning(self) -> None:
        """A reader has to see that the file does not tell."""
        found = imported(Dcc(items=[thing("1"), thing("2")]))
        assert Code.RESULTS_NOT_SPLIT in codes(found)
        assert all(each.results for each in records_of(found).certificates)
        assert Code.RESULTS_NOT_SPLIT not in codes(imported(Dcc()))

    def test_an_item_listed_twice_is_one(self) -> None:
        """Two records of one id are refused by the format."""
        assert len(records_of(imported(Dcc(items=[thing("1"), thing("1")]))).certificates) == 1


class TestIdentity:
    def test_ids_do_not_depend_on_spelling(self) -> None:
        """NFKC, upper case, blanks and dashes."""
        plain = imported(Dcc(items=[thing("AB-12", manufacturer="Maker Ltd", model="T 1")]))
        other = imported(
            Dcc(number="c-1", laboratory="LABORATORY  A", items=[thing("ab\u201112", manufacturer="MAKER ltd", model="Ｔ 1")])
        )
        assert plain.records["certificates"][0]["id"] == other.records["certificates"][0]["id"]
        assert plain.records["certificates"][0]["item"] == other.records["certificates"][0]["item"]

    def test_laboratories_with_one_number_are_two_certificates(self) -> None:
        """`1234` is issued by many."""
        ids = {imported(Dcc(laboratory=name, number="1234")).records["certificates"][0]["id"] for name in ("A", "B")}
        assert len(ids) == 2

    def test_a_code_identifies_a_laboratory_within_its_country(self) -> None:
        """K026 here is not K026 there; two names of one code are one laboratory."""
        documents = [
            Dcc(laboratory_code="K1"),
            Dcc(laboratory_code="K1", laboratory="B"),
            Dcc(laboratory_code="K1", country="FI"),
        ]
        ids = [laboratory_id(read_dcc(each.xml()).laboratory) for each in documents]
        assert ids[0] == ids[1] != ids[2]

    def test_the_name_of_a_laboratory_does_not_depend_on_the_order(self) -> None:
        """Of two names for one code the same stays, and a finding says so."""
        names = []
        for order in (("Alpha", "Beta"), ("Beta", "Alpha")):
            catalogue = MemoryCatalogue()
            for name in order:
                found = imported(Dcc(laboratory=name, laboratory_code="K1", number=name), catalogue)
                catalogue.add(found)
            assert Code.LABORATORY_NAME_DIFFERS in codes(found)
            names.append(catalogue.records()["organizations"])
        assert names[0] == names[1]

    def test_a_serial_without_a_maker_counts_within_its_laboratory(self) -> None:
        """`51` is the number of many things."""
        bare = thing("51", manufacturer=None, model=None)
        items = {imported(Dcc(laboratory=name, items=[bare])).records["certificates"][0]["item"] for name in ("A", "B")}
        assert len(items) == 2
        assert Code.ITEM_WITHOUT_SERIAL in codes(imported(Dcc(items=[bare])))

    def test_marks_and_places_identify_where_serials_are_missing(self) -> None:
        """An inventory number within its house, else the place in the document."""
        laboratory = "lab"
        inventory = read_dcc(Dcc(items=[thing(marks=(Mark(value="PR 1", issuer="customer"),))]).xml()).items[0]
        nothing = read_dcc(Dcc(items=[thing(marks=())]).xml()).items[0]
        ids = {
            thing_id(inventory, laboratory, "x"),
            thing_id(inventory, "other", "x"),
            thing_id(nothing, laboratory, "x"),
            thing_id(nothing, laboratory, "y"),
        }
        assert len(ids) == 4
        assert thing_id(inventory, laboratory, "x") == thing_id(inventory, laboratory, "y")

    def test_ids_are_words_for_urls_and_labels(self) -> None:
        """ASCII, short, and readable where the number is."""
        found = imported(Dcc(number="校准 字第 2024-Ω/1 号" * 5, laboratory="实验室", items=[thing("序列 №1" * 30)]))
        for record in (*found.records["organizations"], *found.records["items"], *found.records["certificates"]):
            assert record["id"].replace("-", "").isalnum()
            assert record["id"].isascii()
            assert len(record["id"]) < 80

    def test_long_names_and_serials_fit_a_record(self) -> None:
        """The format allows 255 characters of a serial, 2000 of a name."""
        document = Dcc(
            laboratory="L" * 3000, items=[thing("S" * 300, name="N" * 300)], equipment=[standard("S" * 400, name="E" * 3000)]
        )
        records_of(imported(document))

    def test_registered_items_and_laboratories_are_used_and_not_changed(self) -> None:
        """A person said that they are the same."""
        derived = imported(Dcc())
        item = derived.records["certificates"][0]["item"]
        issuer = derived.records["certificates"][0]["issuer"]
        used = derived.records["certificates"][0]["references"][0]["item"]
        catalogue = MemoryCatalogue(assignments={item: "meter-7", issuer: "lab-a", used: "std-1"})
        catalogue.register(HeldItem(id="meter-7", name="Gate meter", serial="100"))
        catalogue.register(HeldItem(id="std-1"))
        found = imported(Dcc(), catalogue)
        (certificate,) = found.records["certificates"]
        assert (certificate["item"], certificate["issuer"], certificate["references"][0]["item"]) == (
            "meter-7",
            "lab-a",
            "std-1",
        )
        assert certificate["id"] == derived.records["certificates"][0]["id"]
        assert (found.records["items"], found.records["organizations"]) == ([], [])
        catalogue.add(found)
        assert catalogue.records()["items"] == []
        assert catalogue.item("meter-7") == HeldItem(id="meter-7", name="Gate meter", serial="100", is_registered=True)

    def test_registered_items_of_the_same_serial_are_pointed_out(self) -> None:
        """Never merged silently, never overlooked."""
        catalogue = MemoryCatalogue()
        catalogue.register(HeldItem(id="meter-7", serial="100"))
        catalogue.register(HeldItem(id="std-9", serial="900"))
        found = imported(Dcc(), catalogue)
        remarks = [finding for finding in found.findings if finding.code == Code.SAME_SERIAL]
        assert {"meter-7" in each.en or "std-9" in each.en for each in remarks} == {True}
        assert len(remarks) == 2


class TestReplacement:
    AMENDED = (
        "<dcc:reportAmendedSubstituted><dcc:typeOfChange>amended</dcc:typeOfChange>"
        "<dcc:replacedUniqueIdentifier>C-0</dcc:replacedUniqueIdentifier></dcc:reportAmendedSubstituted>"
    )

    def test_it_names_the_certificate_of_the_same_item_held_or_not(self) -> None:
        """So that the order of arrival does not matter."""
        first = imported(Dcc(number="C-0"))
        second = imported(Dcc(core=self.AMENDED))
        assert second.records["certificates"][0]["replaces"] == first.records["certificates"][0]["id"]
        catalogue = MemoryCatalogue()
        catalogue.add(first)
        catalogue.add(imported(Dcc(core=self.AMENDED), catalogue))
        records_from(catalogue.records())

    def test_a_certificate_of_another_item_is_not_replaced(self) -> None:
        """A correction of the serial number needs a withdrawal, and a person."""
        catalogue = MemoryCatalogue()
        catalogue.add(imported(Dcc(number="C-0", items=[thing("101")])))
        found = imported(Dcc(core=self.AMENDED), catalogue)
        assert Code.REPLACED_NOT_OF_THIS_ITEM in codes(found)
        catalogue.add(found)
        records_from(catalogue.records())

    def test_itself_is_not_replaced(self) -> None:
        """The format refuses a certificate that replaces itself."""
        found = imported(Dcc(number="c-0", core=self.AMENDED))
        assert Code.REPLACES_ITSELF in codes(found)
        assert "replaces" not in found.records["certificates"][0]
        records_of(found)


def test_other_content_under_a_number_is_a_conflict() -> None:
    """Nothing may be overwritten; re-import of the same bytes changes nothing."""
    catalogue = MemoryCatalogue()
    first = imported(Dcc(), catalogue)
    catalogue.add(first)
    before = catalogue.records()
    again = imported(Dcc(), catalogue)
    assert (again.records, again.conflicts, again.relinked) == (first.records, (), ())
    catalogue.add(again)
    assert catalogue.records() == before
    changed = imported(Dcc(begun_on="2024-03-02"), catalogue)
    assert changed.conflicts == (first.records["certificates"][0]["id"],)
    assert Code.HELD_WITH_OTHER_CONTENT in codes(changed)
    with pytest.raises(Exception, match="other content"):
        catalogue.add(changed)
    assert catalogue.records() == before


def test_the_gaps_are_a_list_to_show() -> None:
    """Number, by whom cited, where it can be fetched, digest."""
    digest = "ab" * 32
    cited = standard("900", "S-1", referral=("https://example.org/S-1",), procedure="SHA256", digest=digest)
    bare = Thing(name="Clock", manufacturer=None, model=None, marks=())
    found = imported(Dcc(equipment=[cited, bare]))
    (gap,) = found.not_held
    assert (gap.number, gap.locator, gap.sha256, gap.standing) == ("S-1", "https://example.org/S-1", digest, Standing.NOT_HELD)
    assert gap.cited_by == (found.records["certificates"][0]["id"],)
    assert (gap.document, gap.position) == (found.sha256, 1)
    assert [row.standing for row in found.cited] == [Standing.NOT_HELD, Standing.UNCITED]
    assert Code.NO_CERTIFICATE_CITED in codes(found)
    references = records_of(found).certificates[0].references
    assert {reference.certificate for reference in references} == {cited_id("S-1"), None}


def test_a_placeholder_shows_in_the_verdict() -> None:
    """NO_CERTIFICATE at the equipment, until the file arrives."""
    catalogue = MemoryCatalogue()
    found = imported(Dcc(), catalogue)
    catalogue.add(found)
    (gap,) = found.not_held
    target = found.records["certificates"][0]["item"]

    def findings() -> set[tuple[str, str]]:
        verdict = assess(records_from(catalogue.records()), target, date(2024, 6, 1), NOW, policy_named("structure/1"))
        return {(str(finding.code), finding.subject) for finding in verdict.findings}

    assert ("NO_CERTIFICATE", gap.item) in findings()
    catalogue.add(
        imported(Dcc(number="S-1", laboratory="B", items=[standard("900")], ended_on="2024-01-01", equipment=[]), catalogue)
    )
    assert all(code != "NO_CERTIFICATE" for code, _ in findings())
    assert {code for code, _ in findings()} >= {"NO_REFERENCES"}
    assert catalogue.not_held() == ()


def test_keys_are_comparable() -> None:
    """What is compared is what a person would call the same."""
    assert key(None) == ""
    assert key("  k026\u20135 \u3000x ") == "K026-5 X"
