"""The page of readings: what points measured, with filters and twins, and the import of tables and uploads."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse

from api import links
from api.context import Context, Given, Speaking
from api.pages.forms import page
from api.routes.readings import MOST_BYTES, filters_of, listed
from api.schemas.readings import reading_answer, report_answer
from api.security import Reading, RecordingItems
from registry.access import Party, Permission
from registry.columns import LATEST
from registry.editions import load_editions
from registry.errors import RegistryError, UnacceptableError
from registry.exchange.monitoring_upload import NumericValid, read_codes
from registry.exchange.readings_csv import read_readings
from registry.repositories.meter_readings import ReadingFilters
from registry.spelling import storable
from registry.usecases.record_readings import ReadingReport, record_readings
from registry.usecases.record_upload import Upload, record_upload
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

_READINGS = 50  # Rows of a page.

Text = Annotated[str, Query(max_length=255)]


@router.get("/readings")
def show_readings(  # noqa: PLR0913, PLR0917 - one parameter of the URL each.
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    metering_point: Text = "",
    first: Annotated[str, Query(alias="from")] = "",
    until: Text = "",
    current: Text = "",
    cursor: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """What points measured, the latest recorded first, with filters in the address and twins for machines."""
    filters = filters_of(metering_point.strip(), first, until, current == "true")
    return page("readings.html", language, request, _readings_values(context, party, filters, current, cursor))


@router.post("/readings/import")
def bring_readings(
    context: Given,
    language: Speaking,
    request: Request,
    party: RecordingItems,
    file: Annotated[UploadFile, Form()],
    codes: Annotated[UploadFile | None, Form()] = None,
    numeric_valid: Annotated[str, Form(max_length=8)] = "",
    deed: Annotated[str, Form(max_length=8)] = "check",
) -> HTMLResponse:
    """Check a file, or record it; then the same page with the report, each defect with its place."""
    values = _readings_values(context, party, ReadingFilters(), "", None)
    try:
        report = _brought(context, party, file, codes, numeric_valid, is_dry_run=deed != "record")
    except (TraceabilityError, RegistryError) as error:
        return page("readings.html", language, request, values, error=error)
    values = _readings_values(context, party, ReadingFilters(), "", None) | {
        "report": report_answer(report),
        "file_name": file.filename or "",
    }
    return page("readings.html", language, request, values)


def _brought(
    context: Context, party: Party, file: UploadFile, codes: UploadFile | None, numeric_valid: str, *, is_dry_run: bool
) -> ReadingReport:
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnacceptableError("file", f"more than {MOST_BYTES} bytes", f"文件超过 {MOST_BYTES} 字节")
    name, at = storable(file.filename or "readings.csv")[:200], context.clock()
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        sent, problems = read_readings(content, name)
        return record_readings(context.store, sent, party=party, at=at, source=name, problems=problems, is_dry_run=is_dry_run)
    told = b"" if codes is None else codes.file.read(MOST_BYTES)
    meaning = NumericValid(numeric_valid) if numeric_valid in set(NumericValid) else None
    upload = Upload(data=content, codes=read_codes(told) if told else [], numeric_valid=meaning)
    editions = load_editions(context.data_dir)
    return record_upload(context.store, upload, party=party, at=at, editions=editions, is_dry_run=is_dry_run)


def _readings_values(
    context: Context, party: Party, filters: ReadingFilters, current: str, cursor: int | None
) -> dict[str, object]:
    found = listed(context, party, filters, cursor or LATEST, _READINGS + 1)
    query = {
        "metering_point": filters.metering_point or "",
        "from": "" if filters.start is None else str(filters.start),
        "until": "" if filters.until is None else str(filters.until),
        "current": current,
    }
    return {
        "readings": [reading_answer(each) for each in found[:_READINGS]],
        "next": str(found[_READINGS - 1].entry) if len(found) > _READINGS else None,
        "asked": query,
        "twins": [(form.upper(), links.api_list("readings", **query, format=form)) for form in ("json", "csv", "ndjson")],
        "template": links.api_list("readings/template.csv"),
        "may_record": party.may(Permission.RECORD_ITEMS),
        "report": None,
        "file_name": "",
    }
