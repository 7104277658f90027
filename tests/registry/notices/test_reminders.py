"""Reminders: told once in each window, whatever happens in between; mails that a real server takes."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Barrier
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from registry.access import Party, Role
from registry.errors import RegistryError
from registry.notice_tables import Outcome
from registry.notices.delivering import PAUSES
from registry.notices.mailing import Mail, MailError, send_due, sending_by_smtp
from registry.notices.posting import Answered, Posting
from registry.notices.reminding import OVERDUE, Digest, Reminded, remind
from registry.notices.running import run_notices
from registry.notices.settings import NoticeSettings
from registry.organization_settings import OrganizationSettings
from registry.repositories import outgoing
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.organization_settings import change_settings
from registry.usecases.webhooks import WantedEndpoint, make_endpoint
from tests.registry.worlds import certificate

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)  # Ten in the morning in Shanghai.
TODAY = date(2026, 11, 22)
ALPHA = Party(name="person/a", organization="alpha", role=Role.LABORATORY)
TO = "keeper@alpha.example"
SENDER = "registry@registry.example"


def compose(digest: Digest) -> Mail:
    names = ",".join(row.item.id for row in digest.items)
    return Mail(subject=f"{digest.days} {digest.in_all}", text=names, html=f"<p>{names}</p>", language=digest.language)


@pytest.fixture
def world(store: Store) -> Store:
    """An item that ends in 45 days, one in 5, one a month ago, one without a certificate; the keeper wants to know."""
    ends = {"m-45": 45, "m-5": 5, "m-old": -30}
    document = {
        "format": "traceability-records/1",
        "items": [{"id": id_, "kind": "meter"} for id_ in (*ends, "m-none")],
        "certificates": [
            certificate(f"c-{id_}", item=id_, valid_until=str(TODAY + timedelta(days=days))) for id_, days in ends.items()
        ],
    }
    with store.writing() as work:
        import_records(work, [json.dumps(document)], party=ALPHA, at=NOW, source="test")
        change_settings(work, "alpha", OrganizationSettings(emails=(TO,)), version=None, party=ALPHA, at=NOW)
    return store


def mails(store: Store) -> list[tuple[str, str]]:
    with store.reading() as work:
        contents = work.connection.exec_driver_sql("SELECT content FROM outgoing WHERE channel = 'mail' ORDER BY entry").all()
    return [(mail.subject, mail.text) for (content,) in contents for mail in [_mail(content)]]


def _mail(content: str) -> Mail:
    return Mail(**json.loads(content))


def test_each_window_is_told_once_in_one_mail(world: Store) -> None:
    """A keeper would get a mail a day for sixty days, and stop reading them."""
    assert remind(world, NOW, compose) == Reminded(items=3, mails=3, webhooks=0)
    assert mails(world) == [(f"{OVERDUE} 1", "m-old"), ("7 1", "m-5"), ("60 1", "m-45")]
    assert remind(world, NOW + timedelta(days=1), compose) == Reminded()
    later = remind(world, NOW + timedelta(days=15), compose)
    assert (later.items, mails(world)[3:]) == (2, [(f"{OVERDUE} 1", "m-5"), ("30 1", "m-45")])


def test_a_new_certificate_is_told_of_anew(world: Store) -> None:
    """An item that was recalibrated for a short time would not be told of again."""
    remind(world, NOW, compose)
    fresh = certificate("c-new", item="m-5", calibrated_on="2026-11-21", issued_on="2026-11-21", valid_until="2026-11-25")
    with world.writing() as work:
        document = {"format": "traceability-records/1", "certificates": [fresh]}
        import_records(work, [json.dumps(document)], party=ALPHA, at=NOW, source="test")
    assert remind(world, NOW, compose).items == 1


def test_a_round_that_breaks_off_told_nothing_and_is_made_up_for(world: Store) -> None:
    """A crash between note and mail would leave an item that nobody is ever told of."""

    def broken(digest: Digest) -> Mail:
        if digest.days != OVERDUE:
            raise ZeroDivisionError
        return compose(digest)

    with pytest.raises(ZeroDivisionError):
        remind(world, NOW, broken)
    assert mails(world) == []
    assert remind(world, NOW, compose).mails == 3


def test_two_processes_at_once_tell_everything_once(world: Store, store_url: str) -> None:
    """Every keeper would get every mail twice."""
    barrier = Barrier(2)

    def run(_: int) -> int:
        own = open_store(store_url)
        barrier.wait()
        told = remind(own, NOW, compose).mails
        own.close()
        return told

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 3
    assert len(mails(world)) == 3


def test_a_registry_without_a_mail_server_keeps_its_reminders_for_later(world: Store) -> None:
    """Mails that cannot go out would count as told."""
    assert remind(world, NOW, compose, is_mailing=False) == Reminded()
    assert remind(world, NOW, compose).mails == 3


def test_an_endpoint_hears_what_came_into_a_window(world: Store, tmp_path: Any) -> None:
    """A maintenance system would have to ask every day."""
    settings = NoticeSettings(data_dir=tmp_path)
    with world.writing() as work:
        wanted = WantedEndpoint(url="https://a.example/", event_types=["due.entered"])
        make_endpoint(work, ALPHA, wanted, NOW, settings)
    got: list[Posting] = []

    def post(posting: Posting) -> Answered:
        got.append(posting)
        return Answered(status=200)

    result = run_notices(world, settings, NOW, compose=compose, post=post)
    assert (result.reminded, result.delivered.good, result.mailed.good) == (Reminded(items=3, webhooks=3), 3, 0)
    told = [json.loads(posting.body)["data"] for posting in got]
    assert sorted((str(each["window"]), each["items"][0]["item"]) for each in told) == [
        ("60", "m-45"), ("7", "m-5"), ("overdue", "m-old")
    ]  # fmt: skip
    assert run_notices(world, settings, NOW, compose=compose, post=post).delivered.good == 0


def test_a_mail_that_fails_is_tried_again_and_one_that_is_refused_is_not(world: Store) -> None:
    """One outage of the mail server would swallow a month's reminders; a wrong address would be tried for ever."""
    remind(world, NOW, compose)

    def down(_: EmailMessage) -> None:
        raise MailError("421 busy", 421)

    def refused(_: EmailMessage) -> None:
        raise MailError("550 no such user", 550, is_permanent=True)

    taken: list[EmailMessage] = []
    assert send_due(world, NOW, down, sender=SENDER).failed == 3
    assert send_due(world, NOW, taken.append, sender=SENDER).good == 0
    assert send_due(world, NOW + PAUSES[0], taken.append, sender=SENDER).good == 3
    assert len({message["Message-ID"] for message in taken}) == 3
    remind(world, NOW + timedelta(days=15), compose)
    assert send_due(world, NOW + timedelta(days=15), refused, sender=SENDER).given_up == 2
    with world.reading() as work:
        first = outgoing.log_of(work, TO, None, 10)[0]
    assert (first.outcome, first.status, first.said) == (Outcome.GIVEN_UP, 550, "550 no such user")


