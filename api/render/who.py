"""People by name where records name them by id."""

from collections.abc import Callable, Iterable

from registry.repositories import accounts
from registry.unit_of_work import UnitOfWork

_PERSON = "person/"  # Before the id of a person in what a recording says of who made it.


def who_among(work: UnitOfWork, recorded_by: Iterable[str | None]) -> Callable[[str | None], str]:
    """What tells who made a recording: people by name, everybody else as recorded; empty for nobody told."""
    ids = {name.removeprefix(_PERSON) for name in recorded_by if name is not None and name.startswith(_PERSON)}
    names = accounts.names_of(work, sorted(ids))
    return lambda name: "" if name is None else names.get(name.removeprefix(_PERSON), name)
