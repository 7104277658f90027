"""Webhooks from the recording to the receiver, on both engines."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from registry.access import OPERATOR, Party, Role
from registry.errors import StaleError, StoreError, TakenError, UnacceptableError
from registry.notices.addresses import AddressRefusedError
from registry.notices.announcing import announce
from registry.notices.delivering import FAILING, PAUSES, Delivered, deliver_due
from registry.notices.events import Fact, import_finished, recorded, replaced, withdrawn
from registry.notices.posting import Answered, Posting
from registry.notices.sealing import Sealer
from registry.notices.settings import NoticeSettings
from registry.repositories import outgoing, webhooks
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.webhooks import (
    OLD_SECRET,
    Made,
    WantedEndpoint,
    change_endpoint,
    deliver_again,
    end_endpoint,
    make_endpoint,
    new_secret,
    ping_endpoint,
)
from tests.registry.worlds import full
from traceability.interchange import parse_records

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


class _Clock(datetime):
    """What the library that checks signatures takes for the time of day."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return NOW.astimezone(tz)


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The age of a signature must not depend on how long the tests before this one took."""
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _Clock)


ALPHA = Party(name="person/a", organization="alpha", role=Role.LABORATORY)
BETA = Party(name="person/b", organization="beta", role=Role.LABORATORY)
URL = "https://receiver.example/hook"
EVERYTHING = ("certificate.recorded", "certificate.withdrawn", "certificate.replaced", "item.recorded", "import.finished")
RECORDS = parse_records(json.dumps(full()))
CERTIFICATE = next(each for each in RECORDS.certificates if each.id == "K-M")


@dataclass
class Receiver:
    """A receiver that answers as it is told and keeps what came."""

    answer: Answered = field(default_factory=lambda: Answered(status=204))
    got: list[Posting] = field(default_factory=list)

    def __call__(self, posting: Posting) -> Answered:
        self.got.append(posting)
        return self.answer

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(each.body) for each in self.got]


@pytest.fixture
def settings(tmp_path: Path) -> NoticeSettings:
    return NoticeSettings(base_url="https://registry.example", data_dir=tmp_path / "own")


def make(store: Store, settings: NoticeSettings, party: Party = ALPHA, *types: str, url: str = URL) -> Made:
    with store.writing() as work:
        wanted = WantedEndpoint(url=url, event_types=types or EVERYTHING, name="LIMS")
        return make_endpoint(work, party, wanted, NOW, settings)


def record(store: Store, party: Party = ALPHA, *facts: Fact) -> int:
    """Record the documents' certificates for a party and tell of it in the same unit of work."""
    with store.writing() as work:
        import_records(work, [json.dumps(full())], party=party, at=NOW, source="test")
        return announce(work, facts or [recorded(CERTIFICATE)], NOW)


def deliver(store: Store, settings: NoticeSettings, receiver: Callable[[Posting], Answered], at: datetime = NOW) -> Delivered:
    return deliver_due(store, at, receiver, sealer=settings.sealer, source=settings.base_url)


