"""The records of a source that were stored before: kept beside the store, so that an id twice in one source is noticed.

They lie in a temporary table, as a source may be larger than memory. New records need no such note: the store holds them.
"""

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, insert, select

from registry.queries import Query
from registry.unit_of_work import UnitOfWork
from traceability.problems import InputError

Identity = tuple[str, int]

_met = Table(
    "met_records",
    MetaData(),
    Column("section", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    prefixes=["TEMPORARY"],
)
_HELD = Query(
    lambda spelling: select(_met.c.id, _met.c.version).where(
        _met.c.section == bindparam("section"), spelling.among(_met.c.id, "ids")
    )
)


class Met:
    """The identities, list by list, of records that the source repeats from the store."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._is_made = False

    def add(self, section: str, repeated: list[tuple[Identity, str]]) -> None:
        """Take note of identities with their paths; InputError when one was met before."""
        if not self._is_made:
            _met.create(self._work.connection)
            self._is_made = True
        before = set(self._work.rows(_HELD, section=section, ids=[id_ for (id_, _), _ in repeated]))
        for identity, path in repeated:
            if identity in before:
                raise InputError(f"{path}.id", f"duplicate id {identity[0]!r}", f"标识重复：{identity[0]!r}")
        rows = [{"section": section, "id": id_, "version": version} for (id_, version), _ in repeated]
        self._work.connection.execute(insert(_met), rows)

    def holds(self, section: str, id_: str) -> bool:
        """Whether any version of the id was met in a list."""
        return self._is_made and bool(self._work.rows(_HELD, section=section, ids=[id_]))

    def close(self) -> None:
        """Forget everything."""
        if self._is_made:
            _met.drop(self._work.connection)
            self._is_made = False
