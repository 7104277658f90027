"""What every endpoint needs, put together once when the app is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request
from pydantic import AfterValidator

from api.language import Bilingual, Language, preferred
from registry.ledger.notes import Signer
from registry.repositories import accounts
from registry.spelling import storable
from registry.unit_of_work import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The store, the clock, and what pages show of their surroundings.

    `featured`: targets that the start page shows first under a title of their own, as the demo does. `signer`: what signs
    checkpoints of the ledger; None where this service has no key.
    """

    store: Store
    clock: Callable[[], datetime]
    base_url: str
    featured: Mapping[str, Bilingual] = field(default_factory=dict)
    signer: Signer | None = None
    _was_claimed: Event = field(default_factory=Event, repr=False)

    def is_claimed(self) -> bool:
        """Whether an administrator has taken charge of the registry; asked of the store until it is so, as it stays so."""
        if not self._was_claimed.is_set():
            with self.store.reading() as work:
                if accounts.is_claimed(work):
                    self._was_claimed.set()
        return self._was_claimed.is_set()


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


def _language(request: Request) -> Language:
    return preferred(request.headers.get("accept-language"), request.query_params.get("lang"))


def _decoded(encoded: str) -> str:
    """An id out of a path that was left encoded (see guard.py). What no database can hold is not found."""
    return storable(unquote(encoded))


Given = Annotated[Context, Depends(_context)]
Speaking = Annotated[Language, Depends(_language)]
RecordId = Annotated[str, AfterValidator(_decoded)]
