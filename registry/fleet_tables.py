"""The verdicts on everything at once, kept so that lists and dashboards need not ask for each (docs/fleet.md).

Caches, not records: what lies here is computed from the records up to `recording` and may be written anew or dropped at any
time. The answers of one run belong together; a run is read once it is `current`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from registry.columns import CivilDate, WholeNumber, filled, one_of
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    day_column,
    entry_column,
    instant_column,
    key_column,
    text_column,
    whole_column,
)
from traceability.verdict import Status

_IS_CARRIED = text("carrier IS NOT NULL")


class RunState(StrEnum):
    """Whether the answers of a run are there: being written, the ones to read, or gone for those of a later run."""

    WRITING = "writing"
    CURRENT = "current"
    PAST = "past"


class TargetKind(StrEnum):
    """What an answer is about."""

    ITEM = "item"
    METERING_POINT = "metering_point"


class FleetRuns(Table, table=True):
    """A run over everything under a policy for a day.

    `recording`: the last one that the answers take into account, `known_at` the instant as of which they know records; both
    move on as the answers are kept up to date, at `changed_at`. `written`: how many answers are there, while they are written.
    """

    is_cache: ClassVar[bool] = True
    __tablename__ = "fleet_runs"
    __table_args__ = (filled("policy"), one_of("state", RunState), Index(None, "policy", "state"), STRICT)

    entry: int = entry_column()
    job_entry: int = Field(sa_type=WholeNumber)
    policy: str = text_column()
    as_of: date = day_column()
    state: str = text_column()
    recording: int = Field(sa_type=WholeNumber)
    known_at: datetime = instant_column()
    started_at: datetime = instant_column()
    changed_at: datetime = instant_column()
    written: int = whole_column()


class FleetCounts(Table, table=True):
    """How many targets of a kind have a status, over everything; they outlast the answers. Organizations do not see them."""

    is_cache: ClassVar[bool] = True
    __tablename__ = "fleet_counts"
    __table_args__ = (
        one_of("kind", TargetKind),
        one_of("status", Status),
        CheckConstraint("targets >= 0", name="targets"),
        CLUSTERED,
    )

    run: int = Field(primary_key=True, sa_type=WholeNumber)
    kind: str = key_column()
    status: str = key_column()
    targets: int = whole_column()


class FleetAnswers(Table, table=True):
    """The answer for one target. `codes`: finding codes as bits, by the order of `traceability.verdict.Code`.

    `failing`: the certificate (or item) nearest to the target that has the worst severity by itself. `certificate`: in force on
    the day. `depth`: of the longest path, empty on a circle. `traceable_until`: empty when not good, and when good without end.
    `carrier`: of an item that lapses in the days that the sums look ahead, the standard that carries that (Lapse).
    """

    is_cache: ClassVar[bool] = True
    __tablename__ = "fleet_answers"
    __table_args__ = (
        one_of("kind", TargetKind),
        one_of("status", Status),
        Index(None, "run", "status", "target"),
        Index(None, "run", "traceable_until"),
        Index(None, "run", "carrier", sqlite_where=_IS_CARRIED, postgresql_where=_IS_CARRIED),
        CLUSTERED,
    )

    run: int = Field(primary_key=True, sa_type=WholeNumber)
    target: str = key_column()
    kind: str = text_column()
    status: str = text_column()
    codes: int = Field(sa_type=WholeNumber)
    failing: str | None = text_column()
    certificate: str | None = text_column()
    depth: int | None = whole_column()
    traceable_until: date | None = day_column()
    carrier: str | None = text_column()


class FleetLapses(Table, table=True):
    """How many items are good for the last time on a day, and the standard that carries that; empty for none.

    `viewers` as for `FleetSummaries`: only whoever reads for exactly these sees it.
    """

    is_cache: ClassVar[bool] = True
    __tablename__ = "fleet_lapses"
    __table_args__ = (CheckConstraint("items > 0", name="items"), CLUSTERED)

    run: int = Field(primary_key=True, sa_type=WholeNumber)
    viewers: str = key_column()
    last_day: date = Field(primary_key=True, sa_type=CivilDate)
    standard: str = key_column()
    items: int = whole_column()


class FleetSummaries(Table, table=True):
    """What the answers of a run come to for those who may see certain holdings: `content` (registry.fleet_summary, as JSON).

    `viewers`: their organizations as a JSON list, in order; empty for everything. Only whoever reads for exactly these sees it.
    """

    is_cache: ClassVar[bool] = True
    __tablename__ = "fleet_summaries"
    __table_args__ = (CLUSTERED,)

    run: int = Field(primary_key=True, sa_type=WholeNumber)
    viewers: str = key_column()
    content: str = text_column()
