"""The figures of units on days, kept so that boards need not work them out (docs/review.md): caches.

They are computed from records and facts by registry.review.equipping, by policy, and written anew when what they rest on
changes. `review_boards` says for which day they are, and up to which recording they take everything into account.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from registry.columns import CivilDate, WholeNumber, one_of
from registry.review.equipping import Conclusion
from registry.table_parts import CLUSTERED, Table, day_column, instant_column, key_column, text_column, whole_column


class ReviewBoards(Table, table=True):
    """How far the figures under a policy go: `as_of` is the day of today's, besides which those of earlier days stand."""

    is_cache: ClassVar[bool] = True
    __tablename__ = "review_boards"
    __table_args__ = (CLUSTERED,)

    policy: str = key_column()
    as_of: date = day_column()
    recording: int = Field(sa_type=WholeNumber)
    known_at: datetime = instant_column()


class ReviewReckonings(Table, table=True):
    """That the figures of a unit on a day are there, and by which edition.

    `edition`: the one whose tables are used; empty where it was no unit on the day or none with tables had come into force.
    `meters`: at metering points; `overdue`: those of them in use whose certificate has run out.
    """

    is_cache: ClassVar[bool] = True
    __tablename__ = "review_reckonings"
    __table_args__ = (CLUSTERED,)

    policy: str = key_column()
    as_of: date = Field(primary_key=True, sa_type=CivilDate)
    organization: str = key_column()
    edition: str | None = text_column()
    edition_in_force: str | None = text_column()
    meters: int = whole_column()
    overdue: int = whole_column()


class ReviewRates(Table, table=True):
    """The rates of a unit on a day, of an energy at a level; of a level alone or of all where `energy` is empty or `level` 0.

    Of each rate how many have it, and how many are counted (`…_of`).
    """

    is_cache: ClassVar[bool] = True
    __tablename__ = "review_rates"
    __table_args__ = (
        one_of("level", (0, 1, 2, 3)),
        one_of("conclusion", Conclusion),
        CheckConstraint("equipped <= equipped_of", name="equipped"),
        CLUSTERED,
    )

    policy: str = key_column()
    as_of: date = Field(primary_key=True, sa_type=CivilDate)
    organization: str = key_column()
    energy: str = key_column()
    level: int = Field(primary_key=True)
    asked: str | None = text_column()
    conclusion: str = text_column()
    equipped: int = whole_column()
    equipped_of: int = whole_column()
    good: int = whole_column()
    good_of: int = whole_column()
    in_force: int = whole_column()
    in_force_of: int = whole_column()
    accurate: int = whole_column()
    accurate_of: int = whole_column()
    traceable: int = whole_column()
    traceable_of: int = whole_column()
    connected: int = whole_column()
    connected_of: int = whole_column()
