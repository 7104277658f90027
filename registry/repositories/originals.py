"""The original files that the store keeps, against the SHA-256 under which it keeps them and which leaves of the ledger say."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import bindparam, exists, select, union_all

from registry.import_tables import UploadedPieces, Uploads
from registry.queries import Query
from registry.review_case_tables import ReviewFiles
from registry.round_tables import RoundObservations, RoundPhotos
from registry.scan_tables import ItemPhotos
from registry.table_parts import table_of
from registry.tables import Documents, Readings
from registry.unit_of_work import UnitOfWork

_documents = table_of(Documents)
_uploads = table_of(Uploads)
_pieces = table_of(UploadedPieces)
_photos = table_of(RoundPhotos)
_observations = table_of(RoundObservations)
_item_photos = table_of(ItemPhotos)
_readings = table_of(Readings)
_review_files = table_of(ReviewFiles)


def kept(work: UnitOfWork) -> Iterator[tuple[str, str, bool]]:
    """All kept files, one after the other: the table, the SHA-256 it goes by, and whether that is what its bytes have."""
    for table, keys, pieces in _FILES:
        after: str | int = "" if table != RoundPhotos.__tablename__ else 0
        while rows := work.rows(keys, after=after):
            ((after, sha256),) = rows
            digest = hashlib.sha256()
            for (piece,) in work.stream(pieces, key=after):
                digest.update(piece)
            yield table, sha256, digest.hexdigest() == sha256


def missing(work: UnitOfWork) -> Iterator[tuple[str, int, str]]:
    """Rows with leaves that name a file which is not kept: table, running number, SHA-256."""
    for table, query in _MISSING:
        for record, sha256 in work.rows(query):
            yield table, record, sha256


_FILES = (
    (
        "documents",
        Query(
            lambda _: (
                select(_documents.c.sha256, _documents.c.sha256.label("digest"))
                .where(_documents.c.sha256 > bindparam("after"))
                .order_by(_documents.c.sha256)
                .limit(1)
            )
        ),
        Query(lambda _: select(_documents.c.content).where(_documents.c.sha256 == bindparam("key"))),
    ),
    (
        "uploads",
        Query(
            lambda _: (
                select(_uploads.c.sha256, _uploads.c.sha256.label("digest"))
                .where(_uploads.c.sha256 > bindparam("after"))
                .order_by(_uploads.c.sha256)
                .limit(1)
            )
        ),
        Query(lambda _: select(_pieces.c.content).where(_pieces.c.sha256 == bindparam("key")).order_by(_pieces.c.position)),
    ),
    (
        "round_photos",
        Query(
            lambda _: (
                select(_photos.c.entry, _photos.c.sha256)
                .where(_photos.c.entry > bindparam("after"))
                .order_by(_photos.c.entry)
                .limit(1)
            )
        ),
        Query(lambda _: select(_photos.c.content).where(_photos.c.entry == bindparam("key"))),
    ),
)
_named_photos = union_all(
    select(_item_photos.c.entry, _item_photos.c.photo.label("sha256")),
    select(_item_photos.c.entry, _item_photos.c.preview.label("sha256")),
).subquery()
_MISSING = (
    (
        "readings",
        Query(
            lambda _: (
                select(_readings.c.entry, _readings.c.document)
                .where(~exists().where(_documents.c.sha256 == _readings.c.document))
                .order_by(_readings.c.entry)
                .limit(1)
            )
        ),
    ),
    (
        "review_files",
        Query(
            lambda _: (
                select(_review_files.c.entry, _review_files.c.sha256)
                .where(~exists().where(_documents.c.sha256 == _review_files.c.sha256))
                .order_by(_review_files.c.entry)
                .limit(1)
            )
        ),
    ),
    (
        "item_photos",
        Query(
            lambda _: (
                select(_named_photos.c.entry, _named_photos.c.sha256)
                .where(~exists().where(_documents.c.sha256 == _named_photos.c.sha256))
                .order_by(_named_photos.c.entry)
                .limit(1)
            )
        ),
    ),
    (
        "round_observations",
        Query(
            lambda _: (
                select(_observations.c.entry, _observations.c.photo)
                .where(
                    _observations.c.photo != "",
                    ~exists().where(
                        _photos.c.round_entry == _observations.c.round_entry, _photos.c.sha256 == _observations.c.photo
                    ),
                )
                .order_by(_observations.c.entry)
                .limit(1)
            )
        ),
    ),
)
