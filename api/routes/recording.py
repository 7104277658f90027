"""Recording one thing at a time: organizations, competences, items, certificates, events, metering points."""

from typing import Any

from fastapi import APIRouter, Response

from api import failures, links
from api.context import RecordId
from api.openapi import answers, json_body, refusals
from api.routes.telling import Recording, Seen, Telling, Told
from api.schemas.recording import RecordingAnswer, ReplacementBody, ShareAnswer, ShareBody, WithdrawalBody, share_answer
from api.security import Administering, RecordingCertificates, RecordingCompetences, RecordingItems, Sharing
from registry.access import Party
from registry.usecases.recording import Order
from registry.usecases.replacing import replacement
from registry.usecases.sharing import Share, share_item_once
from registry.usecases.versions import check_current, current_metering_point, installed
from registry.usecases.withdrawing import withdrawn
from registry.version_tags import version_tag
from traceability.interchange import Entry, parse_object, record_from
from traceability.problems import InputError
from traceability.records import SECTIONS, Branch, Certificate, Competence, Event, Item, MeteringPoint, Organization

router = APIRouter(prefix=links.API)

_DRY = answers(RecordingAnswer, "A dry run: nothing was written", "RECORDED")
_WAITS = answers(RecordingAnswer, "Waits for a second person", "RECORDED", 202)
_DONE = {**answers(RecordingAnswer, "Recorded, or on record already", "RECORDED", 201), **_DRY}
_REFUSED = refusals(
    failures.INPUT,
    failures.CONTRADICTED,
    failures.USAGE,
    failures.BUDGET,
    failures.CONFLICT,
    failures.TOO_LARGE,
    failures.MEDIA_TYPE,
    failures.CROSS_SITE,
    failures.STORE,
)
_OF_ONE = {**_REFUSED, **refusals(failures.NOT_FOUND)}
_CHANGE = {
    **answers(RecordingAnswer, "Changed, or on record already; or a dry run", "RECORDED"),
    **_OF_ONE,
    **refusals(failures.STALE, failures.PRECONDITION),
}


@router.post(
    "/organizations",
    operation_id="recordOrganization",
    summary="Record an organization",
    tags=["records"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_REFUSED},
    openapi_extra=json_body(Organization, "SENT_ORGANIZATION"),
)
def record_organization(party: Administering, telling: Recording) -> Response:
    """Organizations are recorded by administrators. One that is on record with other content is changed with PUT."""
    return _record(telling, party, "organizations", "organizations")


@router.put(
    "/organizations/{organization_id}",
    operation_id="changeOrganization",
    summary="Change an organization",
    tags=["records"],
    response_class=Response,
    responses=_CHANGE,
    openapi_extra=json_body(Organization, "SENT_ORGANIZATION"),
)
def change_organization(party: Administering, telling: Recording, organization_id: RecordId, seen: Seen) -> Response:
    """What was recorded before stays on record."""
    return _change(telling, party, "organizations", organization_id, seen)


@router.post(
    "/competences",
    operation_id="recordCompetence",
    summary="Record a competence with its scope",
    tags=["records"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_REFUSED},
    openapi_extra=json_body(Competence, "SENT_COMPETENCE"),
)
def record_competence(party: RecordingCompetences, telling: Recording) -> Response:
    """Competences are recorded by regulators, not by those who hold them."""
    return _record(telling, party, "competences", "competences")


@router.put(
    "/competences/{competence_id}",
    operation_id="changeCompetence",
    summary="A further version of a competence: its scope changed, it was suspended",
    tags=["records"],
    response_class=Response,
    responses=_CHANGE,
    openapi_extra=json_body(Competence, "SENT_COMPETENCE"),
)
def change_competence(party: RecordingCompetences, telling: Recording, competence_id: RecordId, seen: Seen) -> Response:
    """Earlier versions stay: what was known on a day can still be asked."""
    return _change(telling, party, "competences", competence_id, seen)


@router.post(
    "/items",
    operation_id="recordItem",
    summary="Record an item: a meter, an instrument, a transformer, a standard, a reference material",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_REFUSED},
    openapi_extra=json_body(Item, "METER"),
)
def record_item(party: RecordingItems, telling: Recording) -> Response:
    """The organization holds it from then on. National standards are recorded by regulators."""
    return _record(telling, party, "items", "items")


