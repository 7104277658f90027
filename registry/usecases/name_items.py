"""What else items are called: recorded once, never taken back, for those who hold the item."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.errors import UnknownError
from registry.repositories import related
from registry.repositories.holdings import held_among
from registry.repositories.recordings import Recorder
from registry.repositories.related import Alias
from registry.repositories.stored import identities
from registry.spelling import compared, is_storable, storable
from registry.tables import AliasScheme, ItemAliases
from registry.unit_of_work import UnitOfWork
from traceability.problems import InputError

LONGEST = 255  # Characters of a name, as of every number that is searched for.


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name of an item; `is_new` unless it was on record already."""

    alias: Alias
    is_new: bool


def name_item(work: UnitOfWork, party: Party, item: str, scheme: AliasScheme, value: str, *, at: datetime) -> Named:
    """Record another name of an item that the party's own organization holds; saying it again changes nothing.

    UnknownError for an item that it does not hold, InputError for a name that is blank or too long.
    """
    value = storable(value.strip())
    if not compared(value) or len(value) > LONGEST:
        raise InputError("$.value", f"a name of 1 to {LONGEST} characters is expected", f"应为 1 至 {LONGEST} 个字符的名称")
    own = None if party.organization is None else [party.organization]
    is_known = is_storable(item) and bool(identities(work, "items", [item]))
    if not is_known or not held_among(work, "items", [item], own):
        raise UnknownError(item)
    for alias in related.aliases_of(work, item):
        if (alias.scheme, alias.value) == (scheme.value, value):
            return Named(alias=alias, is_new=False)
    recorder = Recorder(work, party=party, at=at, source="name of an item")
    alias = Alias(work.allot(ItemAliases), item, scheme.value, value, recorder.begun())
    work.append(ItemAliases, [(alias.entry, item, alias.scheme, value, compared(value), alias.recording)])
    return Named(alias=alias, is_new=True)
