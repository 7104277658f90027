"""The import page: bring a file, see what it would come to, say which column is which, confirm, watch, undo.

Everything works without scripts; with them the page tells by itself how far the work is.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.import_rows import finding_rows, mapping_rows, read_mapping
from api.routes.imports import cancel
from api.schemas.imports import ImportJobAnswer, import_job_answer
from api.security import Reading, RecordingItems
from api.templating import rendered
from registry.access import Permission
from registry.exchange.import_sources import FileFormat
from registry.usecases import import_files
from registry.usecases.import_files import ImportState, ImportStatus, NewImport
from traceability.problems import InputError

router = APIRouter(prefix="/imports", include_in_schema=False)

_LISTED = 30  # Imports on the page.
_LATEST = 2**62
_MAPPABLE = frozenset({ImportState.CHECKED, ImportState.REFUSED, ImportState.CANCELLED})


@router.get("")
def show_imports(context: Given, language: Speaking, party: Reading, request: Request) -> HTMLResponse:
    """Where files are brought, and what came of those before."""
    with context.store.reading() as work:
        listed = import_files.list_imports(work, party, _LATEST, _LISTED)
    answers = [_answer(context, each) for each in listed]
    may_record = party.may(Permission.RECORD_ITEMS)
    return _page("imports.html", language, request, imports=answers, may_record=may_record, exports=_exports())


@router.post("")
def bring(
    context: Given,
    party: RecordingItems,
    request: Request,
    file: Annotated[UploadFile, Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keep the file and have it checked."""
    new = NewImport(file=file.file, name=file.filename or "", is_dry_run=True, reason=reason.strip() or None)
    id_, job = import_files.receive(context.store, new, party=party, at=context.clock())
    context.jobs().queue.wake(job)
    return _to(id_, request)


@router.get("/{import_id}")
def show_import(context: Given, language: Speaking, party: Reading, request: Request, import_id: RecordId) -> HTMLResponse:
    """One import: how far it is, what it comes to, and what can be done."""
    with context.store.reading() as work:
        status = import_files.status_of(work, import_id, party)
        told = import_files.told_job(work, status.stored)
        findings = finding_rows(work, told, language)
        columns = mapping_rows(work, status.stored, language) if _has_columns(status) else None
    return _page(
        "import.html",
        language,
        request,
        one=_answer(context, status),
        findings=findings,
        columns=columns,
        may_record=party.may(Permission.RECORD_ITEMS),
    )


@router.get("/{import_id}/progress")
def show_progress(context: Given, language: Speaking, party: Reading, request: Request, import_id: RecordId) -> HTMLResponse:
    """How far it is, as a part of the page that a script puts in place; when it is done, the script opens the page again."""
    with context.store.reading() as work:
        status = import_files.status_of(work, import_id, party)
    return _page("import_progress.html", language, request, one=_answer(context, status))


@router.post("/{import_id}/confirm")
def confirm(context: Given, party: RecordingItems, request: Request, import_id: RecordId) -> Response:
    """Have it recorded."""
    job = import_files.confirm(context.store, import_id, party=party, at=context.clock())
    context.jobs().queue.wake(job)
    return _to(import_id, request)


@router.post("/{import_id}/cancel")
def stop(context: Given, party: RecordingItems, request: Request, import_id: RecordId) -> Response:
    """Have the work on it stopped."""
    cancel(context, party, import_id)
    return _to(import_id, request)


@router.post("/{import_id}/undo")
def undo(
    context: Given, party: RecordingItems, request: Request, import_id: RecordId, reason: Annotated[str, Form(max_length=1000)]
) -> Response:
    """Have it taken back."""
    job = import_files.undo(context.store, import_id, party=party, at=context.clock(), reason=reason)
    context.jobs().queue.wake(job)
    return _to(import_id, request)


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


@router.post("/{import_id}/mapping")
def set_mapping(
    context: Given,
    party: RecordingItems,
    request: Request,
    import_id: RecordId,
    fields: Annotated[dict[str, str], Depends(_fields)],
) -> Response:
    """Read the columns as the form says, and check again."""
    with context.store.reading() as work:
        status = import_files.status_of(work, import_id, party)
        if not FileFormat(status.stored.format).is_workbook:
            raise InputError("$", "only workbooks have columns", "只有表格文件才有列对应")
        mapping = read_mapping(import_files.proposal_of(work, status.stored), fields)
    job = import_files.remap(context.store, import_id, mapping, party=party, at=context.clock())
    context.jobs().queue.wake(job)
    return _to(import_id, request)


def _exports() -> list[tuple[str, str]]:
    """The addresses of everything that one sees, by the name of the form."""
    named = {"json": "JSON", "ndjson": "NDJSON", "jsonld": "JSON-LD", "csv": "CSV.zip", "parquet": "Parquet.zip"}
    return [(name, links.api_list("records", format=form)) for form, name in named.items()]


def _has_columns(status: ImportStatus) -> bool:
    return FileFormat(status.stored.format).is_workbook and not status.is_running and status.state in _MAPPABLE


def _answer(context: Context, status: ImportStatus) -> ImportJobAnswer:
    return import_job_answer(status, context.jobs().queue.told(status.job.entry) if status.is_running else None)


def _to(id_: str, request: Request) -> RedirectResponse:
    """To the page of the import, by GET."""
    return RedirectResponse(links.import_page(id_, lang=request.query_params.get("lang")), 303)


def _page(template: str, language: Language, request: Request, **values: object) -> HTMLResponse:
    return HTMLResponse(
        rendered(template, language, request, **values),
        headers={"content-language": language.tag, "vary": "Accept-Language", "cache-control": "no-store"},
    )
