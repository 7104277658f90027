"""Units of the energy-metering review: the list, one unit with its history, and where tables are brought."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import page
from api.render.review import words
from api.routes.due import Moment
from api.routes.units import WantedUnits
from api.schemas.units import unit_answer, unit_list
from api.security import Reading
from registry.access import Party, Permission
from registry.exchange.fact_sheets import RowNote
from registry.repositories.review import Wanted
from registry.spelling import storable
from registry.usecases.import_facts import FactsImport, import_facts
from registry.usecases.review_editions import areas_on
from registry.usecases.units import list_units, unit_on

router = APIRouter(prefix="/units", include_in_schema=False)

_ROWS = 50
_MOST_NOTES = 50  # Wrong rows on the page; the API tells all.


@router.get("")
def show_units(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: Moment,
    wanted: WantedUnits,
    cursor: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """The units that the party sees, each with who organizes its review."""
    return _units(context, language, request, party, moment, wanted, cursor)


@router.post("")
def bring_table(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: Moment,
    file: Annotated[UploadFile, Form()],
    do: Annotated[str, Form(max_length=20)] = "check",
) -> HTMLResponse:
    """What a table comes to; recorded when that was asked for and nothing is wrong."""
    organization = party.organization if _tells_own(party) else None
    done = import_facts(
        context.store,
        file.file.read(),
        name=storable(file.filename or ""),
        organization=organization,
        party=party,
        at=context.clock(),
        is_dry_run=do != "record",
    )
    return _units(context, language, request, party, moment, Wanted(), "", done)


@router.get("/{organization_id}")
def show_unit(
    context: Given, language: Speaking, request: Request, party: Reading, moment: Moment, organization_id: RecordId
) -> HTMLResponse:
    """One unit: what it is, who organizes its review and why, what it consumed, who supplies it, and what was said before."""
    with context.store.reading(party.viewers) as work:
        view = unit_on(work, party, organization_id, (moment.as_of, moment.known_at), context.clock())
        areas = _areas(context, language, moment)
    values = {
        "one": unit_answer(view, moment.as_of, moment.known_at),
        "areas": areas,
        "may_review": party.may(Permission.REVIEW),
        "twins": [("JSON", f"{links.record('units', organization_id)}?as_of={moment.as_of}")],
        **_words(language),
    }
    return page("unit.html", language, request, values)


def notes_in(done: FactsImport | None, language: Language) -> list[tuple[RowNote, str]]:
    """What is wrong with a table that was brought, each with its words."""
    notes = () if done is None else done.notes[:_MOST_NOTES]
    return [(note, note.zh if language is Language.ZH else note.en) for note in notes]


def _units(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    moment: Moment,
    wanted: Wanted,
    cursor: str,
    done: FactsImport | None = None,
) -> HTMLResponse:
    with context.store.reading(party.viewers) as work:
        found = list_units(
            work, party, wanted, (moment.as_of, moment.known_at), context.clock(), after=storable(cursor), most=_ROWS
        )
    query = {"q": wanted.text, "area": wanted.area, "industry": wanted.industry, "as_of": str(moment.as_of)}
    values = {
        "found": unit_list(found, moment.as_of, moment.known_at),
        "wanted": wanted,
        "areas": _areas(context, language, moment),
        "may_tell": party.may(Permission.REVIEW) or party.may(Permission.RECORD_ITEMS),
        "imported": done,
        "notes": notes_in(done, language),
        "twins": [(form.upper(), links.api_list("units", **query, format=form)) for form in ("json", "csv", "ndjson")],
        **_words(language),
    }
    return page("units.html", language, request, values)


def _areas(context: Context, language: Language, moment: Moment) -> Mapping[str, str]:
    """The names of the areas, by code, as the rule of the day has them."""
    with context.store.reading() as work:
        areas = areas_on(work, moment.as_of, moment.known_at)
    return {area.code: area.zh if language is Language.ZH else area.en for area in areas}


def _words(language: Language) -> dict[str, Mapping[str, str]]:
    return {
        "organizers": {each.value: look.in_(language) for each, look in words.ORGANIZERS.items()},
        "grounds": {each.value: look.in_(language) for each, look in words.GROUNDS.items()},
        "bases": {each.value: look.in_(language) for each, look in words.BASES.items()},
        "keys": {each.value: look.in_(language) for each, look in words.KEYS.items()},
    }


def _tells_own(party: Party) -> bool:
    """Whether what it brings is its own: no regulator, who names each organization."""
    return not party.may(Permission.REVIEW)
