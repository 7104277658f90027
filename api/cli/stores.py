"""The store that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

from registry import schema
from registry.settings import Settings
from registry.unit_of_work import Store, open_store


@contextmanager
def opened(url: str | None = None) -> Iterator[Store]:
    """The store of the settings, or at a URL. An empty database gets its tables; one of another release is refused.

    An existing database is brought up to date by `registry migrate` only, so that nobody changes it by asking a question.
    """
    store = open_store(url or Settings().store_url)
    try:
        if schema.current_revision(store) is None:
            schema.upgrade(store)
        schema.check_schema(store)
        yield store
    finally:
        store.close()
