"""What waits for a second person, where an organization wants four eyes on certificates (docs/decisions/0014).

A person of the organization who may approve, and who is not the one who submitted it, lets it in or rejects it with a reason.
Machines submit; they do not approve. When it is let in, it is looked at anew: what was fine when it came may contradict
something by now.
"""

from dataclasses import replace
from datetime import datetime

from registry.access import Party, Permission
from registry.errors import NotPermittedError, UnknownError
from registry.repositories import idempotency, submissions
from registry.repositories.submissions import Decision, Numbered, Submission
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.recording import Asked, Once, Order, Outcome, Repeated, check_open, owner_of, record, repeated
from traceability.problems import InputError

LARGEST_PAGE = 200  # Submissions.


def waiting_submissions(work: UnitOfWork, party: Party, *, after: int = 0, most: int = 50) -> list[Numbered]:
    """What waits in the party's own organization, the oldest first, after a number; nothing for the operator."""
    return submissions.waiting(work, party.organization or "", after, min(most, LARGEST_PAGE))


def submission(work: UnitOfWork, party: Party, number: int) -> Numbered:
    """A submission of the party's own organization, decided or not; UnknownError for any other number."""
    found = submissions.submission_of(work, party.organization or "", number)
    if found is None:
        raise UnknownError(str(number))
    return found


def approve(
    store: Store,
    number: int,
    *,
    party: Party,
    at: datetime,
    asked: Asked | None = None,
    once: Once | None = None,
    is_dry_run: bool = False,
) -> Outcome | Repeated:
    """Record what waits, as of now. Raises what `record` raises, and ConflictError for what has been decided."""
    with store.reading() as work:
        known = repeated(work, party, once)
        if known is not None:
            return known
        found = submission(work, party, number)
        check_open(work, party, number)
    waiting = found.submission
    _check_second_person(party, waiting)
    order = Order(
        entries=waiting.entries,
        source=f"{waiting.source}, submitted by {waiting.submitted_by}",
        reason=waiting.reason,
        root=waiting.root,
        submission=number,
        is_dry_run=is_dry_run,
    )
    return record(store, order, party=party, at=at, asked=asked, once=once)


def reject(
    store: Store,
    number: int,
    reason: str,
    *,
    party: Party,
    at: datetime,
    once: Once | None = None,
    is_dry_run: bool = False,
) -> Numbered | Repeated:
    """Turn down what waits, for a reason; whoever submitted it may take it back in the same way."""
    if not reason.strip():
        raise InputError("$.reason", "a rejection needs its reason", "退回须说明理由")
    decision = Decision(
        is_approved=False,
        decided_by=party.name,
        person=party.person or "",
        decided_at=at,
        reason=reason,
        recording=None,
    )
    if is_dry_run:
        with store.reading() as work:
            return _rejectable(work, party, number)
    with store.writing() as work:
        known = repeated(work, party, once)
        if known is not None:
            return known
        rejected = replace(_rejectable(work, party, number), decision=decision)
        submissions.decide(work, number, decision)
        if once is not None:
            idempotency.keep(work, owner_of(party), once.key, once.request_sha256, once.tell(rejected), at)
        return rejected


def _rejectable(work: UnitOfWork, party: Party, number: int) -> Numbered:
    found = submission(work, party, number)
    check_open(work, party, number)
    if party.person is None or party.person != found.submission.person:
        _check_second_person(party, found.submission)
    return found


def _check_second_person(party: Party, waiting: Submission) -> None:
    """Whether the party is another person of the organization, permitted to approve."""
    if not party.may(Permission.APPROVE):
        raise NotPermittedError("the permission approve is needed", "需要复核权限")
    if party.person is None:
        raise NotPermittedError("machines do not approve", "机器不能复核")
    if party.person == waiting.person:
        raise NotPermittedError("another person has to approve", "须由另一人复核")
