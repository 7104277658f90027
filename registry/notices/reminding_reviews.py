"""Reminders of reviews of units: deadlines on which an organization is awaited, told once in each window, by mail and webhook.

As with certificates (registry.notices.reminding): found outside the writers' turn, looked at again and written together with
what was told, so that nothing is told twice for the same case, day and window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from registry.columns import day_number
from registry.notices.announcing import announce
from registry.notices.events import EventType, review_due
from registry.notices.mailing import Mail
from registry.notices.reminding import OVERDUE, Reminded
from registry.repositories import outgoing, reminders, review, review_cases
from registry.review.cases import ReviewCase
from registry.review.procedure import Stage
from registry.review.steps import Actor
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.organization_settings import settings_of
from traceability.periods import civil_day

_WIDEST = 60  # Days ahead that are looked at; a review gives weeks, not years.


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A deadline of a case: who is awaited until when, in which window (days, or OVERDUE)."""

    case: str
    unit: str
    name: str | None
    year: int
    stage: Stage
    actor: Actor
    due_on: date
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDigest:
    """What one mail tells: deadlines of reviews on which an organization is awaited, the nearest first."""

    organization: str
    language: str
    day: date
    deadlines: tuple[Awaited, ...]


ComposeReviews = Callable[[ReviewDigest], Mail]


def remind_of_reviews(store: Store, now: datetime, compose: ComposeReviews, *, is_mailing: bool = True) -> Reminded:
    """Queue what there is to tell today, for all organizations. `is_mailing`: whether mails can go out at all."""
    with store.reading() as work:
        cases = review_cases.cases_due(work, civil_day(now) + timedelta(_WIDEST))
    of_organization: dict[str, list[ReviewCase]] = {}
    for case in cases:
        for organization in _awaited(case):
            of_organization.setdefault(organization, []).append(case)
    told = [_remind(store, each, own, now, compose, is_mailing=is_mailing) for each, own in sorted(of_organization.items())]
    return Reminded(
        items=sum(each.items for each in told),
        mails=sum(each.mails for each in told),
        webhooks=sum(each.webhooks for each in told),
    )


def awaited_of(work: UnitOfWork, organization: str, until: date) -> list[ReviewCase]:
    """The reviews in which an organization is awaited until a day that is not later than this one, for its calendar."""
    return [case for case in review_cases.cases_due(work, until) if organization in _awaited(case)]


def _awaited(case: ReviewCase) -> set[str]:
    """The organizations of those whose turn it is."""
    match case.awaits:
        case (Actor.UNIT, _):
            return {case.organization}
        case (Actor.INSPECTOR, _):
            return {each.organization for each in case.inspectors}
        case _:
            return {case.reviewer} if case.reviewer is not None else set()


def _remind(
    store: Store, organization: str, cases: list[ReviewCase], now: datetime, compose: ComposeReviews, *, is_mailing: bool
) -> Reminded:
    with store.reading() as work:
        settings = settings_of(work, organization)
        addresses = settings.emails if is_mailing else ()
        if not addresses and not reminders.has_listener(work, organization, EventType.REVIEW_DUE.value):
            return Reminded()
        deadlines = _deadlines(work, cases, civil_day(now), settings.warning_days)
        if not _untold(work, organization, deadlines):
            return Reminded()
    with store.writing() as work:
        fresh = _untold(work, organization, deadlines)
        if not fresh:
            return Reminded()
        review_cases.add_notices(work, organization, [_note(each) for each in fresh], now)
        mails: list[tuple[str, str]] = []
        if addresses:
            digest = ReviewDigest(
                organization=organization, language=settings.language, day=civil_day(now), deadlines=tuple(fresh)
            )
            content = msgspec.json.encode(compose(digest)).decode()
            mails = [(address, content) for address in dict.fromkeys(addresses)]
        facts = [review_due(organization, each.case, _told(each)) for each in fresh]
        queued = outgoing.queue_mails(work, organization, mails, now)
        return Reminded(items=len(fresh), mails=queued, webhooks=announce(work, facts, now))


def _deadlines(work: UnitOfWork, cases: list[ReviewCase], day: date, warning_days: tuple[int, ...]) -> list[Awaited]:
    names = review.names_of(work, (case.organization for case in cases))
    found = []
    for case in cases:
        actor, due = case.awaits or (None, None)
        if actor is None or due is None:
            continue
        left = (due - day).days
        window = OVERDUE if left < 0 else next((each for each in sorted(warning_days) if left <= each), None)
        if window is not None:
            found.append(
                Awaited(
                    case=case.id,
                    unit=case.organization,
                    name=names.get(case.organization),
                    year=case.year,
                    stage=case.standing.stage,
                    actor=actor,
                    due_on=due,
                    window=window,
                )
            )
    return sorted(found, key=lambda each: (each.due_on, each.case))


def _untold(work: UnitOfWork, organization: str, deadlines: list[Awaited]) -> list[Awaited]:
    told = review_cases.noted(work, organization, (each.case for each in deadlines))
    return [each for each in deadlines if _note(each) not in told]


def _note(each: Awaited) -> tuple[str, int, int]:
    return each.case, day_number(each.due_on), each.window


def _told(each: Awaited) -> dict[str, object]:
    """What a webhook says of a deadline."""
    return {
        "unit": each.unit,
        "year": each.year,
        "stage": each.stage.value,
        "awaits": each.actor.value,
        "due_on": str(each.due_on),
        "window": "overdue" if each.window == OVERDUE else each.window,
    }
