"""Records as files: any of the forms that can be imported again, made inside one unit of work and sent when it is over."""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from api.openapi import Responses
from registry.exchange.forms import KINDS, RecordForm, Sections, written

_IN_MEMORY = 1024 * 1024  # Bytes beyond which a file lies on disk.
_PIECE = 64 * 1024  # Bytes.

FileForm = Annotated[
    RecordForm,
    Query(alias="format", description="`csv` and `parquet` are zip files with a table for each list."),
]


def file_of(sections: Sections, form: RecordForm, name: str) -> StreamingResponse:
    """The records as a file. Whoever reads slowly holds no connection to the database."""
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it.
    try:
        for piece in written(sections, form):
            file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return attachment(_pieces(file), form, name)


def attachment(pieces: Iterable[bytes], form: RecordForm, name: str) -> StreamingResponse:
    """Pieces of a file in a form, to be kept under a name."""
    headers = {"content-disposition": f'attachment; filename="{name}.{KINDS[form].suffix}"'}
    return StreamingResponse(pieces, headers=headers, media_type=KINDS[form].media_type)


def record_files(description: str) -> Responses:
    """The declaration of records as a file in any form."""
    content = {kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS.values()}
    for form in (RecordForm.JSON, RecordForm.JSONLD):
        content[KINDS[form].media_type] = {"schema": {"type": "object"}}
    return {200: {"description": description, "content": content}}


def _pieces(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
