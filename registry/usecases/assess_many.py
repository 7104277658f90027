"""The verdicts on many targets at once: what they share is brought and examined once, not for each of them again."""

from collections.abc import Iterable
from datetime import date, datetime

from registry.errors import TooManyRecordsError
from registry.repositories.chains import BUDGET, load_above
from registry.repositories.latest import latest_items
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import assess_item
from traceability.assess import assess_by
from traceability.examination import Examiner
from traceability.known import known_records
from traceability.policy import Policy
from traceability.problems import UnknownTargetError
from traceability.verdict import Verdict

_TOGETHER = 500  # Items whose records are in memory together; standards stay in the store's cache from one batch to the next.


def assess_many(
    work: UnitOfWork, targets: Iterable[str], as_of: date, known_at: datetime, policy: Policy, *, budget: int = BUDGET
) -> dict[str, Verdict]:
    """The verdict on each target, the same as `assess_item` gives; what was not known then is left out.

    `budget`: records up to which targets are judged together, else one by one.
    """
    wanted = sorted(set(targets))
    known = latest_items(work, wanted)
    items = [target for target in wanted if target in known]
    found: dict[str, Verdict] = {}
    for start in range(0, len(items), _TOGETHER):
        found |= _together(work, items[start : start + _TOGETHER], as_of, known_at, policy, budget)
    others = set(wanted).difference(items)  # Metering points, whose branches lead to items of their own.
    return found | _one_by_one(work, sorted(others), as_of, known_at, policy)


def _together(
    work: UnitOfWork, items: list[str], as_of: date, known_at: datetime, policy: Policy, budget: int
) -> dict[str, Verdict]:
    try:
        records = load_above(work, items, (), budget, known_at)
    except TooManyRecordsError:
        return _one_by_one(work, items, as_of, known_at, policy)
    known = known_records(records, known_at)
    examiner = Examiner(known, policy)
    return {item: assess_by(examiner, item, as_of) for item in items if item in known.items}


def _one_by_one(work: UnitOfWork, targets: list[str], as_of: date, known_at: datetime, policy: Policy) -> dict[str, Verdict]:
    found = {}
    for target in targets:
        try:
            found[target] = assess_item(work, target, as_of, known_at, policy).verdict
        except UnknownTargetError:
            continue
    return found
