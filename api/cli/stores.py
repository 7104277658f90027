"""The store that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

from registry import schema
from registry.settings import Settings
from registry.unit_of_work import Store, open_store


@contextmanager
def opened(url: str | None = None, *, is_writing: bool = False) -> Iterator[Store]:
    """The store of the settings, or at a URL. An empty database gets its tables.

    One of an earlier release is brought up to date by commands that write, and refused to those that only ask: nobody
    changes a database by a question.
    """
    store = open_store(url or Settings().store_url)
    try:
        if is_writing or schema.current_revision(store) is None:
            schema.upgrade(store)
        schema.check_schema(store)
        yield store
    finally:
        store.close()
