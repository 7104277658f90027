"""Boards over HTTP and on pages: each sees its own, every figure is the length of the list behind it, the forms agree."""

import csv
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.access import OPERATOR, Party, Role
from registry.review.cases import NewReview
from registry.review.facts import Basis, Consumption, Place, Unit
from registry.review.lacking import Rate
from registry.review.steps import AnyStep, DocumentsReviewed, FindingsIssued, NonConformity, Notified, Rectified, Visited
from registry.unit_of_work import UnitOfWork, open_store
from registry.usecases import review_boards, review_figures
from registry.usecases.import_records import import_records
from registry.usecases.review_boards import Reach, WantedBoard
from registry.usecases.review_cases import open_review, take_step
from registry.usecases.units import record_facts, set_area
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, FOREIGN, OWN, Parties, claim
from tests.api.worlds import NOW
from tests.registry.review.reference_company import CODE, COMPANY, DAY, document, facts
from traceability.json_text import dump
from traceability.policy import DEFAULT_POLICY

AREA = "310115"  # Of the reference company.
EARLIER = NOW - timedelta(days=9)
SMALL = [f"small-{number}" for number in range(5)]


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Parties]]:
    """The reference company, five small units in its area, and a unit in another; a regulator of each kind."""
    path = tmp_path_factory.mktemp("boards") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    records = document()
    records["organizations"] += [{"id": id_, "name": f"合成 {id_}", "kind": "energy_user"} for id_ in SMALL]
    told: list[Any] = list(facts())
    for number, id_ in enumerate(SMALL):
        told.append(Unit(organization=id_, credit_code=CODE, area=AREA, industry="H6110", since=date(2025, 1, 1)))
        told.append(Place(organization=id_, id="gate", level=1, energy="water", since=date(2025, 1, 1)))
        if number:
            told.append(Consumption(organization=id_, year=2025, tce=Decimal(1_000 * number), basis=Basis.EQUIVALENT))
    told.append(Unit(organization=FOREIGN, credit_code=CODE, area="310113", industry="", since=date(2025, 1, 1)))
    told.append(Unit(organization=OWN, credit_code=CODE, area=AREA, industry="C3110", since=date(2025, 1, 1)))
    with store.writing() as work:
        import_records(work, [dump(records).decode()], at=BEGUN, source="test")
        record_facts(work, told, party=OPERATOR, at=BEGUN + timedelta(seconds=1), source="test")
        set_area(work, FOREIGN, "310113", BEGUN.date(), party=OPERATOR, at=BEGUN + timedelta(seconds=1))
    with client_of(store) as service:
        empty = service.get("/api/v1/review-board", headers=parties.administrator.headers).json()
        assert (empty["facts"]["as_of"], empty["rates"]) == (None, [])
        assert "还没有汇总的数字" in service.get("/review-board", headers=parties.administrator.headers).text
        (job,) = review_figures.look_around(store, [DEFAULT_POLICY], NOW)
        assert job
        with store.reading() as work:
            wanted = review_figures.wanting(work, DEFAULT_POLICY, NOW)
        assert wanted is not None
        review_figures.bring_up_to_date(store, wanted)
        with store.writing() as work:
            set_area(work, OWN, "*", BEGUN.date(), party=OPERATOR, at=NOW - timedelta(seconds=1))
            for organization in (COMPANY, FOREIGN):
                _review(work, organization)
        yield service, parties
    store.close()


def _review(work: UnitOfWork, organization: str) -> None:
    """A review that is past the deadline of one of its two findings; the other one is said to be mended."""
    until = NOW.date() - timedelta(days=1)
    findings = tuple(
        NonConformity(number=number, clause=clause, text="合成", deadline=until)
        for number, clause in ((1, "4.3.8"), (2, "5.3.7"))
    )
    steps: tuple[AnyStep, ...] = (
        Notified(self_check_until=until),
        DocumentsReviewed(remark="合成"),
        Visited(on=EARLIER.date()),
        FindingsIssued(findings=findings, revisit_until=NOW.date()),
        Rectified(finding=2, text="合成"),
    )
    case = open_review(work, OPERATOR, NewReview(organization=organization, year=2026, inspectors=(), reason="合成"), EARLIER)
    for after, step in enumerate(steps):
        take_step(work, OPERATOR, case, step, after=after, at=EARLIER)


