"""Secret addresses of calendars: who may read by them, and until when."""

from datetime import timedelta

import pytest

from registry.access import OPERATOR, Party, Role
from registry.accounts import Membership
from registry.repositories import accounts
from registry.unit_of_work import Store
from registry.usecases.calendars import end_feed, feed_opened_by, feeds_seen_by, make_feed
from tests.api.parties import FOREIGN, OWN, Parties, claim
from tests.registry.worlds import NOW


@pytest.fixture
def parties(store: Store) -> Parties:
    return claim(store)


def _party(organization: str, role: Role) -> Party:
    return Party(name="x", organization=organization, role=role, person=f"{organization}-{role}")


def test_a_secret_opens_its_calendar_until_it_is_ended(store: Store, parties: Parties) -> None:
    """A link that went astray could not be taken back."""
    auditor, laboratory = _party(OWN, Role.AUDITOR), _party(OWN, Role.LABORATORY)
    stranger = _party(FOREIGN, Role.LABORATORY)
    with store.writing() as work:
        made = make_feed(work, auditor, name="phone", language="en", at=NOW)
        opened = feed_opened_by(work, made.token)
        assert opened == made.feed
        assert (made.feed.organization, made.feed.person) == (OWN, f"{OWN}-auditor")
        assert feed_opened_by(work, made.token + "x") is None
        assert [feed.id for feed in feeds_seen_by(work, laboratory)] == [made.feed.id]
        assert feeds_seen_by(work, _party(OWN, Role.AUDITOR)) == [made.feed]
        assert feeds_seen_by(work, stranger) == []
        assert end_feed(work, stranger, made.feed.id, NOW) is None
        assert feed_opened_by(work, made.token) is not None
        assert end_feed(work, laboratory, made.feed.id, NOW) == made.feed
        assert end_feed(work, laboratory, made.feed.id, NOW) is None
        assert feed_opened_by(work, made.token) is None


def test_a_calendar_ends_with_the_membership_of_its_owner(store: Store, parties: Parties) -> None:
    """Somebody who left would go on reading what the organization has due."""
    with store.writing() as work:
        made = make_feed(work, _party(OWN, Role.AUDITOR), name="", language="zh", at=NOW + timedelta(days=1))
        gone = Membership(person=f"{OWN}-auditor", organization=OWN, role=Role.AUDITOR)
        accounts.append_membership(work, gone, made.feed.recording, is_active=False)
        assert feed_opened_by(work, made.token) is None


def test_the_operators_calendar_ends_when_somebody_takes_charge(store: Store) -> None:
    """It shows everything there is, and nobody could end it any more."""
    with store.writing() as work:
        made = make_feed(work, OPERATOR, name="", language="zh", at=NOW)
        assert feed_opened_by(work, made.token) is not None
        assert feeds_seen_by(work, OPERATOR) == [made.feed]
    claim(store)
    with store.reading() as work:
        assert feed_opened_by(work, made.token) is None
