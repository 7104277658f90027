"""Reviews of units on both engines: opened, taken step by step by whoever's turn it is, seen by those whom they concern."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.language import Language
from api.render.calendar_feed import calendar_feed
from api.render.review.reminder_mail import review_mail
from registry.access import OPERATOR, Party, Role
from registry.accounts import Membership, Person
from registry.errors import ConflictError, NotPermittedError, RegistryError, StaleError, UnacceptableError, UnknownError
from registry.notices.mailing import Mail
from registry.notices.reminding import OVERDUE
from registry.notices.reminding_reviews import ReviewDigest, awaited_of, remind_of_reviews
from registry.notices.settings import NoticeSettings
from registry.organization_settings import OrganizationSettings
from registry.repositories import accounts, review_cases
from registry.repositories.recordings import Recorder
from registry.repositories.review_cases import EVERY_CASE, WantedCases
from registry.review.cases import NewReview, ReviewCase
from registry.review.facts import Unit
from registry.review.procedure import Stage
from registry.review.steps import (
    Actor,
    AnyStep,
    Check,
    Closed,
    DocumentsReviewed,
    Evidence,
    EvidenceKind,
    FindingsIssued,
    Judgement,
    NonConformity,
    Notified,
    Published,
    Rectified,
    Referred,
    Revisited,
    SelfChecked,
    Visited,
)
from registry.rounds import ScanTold, Way
from registry.unit_of_work import Store
from registry.usecases.check_ledger import check_ledger
from registry.usecases.due_list import due_list
from registry.usecases.import_records import import_records
from registry.usecases.mandates import give_mandate
from registry.usecases.organization_settings import change_settings
from registry.usecases.review_cases import (
    bring_file,
    file_of,
    inspectors_to_choose,
    open_review,
    published_reviews,
    review_seen,
    reviews_seen,
    take_step,
)
from registry.usecases.rounds import Plan, plan_round, record_scans, sign_round
from registry.usecases.units import record_facts, set_area
from registry.usecases.webhooks import WantedEndpoint, make_endpoint
from traceability.json_text import dump
from traceability.problems import InputError

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SOON, LATER = date(2026, 12, 23), date(2027, 1, 23)
BAOSHAN, PUDONG = "310113", "310115"
PEOPLE = {
    "cora": ("city-bureau", Role.REGULATOR),
    "dana": ("baoshan-bureau", Role.REGULATOR),
    "emil": ("pudong-bureau", Role.REGULATOR),
    "ines": ("institute", Role.AUDITOR),
    "ivan": ("institute", Role.AUDITOR),
    "uwe": ("steel", Role.ENERGY_USER),
    "vera": ("glass", Role.ENERGY_USER),
    "both": ("steel", Role.AUDITOR),
}


def _party(person: str, **more: Any) -> Party:
    organization, role = PEOPLE[person]
    return Party(name=f"person/{person}", organization=organization, role=role, person=person, **more)


CITY, DISTRICT, OTHER_DISTRICT = _party("cora"), _party("dana"), _party("emil")
INSPECTOR, UNIT, STRANGER = _party("ines", mandated=frozenset({"steel"})), _party("uwe"), _party("vera")
TOLD = Notified(self_check_until=SOON, visit_on=SOON)
CHECKED = SelfChecked(checks=(Check(clause="JJF 1356 6-3", is_met=False, told="50 %"),))
READ = DocumentsReviewed(remark="齐全（合成）")
SEEN = Visited(on=TODAY)
FOUND = FindingsIssued(
    findings=(
        NonConformity(number=1, clause="JJF 1356 6-3", text="证书过期（合成）", deadline=SOON),
        NonConformity(number=2, clause="JJF 1356 4-2", text="台账不符（合成）", deadline=SOON),
    ),
    revisit_until=LATER,
)
MENDED = (Rectified(finding=1, text="已送检（合成）"), Rectified(finding=2, text="已更新（合成）"))
ACCEPTED = Revisited(on=TODAY, judgements=tuple(Judgement(finding=number, is_accepted=True) for number in (1, 2)))
NEW = NewReview(organization="steel", year=2026, inspectors=("ines", "ivan"), reason="年度审查（合成）")
WHOLE: tuple[tuple[Party, AnyStep], ...] = (
    (CITY, TOLD),
    (UNIT, CHECKED),
    (INSPECTOR, READ),
    (INSPECTOR, SEEN),
    (INSPECTOR, FOUND),
    (UNIT, MENDED[0]),
    (UNIT, MENDED[1]),
    (DISTRICT, ACCEPTED),
    (CITY, Closed()),
    (CITY, Published()),
)


@dataclass(frozen=True)
class World:
    store: Store

    def opened(self, party: Party = CITY, new: NewReview = NEW) -> str:
        with self.store.writing() as work:
            return open_review(work, party, new, NOW)

    def take(self, party: Party, id_: str, step: AnyStep, after: int) -> ReviewCase:
        with self.store.writing() as work:
            return take_step(work, party, id_, step, after=after, at=NOW)

    def advanced(self, steps: Sequence[tuple[Party, AnyStep]]) -> str:
        id_ = self.opened()
        for after, (party, step) in enumerate(steps):
            self.take(party, id_, step, after)
        return id_

    def seen(self, party: Party, id_: str) -> ReviewCase | None:
        """The case as the party sees it, one at a time and in its list; None for nothing. Both ways agree."""
        with self.store.reading(party.viewers) as work:
            listed = reviews_seen(work, party, EVERY_CASE, NOW, before=2**31, most=50).cases
            try:
                case = review_seen(work, party, id_, NOW).case
            except UnknownError:
                case = None
        assert [each.case for each in listed] == ([] if case is None else [case])
        return case

    def listed(self, party: Party, today: datetime = NOW, **wanted: Any) -> list[str]:
        with self.store.reading(party.viewers) as work:
            page = reviews_seen(work, party, WantedCases(**wanted), today, before=2**31, most=50)
        return [each.case.organization for each in page.cases]

    def rows(self) -> int:
        with self.store.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM review_steps")).scalar() or 0)


@pytest.fixture
def world(store: Store) -> World:
    """Two units of two areas, their bureaus and that of the city, an institute with two auditors, and accounts for all."""
    kinds = {"steel": "energy_user", "glass": "energy_user", "institute": "calibration_laboratory"}
    ids = sorted({organization for organization, _ in PEOPLE.values()})
    document = {
        "format": "traceability-records/1",
        "organizations": [{"id": id_, "name": f"合成 {id_}", "kind": kinds.get(id_, "regulator")} for id_ in ids],
    }
    meters = {
        "format": "traceability-records/1",
        "items": [{"id": f"em-{n}", "kind": "meter", "serial": f"E{n}"} for n in (1, 2)],
    }
    with store.writing() as work:
        import_records(work, [dump(document).decode()], at=NOW, source="synthetic")
        import_records(work, [dump(meters).decode()], party=UNIT, at=NOW, source="synthetic")
        since = date(2025, 1, 1)
        units = [
            Unit(organization="steel", credit_code="91310000MA1K0000X0", area=BAOSHAN, since=since),
            Unit(organization="glass", credit_code="91310000MA1K0001X1", area=PUDONG, since=since),
        ]
        record_facts(work, units, party=OPERATOR, at=NOW, source="synthetic")
        for organization, area in (("city-bureau", "*"), ("baoshan-bureau", BAOSHAN), ("pudong-bureau", PUDONG)):
            set_area(work, organization, area, since, party=OPERATOR, at=NOW)
        give_mandate(work, holder="institute", over="steel", valid_from=since, valid_until=None, party=OPERATOR, at=NOW)
        recording = Recorder(work, party=OPERATOR, at=NOW, source="synthetic").begun()
        for id_ in PEOPLE:
            person = Person(entry=0, id=id_, sign_in=id_, name=f"合成{id_}", email=None, subject=None, is_active=True)
            accounts.append_person(work, person, recording)
        works = [Membership(person=id_, organization=own, role=role) for id_, (own, role) in PEOPLE.items()]
        for each in (*works, Membership(person="both", organization="institute", role=Role.AUDITOR)):
            accounts.append_membership(work, each, recording, is_active=True)
    return World(store)


def test_a_review_goes_from_its_opening_to_its_publication(world: World) -> None:
    """The workflow would be forms in Excel again: who did what when would be told by nobody."""
    id_ = world.advanced(WHOLE)
    case = world.seen(CITY, id_)
    assert case is not None
    assert (case.standing.stage, case.awaits) == (Stage.PUBLISHED, None)
    assert [(each.actor, each.taken.person, each.taken.at) for each in case.steps] == [
        *((Actor.REGULATOR, "cora", NOW), (Actor.UNIT, "uwe", NOW), *[(Actor.INSPECTOR, "ines", NOW)] * 3),
        *((Actor.UNIT, "uwe", NOW), (Actor.UNIT, "uwe", NOW), (Actor.AREA, "dana", NOW)),
        *[(Actor.REGULATOR, "cora", NOW)] * 2,
    ]
    assert [each.step for each in case.steps] == [step for _, step in WHOLE]
    assert [len(case.history_of(number)) for number in (1, 2, 3)] == [2, 2, 0]
    with world.store.reading() as work:
        assert check_ledger(work).difference is None
        (public,), names, following = published_reviews(work, EVERY_CASE, before=2**31, most=10)
    assert (public.id, names, following) == (id_, {"steel": "合成 steel"}, None)


def test_everybody_sees_what_concerns_them(world: World) -> None:
    """A unit would read of another's review, or of its own before it is told; a mandate would show it too."""
    id_ = world.opened()
    for party in (CITY, DISTRICT, INSPECTOR, _party("ivan"), OPERATOR):
        assert world.seen(party, id_) is not None, party.name
    for party in (UNIT, STRANGER, OTHER_DISTRICT, _party("both", mandated=frozenset({"steel"}))):
        assert world.seen(party, id_) is None, party.name
    world.take(CITY, id_, TOLD, 0)
    assert world.seen(UNIT, id_) is not None
    colleague = Party(
        name="person/kai", organization="institute", role=Role.AUDITOR, person="kai", mandated=frozenset({"steel"})
    )
    assert world.seen(colleague, id_) is None
    with pytest.raises(UnknownError):
        world.take(STRANGER, id_, CHECKED, 1)
    with world.store.reading() as work:
        assert published_reviews(work, EVERY_CASE, before=2**31, most=10)[0] == []


