"""Digital Calibration Certificates into the store: kept as they came, linked in whatever order they come, never edited."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from registry import schema
from registry.access import Party
from registry.errors import ConflictError
from registry.exchange.dcc import DocumentRefused, MemoryCatalogue, Standing, read_dcc, to_records
from registry.exchange.dcc.export import Rendered, write_dcc
from registry.repositories.chains import load_items
from registry.repositories.readings import cited_not_held, document_of
from registry.unit_of_work import Store
from registry.usecases.assess_item import assess_item
from registry.usecases.import_dcc import DccReport, import_dcc
from tests.registry.exchange.dcc.builder import Dcc, standard, thing
from tests.registry.worlds import certificate, exported, fingerprint, only, recorded
from traceability.interchange import parse_records, records_from
from traceability.policy import POLICIES
from traceability.records import Records, Withdrawal

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
OWN = Dcc(number="C-1")
SOURCE = Dcc(
    number="S-1",
    laboratory="Laboratory B",
    items=[standard("900", name="Other", model="S/9", manufacturer="Maker Ltd")],
    equipment=[],
    ended_on="2024-01-05",
)
FILES = Path(__file__).parents[3] / "shared" / "dcc" / "files"
CHAIN = ("DCC_BX-10504-CAL.xml", "DCC_K026-17P5172.xml", "DCC_K026-17P4654.xml", "DCC_M-16P013.xml")


def hold(store: Store, document: Dcc | bytes, at: datetime = AT) -> DccReport:
    content = document if isinstance(document, bytes) else document.xml()
    with store.writing() as work:
        return import_dcc(work, content, party=Party(name="tester"), at=at, source="file.xml")


def in_memory(*contents: bytes) -> Records:
    """What the same imports come to without a store."""
    catalogue = MemoryCatalogue()
    for content in contents:
        catalogue.add(to_records(read_dcc(content), catalogue))
    return records_from(catalogue.records())


def current(store: Store) -> dict[str, tuple[Any, ...]]:
    """The certificates in force by their first id: what the last correction left of each."""
    certificates = parse_records(exported(store)).certificates
    replaced = {certificate.replaces for certificate in certificates}
    return {
        re.sub(r"-r\d+$", "", each.id): (each.number, each.item, each.references, each.results)
        for each in certificates
        if each.id not in replaced
    }


def test_a_certificate_comes_with_its_bytes(store: Store) -> None:
    """The record is a reading; the file is the evidence."""
    report = hold(store, OWN)
    assert report.is_new
    assert report.counts["certificates"].new == 1
    with store.reading() as work:
        assert document_of(work, report.sha256) == OWN.xml()
        assert document_of(work, "0" * 64) is None
    (certificate,) = parse_records(exported(store)).certificates
    assert certificate.recorded_at == AT
    assert report.certificates == (certificate.id,)


def test_the_same_bytes_again_change_nothing(store: Store) -> None:
    """Mail arrives twice."""
    first = hold(store, OWN)
    before = fingerprint(store)
    again = hold(store, OWN, AT + timedelta(days=1))
    assert not again.is_new
    assert again.certificates == first.certificates
    assert fingerprint(store) == before


def test_what_is_cited_and_not_held_is_a_visible_gap(store: Store) -> None:
    """A chain that ends in a file nobody has must not look complete."""
    report = hold(store, OWN)
    (row,) = report.not_held
    with store.reading() as work:
        (shown,) = cited_not_held(work, 10)
    assert (shown.number, shown.item, shown.standing, shown.document) == (
        row.number,
        row.item,
        Standing.NOT_HELD,
        report.sha256,
    )
    item = parse_records(exported(store)).certificates[0].item
    with store.reading() as work:
        verdict = assess_item(work, item, date(2024, 6, 1), AT, POLICIES["structure/1"]).verdict
    assert f"NO_CERTIFICATE@{row.item}" in verdict.keys


def test_the_gap_closes_when_the_file_arrives_and_the_past_stays(store: Store) -> None:
    """The correction is a later fact: what was known before can still be asked."""
    first = hold(store, OWN)
    later = AT + timedelta(days=1)
    second = hold(store, SOURCE, later)
    assert second.relinked == first.certificates
    with store.reading() as work:
        assert cited_not_held(work, 10) == []
    records = parse_records(exported(store))
    corrected = next(each for each in records.certificates if each.replaces is not None)
    assert corrected.replaces == first.certificates[0]
    assert corrected.recorded_at == later
    assert [reference.certificate for reference in corrected.references] == list(second.certificates)
    then = parse_records(exported(store, known_at=AT))
    assert [each.id for each in then.certificates] == list(first.certificates)


@pytest.mark.parametrize("documents", list(permutations([OWN, SOURCE])), ids=["citing first", "cited first"])
def test_the_order_of_arrival_does_not_matter(store: Store, documents: tuple[Dcc, ...]) -> None:
    """The catalogue over tables and the one in memory must see the same."""
    for number, document in enumerate(documents):
        hold(store, document, AT + timedelta(minutes=number))
    expected = in_memory(*(document.xml() for document in documents))
    assert {id_: facts[2] for id_, facts in current(store).items()} == {
        each.id: each.references for each in expected.certificates
    }


def test_every_file_that_arrives_is_a_correction_of_its_own(store: Store) -> None:
    """Two gaps close on two days; in between one of them was open."""
    citing = Dcc(number="C-1", equipment=[standard("900"), standard("901", "S-2", name="Second")])
    other = replace(SOURCE, number="S-2", items=[standard("901", name="Other", model="T")])
    (id_,) = hold(store, citing).certificates
    hold(store, SOURCE, AT + timedelta(days=1))
    hold(store, other, AT + timedelta(days=2))
    states = {each.id: each for each in parse_records(exported(store)).certificates if each.id.startswith(id_)}
    assert list(states) == [id_, f"{id_}-r2", f"{id_}-r3"]
    assert [each.replaces for each in states.values()] == [None, id_, f"{id_}-r2"]
    with store.reading() as work:
        assert cited_not_held(work, 10) == []


def test_what_a_person_corrected_stays_as_it_is(store: Store) -> None:
    """A file that arrives must not bring back what somebody replaced."""
    (id_,) = hold(store, OWN).certificates
    (mine,) = parse_records(exported(store)).certificates
    corrected = msgspec.structs.replace(mine, id="BY-HAND", replaces=id_, references=(), recorded_at=AT + timedelta(hours=1))
    recorded(store, Records(certificates=(corrected,)))
    hold(store, SOURCE, AT + timedelta(days=1))
    found = {each.id: each.replaces for each in parse_records(exported(store)).certificates}
    assert found["BY-HAND"] == id_
    assert sum(replaced == id_ for replaced in found.values()) == 1


def test_two_files_of_one_moment_may_speak_of_one_item(store: Store) -> None:
    """A command that imports a folder has one clock reading for all."""
    known_better = replace(SOURCE, items=[thing("900", name="Known better by its own laboratory", model="S")])
    hold(store, OWN)
    (cited,) = [item.id for item in parse_records(exported(store)).items if item.kind == "measurement_standard"]
    hold(store, known_better)
    names = [(item.recorded_at, item.name) for item in parse_records(exported(store)).items if item.id == cited]
    assert [instant for instant, _ in names] == [AT, AT + timedelta(microseconds=1)]
    assert "Known better" in str(names[1][1])
    expected = in_memory(OWN.xml(), known_better.xml())
    assert names[1][1] in {item.name for item in expected.items}


def test_the_same_number_with_other_content_is_a_conflict(store: Store) -> None:
    """A certificate that changed after it was issued is a matter for people."""
    hold(store, OWN)
    before = fingerprint(store)
    with pytest.raises(ConflictError):
        hold(store, Dcc(number="C-1", ended_on="2024-02-02"))
    assert fingerprint(store) == before


def test_a_file_may_follow_its_records(store: Store) -> None:
    """A store that was filled from another one's export may get the originals later."""
    hold(store, OWN)
    document = exported(store)
    _emptied(store)
    recorded(store, document)
    report = hold(store, OWN, AT + timedelta(days=1))
    assert report.is_new
    assert "certificates" not in report.counts
    with pytest.raises(ConflictError):
        _emptied(store)
        recorded(store, document.replace(b'"number":"C-1"', b'"number":"C\xe2\x80\x911"').replace(b"2024-", b"2023-"))
        hold(store, OWN)


