"""People and their roles, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.context import Given, RecordId
from api.openapi import answers, json_body, nothing, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.routes.conditions import ChangedVersion, tagged
from api.schemas.accounts import (
    InvitationAnswer,
    MembershipRequest,
    PersonAnswer,
    PersonChange,
    PersonList,
    PersonRequest,
    invitation_answer,
    member_answer,
)
from api.security import Administering
from registry.access import Party, Role
from registry.accounts import Membership
from registry.errors import UnknownError
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.people import (
    Invitation,
    Particulars,
    add_membership,
    change_person,
    end_membership,
    invite,
    member,
    members_of,
    renew_invitation,
)

router = APIRouter(prefix=f"{links.API}/people", tags=["people"])

_MOST = 200  # Rows of a page of a list.
_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)


@router.get(
    "",
    operation_id="listPeople",
    summary="The people of an organization",
    response_class=Response,
    responses={
        **answers(PersonList, "A page of people", "PERSON_LIST"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def list_people(
    context: Given,
    party: Administering,
    organization: Annotated[
        str | None, Query(max_length=255, description="Of this organization; all that may be administered when left out.")
    ] = None,
    cursor: Annotated[str, Query(max_length=255, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """In the order of their ids, a page at a time."""
    wanted = None if organization is None else storable(organization)
    with context.store.reading() as work:
        found = members_of(work, party, wanted, after=storable(cursor), most=limit + 1)
    people = tuple(map(member_answer, found[:limit]))
    return json_answer(PersonList(people=people, next=people[-1].id if len(found) > limit else None))


@router.post(
    "",
    operation_id="invitePerson",
    summary="Invite a person",
    status_code=201,
    response_class=Response,
    responses={
        **answers(InvitationAnswer, "Invited; hand the page on", "INVITATION", 201),
        **refusals(*_WRONG, failures.NOT_FOUND, failures.CONFLICT),
    },
    openapi_extra=json_body(PersonRequest, "PERSON_REQUEST"),
)
def invite_person(context: Given, party: Administering, asked: Annotated[PersonRequest, body(PersonRequest)]) -> Response:
    """The answer holds a one-time token, told this once, with which the person sets a password within three days."""
    particulars = Particulars(sign_in=asked.sign_in, name=asked.name, email=asked.email, subject=asked.subject)
    with context.store.writing() as work:
        invited = invite(work, particulars, organization=asked.organization, role=asked.role, party=party, at=context.clock())
        answer = _invitation(context, work, party, invited)
    return json_answer(answer, status=201)


@router.get(
    "/{person_id}",
    operation_id="getPerson",
    summary="A person",
    response_class=Response,
    responses={
        **answers(PersonAnswer, "The person, with the version in ETag", "PERSON"),
        **refusals(failures.NOT_FOUND, failures.STORE),
    },
)
def get_person(context: Given, party: Administering, person_id: RecordId) -> Response:
    """With those memberships that may be administered."""
    with context.store.reading() as work:
        found = member(work, party, person_id)
    return json_answer(member_answer(found), headers=tagged(found.person.entry))


@router.put(
    "/{person_id}",
    operation_id="changePerson",
    summary="Change what is known of a person, let them go or take them back",
    response_class=Response,
    responses={
        **answers(PersonAnswer, "The person as known from now on", "PERSON"),
        **refusals(*_WRONG, failures.NOT_FOUND, failures.CONFLICT, failures.STALE, failures.PRECONDITION),
    },
    openapi_extra=json_body(PersonChange, "PERSON_CHANGE"),
)
def put_person(
    context: Given,
    party: Administering,
    person_id: RecordId,
    version: ChangedVersion,
    asked: Annotated[PersonChange, body(PersonChange)],
) -> Response:
    """Who is not active cannot sign in, and is signed out everywhere. The last administrator stays."""
    with context.store.writing() as work:
        held = member(work, party, person_id).person
        particulars = Particulars(sign_in=held.sign_in, name=asked.name, email=asked.email, subject=asked.subject)
        changed = change_person(
            work, person_id, particulars, is_active=asked.is_active, version=version, party=party, at=context.clock()
        )
    return json_answer(member_answer(changed), headers=tagged(changed.person.entry))


@router.post(
    "/{person_id}/invitation",
    operation_id="renewInvitation",
    summary="Give a person another one-time token",
    status_code=201,
    response_class=Response,
    responses={
        **answers(InvitationAnswer, "A new token in place of the one before", "INVITATION", 201),
        **refusals(failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
    },
)
def post_invitation(context: Given, party: Administering, person_id: RecordId) -> Response:
    """For an invitation that expired, or a forgotten password."""
    with context.store.writing() as work:
        invited = renew_invitation(work, person_id, party=party, at=context.clock())
        answer = _invitation(context, work, party, invited)
    return json_answer(answer, status=201)


@router.post(
    "/{person_id}/memberships",
    operation_id="addMembership",
    summary="Give a person a further role",
    status_code=201,
    response_class=Response,
    responses={
        **answers(PersonAnswer, "The person with the role", "PERSON", 201),
        **refusals(*_WRONG, failures.NOT_FOUND),
    },
    openapi_extra=json_body(MembershipRequest, "MEMBERSHIP"),
)
def post_membership(
    context: Given,
    party: Administering,
    person_id: RecordId,
    asked: Annotated[MembershipRequest, body(MembershipRequest)],
) -> Response:
    """Nothing happens when they have it."""
    membership = Membership(person=person_id, organization=asked.organization, role=asked.role)
    with context.store.writing() as work:
        found = add_membership(work, membership, party=party, at=context.clock())
    return json_answer(member_answer(found), status=201)


@router.delete(
    "/{person_id}/memberships/{organization_id}/{role}",
    operation_id="endMembership",
    summary="Take a role from a person",
    status_code=204,
    response_class=Response,
    responses={**nothing("Taken"), **refusals(failures.NOT_FOUND, failures.CONFLICT, failures.CROSS_SITE, failures.STORE)},
)
def delete_membership(
    context: Given, party: Administering, person_id: RecordId, organization_id: RecordId, role: RecordId
) -> Response:
    """What sessions in it could do they can no longer. The last administrator stays."""
    if role not in set(Role):
        raise UnknownError(person_id)
    membership = Membership(person=person_id, organization=organization_id, role=Role(role))
    with context.store.writing() as work:
        end_membership(work, membership, party=party, at=context.clock())
    return Response(status_code=204)


def _invitation(context: Given, work: UnitOfWork, party: Party, invited: Invitation) -> InvitationAnswer:
    found = member(work, party, invited.person.id)
    return invitation_answer(invited, found, links.set_password(context.base_url, invited.token))
