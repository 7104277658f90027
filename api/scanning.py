"""What stands between a label's scan and the store: answers kept while nothing changed, guessing slowed down, scans noted.

An answer is kept under the number of the latest recording, which every scan asks the store for first: so whatever was recorded
is seen by the next scan, by this process and by others.
"""

import hmac
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api import clock
from registry.access import Party
from registry.errors import StoreError, WaitError
from registry.labels.records import LabelRecord
from registry.repositories.scans import latest_recording_now
from registry.scanning.anomalies import Scan
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.note_scans import KEPT_DAYS, hour_of, note_scans
from registry.usecases.scan_label import Register, register_of
from registry.usecases.standing import Standing
from traceability.periods import civil_day

# Unknown codes of one client, over all processes: more than anybody mistypes, and nothing to a guess of one in 4e15.
MISSES_A_MINUTE = 30

_MOST_ANSWERS = 50_000  # Kept at once, some kilobytes each.
_MADE_AT_ONCE = 2  # New answers: one computes while another reads.
_MOST_NOTED = 10_000  # Scans that wait to be written while the store cannot be.
_TOGETHER = 500  # Scans that are written together,
_WAIT = 10  # or after so many seconds.


class Key(NamedTuple):
    """What an answer depends on besides the records: what was scanned, the day asked for, the policy, the language."""

    text: str
    as_of: date | None
    policy: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer: `label` is the one that was read, `good_until` when something recorded ahead becomes known."""

    body: bytes
    label: LabelRecord | None
    day: date
    good_until: datetime | None


class Scanning:
    """One for an app; threads share it. Of several `workers`, each allows its part of what a client may miss."""

    def __init__(self, store: Store, *, kept_days: int = KEPT_DAYS, workers: int = 1) -> None:
        self._store = store
        self._kept_days = kept_days
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._limit = RateLimitItemPerMinute(max(1, MISSES_A_MINUTE // workers))
        self._has_missed: set[str] = set()
        self._answers: dict[Key, Kept] = {}
        self._version = -1
        self._register: tuple[int, Register] | None = None
        self._standing: Standing | None = None
        self._salts: dict[date, bytes] = {}
        self._noted: deque[Scan] = deque()
        self._noted_at = 0.0
        self._writing = Lock()
        self._making = CapacityLimiter(_MADE_AT_ONCE)

    async def make(self, work: Callable[[], Kept]) -> Kept:
        """A new answer, made beside the event loop, and only a few at once: more would wait for each other's locks."""
        return await to_thread.run_sync(work, limiter=self._making)

    def version(self) -> int:
        """The number of the latest recording: one indexed read."""
        return latest_recording_now(self._store)

    def register(self, work: UnitOfWork, version: int) -> Register:
        """The state of the register at a recording, put together once."""
        held = self._register
        if held is None or held[0] != version:
            held = self._register = (version, register_of(work))
        return held[1]

    def standing(self, version: int, now: datetime) -> Standing | None:
        """What is in memory of the register at a recording; None for an instant that is already over for it."""
        held = self._standing
        if held is None or not held.holds(version, now):
            held = self._standing = Standing(version, now)
        return held if held.known_at <= now else None

    def kept(self, key: Key, version: int, now: datetime) -> Kept | None:
        """The answer, if nothing was recorded since, the day is the same, and nothing became known."""
        if version != self._version:
            return None
        found = self._answers.get(key)
        if found is None or found.day != civil_day(now) or (found.good_until is not None and now >= found.good_until):
            return None
        return found

    def keep(self, key: Key, version: int, answer: Kept) -> None:
        """Keep an answer that was made on the records up to that recording; older answers are dropped with the first newer."""
        if version > self._version or len(self._answers) >= _MOST_ANSWERS:
            self._answers, self._version = {}, max(version, self._version)
        if version == self._version:
            self._answers[key] = answer

    def admit(self, client: str | None) -> None:
        """WaitError for a client that met too many codes that nobody issued; it is told nothing, not even of good ones."""
        if client in self._has_missed and client is not None and not self._limiter.test(self._limit, client):
            reset, _ = self._limiter.get_window_stats(self._limit, client)
            raise WaitError(max(1, round(reset - clock.now().timestamp()) + 1))

    def missed(self, client: str | None) -> None:
        """Count a code that nobody issued."""
        if client is None:
            return
        if len(self._has_missed) >= _MOST_NOTED:
            self._has_missed.clear()
            self._storage.reset()
        self._has_missed.add(client)
        self._limiter.hit(self._limit, client)

    def note(
        self,
        request: Request,
        label: LabelRecord | None,
        now: datetime,
        *,
        seen_serial: str | None = None,
        place: str | None = None,
    ) -> bool:
        """Note that a label was scanned; whether it is time to write what was noted (`write`)."""
        if label is None or len(self._noted) >= _MOST_NOTED:
            return False
        if not self._noted:
            self._noted_at = now.timestamp()
        who = self._digest(request, now)
        self._noted.append(Scan(hour_of(now), label.code, label.state, who, place=place, seen_serial=seen_serial))
        return len(self._noted) >= _TOGETHER or now.timestamp() - self._noted_at >= _WAIT

    def write(self, now: Callable[[], datetime]) -> None:
        """Write what was noted. What cannot be written now waits; scans are no records, and no visitor is told."""
        with self._writing:
            noted = [self._noted.popleft() for _ in range(len(self._noted))]
            if not noted:
                return
            try:
                with self._store.writing() as work:
                    note_scans(work, noted, at=now(), kept_days=self._kept_days)
            except StoreError as error:
                structlog.get_logger().warning("scans_not_written", scans=len(noted), reason=error.en)
                self._noted.extendleft(reversed(noted))

    def _digest(self, request: Request, now: datetime) -> str:
        """Who scanned, as a digest that nobody can trace back after the day: its salt is kept in memory and dropped."""
        day = civil_day(now)
        salt = self._salts.get(day)
        if salt is None:
            salt = secrets.token_bytes(32)
            self._salts = {day: salt}
        who = f"{address_of(request)}\n{request.headers.get('user-agent', '')}"
        return hmac.new(salt, who.encode("utf-8", "replace"), sha256).hexdigest()[:16]


def client_of(request: Request, party: Party | None) -> str | None:
    """Whose misses are counted together: a party's, else those from one address; None for the operator at the machine."""
    if party is None:
        return f"address {address_of(request)}"
    return None if party.is_operator else party.name


def address_of(request: Request) -> str:
    """The address from which a request came, as the server tells it."""
    return request.client.host if request.client is not None else ""
