"""Yearly plans on both engines: who plans what, lists that are closed, a draw that nobody chose, what everybody may read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from stdnum.cn import uscc

from registry.access import OPERATOR, Party, Role
from registry.accounts import Membership, Person
from registry.errors import ConflictError, NotPermittedError, StaleError, UnacceptableError, UnknownError
from registry.ledger.merkle import root
from registry.repositories import accounts, ledger, review_plans
from registry.repositories.recordings import Recorder
from registry.repositories.review_plans import WantedPlans
from registry.review.cases import NewReview
from registry.review.facts import AnyFact, Basis, Consumption, KeyStatus, Supply, Unit
from registry.review.plans import NamedUnit, Plan, PlanClosed, PlanScope, PlanState
from registry.review.register import ConflictGround, DeclaredConflict, RegisteredInspector
from registry.review.sealed_draw import differences
from registry.review.steps import AnyStep, DocumentsReviewed, FindingsIssued, NonConformity, Notified, Visited
from registry.unit_of_work import Store
from registry.usecases.check_ledger import check_ledger
from registry.usecases.import_records import import_records
from registry.usecases.inspectors import authority_of, declare_conflict, record_inspector, register_seen
from registry.usecases.opening_reviews import RevisitGround
from registry.usecases.public_plans import draws_of, public_plan, public_plans
from registry.usecases.review_cases import open_review, take_step
from registry.usecases.review_plans import (
    SeenPlan,
    abandon_plan,
    close_plan,
    draft_plan,
    draw_plan,
    open_missing_reviews,
    plan_seen,
    plans_seen,
    publish_plan,
    revise_plan,
)
from registry.usecases.units import record_facts, set_area
from traceability.json_text import dump
from traceability.problems import InputError

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PUDONG, BAOSHAN = "310115", "310113"
CITY = Party(name="person/city", organization="city-bureau", role=Role.REGULATOR, person="city")
DISTRICT = Party(name="person/pudong", organization="pudong-bureau", role=Role.REGULATOR, person="pudong")
OTHER = Party(name="person/baoshan", organization="baoshan-bureau", role=Role.REGULATOR, person="baoshan")
INSTITUTE = Party(name="person/i-1", organization="institute", role=Role.AUDITOR, person="i-1")
USER = Party(name="person/user", organization="big-0", role=Role.ENERGY_USER, person="user")
REGULATORS = {"city-bureau": "*", "pudong-bureau": PUDONG, "baoshan-bureau": BAOSHAN}
BIG = [f"big-{number}" for number in range(6)]  # From 10 000 tce on: the city's.
SMALL = [f"small-{number}" for number in range(4)]  # Key units below: the district's.
MOST = 2**62


def _unit(organization: str, number: int, area: str) -> Unit:
    stem = f"91{area}XXX{number:06}"
    return Unit(
        organization=organization,
        credit_code=stem + uscc.calc_check_digit(stem),
        area=area,
        industry="C3110",
        key=KeyStatus.CITY,
        since=date(2025, 1, 1),
    )


def _consumption(organization: str, tce: str) -> Consumption:
    return Consumption(organization=organization, year=2025, tce=Decimal(tce), basis=Basis.EQUIVALENT)


@pytest.fixture
def told(store: Store) -> Store:
    """Six units of the city, four of Pudong; a register of the city with two of the institute and two of the bureau."""
    organizations = [*REGULATORS, "institute", *BIG, *SMALL]
    document = {
        "format": "traceability-records/1",
        "organizations": [{"id": id_, "name": f"合成 {id_}", "kind": "energy_user"} for id_ in organizations],
    }
    facts: list[AnyFact] = [_unit(id_, place, BAOSHAN if place % 2 else PUDONG) for place, id_ in enumerate(BIG)]
    facts += [_unit(id_, 6 + place, PUDONG) for place, id_ in enumerate(SMALL)]
    facts += [*(_consumption(id_, "10000") for id_ in BIG), *(_consumption(id_, "6000") for id_ in SMALL)]
    with store.writing() as work:
        import_records(work, [dump(document).decode()], party=OPERATOR, at=NOW - timedelta(days=9), source="test")
        for organization, area in REGULATORS.items():
            set_area(work, organization, area, date(2025, 1, 1), party=OPERATOR, at=NOW - timedelta(days=8))
        record_facts(work, facts, party=OPERATOR, at=NOW - timedelta(days=7), source="test")
        recording = Recorder(work, at=NOW - timedelta(days=7), source="test").begun()
        for person, organization, role in (
            *((f"i-{number}", "institute", Role.AUDITOR) for number in (1, 2)),
            *((f"c-{number}", "city-bureau", Role.REGULATOR) for number in (3, 4)),
            *((f"d-{number}", "pudong-bureau", Role.REGULATOR) for number in (1, 2)),
            ("clerk", "institute", Role.CENTRE),
        ):
            one = Person(entry=0, id=person, sign_in=person, name=f"合成 {person}", email=None, subject=None, is_active=True)
            accounts.append_person(work, one, recording)
            membership = Membership(person=person, organization=organization, role=role)
            accounts.append_membership(work, membership, recording, is_active=True)
        for party, area, person, organization in (
            *((CITY, "*", f"i-{number}", "institute") for number in (1, 2)),
            *((CITY, "*", f"c-{number}", "city-bureau") for number in (3, 4)),
            *((DISTRICT, PUDONG, f"d-{number}", "pudong-bureau") for number in (1, 2)),
        ):
            record_inspector(work, party, _inspector(area, person, organization), NOW - timedelta(days=6))
    return store


def _inspector(area: str, person: str, organization: str) -> RegisteredInspector:
    since = date(2026, 1, 1)
    return RegisteredInspector(
        area=area, number=person[-1], person=person, organization=organization, qualifications="计量", since=since
    )


def _conflict(organization: str, number: str, *, until: date | None = None) -> DeclaredConflict:
    since = date(2026, 1, 1)
    return DeclaredConflict(area="*", number=number, organization=organization, reason="亲属", since=since, until=until)


PLAN = Plan(year=2026, title="合成年度计划", how_many=3, team=2)


def _drafted(store: Store, party: Party = CITY, plan: Plan = PLAN) -> str:
    with store.writing() as work:
        return draft_plan(work, party, plan, NOW)


def _seen(store: Store, plan_id: str, party: Party = CITY) -> SeenPlan:
    with store.reading() as work:
        return plan_seen(work, party, plan_id, NOW)


def _closed(store: Store, plan_id: str, party: Party = CITY, event: str = "") -> None:
    seen = _seen(store, plan_id, party).kept.entry
    with store.writing() as work:
        close_plan(work, party, plan_id, NOW, seen=seen, event=event)


def _drawn(store: Store, plan_id: str, party: Party = CITY, outside: str = "") -> None:
    with store.writing() as work:
        draw_plan(work, party, plan_id, NOW, outside=outside)


def test_a_plan_goes_from_the_draft_to_a_draw_that_everybody_can_repeat(told: Store) -> None:
    """Nobody could say why just these units are reviewed, and who was drawn would be known to nobody."""
    plan = msgspec.structs.replace(PLAN, how_many=2, named=(NamedUnit(organization="small-0", reason="上年问题回头看"),))
    plan_id = _drafted(told, plan=plan)
    assert [each.organization for each in _seen(told, plan_id).drawable.candidates] == BIG
    with told.reading() as work, pytest.raises(UnknownError):
        public_plan(work, plan_id)
    _closed(told, plan_id)
    with told.reading() as work:
        sealed = public_plan(work, plan_id)
        assert (sealed.units, sealed.draw, sealed.candidates, sealed.named) == ((), None, 6, 1)
    _drawn(told, plan_id)
    with told.reading() as work:
        assert public_plan(work, plan_id).draw is None
        assert draws_of(work, USER) == ()
    with told.writing() as work:
        publish_plan(work, CITY, plan_id, NOW)
    with told.reading() as work:
        found = public_plan(work, plan_id)
        assert found.draw is not None
        assert differences(found.draw) == ()
        assert (found.digest, found.size, found.root) == (sealed.digest, sealed.size, sealed.root)
        assert root(found.size, ledger.nodes_of(work)).hex() == found.draw.seal.root
        assert [each.is_named for each in found.units] == [False, False, True]
        assert found.units[2].organization == "small-0"
        assert all(len(set(each.inspectors)) == 2 for each in found.units)
        assert [each.id for each in public_plans(work, before=MOST, most=5)[0]] == [plan_id]
        drawn = found.units[0].organization
        parties = {id_: Party(name="u", organization=id_, role=Role.ENERGY_USER) for id_ in (drawn, "small-1")}
        assert [each.id for each in draws_of(work, parties[drawn])] == [plan_id]
        assert draws_of(work, parties["small-1"]) == ()
    with told.reading() as work:
        assert check_ledger(work).difference is None


def test_the_seed_hangs_on_the_closing_and_on_the_event_that_was_named_with_it(told: Store) -> None:
    """Somebody could draw again and again until it suits, or choose the seed."""
    seeds = set()
    for outside in ("05 11 23", "05 11 24"):
        plan_id = _drafted(told)
        _closed(told, plan_id, event="双色球 2026140 期")
        for wrong in ("", "  "):
            with pytest.raises(UnacceptableError):
                _drawn(told, plan_id, outside=wrong)
        _drawn(told, plan_id, outside=f" {outside} ")
        seal = _seen(told, plan_id).seal
        assert seal is not None
        assert seal.outside == outside
        with pytest.raises(ConflictError):
            _drawn(told, plan_id, outside=outside)
        with told.reading() as work:
            seeds.add(next(each.step.seed for each in _steps(work, plan_id) if hasattr(each.step, "seed")))
    assert len(seeds) == 2
    plan_id = _drafted(told)
    _closed(told, plan_id)
    with pytest.raises(UnacceptableError):
        _drawn(told, plan_id, outside="nobody asked for it")


def _steps(work: object, plan_id: str) -> tuple[review_plans.TakenPlanStep, ...]:
    kept = review_plans.plan_with(work, plan_id)  # type: ignore[arg-type]
    assert kept is not None
    return kept.steps


def test_inspectors_with_a_conflict_of_interest_do_not_review_the_unit(told: Store) -> None:
    """An inspector would review the unit of a relative, or the one that pays for what her own organization delivers."""
    supply = Supply(organization="big-1", metering_point="gate", supplier="institute", since=date(2026, 1, 1))
    with told.writing() as work:
        record_facts(work, [supply, _unit("city-bureau", 0, PUDONG)], party=OPERATOR, at=NOW, source="test")
        declare_conflict(work, INSTITUTE, _conflict("big-0", "1"), NOW)
        declare_conflict(work, CITY, _conflict("big-0", "4"), NOW)
        declare_conflict(work, CITY, _conflict("big-2", "4", until=TODAY - timedelta(days=1)), NOW)
    plan = msgspec.structs.replace(PLAN, how_many=6, named=(NamedUnit(organization="city-bureau", reason="自查"),))
    plan_id = _drafted(told, plan=plan)
    _closed(told, plan_id)
    _drawn(told, plan_id)
    seen = _seen(told, plan_id)
    assert {(each.unit, each.number, each.ground) for each in seen.drawable.conflicts} == {
        ("big-0", "1", ConflictGround.DECLARED),
        ("big-0", "4", ConflictGround.DECLARED),
        ("big-1", "1", ConflictGround.SUPPLIER),
        ("big-1", "2", ConflictGround.SUPPLIER),
        ("city-bureau", "3", ConflictGround.OWN_ORGANIZATION),
        ("city-bureau", "4", ConflictGround.OWN_ORGANIZATION),
    }
    teams = {each.unit: set(each.inspectors) for each in seen.assignments}
    assert (teams["big-0"], teams["big-1"], teams["city-bureau"]) == ({"2", "3"}, {"3", "4"}, {"1", "2"})


def test_lists_stay_as_they_were_closed(told: Store) -> None:
    """A unit that heard of the draw could leave the list, or an inspector be put on it."""
    plan_id = _drafted(told)
    _closed(told, plan_id)
    before = _seen(told, plan_id)
    with told.writing() as work:
        record_facts(work, [_consumption("big-0", "10")], party=OPERATOR, at=NOW + timedelta(seconds=1), source="test")
        declare_conflict(work, CITY, _conflict("big-1", "1"), NOW + timedelta(seconds=1))
        with pytest.raises(ConflictError):
            revise_plan(work, CITY, plan_id, PLAN, NOW, seen=before.kept.entry)
    with told.reading() as work:
        after = plan_seen(work, CITY, plan_id, NOW + timedelta(hours=1))
    assert (after.drawable, after.seal) == (before.drawable, before.seal)
    assert "big-0" in {each.organization for each in after.drawable.candidates}


def test_a_plan_that_was_closed_and_given_up_stays_visible(told: Store) -> None:
    """Lists could be closed and drawn from until the right units come out, and nobody would know."""
    plan_id, draft = _drafted(told), _drafted(told)
    _closed(told, plan_id)
    _drawn(told, plan_id)
    with told.writing() as work:
        with pytest.raises(UnacceptableError):
            abandon_plan(work, CITY, plan_id, "  ", NOW)
        abandon_plan(work, CITY, plan_id, "名录有误", NOW)
        abandon_plan(work, CITY, draft, "重复", NOW)
        for step in (publish_plan, draw_plan):
            with pytest.raises(ConflictError):
                step(work, CITY, plan_id, NOW)
    with told.reading() as work:
        (seen,), _ = public_plans(work, before=MOST, most=5)
        assert (seen.id, seen.state, seen.units) == (plan_id, PlanState.ABANDONED, ())


def test_a_plan_that_was_written_down_anew_is_not_closed_unseen(told: Store) -> None:
    """Two people at one plan: the second would close what the first had just changed."""
    plan_id = _drafted(told)
    first = _seen(told, plan_id).kept
    wider = msgspec.structs.replace(PLAN, how_many=5)
    with told.writing() as work:
        revise_plan(work, CITY, plan_id, wider, NOW, seen=first.entry)
        with pytest.raises(StaleError):
            revise_plan(work, CITY, plan_id, PLAN, NOW, seen=first.entry)
        with pytest.raises(StaleError):
            close_plan(work, CITY, plan_id, NOW, seen=first.entry)
    later = _seen(told, plan_id).kept
    assert (later.plan, len(later.written), later.written[0].by) == (wider, 2, CITY.name)


def test_each_authority_plans_for_its_own_units_and_the_city_sees_all(told: Store) -> None:
    """A district would plan for another one's units, or read whom that will visit."""
    own = _drafted(told, DISTRICT)
    citys = _drafted(told)
    seen = _seen(told, own, DISTRICT)
    assert [each.organization for each in seen.drawable.candidates] == SMALL
    assert {each.number for each in seen.drawable.inspectors} == {"1", "2"}
    assert (seen.may_act, _seen(told, own, CITY).may_act) == (True, False)
    for party in (OTHER, INSTITUTE, USER):
        with pytest.raises(UnknownError):
            _seen(told, own, party)
    with pytest.raises(UnknownError):
        _seen(told, citys, DISTRICT)
    with told.writing() as work:
        with pytest.raises(NotPermittedError):
            close_plan(work, CITY, own, NOW, seen=seen.kept.entry)
        for party in (INSTITUTE, USER):
            with pytest.raises(NotPermittedError):
                draft_plan(work, party, PLAN, NOW)
        for wrong in (
            {"named": (NamedUnit(organization="big-1", reason="别区"),)},
            {"named": (NamedUnit(organization="nobody", reason="无"),)},
            {"scope": PlanScope(areas=(BAOSHAN,))},
        ):
            with pytest.raises(UnacceptableError):
                draft_plan(work, DISTRICT, msgspec.structs.replace(PLAN, **wrong), NOW)
        with pytest.raises(NotPermittedError):
            draft_plan(work, DISTRICT, PLAN, NOW, area="*")
        assert draft_plan(work, OPERATOR, PLAN, NOW, area=BAOSHAN)
        with pytest.raises(UnacceptableError):
            draft_plan(work, OPERATOR, PLAN, NOW, area="999999")
    for party, expected in ((DISTRICT, {own}), (OTHER, 1), (CITY, 3), (USER, set()), (OPERATOR, 3)):
        with told.reading(party.viewers) as work:
            page = plans_seen(work, party, WantedPlans(), NOW, before=MOST, most=10)
        found = {each.id for each in page.plans}
        assert found == expected if isinstance(expected, set) else len(found) == expected


