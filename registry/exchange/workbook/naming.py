"""What rows call items and organizations -> their ids: by the workbook itself, else by what the store knows, else derived."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.exchange.workbook import identity
from registry.exchange.workbook.cells import Owner
from registry.exchange.workbook.rows import Row
from registry.spelling import compared

_MOST_NAMED = 5  # Ids that a message repeats.


def _none_known(_: Collection[str]) -> Mapping[str, Sequence[str]]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """What the caller's store can tell; each is asked at most once per reading, for all that the workbook does not explain.

    `items`: serial numbers, as `registry.spelling.compared` spells them -> the ids of the items held under each.
    `organizations`: ids or names of organizations, spelled likewise -> their ids. What is found nowhere is taken as an id
    (organizations: it may arrive later, SEMANTICS 2), or gives a derived id (items).
    """

    items: Callable[[Collection[str]], Mapping[str, Sequence[str]]] = _none_known
    organizations: Callable[[Collection[str]], Mapping[str, Sequence[str]]] = _none_known


class Names:
    """The names met in one workbook. First `learn` from its organizations and items, then `look_up`, then ask."""

    def __init__(self, organization: str, lookups: Lookups) -> None:
        self._organization = organization
        self._lookups = lookups
        self._organizations: set[str] = set()
        self._by_name: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._by_asset: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._by_serial: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._held_items: Mapping[str, Sequence[str]] = {}
        self._held_organizations: Mapping[str, Sequence[str]] = {}

    def learn_organization(self, identifier: str, name: str | None) -> None:
        """An organization of the workbook."""
        self._organizations.add(identifier)
        if name is not None:
            self._by_name[compared(name)][identifier] = None

    def learn_item(self, identifier: str, asset: str | None, serial: str | None) -> None:
        """An item of the workbook."""
        if asset is not None:
            self._by_asset[compared(asset)][identifier] = None
        if serial is not None:
            self._by_serial[compared(serial)][identifier] = None

    def look_up(self, serials: Iterable[str], owners: Iterable[Owner]) -> None:
        """Ask the store for what the workbook may not explain."""
        asked = {compared(serial) for serial in serials} - {""}
        self._held_items = self._lookups.items(asked) if asked else {}
        names = {compared(owner.text) for owner in owners if not owner.is_id and owner.text not in self._organizations} - {""}
        self._held_organizations = self._lookups.organizations(names) if names else {}

    def own_item(self, asset: str | None, serial: str | None) -> str | None:
        """The id of an item that a row of the items sheet describes without one."""
        if asset is not None:
            return identity.asset_id(self._organization, asset)
        if serial is None or not compared(serial):
            return None
        held = self._held_items.get(compared(serial), ())
        return held[0] if len(held) == 1 else identity.serial_id(self._organization, serial)

    def item(self, row: Row, values: Mapping[str, Any], prefix: str, serial_field: str) -> str | None:
        """The id of the item that the values name; None when none is named, and, with a note on the row, when several are."""
        if f"{prefix}item" in values:
            return str(values[f"{prefix}item"])
        if (asset := values.get(f"{prefix}asset")) is not None:
            found = self._by_asset.get(compared(asset), {})
            return self._one(row, f"{prefix}asset", found) if found else identity.asset_id(self._organization, asset)
        serial = values.get(f"{prefix}{serial_field}")
        if serial is None or not compared(serial):
            return None
        known = self._by_serial.get(compared(serial)) or dict.fromkeys(self._held_items.get(compared(serial), ()))
        return self._one(row, f"{prefix}{serial_field}", known) if known else identity.serial_id(self._organization, serial)

    def owner(self, row: Row, values: Mapping[str, Any], field: str) -> str | None:
        """The id of the organization that the values name, else the importing one; None, with a note, for several."""
        owner: Owner | None = values.get(field)
        if owner is None:
            return self._organization
        if owner.is_id or owner.text in self._organizations:
            return owner.text
        found = self._by_name.get(compared(owner.text)) or dict.fromkeys(self._held_organizations.get(compared(owner.text), ()))
        return self._one(row, field, found) if found else owner.text

    def _one(self, row: Row, field: str, found: Iterable[str]) -> str | None:
        ids = sorted(found)
        if len(ids) == 1:
            return ids[0]
        named = ", ".join(ids[:_MOST_NAMED])
        row.refuse(f"several bear this name ({named}); give the id", f"有多个同名对象（{named}）；请填标识", field)
        return None
