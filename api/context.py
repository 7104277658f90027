"""What every endpoint needs, put together once when the app is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request
from pydantic import AfterValidator

from api.language import Bilingual, Language, preferred
from api.oidc import Provider
from api.scanning import Scanning
from registry.jobs.running import JobRunner
from registry.ledger.notes import Signer
from registry.ledger.timestamps import Authority
from registry.notices.posting import Post, posting_over_http
from registry.notices.settings import NoticeSettings
from registry.passwords import Passwords
from registry.repositories import accounts
from registry.spelling import storable
from registry.unit_of_work import Store

SESSION_LIFETIME = timedelta(hours=12)  # A working day and its evening.


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The store, the clock, and what pages show of their surroundings.

    `jobs`: what has work done in the background, opened when it is needed first. `featured`: targets that the start page shows
    first under a title of their own, as the demo does. `session_lifetime`: after it people sign in again, however busy they
    were. `provider`: the identity provider that people may sign in at. `signer`: what signs checkpoints of the ledger and
    proofs; None where this service has no key. `stamps`: who puts time stamps on checkpoints.
    `post`: how others are reached over the network. `open_data_licence`: as the operator states it; empty where it does not.
    """

    store: Store
    clock: Callable[[], datetime]
    base_url: str
    scanning: Scanning
    jobs: Callable[[], JobRunner]
    featured: Mapping[str, Bilingual] = field(default_factory=dict)
    notices: NoticeSettings = field(default_factory=NoticeSettings, repr=False)
    passwords: Passwords = field(default_factory=Passwords, repr=False)
    session_lifetime: timedelta = SESSION_LIFETIME
    provider: Provider | None = None
    signer: Signer | None = None
    open_data_licence: str = ""
    stamps: Authority | None = None
    post: Post = field(default_factory=lambda: posting_over_http(allows_private=False), repr=False)
    _was_claimed: Event = field(default_factory=Event, repr=False)

    @property
    def data_dir(self) -> Path:
        """Where private keys lie."""
        return self.notices.data_dir

    @property
    def was_claimed(self) -> bool:
        """Whether it is known already that somebody has; for what may not ask the store, as pages that tell of its faults."""
        return self._was_claimed.is_set()

    def is_claimed(self) -> bool:
        """Whether an administrator has taken charge of the registry; asked of the store until it is so, as it stays so."""
        if not self._was_claimed.is_set():
            with self.store.reading() as work:
                if accounts.is_claimed(work):
                    self._was_claimed.set()
        return self._was_claimed.is_set()


# What only looks at the request is a coroutine: FastAPI runs functions in a thread, a hop that costs more than these.


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _language(request: Request) -> Language:
    return preferred(request.headers.get("accept-language"), request.query_params.get("lang"))


def _decoded(encoded: str) -> str:
    """An id out of a path that was left encoded (see guard.py). What no database can hold is not found."""
    return storable(unquote(encoded))


Given = Annotated[Context, Depends(_context)]
Speaking = Annotated[Language, Depends(_language)]
RecordId = Annotated[str, AfterValidator(_decoded)]
