"""The demonstration's part of the energy-metering review: units, and reviews in different stages, each step by its person."""

from datetime import date, datetime, time, timedelta

import msgspec

from registry.access import Party
from registry.repositories import review_cases
from registry.review.cases import NewReview
from registry.review.facts import AnyFact
from registry.review.steps import AnyStep
from registry.unit_of_work import Store
from registry.usecases.review_cases import open_review, take_step
from registry.usecases.units import record_facts
from seed_data.reviews import PEOPLE, SeedReview, reviews, unit_facts
from traceability.periods import SHANGHAI

_HOUR = 9  # Of the day, in Shanghai, at which everything was done.
_KNOWN_FOR = 400  # Days: the units were told before the oldest review.


def tell_reviews(store: Store, today: date) -> None:
    """Units and reviews of the demonstration; what is there already stays."""
    facts = [msgspec.convert(fact, AnyFact, strict=False) for fact in unit_facts(today)]
    with store.writing() as work:
        record_facts(work, facts, party=_person("regulator"), at=_moment(today, _KNOWN_FOR), source="seed_data.reviews")
    for each in reviews(today):
        _tell_review(store, each, today)


def _tell_review(store: Store, told: SeedReview, today: date) -> None:
    with store.writing() as work:
        if review_cases.cases_of_unit(work, told.organization, told.year):
            return
        new = NewReview(
            organization=told.organization, year=told.year, inspectors=(), reason=f"{told.year} 年度能源计量审查（合成）"
        )
        id_ = open_review(work, _person("regulator"), new, _moment(today, told.days_ago))
        for after, step in enumerate(told.steps):
            says: AnyStep = msgspec.convert(step.says, AnyStep, strict=False)
            take_step(work, _person(step.actor), id_, says, after=after, at=_moment(today, step.days_ago))


def _person(actor: str) -> Party:
    """Nobody has an account: what people did is told by the operator, under their names."""
    return Party(name=PEOPLE[actor])


def _moment(today: date, days_ago: int) -> datetime:
    return datetime.combine(today - timedelta(days_ago), time(_HOUR), SHANGHAI)
