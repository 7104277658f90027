"""One round of everything that the registry tells by itself. Any number of processes may make rounds at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from registry.notices.delivering import Delivered, deliver_due
from registry.notices.mailing import Mailed, Send, send_due, sending_by_smtp
from registry.notices.posting import Post, posting_over_http
from registry.notices.reminding import Compose, Reminded, remind
from registry.notices.reminding_reviews import ComposeReviews, remind_of_reviews
from registry.notices.settings import NoticeSettings
from registry.unit_of_work import Store

_MOST_BATCHES = 100  # Of one round; the rest waits for the next one, so that a round ends.

_T = TypeVar("_T", Mailed, Delivered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round came to."""

    reminded: Reminded
    mailed: Mailed
    delivered: Delivered


def run_notices(
    store: Store,
    settings: NoticeSettings,
    now: datetime,
    *,
    compose: Compose,
    compose_reviews: ComposeReviews | None = None,
    post: Post | None = None,
    send: Send | None = None,
) -> Round:
    """Find what is due, then send the mails and webhooks whose time has come. `compose` puts reminders into words.

    `compose_reviews`: those of deadlines of reviews; without it there are none of them.

    `post` and `send`: other ways than over HTTP and by SMTP. Without a mail server and sender no mails are made.
    """
    if send is None and settings.smtp_url is not None:
        send = sending_by_smtp(settings.smtp_url)
    sender = settings.mail_from
    is_mailing = send is not None and sender is not None
    reminded = remind(store, now, compose, is_mailing=is_mailing)
    if compose_reviews is not None:
        of_reviews = remind_of_reviews(store, now, compose_reviews, is_mailing=is_mailing)
        reminded = Reminded(
            items=reminded.items + of_reviews.items,
            mails=reminded.mails + of_reviews.mails,
            webhooks=reminded.webhooks + of_reviews.webhooks,
        )
    mailed = Mailed()
    if send is not None and sender is not None:
        way, address = send, sender
        batches = _batches(lambda: send_due(store, now, way, sender=address))
        mailed = Mailed(
            good=sum(each.good for each in batches),
            failed=sum(each.failed for each in batches),
            given_up=sum(each.given_up for each in batches),
        )
    poster = post or posting_over_http(allows_private=settings.allows_private)
    rounds = _batches(lambda: deliver_due(store, now, poster, sealer=settings.sealer, source=settings.base_url))
    delivered = Delivered(
        good=sum(each.good for each in rounds),
        failed=sum(each.failed for each in rounds),
        given_up=sum(each.given_up for each in rounds),
        ended=tuple(endpoint for each in rounds for endpoint in each.ended),
    )
    return Round(reminded=reminded, mailed=mailed, delivered=delivered)


def _batches(one: Callable[[], _T]) -> list[_T]:
    """The results of batches until one has nothing to do."""
    done: list[_T] = []
    while len(done) < _MOST_BATCHES and (batch := one()).good + batch.failed:
        done.append(batch)
    return done
