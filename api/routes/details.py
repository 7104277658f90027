"""One record, as known at an instant, under a strong entity tag."""

from collections.abc import Iterable
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from api import failures, links
from api.context import Given, RecordId
from api.etags import etag_of
from api.openapi import Responses, answers, documents, refusals, with_tag
from api.routes.answering import tagged_answer
from api.routes.listing import Known
from api.schemas.details import (
    CertificateAnswer,
    CertificateLinks,
    CompetenceAnswer,
    DocumentAnswer,
    EventAnswer,
    MeteringPointAnswer,
    OrganizationAnswer,
)
from api.schemas.items import ItemAnswer, item_answer
from api.security import Reading
from registry.usecases.read_records import RecordDetail, read_certificate, read_record, read_target
from registry.usecases.render_certificate import dcc_of
from traceability.problems import UnknownTargetError
from traceability.records import Branch, Competence, Event, MeteringPoint, Organization

router = APIRouter(prefix=links.API)

T = TypeVar("T")

_REFUSED = refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE)


def _answers(kind: type, description: str, example: str) -> Responses:
    return with_tag({**answers(kind, description, example), **_REFUSED})


@router.get(
    "/organizations/{organization_id}",
    operation_id="getOrganization",
    summary="An organization",
    tags=["organizations"],
    response_class=Response,
    responses=_answers(OrganizationAnswer, "What is on record", "ORGANIZATION"),
)
def get_organization(context: Given, request: Request, party: Reading, organization_id: RecordId, known_at: Known) -> Response:
    """As it was recorded last."""
    with context.store.reading(party.viewers) as work:
        found = read_record(work, "organizations", organization_id, known_at)
    (organization,) = _of(Organization, found)
    return tagged_answer(request, etag_of(found.latest, found.numbers), OrganizationAnswer(organization=organization))


@router.get(
    "/competences/{competence_id}",
    operation_id="getCompetence",
    summary="A competence in all its versions",
    tags=["competences"],
    response_class=Response,
    responses=_answers(CompetenceAnswer, "What is on record", "COMPETENCE"),
)
def get_competence(context: Given, request: Request, party: Reading, competence_id: RecordId, known_at: Known) -> Response:
    """The version known last counts."""
    with context.store.reading(party.viewers) as work:
        found = read_record(work, "competences", competence_id, known_at)
    versions = _of(Competence, found)
    return tagged_answer(
        request, etag_of(found.latest, found.numbers), CompetenceAnswer(competence=versions[-1], versions=versions)
    )


@router.get(
    "/items/{item_id}",
    operation_id="getItem",
    summary="An item or metering point with its certificates and events",
    tags=["items"],
    response_class=Response,
    responses=_answers(ItemAnswer, "What is on record", "ITEM"),
)
def get_item(context: Given, request: Request, party: Reading, item_id: RecordId, known_at: Known) -> Response:
    """What is on record of it, in its latest version, with the addresses of its verdict, chain and label."""
    with context.store.reading(party.viewers) as work:
        found = read_target(work, item_id, known_at)
    answer = item_answer(item_id, found.records, found.aliases)
    if answer is None:
        raise UnknownTargetError(item_id)
    return tagged_answer(request, etag_of(found.latest, found.numbers), answer)


@router.get(
    "/certificates/{certificate_id}",
    operation_id="getCertificate",
    summary="A certificate with its withdrawal, replacements and original files",
    tags=["certificates"],
    response_class=Response,
    responses=_answers(CertificateAnswer, "What is on record", "CERTIFICATE"),
)
def get_certificate(context: Given, request: Request, party: Reading, certificate_id: RecordId, known_at: Known) -> Response:
    """A corrected certificate stays on record: look at `withdrawal` and `replaced_by`."""
    found = read_certificate(context.store, party, certificate_id, known_at)
    here = links.certificate(certificate_id)
    answer = CertificateAnswer(
        certificate=found.certificate,
        replaced=found.replaced,
        replaced_by=found.replaced_by,
        documents=tuple(DocumentAnswer(sha256=each.sha256, media_type=each.media_type) for each in found.documents),
        links=CertificateLinks(
            self=here, item=links.item(found.certificate.item), history=f"{here}/history", impact=f"{here}/impact"
        ),
    )
    tag = etag_of(found.certificate, found.numbers, *(each.sha256 for each in found.documents))
    return tagged_answer(request, tag, answer)


@router.get(
    "/certificates/{certificate_id}/dcc.xml",
    operation_id="getCertificateDcc",
    summary="A certificate as a DCC 3.3 that this registry renders",
    tags=["certificates"],
    response_class=Response,
    responses={**documents("application/xml", "Unsigned, and marked as a rendering"), **_REFUSED},
)
def get_certificate_dcc(context: Given, party: Reading, certificate_id: RecordId, known_at: Known) -> Response:
    """Not the original of the laboratory: the document says so. It validates against the schema of DCC 3.3.0."""
    document = dcc_of(context.store, party, certificate_id, known_at)
    headers = {"content-disposition": 'attachment; filename="registry-rendering.dcc.xml"'}
    return Response(document, headers=headers, media_type="application/xml")


@router.get(
    "/events/{event_id}",
    operation_id="getEvent",
    summary="An event",
    tags=["events"],
    response_class=Response,
    responses=_answers(EventAnswer, "What is on record", "EVENT"),
)
def get_event(context: Given, request: Request, party: Reading, event_id: RecordId, known_at: Known) -> Response:
    """Events are never corrected; what undoes one is another."""
    with context.store.reading(party.viewers) as work:
        found = read_record(work, "events", event_id, known_at)
    (event,) = _of(Event, found)
    return tagged_answer(request, etag_of(found.latest, found.numbers), EventAnswer(event=event))


@router.get(
    "/metering-points/{metering_point_id}",
    operation_id="getMeteringPoint",
    summary="A metering point in all its versions, with its installations",
    tags=["metering points"],
    response_class=Response,
    responses=_answers(MeteringPointAnswer, "What is on record", "METERING_POINT"),
)
def get_metering_point(
    context: Given, request: Request, party: Reading, metering_point_id: RecordId, known_at: Known
) -> Response:
    """`installations` say which item served which branch, and when."""
    with context.store.reading(party.viewers) as work:
        found = read_record(work, "metering_points", metering_point_id, known_at)
    versions = _of(MeteringPoint, found)
    answer = MeteringPointAnswer(
        metering_point=versions[-1], versions=versions, installations=_installations(versions[-1].branches)
    )
    return tagged_answer(request, etag_of(found.latest, found.numbers), answer)


def _of(kind: type[T], found: RecordDetail) -> tuple[T, ...]:
    return tuple(each for each in found.versions if isinstance(each, kind))


def _installations(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    """The rows of a point that name an item, branch by branch; those without a first day first."""
    installed = (branch for branch in branches if branch.item is not None)
    return tuple(sorted(installed, key=lambda branch: (branch.name, str(branch.start or ""))))
