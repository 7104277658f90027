"""Mails to the owners of what a recall reaches: each hears of its own items and metering points, and of no others.

They are queued in the transaction in which the case goes out, so that a case is never out without them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from registry.notices.mailing import Mail
from registry.recalls import Ground, Reached
from registry.repositories import outgoing
from registry.unit_of_work import UnitOfWork
from registry.usecases.organization_settings import settings_of
from traceability.affected_points import AffectedPoint
from traceability.known import Known

MOST_LISTED = 200  # Of items and of points in one mail; the page has all.


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallDigest:
    """What one mail tells: which standard is recalled since when, and what of an organization rests on it."""

    organization: str
    recall: str
    ground: Ground
    items: tuple[Reached, ...]
    points: tuple[AffectedPoint, ...]
    names: Known
    language: str = "zh"


ComposeRecall = Callable[[RecallDigest], Mail]


def mail_owners(work: UnitOfWork, digests: Iterable[RecallDigest], at: datetime, compose: ComposeRecall) -> int:
    """Queue a mail to each address of the owners, in their languages; how many there are."""
    queued = 0
    for digest in digests:
        settings = settings_of(work, digest.organization)
        if settings.emails:
            content = msgspec.json.encode(compose(replace(digest, language=settings.language))).decode()
            queued += outgoing.queue_mails(
                work, digest.organization, [(address, content) for address in dict.fromkeys(settings.emails)], at
            )
    return queued
