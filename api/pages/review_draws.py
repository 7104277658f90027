"""Draws of the review for everybody: sealed lists, who was drawn once that is published, and how to repeat it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api import links
from api.context import Given, RecordId, Speaking
from api.pages.forms import page
from api.pages.review_plans import names_of_areas
from api.render.review.plan_words import STATE_TAGS, STATES
from api.routes.review_plans import MOST, Cursor
from api.schemas.review_plans import public_draw
from api.security import public
from registry.review.sealed_draw import differences
from registry.usecases.public_plans import public_plan, public_plans

router = APIRouter(prefix="/review-draws", include_in_schema=False)

_ROWS = 20


@router.get("", dependencies=[public])
def show_draws(context: Given, language: Speaking, request: Request, cursor: Cursor = MOST) -> HTMLResponse:
    """All draws whose lists were closed, the latest first."""
    with context.store.reading() as work:
        found, following = public_plans(work, before=cursor, most=_ROWS)
        areas = names_of_areas(work, context, language)
    values = {
        "draws": [public_draw(each) for each in found],
        "next": following,
        "areas": areas,
        "states": {each.value: name.in_(language) for each, name in STATES.items()},
        "state_tags": STATE_TAGS,
    }
    return page("review_draws.html", language, request, values)


@router.get("/{plan_id}", dependencies=[public])
def show_draw(
    context: Given,
    language: Speaking,
    request: Request,
    plan_id: RecordId,
    check: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """A draw; with `check` it is repeated from its published lists, and the page says whether it comes out the same."""
    with context.store.reading() as work:
        found = public_plan(work, plan_id)
        areas = names_of_areas(work, context, language)
    values = {
        "draw": public_draw(found),
        "areas": areas,
        "states": {each.value: name.in_(language) for each, name in STATES.items()},
        "state_tags": STATE_TAGS,
        "is_checked": bool(check) and found.draw is not None,
        "differences": differences(found.draw) if check and found.draw is not None else (),
        "api": f"{links.API}{links.inside('review-draws', plan_id)}",
    }
    return page("review_draw.html", language, request, values)
