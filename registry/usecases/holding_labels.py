"""Labels as organizations handle them: each those of the items that it holds, and its own blanks."""

from collections.abc import Iterable

from registry.access import Party
from registry.errors import UnknownError
from registry.labels.code import parse_code
from registry.labels.records import LabelRecord
from registry.repositories import labels, stored
from registry.repositories.holdings import held_among
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork


def check_own_items(work: UnitOfWork, party: Party, items: Iterable[str]) -> None:
    """UnknownError for an item that the party's own organization does not hold: as for one that does not exist."""
    wanted = list(dict.fromkeys(items))
    storable = [id_ for id_ in wanted if is_storable(id_)]
    known = {id_ for id_, *_ in stored.identities(work, "items", storable)} if storable else set()
    held = held_among(work, "items", known, own_viewers(party))
    for id_ in wanted:
        if id_ not in held:
            raise UnknownError(id_)


def own_label(work: UnitOfWork, party: Party, code: str) -> LabelRecord:
    """The label, if it is on an item that the party's own organization holds, or a blank of its own.

    UnreadableCodeError for what is no code, UnknownError for every other label.
    """
    label = labels.labels_with_codes(work, [parsed := parse_code(code)]).get(parsed)
    if label is None or not _is_own(work, party, label):
        raise UnknownError(code)
    return label


def own_viewers(party: Party) -> list[str] | None:
    """The party's own organization alone: a mandate reads, it neither issues nor revokes."""
    return None if party.organization is None else [party.organization]


def _is_own(work: UnitOfWork, party: Party, label: LabelRecord) -> bool:
    if party.organization is None:
        return True
    if label.item is None:
        return labels.maker_of(work, label) == party.organization
    return bool(held_among(work, "items", [label.item], own_viewers(party)))