def test_a_review_is_opened_by_who_may_and_by_inspectors_without_an_interest(world: World) -> None:
    """A unit would be inspected by its own people, or by a bureau that has nothing to do with it."""
    refused: list[tuple[Party, NewReview, type[RegistryError]]] = [
        (UNIT, NEW, NotPermittedError),
        (OTHER_DISTRICT, NEW, UnknownError),
        (CITY, replace(NEW, organization="nobody"), UnknownError),
        (CITY, replace(NEW, reason=" "), UnacceptableError),
        *(
            (CITY, replace(NEW, inspectors=people), UnacceptableError)
            for people in ((), ("uwe",), ("both",), ("vera",), ("nobody",), ("ines", "ines"))
        ),
    ]
    for party, new, error in refused:
        with pytest.raises(error):
            world.opened(party, new)
    assert world.listed(OPERATOR) == []


def test_a_unit_is_reviewed_once_a_year_by_a_bureau(world: World) -> None:
    """Two drafts of one review would send the unit two lists of findings."""
    world.opened()
    with pytest.raises(ConflictError):
        world.opened()
    world.opened(DISTRICT)  # Its own, as where the city asked it to.
    with world.store.reading() as work:
        assert {each.person for each, _ in inspectors_to_choose(work, "steel")} == {"cora", "dana", "emil", "ines", "ivan"}
        assert [each.organization for each in review_cases.cases_of_unit(work, "steel", 2026)] == ["steel", "steel"]


