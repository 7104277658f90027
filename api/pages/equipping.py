"""How a unit is equipped, as a page: rates with what they were counted from, what is lacking, the meters, and the papers."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import HTMLResponse

from api import links
from api.asking import Asking
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import page
from api.pages.units import notes_in
from api.render.review import words
from api.render.review.diagram import energies_of
from api.render.review.forms import notes_of, said_in
from api.routes.review_equipping import ReviewMoment, reviewed
from api.security import Reading
from registry.access import Party, Permission
from registry.review import forms as tables
from registry.usecases.import_facts import FactsImport
from registry.usecases.review_forms import import_b3

router = APIRouter(prefix="/units", include_in_schema=False)


@router.get("/{organization_id}/equipping")
def show_equipping(
    context: Given, language: Speaking, request: Request, party: Reading, moment: ReviewMoment, organization_id: RecordId
) -> HTMLResponse:
    """How a unit is equipped on a day: rates with what they were counted from, what is lacking, and the meters."""
    return _equipping(context, language, request, party, moment, organization_id)


@router.post("/{organization_id}/equipping")
def bring_b3(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: ReviewMoment,
    organization_id: RecordId,
    file: Annotated[UploadFile, Form()],
    do: Annotated[str, Form(max_length=20)] = "check",
) -> HTMLResponse:
    """What a table B.3 comes to; recorded when that was asked for and nothing is wrong."""
    done = import_b3(
        context.store,
        file.file.read(),
        organization=organization_id,
        policy=moment.policy,
        party=party,
        at=context.clock(),
        is_dry_run=do != "record",
    )
    return _equipping(context, language, request, party, moment, organization_id, done)


def _equipping(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    moment: Asking,
    organization_id: str,
    done: FactsImport | None = None,
) -> HTMLResponse:
    found = reviewed(context, party, organization_id, moment)
    say = said_in(language)
    found_tables = {form.code: form for form in tables.forms_of(found.equipping, say)}
    query = {"as_of": str(moment.as_of), "policy": moment.policy.name, "lang": request.query_params.get("lang")}
    api = links.record("units", organization_id)
    values = {
        "one": found,
        "notes_above": notes_of(found, language),
        "rates": _table(found_tables["B.8"], say),
        "meters": _table(found_tables["B.3"], say),
        "lacking": [
            (line.place, words.LACKS[line.lack].in_(language))
            for line in found.equipping.places
            if line.is_required and line.lack
        ],
        "may_tell": party.may(Permission.REVIEW) or party.may(Permission.RECORD_ITEMS),
        "files": [(form.upper(), f"{api}/forms?{urlencode({**_given(query), 'format': form})}") for form in ("xlsx", "pdf")],
        "diagrams": [
            (energy, f"{api}/diagram.svg?{urlencode({**_given(query), 'energy': energy})}") for energy in energies_of(found)
        ],
        "twins": [("JSON", f"{api}/equipping?{urlencode(_given(query))}")],
        "imported": done,
        "notes": notes_in(done, language),
    }
    return page("equipping.html", language, request, values)


def _given(query: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}


def _table(form: tables.Form, say: tables.Text) -> tuple[list[str], tuple[tuple[str, ...], ...]]:
    """The headings and rows of a table."""
    return [say(column.heading) for column in form.columns], form.rows
