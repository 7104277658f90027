"""How far a reading saw, and what was recorded since: so that a writer need not look at everything again in its turn.

Rows are appended and their running numbers are in the order of commits, so what is new lies at the end of every table.
"""

from typing import NamedTuple

from sqlalchemy import CompoundSelect, Select, bindparam, func, literal, select, union_all

from registry.queries import Query, Spelling
from registry.repositories.retractions import undone_since
from registry.repositories.sections import SECTION_TABLES
from registry.table_parts import Table, table_of
from registry.tables import Certificates, Recordings, Withdrawals
from registry.unit_of_work import UnitOfWork

MOST = 2_000  # Rows; after a larger recording by somebody else, looking again costs less than comparing.
NUMBER = "number"  # The kind of a certificate number as compared; the other kinds are the names of lists.

Touched = tuple[str, str]  # The name of a list, and the id of a record there (of an item, also through what is about it).

_certificates = table_of(Certificates)
_withdrawals = table_of(Withdrawals)
_recordings = table_of(Recordings)


_MODELS: dict[str, type[Table]] = {"recordings": Recordings} | {name: each.table for name, each in SECTION_TABLES.items()}


class Horizon(NamedTuple):
    """The last running number of each table, as a reading saw it."""

    recordings: int
    organizations: int
    competences: int
    items: int
    certificates: int
    events: int
    metering_points: int


def horizon(work: UnitOfWork) -> Horizon:
    """How far this unit of work sees."""
    ((*last,),) = work.rows(_LAST)
    return Horizon(*last)


def touched_since(work: UnitOfWork, before: Horizon) -> set[Touched] | None:
    """What was recorded after a horizon, and the items, organizations and numbers that it is about; None: too much to say.

    Asked by writers in their turn, who learn the running numbers with it. An import that was undone is always too much.
    """
    if undone_since(work, before.recordings):
        return None
    rows, ((*last,),) = work.gather([(_SINCE, {"most": MOST + 1, **before._asdict()}), (_LAST, {})])
    for name, number in zip(Horizon._fields, last, strict=True):
        work.number_from(_MODELS[name], number)
    return None if len(rows) > MOST else set(rows)


def _last(_: Spelling) -> Select[tuple[int, ...]]:
    tables = {"recordings": _recordings} | {name: table_of(section.table) for name, section in SECTION_TABLES.items()}
    return select(
        *(func.coalesce(select(func.max(tables[name].c.entry)).scalar_subquery(), 0).label(name) for name in Horizon._fields)
    )


def _since(_: Spelling) -> CompoundSelect[tuple[str, str]]:
    arms = []
    for name, section in SECTION_TABLES.items():
        table = table_of(section.table)
        is_new = table.c.entry > bindparam(name)
        arms.append(select(literal(name), table.c.id).where(is_new))
        if "item" in table.c:
            arms.append(select(literal("items"), table.c.item).where(is_new))
        if "organization" in table.c:
            arms.append(select(literal("organizations"), table.c.organization).where(is_new))
    new = _certificates.c.entry > bindparam("certificates")
    arms.append(select(literal(NUMBER), _certificates.c.number_key).where(new))
    arms.append(select(literal("certificates"), _certificates.c.replaces).where(new, _certificates.c.replaces.is_not(None)))
    withdrawn = _withdrawals.join(_certificates, _certificates.c.entry == _withdrawals.c.certificate_entry)
    is_later = _withdrawals.c.recording > bindparam("recordings")
    for name, column in (("items", _certificates.c.item), ("certificates", _certificates.c.id)):
        arms.append(select(literal(name), column).select_from(withdrawn).where(is_later))
    return union_all(*arms).limit(bindparam("most"))


_LAST = Query(_last)
_SINCE = Query(_since)
