"""The demonstration's yearly plans of the review: units, inspectors, and plans in different states."""

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from registry.access import Party, Role
from registry.accounts import Membership, Person
from registry.repositories import accounts, review_plans
from registry.repositories.recordings import Recorder
from registry.review.facts import EVERYWHERE, AnyFact
from registry.review.plans import Plan
from registry.review.register import DeclaredConflict, RegisteredInspector
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.import_records import import_records
from registry.usecases.inspectors import declare_conflict, record_inspector
from registry.usecases.review_plans import close_plan, draft_plan, draw_plan, plan_seen, publish_plan
from registry.usecases.units import record_facts
from seed_data.review_plans import INSPECTORS, PEOPLE, SeedPlan, conflict, organizations, plans, unit_facts
from traceability.interchange import FORMAT
from traceability.json_text import dump
from traceability.periods import SHANGHAI

_SOURCE = "seed_data.review_plans"
_REGULATOR = Party(name="市局计量处 沈某（合成）")  # Nobody has an account: it is told by the operator, under a name.
_HOUR = 9  # Of the day, in Shanghai, at which everything was done.
_KNOWN_FOR = 400  # Days: units and inspectors were told before the oldest plan.


def tell_plans(store: Store, today: date) -> None:
    """Units, inspectors and plans of the demonstration; where there is a plan, it was told before."""
    with store.writing() as work:
        if review_plans.plans_before(work, EVERYWHERE, 2**62, 1):
            return
        _tell_people(work, today)
    for each in plans(today):
        _tell_plan(store, each, today)


def _tell_people(work: UnitOfWork, today: date) -> None:
    at = _moment(today, _KNOWN_FOR)
    document = {"format": FORMAT, "organizations": list(organizations())}
    import_records(work, [dump(document).decode()], party=_REGULATOR, at=at, source=_SOURCE)
    record_facts(work, [_read(each, AnyFact) for each in unit_facts(today)], party=_REGULATOR, at=at, source=_SOURCE)
    recording = Recorder(work, party=_REGULATOR, at=at, source=_SOURCE).begun()
    since = at.date().replace(month=1, day=1)
    for number, person, organization, qualifications in INSPECTORS:
        name = f"{PEOPLE[person]}（合成）"
        one = Person(entry=0, id=person, sign_in=person, name=name, email=None, subject=None, is_active=True)
        accounts.append_person(work, one, recording)
        membership = Membership(person=person, organization=organization, role=Role.AUDITOR)
        accounts.append_membership(work, membership, recording, is_active=True)
        told = {"area": EVERYWHERE, "number": number, "person": person, "organization": organization, "since": since}
        record_inspector(work, _REGULATOR, _read({**told, "qualifications": qualifications}, RegisteredInspector), at)
    declare_conflict(work, Party(name=f"{PEOPLE[INSPECTORS[0][1]]}（合成）"), _read(conflict(today), DeclaredConflict), at)


def _tell_plan(store: Store, told: SeedPlan, today: date) -> None:
    """Each step in a unit of work of its own: the draw rests on the ledger as it was with the closing."""
    with store.writing() as work:
        plan_id = draft_plan(work, _REGULATOR, _read(told.says, Plan), _moment(today, told.drafted))
        seen = plan_seen(work, _REGULATOR, plan_id, _moment(today, told.drafted)).kept.entry
    if told.closed is not None:
        with store.writing() as work:
            close_plan(work, _REGULATOR, plan_id, _moment(today, told.closed), seen=seen, event=told.event)
    if told.drawn is not None:
        with store.writing() as work:
            draw_plan(work, _REGULATOR, plan_id, _moment(today, told.drawn), outside=told.outside)
    if told.published is not None:
        with store.writing() as work:
            publish_plan(work, _REGULATOR, plan_id, _moment(today, told.published))


def _read(told: dict[str, Any], kind: Any) -> Any:
    return msgspec.convert(told, kind, strict=False)


def _moment(today: date, days_ago: int) -> datetime:
    return datetime.combine(today - timedelta(days_ago), time(_HOUR), SHANGHAI)
