"""The page of a certificate sticker: whether it is genuine and counts, and today's verdict beside it, which always wins."""

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse

from api import links
from api.asking import Asking
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.rows import target_row
from api.render import label_words
from api.routes.asking import Question
from api.scanning import client_of
from api.security import Visiting
from api.templating import rendered
from registry.labels.code import grouped
from registry.labels.records import LabelRecord
from registry.labels.sticker import Answer, Examination
from registry.repositories import labels
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import assess_item
from registry.usecases.check_sticker import check_sticker

router = APIRouter(include_in_schema=False)

# Nothing that such a sticker says is believed, so it is not even shown beside whose label it names.
_UNBELIEVED = frozenset({Answer.UNREADABLE, Answer.UNKNOWN_VERSION, Answer.UNKNOWN_KEY, Answer.FORGED})


@router.get("/s/{digits}")
def show_sticker(
    context: Given, language: Speaking, party: Visiting, request: Request, digits: RecordId, asking: Question
) -> HTMLResponse:
    """The answer in words, what the sticker says where its signature holds, and the label's verdict now."""
    client = client_of(request, party)
    context.scanning.admit(client)
    with context.store.reading() as work:
        examined = check_sticker(work, digits, asking.as_of)
        label = _label(work, examined)
        row = None
        if label is not None and label.item is not None:
            found = assess_item(work, label.item, asking.as_of, asking.known_at, asking.policy)
            row = target_row(found, language)
    if examined.answer in _UNBELIEVED:
        context.scanning.missed(client)
    values = _values(examined, asking, language) | {"row": row, "address": None if label is None else links.page(label.code)}
    headers = {"content-language": language.tag, "vary": "Accept-Language"}
    response = HTMLResponse(rendered("sticker.html", language, request, **values), headers=headers)
    _note(context, request, label, response)
    return response


def _label(work: UnitOfWork, examined: Examination) -> LabelRecord | None:
    """The label that the sticker is of, if its signature holds."""
    if examined.sticker is None or examined.answer in _UNBELIEVED:
        return None
    return labels.labels_with_codes(work, [examined.sticker.code]).get(examined.sticker.code)


def _values(examined: Examination, asking: Asking, language: Language) -> dict[str, object]:
    say = label_words.ANSWERS[examined.answer]
    sticker = None if examined.answer in _UNBELIEVED else examined.sticker
    return {
        "title": say.title.in_(language),
        "text": say.text.in_(language),
        "tone": say.tone,
        "symbol": label_words.SYMBOLS[say.tone],
        "sticker": sticker,
        "code": None if sticker is None else grouped(sticker.code),
        "key_id": None if examined.key_id is None else examined.key_id.hex(),
        "as_of": asking.as_of,
    }


def _note(context: Context, request: Request, label: LabelRecord | None, response: HTMLResponse) -> None:
    if context.scanning.note(request, label, context.clock()):
        response.background = BackgroundTask(context.scanning.write, context.clock)
