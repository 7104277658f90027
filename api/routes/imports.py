"""Whole files in: kept as they came, checked, recorded by a job, reported, undone."""

import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, BinaryIO, TypeVar, cast

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import failures, links
from api.context import Context, Given, RecordId, Speaking
from api.failures import RefusedError
from api.language import Bilingual, Language
from api.openapi import answers, refusals
from api.routes.answering import json_answer
from api.schemas.imports import ImportJobAnswer, ImportJobList, UndoBody, import_job_answer
from api.security import Reading, RecordingItems
from registry.access import Party
from registry.exchange import workbook
from registry.exchange.import_sources import FileFormat
from registry.usecases import import_files
from registry.usecases.import_files import ImportStatus, NewImport
from traceability.problems import InputError

router = APIRouter(prefix=f"{links.API}/imports", tags=["imports"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_K = TypeVar("_K")
_IN_MEMORY = 1024 * 1024  # Bytes of an upload beyond which it lies in a file.
_LATEST = 2**62  # Later than every import.
# By media type; None: the content decides.
_FORMATS: dict[str, FileFormat | None] = {
    "application/x-ndjson": FileFormat.NDJSON,
    "application/json": FileFormat.JSON,
    "application/ld+json": FileFormat.JSON,
    "application/zip": FileFormat.TABLES,
    "text/csv": FileFormat.CSV,
    XLSX: None,
    "application/vnd.ms-excel": None,
    "application/vnd.oasis.opendocument.spreadsheet": FileFormat.ODS,
    "application/xml": FileFormat.DCC,
    "application/dcc+xml": FileFormat.DCC,
    "application/octet-stream": None,
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in _FORMATS},
    }
}
_MAPPING = {"type": "object", "description": "sheets, columns and constants; see GET of the same address"}
_ACCEPTED = {**answers(ImportJobAnswer, "Taken on; ask `links.self` how far it is", "IMPORT_JOB", 202)}
_REFUSED = refusals(
    failures.NOT_FOUND,
    failures.STALE,
    failures.FORBIDDEN,
    failures.CROSS_SITE,
    failures.INPUT,
    failures.USAGE,
    failures.STORE,
)


def _format(request: Request) -> FileFormat | None:
    """The format that the media type says, which no other site can make a browser send without asking first."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORMATS:
        accepted = ", ".join(_FORMATS)
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {accepted}", f"one of {accepted} expected"))
    return _FORMATS[media_type]


async def _brought(
    request: Request,
    name: Annotated[str, Query(max_length=200, description="The file's name, for people")] = "",
    dry_run: Annotated[bool, Query(description="Check only; `confirm` records it then")] = False,  # noqa: FBT002
    reason: Annotated[str | None, Query(max_length=1000, description="Why records are corrected, where any is")] = None,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> AsyncIterator[NewImport]:
    """The body in a file of its own, as it arrives, with what is to be done with it."""
    format_ = _format(request)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
        opened = cast("BinaryIO", file)
        yield NewImport(file=opened, name=name, is_dry_run=dry_run, format=format_, reason=reason, key=idempotency_key)


@router.post(
    "",
    operation_id="importFile",
    summary="Import a file: records as NDJSON, JSON, JSON-LD or tables in a zip file, CSV, xlsx, xls, ods, or a DCC",
    status_code=202,
    response_class=Response,
    responses={
        **_ACCEPTED,
        **refusals(
            failures.INPUT, failures.USAGE, failures.TOO_LARGE, failures.MEDIA_TYPE, failures.CROSS_SITE, failures.STORE
        ),
    },
    openapi_extra=_BODY,
)
def import_file(
    context: Given, language: Speaking, party: RecordingItems, new: Annotated[NewImport, Depends(_brought)]
) -> Response:
    """The file is kept before this is answered. All of it is recorded, or nothing; sending it again changes nothing."""
    id_, job = import_files.receive(context.store, new, party=party, at=context.clock())
    context.jobs().queue.wake(job)
    return _answer(context, language, party, id_, 202)


@router.get(
    "",
    operation_id="listImports",
    summary="The imports of the own organization",
    response_class=Response,
    responses={**answers(ImportJobList, "The latest first", "IMPORT_JOBS"), **refusals(failures.USAGE, failures.STORE)},
)
def list_imports(
    context: Given,
    language: Speaking,
    party: Reading,
    cursor: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Imports page by page."""
    with context.store.reading() as work:
        found = import_files.list_imports(work, party, _LATEST if cursor is None else cursor, limit + 1)
    listed = tuple(_of(context, each) for each in found[:limit])
    following = str(found[limit - 1].stored.entry) if len(found) > limit else None
    return json_answer(ImportJobList(imports=listed, next=following), language)


