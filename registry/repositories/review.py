"""Units, regulators' areas and what is told of units: rows appended; of rows about one thing the one that counts on a day.

`Seen` is the predicate of the review: who sees a unit. It is asked of today's rows, whatever day a question is about.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, exists, func, or_, select

from registry.columns import day_number, day_of, instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.review.facts import (
    EVERYWHERE,
    KINDS,
    Consumption,
    KeyStatus,
    Unit,
    UnitFact,
    counts_on,
    read,
    since_of,
    subject_of,
    written,
)
from registry.review_tables import ReviewEditions, ReviewFacts, ReviewRegulators, ReviewUnits
from registry.table_parts import table_of
from registry.tables import Organizations
from registry.unit_of_work import UnitOfWork

MOST_FACTS = 200_000  # Of the units asked for together: a district of 200 units with 50,000 meters has about half as many.

LATEST_DAY = 2**31 - 1  # Later than every day.

_units = table_of(ReviewUnits)
_regulators = table_of(ReviewRegulators)
_facts = table_of(ReviewFacts)
_editions = table_of(ReviewEditions)
_organizations = table_of(Organizations)

Moment = tuple[date, datetime]  # The day asked about, and the instant of what was known.


class Seen(NamedTuple):
    """Which units somebody sees: those of some organizations, and all in some areas; None for all there are."""

    organizations: frozenset[str]
    areas: frozenset[str]

    def shows(self, unit: Unit) -> bool:
        """Whether a unit, as it is today, is among them."""
        return unit.organization in self.organizations or unit.area in self.areas


class Told(NamedTuple):
    """A version of a unit or a fact, with who recorded it when."""

    fact: Any
    recorded_at: datetime
    recording: int


class Wanted(NamedTuple):
    """Which units of a list: in an area, of an industry (its beginning), with a text in id, name or credit code."""

    area: str = ""
    industry: str = ""
    text: str = ""


class Named(NamedTuple):
    """A unit with the name of its organization."""

    unit: Unit
    name: str | None


def area_of_regulator(work: UnitOfWork, organization: str, moment: Moment) -> str | None:
    """The area of which an organization sees all units; None for one that never had any."""
    rows = work.rows(_REGULATOR, organization=organization, **_at(moment))
    return rows[0][0] if rows else None


def add_regulator(work: UnitOfWork, organization: str, area: str, since: date, at: datetime, recording: int) -> None:
    """Let an organization see all units of an area from a day on."""
    row = (work.allot(ReviewRegulators), organization, day_number(since), instant_number(at), area, recording)
    work.append(ReviewRegulators, [row])


def unit_of(work: UnitOfWork, organization: str, moment: Moment) -> Unit | None:
    """A unit as it is on a day."""
    return units_among(work, [organization], moment).get(organization)


def units_among(work: UnitOfWork, organizations: Iterable[str], moment: Moment) -> dict[str, Unit]:
    """Those of the organizations that are units on a day."""
    wanted = sorted(set(organizations))
    found = (_unit(row) for row in work.rows(_AMONG, organizations=wanted, **_at(moment))) if wanted else ()
    return {unit.organization: unit for unit in found}


def units_in(work: UnitOfWork, area: str, moment: Moment) -> list[Unit]:
    """All units of an area (EVERYWHERE: of all areas) on a day, in the order of their ids."""
    everything = int(area == EVERYWHERE)
    return [_unit(row) for row in work.rows(_IN_AREA, area=area, everything=everything, **_at(moment))]


def units_after(work: UnitOfWork, seen: Seen | None, wanted: Wanted, moment: Moment, after: str, most: int) -> list[Named]:
    """The next units of a list that somebody sees, in the order of their ids."""
    rows = work.rows(
        _LISTED,
        in_area=wanted.area,
        industry=_pattern(wanted.industry) + "%",
        code=wanted.text.upper(),
        text=f"%{_pattern(wanted.text.lower())}%",
        after=after,
        most=most,
        **seeing(seen, moment),
    )
    return [Named(_unit(row[:-1]), row[-1]) for row in rows]


def versions_of_unit(work: UnitOfWork, organization: str, known_at: datetime) -> list[Told]:
    """All that was said of a unit itself, in the order in which it was recorded."""
    rows = work.rows(_VERSIONS, organization=organization, known_at=instant_number(known_at))
    return [Told(_unit(row[:-2]), _moment(row[-2]), row[-1]) for row in rows]


def add_units(work: UnitOfWork, units: list[Unit], at: datetime, recording: int) -> None:
    """Units as they are from their days on."""
    number = instant_number(at)
    work.append(
        ReviewUnits,
        [
            (
                *(work.allot(ReviewUnits), unit.organization, day_number(unit.since), number, unit.credit_code, unit.area),
                *(unit.industry, unit.key.value, unit.institute, recording),
            )
            for unit in units
        ],
    )


def facts_of(work: UnitOfWork, organizations: Iterable[str], moment: Moment, kinds: Iterable[str]) -> list[UnitFact]:
    """What counts of the facts told of units, of some kinds, on a day; in the order of organization, kind and subject."""
    wanted = sorted(set(organizations))
    rows = work.rows(_FACTS, organizations=wanted, kinds=sorted(kinds), most=MOST_FACTS, **_at(moment)) if wanted else []
    counting = {row[:3]: row[3] for row in rows}  # In the order in which later ones take the place of earlier ones.
    return [fact for fact in map(read, counting.values()) if counts_on(fact, moment[0])]


def facts_recorded(work: UnitOfWork, organizations: Iterable[str], known_at: datetime) -> list[UnitFact]:
    """All facts told of units, whenever they count; in the order in which later ones take the place of earlier ones."""
    wanted = sorted(set(organizations))
    values = {"day": LATEST_DAY, "known_at": instant_number(known_at), "kinds": list(KINDS), "most": MOST_FACTS}
    return [read(row[3]) for row in work.rows(_FACTS, organizations=wanted, **values)] if wanted else []


def consumptions_of(work: UnitOfWork, organizations: Iterable[str], moment: Moment) -> dict[str, list[Consumption]]:
    """The consumptions of the closed years of units, by organization."""
    found: dict[str, list[Consumption]] = {}
    for fact in facts_of(work, organizations, moment, ["consumption"]):
        if isinstance(fact, Consumption):
            found.setdefault(fact.organization, []).append(fact)
    return found


def add_facts(work: UnitOfWork, facts: list[UnitFact], at: datetime, recording: int) -> None:
    """What is told of units."""
    number = instant_number(at)
    entries = work.allot_many(ReviewFacts, len(facts))
    work.append(
        ReviewFacts,
        [
            (
                *(entry, kind_of(fact), fact.organization, subject_of(fact), day_number(since_of(fact)), number),
                *(written(fact), recording),
            )
            for entry, fact in zip(entries, facts, strict=True)
        ],
    )


def kind_of(fact: UnitFact) -> str:
    """The name of the kind of a fact."""
    return str(fact.__struct_config__.tag)


def editions(work: UnitOfWork, known_at: datetime) -> list[str]:
    """The rule tables that were brought, as their files; of one id the one recorded last."""
    return list(dict(work.rows(_EDITIONS, known_at=instant_number(known_at))).values())


def add_edition(work: UnitOfWork, id_: str, content: str, at: datetime, recording: int) -> None:
    """A rule table."""
    work.append(ReviewEditions, [(work.allot(ReviewEditions), id_, instant_number(at), content, recording)])


def names_of(work: UnitOfWork, organizations: Iterable[str]) -> dict[str, str]:
    """The names of organizations that have one, as recorded last."""
    wanted = sorted(set(organizations))
    return dict(work.rows(_NAMES, organizations=wanted)) if wanted else {}


def _at(moment: Moment) -> Mapping[str, int]:
    day, known_at = moment
    return {"day": day_number(day), "known_at": instant_number(known_at)}


def _moment(number: int) -> datetime:
    found = instant_of(number)
    if found is None:  # pragma: no cover - facts of the review always say when they were recorded.
        raise ValueError("a fact without an instant")
    return found


def _unit(row: Row) -> Unit:
    organization, since, code, area, industry, key, institute = row
    return Unit(
        organization=organization,
        since=day_of(since),
        credit_code=code,
        area=area,
        industry=industry,
        key=KeyStatus(key),
        institute=institute,
    )


def _pattern(text: str) -> str:
    """A text as LIKE takes it, with nothing in it that stands for others."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_UNIT = tuple(
    _units.c[name] for name in ("organization", "since", "credit_code", "area", "industry", "key_status", "institute")
)