@router.post(
    "/national-standards",
    operation_id="recordNationalStandard",
    summary="Record a national standard: the end of chains",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_REFUSED},
    openapi_extra=json_body(Item, "NATIONAL_STANDARD"),
)
def record_national_standard(party: RecordingCompetences, telling: Recording) -> Response:
    """An item of kind `national_standard`, for those who record what trust hangs on."""
    return _record(telling, party, "items", "items")


@router.put(
    "/national-standards/{item_id}",
    operation_id="changeNationalStandard",
    summary="A further version of a national standard: recognized in another period, retired",
    tags=["items"],
    response_class=Response,
    responses=_CHANGE,
    openapi_extra=json_body(Item, "NATIONAL_STANDARD"),
)
def change_national_standard(party: RecordingCompetences, telling: Recording, item_id: RecordId, seen: Seen) -> Response:
    """Earlier versions stay: what was recognized on a day can still be asked."""
    return _change(telling, party, "items", item_id, seen)


@router.put(
    "/items/{item_id}",
    operation_id="changeItem",
    summary="A further version of an item",
    tags=["items"],
    response_class=Response,
    responses=_CHANGE,
    openapi_extra=json_body(Item, "METER"),
)
def change_item(party: RecordingItems, telling: Recording, item_id: RecordId, seen: Seen) -> Response:
    """The whole item as it is from now on; earlier versions stay. If-Match names the version that was seen."""
    return _change(telling, party, "items", item_id, seen)


@router.post(
    "/items/{item_id}/shares",
    operation_id="shareItem",
    summary="Let another organization hold an item as well",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={
        **answers(ShareAnswer, "It holds the item", "SHARED", 201),
        **answers(ShareAnswer, "A dry run: nothing was written", "SHARED"),
        **_OF_ONE,
    },
    openapi_extra=json_body(ShareBody, "SHARE"),
)
def share_item(party: Sharing, telling: Recording, item_id: RecordId) -> Response:
    """With its certificates and events, those to come included; for good."""
    body = record_from(parse_object(telling.sent.body), ShareBody)
    is_dry_run = telling.is_dry_run

    def tell(share: Share) -> Told:
        return telling.told(share_answer(share), 200 if is_dry_run else 201)

    outcome = share_item_once(
        telling.store, party, item_id, body.organization, at=telling.at, is_dry_run=is_dry_run, once=telling.once(tell)
    )
    return telling.respond(outcome, tell)


@router.post(
    "/certificates",
    operation_id="recordCertificate",
    summary="Record a verification, calibration, reference material certificate or result notice",
    tags=["certificates"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_WAITS, **_REFUSED},
    openapi_extra=json_body(Certificate, "SENT_CERTIFICATE"),
)
def record_certificate(party: RecordingCertificates, telling: Recording) -> Response:
    """The answer holds the new verdict of the item and each contradiction. A result notice has the outcome `fail`."""
    return _record(telling, party, "certificates", "certificates")


@router.post(
    "/certificates/{certificate_id}/withdrawal",
    operation_id="withdrawCertificate",
    summary="Take a certificate back",
    tags=["certificates"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_WAITS, **_OF_ONE},
    openapi_extra=json_body(WithdrawalBody, "WITHDRAWAL"),
)
def withdraw_certificate(party: RecordingCertificates, telling: Recording, certificate_id: RecordId) -> Response:
    """Once, for good, by its issuer or by who recorded it. It stays on record, and counts until `void_from`."""
    body = record_from(parse_object(telling.sent.body), WithdrawalBody)
    with telling.store.reading() as work:
        entry = withdrawn(work, party, certificate_id, body.withdrawal)
    return telling.record(party, _order(telling, entry, "withdrawal", reason=body.reason))


