"""Ids for rows that bring none: made from what the technician's own papers call the thing, within his organization.

The same row gives the same id again, so that an import can be repeated; two organizations never meet under one id.

* organization: its country and name;
* item: the organization that imports and its asset number there, else the organization and the serial number;
* certificate: issuer, number, item; competence: holder, scheme, number; event: item, kind, day;
* metering point: organization and point number.
"""

from datetime import date
from functools import lru_cache

from registry.exchange.identifiers import derived_id

_ORIGIN = "wb"


def organization_id(name: str, country: str | None) -> str:
    """The id of an organization of this name."""
    return derived_id(_ORIGIN, "organization", name, country or "", name)


@lru_cache(maxsize=4096)  # A standard is named by many certificates.
def asset_id(organization: str, asset: str) -> str:
    """The id of the item that has this asset number in the organization's ledger."""
    return derived_id(_ORIGIN, "item", asset, "asset", organization, asset)


@lru_cache(maxsize=4096)
def serial_id(organization: str, serial: str) -> str:
    """The id of the item with this serial number, when the organization's ledger has no number for it."""
    return derived_id(_ORIGIN, "item", serial, "serial", organization, serial)


def certificate_id(issuer: str, number: str, item: str) -> str:
    """The id of the certificate of an item (an id) under this number of the issuer (an id)."""
    return derived_id(_ORIGIN, "certificate", number, issuer, number, item)


def competence_id(organization: str, scheme: str, number: str) -> str:
    """The id of the holder's competence of this scheme and number."""
    return derived_id(_ORIGIN, "competence", number, organization, scheme, number)


def event_id(item: str, kind: str, on: date) -> str:
    """The id of the event of this kind that happened to the item on the day."""
    return derived_id(_ORIGIN, "event", str(on), item, kind, str(on))


def point_id(organization: str, number: str) -> str:
    """The id of the organization's metering point of this number."""
    return derived_id(_ORIGIN, "point", number, organization, number)
