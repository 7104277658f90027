"""Recording one thing at a time over HTTP, and the review queue."""

from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from api import examples
from registry.access import OPERATOR, Role
from registry.organization_settings import OrganizationSettings
from registry.unit_of_work import Store
from registry.usecases.organization_settings import change_settings
from tests.api.conftest import client_of
from tests.api.parties import FOREIGN, OWN, Acting, Parties, claim
from tests.api.worlds import NOW
from tests.registry.worlds import fingerprint

JSON = {"content-type": "application/json"}
METER = {"id": "M-1", "kind": "meter", "serial": "1"}
CERTIFICATE = {
    "id": "c-1",
    "number": "N-1",
    "kind": "calibration",
    "issuer": OWN,
    "item": "M-1",
    "serial": "2",
    "calibrated_on": "2026-03-02",
    "issued_on": "2026-03-04",
    "references": [{"item": "NOWHERE"}],
}


class Service:
    """Requests of one acting party; of the operator when there is none."""

    def __init__(self, client: TestClient, acting: Acting | None = None) -> None:
        self.client, self.headers = client, dict(acting.headers) if acting else {}

    def post(self, path: str, body: Any, method: str = "POST", **headers: str) -> Any:
        sent = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.client.request(method, f"/api/v1{path}", content=sent, headers={**JSON, **self.headers, **_names(headers)})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers={**self.headers, **_names(headers)})


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def operator(recording: TestClient) -> Service:
    return Service(recording)


@pytest.fixture
def parties(store: Store) -> Parties:
    return claim(store)


@pytest.fixture
def laboratory(parties: Parties, store: Store) -> Service:
    return Service(client_of(store), parties.own[Role.LABORATORY])


@pytest.fixture
def foreign(parties: Parties, store: Store) -> Service:
    return Service(client_of(store), parties.foreign[Role.LABORATORY])


def test_the_documented_examples_run(operator: Service) -> None:
    """Examples that were never run are wrong; these are what the documentation shows, in their order."""
    steps = (
        ("/organizations", examples.SENT_ORGANIZATION),
        ("/competences", examples.SENT_COMPETENCE),
        ("/national-standards", examples.NATIONAL_STANDARD),
        ("/items", examples.METER),
        ("/certificates", examples.SENT_CERTIFICATE),
        ("/items", {**examples.METER, "id": "EM-1025"}),
        ("/events", examples.SENT_EVENT),
        ("/metering-points", examples.SENT_METERING_POINT),
        ("/metering-points/gate-1/installations", examples.INSTALLATION),
        ("/certificates/c-1/replacement", examples.REPLACEMENT),
        ("/certificates/c-1/withdrawal", examples.WITHDRAWAL),
        ("/items/EM-1024/shares", examples.SHARE),
    )
    answers = {}
    for path, body in steps:
        answer = operator.post(path, body)
        assert answer.status_code == 201, (path, answer.text)
        answers[path] = answer.json()
    assert answers["/certificates"] == examples.RECORDED
    assert answers["/items/EM-1024/shares"].keys() == examples.SHARED.keys()
    assert operator.post("/submissions/1/approval", examples.APPROVAL).status_code == 404
    assert operator.post("/submissions/1/rejection", examples.REJECTION).status_code == 404


def test_recording_is_answered_with_verdict_and_contradictions_in_both_languages(operator: Service, store: Store) -> None:
    """The technician must learn at once what an auditor would find later; trying it must not record."""
    operator.post("/items", METER)
    before = fingerprint(store)
    dry = operator.post("/certificates?dry_run=true", CERTIFICATE)
    assert (dry.status_code, dry.json()["standing"]) == (200, "dry_run")
    assert fingerprint(store) == before
    for language, word in (("zh", "不一致"), ("en", "differs")):
        body = operator.post("/certificates?dry_run=true", CERTIFICATE, accept_language=language).json()
        (serial,) = [each for each in body["contradictions"] if each["code"] == "ID_MISMATCH"]
        assert (serial["path"], serial["is_grave"]) == ("$.serial", True)
        assert word in serial["sentence"]
    answer = operator.post("/certificates", CERTIFICATE)
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/v1/certificates/c-1")
    assert answer.json()["verdicts"][0]["status"] == "not_traceable"
    assert operator.post("/certificates", CERTIFICATE).json()["standing"] == "same"
    assert operator.post("/certificates", {**CERTIFICATE, "number": "N-2"}).status_code == 409