def test_the_database_keeps_plans_and_registers_of_others_out_by_itself(told: Store) -> None:
    """On PostgreSQL a query that forgot the predicate would otherwise tell whom somebody will visit, and when."""
    plan_id = _drafted(told)
    _closed(told, plan_id)
    _drawn(told, plan_id)
    with told.writing() as work:
        declare_conflict(work, CITY, _conflict("big-0", "1"), NOW)
    with told.reading(OTHER.viewers) as work:
        if not work.is_postgresql:
            pytest.skip("SQLite has no row security")
    drawn = _seen(told, plan_id).assignments[0].unit
    tables = ("review_plans", "review_plan_steps", "review_assignments", "review_register", "review_conflicts")
    for viewer, expected in (
        ("baoshan-bureau", (0, 0, 0, 0, 0)),
        ("city-bureau", (1, 2, 3, 6, 1)),
        ("institute", (0, 0, 0, 2, 1)),
        (drawn, (0, 0, 1, 0, 0)),
    ):
        with told.reading([viewer]) as work:
            counted = [work.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in tables]
        assert tuple(counted) == expected, viewer


def test_a_list_of_plans_is_narrowed_and_paged(told: Store) -> None:
    """Nobody would find the plan of a year among those of many."""
    first = _drafted(told, plan=msgspec.structs.replace(PLAN, year=2025))
    second, third = _drafted(told), _drafted(told, plan=msgspec.structs.replace(PLAN, title="Re-visits"))
    _closed(told, second)
    with told.reading() as work:

        def found(before: int = MOST, most: int = 10, **wanted: object) -> list[str]:
            page = plans_seen(work, CITY, WantedPlans(**wanted), NOW, before=before, most=most)  # type: ignore[arg-type]
            return [each.id for each in page.plans]

        assert found() == [third, second, first]
        assert found(year=2025) == [first]
        assert found(text="re-V") == [third]
        assert found(state=PlanState.CLOSED) == [second]
        assert found(area=PUDONG) == []
        page = plans_seen(work, CITY, WantedPlans(), NOW, before=MOST, most=2)
        assert [each.id for each in page.plans] == [third, second]
        assert found(before=page.next or 0) == [first]