def test_a_recording_reaches_the_receiver_signed(store: Store, settings: NoticeSettings) -> None:
    """A receiver could not tell our event from anybody's, or would not know what happened."""
    made = make(store, settings)
    assert record(store) == 1
    receiver = Receiver()
    assert deliver(store, settings, receiver).good == 1
    (posting,) = receiver.got
    event = Webhook(made.secret).verify(posting.body, dict(posting.headers))
    assert {key: event[key] for key in ("specversion", "type", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "type": "certificate.recorded",
        "source": "https://registry.example",
        "subject": "K-M",
        "datacontenttype": "application/json",
    }
    assert event["id"] == posting.headers["webhook-id"]
    assert datetime.fromisoformat(event["time"]) == NOW
    assert (event["data"]["number"], event["data"]["item"]) == ("V-1", "M")
    assert posting.headers["content-type"].startswith("application/cloudevents+json")
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(posting.body + b" ", dict(posting.headers))
    assert deliver(store, settings, receiver).good == 0


def test_only_those_hear_it_who_hold_the_record_and_asked_for_its_type(store: Store, settings: NoticeSettings) -> None:
    """A competitor would be told of every certificate that its neighbour records."""
    make(store, settings, BETA)
    make(store, settings, ALPHA, "certificate.withdrawn")
    assert record(store) == 0
    operators = make(store, settings, OPERATOR)
    assert record(store, ALPHA, recorded(CERTIFICATE), import_finished("beta", "job", {"new": 1})) == 3
    receiver = Receiver()
    deliver(store, settings, receiver)
    heard = sorted(each["type"] for each in receiver.bodies)
    assert heard == ["certificate.recorded", "import.finished", "import.finished"]
    with store.reading() as work:
        assert len(outgoing.log_of(work, operators.endpoint.id, None, 10)) == 2


def test_each_kind_of_fact_says_what_it_is_about(store: Store, settings: NoticeSettings) -> None:
    """A receiver would have to guess which certificate is void, and which one stands in its place."""
    void, replacement = (next(each for each in RECORDS.certificates if each.id == id_) for id_ in ("K-STD", "K-STD2"))
    make(store, settings)
    assert record(store, ALPHA, withdrawn(void), replaced(replacement), recorded(RECORDS.items[0])) == 3
    receiver = Receiver()
    deliver(store, settings, receiver)
    told = {each["type"]: each for each in receiver.bodies}
    assert told["certificate.withdrawn"]["data"]["void_from"] == "2025-05-01"
    assert told["certificate.replaced"]["subject"] == "K-STD"
    assert told["certificate.replaced"]["data"]["replaced_by"]["certificate"] == "K-STD2"
    assert told["item.recorded"]["data"]["item"] == "NS"


def test_a_recording_that_is_undone_tells_nobody(store: Store, settings: NoticeSettings) -> None:
    """A receiver would hear of a certificate that does not exist."""
    make(store, settings)
    with pytest.raises(ZeroDivisionError), store.writing() as work:
        import_records(work, [json.dumps(full())], party=ALPHA, at=NOW, source="test")
        assert announce(work, [recorded(CERTIFICATE)], NOW) == 1
        raise ZeroDivisionError
    assert deliver(store, settings, Receiver()).good == 0


def test_failures_are_tried_again_with_growing_pauses_and_then_given_up(store: Store, settings: NoticeSettings) -> None:
    """An event would be lost by one restart of the receiver, or be sent for ever."""
    made = make(store, settings)
    record(store)
    receiver, at = Receiver(Answered(status=503)), NOW
    for pause in PAUSES:
        assert deliver(store, settings, receiver, at).failed == 1
        assert deliver(store, settings, receiver, at + pause - timedelta(seconds=1)).failed == 0
        at += pause
    final = deliver(store, settings, receiver, at)
    assert (final.given_up, final.ended) == (1, ())
    assert deliver(store, settings, receiver, at + timedelta(days=9)).failed == 0
    assert len({each.headers["webhook-id"] for each in receiver.got}) == 1
    assert len({each.body for each in receiver.got}) == 1
    with store.reading() as work:
        (logged,) = outgoing.log_of(work, made.endpoint.id, None, 10)
    assert (logged.tries, logged.outcome, logged.status) == (len(PAUSES) + 1, "given_up", 503)


def test_an_endpoint_that_failed_for_days_is_ended_and_can_be_taken_up_again(store: Store, settings: NoticeSettings) -> None:
    """The registry would knock at a dead address for years; and nobody would know that it stopped."""
    made = make(store, settings)
    record(store)
    at = NOW
    for pause in (*PAUSES, FAILING):
        deliver(store, settings, Receiver(Answered(said="timeout")), at)
        at += pause
    with store.writing() as work:
        ping_endpoint(work, made.endpoint, at)
    for pause in (*PAUSES, timedelta()):
        found = deliver(store, settings, Receiver(Answered(said="timeout")), at)
        at += pause
    assert found.ended == (made.endpoint.id,)
    with store.writing() as work:
        ended = webhooks.endpoint(work, made.endpoint.id)
        assert ended is not None
        assert (ended.is_active, ended.ended_by) == (False, "failing")
        assert announce(work, [recorded(CERTIFICATE)], at) == 0
        wanted = WantedEndpoint(url=URL, event_types=EVERYTHING)
        changes: Any = {"at": at, "settings": settings}
        with pytest.raises(StaleError):
            change_endpoint(work, ALPHA, ended, wanted, version=made.endpoint.version, **changes)
        again = change_endpoint(work, ALPHA, ended, wanted, version=ended.version, **changes)
        assert again.is_active
        assert announce(work, [recorded(CERTIFICATE)], at) == 1


def test_an_endpoint_that_says_gone_is_ended_at_once(store: Store, settings: NoticeSettings) -> None:
    """Standard Webhooks: 410 means that no more is wanted."""
    made = make(store, settings)
    record(store)
    assert deliver(store, settings, Receiver(Answered(status=410))).ended == (made.endpoint.id,)


def test_what_is_on_its_way_to_an_ended_endpoint_is_given_up_unsent(store: Store, settings: NoticeSettings) -> None:
    """Somebody who revoked an address would go on receiving."""
    made = make(store, settings)
    record(store)
    with store.writing() as work:
        ended = end_endpoint(work, ALPHA, made.endpoint, NOW)
        with pytest.raises(TakenError):
            ping_endpoint(work, ended, NOW)
    receiver = Receiver()
    assert deliver(store, settings, receiver).given_up == 1
    assert receiver.got == []


def test_two_secrets_sign_for_a_day_after_a_change(store: Store, settings: NoticeSettings) -> None:
    """A receiver could not change its secret without losing events."""
    old = make(store, settings)
    with store.writing() as work:
        new = new_secret(work, ALPHA, old.endpoint, NOW, settings)
    record(store)
    receiver = Receiver()
    deliver(store, settings, receiver)
    for secret in (old.secret, new.secret):
        assert Webhook(secret).verify(receiver.got[0].body, dict(receiver.got[0].headers))
    with store.reading() as work:
        assert len(webhooks.live_secrets(work, [old.endpoint.id], NOW + OLD_SECRET)[old.endpoint.id]) == 1


def test_a_delivery_is_repeated_under_its_old_id(store: Store, settings: NoticeSettings) -> None:
    """A receiver that forgot it could not ask again, or would take it for another event."""
    made = make(store, settings)
    record(store)
    receiver = Receiver()
    deliver(store, settings, receiver)
    with store.writing() as work:
        (logged,) = outgoing.log_of(work, made.endpoint.id, None, 10)
        assert deliver_again(work, made.endpoint, logged.entry, NOW) is not None
        assert deliver_again(work, made.endpoint, 999, NOW) is None
    deliver(store, settings, receiver)
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]