def test_what_an_organization_refuses_is_a_problem_with_every_field(laboratory: Service, store: Store) -> None:
    """A refusal that names one defect at a time costs a round for each."""
    with store.writing() as work:
        change_settings(work, OWN, OrganizationSettings(contradictions="refuse"), version=None, party=OPERATOR, at=NOW)
    laboratory.post("/items", METER)
    answer = laboratory.post("/certificates", CERTIFICATE, accept_language="en")
    assert (answer.status_code, answer.json()["type"]) == (422, "/docs#contradicted")
    told = {(each["code"], each["path"]) for each in answer.json()["errors"]}
    assert {("ID_MISMATCH", "$.serial"), ("NO_COMPETENCE", "$.issuer"), ("REFERENCE_UNKNOWN", "$.references[0]")} <= told


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/certificates", {**CERTIFICATE, "calibrated_on": "2026-02-30"}, "$.calibrated_on"),
        ("/certificates", {**CERTIFICATE, "results": [{"quantity": "q", "unit": "furlong per cow"}]}, "$.results[0]"),
        ("/certificates", {**CERTIFICATE, "item": "M-404"}, "$.item"),
        ("/certificates", b"[]", "$"),
        ("/certificates/c-9/replacement", {"certificate": {**CERTIFICATE, "kind": "x"}, "reason": "r"}, "$.certificate.kind"),
        ("/certificates/c-9/withdrawal", {"withdrawal": {"on": "2026-01-01"}, "reason": "r"}, "$.withdrawal.void_from"),
        ("/certificates/c-9/withdrawal", {"withdrawal": {"on": "2026-01-01", "void_from": "2026-01-01"}}, "$.reason"),
        ("/items", {"id": "M-2", "kind": "meter", "colour": "red"}, "$.colour"),
        ("/items/M-9/shares", {"organization": ""}, "$.organization"),
    ],
)
def test_a_wrong_field_is_named(laboratory: Service, path: str, body: Any, field: str) -> None:
    """Otherwise an HTTP client would have to guess."""
    answer = laboratory.post(path, body)
    assert answer.status_code == 422, answer.text
    assert [each["path"].removesuffix(".unit") for each in answer.json()["errors"]] == [field]


def test_another_organizations_records_are_as_if_they_were_not(laboratory: Service, foreign: Service, store: Store) -> None:
    """Otherwise ids could be tried until something of a competitor is found, or changed."""
    laboratory.post("/items", METER)
    assert laboratory.post("/certificates", CERTIFICATE).status_code == 201
    before = fingerprint(store)
    gone = {"withdrawal": {"on": "2026-05-01", "void_from": "2026-05-01"}, "reason": "r"}
    correction = {"certificate": {**CERTIFICATE, "id": "c-2"}, "reason": "r"}
    attempts: list[tuple[str, str, Any]] = [
        ("/certificates/{}/withdrawal", "c-1", gone),
        ("/certificates/{}/replacement", "c-1", correction),
        ("/items/{}/shares", "M-1", {"organization": FOREIGN}),
        ("/metering-points/{}/installations", "M-1", {"name": "m", "item": "M-1", "from": "2026-01-01"}),
    ]
    for path, id_, body in attempts:
        met, unmet = (foreign.post(path.format(each), body) for each in (id_, "NEVER"))
        assert (met.status_code, met.text.replace(id_, "NEVER")) == (404, unmet.text), path
    change = foreign.post("/items/M-1", METER, "PUT", if_match="*")
    assert change.status_code == 404
    assert foreign.post("/items", METER).status_code == 409
    assert fingerprint(store) == before


