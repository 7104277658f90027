"""Letting another organization hold an item as well: with its certificates and events, those to come included."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.errors import UnknownError
from registry.repositories import idempotency, stored
from registry.repositories.beside import known_among, records_about
from registry.repositories.holdings import held_among, hold
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.recording import Once, Repeated, owner_of, repeated
from traceability.problems import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What came of sharing: how many records the other organization holds now that it did not before."""

    item: str
    organization: str
    new: int
    recording: int | None


def share_item(work: UnitOfWork, party: Party, item_id: str, organization: str, *, at: datetime, is_dry_run: bool) -> Share:
    """Let an organization hold an item that the party's own one holds; for good, as what was seen cannot be unseen.

    UnknownError where the party's organization does not hold it, InputError for an organization that nobody knows.
    """
    own = None if party.organization is None else [party.organization]
    if not stored.identities(work, "items", [item_id]) or not held_among(work, "items", [item_id], own):
        raise UnknownError(item_id)
    if not known_among(work, [organization]):
        raise InputError("$.organization", f"no organization {organization!r}", f"没有机构 {organization!r}")
    wanted = {"items": [item_id]} | records_about(work, item_id)
    new = sum(len(ids) - len(held_among(work, section, ids, [organization])) for section, ids in wanted.items())
    if is_dry_run or not new:
        return Share(item=item_id, organization=organization, new=new, recording=None)
    recording = Recorder(work, party=party, at=at, source=f"share {item_id} with {organization}").begun()
    for section, ids in wanted.items():
        hold(work, section, [(organization, id_) for id_ in ids], recording)
    return Share(item=item_id, organization=organization, new=new, recording=recording)


def share_item_once(
    store: Store,
    party: Party,
    item_id: str,
    organization: str,
    *,
    at: datetime,
    is_dry_run: bool = False,
    once: Once | None = None,
) -> Share | Repeated:
    """The same in a unit of work of its own, done once where the request carries a key."""
    if is_dry_run:
        with store.reading() as work:
            return share_item(work, party, item_id, organization, at=at, is_dry_run=True)
    with store.writing() as work:
        known = repeated(work, party, once)
        if known is not None:
            return known
        share = share_item(work, party, item_id, organization, at=at, is_dry_run=False)
        if once is not None:
            idempotency.keep(work, owner_of(party), once.key, once.request_sha256, once.tell(share), at)
        return share
