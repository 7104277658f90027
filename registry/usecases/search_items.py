"""Items by what is printed on them or on their certificates, page by page."""

from dataclasses import dataclass

from registry.repositories.latest import latest_items
from registry.repositories.search import matching_ids
from registry.unit_of_work import UnitOfWork
from traceability.records import Item

LARGEST_PAGE = 200  # Items.


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Items in the order of their ids, each in the version recorded last; `next` is where the following page begins."""

    items: tuple[Item, ...]
    next: str | None


def search_items(work: UnitOfWork, text: str, *, after: str | None = None, most: int = 50) -> Page:
    """The items whose id begins with the text, or whose serial number or certificate number it is; all for an empty text.

    `after`: the `next` of the page before. At most LARGEST_PAGE items a page.
    """
    size = max(1, min(most, LARGEST_PAGE))
    ids = matching_ids(work, text, after or "", size + 1)
    latest = latest_items(work, ids[:size])
    items = tuple(latest[id_] for id_ in ids[:size] if id_ in latest)
    return Page(items=items, next=ids[size - 1] if len(ids) > size else None)