def test_a_step_that_may_not_be_taken_changes_nothing(world: World) -> None:
    """Findings would be closed by the unit itself, or rest on evidence that does not exist."""
    yesterday = TODAY - timedelta(1)
    machine = Party(name="client/m", organization="steel", role=Role.ENERGY_USER, client="m")
    past = FindingsIssued(findings=(NonConformity(number=1, clause="c", text="t", deadline=yesterday),))
    refused: dict[int, list[tuple[Party, AnyStep, type[Exception]]]] = {
        0: [
            (UNIT, CHECKED, UnknownError),  # It is not told yet.
            (DISTRICT, TOLD, InputError),  # The city organizes it.
            (CITY, Notified(self_check_until=yesterday), InputError),
        ],
        1: [(UNIT, Closed(), InputError), (INSPECTOR, CHECKED, InputError), (machine, CHECKED, NotPermittedError)],
        3: [(INSPECTOR, Visited(on=SOON), InputError), (INSPECTOR, Visited(on=TODAY, round="r-none"), InputError)],
        4: [(INSPECTOR, past, InputError)],
        5: [
            (UNIT, Rectified(finding=1, text="t", evidence=(Evidence(kind=kind, id="em-9"),)), InputError)
            for kind in EvidenceKind
        ],
    }
    id_ = world.opened()
    for taken, (taker, next_) in enumerate(WHOLE[:6]):
        for party, step, error in refused.get(taken, []):
            with pytest.raises(error):
                world.take(party, id_, step, taken)
        assert world.rows() == taken
        world.take(taker, id_, next_, taken)


