"""Tell what happened to those who are to hear of it, in the transaction that made it happen.

Who hears of a record follows from the holdings: the endpoints of the organizations that hold it. The operator's own hear
everything until somebody takes charge of the registry, and nothing from then on.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from registry.notices.events import EventType, Fact
from registry.repositories import outgoing, webhooks
from registry.repositories.accounts import is_claimed
from registry.repositories.holdings import holders_of
from registry.repositories.webhooks import Endpoint
from registry.unit_of_work import UnitOfWork


def announce(work: UnitOfWork, facts: Iterable[Fact], at: datetime) -> int:
    """Queue webhooks about facts for every endpoint that is to hear them; how many there are.

    Call it after the records and their holdings are written, in the same unit of work. One short query where nobody listens.
    """
    told = list(facts)
    if not told or not webhooks.are_any(work):
        return 0
    hearers = _hearers(work, told)
    endpoints = webhooks.hearing(work, {each for hearing in hearers for each in hearing})
    if any(each.organization is None for each in endpoints) and is_claimed(work):
        endpoints = [each for each in endpoints if each.organization is not None]
    messages = []
    for fact, hearing in zip(told, hearers, strict=True):
        listeners = [
            (each.organization, each.id)
            for each in endpoints
            if fact.event_type.value in each.event_types and (each.organization is None or each.organization in hearing)
        ]
        if listeners:
            messages.append((_new_id(), fact.event_type, fact.subject, fact.data, listeners))
    return outgoing.announce_to(work, messages, at)


def ping(work: UnitOfWork, endpoint: Endpoint, at: datetime) -> str:
    """Queue a test event for one endpoint; its id."""
    id_ = _new_id()
    listeners = [(endpoint.organization, endpoint.id)]
    outgoing.announce_to(work, [(id_, EventType.TEST_PING, endpoint.id, {"endpoint": endpoint.id}, listeners)], at)
    return id_


def _new_id() -> str:
    return f"evt_{uuid4().hex}"


def _hearers(work: UnitOfWork, facts: list[Fact]) -> list[frozenset[str]]:
    """The organizations that are to hear of each fact."""
    holders: dict[tuple[str, str], set[str]] = {}
    for section in {fact.section for fact in facts if fact.holders is None}:
        ids = [fact.subject for fact in facts if fact.holders is None and fact.section == section]
        for organization, id_ in holders_of(work, section, ids):
            holders.setdefault((section, id_), set()).add(organization)
    return [
        frozenset(holders.get((fact.section, fact.subject), ())) if fact.holders is None else fact.holders for fact in facts
    ]