@router.get(
    "/template.xlsx",
    operation_id="getImportTemplate",
    summary="The empty workbook, with drop-downs and an explanation",
    response_class=Response,
    responses={200: {"description": "A workbook", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_template(party: Reading) -> Response:
    """Chinese and English headers; columns may be renamed or moved, the import asks which is which."""
    del party
    return _download(workbook.template(), XLSX, "template.xlsx")


@router.get(
    "/{import_id}",
    operation_id="getImport",
    summary="How far an import is, and what it came to",
    response_class=Response,
    responses={
        **answers(ImportJobAnswer, "The import", "IMPORT_JOB"),
        **refusals(failures.NOT_FOUND, failures.USAGE, failures.STORE),
    },
)
def get_import(context: Given, language: Speaking, party: Reading, import_id: RecordId) -> Response:
    """Ask again while `progress` is there."""
    return _answer(context, language, party, import_id)


@router.get(
    "/{import_id}/report",
    operation_id="getImportReport",
    summary="The own workbook with an error column, or NDJSON of findings",
    response_class=Response,
    responses={
        200: {
            "description": "The report",
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in (XLSX, "text/csv")}
            | {"application/x-ndjson": {"schema": {"type": "string"}}},
        },
        **refusals(failures.NOT_FOUND, failures.USAGE, failures.STORE),
    },
)
def get_report(context: Given, party: Reading, import_id: RecordId) -> Response:
    """What was found out about each row, where the user looks for it."""
    with context.store.reading() as work:
        stored = import_files.status_of(work, import_id, party).stored
        content = import_files.report_of(work, stored)
    format_ = FileFormat(stored.format)
    stem = stored.name.rpartition(".")[0] or stored.name
    if not format_.is_workbook:
        return _download(content, "application/x-ndjson", f"{stem}-report.ndjson")
    if format_ is FileFormat.CSV:
        return _download(content, "text/csv; charset=utf-8", f"{stem}-report.csv")
    return _download(content, XLSX, f"{stem}-report.xlsx")


@router.get(
    "/{import_id}/mapping",
    operation_id="getImportMapping",
    summary="Which column of a workbook is taken for what",
    response_class=Response,
    responses={
        200: {"description": "The proposal", "content": {"application/json": {"schema": {"type": "object"}}}},
        **refusals(failures.NOT_FOUND, failures.INPUT, failures.USAGE, failures.STORE),
    },
)
def get_mapping(context: Given, language: Speaking, party: Reading, import_id: RecordId) -> Response:
    """`mapping` can be corrected and sent back; it is remembered for the next file of the organization."""
    with context.store.reading() as work:
        stored = import_files.status_of(work, import_id, party).stored
        if not FileFormat(stored.format).is_workbook:
            raise InputError("$", "only workbooks have columns", "只有表格文件才有列对应")
        return json_answer(import_files.proposal_of(work, stored), language)


async def _mapping_of(request: Request) -> workbook.Mapping:
    return _decoded(await request.body(), workbook.Mapping)


async def _undo_of(request: Request) -> UndoBody:
    return _decoded(await request.body(), UndoBody)


@router.post(
    "/{import_id}/mapping",
    operation_id="setImportMapping",
    summary="Say which column is what, and have the file checked again",
    status_code=202,
    response_class=Response,
    responses={**_ACCEPTED, **_REFUSED},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _MAPPING}}}},
)
def set_mapping(
    context: Given,
    language: Speaking,
    party: RecordingItems,
    import_id: RecordId,
    mapping: Annotated[workbook.Mapping, Depends(_mapping_of)],
) -> Response:
    """Remembered for the organization."""
    job = import_files.remap(context.store, import_id, mapping, party=party, at=context.clock())
    context.jobs().queue.wake(job)
    return _answer(context, language, party, import_id, 202)


@router.post(
    "/{import_id}/confirm",
    operation_id="confirmImport",
    summary="Record what was checked",
    status_code=202,
    response_class=Response,
    responses={**_ACCEPTED, **_REFUSED},
)
def confirm_import(context: Given, language: Speaking, party: RecordingItems, import_id: RecordId) -> Response:
    """Where the organization asks for a second person, that is one who may approve and did not bring the file."""
    job = import_files.confirm(context.store, import_id, party=party, at=context.clock())
    context.jobs().queue.wake(job)
    return _answer(context, language, party, import_id, 202)


@router.post(
    "/{import_id}/cancel",
    operation_id="cancelImport",
    summary="Stop the work on an import; nothing of it stays",
    status_code=202,
    response_class=Response,
    responses={**_ACCEPTED, **_REFUSED},
)
def cancel_import(context: Given, language: Speaking, party: RecordingItems, import_id: RecordId) -> Response:
    """It stops at the next batch; what was recorded completely is undone instead."""
    cancel(context, party, import_id)
    return _answer(context, language, party, import_id, 202)


@router.post(
    "/{import_id}/undo",
    operation_id="undoImport",
    summary="Take everything back that an import brought, as a new fact",
    status_code=202,
    response_class=Response,
    responses={**_ACCEPTED, **_REFUSED},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/UndoBody"}, "example": "UNDO"}},
        }
    },
)
def undo_import(
    context: Given,
    language: Speaking,
    party: RecordingItems,
    import_id: RecordId,
    body: Annotated[UndoBody, Depends(_undo_of)],
) -> Response:
    """From then on verdicts are those that there would be without it; what was known before stays as it was known."""
    job = import_files.undo(context.store, import_id, party=party, at=context.clock(), reason=body.reason)
    context.jobs().queue.wake(job)
    return _answer(context, language, party, import_id, 202)


def cancel(context: Context, party: Party, import_id: str) -> None:
    """Stop the job of an import, if one is at work."""
    with context.store.reading() as work:
        status = import_files.status_of(work, import_id, party)
    if status.is_running:
        context.jobs().cancel(status.job.entry, party.name)


def _answer(context: Context, language: Language, party: Party, id_: str, status: int = 200) -> Response:
    with context.store.reading() as work:
        found = import_files.status_of(work, id_, party)
    answer = json_answer(_of(context, found), language, status)
    if status == 202:
        answer.headers["location"] = links.import_(id_)
    return answer


def _of(context: Context, status: ImportStatus) -> ImportJobAnswer:
    return import_job_answer(status, context.jobs().queue.told(status.job.entry) if status.is_running else None)


def _decoded(body: bytes, kind: type[_K]) -> _K:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        raise InputError(path.rstrip("`") or "$", reason, f"不合规：{reason}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("$", "not JSON", "不是 JSON") from error


def _download(content: bytes, media_type: str, name: str) -> Response:
    quoted = links.quoted(name)
    return Response(content, 200, {"content-disposition": f"attachment; filename*=UTF-8''{quoted}"}, media_type)
