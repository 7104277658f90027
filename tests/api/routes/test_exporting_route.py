"""Taking records along over HTTP, and bringing them again: every form, what one sees and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.access import Role
from registry.exchange.documents import read_document
from registry.exchange.folders import read_folder
from registry.exchange.forms import KINDS, RecordForm
from registry.exchange.text import decoded_chunks
from registry.unit_of_work import Store
from tests.api.conftest import client_of, work
from tests.api.laboratories import METER, ledger, open_laboratory
from tests.api.parties import OWN, Parties
from traceability.interchange import collect
from traceability.records import Records

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
FORMS = list(RecordForm)
MEDIA = {form: kind.media_type for form, kind in KINDS.items()}


@pytest.fixture
def parties(store: Store) -> Parties:
    return open_laboratory(store)


@pytest.fixture
def service(store: Store, parties: Parties) -> Iterator[TestClient]:
    """The service as the laboratory's machine asks it, with three meters in it."""
    made = client_of(store)
    made.headers.update(parties.own[Role.LABORATORY].headers)
    assert made.post("/api/v1/records", json=ledger()).status_code == 201
    yield made
    made.app.state.context.jobs().queue.close()  # type: ignore[attr-defined]


def read(content: bytes, form: RecordForm, folder: Path) -> Records:
    """The records of a file, as the command reads it."""
    if form not in {RecordForm.CSV, RecordForm.PARQUET}:
        return collect(read_document(decoded_chunks([content])))
    (folder / "tables.zip").write_bytes(content)
    return collect(read_folder(folder / "tables.zip"))


def ids(records: Records) -> set[str]:
    sections = (records.organizations, records.competences, records.items, records.certificates, records.events)
    return {each.id for section in sections for each in section}


def test_every_form_of_everything_holds_the_same_and_comes_in_again(service: TestClient, tmp_path: Path) -> None:
    """Who takes their records along in one form must not get less than in another, nor a file that no page takes back."""
    found = set()
    for form in FORMS:
        answer = service.get("/api/v1/records", params={"format": form})
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA[form]), answer.text
        found.add(read(answer.content, form, tmp_path))
        name = f"records.{KINDS[form].suffix}"
        assert name in answer.headers["content-disposition"]
        params = {"dry_run": "true", "name": name}
        sent = service.post("/api/v1/imports", params=params, content=answer.content, headers={"content-type": MEDIA[form]})
        assert sent.status_code == 202, sent.text
        work(service)
        told = service.get(sent.json()["links"]["self"]).json()
        counts = told["counts"]
        assert (counts["new"], counts["bad"], counts["changed"], told["can_confirm"]) == (0, 0, 0, True), told
        assert counts["same"] == len(ids(next(iter(found)))), told
    (records,) = found
    assert {METER, "M-3", "STD-GOOD", OWN} <= ids(records)


def test_a_target_and_a_certificate_bring_what_belongs_to_them(service: TestClient, tmp_path: Path) -> None:
    """The file of one item is no dump of the registry, and one of a certificate says whose it is."""
    of_item = read(service.get("/api/v1/items/STD-GOOD/records?format=csv").content, RecordForm.CSV, tmp_path)
    (certificate,) = of_item.certificates
    assert [each.id for each in of_item.items] == ["STD-GOOD"]
    path = f"/api/v1/certificates/{certificate.id}/records?format=jsonld"
    assert read(service.get(path).content, RecordForm.JSONLD, tmp_path) == of_item
    assert [each.id for each in of_item.organizations] == []  # The institute is another one's record.


def test_others_get_nothing_of_it(service: TestClient, parties: Parties, tmp_path: Path) -> None:
    """A form that forgot to ask who sees a record would hand over the registry."""
    service.headers.update(parties.foreign[Role.LABORATORY].headers)
    for form in FORMS:
        assert not ids(read(service.get("/api/v1/records", params={"format": form}).content, form, tmp_path)) & {METER, OWN}
    assert service.get("/api/v1/items/STD-GOOD/records?format=json").status_code == 404


@pytest.mark.parametrize(("form", "suffix"), [("jsonld", "jsonld"), ("parquet", "parquet.zip"), ("tables", "csv.zip")])
def test_a_list_comes_in_the_forms_that_hold_records_whole(service: TestClient, form: str, suffix: str, tmp_path: Path) -> None:
    """As its filters let it through."""
    answer = service.get("/api/v1/items", params={"format": form, "kind": "meter"})
    assert f'"items.{suffix}"' in answer.headers["content-disposition"]
    kind = {"jsonld": RecordForm.JSONLD, "parquet": RecordForm.PARQUET, "tables": RecordForm.CSV}[form]
    assert ids(read(answer.content, kind, tmp_path)) == {"M-1", "M-2", "M-3"}
    assert service.get("/api/v1/readings", params={"format": form}).status_code == 422


def test_pages_offer_what_there_is(service: TestClient, parties: Parties) -> None:
    """A form that only programs know of helps nobody who looks for it."""
    headers = parties.own[Role.LABORATORY].session_headers
    imports, items = service.get("/imports", headers=headers).text, service.get("/items", headers=headers).text
    assert all(f"/api/v1/records?format={form}" in imports for form in FORMS)
    assert "format=parquet" in items
    assert "format=jsonld" in items
    assert "/api/v1/items/STD-GOOD/records?format=parquet" in service.get("/items/STD-GOOD", headers=headers).text