def test_the_scope_narrows_what_is_drawn_from(told: Store) -> None:
    """A plan for one industry or area would draw from all."""
    for scope, expected in (
        (PlanScope(industries=("D", "C31")), BIG),
        (PlanScope(industries=("D",)), []),
        (PlanScope(areas=(BAOSHAN,)), BIG[1::2]),
        (PlanScope(keys=(KeyStatus.NATIONAL,)), []),
        (PlanScope(tce_from=10_000, tce_below=10_001), BIG),
        (PlanScope(tce_from=10_001), []),
        (PlanScope(tce_below=10_000), []),
    ):
        plan_id = _drafted(told, plan=msgspec.structs.replace(PLAN, scope=scope))
        assert [each.organization for each in _seen(told, plan_id).drawable.candidates] == expected, scope
    left_out = (NamedUnit(organization="big-3", reason="停产"),)
    plan_id = _drafted(told, plan=msgspec.structs.replace(PLAN, left_out=left_out, how_many=6))
    seen = _seen(told, plan_id)
    assert len(seen.drawable.candidates) == 5
    assert seen.hindrance is not None
    with pytest.raises(InputError):
        _closed(told, plan_id)
    with told.reading() as work:
        assert not [each for each in _steps(work, plan_id) if isinstance(each.step, PlanClosed)]