def test_of_two_who_take_the_next_step_at_once_one_wins(world: World) -> None:
    """A finding would be judged twice, once each way."""
    id_ = world.advanced(WHOLE[:7])
    rejected = Revisited(on=TODAY, judgements=(Judgement(finding=1, is_accepted=False, deadline=LATER),))

    def take(way: tuple[Party, AnyStep]) -> type[Exception] | None:
        try:
            world.take(way[0], id_, way[1], 7)
        except StaleError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        assert sorted(map(str, pool.map(take, [(DISTRICT, ACCEPTED), (INSPECTOR, rejected)]))) == sorted(
            map(str, [None, StaleError])
        )
    assert world.rows() == 8


def test_a_review_that_is_referred_ends_with_its_publication(world: World) -> None:
    """Whoever refuses to mend would stay in rectification for ever."""
    refers = (DISTRICT, Referred(to="执法总队（合成）", reason="拒不整改（合成）"))
    id_ = world.advanced((*WHOLE[:5], refers, (CITY, Published(address="https://example.org/1"))))
    case = world.seen(CITY, id_)
    assert case is not None
    assert case.referred is not None
    assert (case.standing.stage, [each.finding.number for each in case.standing.open_findings]) == (Stage.PUBLISHED, [1, 2])


def test_what_shows_something_is_of_the_unit_or_of_its_review(world: World) -> None:
    """Evidence would be a word: nobody could look at the round, the meter, or the invoice behind it."""
    with world.store.writing() as work:
        planned = plan_round(work, INSPECTOR, Plan(organization="steel", site="", items=("em-1",)), NOW)
    told = [ScanTold(id="1", text="em-2", way=Way.TYPED, scanned_at=NOW)]
    record_scans(world.store, INSPECTOR, planned.id, told, NOW)
    visit = Visited(on=TODAY, round=planned.id)
    id_ = world.advanced(WHOLE[:3])
    with pytest.raises(InputError, match="not signed off"):
        world.take(INSPECTOR, id_, visit, 3)
    sign_round(world.store, INSPECTOR, planned.id, remark="", scans=1, observations=0, at=NOW)
    world.take(INSPECTOR, id_, visit, 3)
    with world.store.writing() as work:
        file = bring_file(work, UNIT, id_, "发票.pdf", b"%PDF-1.7 synthetic", NOW)
        assert bring_file(work, UNIT, id_, "again.pdf", b"%PDF-1.7 synthetic", NOW).name == file.name
        with pytest.raises(UnacceptableError):
            bring_file(work, UNIT, id_, "macro.xlsm", b"PK", NOW)
        with pytest.raises(UnknownError):
            bring_file(work, STRANGER, id_, "发票.pdf", b"%PDF-1.7 synthetic", NOW)
    shown = tuple(
        Evidence(kind=kind, id=id_)
        for kind, id_ in (
            (EvidenceKind.ROUND, planned.id),
            (EvidenceKind.ITEM, "em-2"),
            (EvidenceKind.DOCUMENT, file.sha256),
        )
    )
    world.take(
        INSPECTOR,
        id_,
        FindingsIssued(findings=(NonConformity(number=1, clause="c", text="t", deadline=SOON, evidence=shown),)),
        4,
    )
    world.take(UNIT, id_, Rectified(finding=1, text="t", evidence=shown[1:]), 5)
    with world.store.reading() as work:
        assert file_of(work, INSPECTOR, id_, file.sha256, NOW)[1] == b"%PDF-1.7 synthetic"
        for party, digest in ((STRANGER, file.sha256), (INSPECTOR, "0" * 64)):
            with pytest.raises(UnknownError):
                file_of(work, party, id_, digest, NOW)
        assert check_ledger(work).difference is None


