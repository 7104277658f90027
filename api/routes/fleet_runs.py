"""Everything answered at once, in the background: asked for, and watched (docs/fleet.md)."""

from typing import Annotated

from fastapi import APIRouter, Response

from api import asking, failures, links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.fleet_runs import FleetRunAnswer, FleetRunOrder, fleet_run_answer
from api.security import Supervising
from registry.access import Party
from registry.usecases import fleet_runs

router = APIRouter(prefix=f"{links.API}/fleet/runs", tags=["fleet"])


@router.post(
    "",
    operation_id="startFleetRun",
    summary="Have everything answered for a day, and the answers kept",
    status_code=202,
    response_class=Response,
    responses={
        **answers(FleetRunAnswer, "Taken on; ask `links.self` how far it is", "FLEET_RUN", 202),
        **refusals(
            *(failures.INPUT, failures.USAGE, failures.MEDIA_TYPE, failures.TOO_LARGE),
            *(failures.CROSS_SITE, failures.STORE),
        ),
    },
    openapi_extra=json_body(FleetRunOrder, "FLEET_RUN_ORDER"),
)
def start_run(
    context: Given, language: Speaking, party: Supervising, order: Annotated[FleetRunOrder, body(FleetRunOrder)]
) -> Response:
    """One is done each night by itself. When it is done its answers are the ones that lists and dashboards show."""
    now = context.clock()
    question = asking.asked(now=now, as_of=order.as_of, known_at=None, policy=order.policy)
    with context.store.writing() as work:
        id_, job = fleet_runs.ask_for_run(work, policy=question.policy.name, as_of=question.as_of, party=party, at=now)
    if job is not None:
        context.jobs().queue.wake(job)
    return _answer(context, language, party, id_, 202)


@router.get(
    "/{run_id}",
    operation_id="getFleetRun",
    summary="How far a run over everything is, and what it came to",
    response_class=Response,
    responses={**answers(FleetRunAnswer, "The run", "FLEET_RUN"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_run(context: Given, language: Speaking, party: Supervising, run_id: RecordId) -> Response:
    """Of the own organization, or of the registry itself. Ask again while `progress` is there."""
    return _answer(context, language, party, run_id)


def _answer(context: Context, language: Language, party: Party, id_: str, status: int = 200) -> Response:
    with context.store.reading() as work:
        found = fleet_runs.status_of(work, id_, party)
    told = context.jobs().queue.told(found.job.entry) if found.job.end is None else None
    headers = {"location": links.fleet_run(id_)} if status == 202 else None
    return json_answer(fleet_run_answer(found, told), language, status, headers)
