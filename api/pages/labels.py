"""Labels for people: choose items, choose a template, print; and the page of a blank label, where it is bound."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.failures import ParameterError
from api.language import Bilingual, Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render import label_words
from api.render.labels.content import identity_content
from api.render.labels.files import Form, file_of
from api.render.labels.layout import size_named
from api.render.labels.raster import RESOLUTIONS
from api.security import RecordingItems
from registry.access import Party, Permission
from registry.errors import RegistryError
from registry.labels.code import grouped
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState
from registry.repositories import labels
from registry.repositories.latest import latest_items
from registry.spelling import storable
from registry.usecases.bind_label import bind_label
from registry.usecases.holding_labels import check_own_items
from registry.usecases.issue_labels import issue_labels
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

MOST = 200  # Labels of one file: what is drawn while somebody waits.

_MEDIA_TYPES = {
    Form.PDF: "application/pdf",
    Form.SVG: "image/svg+xml",
    Form.PNG: "image/png",
    Form.ZPL: "application/x-zpl",
    Form.CSV: "text/csv; charset=utf-8",
}
_SIZES = {
    "a4": Bilingual("A4 整版（3×8，70×37 mm）", "A4 sheet (3 by 8 of 70 by 37 mm)"),
    "50x30": Bilingual("50×30 mm", "50 by 30 mm"),
    "40x20": Bilingual("40×20 mm", "40 by 20 mm"),
    "15": Bilingual("15 mm（仅代码）", "15 mm (the code alone)"),
}


@router.get("/labels")
def show_labels(
    context: Given,
    language: Speaking,
    request: Request,
    party: RecordingItems,
    ids: Annotated[str, Query(max_length=60_000)] = "",
    format: Annotated[Form | None, Query()] = None,  # noqa: A002 - the name in the address.
    size: Annotated[str, Query(max_length=20)] = "a4",
    dpi: Annotated[int, Query()] = 300,
) -> Response:
    """The form; with a format, the file: the active labels of the items, by id, with commas or line ends between them."""
    if format is None:
        return _form(language, request, {"items": ids, "size": size, "format": Form.PDF.value})
    wanted = _ids(ids)
    if dpi not in RESOLUTIONS:
        raise ParameterError("dpi", Bilingual("应为 203、300 或 600", "203, 300 or 600"))
    chosen = size_named("50x30" if size == "a4" and format in {Form.SVG, Form.PNG, Form.ZPL} else size)
    with context.store.reading() as work:
        check_own_items(work, party, wanted)
        of_items = labels.labels_of_items(work, wanted)
        known, aliases = latest_items(work, wanted), labels.aliases_of_items(work, wanted)
    contents = [
        identity_content(context.base_url, label, known[id_], aliases.get(id_, []), language)
        for id_ in wanted
        for label in of_items.get(id_, ())[-1:]
        if label.state is LabelState.ACTIVE
    ]
    if len(contents) < len(wanted):
        raise ParameterError("ids", Bilingual("其中有器具还没有有效标签，请先签发", "issue labels first: an item has none"))
    file = file_of(contents, format, chosen, language, dpi=dpi, at=context.clock())
    return _download(file, format, is_archive=format in {Form.SVG, Form.PNG} and len(contents) > 1)


@router.post("/labels")
def issue(context: Given, language: Speaking, request: Request, party: RecordingItems, fields: Fields) -> Response:
    """Issue what is missing, then go on to the file."""
    form, size = given(fields, "format") or Form.PDF.value, given(fields, "size") or "a4"
    try:
        wanted = _ids(given(fields, "items"))
        size_named(size)
        with context.store.writing() as work:
            check_own_items(work, party, wanted)
            issue_labels(work, wanted, party=party, at=context.clock())
    except (RegistryError, TraceabilityError) as error:
        return _form(language, request, dict(fields), error=error)
    address = links.labels(ids=",".join(wanted), format=form, size=size)
    return gone_on(address, request.query_params.get("lang"))


@router.post("/labels/{code}/bind")
def bind(
    context: Given, language: Speaking, request: Request, party: RecordingItems, code: RecordId, fields: Fields
) -> Response:
    """The label's page, which is that of the item from now on; the same form with what is wrong otherwise."""
    item = given(fields, "item")
    try:
        with context.store.writing() as work:
            check_own_items(work, party, [item])
            bind_label(
                work,
                code,
                item,
                party=party,
                at=context.clock(),
                serial=given(fields, "serial") or None,
                seal=given(fields, "seal") or None,
                takes_place=bool(given(fields, "takes_place")),
            )
    except RegistryError as error:
        return _bind_again(context, language, request, party, code, error)
    return gone_on(links.page(code), request.query_params.get("lang"))


def blank_page(
    language: Language,
    request: Request,
    party: Party | None,
    label: LabelRecord,
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    """The page of a label that is on nothing yet; whoever may bind it finds the form there."""
    say = label_words.BLANK if label.state is LabelState.ACTIVE else label_words.STATES[label.state]
    may_bind = party is not None and party.may(Permission.RECORD_ITEMS) and label.state is LabelState.ACTIVE
    values = {
        "title": say.title.in_(language),
        "text": say.text.in_(language),
        "tone": say.tone,
        "symbol": label_words.SYMBOLS[say.tone],
        "detail": None,
        "code": grouped(label.code),
        "bind": f"/labels/{label.code}/bind" if may_bind else None,
    }
    return page("label.html", language, request, values, error=error)


def _bind_again(
    context: Context, language: Language, request: Request, party: Party, code: str, error: RegistryError
) -> HTMLResponse:
    with context.store.reading() as work:
        label = labels.labels_with_codes(work, [code]).get(code)
    if label is None or not label.is_blank:
        raise error
    return blank_page(language, request, party, label, error=error)


def _ids(text: str) -> list[str]:
    """Ids as people write them: with commas, or each on a line."""
    found = list(dict.fromkeys(storable(id_.strip()) for line in text.splitlines() for id_ in line.split(",") if id_.strip()))
    if not 1 <= len(found) <= MOST:
        raise ParameterError("ids", Bilingual(f"请给出 1 至 {MOST} 个器具标识", f"1 to {MOST} ids of items are expected"))
    return found


def _form(language: Language, request: Request, fields: dict[str, str], *, error: Expected | None = None) -> HTMLResponse:
    values = {
        "fields": fields,
        "sizes": [(name, title.in_(language)) for name, title in _SIZES.items()],
        "formats": [form.value for form in Form],
    }
    return page("labels.html", language, request, values, error=error)


def _download(file: bytes, form: Form, *, is_archive: bool) -> Response:
    ending, media_type = ("zip", "application/zip") if is_archive else (form.value, _MEDIA_TYPES[form])
    headers = {"content-disposition": f'attachment; filename="labels.{ending}"', "cache-control": "no-store"}
    return Response(file, media_type=media_type, headers=headers)
