"""What stands on record beside records that are about to be recorded: numbers taken, replacements, origins, members."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, bindparam, literal, select, union

from registry.account_tables import Clients, Memberships, RecordingOrigins
from registry.columns import day_of
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.table_parts import table_of
from registry.tables import Certificates, Events, Organizations
from registry.unit_of_work import UnitOfWork

_certificates = table_of(Certificates)
_clients = table_of(Clients)
_memberships = table_of(Memberships)
_organizations = table_of(Organizations)
_origins = table_of(RecordingOrigins)


class Numbered(NamedTuple):
    """A certificate as far as its number is concerned."""

    id: str
    item: str
    calibrated_on: date
    replaces: str | None


def with_numbers(work: UnitOfWork, keys: Iterable[str]) -> dict[tuple[str, str], list[Numbered]]:
    """The certificates with one of the numbers (as compared), by issuer and number, in the order of their recording."""
    wanted = sorted(set(keys))
    found: dict[tuple[str, str], list[Numbered]] = {}
    for issuer, key, id_, item, day, replaces in work.rows(_WITH_NUMBERS, keys=wanted) if wanted else ():
        found.setdefault((issuer, key), []).append(Numbered(id_, item, day_of(day), replaces))
    return found


def replacing(work: UnitOfWork, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By the ids of certificates, those of the certificates that replace them."""
    wanted = sorted(set(ids))
    found: dict[str, tuple[str, ...]] = {}
    for replaced, id_ in work.rows(_REPLACING, ids=wanted) if wanted else ():
        found[replaced] = (*found.get(replaced, ()), id_)
    return found


def recorded_for(work: UnitOfWork, ids: Iterable[str]) -> dict[str, str]:
    """By the ids of certificates, the organizations for which they were recorded; those of the operator are left out."""
    wanted = sorted(set(ids))
    return dict(work.rows(_ORIGINS, ids=wanted)) if wanted else {}


def members_among(work: UnitOfWork, organizations: Iterable[str]) -> set[str]:
    """Those of the organizations that have people or clients here, and so record for themselves."""
    wanted = sorted(set(organizations))
    return {name for (name,) in work.rows(_MEMBERS, names=wanted)} if wanted else set()


def known_among(work: UnitOfWork, organizations: Iterable[str]) -> set[str]:
    """Those of the organizations that are on record, or have people or clients here."""
    wanted = sorted(set(organizations))
    return {name for (name,) in work.rows(_KNOWN, names=wanted)} | members_among(work, wanted) if wanted else set()


def records_about(work: UnitOfWork, item: str) -> dict[str, list[str]]:
    """The ids of the certificates and events of an item, by list."""
    return {name: [id_ for (id_,) in work.rows(query, item=item)] for name, query in _ABOUT.items()}


def _about(table: Table) -> Query:
    return Query(lambda _: select(table.c.id).where(table.c.item == bindparam("item")).order_by(table.c.id))


def _with_numbers(spelling: Spelling) -> Select[Any]:
    columns = ("issuer", "number_key", "id", "item", "calibrated_on", "replaces")
    wanted = select(*(_certificates.c[name] for name in columns)).where(spelling.among(_certificates.c.number_key, "keys"))
    wanted = wanted.where(is_kept("certificates", _certificates.c.entry))
    return wanted.order_by(_certificates.c.entry)


def _replacing(spelling: Spelling) -> Select[Any]:
    wanted = select(_certificates.c.replaces, _certificates.c.id).where(_certificates.c.replaces.is_not(None))
    wanted = wanted.where(is_kept("certificates", _certificates.c.entry))
    return wanted.where(spelling.among(_certificates.c.replaces, "ids")).order_by(_certificates.c.entry)


def _recorded_for(spelling: Spelling) -> Select[Any]:
    joined = _certificates.join(_origins, _origins.c.recording == _certificates.c.recording)
    wanted = select(_certificates.c.id, _origins.c.organization).select_from(joined)
    return wanted.where(spelling.among(_certificates.c.id, "ids"), is_kept("certificates", _certificates.c.entry))


def _members(spelling: Spelling) -> Any:
    return union(
        *(
            select(table.c.organization).where(spelling.among(table.c.organization, "names"), table.c.is_active == literal(1))
            for table in (_memberships, _clients)
        )
    )


def _known(spelling: Spelling) -> Select[Any]:
    return select(_organizations.c.id).where(spelling.among(_organizations.c.id, "names")).distinct()


_WITH_NUMBERS = Query(_with_numbers)
_REPLACING = Query(_replacing)
_ORIGINS = Query(_recorded_for)
_MEMBERS = Query(_members)
_KNOWN = Query(_known)
_ABOUT = {"certificates": _about(_certificates), "events": _about(table_of(Events))}