def test_lists_tell_whose_turn_it_is_and_what_is_overdue(world: World) -> None:
    """Whoever looks in the morning would not find what waits for them."""
    world.advanced(WHOLE[:1])
    glass = NewReview(organization="glass", year=2025, inspectors=("ivan",), plan="p-1", reason="x")
    world.opened(OTHER_DISTRICT, glass)
    assert world.listed(CITY) == ["glass", "steel"]
    assert world.listed(OTHER_DISTRICT, is_turn=True) == world.listed(CITY, stage="drawn") == ["glass"]
    assert world.listed(UNIT, is_turn=True) == world.listed(CITY, text="合成 ST") == world.listed(CITY, year=2026) == ["steel"]
    assert (
        world.listed(CITY, is_turn=True) == world.listed(INSPECTOR, is_turn=True) == world.listed(CITY, is_overdue=True) == []
    )
    late = datetime(2026, 12, 24, tzinfo=UTC)
    assert world.listed(CITY, late, is_overdue=True) == world.listed(CITY, organization="steel") == ["steel"]
    assert world.listed(CITY, plan="p-1") == ["glass"]
    with world.store.reading() as work:
        assert [each.organization for each in review_cases.cases_due(work, SOON)] == ["steel"]
        assert [each.organization for each in review_cases.cases_of_plan(work, "p-1")] == ["glass"]


def test_whoever_is_awaited_is_reminded_once_in_each_window(world: World, tmp_path: Path) -> None:
    """A unit would hear of its deadline from the enforcement team, or every night anew."""
    with world.store.writing() as work:
        settings = OrganizationSettings(emails=("a@example.org", "b@example.org"), warning_days=(30, 7))
        change_settings(work, "steel", settings, version=None, party=OPERATOR, at=NOW)
        wanted = WantedEndpoint(url="https://steel.example/hook", event_types=["review.due", "review.step_taken"], name="x")
        make_endpoint(work, UNIT, wanted, NOW, NoticeSettings(data_dir=tmp_path))
    id_ = world.advanced(WHOLE[:1])
    base = "https://registry.example"
    told: list[ReviewDigest] = []

    def compose(digest: ReviewDigest) -> Mail:
        told.append(digest)
        return review_mail(digest, base)

    reminded = [
        remind_of_reviews(world.store, at, compose)
        for at in (NOW - timedelta(1), NOW, NOW, datetime(2026, 12, 18, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC))
    ]
    assert [(each.items, each.mails, each.webhooks) for each in reminded] == [(0, 0, 0), (1, 2, 1), (0, 0, 0), *[(1, 2, 1)] * 2]
    assert [[each.window for each in digest.deadlines] for digest in told] == [[30], [7], [OVERDUE]]
    mail = review_mail(told[-1], base)
    assert f"{base}/review-cases/{id_}" in mail.text
    assert "2026-12-23" in mail.html
    with world.store.reading() as work:
        (awaited,) = awaited_of(work, "steel", SOON)
        assert awaited_of(work, "steel", SOON - timedelta(1)) == awaited_of(work, "institute", LATER) == []
        found = due_list(work, ["steel"], TODAY, NOW, (30, 7))
    calendar = calendar_feed(found, Language.ZH, base, NOW, [awaited]).decode()
    assert "DTSTART;VALUE=DATE:20261223" in calendar
    with world.store.engine.connect() as connection:
        types = connection.execute(text("SELECT event_type FROM announcements ORDER BY entry")).scalars().all()
    assert types == ["review.step_taken", *["review.due"] * 3]
