"""The kept answers for everything: written by the hundred thousand, replaced where they changed, read in milliseconds."""

from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Delete, Select, bindparam, case, delete, exists, func, select

from registry.account_tables import Holdings
from registry.columns import day_of
from registry.fleet_tables import FleetAnswers, TargetKind
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.fleet_runs import Counts
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork
from traceability.fleet.point_answers import Everything
from traceability.verdict import Status

_answers = table_of(FleetAnswers)
_holdings = table_of(Holdings)
_AT_ONCE = 20_000  # Targets that are named in one statement.
_FORGOTTEN = 50_000  # Answers of past runs that are removed in one turn of a writer.


class FleetAnswer(NamedTuple):
    """The answer for one target (registry.fleet_tables.FleetAnswers)."""

    target: str
    kind: TargetKind
    status: Status
    codes: int
    failing: str | None
    certificate: str | None
    depth: int | None
    traceable_until: date | None


def rows_of(answers: pa.Table, run: int, kind: TargetKind = TargetKind.ITEM, carriers: pa.Array | None = None) -> pa.Table:
    """The columns of the table of answers, from those of the fleet engine (traceability.fleet.answers.SCHEMA).

    `carriers`: for each the standard that carries its lapse (traceability.fleet.forecast.carriers).
    """
    size = len(answers)
    columns = {
        "run": pa.repeat(pa.scalar(run, pa.int64()), size),
        "target": answers["item"],
        "kind": pa.repeat(kind.value, size),
        "status": answers["status"].cast(pa.string()),
        "codes": answers["codes"],
        "failing": answers["failing"],
        "certificate": answers["certificate"],
        "depth": answers["depth"],
        "traceable_until": answers["traceable_until"].cast(pa.int32()),
        "carrier": pa.nulls(size, pa.string()) if carriers is None else carriers,
    }
    return pa.Table.from_pydict(columns).sort_by("target")


def rows_of_everything(answers: Everything, run: int, carriers: pa.Array | None = None) -> pa.Table:
    """The same of items and metering points."""
    of_kinds = [rows_of(answers.items, run, carriers=carriers), rows_of(answers.points, run, TargetKind.METERING_POINT)]
    return pa.concat_tables(of_kinds).sort_by("target")


def counted(rows: pa.Table) -> Counts:
    """How many of some rows have each status, by kind; those without any are left out."""
    grouped = rows.group_by(["kind", "status"]).aggregate([([], "count_all")]).to_pylist()
    return {(TargetKind(each["kind"]), Status(each["status"])): each["count_all"] for each in grouped}


def write(work: UnitOfWork, rows: pa.Table) -> None:
    """Write answers that are not there yet, by the fastest way that the engine has."""
    driver: Any = work.connection.connection.driver_connection
    work.statements += 1
    if work.is_postgresql:
        sink = pa.BufferOutputStream()
        pa_csv.write_csv(rows, sink, pa_csv.WriteOptions(include_header=False))
        with driver.cursor() as cursor, cursor.copy("COPY fleet_answers FROM STDIN (FORMAT csv)") as copy:
            copy.write(memoryview(sink.getvalue()))
        return
    values = zip(*(column.to_pylist() for column in rows.columns), strict=True)
    places = ", ".join("?" * rows.num_columns)
    driver.executemany(f"INSERT INTO fleet_answers VALUES ({places})", values)  # noqa: S608 - no value stands in it.


def replace(work: UnitOfWork, run: int, rows: pa.Table) -> Counts:
    """Let answers take the place of those for the same targets; how the counts by status move with that."""
    targets = rows["target"].to_pylist()
    moved: dict[tuple[TargetKind, Status], int] = {}
    for start in range(0, len(targets), _AT_ONCE):
        named = targets[start : start + _AT_ONCE]
        for kind, status, number in work.rows(_COUNTED, run=run, targets=named):
            moved[TargetKind(kind), Status(status)] = moved.get((TargetKind(kind), Status(status)), 0) - number
        work.run(_REMOVE, run=run, targets=named)
    write(work, rows)
    for key, number in counted(rows).items():
        moved[key] = moved.get(key, 0) + number
    return moved


def forget(work: UnitOfWork, run: int) -> bool:
    """Remove some answers of a run; whether there may be more."""
    targets = [target for (target,) in work.rows(_SOME, run=run, most=_FORGOTTEN)]
    if targets:
        work.run(_REMOVE_UPTO, run=run, last=targets[-1])
    return len(targets) == _FORGOTTEN


def answer_of(row: Row) -> FleetAnswer:
    """The answer that a row of its columns holds."""
    target, kind, status, codes, failing, certificate, depth, until = row
    ends = None if until is None else day_of(until)
    return FleetAnswer(target, TargetKind(kind), Status(status), codes, failing, certificate, depth, ends)


def is_seen(spelling: Spelling) -> Any:
    """The condition, with the parameter `viewers`, that one of the viewing organizations holds the target of an answer."""
    section = case((_answers.c.kind == TargetKind.ITEM.value, "items"), else_="metering_points")
    return exists().where(
        spelling.among(_holdings.c.organization, "viewers"), _holdings.c.section == section, _holdings.c.id == _answers.c.target
    )


def _counted(spelling: Spelling) -> Select[Any]:
    columns = _answers.c.kind, _answers.c.status
    named = _answers.c.run == bindparam("run"), spelling.among(_answers.c.target, "targets")
    return select(*columns, func.count().label("number")).where(*named).group_by(*columns)


def _remove(spelling: Spelling) -> Delete:
    return delete(_answers).where(_answers.c.run == bindparam("run"), spelling.among(_answers.c.target, "targets"))


def _some(_: Spelling) -> Select[Any]:
    of_run = select(_answers.c.target).where(_answers.c.run == bindparam("run"))
    return of_run.order_by(_answers.c.target).limit(bindparam("most"))


def _remove_upto(_: Spelling) -> Delete:
    return delete(_answers).where(_answers.c.run == bindparam("run"), _answers.c.target <= bindparam("last"))


_COUNTED = Query(_counted)
_REMOVE = Query(_remove)
_SOME = Query(_some)
_REMOVE_UPTO = Query(_remove_upto)