def test_a_certificate_recorded_by_hand_is_found_by_its_number(store: Store) -> None:
    """Most laboratories above still send paper."""
    by_hand = {
        "id": "PAPER",
        "number": "s \u20111".replace(" ", ""),
        "kind": "calibration",
        "issuer": "LAB",
        "item": "STD",
        "calibrated_on": "2023-01-01",
        "issued_on": "2023-01-02",
    }
    item = {"id": "STD", "kind": "measurement_standard", "serial": "900"}
    recorded(store, {**only("items", item), "certificates": [by_hand]})
    report = hold(store, OWN)
    assert report.not_held == ()
    with store.reading() as work:
        (certificate,) = [each for each in load_items(work, _items(store)).certificates if each.id in report.certificates]
    assert [(each.item, each.certificate) for each in certificate.references] == [("STD", "PAPER")]
    assert [item.id for item in parse_records(exported(store)).items if item.id == "STD"] == ["STD"]


def test_what_is_no_certificate_is_refused_and_leaves_nothing(store: Store) -> None:
    """Refused by name of what it is."""
    before = fingerprint(store)
    with pytest.raises(DocumentRefused):
        hold(store, b"%PDF-1.7 ...")
    assert fingerprint(store) == before


@pytest.mark.skipif(not FILES.is_dir(), reason=f"the real certificates are not at {FILES}")
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_real_chain_comes_out_the_same_in_every_order(store: Store, order: tuple[int, ...]) -> None:
    """Four certificates of two laboratories become one chain."""
    contents = [(FILES / CHAIN[number]).read_bytes() for number in order]
    for content in contents:
        hold(store, content)
    expected = in_memory(*contents)
    assert {id_: facts[2] for id_, facts in current(store).items()} == {
        each.id: each.references for each in expected.certificates
    }
    target = next(each.item for each in expected.certificates if each.number == "BX-10504-CAL")
    with store.reading() as work:
        found = assess_item(work, target, date(2019, 9, 1), AT + timedelta(days=1), POLICIES["structure/1"]).verdict
    assert {finding.code for finding in found.findings} >= {"NO_CERTIFICATE"}
    assert found.depth == 4