def test_the_register_is_kept_by_its_authority_and_seen_by_whom_it_concerns(told: Store) -> None:
    """A district could send another one's people, or a number come to stand for somebody else."""
    with told.writing() as work:
        assert authority_of(work, INSTITUTE, NOW) is None
        for party, told_inspector, error in (
            (DISTRICT, _inspector("*", "i-1", "institute"), NotPermittedError),
            (INSTITUTE, _inspector("*", "i-1", "institute"), NotPermittedError),
            (CITY, _inspector("*", "clerk", "institute"), UnacceptableError),
            (CITY, _inspector("*", "i-1", "city-bureau"), UnacceptableError),
            (CITY, msgspec.structs.replace(_inspector("*", "i-2", "institute"), number="1"), UnacceptableError),
            (CITY, msgspec.structs.replace(_inspector("*", "i-1", "institute"), until=date(2025, 1, 1)), UnacceptableError),
        ):
            with pytest.raises(error):
                record_inspector(work, party, told_inspector, NOW)
        for party, conflict, refusal in (
            (DISTRICT, _conflict("big-0", "1"), UnknownError),
            (INSTITUTE, _conflict("big-0", "2"), UnknownError),
            (CITY, _conflict("big-0", "9"), UnknownError),
            (CITY, _conflict("nobody", "1"), UnacceptableError),
        ):
            with pytest.raises(refusal):
                declare_conflict(work, party, conflict, NOW)
        declare_conflict(work, INSTITUTE, _conflict("big-0", "1"), NOW)
        record_inspector(work, CITY, msgspec.structs.replace(_inspector("*", "i-2", "institute"), until=TODAY), NOW)
    with told.reading() as work:
        later = register_seen(work, CITY, NOW + timedelta(days=1))
        assert [(each.inspector.number, each.is_active) for each in later.inspectors if each.inspector.area == "*"] == [
            ("1", True),
            ("2", False),
            ("3", True),
            ("4", True),
        ]
        assert len(later.inspectors) == 6
        mine = register_seen(work, INSTITUTE, NOW)
        assert [each.inspector.person for each in mine.inspectors] == ["i-1"]
        assert (mine.inspectors[0].may_declare, mine.inspectors[0].conflicts[0].taken.by) == (True, INSTITUTE.name)
        assert [each.inspector.area for each in register_seen(work, DISTRICT, NOW).inspectors] == [PUDONG, PUDONG]
        assert register_seen(work, USER, NOW).inspectors == ()


