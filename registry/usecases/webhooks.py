"""Endpoints of webhooks: made, changed, ended, taken up again, pinged, given new secrets. Each change is a new fact."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from registry.access import Party
from registry.errors import StaleError, TakenError, UnacceptableError, UnknownError
from registry.notices.addresses import checked_url
from registry.notices.announcing import ping
from registry.notices.events import SUBSCRIBABLE, EventType
from registry.notices.settings import NoticeSettings
from registry.repositories import outgoing, webhooks
from registry.repositories.recordings import Recorder
from registry.repositories.webhooks import Endpoint, Sealed
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork

OLD_SECRET = timedelta(hours=24)  # How long the secret before a new one signs as well.
MOST_ENDPOINTS = 20  # Of one organization that are active.

_SECRET_BYTES = 32  # Standard Webhooks asks for 24 to 64.


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEndpoint:
    """Where webhooks are to go, for which types of events, and what people call it."""

    url: str
    event_types: Iterable[str]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An endpoint with a secret that is shown this once."""

    endpoint: Endpoint
    secret: str


def make_endpoint(work: UnitOfWork, party: Party, wanted: WantedEndpoint, at: datetime, settings: NoticeSettings) -> Made:
    """A new endpoint of the party's organization. AddressRefusedError, UnacceptableError, TakenError."""
    event_types = _checked(wanted, settings)
    active = [each for each in webhooks.endpoints_of(work, party.organization) if each.is_active]
    if len(active) >= MOST_ENDPOINTS:
        raise TakenError("$.url", f"there are {MOST_ENDPOINTS} endpoints already", f"已有 {MOST_ENDPOINTS} 个接收地址")
    endpoint = Endpoint(
        version=0,
        id=f"ep_{uuid4().hex}",
        organization=party.organization,
        url=wanted.url,
        event_types=event_types,
        name=storable(wanted.name),
        is_active=True,
        ended_by=None,
        recording=_recording(work, party, at, "made"),
    )
    webhooks.append_endpoint(work, endpoint)
    return Made(endpoint=_stored(work, endpoint.id), secret=_new_secret(work, endpoint, None, settings))


def change_endpoint(
    work: UnitOfWork,
    party: Party,
    endpoint: Endpoint,
    wanted: WantedEndpoint,
    *,
    version: int | None,
    at: datetime,
    settings: NoticeSettings,
) -> Endpoint:
    """The endpoint with another address, other types or another name; one that was ended is active again.

    StaleError when it has another version by now; None for whatever version it has.
    """
    if version not in {None, endpoint.version}:
        raise StaleError("the endpoint", "接收地址")
    event_types = _checked(wanted, settings)
    recording = _recording(work, party, at, "changed")
    webhooks.append_endpoint(
        work,
        replace(
            endpoint,
            url=wanted.url,
            event_types=event_types,
            name=storable(wanted.name),
            is_active=True,
            ended_by=None,
            recording=recording,
        ),
    )
    return _stored(work, endpoint.id)


def end_endpoint(work: UnitOfWork, party: Party, endpoint: Endpoint, at: datetime) -> Endpoint:
    """The endpoint, ended: what is still on its way is given up. Ending it twice changes nothing."""
    if endpoint.is_active:
        recording = _recording(work, party, at, "ended")
        webhooks.append_endpoint(work, replace(endpoint, is_active=False, ended_by="person", recording=recording))
    return _stored(work, endpoint.id)


def new_secret(work: UnitOfWork, party: Party, endpoint: Endpoint, at: datetime, settings: NoticeSettings) -> Made:
    """The endpoint with a new secret; the one before it signs as well for a day."""
    endpoint = replace(endpoint, recording=_recording(work, party, at, "new secret"))
    return Made(endpoint=_stored(work, endpoint.id), secret=_new_secret(work, endpoint, at + OLD_SECRET, settings))


def ping_endpoint(work: UnitOfWork, endpoint: Endpoint, at: datetime) -> str:
    """Queue a test event; its id. TakenError for an endpoint that was ended."""
    _check_active(endpoint)
    return ping(work, endpoint, at)


def deliver_again(work: UnitOfWork, endpoint: Endpoint, entry: int, at: datetime) -> int | None:
    """Queue a delivery once more, under the id that it had; its number, None when the endpoint has no such delivery."""
    _check_active(endpoint)
    return outgoing.queue_again(work, endpoint.id, entry, at)


def endpoint_of(work: UnitOfWork, party: Party, endpoint_id: str) -> Endpoint:
    """The endpoint of the party's organization; UnknownError for any other, as for one that does not exist."""
    found = webhooks.endpoint(work, endpoint_id)
    if found is None or found.organization != party.organization:
        raise UnknownError(endpoint_id)
    return found


def _checked(wanted: WantedEndpoint, settings: NoticeSettings) -> tuple[str, ...]:
    """The types of events in their order, the address having been looked at."""
    checked_url(wanted.url, allows_private=settings.allows_private)
    event_types = set(wanted.event_types)
    unknown = sorted(event_types - set(SUBSCRIBABLE))
    if unknown or not event_types:
        what = ", ".join(unknown) or "-"
        raise UnacceptableError("$.event_types", f"no such event types: {what}", f"没有这样的事件类型：{what}")
    return tuple(each.value for each in EventType if each in event_types)


def _check_active(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise TakenError("$", "the endpoint was ended", "此接收地址已停用")


def _recording(work: UnitOfWork, party: Party, at: datetime, what: str) -> int:
    return Recorder(work, party=party, at=at, source=f"webhook endpoint {what}").begun()


def _new_secret(work: UnitOfWork, endpoint: Endpoint, previous_until: datetime | None, settings: NoticeSettings) -> str:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    sealed = Sealed(text=settings.sealer.seal(secret), previous_until=previous_until)
    webhooks.append_secret(work, endpoint.id, sealed, endpoint.recording)
    return secret


def _stored(work: UnitOfWork, endpoint_id: str) -> Endpoint:
    found = webhooks.endpoint(work, endpoint_id)
    if found is None:
        raise UnknownError(endpoint_id)
    return found
