"""About the service: its policies, and whether it works."""

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Given, Speaking
from api.openapi import answers, refusals
from api.render.words import POLICY_TITLES
from api.routes.answering import json_answer
from api.schemas.service import Health, PolicyAnswer, PolicyList, Readiness
from api.security import public
from registry import schema
from traceability.policy import DEFAULT_POLICY, POLICIES

router = APIRouter()


@router.get(
    f"{links.API}/policies",
    operation_id="listPolicies",
    summary="The policies under which verdicts are given",
    tags=["policies"],
    dependencies=[public],
    response_class=Response,
    responses=answers(PolicyList, "All policies", "POLICIES"),
)
def list_policies(language: Speaking) -> Response:
    """Policies are named and versioned, and never edited; the default is used where none is named."""
    policies = (
        PolicyAnswer(title=POLICY_TITLES[name].in_(language), is_default=name == DEFAULT_POLICY, policy=policy)
        for name, policy in POLICIES.items()
    )
    return json_answer(PolicyList(policies=tuple(policies)), language)


@router.get(
    "/healthz",
    operation_id="getHealth",
    summary="Whether the process answers",
    tags=["service"],
    dependencies=[public],
    response_class=Response,
    responses=answers(Health, "It does", "HEALTH"),
)
def get_health() -> Response:
    """Does not look at the database."""
    return json_answer(Health(status="ok"))


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Whether the database answers and has this release's schema",
    tags=["service"],
    dependencies=[public],
    response_class=Response,
    responses={**answers(Readiness, "It has", "READINESS"), **refusals(failures.STORE)},
)
def get_readiness(context: Given) -> Response:
    """A problem with status 503 when it does not."""
    schema.check_schema(context.store)
    return json_answer(Readiness(status="ok", revision=schema.needed_revision()))