@router.post(
    "/certificates/{certificate_id}/replacement",
    operation_id="replaceCertificate",
    summary="Correct a certificate by one that replaces it",
    tags=["certificates"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_WAITS, **_OF_ONE},
    openapi_extra=json_body(ReplacementBody, "REPLACEMENT"),
)
def replace_certificate(party: RecordingCertificates, telling: Recording, certificate_id: RecordId) -> Response:
    """Both stay on record; from now on the new one counts, for the past as well."""
    value = parse_object(telling.sent.body)
    if "certificate" in value:
        value["certificate"] = record_from(value["certificate"], Certificate, "$.certificate")
    body = record_from(value, ReplacementBody)
    certificate, reason = body.certificate, body.reason
    with telling.store.reading() as work:
        entry = replacement(work, party, certificate_id, certificate, "$.certificate")
    order = _order(telling, entry, "replacement", reason=reason, root="$.certificate")
    return telling.record(party, order, links.record("certificates", certificate.id))


@router.post(
    "/events",
    operation_id="recordEvent",
    summary="Record what happened to an item: repair, adjustment, broken seal, interim check",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_REFUSED},
    openapi_extra=json_body(Event, "SENT_EVENT"),
)
def record_event(party: RecordingItems, telling: Recording) -> Response:
    """The answer holds the new verdict of the item."""
    return _record(telling, party, "events", "events")


@router.post(
    "/metering-points",
    operation_id="recordMeteringPoint",
    summary="Record a metering point with the items that serve it",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_REFUSED},
    openapi_extra=json_body(MeteringPoint, "SENT_METERING_POINT"),
)
def record_metering_point(party: RecordingItems, telling: Recording) -> Response:
    """Of the own organization; each branch needs a chain of its own."""
    return _record(telling, party, "metering_points", "metering-points")


@router.put(
    "/metering-points/{metering_point_id}",
    operation_id="changeMeteringPoint",
    summary="A further version of a metering point",
    tags=["items"],
    response_class=Response,
    responses=_CHANGE,
    openapi_extra=json_body(MeteringPoint, "SENT_METERING_POINT"),
)
def change_metering_point(party: RecordingItems, telling: Recording, metering_point_id: RecordId, seen: Seen) -> Response:
    """The whole point as it is from now on, with the rows of its history; earlier versions stay."""
    return _change(telling, party, "metering_points", metering_point_id, seen)


@router.post(
    "/metering-points/{metering_point_id}/installations",
    operation_id="recordInstallation",
    summary="Another item serves a branch from a day on",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={**_DONE, **_OF_ONE, **refusals(failures.STALE)},
    openapi_extra=json_body(Branch, "INSTALLATION"),
)
def record_installation(party: RecordingItems, telling: Recording, metering_point_id: RecordId) -> Response:
    """A further version of the point: what served the branch until then ends the day before."""
    branch = record_from(parse_object(telling.sent.body), Branch)
    with telling.store.reading() as work:
        before = current_metering_point(work, party, metering_point_id)
    entry = Entry("metering_points", 0, installed(before, branch))
    order = _order(telling, entry, "installation", seen=frozenset({version_tag(before)}))
    return telling.record(party, order, links.record("metering-points", metering_point_id))


def _record(telling: Telling, party: Party, section: str, collection: str) -> Response:
    """One record of a list, new or as it is on record."""
    record: Any = record_from(parse_object(telling.sent.body), SECTIONS[section])
    order = _order(telling, Entry(section, 0, record), collection, may_change=False)
    return telling.record(party, order, links.record(collection, record.id))


def _change(telling: Telling, party: Party, section: str, id_: str, seen: frozenset[str] | None) -> Response:
    """A further version of a record that the party may change."""
    record: Any = record_from(parse_object(telling.sent.body), SECTIONS[section])
    if record.id != id_:
        raise InputError("$.id", f"the path says {id_!r}", f"路径中的标识是 {id_!r}")
    with telling.store.reading() as work:
        check_current(work, party, section, id_)
    order = _order(telling, Entry(section, 0, record), "change", seen=seen)
    return telling.record(party, order, links.record(section.replace("_", "-"), id_), 200)


def _order(telling: Telling, entry: Entry, what: str, root: str = "$", **more: Any) -> Order:
    return Order(entries=(entry,), source=f"API {what}", root=root, is_dry_run=telling.is_dry_run, **more)