def _items(store: Store) -> list[str]:
    return [item.id for item in parse_records(exported(store)).items]


def _emptied(store: Store) -> None:
    schema.downgrade(store, "base")
    schema.upgrade(store)


def test_a_rendering_of_what_is_on_record_here_is_not_recorded_anew(store: Store) -> None:
    """The event would stand twice, under two ids; a rendering of another registry's record comes in, withdrawn as it was."""
    held = certificate("K", results=[{"quantity": "q", "unit": "kW*h", "low": 1}], withdrawal=_WITHDRAWN)
    recorded(store, only("certificates", held, certificate("L", number="K", item="M2")))
    rendered = write_dcc(Rendered(certificate=parse_records(exported(store)).certificates[0]))
    before = fingerprint(store)
    report = hold(store, rendered)
    assert (report.is_new, report.certificates, [each.code for each in report.findings]) == (False, ("K",), ["RENDERED_HERE"])
    assert fingerprint(store) == before
    report = hold(store, rendered.replace(b">K<", b">N<"))
    assert report.is_new
    (back,) = (each for each in parse_records(exported(store)).certificates if each.id in report.certificates)
    assert back.withdrawal == Withdrawal(on=date(2026, 6, 1), void_from=date(2026, 5, 1), recorded_at=AT)
    assert [(each.low, each.high) for each in back.results] == [(Decimal(1), None)]


_WITHDRAWN = {"on": "2026-06-01", "void_from": "2026-05-01", "recorded_at": "2026-06-01T00:00:00Z"}
