"""The same list as JSON, CSV and NDJSON: which one is wanted, and how the last two are written."""

import csv
from collections.abc import Iterable, Mapping
from enum import StrEnum
from io import StringIO
from typing import Annotated

from fastapi import Depends, Header, Query, Response

from traceability.json_text import dump

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # What a spreadsheet would take for a formula; a quote before it keeps it text.


class Twin(StrEnum):
    """The forms of a list."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"


MEDIA_TYPES = {Twin.JSON: "application/json", Twin.CSV: "text/csv", Twin.NDJSON: "application/x-ndjson"}


def _twin(
    format_: Annotated[
        Twin | None, Query(alias="format", description="Form of the answer; by the Accept header when left out.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Twin:
    if format_ is not None:
        return format_
    return next((twin for twin, media_type in MEDIA_TYPES.items() if media_type in accept), Twin.JSON)


WantedTwin = Annotated[Twin, Depends(_twin)]


def ndjson_answer(rows: Iterable[object]) -> Response:
    """One JSON text a line."""
    return Response(b"".join(dump(row) + b"\n" for row in rows), media_type=MEDIA_TYPES[Twin.NDJSON])


def csv_answer(columns: Iterable[str], rows: Iterable[Mapping[str, object]], name: str) -> Response:
    """A table that spreadsheets open as it is: UTF-8 with its mark, and nothing that they would run as a formula."""
    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(columns))
    writer.writeheader()
    for row in rows:
        writer.writerow({column: _cell(value) for column, value in row.items()})
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(buffer.getvalue().encode("utf-8-sig"), 200, headers, f"{MEDIA_TYPES[Twin.CSV]}; charset=utf-8")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int) else text
