"""Endpoints of webhooks: made, changed, ended, taken up again, pinged, given new secrets. Each change is a new fact."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from registry.access import Party
from registry.errors import RegistryError
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


class WebhookError(RegistryError):
    """What an endpoint cannot be, or what cannot be done with it; `field` names the part of the request."""

    def __init__(self, field: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.path = f"$.{field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An endpoint with a secret that is shown this once."""

    endpoint: Endpoint
    secret: str


def make_endpoint(
    work: UnitOfWork,
    party: Party,
    *,
    url: str,
    event_types: Iterable[str],
    name: str,
    at: datetime,
    settings: NoticeSettings,
) -> Made:
    """A new endpoint of the party's organization. AddressRefusedError, WebhookError."""
    wanted = _checked(url, event_types, settings)
    active = [each for each in webhooks.endpoints_of(work, party.organization) if each.is_active]
    if len(active) >= MOST_ENDPOINTS:
        raise WebhookError("url", f"there are {MOST_ENDPOINTS} endpoints already", f"已有 {MOST_ENDPOINTS} 个接收地址")
    endpoint = Endpoint(
        version=0,
        id=f"ep_{uuid4().hex}",
        organization=party.organization,
        url=url,
        event_types=wanted,
        name=storable(name),
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
    *,
    url: str,
    event_types: Iterable[str],
    name: str,
    at: datetime,
    settings: NoticeSettings,
) -> Endpoint:
    """The endpoint with another address, other types or another name; one that was ended is active again."""
    wanted = _checked(url, event_types, settings)
    recording = _recording(work, party, at, "changed")
    webhooks.append_endpoint(
        work,
        replace(
            endpoint,
            url=url,
            event_types=wanted,
            name=storable(name),
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
    """Queue a test event; its id. WebhookError for an endpoint that was ended."""
    _check_active(endpoint)
    return ping(work, endpoint, at)


def deliver_again(work: UnitOfWork, endpoint: Endpoint, entry: int, at: datetime) -> int | None:
    """Queue a delivery once more, under the id that it had; its number, None when the endpoint has no such delivery."""
    _check_active(endpoint)
    return outgoing.queue_again(work, endpoint.id, entry, at)


def _checked(url: str, event_types: Iterable[str], settings: NoticeSettings) -> tuple[str, ...]:
    checked_url(url, allows_private=settings.allows_private)
    wanted = set(event_types)
    unknown = sorted(wanted - set(SUBSCRIBABLE))
    if unknown or not wanted:
        what = ", ".join(unknown) or "-"
        raise WebhookError("event_types", f"no such event types: {what}", f"没有这样的事件类型：{what}")
    return tuple(each.value for each in EventType if each in wanted)


def _check_active(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise WebhookError("id", "the endpoint was ended", "此接收地址已停用")


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
        raise WebhookError("id", "no such endpoint", "没有此接收地址")
    return found
