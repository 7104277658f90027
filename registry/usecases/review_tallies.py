"""What the reviews of some units came to: how many there are, how many wait or are overdue, and their findings by clause."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from registry.access import Party
from registry.repositories.review_cases import EVERY_CASE, cases_before
from registry.review.cases import ReviewCase
from registry.review.procedure import Stage
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_cases import onlooker_of
from traceability.periods import civil_day

_MOST = 20_000  # Cases that are looked at: those of a city in several years.
_EVERY = 2**63 - 1  # After the number of every case.
_ENDED = {Stage.CLOSED, Stage.REFERRED, Stage.PUBLISHED}


class FindingState(StrEnum):
    """How a finding stands."""

    OPEN = "open"
    ANSWERED = "answered"  # The unit says that it is mended; a re-visit is to say whether it is.
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFinding:
    """A finding of a review, as it stands now: its deadline may have been moved by a re-visit."""

    case: str
    organization: str
    year: int
    number: int
    clause: str
    text: str
    deadline: date
    state: FindingState


class ClauseTally(NamedTuple):
    """Findings of one clause: of how many units, how many, and how many of them are not settled."""

    clause: str
    units: int
    findings: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTally:
    """Reviews of one year: how many, how many have not ended, and how many of those are past a deadline."""

    year: int
    reviews: int
    open: int
    overdue: int
    findings: tuple[ToldFinding, ...]

    @property
    def clauses(self) -> list[ClauseTally]:
        """The findings by clause, the most first."""
        by_clause: dict[str, list[ToldFinding]] = {}
        for each in self.findings:
            by_clause.setdefault(each.clause, []).append(each)
        found = [
            ClauseTally(
                clause,
                len({each.organization for each in of_one}),
                len(of_one),
                sum(each.state is not FindingState.SETTLED for each in of_one),
            )
            for clause, of_one in by_clause.items()
        ]
        return sorted(found, key=lambda each: (-each.findings, each.clause))


def tallies(work: UnitOfWork, party: Party, units: Collection[str], at: datetime) -> dict[int, ReviewTally]:
    """By year, the reviews of some units that a party sees."""
    wanted, today = set(units), civil_day(at)
    cases = cases_before(work, onlooker_of(work, party, at), EVERY_CASE, today, _EVERY, _MOST)
    by_year: dict[int, list[ReviewCase]] = {}
    for case in cases:
        if case.organization in wanted:
            by_year.setdefault(case.year, []).append(case)
    return {year: _tally(year, of_year, today) for year, of_year in sorted(by_year.items())}


def nothing_of(year: int) -> ReviewTally:
    """A year without reviews."""
    return ReviewTally(year=year, reviews=0, open=0, overdue=0, findings=())


def _tally(year: int, cases: list[ReviewCase], today: date) -> ReviewTally:
    waiting = [case for case in cases if case.standing.stage not in _ENDED]
    return ReviewTally(
        year=year,
        reviews=len(cases),
        open=len(waiting),
        overdue=sum(case.is_overdue(today) for case in waiting),
        findings=tuple(finding for case in cases for finding in _findings(case)),
    )


def _findings(case: ReviewCase) -> Iterable[ToldFinding]:
    unsettled = {each.finding.number: each for each in case.standing.open_findings}
    for finding in () if case.issued is None else case.issued.findings:
        left = unsettled.get(finding.number)
        state = FindingState.SETTLED if left is None else FindingState.ANSWERED if left.is_answered else FindingState.OPEN
        yield ToldFinding(
            case=case.id,
            organization=case.organization,
            year=case.year,
            number=finding.number,
            clause=finding.clause,
            text=finding.text,
            deadline=finding.deadline if left is None else left.deadline,
            state=state,
        )
