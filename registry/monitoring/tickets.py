"""Differences as tickets: somebody is to settle each by a day. Values in, values out.

A ticket is open until somebody answers it or says that it is corrected, and closed by the next reconciliation that no longer
finds it, or by a person with a reason. One that was corrected and is found again is open again. What was closed with a reason
stays closed for the values that it was closed for: with others there is a new ticket.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from registry.monitoring.differences import Difference


class TicketState(StrEnum):
    """How a ticket stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CORRECTED = "corrected"
    CLOSED = "closed"


class TicketStep(StrEnum):
    """What is done about a ticket; the first four by people, the others by a reconciliation."""

    ANSWERED = "answered"
    CORRECTED = "corrected"
    CLOSED = "closed"  # With a reason, though the difference is there.
    ASSIGNED = "assigned"  # Another owner or another day.
    SETTLED = "settled"  # It is no longer found.
    CHANGED = "changed"  # It is found with other values.
    FOUND_AGAIN = "found_again"  # It was said to be corrected, and is there as before.


BY_PEOPLE = (TicketStep.ANSWERED, TicketStep.CORRECTED, TicketStep.CLOSED, TicketStep.ASSIGNED)

_STATES = {
    TicketStep.ANSWERED: TicketState.ANSWERED,
    TicketStep.CORRECTED: TicketState.CORRECTED,
    TicketStep.CLOSED: TicketState.CLOSED,
    TicketStep.SETTLED: TicketState.CLOSED,
    TicketStep.CHANGED: TicketState.OPEN,
    TicketStep.FOUND_AGAIN: TicketState.OPEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A step as it was taken: by whom, when and why; `difference`, `owner` and `due_on` where they are others from then on."""

    step: TicketStep
    reason: str
    by: str
    at: datetime
    difference: Difference | None = None
    owner: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A difference of a unit as it was found first, and all that was done about it, in order."""

    entry: int
    id: str
    organization: str
    found: Difference
    first_owner: str
    first_due_on: date
    by: str
    at: datetime
    steps: tuple[StepTaken, ...]

    @property
    def state(self) -> TicketState:
        """How it stands: by the last step that says so."""
        states = [_STATES[each.step] for each in self.steps if each.step in _STATES]
        return states[-1] if states else TicketState.OPEN

    @property
    def difference(self) -> Difference:
        """The difference as it was found last."""
        return next((each.difference for each in reversed(self.steps) if each.difference is not None), self.found)

    @property
    def owner(self) -> str:
        """The organization that is to settle it."""
        return next((each.owner for each in reversed(self.steps) if each.owner is not None), self.first_owner)

    @property
    def due_on(self) -> date:
        """The last day to settle it."""
        return next((each.due_on for each in reversed(self.steps) if each.due_on is not None), self.first_due_on)

    @property
    def is_accepted(self) -> bool:
        """Whether somebody closed it with a reason, though the difference was there."""
        return self.state is TicketState.CLOSED and self.steps[-1].step is TicketStep.CLOSED

    def is_overdue(self, day: date) -> bool:
        """Whether it should have been settled before a day."""
        return self.state is not TicketState.CLOSED and self.due_on < day


@dataclass(slots=True, kw_only=True)
class Following:
    """What a reconciliation does to the tickets of a unit."""

    new: list[Difference] = field(default_factory=list)
    changed: list[tuple[Ticket, Difference]] = field(default_factory=list)
    found_again: list[Ticket] = field(default_factory=list)
    settled: list[Ticket] = field(default_factory=list)
    accepted: list[Ticket] = field(default_factory=list)


def followed(
    tickets: Sequence[Ticket], found: Iterable[Difference], undecided: frozenset[tuple[str, str]] = frozenset()
) -> Following:
    """What becomes of tickets. `undecided`: keys of which it could not be told whether they still differ; they stay."""
    is_open = {each.difference.key: each for each in tickets if each.state is not TicketState.CLOSED}
    accepted = {each.difference.key: each for each in tickets if each.is_accepted}
    following = Following()
    met = set(undecided)
    for difference in found:
        met.add(difference.key)
        ticket, before = is_open.get(difference.key), accepted.get(difference.key)
        if ticket is None and before is not None and before.difference == difference:
            following.accepted.append(before)
        elif ticket is None:
            following.new.append(difference)
        elif ticket.difference != difference:
            following.changed.append((ticket, difference))
        elif ticket.state is TicketState.CORRECTED:
            following.found_again.append(ticket)
    following.settled = [ticket for key, ticket in sorted(is_open.items()) if key not in met]
    return following
