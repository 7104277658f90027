"""Mails out of the queue, by SMTP, with retries like webhooks; each keeps its Message-ID, so a second copy is recognized."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import msgspec

from registry.errors import RegistryError
from registry.notice_tables import Channel, Outcome
from registry.notices.delivering import PAUSES
from registry.repositories import outgoing
from registry.repositories.outgoing import Ended, Pending
from registry.unit_of_work import Store

_TIMEOUT = 30  # Seconds.
_LEASE = timedelta(minutes=30)  # A batch takes at most _BATCH times the wait for a server that does not answer.
_BATCH = 50
_MOST_SAID = 300  # Characters of an error that are kept.
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_PERMANENT = 500  # Replies from here on are for good (RFC 5321, 4.2.1).


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says, as text and as HTML; to whom it goes is known apart."""

    subject: str
    text: str
    html: str
    language: str


class MailError(Exception):
    """A mail that was not taken; `is_permanent`: trying again would not help."""

    def __init__(self, said: str, status: int | None = None, *, is_permanent: bool = False) -> None:
        super().__init__(said)
        self.said = said[:_MOST_SAID]
        self.status = status
        self.is_permanent = is_permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """How many mails were taken, failed, and how many of those were given up."""

    good: int = 0
    failed: int = 0
    given_up: int = 0


Send = Callable[[EmailMessage], None]  # Raises MailError.


def send_due(store: Store, now: datetime, send: Send, *, sender: str) -> Mailed:
    """Send up to a batch of the mails that are due at an instant, from an address."""
    with store.reading() as work:
        if not outgoing.is_pending(work, Channel.MAIL, now):
            return Mailed()
    with store.writing() as work:
        taken = outgoing.begin_tries(work, Channel.MAIL, now, _LEASE, _BATCH)
    if not taken:
        return Mailed()
    ended = [_sent(each, now, send, sender) for each in taken]
    with store.writing() as work:
        outgoing.end_tries(work, ended, now)
    outcomes = [each.outcome for each in ended]
    given_up = outcomes.count(Outcome.GIVEN_UP)
    return Mailed(good=outcomes.count(Outcome.DONE), failed=outcomes.count(Outcome.RETRY) + given_up, given_up=given_up)


def message_of(mail: Mail, *, sender: str, recipient: str, number: int, at: datetime) -> EmailMessage:
    """The mail as it goes out: text with HTML beside it, marked as made by a machine."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<notice-{number}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies.
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def sending_by_smtp(url: str) -> Send:
    """The way to send mails in earnest: `smtp://`, `smtp+starttls://` or `smtps://`, with `user:password@` where needed."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise RegistryError(
            "REGISTRY_SMTP_URL must be smtp://, smtp+starttls:// or smtps:// with a host",
            "REGISTRY_SMTP_URL 应为 smtp://、smtp+starttls:// 或 smtps:// 加主机名",
        )
    host, port = parts.hostname, parts.port or _PORTS[parts.scheme]

    def connected() -> smtplib.SMTP:
        if parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        return server

    def send(message: EmailMessage) -> None:
        with _refusals_told(), connected() as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)

    return send


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Let what goes wrong with a server come out as MailError.

    A refusal of the mail itself is for good; one of ourselves, as for a wrong password, until somebody mends it.
    """
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        status, said = next(iter(error.recipients.values()))
        raise _failure(status, said, is_about_mail=True) from error
    except smtplib.SMTPResponseException as error:
        is_about_mail = isinstance(error, smtplib.SMTPDataError)
        raise _failure(error.smtp_code, error.smtp_error, is_about_mail=is_about_mail) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"{type(error).__name__}: {error}") from error


def _sent(pending: Pending, now: datetime, send: Send, sender: str) -> Ended:
    mail = msgspec.json.decode(pending.content or "", type=Mail)
    message = message_of(mail, sender=sender, recipient=pending.address, number=pending.entry, at=now)
    try:
        send(message)
    except MailError as error:
        if error.is_permanent or pending.tries >= len(PAUSES):
            return Ended(pending.try_entry, Outcome.GIVEN_UP, error.status, error.said)
        return Ended(pending.try_entry, Outcome.RETRY, error.status, error.said, now + PAUSES[pending.tries])
    return Ended(pending.try_entry, Outcome.DONE, None, None)


def _failure(status: int, said: bytes | str, *, is_about_mail: bool) -> MailError:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return MailError(f"{status} {text}", status, is_permanent=is_about_mail and status >= _PERMANENT)
