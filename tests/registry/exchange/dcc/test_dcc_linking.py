"""Links follow what agrees, stop at what contradicts, and end the same whatever arrives first."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.exchange.dcc import DccImport, MemoryCatalogue, Standing, read_dcc, to_records
from registry.exchange.dcc.catalogue import HeldCertificate, HeldItem
from registry.exchange.dcc.findings import Code, Finding
from tests.registry.exchange.dcc.builder import Dcc, Mark, Thing, quantity, real, result, standard, thing
from traceability.interchange import records_from
from traceability.json_text import dump

OWN = Dcc(number="C-1")


def hold(*documents: Dcc) -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    for document in documents:
        catalogue.add(to_records(read_dcc(document.xml()), catalogue))
    return catalogue


def about(found: DccImport, *codes: Code) -> list[Finding]:
    return [finding for finding in found.findings if finding.code in codes]


def cited(number: str, item: Thing, **changes: Any) -> Dcc:
    """A certificate that another may cite; it names no equipment itself."""
    facts: dict[str, Any] = {
        "number": number,
        "laboratory": "Laboratory B",
        "items": [item],
        "equipment": [],
        "ended_on": "2024-01-05",
    }
    return Dcc(**(facts | changes))


def import_last(*documents: Dcc) -> DccImport:
    """What the last document adds when the others are held."""
    return to_records(read_dcc(documents[-1].xml()), hold(*documents[:-1]))


def links(found: DccImport) -> list[tuple[str, str]]:
    (certificate,) = found.records["certificates"]
    return [(reference["item"], reference.get("certificate", "")) for reference in certificate["references"]]


def certificate_of(document: Dcc) -> tuple[str, str]:
    record = to_records(read_dcc(document.xml()), MemoryCatalogue()).records["certificates"][0]
    return record["item"], record["id"]


class TestRules:
    def test_a_serial_that_agrees_is_followed(self) -> None:
        """Under whatever name of maker and model the citing laboratory knows the thing."""
        source = cited("S-1", standard("900", name="Other", model="S/9", manufacturer="Maker Ltd"))
        found = import_last(source, OWN)
        assert links(found) == [certificate_of(source)]
        assert [row.standing for row in found.cited] == [Standing.HELD]
        assert not about(found, Code.LINKED_BY_NUMBER_ONLY, Code.IDENTIFICATION_NOT_IN_CITED, Code.SERIAL_CONTRADICTION)

    def test_the_number_is_compared_as_a_person_would(self) -> None:
        """Case, blanks and dashes."""
        assert links(import_last(cited("s\u20131 ", standard("900")), OWN)) == [
            certificate_of(cited("s\u20131 ", standard("900")))
        ]

    def test_a_serial_that_contradicts_is_not_followed(self) -> None:
        """A certificate of another thing is no evidence for this one."""
        found = import_last(cited("S-1", standard("901")), OWN)
        (row,) = found.cited
        assert row.standing is Standing.CONTRADICTED
        assert links(found) == links(import_last(OWN))
        (remark,) = about(found, Code.SERIAL_CONTRADICTION)
        assert "900" in remark.en
        assert "901" in remark.zh
        assert remark.line is not None
        assert found.not_held == (row,)

    def test_one_mark_that_agrees_outweighs_one_that_does_not(self) -> None:
        """21305 cited where the certificate says 21035: followed, and shown."""
        items = [thing("21035", model="2465"), thing("V-431", model="V"), thing("TL-1006", model="TL")]
        source = cited("M-1", items[0], items=items)
        marks = (Mark(value="21305", name="Scale frame"), Mark(value="TL-1006"))
        found = import_last(source, Dcc(equipment=[standard(number="M-1", marks=marks)]))
        (link,) = links(found)
        assert link[1].startswith("dcc-certificate-m-1-")
        assert "tl-1006" in link[0]
        (remark,) = about(found, Code.IDENTIFICATION_NOT_IN_CITED)
        assert "21305" in remark.zh
        assert "21035" in remark.zh

    def test_equipment_of_two_items_is_linked_to_both(self) -> None:
        """Scale and piston are certified apart, and both were used."""
        source = cited("M-1", thing(), items=[thing("21035", model="2465"), thing("V-431", model="V")])
        marks = (Mark(value="21035"), Mark(value="V-431"))
        found = import_last(source, Dcc(equipment=[standard(number="M-1", marks=marks)]))
        assert len(links(found)) == 2
        assert not about(found, Code.IDENTIFICATION_NOT_IN_CITED)

    def test_a_part_named_in_the_certificate_is_its_item(self) -> None:
        """A module of a calibrator has no certificate of its own."""
        source = cited(
            "S-1", thing("601404"), results=result(quantity(real("1", r"\volt", "0.1")), name="Section IN, S/N: 21091.")
        )
        found = import_last(source, Dcc(equipment=[standard("21091", "S-1")]))
        assert links(found) == [certificate_of(source)]
        (remark,) = about(found, Code.PART_OF_CITED_ITEM)
        assert "21091" in remark.en

    @pytest.mark.parametrize(
        ("item", "equipment"),
        [
            (standard("900"), standard(marks=())),
            (thing(marks=()), standard("900")),
            (standard("900"), standard(marks=(Mark(value="PR 465", issuer="calibrationLaboratory"),))),
            (thing(marks=(Mark(value="TR 1", issuer="customer"),)), standard(marks=(Mark(value="PR 465", issuer="owner"),))),
        ],
    )
    def test_what_cannot_be_compared_is_followed_with_a_warning(self, item: Thing, equipment: Thing) -> None:
        """Inventory numbers can agree, but not contradict: each house writes its own."""
        source = cited("S-1", item)
        found = import_last(source, Dcc(equipment=[equipment]))
        assert links(found) == [certificate_of(source)]
        assert len(about(found, Code.LINKED_BY_NUMBER_ONLY)) == 1

    def test_inventory_numbers_that_agree_are_enough(self) -> None:
        """The customer's number in one file is the laboratory's in the other."""
        source = cited("S-1", thing(marks=(Mark(value="PR 465", issuer="customer"),)))
        equipment = standard(marks=(Mark(value="pr 465", issuer="calibrationLaboratory"),))
        assert not about(import_last(source, Dcc(equipment=[equipment])), Code.LINKED_BY_NUMBER_ONLY)

    def test_certificates_of_several_issuers_are_all_followed(self) -> None:
        """`1234` of two laboratories for one serial: both have to hold, and a person should look."""
        one, two = (cited("1234", standard("900"), laboratory=name) for name in ("B", "C"))
        found = import_last(one, two, Dcc(equipment=[standard("900", "1234")]))
        assert sorted(links(found)) == sorted(map(certificate_of, (one, two)))
        assert len(about(found, Code.SEVERAL_ISSUERS)) == 1
        other = cited("1234", standard("901"), laboratory="C")
        assert links(import_last(one, other, Dcc(equipment=[standard("900", "1234")]))) == [certificate_of(one)]

    def test_several_numbers_are_parts_that_all_have_to_be_held(self) -> None:
        """Balance, piston, weights: one certificate does not stand for the others."""
        equipment = standard("149", "-", referral=("M-1", "M-2"))
        waiting = import_last(Dcc(equipment=[equipment]))
        assert len(links(waiting)) == 2
        assert len({item for item, _ in links(waiting)}) == 2
        assert {item["name"] for item in waiting.records["items"]} >= {"Standard (Maker S) [M-1]", "Standard (Maker S) [M-2]"}
        source = cited("M-1", thing("149"))
        found = import_last(source, Dcc(equipment=[equipment]))
        assert certificate_of(source) in links(found)
        assert [row.standing for row in found.cited] == [Standing.HELD, Standing.NOT_HELD]

    def test_a_part_need_not_know_every_mark(self) -> None:
        """Of several certificates each knows its own part."""
        equipment = standard(number="-", referral=("M-1", "M-2"), marks=(Mark(value="149"), Mark(value="277")))
        found = import_last(cited("M-1", thing("149")), Dcc(equipment=[equipment]))
        assert not about(found, Code.IDENTIFICATION_NOT_IN_CITED)

    def test_equipment_without_a_number_is_the_item_it_is(self) -> None:
        """If that item has a certificate, it counts; no other is named."""
        source = cited("S-1", standard("900"))
        equipment = standard("900", referral=None)
        found = import_last(source, Dcc(equipment=[equipment]))
        assert links(found) == [(certificate_of(source)[0], "")]
        assert [row.standing for row in found.cited] == [Standing.UNCITED]

    def test_equipment_without_marks_is_known_by_its_certificate(self) -> None:
        """The same number in the same laboratory is the same thing; without a number each place is its own."""
        nameless = standard(marks=(), manufacturer=None)
        one, two = (links(import_last(Dcc(number=number, equipment=[nameless]))) for number in ("C-1", "C-2"))
        assert one == two
        uncited = Thing(name="Clock", marks=())
        one, two = (links(import_last(Dcc(number=number, equipment=[uncited]))) for number in ("C-1", "C-2"))
        assert one != two

    def test_a_document_that_cites_itself_is_linked_to_itself(self) -> None:
        """The verdict says CYCLE; hiding it would be kinder and wrong."""
        found = import_last(Dcc(items=[standard("900")], equipment=[standard("900", "C-1")]))
        (certificate,) = found.records["certificates"]
        assert links(found) == [(certificate["item"], certificate["id"])]

    def test_digests_are_compared(self) -> None:
        """The file held may be another version than the one that was cited."""
        source = cited("S-1", standard("900"))
        right = read_dcc(source.xml()).sha256
        good = import_last(source, Dcc(equipment=[standard(procedure="SHA256", digest=right)]))
        bad = import_last(source, Dcc(equipment=[standard(procedure="SHA256", digest="0" * 64)]))
        assert not about(good, Code.HASH_DIFFERS)
        assert len(about(bad, Code.HASH_DIFFERS)) == 1
        assert links(good) == links(bad)


class TestArrival:
    def test_a_placeholder_resolves_when_its_certificate_arrives(self) -> None:
        """And the placeholder is gone when nothing uses it any more."""
        catalogue = hold(OWN)
        (waiting,) = catalogue.not_held()
        source = cited("S-1", standard("900", manufacturer="Maker Ltd"))
        found = to_records(read_dcc(source.xml()), catalogue)
        (relinked,) = found.relinked
        assert relinked.document == read_dcc(OWN.xml()).sha256
        assert relinked.certificates == (certificate_of(OWN)[1],)
        assert [(link.item, link.certificate) for link in relinked.links] == [certificate_of(source)]
        assert relinked.released == (waiting.item,)
        assert [row.standing for row in relinked.citations] == [Standing.HELD]
        assert not about(found, Code.SAME_SERIAL)
        catalogue.add(found)
        assert waiting.item not in {item["id"] for item in catalogue.records()["items"]}
        kinds = {item["id"]: item["kind"] for item in catalogue.records()["items"]}
        assert kinds[certificate_of(source)[0]] == "measurement_standard"

    @pytest.mark.parametrize("is_first", [True, False])
    def test_the_certificate_number_beside_an_identifier_counts(self, is_first: bool) -> None:
        """DCC writers give a UUID as unique identifier, and laboratories cite the number that people read."""
        mark = (
            "<dcc:identifications><dcc:identification refType='basic_certificateIdentification'><dcc:issuer>other</dcc:issuer>"
            "<dcc:value>S-1</dcc:value></dcc:identification><dcc:identification><dcc:issuer>other</dcc:issuer><dcc:value>O-1"
            "</dcc:value></dcc:identification></dcc:identifications>"
        )
        source = cited("urn:uuid:7b0d7f0e", standard("900"), core=mark)
        assert read_dcc(source.xml()).numbers == ("urn:uuid:7b0d7f0e", "S-1")
        catalogue = hold(source, OWN) if is_first else hold(OWN, source)
        assert catalogue.not_held() == ()

    def test_a_contradiction_that_arrives_is_said_and_changes_no_link(self) -> None:
        """The row changes its standing, the link stays."""
        catalogue = hold(OWN)
        found = to_records(read_dcc(cited("S-1", standard("901")).xml()), catalogue)
        (relinked,) = found.relinked
        assert [row.standing for row in relinked.citations] == [Standing.CONTRADICTED]
        assert relinked.released == ()
        assert [finding.code for finding in relinked.findings] == [Code.SERIAL_CONTRADICTION]

    def test_certificates_recorded_by_hand_are_found(self) -> None:
        """A store gives the serial of the item as its only mark."""

        class WithOneByHand(MemoryCatalogue):
            def certificates(self, number: str) -> list[HeldCertificate]:
                serials = frozenset({"900"})
                numbers = frozenset({"S-1"})
                by_hand = HeldCertificate(
                    id="hand-1", numbers=numbers, issuer="lab", item="std", serials=serials, marks=serials
                )
                return [by_hand] if number in numbers else []

        catalogue = WithOneByHand()
        catalogue.register(HeldItem(id="std"))
        found = to_records(read_dcc(OWN.xml()), catalogue)
        assert links(found) == [("std", "hand-1")]
        assert "std" not in {item["id"] for item in found.records["items"]}

    def test_every_order_of_a_chain_with_traps_ends_the_same(self) -> None:
        """Four documents, 24 orders, one set of records."""
        documents = [
            Dcc(number="C-1", equipment=[standard("601404", "-", referral=("C-2",)), standard("21091", "C-2", model="IN")]),
            Dcc(
                number="C-2",
                items=[thing("601404", manufacturer="Maker Oy")],
                equipment=[standard("65095", "C-3"), standard("51", "T-1")],
                results=result(quantity(real("1", r"\volt", "0.1")), name="S/N: 21091"),
            ),
            Dcc(
                number="C-3",
                items=[standard("65095", name="Controller")],
                equipment=[
                    standard(number="C-4", marks=(Mark(value="21035"), Mark(value="V-431"))),
                    standard(number="C-4", marks=(Mark(value="21305"), Mark(value="TL-1006"))),
                ],
            ),
            Dcc(
                number="C-4",
                laboratory="National laboratory",
                items=[thing("21035"), thing("V-431"), thing("TL-1006")],
                equipment=[standard("149", "-", referral=("M-1", "M-2"))],
            ),
        ]
        ends = {dump(hold(*order).records()) for order in permutations(documents)}
        assert len(ends) == 1
        records_from(hold(*documents).records())


NUMBERS, SERIALS = ["N1", "N2", "N3"], ["1", "2", "3"]
MAKERS = ["Maker", "Maker Ltd", None]


@st.composite
def documents(draw: st.DrawFn) -> Dcc:
    """One document of a small world in which numbers and serials meet by chance."""

    def a_thing(**changes: Any) -> Thing:
        serials = draw(st.lists(st.sampled_from(SERIALS), max_size=2, unique=True))
        issuer = draw(st.sampled_from(["manufacturer", "manufacturer", "customer"]))
        marks = tuple(Mark(value=serial, issuer=issuer) for serial in serials)
        maker, name = draw(st.sampled_from(MAKERS)), draw(st.sampled_from(["X", "Y"]))
        return thing(marks=marks, manufacturer=maker, name=name, **changes)

    def a_citation() -> Thing:
        numbers = draw(st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True))
        return a_thing(referral=tuple(numbers), referral_id="-")

    return Dcc(
        number=draw(st.sampled_from(NUMBERS)),
        laboratory=draw(st.sampled_from(["A", "B"])),
        items=[a_thing() for _ in range(draw(st.integers(1, 2)))],
        equipment=[a_citation() for _ in range(draw(st.integers(0, 2)))],
    )


def worlds() -> st.SearchStrategy[list[Dcc]]:
    """A few documents; one laboratory issues each number once."""
    return st.lists(documents(), min_size=2, max_size=4, unique_by=lambda each: (each.number, each.laboratory))


@settings(max_examples=40, deadline=None)
@given(
    world=st.lists(documents(), min_size=2, max_size=4, unique_by=lambda each: (each.number, each.laboratory)), data=st.data()
)
def test_no_order_of_arrival_matters(world: list[Dcc], data: st.DataObject) -> None:
    """Whatever is cited, contradicted or ambiguous: the records at the end are those of the set, not of the sequence."""
    shuffled = data.draw(st.permutations(world))
    one, other = hold(*world), hold(*shuffled)
    assert dump(one.records()) == dump(other.records())
    assert one.not_held() == other.not_held()
    records_from(one.records())
    again = hold(*world, *shuffled)
    assert dump(again.records()) == dump(one.records())
