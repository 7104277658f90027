"""How an organization wants things done."""

from typing import Annotated

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Given, RecordId
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.routes.conditions import ChangedVersion, tagged
from api.security import Configuring
from registry.organization_settings import OrganizationSettings
from registry.usecases.administering import check_reach
from registry.usecases.organization_settings import change_settings, versioned_settings_of

router = APIRouter(prefix=f"{links.API}/organizations/{{organization_id}}/settings", tags=["organizations"])


@router.get(
    "",
    operation_id="getOrganizationSettings",
    summary="The settings of an organization",
    response_class=Response,
    responses={
        **answers(OrganizationSettings, "The settings, with their version in ETag", "SETTINGS"),
        **refusals(failures.NOT_FOUND, failures.STORE),
    },
)
def get_settings(context: Given, party: Configuring, organization_id: RecordId) -> Response:
    """The defaults, as version 0, for one that never changed them."""
    with context.store.reading() as work:
        check_reach(work, party, organization_id)
        found = versioned_settings_of(work, organization_id)
    return json_answer(found.settings, headers=tagged(found.version))


@router.put(
    "",
    operation_id="changeOrganizationSettings",
    summary="Change the settings of an organization",
    response_class=Response,
    responses={
        **answers(OrganizationSettings, "The settings from now on", "SETTINGS"),
        **refusals(
            failures.INPUT,
            failures.MEDIA_TYPE,
            failures.TOO_LARGE,
            failures.CROSS_SITE,
            failures.NOT_FOUND,
            failures.STALE,
            failures.PRECONDITION,
            failures.STORE,
        ),
    },
    openapi_extra=json_body(OrganizationSettings, "SETTINGS"),
)
def put_settings(
    context: Given,
    party: Configuring,
    organization_id: RecordId,
    version: ChangedVersion,
    asked: Annotated[OrganizationSettings, body(OrganizationSettings)],
) -> Response:
    """All of them at once: what is left out has its default."""
    with context.store.writing() as work:
        check_reach(work, party, organization_id)
        changed = change_settings(work, organization_id, asked, version=version, party=party, at=context.clock())
    return json_answer(changed.settings, headers=tagged(changed.version))
