"""What all lists share: paging, the instant, the form of the answer, and the twins as CSV and NDJSON."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api import failures
from api.asking import asked
from api.context import Context, Given, Speaking
from api.failures import ParameterError
from api.language import Bilingual, Language
from api.openapi import Responses, refusals
from api.record_files import attachment, record_files
from api.render.csv_lines import COLUMNS, csv_lines
from api.routes.answering import json_answer
from api.twins import MEDIA_TYPES, RecordListForm, WantedRecordForm, with_twins
from registry.access import Party
from registry.exchange.documents import write_lines
from registry.exchange.forms import RecordForm, written
from registry.usecases.list_records import LARGEST_PAGE, Filters, Selection, list_records, select_records, selected
from traceability.problems import InvalidValueError
from traceability.records import Record

Order = Literal["oldest", "newest"]

_BATCH = 500  # Records of a twin that are read at once.
# The forms that hold records whole; CSV by that name is the table for people.
_WHOLE = {"jsonld": RecordForm.JSONLD, "parquet": RecordForm.PARQUET, "tables": RecordForm.CSV}

KnownAt = Annotated[
    str | None,
    Query(
        description="Instant with offset: what was recorded later does not exist. Now when left out.",
        examples=["2026-11-23T02:00:00Z"],
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which part of a list is asked for, in which form, as known at which instant."""

    request: Request
    language: Language
    known_at: datetime
    cursor: str | None
    limit: int
    form: RecordListForm


def known_instant(context: Given, known_at: KnownAt = None) -> datetime:
    """The instant as of which records are known."""
    return asked(now=context.clock(), known_at=known_at).known_at


Known = Annotated[datetime, Depends(known_instant)]


def _paging(
    request: Request,
    language: Speaking,
    known_at: Known,
    form: WantedRecordForm,
    cursor: Annotated[str | None, Query(max_length=300, description="`next` of the page before.")] = None,
    limit: Annotated[
        int, Query(ge=1, le=LARGEST_PAGE, description="Most records of a page; it may hold fewer and still have a next one.")
    ] = 50,
) -> Paging:
    return Paging(request=request, language=language, known_at=known_at, cursor=cursor, limit=limit, form=form)


Paged = Annotated[Paging, Depends(_paging)]


def listed(kind: type[msgspec.Struct], description: str, example: str) -> Responses:
    """The declaration of a list with its twins."""
    declared = with_twins(kind, description, example)
    declared[200]["content"] = {**record_files(description)[200]["content"], **declared[200]["content"]}
    declared[200]["headers"] = {
        "Link": {
            "description": 'Of the twins: where a file that is too long for one goes on, as rel="next".',
            "schema": {"type": "string"},
        }
    }
    return {**declared, **refusals(failures.USAGE, failures.STORE)}


def list_answer(
    context: Context,
    party: Party,
    paging: Paging,
    filters: Filters,
    answer: Callable[[tuple[Any, ...], str | None], object],
    order: Order = "oldest",
) -> Response:
    """The page that was asked for, or the whole list as a file."""
    try:
        if paging.form != "json":
            return _twin(context, party, paging, filters, order)
        with context.store.reading(party.viewers) as work:
            page = list_records(
                work,
                filters,
                known_at=paging.known_at,
                after=paging.cursor,
                most=paging.limit,
                is_newest_first=order == "newest",
            )
    except InvalidValueError as error:
        raise ParameterError("cursor", Bilingual(error.zh, error.en)) from error
    response = json_answer(answer(page.records, page.next))
    response.headers["vary"] = "Accept"
    return response


def _twin(context: Context, party: Party, paging: Paging, filters: Filters, order: Order) -> Response:
    with context.store.reading(party.viewers) as work:
        selection = select_records(
            work, filters, known_at=paging.known_at, after=paging.cursor, is_newest_first=order == "newest"
        )
    batches = _batches(context, party, selection)
    headers = {
        "content-disposition": f'attachment; filename="{filters.section}.{paging.form}"',
        "content-language": paging.language.tag,
        "vary": "Accept, Accept-Language",
    }
    if selection.next is not None:
        headers["link"] = f'<{_onward(paging, selection.next)}>; rel="next"'
    if paging.form in _WHOLE:
        form = _WHOLE[paging.form]
        sections = [(filters.section, (record for batch in batches for record in batch))]
        answer = attachment(written(sections, form), form, filters.section)
        answer.headers.update({name: value for name, value in headers.items() if name in {"link", "vary"}})
        return answer
    if paging.form == "csv":
        lines, media_type = csv_lines(COLUMNS[filters.section], batches, paging.language), MEDIA_TYPES["csv"]
    else:
        records = (record for batch in batches for record in batch)
        lines, media_type = write_lines([(filters.section, records)]), MEDIA_TYPES["ndjson"]
    return StreamingResponse(lines, headers=headers, media_type=media_type)


def _batches(context: Context, party: Party, selection: Selection) -> Iterator[list[Record]]:
    """The records of a file, a unit of work for each batch: whoever reads slowly holds no connection."""
    for start in range(0, len(selection.kept), _BATCH):
        with context.store.reading(party.viewers) as work:
            batch = selected(work, selection, start, _BATCH)
        yield batch


def _onward(paging: Paging, cursor: str) -> str:
    """The address of the following file, as known at the same instant."""
    kept = [(name, value) for name, value in paging.request.query_params.multi_items() if name not in {"cursor", "known_at"}]
    more = [("known_at", paging.known_at.isoformat()), ("cursor", cursor)]
    return f"{paging.request.url.path}?{urlencode([*kept, *more])}"