def _is_known(table: FromClause) -> ColumnElement[bool]:
    return and_(table.c.since <= bindparam("day"), table.c.recorded_at <= bindparam("known_at"))


def _counts(table: Any) -> ColumnElement[bool]:
    """Whether a row is the one of its organization that counts on the day, as known."""
    later = table.alias("later")
    is_later = or_(later.c.since > table.c.since, and_(later.c.since == table.c.since, later.c.entry > table.c.entry))
    return and_(_is_known(table), ~exists().where(later.c.organization == table.c.organization, _is_known(later), is_later))


def _name() -> Any:
    latest = _organizations.alias("latest")
    last = select(func.max(latest.c.entry)).where(latest.c.id == _organizations.c.id).scalar_subquery()
    return _organizations.c.entry == last


def is_seen(spelling: Spelling, organization: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that somebody sees the unit of an organization today; its values are those of `seeing`."""
    of_them = and_(_units.c.organization == organization, _counts(_units))
    mine = or_(spelling.among(_units.c.organization, "viewers"), spelling.among(_units.c.area, "areas"))
    return or_(bindparam("everything") == 1, exists().where(of_them, mine))


def seeing(seen: Seen | None, moment: Moment) -> dict[str, Any]:
    """The values of a query that asks `is_seen`."""
    everything = {"everything": int(seen is None), **_at(moment)}
    viewers, areas = (sorted(seen.organizations), sorted(seen.areas)) if seen else ([], [])
    return {**everything, "viewers": viewers, "areas": areas}


def _listed(spelling: Spelling) -> Select[Any]:
    named = _units.outerjoin(_organizations, and_(_organizations.c.id == _units.c.organization, _name()))
    mine = or_(
        bindparam("everything") == 1,
        spelling.among(_units.c.organization, "viewers"),
        spelling.among(_units.c.area, "areas"),
    )
    is_found = or_(
        func.lower(_units.c.organization).like(bindparam("text"), escape="\\"),
        func.lower(_organizations.c.name).like(bindparam("text"), escape="\\"),
        _units.c.credit_code == bindparam("code"),
    )
    is_wanted = and_(
        _units.c.organization > bindparam("after"),
        or_(spelling.given("in_area") == "", _units.c.area == bindparam("in_area")),
        _units.c.industry.like(bindparam("industry"), escape="\\"),
        is_found,
    )
    return (
        select(*_UNIT, _organizations.c.name)
        .select_from(named)
        .where(_counts(_units), mine, is_wanted)
        .order_by(_units.c.organization)
        .limit(bindparam("most"))
    )


def _in_area(_: Spelling) -> Select[Any]:
    is_there = or_(bindparam("everything") == 1, _units.c.area == bindparam("area"))
    return select(*_UNIT).where(_counts(_units), is_there).order_by(_units.c.organization)


def _versions(_: Spelling) -> Select[Any]:
    of_unit = and_(_units.c.organization == bindparam("organization"), _units.c.recorded_at <= bindparam("known_at"))
    return select(*_UNIT, _units.c.recorded_at, _units.c.recording).where(of_unit).order_by(_units.c.entry)


def _all_facts(spelling: Spelling) -> Select[Any]:
    columns = (_facts.c.organization, _facts.c.kind, _facts.c.subject, _facts.c.content)
    is_wanted = and_(spelling.among(_facts.c.organization, "organizations"), spelling.among(_facts.c.kind, "kinds"))
    order = (_facts.c.organization, _facts.c.kind, _facts.c.subject, _facts.c.since, _facts.c.entry)
    return select(*columns).where(is_wanted, _is_known(_facts)).order_by(*order).limit(bindparam("most"))


def _regulator(_: Spelling) -> Select[Any]:
    return select(_regulators.c.area).where(_counts(_regulators), _regulators.c.organization == bindparam("organization"))


def _names(spelling: Spelling) -> Select[Any]:
    named = and_(spelling.among(_organizations.c.id, "organizations"), _organizations.c.name.is_not(None), _name())
    return select(_organizations.c.id, _organizations.c.name).where(named)


_AMONG = Query(lambda spelling: select(*_UNIT).where(_counts(_units), spelling.among(_units.c.organization, "organizations")))
_IN_AREA = Query(_in_area)
_LISTED = Query(_listed)
_VERSIONS = Query(_versions)
_FACTS = Query(_all_facts)
_REGULATOR = Query(_regulator)
_NAMES = Query(_names)
_EDITIONS = Query(
    lambda _: (
        select(_editions.c.id, _editions.c.content)
        .where(_editions.c.recorded_at <= bindparam("known_at"))
        .order_by(_editions.c.entry)
    )
)
