"""A photo of an item, by those who hold it."""

from datetime import datetime

from registry.access import Party
from registry.repositories.photos import ItemPhoto, keep_photo, photo_of
from registry.repositories.recordings import Recorder
from registry.scanning.photos import Photo
from registry.unit_of_work import UnitOfWork
from registry.usecases.holding_labels import check_own_items


def add_photo(work: UnitOfWork, party: Party, item: str, photo: Photo, *, at: datetime) -> ItemPhoto:
    """The photo, from now on the one that the label's page shows; the same one again changes nothing.

    UnknownError for an item that the party's own organization does not hold.
    """
    check_own_items(work, party, [item])
    recorder = Recorder(work, party=party, at=at, source="photo of an item")
    before = photo_of(work, item)
    kept = ItemPhoto(*photo.digests)
    return before if before == kept else keep_photo(work, item, photo, recorder.begun())
