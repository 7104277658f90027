"""Codes of others that name an item of ours: recorded once, taken back when they were wrong."""

from datetime import datetime

from registry.access import OPERATOR, Party
from registry.errors import ConflictError
from registry.labels.aliases import AliasScheme, alias_key
from registry.repositories import labels
from registry.repositories.labels import AliasRow
from registry.repositories.latest import latest_items
from registry.repositories.recordings import Recorder
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.issue_labels import SOURCE
from traceability.problems import UnknownTargetError


def record_alias(
    work: UnitOfWork, scheme: AliasScheme, value: str, item: str, *, party: Party = OPERATOR, at: datetime
) -> AliasRow:
    """The code of others, naming the item from now on.

    UnreadableCodeError for another form, UnknownTargetError for no item, ConflictError when it names another item.
    """
    key = alias_key(scheme, value)
    if item not in latest_items(work, [item]):
        raise UnknownTargetError(item)
    known = labels.aliases_with_keys(work, [key]).get((scheme, key))
    if known is not None and known.is_active:
        if known.item == item:
            return known
        raise ConflictError("$.value", value, "this code names another item", "此编码已指向另一器具")
    return _recorded(work, AliasRow(scheme, key, storable(value.strip()), item, is_active=True), party, at)


def retire_alias(
    work: UnitOfWork, scheme: AliasScheme, value: str, *, party: Party = OPERATOR, at: datetime
) -> AliasRow | None:
    """The code of others, naming nothing from now on; None when it never named anything."""
    key = alias_key(scheme, value)
    known = labels.aliases_with_keys(work, [key]).get((scheme, key))
    if known is None or not known.is_active:
        return known
    return _recorded(work, known._replace(is_active=False), party, at)


def _recorded(work: UnitOfWork, alias: AliasRow, party: Party, at: datetime) -> AliasRow:
    labels.add_alias(work, alias, Recorder(work, party=party, at=at, source=SOURCE).begun())
    return alias