class _Inbox:
    """What the server took; a recipient `nobody@…` is refused."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - names of the library.
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[_Inbox, str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    inbox = _Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_real_server_takes_text_and_html_in_any_script(world: Store, server: tuple[_Inbox, str], tmp_path: Any) -> None:
    """A mail in Chinese would arrive as question marks, or not at all."""

    def chinese(digest: Digest) -> Mail:
        return Mail(subject="到期提醒", text="电能表 即将到期\n", html="<p>电能表 即将到期</p>", language="zh")

    inbox, url = server
    settings = NoticeSettings(data_dir=tmp_path, smtp_url=url, mail_from=SENDER)
    assert run_notices(world, settings, NOW, compose=chinese).mailed.good == 3
    assert len(inbox.got) == 3
    message = inbox.got[0]
    assert (message["Subject"], message["To"], message["From"]) == ("到期提醒", TO, SENDER)
    assert message["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        assert "电能表 即将到期" in part.get_content()
    assert run_notices(world, settings, NOW, compose=chinese).mailed.good == 0


def test_what_a_server_says_decides_whether_to_try_again(server: tuple[_Inbox, str]) -> None:
    """A recipient who left would be tried for three days, a server that is down given up at once."""
    message = EmailMessage()
    message["From"], message["To"] = SENDER, "nobody@alpha.example"
    with pytest.raises(MailError) as refused:
        sending_by_smtp(server[1])(message)
    assert (refused.value.status, refused.value.is_permanent) == (550, True)
    with pytest.raises(MailError) as down:
        sending_by_smtp("smtp://127.0.0.1:1")(message)
    assert not down.value.is_permanent
    with pytest.raises(RegistryError):
        sending_by_smtp("imap://127.0.0.1")