def asked(world: tuple[TestClient, Parties], path: str, headers: Mapping[str, str] | None = None) -> Any:
    service, parties = world
    answer = service.get(f"/api/v1/{path}", headers=headers or parties.own[Role.REGULATOR].headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_city_sees_all_a_district_its_own_and_a_unit_itself(world: tuple[TestClient, Parties]) -> None:
    """A district would read the figures of another, a unit those of its competitor."""
    _, parties = world
    city = asked(world, "review-board")
    assert (city["facts"]["reach"], city["units"]) == ("city", 8)
    assert [(each["value"], each["units"]) for each in city["by_area"]] == [("310113", 1), (AREA, 7)]
    district = asked(world, "review-board", parties.foreign[Role.REGULATOR].headers)
    assert (district["facts"]["reach"], district["units"]) == ("area", 1)
    assert asked(world, f"review-board?area={AREA}", parties.foreign[Role.REGULATOR].headers)["units"] == 0
    unit = asked(world, "review-board", parties.administrator.headers)
    assert (unit["facts"]["reach"], unit["units"]) == ("own", 0)
    listed = asked(world, "review-board/units", parties.foreign[Role.REGULATOR].headers)
    assert [each["organization"] for each in listed["units"]] == [FOREIGN]
    years = world[0].get(f"/api/v1/review-board/years?organization={COMPANY}", headers=parties.foreign[Role.REGULATOR].headers)
    assert years.status_code == 404


def test_units_are_told_apart_by_industry_size_and_organizer_and_filtered_by_them(world: tuple[TestClient, Parties]) -> None:
    """A figure would lead to other units than it counts."""
    board = asked(world, "review-board")
    assert {each["value"]: each["units"] for each in board["by_industry"]} == {"": 1, "C": 2, "H": 5}
    sizes = {each["value"]: each["units"] for each in board["by_size"]}
    assert sizes == {"from_10000": 1, "from_1000": 4, "not_told": 3}
    for key, parameter in (
        ("by_area", "area"),
        ("by_industry", "industry"),
        ("by_size", "size"),
        ("by_organizer", "organizer"),
    ):
        for group in board[key]:
            if group["value"]:
                found = asked(world, f"review-board/units?{parameter}={group['value']}")["units"]
                assert len(found) == group["units"], group


def test_every_rate_leads_to_the_units_and_each_unit_to_what_it_lacks(world: tuple[TestClient, Parties]) -> None:
    """The figure on the board and the list behind it would not agree."""
    board = asked(world, f"review-board?area={AREA}&industry=C")
    row = next(each for each in board["rates"] if (each["energy"], each["level"]) == ("water", 3))
    units = asked(world, "review-board/units?industry=C&energy=water&level=3&rate=in_force")["units"]
    assert units[0]["organization"] == COMPANY
    for rate, share in row["shares"].items():
        assert sum(each["shares"][rate]["part"] for each in units if each["shares"]) == share["part"]
        lacking = asked(world, f"units/{COMPANY}/lacking?rate={rate}&energy=water&level=3&as_of={board['facts']['as_of']}")
        assert len(lacking["lacking"]) == share["whole"] - share["part"], rate
    overdue = asked(world, f"units/{COMPANY}/lacking?overdue=true&as_of={board['facts']['as_of']}")["lacking"]
    assert len(overdue) == board["overdue"] == units[0]["overdue"] == 3
    assert {code for each in overdue for code in each["codes"]} >= {"EXPIRED"}


def test_the_median_is_of_the_whole_area_and_told_from_five_units_on(world: tuple[TestClient, Parties]) -> None:
    """A unit would not know where it stands, or would read the figure of its only neighbour."""
    _, parties = world
    medians = asked(world, f"review-board?area={AREA}")["medians"]
    assert (medians["equipped"], medians["good"]) == (0.0, None)  # Five gates of six units are not metered.
    assert set(asked(world, "review-board", parties.foreign[Role.REGULATOR].headers)["medians"].values()) == {None}


def test_a_unit_sees_its_own_figures_beside_the_median_of_its_area(world: tuple[TestClient, Parties]) -> None:
    """A unit would read the figures of its neighbours, or not know how it stands among them."""
    store = world[0].app.state.context.store  # type: ignore[attr-defined]
    unit = Party(name="unit", organization=COMPANY, role=Role.ENERGY_USER, person="u")
    found = review_boards.board(store, unit, WantedBoard(), DEFAULT_POLICY, NOW)
    assert (found.reach, [each.unit.organization for each in found.units]) == (Reach.OWN, [COMPANY])
    assert (found.medians[Rate.EQUIPPED], found.medians[Rate.GOOD]) == (Fraction(0), None)
    assert (found.reviews.reviews, [each.value for each in found.grouped(lambda each: each.unit.area)]) == (1, [AREA])


def test_closed_years_stand_side_by_side_with_the_edition_of_each(world: tuple[TestClient, Parties]) -> None:
    """What became better or worse would be guessed, or rates by different rules be compared unseen."""
    of_unit = asked(world, f"review-board/years?organization={COMPANY}")
    (year,) = of_unit["years"]
    assert (year["year"], year["tce"], year["editions"], year["meters"]) == (2025, 23456.7, {"gb-17167-2006": 1}, 60)
    of_all = asked(world, "review-board/years")["years"]
    assert (of_all[0]["tce"], of_all[0]["tce_units"], of_all[0]["units"]) == (33456.7, 5, 8)
    service, parties = world
    page = service.get(f"/review-board/years?organization={COMPANY}&lang=en", headers=parties.own[Role.REGULATOR].headers).text
    assert ("GB 17167-2006" in page, "23,456.7" in page, "合成参考公司" in page) == (True, True, True)


def test_findings_are_counted_by_clause_and_reviews_past_a_deadline_are_told(world: tuple[TestClient, Parties]) -> None:
    """A bureau would not see which clause fails most, nor what it let slip; a district would read the findings of others."""
    service, parties = world
    reviews = asked(world, "review-board")["reviews"]
    clause = {"units": 2, "findings": 2}
    assert reviews == {
        "year": 2026,
        "reviews": 2,
        "open": 2,
        "overdue": 2,
        "clauses": [{"clause": "4.3.8", **clause, "open": 2}, {"clause": "5.3.7", **clause, "open": 2}],
    }
    found = asked(world, "review-board/findings?clause=5.3.7")["findings"]
    assert [(each["organization"], each["number"], each["state"]) for each in found] == [
        (FOREIGN, 2, "answered"),
        (COMPANY, 2, "answered"),
    ]
    district = asked(world, "review-board/findings", parties.foreign[Role.REGULATOR].headers)["findings"]
    assert [(each["organization"], each["state"]) for each in district] == [(FOREIGN, "open"), (FOREIGN, "answered")]
    page = service.get("/review-board/findings?lang=en", headers=parties.own[Role.REGULATOR].headers).text
    assert ("Mended, to be re-visited" in page, f"/review-cases/{found[0]['case']}" in page) == (True, True)
    assert asked(world, f"review-board?area={AREA}&industry=H")["reviews"]["reviews"] == 0


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("review-board", "rates"),
        ("review-board/areas", "by_area"),
        ("review-board/days", "days"),
        ("review-board/units", "units"),
        ("review-board/years", "years"),
        ("review-board/findings", "findings"),
        (f"units/{COMPANY}/lacking", "lacking"),
    ],
)
def test_the_forms_agree(world: tuple[TestClient, Parties], path: str, part: str) -> None:
    """A spreadsheet would hold other rows than the API."""
    service, parties = world
    headers = parties.own[Role.REGULATOR].headers
    rows = asked(world, path)[part]
    lines = service.get(f"/api/v1/{path}?format=ndjson", headers=headers).text.splitlines()
    table = list(csv.reader(io.StringIO(service.get(f"/api/v1/{path}?format=csv", headers=headers).text)))
    assert (len(rows) > 0, [json.loads(line) for line in lines], len(table)) == (True, rows, len(rows) + 1)


def test_the_pages_draw_what_is_asked_and_lead_on(world: tuple[TestClient, Parties]) -> None:
    """Somebody who looks would have to ask the API."""
    service, parties = world
    headers = parties.own[Role.REGULATOR].headers
    board = service.get("/review-board?lang=en", headers=headers).text
    assert board.count('class="rate"') > 50
    assert ('class="short"' in board, "<line" in board, "Pudong" in board) == (True, True, True)
    assert "rate=good&amp;energy=water&amp;level=3" in board
    units = service.get("/review-board/units?energy=water&level=3&rate=in_force&lang=en", headers=headers).text
    assert (f"/units/{COMPANY}/lacking?" in units, "合成参考公司" in units) == (True, True)
    lacking = service.get(f"/units/{COMPANY}/lacking?rate=in_force&as_of={DAY}&lang=en", headers=headers).text
    assert ("/i/m-e306" in lacking, "FAILED" in lacking) == (True, True)
    places = service.get(f"/units/{COMPANY}/lacking?rate=equipped&as_of={DAY}&lang=en", headers=headers).text
    assert "No metering point" in places
    assert service.get("/units/nobody/lacking", headers=headers).status_code == 404