def test_publishing_opens_a_review_of_every_unit_with_its_inspectors(told: Store) -> None:
    """Somebody would be drawn and never visited, or visited by others than those who were drawn."""
    plan_id = _drafted(told)
    _closed(told, plan_id)
    _drawn(told, plan_id)
    before = _seen(told, plan_id)
    assert before.reviews == ()
    busy, *others = [each.unit for each in before.assignments]
    people = {each.number: each.person for each in before.drawable.inspectors}
    with told.writing() as work:
        new = NewReview(organization=busy, year=2026, inspectors=("c-3",), reason="举报")
        own = open_review(work, CITY, new, NOW)
        with pytest.raises(ConflictError):
            open_missing_reviews(work, CITY, plan_id, NOW)
        publish_plan(work, CITY, plan_id, NOW)
    seen = _seen(told, plan_id)
    assert sorted(each.organization for each in seen.reviews) == sorted(others)
    inspectors = {each.organization: tuple(one.person for one in each.inspectors) for each in seen.reviews}
    drawn = {each.unit: tuple(people[number] for number in each.inspectors) for each in before.assignments}
    assert inspectors == {unit: drawn[unit] for unit in others}
    with told.writing() as work, pytest.raises(ConflictError):
        open_missing_reviews(work, CITY, plan_id, NOW)
    assert own not in {each.id for each in seen.reviews}


