"""Files as they came: kept whole before anything is made of them, in pieces that fit into memory."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import bindparam, select

from registry.columns import instant_number
from registry.import_tables import UploadedPieces, Uploads
from registry.queries import Query
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

PIECE = 1024 * 1024  # Bytes.

_pieces = table_of(UploadedPieces)
_uploads = table_of(Uploads)


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of a file from its beginning, which is where it stands again."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # Files that are read have readinto.
    file.seek(0)
    return digest


def keep_upload(work: UnitOfWork, file: BinaryIO, sha256: str, at: datetime) -> None:
    """Keep a file under its digest, unless the same bytes are kept already."""
    if size_of(work, sha256) is not None:
        return
    file.seek(0, 2)
    work.append(Uploads, [(sha256, file.tell(), instant_number(at))])
    file.seek(0)
    position = 0
    while piece := file.read(PIECE):
        work.append(UploadedPieces, [(sha256, position, piece)])
        position += 1


def size_of(work: UnitOfWork, sha256: str) -> int | None:
    """The size of an upload in bytes; None when it is not kept."""
    rows = work.rows(_SIZE, sha256=sha256)
    return rows[0][0] if rows else None


def pieces_of(work: UnitOfWork, sha256: str) -> Iterator[bytes]:
    """The bytes of an upload, piece by piece."""
    position = 0
    while rows := work.rows(_PIECE, sha256=sha256, position=position):
        yield bytes(rows[0][0])
        position += 1


def content_of(work: UnitOfWork, sha256: str) -> bytes:
    """All bytes of an upload; for formats that are read as a whole, whose size is bounded."""
    return b"".join(pieces_of(work, sha256))


_SIZE = Query(lambda _: select(_uploads.c.size).where(_uploads.c.sha256 == bindparam("sha256")))
_PIECE = Query(
    lambda _: select(_pieces.c.content).where(
        _pieces.c.sha256 == bindparam("sha256"), _pieces.c.position == bindparam("position")
    )
)
