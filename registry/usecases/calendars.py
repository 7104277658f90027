"""Secret addresses of calendars: whoever has one reads what an organization has due, so it is ended when its owner leaves."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party, Permission
from registry.repositories import calendars
from registry.repositories.accounts import is_claimed, memberships_of, person_with
from registry.repositories.calendars import Feed
from registry.repositories.recordings import Recorder
from registry.secret_tokens import digest_of, new_id, new_secret
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFeed:
    """A feed with its secret, which is shown this once."""

    feed: Feed
    token: str


def make_feed(work: UnitOfWork, party: Party, *, name: str, language: str, at: datetime) -> MadeFeed:
    """A new secret address for the party's organization."""
    secret = new_secret()
    feed = Feed(
        entry=0,
        id=new_id("cal"),
        organization=party.organization,
        person=party.person,
        name=storable(name),
        language=language,
        recording=Recorder(work, party=party, at=at, source="calendar feed made").begun(),
    )
    calendars.append_feed(work, feed, secret.sha256)
    return MadeFeed(feed=calendars.feed_with(work, feed.id) or feed, token=secret.text)


def feeds_seen_by(work: UnitOfWork, party: Party) -> list[Feed]:
    """The good feeds that a party may end: its own, and all of its organization with the permission to configure."""
    return [feed for feed in calendars.feeds_of(work, party.organization) if _may_end(party, feed)]


def end_feed(work: UnitOfWork, party: Party, feed_id: str, at: datetime) -> Feed | None:
    """The feed, ended at once; None for one that the party does not see, or that is ended already."""
    feed = calendars.feed_with(work, feed_id)
    if feed is None or feed.organization != party.organization or not _may_end(party, feed):
        return None
    calendars.append_end(work, feed, Recorder(work, party=party, at=at, source="calendar feed ended").begun())
    return feed


def feed_opened_by(work: UnitOfWork, token: str) -> Feed | None:
    """The feed that a secret opens; None for a wrong or ended one, and for one whose owner left or whose time is over.

    The operator's own are good until somebody takes charge of the registry.
    """
    feed = calendars.feed_of_secret(work, digest_of(token))
    if feed is None:
        return None
    if feed.organization is None:
        return None if is_claimed(work) else feed
    if feed.person is None:
        return feed
    person = person_with(work, feed.person)
    works_there = any(each.organization == feed.organization for each in memberships_of(work, [feed.person]))
    return feed if person is not None and person.is_active and works_there else None


def _may_end(party: Party, feed: Feed) -> bool:
    return party.may(Permission.CONFIGURE) or (feed.person is not None and feed.person == party.person)
