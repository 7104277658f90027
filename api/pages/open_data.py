"""The page of open data: what everybody may have, with the figures themselves, without login."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.context import Given, Speaking
from api.pages.forms import page
from api.render.register_words import KINDS
from api.render.review.rate_bars import rate_bar
from api.render.review.words import RATES
from api.routes.open_data import approved, described
from api.schemas.open_data import open_areas, open_registered
from api.security import public
from registry.usecases.open_data import areas_told
from traceability.policy import DEFAULT_POLICY

router = APIRouter(include_in_schema=False, dependencies=[public])


@router.get("/open-data")
def show_open_data(context: Given, language: Speaking, request: Request) -> HTMLResponse:
    """The data sets, the areas drawn, and the approved pilots and centres."""
    with context.store.reading() as work:
        found = open_areas(areas_told(work, DEFAULT_POLICY, context.clock()))
    values = {
        "described": described(context),
        "found": found,
        "told": [each for each in found.areas if each.units is not None],
        "registered": list(map(open_registered, approved(context))),
        "kinds": {kind.value: name.in_(language) for kind, name in KINDS.items()},
        "rates": [(rate.value, name.in_(language)) for rate, name in RATES.items()],
        "areas": {each.area: each.name_zh if language.value == "zh" else each.name_en for each in found.areas},
        "bar": rate_bar,
    }
    return page("open_data.html", language, request, values)
