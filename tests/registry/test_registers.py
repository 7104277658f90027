"""Pilots and carbon-metering centres: in the order of their states, by whom it concerns, seen by whom they may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from registry.access import OPERATOR, Party, Role
from registry.errors import NotPermittedError, UnacceptableError, UnknownError
from registry.registers import FOLLOWING, Capability, NewRegistered, NewStep, RegisterKind, RegisterState, ToldStep, may_follow
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from registry.usecases.registers import (
    WantedRegistered,
    list_registered,
    may_follow_up,
    register,
    registered_seen,
    take_register_step,
    tell_capabilities,
)
from registry.usecases.units import set_area
from tests.registry.review.reference_company import NOW, document
from traceability.json_text import dump
from traceability.periods import civil_day

TODAY = civil_day(NOW)
AREA = "310115"
CITY = Party(name="city", organization="city", role=Role.REGULATOR, person="c")
DISTRICT = Party(name="district", organization="district", role=Role.REGULATOR, person="d")
OTHER = Party(name="other", organization="other-district", role=Role.REGULATOR, person="o")
HOST = Party(name="host", organization="lab", role=Role.CENTRE, person="h")
NEW = NewRegistered(
    kind=RegisterKind.CARBON_CENTRE,
    title="合成碳计量中心",
    organization="lab",
    area=AREA,
    sectors=("power",),
    on=date(2026, 1, 10),
    document="合成文件 1 号",
)
CO2 = Capability(
    quantity="ac_active_energy",
    unit="kW*h",
    low=Decimal("0.10"),
    sectors=("steel",),
    standard="SYN-9",
    competence="lab-c",
)


def step(state: RegisterState, on: date = TODAY) -> NewStep:
    return NewStep(state=state, on=on, document="合成文件")


@pytest.fixture
def registers(store: Store) -> Store:
    """A laboratory with a competence; regulators of the city and of two areas."""
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], at=NOW, source="test")
        for organization, area in (("city", "*"), ("district", AREA), ("other-district", "310113")):
            records = {
                "format": "traceability-records/1",
                "organizations": [{"id": organization, "name": organization, "kind": "regulator"}],
            }
            import_records(work, [dump(records).decode()], at=NOW, source="test")
            set_area(work, organization, area, date(2026, 1, 1), party=OPERATOR, at=NOW)
    return store


def test_a_centre_is_listed_followed_and_then_known_to_everybody(registers: Store) -> None:
    """Who built what since when, by which document, would be a matter of memory; or a plan be public before its time."""
    with registers.writing() as work:
        id_ = register(work, DISTRICT, NEW, NOW)
        tell_capabilities(work, HOST, id_, [CO2], NOW)
        tell_capabilities(work, HOST, id_, [CO2], NOW)
        assert list_registered(work, None, WantedRegistered(), NOW) == []
        with pytest.raises(UnknownError):
            registered_seen(work, OTHER, id_, NOW)
        for party in (OPERATOR, CITY, DISTRICT, HOST):
            assert registered_seen(work, party, id_, NOW).registered.state is RegisterState.CULTIVATED
        found = registered_seen(work, CITY, id_, NOW).registered
        may = [may_follow_up(work, party, found, NOW) for party in (CITY, DISTRICT, OTHER, HOST)]
        assert may == [True, True, False, False]
        take_register_step(work, CITY, id_, step(RegisterState.BUILDING, date(2026, 3, 1)), NOW)
        take_register_step(work, DISTRICT, id_, step(RegisterState.APPROVED), NOW)
        (named,) = list_registered(work, None, WantedRegistered(), NOW)
    one = named.registered
    assert ([each.state.value for each in one.steps], one.approved_on) == (["cultivated", "building", "approved"], TODAY)
    assert ([each.by for each in one.steps], one.steps[0].document) == (["district", "city", "district"], "合成文件 1 号")
    assert (one.capabilities, named.name, one.is_public) == ((CO2,), "合成检定站", True)
    with registers.writing() as work:
        take_register_step(work, DISTRICT, id_, step(RegisterState.ENDED), NOW)
        assert list_registered(work, None, WantedRegistered(), NOW) == []
        assert registered_seen(work, HOST, id_, NOW).registered.following == ()


@pytest.mark.parametrize("last", [None, *RegisterState])
def test_states_follow_each_other_in_order_and_days_do_not_go_back(last: RegisterState | None) -> None:
    """A centre would be approved that nobody built, or before it was begun."""
    at = NOW
    before = [] if last is None else [ToldStep(state=last, on=TODAY, document="x", note="", by="x", at=at)]
    allowed = {state for state in RegisterState if may_follow(before, step(state))}
    assert allowed == set(FOLLOWING[last])
    if before:
        assert not any(may_follow(before, step(state, TODAY - timedelta(days=1))) for state in RegisterState)


def test_who_does_not_regulate_the_area_lists_and_follows_nothing(registers: Store) -> None:
    """A neighbour, or the centre itself, could approve it."""
    with registers.writing() as work:
        for party in (OTHER, HOST):
            with pytest.raises(NotPermittedError):
                register(work, party, NEW, NOW)
        id_ = register(work, CITY, NEW, NOW)
        with pytest.raises(NotPermittedError):
            take_register_step(work, HOST, id_, step(RegisterState.BUILDING), NOW)
        with pytest.raises(UnknownError):
            take_register_step(work, OTHER, id_, step(RegisterState.BUILDING), NOW)


def test_what_cannot_be_is_told_with_its_place(registers: Store) -> None:
    """A list of capabilities would promise competence that nobody has."""
    wrong = {
        "$.capabilities[1].competence": replace(CO2, competence="nobody's"),
        "$.capabilities[1].high": replace(CO2, high=Decimal("0.01")),
        "$.capabilities[1].low": replace(CO2, low=Decimal("1e300")),
        "$.capabilities[1]": replace(CO2, standard="\x00"),
    }
    with registers.writing() as work:
        id_ = register(work, CITY, NEW, NOW)
        for path, capability in wrong.items():
            with pytest.raises(UnacceptableError) as refused:
                tell_capabilities(work, CITY, id_, [CO2, capability], NOW)
            assert refused.value.path == path
        with pytest.raises(UnacceptableError):
            take_register_step(work, CITY, id_, step(RegisterState.BUILDING, TODAY + timedelta(days=1)), NOW)
        with pytest.raises(UnacceptableError):
            take_register_step(work, CITY, id_, step(RegisterState.APPROVED), NOW)
        assert registered_seen(work, CITY, id_, NOW).registered.capabilities == ()


def test_a_list_is_narrowed_by_kind_state_area_sector_and_text(registers: Store) -> None:
    """Nobody would find the pilot of a sector among hundreds."""
    with registers.writing() as work:
        first = register(work, CITY, NEW, NOW)
        tell_capabilities(work, CITY, first, [CO2], NOW)
        pilot = NewRegistered(
            kind=RegisterKind.ENERGY_PILOT, title="合成试点", organization="ref", area="310113", on=TODAY, document="x"
        )
        second = register(work, CITY, pilot, NOW)

        def found(**wanted: object) -> list[str]:
            return [each.registered.id for each in list_registered(work, CITY, WantedRegistered(**wanted), NOW)]  # type: ignore[arg-type]

        assert found() == [first, second]
        assert found(kind=RegisterKind.ENERGY_PILOT) == found(area="310113") == found(text="合成试点") == [second]
        assert found(sector="power") == found(sector="steel") == found(text="syn-9") == found(text="检定站") == [first]
        assert (found(state=RegisterState.CULTIVATED), found(state=RegisterState.APPROVED)) == ([first, second], [])
