"""What waits for a second person: the queue, one submission with what it would come to, and the decision."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.asking import asked
from api.context import Context, Given, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.pages.outcomes import told_outcome
from api.render.names import Names, names_in
from api.render.who import who_among
from api.security import Approving, Reading
from registry.access import Party, Permission
from registry.errors import RegistryError
from registry.repositories.chains import load_around
from registry.repositories.submissions import Numbered, decided
from registry.unit_of_work import UnitOfWork
from registry.usecases.recording import Asked, Order, Outcome, record
from registry.usecases.submissions import approve, reject, submission, waiting_submissions
from traceability.problems import TraceabilityError
from traceability.records import Certificate, Event, Item, Records

router = APIRouter(include_in_schema=False)

_ROWS = 30  # Submissions of a page.
_DECIDED = 10  # Of those that were decided.
_MOST = 2**63 - 1  # The largest number that the store gives out.
_WRONG = (RegistryError, TraceabilityError)
Number = Annotated[int, Path(ge=1, le=_MOST)]


@router.get("/reviews")
def show_reviews(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    cursor: Annotated[int, Query(ge=0, le=_MOST)] = 0,
) -> HTMLResponse:
    """What waits, the oldest first; what was decided last."""
    with context.store.reading() as work:
        found = waiting_submissions(work, party, after=cursor, most=_ROWS + 1)
        before = decided(work, party.organization or "", _MOST, _DECIDED)
        names = _names(work, [*found, *before], language, context.clock())
        who = who_among(work, _people([*found, *before]))
    values = {
        "who": who,
        "waiting": [(each, _subjects(each, names)) for each in found[:_ROWS]],
        "decided": [(each, _subjects(each, names)) for each in before],
        "next": found[_ROWS - 1].number if len(found) > _ROWS else None,
    }
    return page("reviews.html", language, request, values)


@router.get("/reviews/{number}")
def show_review(context: Given, language: Speaking, request: Request, party: Reading, number: Number) -> HTMLResponse:
    """What would be recorded, what it contradicts as of now, and the verdicts that it would lead to."""
    return _review_page(context, language, request, party, number)


@router.post("/reviews/{number}/approve")
def do_approve(context: Given, language: Speaking, request: Request, party: Approving, number: Number) -> Response:
    """On to the queue."""
    try:
        approve(context.store, number, party=party, at=context.clock(), asked=_asked(context))
    except _WRONG as error:
        return _review_page(context, language, request, party, number, error=error)
    return gone_on(links.inside("reviews", str(number), done="approved"), request.query_params.get("lang"))


@router.post("/reviews/{number}/reject")
def do_reject(
    context: Given, language: Speaking, request: Request, party: Approving, number: Number, fields: Fields
) -> Response:
    """On to the queue; the reason stays with the submission."""
    try:
        reject(context.store, number, given(fields, "reason"), party=party, at=context.clock())
    except _WRONG as error:
        return _review_page(context, language, request, party, number, error=error)
    return gone_on(links.inside("reviews", str(number), done="rejected"), request.query_params.get("lang"))


def _review_page(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    number: int,
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        found = submission(work, party, number)
        names = _names(work, [found], language, context.clock())
        who = who_among(work, _people([found]))
    told, problem = None, error
    if found.decision is None and error is None:
        try:
            told = told_outcome(_considered(context, party, found), language)
        except _WRONG as refused:  # What could not be recorded any more is told, not hidden.
            problem = refused
    entries = [entry.record for entry in found.submission.entries]
    is_own = party.person is not None and party.person == found.submission.person
    values = {
        "found": found,
        "who": who,
        "names": names,
        "certificates": [each for each in entries if isinstance(each, Certificate)],
        "others": [names.of(each.id) for each in entries if not isinstance(each, Certificate)],
        "told": told,
        "is_own": is_own,
        "may_approve": party.may(Permission.APPROVE) and party.person is not None and not is_own,
        "may_reject": party.may(Permission.APPROVE) and party.person is not None,
    }
    shown = page("review.html", language, request, values, error=problem)
    if error is None:
        shown.status_code = 200
    return shown


def _considered(context: Context, party: Party, found: Numbered) -> Outcome:
    """What letting it in would come to now, whoever looks."""
    waiting = found.submission
    order = Order(entries=waiting.entries, source=waiting.source, reason=waiting.reason, root=waiting.root, is_dry_run=True)
    outcome = record(context.store, order, party=party, at=context.clock(), asked=_asked(context))
    assert isinstance(outcome, Outcome)  # noqa: S101 - asked without a key.
    return outcome


def _asked(context: Context) -> Asked:
    asking = asked(now=context.clock())
    return Asked(policy=asking.policy, as_of=asking.as_of)


def _names(work: UnitOfWork, found: list[Numbered], language: Language, known_at: datetime) -> Names:
    """The names that submissions and the records around them give."""
    entries = [entry.record for each in found for entry in each.submission.entries]
    certificates = [each for each in entries if isinstance(each, Certificate)]
    items = {each.item for each in certificates} | {each.item for each in entries if isinstance(each, Event)}
    items |= {reference.item for each in certificates for reference in each.references}
    around = load_around(work, items, {each.issuer for each in certificates})
    held = {each.id for each in around.certificates}
    fresh = {each.id: each for each in certificates if each.id not in held}
    new_items = {each.id: each for each in entries if isinstance(each, Item)}
    records = Records(
        organizations=around.organizations,
        items=(*around.items, *(each for id_, each in new_items.items() if id_ not in {item.id for item in around.items})),
        certificates=(*around.certificates, *fresh.values()),
    )
    return names_in(records, language, known_at)


def _people(found: list[Numbered]) -> Iterator[str]:
    """Who submitted and who decided."""
    for each in found:
        yield each.submission.submitted_by
        if each.decision is not None:
            yield each.decision.decided_by


def _subjects(found: Numbered, names: Names) -> list[str]:
    """What a submission holds, in a few names."""
    return [names.of(entry.record.id) for entry in found.submission.entries[:3]]