def test_two_processes_at_once_send_each_event_once(store: Store, store_url: str, settings: NoticeSettings) -> None:
    """Every event would arrive as often as there are processes."""
    make(store, settings)
    with store.writing() as work:
        import_records(work, [json.dumps(full())], party=ALPHA, at=NOW, source="test")
        announce(work, [recorded(CERTIFICATE)] * 60, NOW)
    receiver, barrier = Receiver(), Barrier(2)

    def run(_: int) -> int:
        own = open_store(store_url)
        barrier.wait()
        sent = sum(deliver(own, settings, receiver).good for _ in range(2))
        own.close()
        return sent

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 60
    assert len({each.headers["webhook-id"] for each in receiver.got}) == len(receiver.got) == 60


def test_what_a_dead_process_had_taken_is_sent_after_its_lease(store: Store, settings: NoticeSettings) -> None:
    """An event would be lost when the process dies between taking and sending."""
    make(store, settings)
    record(store)

    def dies(_: Posting) -> Answered:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(store, settings, dies)
    assert deliver(store, settings, Receiver(), NOW + timedelta(minutes=4)).good == 0
    assert deliver(store, settings, Receiver(), NOW + timedelta(minutes=6)).good == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_secrets_lie_encrypted_and_their_key_is_the_owners_alone(store: Store, settings: NoticeSettings) -> None:
    """A copy of the database would let anybody sign events in our name."""
    made = make(store, settings)
    with store.reading() as work:
        ((sealed,),) = work.connection.exec_driver_sql("SELECT sealed FROM webhook_secrets").all()
    assert made.secret not in sealed
    key_file = settings.data_dir / "notices.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert Sealer(key_file).open(sealed) == made.secret
    key_file.write_bytes(Sealer.__name__.encode())
    with pytest.raises(StoreError):
        Sealer(key_file).open(sealed)
    key_file.unlink()
    record(store)
    receiver = Receiver()
    assert deliver_due(store, NOW, receiver, sealer=Sealer(key_file), source="s").failed == 1
    assert receiver.got == []
    with store.reading() as work:
        (logged,) = outgoing.log_of(work, made.endpoint.id, None, 10)
    assert "does not open" in (logged.said or "")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_endpoint_must_be_one_that_can_be(store: Store, settings: NoticeSettings) -> None:
    """A typo would be found out when the first event is lost."""
    with pytest.raises(AddressRefusedError):
        make(store, settings, url="http://receiver.example/")
    with pytest.raises(UnacceptableError):
        make(store, settings, ALPHA, "certificate.eaten")
