"""Photos of items: documents by their SHA-256, the latest of an item counts."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from registry.queries import Query
from registry.scan_tables import ItemPhotos
from registry.scanning.photos import MEDIA_TYPE, Photo
from registry.table_parts import table_of
from registry.tables import Documents
from registry.unit_of_work import UnitOfWork

_photos = table_of(ItemPhotos)
_documents = table_of(Documents)


class ItemPhoto(NamedTuple):
    """The SHA-256 of a photo and of its small form."""

    photo: str
    preview: str


def photo_of(work: UnitOfWork, item: str) -> ItemPhoto | None:
    """The latest photo of an item; None when it has none."""
    rows = work.rows(_LATEST, item=item)
    return ItemPhoto(*rows[0]) if rows else None


def keep_photo(work: UnitOfWork, item: str, photo: Photo, recording: int) -> ItemPhoto:
    """Keep a photo as the latest of an item."""
    kept = ItemPhoto(*photo.digests)
    for sha256, content in dict(zip(kept, photo, strict=True)).items():
        if not work.rows(_IS_KEPT, sha256=sha256):
            work.append(Documents, [(sha256, MEDIA_TYPE, content, recording)])
    work.append(ItemPhotos, [(work.allot(ItemPhotos), item, *kept, recording)])
    return kept


_LATEST = Query(
    lambda _: (
        select(_photos.c.photo, _photos.c.preview)
        .where(_photos.c.item == bindparam("item"))
        .order_by(_photos.c.entry.desc())
        .limit(1)
    )
)
_IS_KEPT = Query(lambda _: select(_documents.c.sha256).where(_documents.c.sha256 == bindparam("sha256")))
