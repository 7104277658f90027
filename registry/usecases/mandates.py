"""Mandates: the right of an organization that checks others to read what one of them holds, for a period."""

from dataclasses import replace
from datetime import date, datetime

from registry.access import Party
from registry.accounts import Mandate
from registry.errors import UnacceptableError, UnknownError
from registry.repositories import accounts, stored
from registry.repositories.recordings import Recorder
from registry.secret_tokens import new_id
from registry.unit_of_work import UnitOfWork
from registry.usecases.administering import administers_all, check_reach


def mandates_of(work: UnitOfWork, party: Party) -> list[Mandate]:
    """The mandates that concern the party's organization, or all for who administers everything."""
    return accounts.mandates_touching(work, None if administers_all(work, party) else party.organization)


def mandate_of(work: UnitOfWork, party: Party, id_: str) -> Mandate:
    """A mandate that concerns the party's organization; UnknownError for others."""
    mandate = accounts.mandate_with(work, id_)
    if mandate is None or not (party.organization in {mandate.holder, mandate.over} or administers_all(work, party)):
        raise UnknownError(id_)
    return mandate


def give_mandate(
    work: UnitOfWork, *, holder: str, over: str, valid_from: date, valid_until: date | None, party: Party, at: datetime
) -> Mandate:
    """Let an organization read what another one holds: given by that one's administrators, or by those of the registry."""
    check_reach(work, party, over)
    if holder == over:
        raise UnacceptableError("$.holder", "an organization reads its own records anyway", "机构本就可读自己的记录")
    if valid_until is not None and valid_until < valid_from:
        raise UnacceptableError("$.valid_until", "ends before it begins", "止日早于起日")
    # Whoever administers one organization alone is not told which others there are.
    for field, organization in (("holder", holder), ("over", over)) if administers_all(work, party) else ():
        if not stored.identities(work, "organizations", [organization]):
            raise UnacceptableError(f"$.{field}", "this organization is not on record", "尚未登记该机构")
    mandate = Mandate(
        entry=0, id=new_id("m"), holder=holder, over=over, valid_from=valid_from, valid_until=valid_until, is_active=True
    )
    recording = Recorder(work, party=party, at=at, source=f"mandate {mandate.id}").begun()
    return accounts.append_mandate(work, mandate, recording)


def end_mandate(work: UnitOfWork, id_: str, *, party: Party, at: datetime) -> Mandate:
    """Let a mandate no longer count. Those whose records it opens may end it, and those who administer everything."""
    mandate = mandate_of(work, party, id_)
    check_reach(work, party, mandate.over)
    if not mandate.is_active:
        return mandate
    recording = Recorder(work, party=party, at=at, source=f"mandate {id_}").begun()
    return accounts.append_mandate(work, replace(mandate, is_active=False), recording)