def test_units_whose_review_did_not_end_well_are_offered_for_a_revisit(told: Store) -> None:
    """The re-visit (回头看) would be forgotten from one year to the next."""
    with told.writing() as work:
        for unit, numbers in (("big-0", (1,)), ("big-1", ())):
            new = NewReview(organization=unit, year=2025, inspectors=("c-3",), reason="上年")
            case = open_review(work, CITY, new, NOW)
            found = tuple(NonConformity(number=each, clause="5.3", text="未检定", deadline=TODAY) for each in numbers)
            inspector = Party(name="person/c-3", organization="city-bureau", role=Role.REGULATOR, person="c-3")
            taken: list[tuple[Party, AnyStep]] = [
                (CITY, Notified(self_check_until=TODAY)),
                (inspector, DocumentsReviewed(remark="已阅")),
                (inspector, Visited(on=TODAY)),
                (inspector, FindingsIssued(findings=found)),
            ]
            for after, (party, step) in enumerate(taken):
                take_step(work, party, case, step, after=after, at=NOW)
    offered = _seen(told, _drafted(told)).revisits
    assert [(each.unit, each.ground) for each in offered] == [("big-0", RevisitGround.OPEN_FINDINGS)]
    plan = msgspec.structs.replace(PLAN, named=(NamedUnit(organization="big-0", reason="回头看"),))
    assert _seen(told, _drafted(told, plan=plan)).revisits == ()
