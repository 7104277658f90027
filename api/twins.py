"""The forms of a list: which one is wanted, and a table of any rows as CSV for spreadsheets or NDJSON for programs."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, Query, Request, Response

from api.language import Language
from api.openapi import Responses, answers
from api.render.csv_lines import Column, csv_lines
from traceability.json_text import dump

Form = Literal["json", "csv", "ndjson"]
RecordListForm = Literal["json", "csv", "ndjson", "jsonld", "parquet", "tables"]  # Of lists of records.

MEDIA_TYPES: dict[Form, str] = {"json": "application/json", "csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}

_BY_MEDIA_TYPE: dict[str, Form] = {media_type.partition(";")[0]: form for form, media_type in MEDIA_TYPES.items()}


def _wanted(
    request: Request,
    format: Annotated[  # noqa: A002 - the name of the parameter in the URL.
        Form | None,
        Query(description="`csv` or `ndjson` for the whole list as a file; else by Accept, else JSON."),
    ] = None,
) -> Form:
    return format or _preferred(request.headers.get("accept", ""))


WantedForm = Annotated[Form, Depends(_wanted)]


def _wanted_of_records(
    request: Request,
    format: Annotated[  # noqa: A002 - the name of the parameter in the URL.
        RecordListForm | None,
        Query(
            description="`csv` or `ndjson` for the whole list as a file, `jsonld`, `parquet` or `tables` (CSV) for the records "
            "whole, to be imported again; else by Accept, else JSON."
        ),
    ] = None,
) -> RecordListForm:
    return format or _preferred(request.headers.get("accept", ""))


WantedRecordForm = Annotated[RecordListForm, Depends(_wanted_of_records)]


def with_twins(kind: type[msgspec.Struct], description: str, example: str) -> Responses:
    """The declaration of an answer that comes as CSV and NDJSON as well."""
    declared = answers(kind, description, example)
    for form in ("csv", "ndjson"):
        declared[200]["content"][MEDIA_TYPES[form].partition(";")[0]] = {"schema": {"type": "string"}}
    return declared


def csv_answer(columns: Sequence[Column], rows: Iterable[Any], name: str, language: Language) -> Response:
    """A table that spreadsheets open as it is; its heads are in the language asked for."""
    headers = {
        "content-disposition": f'attachment; filename="{name}.csv"',
        "content-language": language.tag,
        "vary": "Accept, Accept-Language",
    }
    return Response(b"".join(csv_lines(columns, [rows], language)), 200, headers, MEDIA_TYPES["csv"])


def ndjson_answer(rows: Iterable[object]) -> Response:
    """One JSON text a line."""
    return Response(b"".join(dump(row) + b"\n" for row in rows), media_type=MEDIA_TYPES["ndjson"])


def _preferred(accept: str) -> Form:
    """The first form of ours that an Accept header names; JSON where it names none."""
    for part in accept.split(","):
        form = _BY_MEDIA_TYPE.get(part.partition(";")[0].strip().lower())
        if form is not None:
            return form
    return "json"
