"""Deliver webhooks: at least once, with growing pauses between tries, signed as Standard Webhooks asks.

1. A short unit of work takes what is due and begins a try for each, so that no other process takes the same.
2. The requests go out, several at a time, without any lock.
3. A second unit of work writes down how they ended, and ends endpoints that have failed for days.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from standardwebhooks.webhooks import Webhook

from registry.access import Party
from registry.errors import StoreError
from registry.notice_tables import Channel, Outcome
from registry.notices.posting import Answered, Post, Posting
from registry.notices.sealing import Sealer
from registry.repositories import outgoing, webhooks
from registry.repositories.outgoing import Ended, Pending, Told
from registry.repositories.recordings import Recorder
from registry.repositories.webhooks import Endpoint
from registry.unit_of_work import Store, UnitOfWork

# Pauses before the second, third … try: the schedule that the Standard Webhooks specification recommends; after the tenth
# try, three days and a half after the first, it is given up.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
FAILING = timedelta(days=5)  # An endpoint to which nothing went through for so long is ended.
GONE = 410  # By this status an endpoint says that it wants no more.

_LEASE = timedelta(minutes=5)  # A batch takes at most _BATCH / _AT_ONCE times the wait for an answer, two minutes.
_BATCH = 50
_AT_ONCE = 8
_REGISTRY = Party(name="registry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many tries were good, failed, and how many of those were the last; the endpoints that were ended."""

    good: int = 0
    failed: int = 0
    given_up: int = 0
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    pending: Pending
    posting: Posting | None  # None: there is nothing to send it to, or with; `said` tells why.
    said: str | None = None


def deliver_due(store: Store, now: datetime, post: Post, *, sealer: Sealer, source: str) -> Delivered:
    """Send up to a batch of the webhooks that are due at an instant. `source`: where CloudEvents say that they come from."""
    with store.reading() as work:
        if not outgoing.is_pending(work, Channel.WEBHOOK, now):
            return Delivered()
    with store.writing() as work:
        taken = outgoing.begin_tries(work, Channel.WEBHOOK, now, _LEASE, _BATCH)
        if not taken:
            return Delivered()
        addresses = {each.address for each in taken}
        endpoints = webhooks.endpoints_with(work, addresses)
        secrets = webhooks.live_secrets(work, addresses, now)
    jobs = [_job(each, endpoints.get(each.address), secrets.get(each.address, []), sealer, source, now) for each in taken]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        answers = list(pool.map(lambda job: _sent(job, post), jobs))
    ended = [_ended(job, answer, now) for job, answer in zip(jobs, answers, strict=True)]
    with store.writing() as work:
        outgoing.end_tries(work, ended, now)
        over = tuple(_end_failing(work, zip(jobs, answers, ended, strict=True), now))
    counted = [each.outcome for each in ended]
    return Delivered(
        good=counted.count(Outcome.DONE),
        failed=counted.count(Outcome.RETRY) + counted.count(Outcome.GIVEN_UP),
        given_up=counted.count(Outcome.GIVEN_UP),
        ended=over,
    )


def body_of(told: Told, source: str) -> bytes:
    """The event as a structured CloudEvent 1.0 in JSON; the same bytes in every try."""
    happened_at = told.happened_at
    event = {
        "specversion": "1.0",
        "id": told.id,
        "source": source,
        "type": told.event_type,
        "subject": told.subject,
        "time": None if happened_at is None else happened_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": told.data,
    }
    return msgspec.json.encode(event)


def signed_headers(secrets: Iterable[str], id_: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks: one signature for each live secret, so that a receiver may change to the new one."""
    signatures = (Webhook(secret).sign(id_, at, body.decode()) for secret in secrets)
    return {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "traceability-registry",
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _job(pending: Pending, endpoint: Endpoint | None, sealed: list[str], sealer: Sealer, source: str, now: datetime) -> _Job:
    if endpoint is None or not endpoint.is_active or pending.told is None:
        return _Job(pending=pending, posting=None)
    try:
        secrets = [sealer.open(each) for each in sealed]
    except StoreError as error:
        return _Job(pending=pending, posting=None, said=error.en)
    body = body_of(pending.told, source)
    headers = signed_headers(secrets, pending.told.id, body, now)
    return _Job(pending=pending, posting=Posting(url=endpoint.url, headers=headers, body=body))


def _sent(job: _Job, post: Post) -> Answered:
    return Answered(said=job.said or "the endpoint was ended") if job.posting is None else post(job.posting)


def _ended(job: _Job, answer: Answered, now: datetime) -> Ended:
    entry, tries = job.pending.try_entry, job.pending.tries
    if answer.is_good:
        return Ended(entry, Outcome.DONE, answer.status, answer.said)
    is_over = job.posting is None and job.said is None
    if is_over or answer.status == GONE or tries >= len(PAUSES):
        return Ended(entry, Outcome.GIVEN_UP, answer.status, answer.said)
    return Ended(entry, Outcome.RETRY, answer.status, answer.said, now + PAUSES[tries])


def _end_failing(work: UnitOfWork, results: Iterable[tuple[_Job, Answered, Ended]], now: datetime) -> Iterator[str]:
    """End the endpoints that said so, or that have taken nothing for days; their ids."""
    suspects: dict[str, bool] = {}
    for job, answer, ended in results:
        if job.posting is not None and ended.outcome is Outcome.GIVEN_UP:
            suspects[job.pending.address] = suspects.get(job.pending.address, False) or answer.status == GONE
    for address, is_gone in sorted(suspects.items()):
        since = outgoing.failing_since(work, address)
        endpoint = webhooks.endpoint(work, address)
        is_failing = since is not None and now - since >= FAILING
        if endpoint is None or not endpoint.is_active or not (is_gone or is_failing):
            continue
        reason = "gone" if is_gone else "failing"
        recorder = Recorder(work, party=_REGISTRY, at=now, source=f"webhook {address}: {reason}")
        webhooks.append_endpoint(work, replace(endpoint, is_active=False, ended_by=reason, recording=recorder.begun()))
        yield address
