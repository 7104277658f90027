"""Values as responses: JSON through the one writer that keeps numbers exact, in the language that was asked for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import Request, Response

from api.etags import is_unchanged
from api.language import Language
from api.render.csv_lines import Column
from api.twins import Form, csv_answer, ndjson_answer
from traceability.json_text import dump


def json_answer(
    value: object, language: Language | None = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A value as JSON."""
    return Response(dump(value), status, {**_headers(language), **(headers or {})}, "application/json")


def tagged_answer(request: Request, etag: str, value: object) -> Response:
    """A value as JSON under its tag; 304 without a body, and nothing written, where it is known already."""
    response = Response(status_code=304) if is_unchanged(request, etag) else json_answer(value)
    response.headers["etag"] = etag
    return response


def svg_answer(picture: str | bytes, language: Language | None = None) -> Response:
    """A picture as SVG. Opened by itself it may run nothing, whatever a name in it says."""
    return Response(picture, 200, _headers(language), "image/svg+xml")


def _headers(language: Language | None) -> dict[str, str]:
    return {} if language is None else {"content-language": language.tag, "vary": "Accept-Language"}


def in_form(
    form: Form, answer: msgspec.Struct, columns: Sequence[Column], rows: Iterable[Any], name: str, language: Language
) -> Response:
    """A list in the form that is wanted: the answer as JSON, or its rows as a file of that name."""
    if form == "json":
        return json_answer(answer)
    return csv_answer(columns, rows, name, language) if form == "csv" else ndjson_answer(rows)