def test_a_key_makes_a_request_be_done_once(laboratory: Service, store: Store) -> None:
    """A lost answer must not make two certificates, nor one key stand for two requests."""
    first = laboratory.post("/items", METER, idempotency_key="k-1")
    before = fingerprint(store)
    again = laboratory.post("/items", METER, idempotency_key="k-1")
    assert (again.status_code, again.text, again.headers["etag"]) == (201, first.text, first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    other = laboratory.post("/items", {**METER, "id": "M-2"}, idempotency_key="k-1")
    assert (other.status_code, other.json()["errors"][0]["path"]) == (422, "Idempotency-Key")
    assert fingerprint(store) == before
    shared = [laboratory.post("/items/M-1/shares", {"organization": FOREIGN}, idempotency_key="k-2") for _ in range(2)]
    assert [each.json()["new"] for each in shared] == [1, 1]


def test_a_change_names_the_version_that_was_seen(operator: Service) -> None:
    """Otherwise the second of two people undoes what the first one changed."""
    tag = operator.post("/items", METER).headers["etag"]
    changed = {**METER, "name": "关口表"}
    assert operator.post("/items/M-1", changed, "PUT").status_code == 428
    assert operator.post("/items/M-1", changed, "PUT", if_match='"other"').status_code == 412
    assert operator.post("/items/M-1", changed, "PUT", if_match=f"W/{tag}").status_code == 412
    seen = operator.get("/items/M-1").headers["etag"]
    done = operator.post("/items/M-1", changed, "PUT", if_match=f'"x", {seen}')
    assert (done.status_code, done.headers["etag"] != tag) == (200, True)
    assert operator.post("/items/M-1", METER, "PUT", if_match=tag).status_code == 412
    assert operator.post("/items/M-2", {**changed, "id": "M-2"}, "PUT", if_match="*").status_code == 404
    assert operator.post("/items/M-1", {**changed, "id": "M-2"}, "PUT", if_match="*").json()["errors"][0]["path"] == "$.id"
    for path, body in (("/organizations", examples.SENT_ORGANIZATION), ("/competences", examples.SENT_COMPETENCE)):
        tag = operator.post(path, body).headers["etag"]
        more = {**body, "name": "x"} if path == "/organizations" else {**body, "valid_until": "2029-12-31"}
        assert operator.post(f"{path}/{body['id']}", more, "PUT", if_match=tag).status_code == 200


def test_a_submission_waits_for_a_second_person(laboratory: Service, parties: Parties, store: Store) -> None:
    """Where an organization wants four eyes, nothing that one person or machine sent may count."""
    with store.writing() as work:
        change_settings(work, OWN, OrganizationSettings(four_eyes=True), version=None, party=OPERATOR, at=NOW)
    laboratory.post("/items", METER)
    waits = laboratory.post("/certificates", CERTIFICATE)
    assert (waits.status_code, waits.json()["standing"], waits.json()["submission"]) == (202, "waiting", 1)
    document = {"format": "traceability-records/1", "certificates": [{**CERTIFICATE, "id": "c-2", "number": "2"}]}
    assert laboratory.post("/records", document).status_code == 202
    (listed, _) = laboratory.get("/submissions").json()["submissions"]
    assert listed == laboratory.get("/submissions/1").json()
    assert listed["records"]["certificates"][0]["id"] == "c-1"
    assert "ID_MISMATCH" in {each["code"] for each in listed["contradictions"]}
    assert laboratory.get("/submissions?limit=1").json()["next"] == 1
    assert laboratory.post("/submissions/1/approval", {}).status_code == 403
    person = parties.own[Role.LABORATORY].session_headers
    client = laboratory.client
    approval = f"/api/v1/submissions/{1}/approval"
    assert client.post(f"{approval}?dry_run=true", json={}, headers=person).status_code == 200
    done = client.post(approval, json={}, headers=person)
    assert (done.status_code, done.json()["ids"]) == (201, {"certificates": ["c-1"]})
    assert client.post(approval, json={}, headers=person).status_code == 409
    rejection = "/api/v1/submissions/2/rejection"
    assert client.post(f"{rejection}?dry_run=true", json={"reason": "r"}, headers=person).json()["decision"] is None
    rejected = client.post(rejection, json={"reason": "编号不符"}, headers=person)
    assert (rejected.status_code, rejected.json()["decision"]["reason"]) == (201, "编号不符")
    assert laboratory.get("/submissions").json()["submissions"] == []


def test_a_document_of_an_organization_is_judged_as_a_whole(laboratory: Service, foreign: Service, store: Store) -> None:
    """A laboratory that sends ten records must not have five of them, nor another's."""
    document = {"format": "traceability-records/1", "items": [METER], "certificates": [CERTIFICATE]}
    dry = laboratory.post("/records?dry_run=true", document)
    assert (dry.status_code, dry.json()["new"], dry.json()["recording"]) == (200, 2, None)
    done = laboratory.post("/records", document)
    assert (done.status_code, done.json()["new"]) == (201, 2)
    paths = {each["path"] for each in done.json()["contradictions"]}
    assert "$.certificates[0].serial" in paths
    assert [each["target"] for each in done.json()["verdicts"]] == ["M-1"]
    before = fingerprint(store)
    assert foreign.post("/records", document).status_code == 409
    extra = {**document, "competences": [examples.SENT_COMPETENCE]}
    assert laboratory.post("/records", extra).status_code == 403
    correction = {**CERTIFICATE, "id": "c-2", "number": "2", "replaces": "c-1"}
    unsaid = laboratory.post("/records", {**document, "certificates": [correction]})
    assert (unsaid.status_code, unsaid.json()["errors"][0]["path"]) == (422, "reason")
    assert fingerprint(store) == before
    assert laboratory.post("/records?reason=typo", {**document, "certificates": [correction]}).status_code == 201


def test_a_dry_run_and_a_key_hold_for_the_operators_documents(operator: Service, store: Store) -> None:
    """Otherwise a large import could not be tried, or would run twice after a lost answer."""
    before = fingerprint(store)
    dry = operator.post("/records?dry_run=true", examples.RECORDS)
    assert (dry.status_code, dry.json()["new"]) == (200, 5)
    assert fingerprint(store) == before
    first, again = (operator.post("/records", examples.RECORDS, idempotency_key="k") for _ in range(2))
    assert (first.json()["new"], again.text) == (5, first.text)


def test_regulators_record_what_trust_hangs_on(parties: Parties, store: Store) -> None:
    """A laboratory must not say of itself that it is competent; a regulator must be able to."""
    client = client_of(store)
    regulator = Service(client, parties.own[Role.REGULATOR])
    tag = regulator.post("/national-standards", examples.NATIONAL_STANDARD).headers["etag"]
    retired = {**examples.NATIONAL_STANDARD, "retired_on": "2026-06-01"}
    assert regulator.post("/national-standards/NS-1", retired, "PUT", if_match=tag).status_code == 200
    assert regulator.post("/competences", examples.SENT_COMPETENCE).status_code == 201
    assert regulator.post("/certificates", CERTIFICATE).status_code == 403
    assert regulator.post("/national-standards", METER).status_code == 403
    administrator = Service(client, parties.administrator)
    assert administrator.post("/organizations", examples.SENT_ORGANIZATION).status_code == 201
    assert administrator.post("/competences", examples.SENT_COMPETENCE).status_code == 403
