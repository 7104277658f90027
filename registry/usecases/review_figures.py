"""The figures of all units, kept for boards: worked out when a day begins, and again when what they rest on changes.

1. What was recorded since the figures were kept says which units are touched: those of which something was told, and those
   whose meters it can reach (traceability.fleet.reach).
2. Figures of a touched unit are worked out anew for all days that are kept; of any other unit, for days of which there are
   none yet. They come from the same rules and verdicts as the review of the unit, of which they are the sums.
3. When all are there, the board says up to which recording they go.

So figures of past days are as known now, too. One worker at a time; whoever dies over it leaves nothing half said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.access import OPERATOR
from registry.columns import instant_number
from registry.jobs.claims import claimed
from registry.jobs.running import Handler, Running
from registry.repositories import jobs, review, review_figures
from registry.repositories.fleet_changes import Since, StoredRecords, changes_since
from registry.repositories.review_figures import BEGUN, KeptBoard
from registry.repositories.scans import latest_recording
from registry.review.facts import EVERYWHERE
from registry.review.figures import Reckoning, days_kept, reckoning_of
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.fleet_catching_up import MOST as MOST_ITEMS
from registry.usecases.review_equipping import equipping_on_days
from traceability.fleet.reach import reached
from traceability.periods import civil_day
from traceability.policy import Policy, policy_named

FIGURES = "review_figures"  # The kind of the jobs.
_WORKING = -2  # In place of the number of a job: one worker works figures out, however many there are.
_FEW = 100  # Figures of a unit on a day that are worked out at once; for more a job is asked for.
_UNITS_A_TURN = 10  # Units whose figures are written in one turn of a writer.


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanting:
    """What is to be worked out: for each unit the days. `board`: how far figures go once it is done.

    `is_first`: nothing is kept yet, so that it is to be said from which recording on what is worked out may be outdated.
    """

    policy: str
    board: KeptBoard
    days: Sequence[date]
    units: Mapping[str, Sequence[date]]
    is_first: bool

    @property
    def figures(self) -> int:
        """How many figures of a unit on a day that are."""
        return sum(map(len, self.units.values()))


def wanting(work: UnitOfWork, policy: str, at: datetime) -> Wanting | None:
    """What is to be worked out under a policy; None where everything is up to date, or there are no units."""
    board, recording = review_figures.board_of(work, policy), latest_recording(work)
    today = civil_day(at)
    if board is not None and (board.as_of, board.recording) == (today, recording):
        return None
    units = [unit.organization for unit in review.units_in(work, EVERYWHERE, (today, at))]
    if not units:
        return None
    days = days_kept(today)
    touched = set[str]() if board is None else _touched(work, board, policy_named(policy), at)
    there = review_figures.there(work, policy)
    missing = {unit: [day for day in days if touched is None or unit in touched or (unit, day) not in there] for unit in units}
    return Wanting(
        policy=policy,
        board=KeptBoard(today, recording, at),
        days=days,
        units={unit: wanted for unit, wanted in missing.items() if wanted},
        is_first=board is None,
    )


def bring_up_to_date(store: Store, wanted: Wanting, tell: Callable[[int, int], None] = lambda *_: None) -> None:
    """Work out what is wanting, and say how far figures go then. `tell`: how many units are done, of how many."""
    policy = policy_named(wanted.policy)
    if wanted.is_first:
        with store.writing() as work:
            review_figures.keep_board(work, wanted.policy, wanted.board._replace(as_of=BEGUN), wanted.days)
    for done, units in enumerate(_turns(list(wanted.units))):
        tell(done * _UNITS_A_TURN, len(wanted.units))
        found: dict[tuple[str, date], Reckoning] = {}
        for unit in units:
            with store.reading() as work:
                reviewed = equipping_on_days(work, unit, wanted.units[unit], wanted.board.known_at, policy)
            found |= {(unit, day): reckoning_of(reviewed.get(day)) for day in wanted.units[unit]}
        with store.writing() as work:
            review_figures.replace(work, wanted.policy, found)
    with store.writing() as work:
        review_figures.keep_board(work, wanted.policy, wanted.board, wanted.days)


def look_around(store: Store, policies: Sequence[str], at: datetime) -> list[int]:
    """Bring figures up to date where little is wanting; for more, ask for jobs. The numbers of those, to wake workers by."""
    asked = []
    with claimed(store.engine, _WORKING) as is_ours:
        if not is_ours:
            return []
        for policy in policies:
            with store.reading() as work:
                wanted = wanting(work, policy, at)
            if wanted is None:
                continue
            if wanted.figures <= _FEW:
                bring_up_to_date(store, wanted)
            else:
                asked += _ask_for(store, wanted, at)
    return asked


def handlers() -> dict[str, Handler]:
    """What workers do for such jobs."""
    return {FIGURES: _run}


def _run(running: Running) -> None:
    """Nothing where another worker is at it, or was quicker."""
    figures = 0
    with claimed(running.store.engine, _WORKING) as is_ours:
        if is_ours:
            with running.store.reading() as work:
                wanted = wanting(work, running.job.arguments["policy"], running.clock())
            if wanted is not None:
                figures = wanted.figures
                bring_up_to_date(running.store, wanted, lambda done, total: running.step("review", done, total))
    with running.store.writing() as work:
        running.end(work, {"figures": figures})


def _ask_for(store: Store, wanted: Wanting, at: datetime) -> list[int]:
    """One job for a state of the store on a day."""
    id_ = f"review-figures-{wanted.policy.replace('/', '-')}-{wanted.board.as_of}-{wanted.board.recording}"
    with store.writing() as work:
        if jobs.job_with(work, id_) is not None:
            return []
        return [jobs.ask_for(work, id_, FIGURES, {"policy": wanted.policy}, party=OPERATOR, at=at)]


def _touched(work: UnitOfWork, board: KeptBoard, policy: Policy, at: datetime) -> set[str] | None:
    """Organizations whose figures may be others since the board; None for all of them."""
    known_at = instant_number(at)
    if review_figures.has_new_editions(work, board.recording):
        return None
    changes = changes_since(work, Since(board.recording, instant_number(board.known_at)), known_at)
    items = None if changes is None else reached(changes, StoredRecords(work, known_at), policy, MOST_ITEMS)
    return None if items is None else review_figures.touched_organizations(work, board.recording, items)


def _turns(units: list[str]) -> Iterator[list[str]]:
    return (units[start : start + _UNITS_A_TURN] for start in range(0, len(units), _UNITS_A_TURN))
