"""Recalls: a laboratory's standard fails, its customers and those of others rest on it, and each sees what is theirs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from api.render.recall_mail import recall_mail
from registry.access import OPERATOR, Party, Role
from registry.errors import ConflictError, NotPermittedError, UnacceptableError, UnknownError
from registry.notices.mailing import Mail
from registry.notices.settings import NoticeSettings
from registry.organization_settings import OrganizationSettings
from registry.recalls import RecallCause, RecallStanding, RecallState
from registry.repositories.holdings import hold
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from registry.usecases.organization_settings import change_settings
from registry.usecases.recalls import (
    Opened,
    decide_recall,
    justify_item,
    open_recall,
    preview_recall,
    recall_seen,
    recalls_seen,
)
from registry.usecases.sharing import share_item
from registry.usecases.webhooks import WantedEndpoint, make_endpoint
from traceability.json_text import dump

LAB, CUSTOMER, OTHER = "lab", "customer", "other-lab"
BEGUN, AT, LATER = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 7))
REASON = "期间核查超出控制限（合成）"
_MOST = 2**63 - 1


def _party(organization: str, person: str | None = None, role: Role = Role.LABORATORY) -> Party:
    name = person or f"machine-of-{organization}"
    return Party(name=f"person/{name}", organization=organization, role=role, person=person, client=None if person else name)


ORGANIZATIONS = [{"id": each, "name": f"合成 {each}", "kind": "calibration_laboratory"} for each in (LAB, CUSTOMER, OTHER)]
ANNA, BERT = _party(LAB, "anna"), _party(LAB, "bert")
OWNER, STRANGER = _party(CUSTOMER, "carl", Role.ENERGY_USER), _party("stranger", "dora")
AUTHORITY = Party(name="person/emil", organization="office", role=Role.REGULATOR, person="emil", mandated=frozenset({LAB}))


def _certificate(id_: str, item: str, day: str, *references: str, **more: Any) -> dict[str, Any]:
    issued = {"issuer": LAB, "calibrated_on": day, "issued_on": day, "valid_until": "2027-12-31"}
    return {
        "id": id_, "number": id_, "kind": "calibration", "item": item, **issued,
        "references": [{"item": each} for each in references], **more,
    }  # fmt: skip


def _item(id_: str, kind: str = "meter", **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": kind, **more}


def _record(store: Store, party: Party, at: datetime, **lists: list[dict[str, Any]]) -> None:
    with store.writing() as work:
        document = dump({"format": "traceability-records/1", **lists}).decode()
        import_records(work, [document], party=party, at=at, source="synthetic")


@dataclass(frozen=True)
class World:
    store: Store
    folder: Path

    def seen(self, party: Party, id_: str, at: datetime = LATER) -> Opened:
        with self.store.reading() as work:
            return recall_seen(work, party, id_, at)

    def standings(self, party: Party, id_: str, at: datetime = LATER) -> dict[str, RecallStanding]:
        return {each.reached.item: each.standing for each in self.seen(party, id_, at).items}

    def opened(self, party: Party = ANNA, subject: str = "check") -> str:
        with self.store.writing() as work:
            return open_recall(work, party, subject, REASON, AT)

    def told(self) -> list[str]:
        with self.store.engine.connect() as connection:
            return list(connection.execute(text("SELECT data FROM announcements ORDER BY entry")).scalars())


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    """S is used for M-1 (shared with the customer), for M-0 before its last good evidence, by another laboratory for T."""
    _record(store, OPERATOR, BEGUN, items=[_item("NS", "national_standard")], organizations=ORGANIZATIONS)
    _record(
        store, ANNA, BEGUN,
        items=[_item("S", "measurement_standard"), _item("M-0"), _item("M-1")],
        certificates=[
            _certificate("s-25", "S", "2025-03-01", "NS"),
            _certificate("m-0", "M-0", "2025-06-01", "S"),
            _certificate("s-26", "S", "2026-01-10", "NS"),
            _certificate("m-1", "M-1", "2026-02-01", "S"),
        ],
    )  # fmt: skip
    _record(
        store, _party(OTHER, "otto"), BEGUN,
        items=[_item("T", "measurement_standard"), _item("M-2")],
        certificates=[_certificate("t", "T", "2026-02-10", "S"), _certificate("m-2", "M-2", "2026-03-01", "T")],
    )  # fmt: skip
    with store.writing() as work:
        share_item(work, ANNA, "M-1", CUSTOMER, at=BEGUN, is_dry_run=False)
        for organization in (CUSTOMER, OTHER):
            hook = WantedEndpoint(url=f"https://{organization}.example/hook", event_types=["recall.opened"], name=organization)
            party = _party(organization, "otto")
            make_endpoint(work, party, hook, BEGUN, NoticeSettings(data_dir=tmp_path))
    _record(store, ANNA, AT, events=[{"id": "check", "item": "S", "kind": "interim_check_failed", "on": "2026-05-01"}])
    return World(store, tmp_path)


def test_a_case_is_looked_at_opened_told_and_followed_to_its_end(world: World) -> None:
    """A failed standard is forgotten after the mail, and meters calibrated with it go on counting carbon."""
    with world.store.reading() as work:
        preview = preview_recall(work, ANNA, "S", AT)
    assert (preview.ground.cause, preview.last_good_on, preview.owners) == (RecallCause.INTERIM_CHECK, date(2026, 1, 10), 3)
    assert [(each.level, each.affected, each.seen) for each in preview.levels] == [(1, 2, 1), (2, 1, 0)]
    assert [each.item for each in preview.items] == ["M-1"]
    assert world.told() == []

    id_ = world.opened()
    # Each owner hears of what is its own and of nothing else.
    assert sorted(each["items"] for each in map(msgspec.json.decode, world.told())) == [["M-1"], ["M-2", "T"]]
    assert world.standings(OWNER, id_) == {"M-1": RecallStanding.OPEN}
    assert world.standings(_party(OTHER, "otto"), id_) == {"T": RecallStanding.OPEN, "M-2": RecallStanding.OPEN}
    own = world.seen(ANNA, id_)
    assert own.is_own
    assert [each.affected for each in own.levels] == [2, 1]
    owner = world.seen(OWNER, id_)
    assert (owner.is_own, owner.owners, [each.affected for each in owner.levels]) == (False, None, [None])
    with pytest.raises(UnknownError):
        world.seen(STRANGER, id_)
    assert world.standings(OPERATOR, id_).keys() == {"M-1", "M-2", "T"}

    # Recalibrated with the doubted standard's successor: a later good certificate that does not rest on the doubt.
    _record(world.store, ANNA, LATER, certificates=[_certificate("m-1b", "M-1", "2026-06-20", "NS")])
    assert world.standings(OWNER, id_) == {"M-1": RecallStanding.RECALIBRATED}
    assert world.seen(OWNER, id_).state is RecallState.CLOSED
    assert world.seen(OPERATOR, id_).state is RecallState.OPEN
    # Out of use, and answered for by the authority.
    _record(
        world.store,
        _party(OTHER, "otto"),
        LATER,
        items=[_item("T", "measurement_standard", retired_on="2026-06-15", recorded_at="2026-07-01T00:00:00Z")],
    )
    with world.store.writing() as work:
        justify_item(work, OPERATOR, id_, "M-2", "量程之外（合成）", LATER)
        justify_item(work, OPERATOR, id_, "M-2", "again", LATER)
    assert world.standings(OPERATOR, id_) == {
        "M-1": RecallStanding.RECALIBRATED, "T": RecallStanding.OUT_OF_USE, "M-2": RecallStanding.JUSTIFIED,
    }  # fmt: skip
    closed = world.seen(OPERATOR, id_)
    assert (closed.state, closed.settled, len([deed for deed in closed.case.deeds if deed.item == "M-2"])) == (
        RecallState.CLOSED,
        3,
        1,
    )
    assert [deed.item for deed in world.seen(OWNER, id_).case.deeds] == [None]

    # What settled it no longer holds: it is open again.
    with world.store.writing() as work:
        justify_item(work, OPERATOR, id_, "M-2", "理由不成立（合成）", LATER, is_withdrawn=True)
    assert world.seen(OPERATOR, id_).state is RecallState.OPEN
    withdrawal = {"on": "2026-06-30", "void_from": "2026-06-20", "recorded_at": "2026-07-01T00:00:00Z"}
    _record(world.store, ANNA, LATER, certificates=[_certificate("m-1b", "M-1", "2026-06-20", "NS", withdrawal=withdrawal)])
    assert world.standings(OWNER, id_) == {"M-1": RecallStanding.OPEN}
    # A calibration with the doubted standard comes to light later.
    _record(world.store, ANNA, LATER, items=[_item("M-3")], certificates=[_certificate("m-3", "M-3", "2026-04-01", "S")])
    assert [(each.reached.item, each.is_new) for each in world.seen(ANNA, id_).items] == [("M-1", False), ("M-3", True)]


def test_points_are_reached_and_their_owners_told(world: World) -> None:
    """A plant whose gate a recalled meter measures hears nothing, as the meter is the grid's; or hears of a neighbour's."""
    plant, grid = _party("plant", "gerda", Role.ENERGY_USER), _party("grid", "hans", Role.ENERGY_USER)
    for owner, name, item in ((plant, "P-1", "M-2"), (plant, "P-2", "M-0"), (grid, "P-3", "S")):
        branch = {"name": "meter", "item": item, "from": "2026-03-10"}
        point = {"id": name, "organization": owner.organization, "level": 1, "branches": [branch]}
        _record(world.store, OPERATOR, AT, metering_points=[point])
        hook = WantedEndpoint(url="https://owner.example/hook", event_types=["recall.opened"], name="hook")
        with world.store.writing() as work:
            hold(work, "metering_points", [(owner.organization or "", name)], 1)
            make_endpoint(work, owner, hook, BEGUN, NoticeSettings(data_dir=world.folder))
            settings = OrganizationSettings(emails=(f"office@{owner.organization}.example",), language="en")
            change_settings(work, owner.organization or "", settings, version=None, party=OPERATOR, at=BEGUN)
    with world.store.reading() as work:
        preview = preview_recall(work, OPERATOR, "S", AT)
    assert [(each.metering_point, each.level, each.item) for each in preview.points] == [("P-3", 1, "S"), ("P-1", 3, "M-2")]
    assert [(each.level, each.affected, each.points) for each in preview.levels] == [(1, 2, 1), (2, 1, 0), (3, 0, 1)]
    assert preview.owners == 5

    with world.store.writing() as work:
        id_ = open_recall(work, ANNA, "check", REASON, AT, compose=partial(recall_mail, base_url="https://registry.example"))
    told = [(each["items"], each["metering_points"]) for each in map(msgspec.json.decode, world.told())]
    assert sorted(told) == [([], ["P-1"]), ([], ["P-3"]), (["M-1"], []), (["M-2", "T"], [])]
    seen = world.seen(plant, id_)
    assert (seen.items, [each.metering_point for each in seen.points], seen.is_own) == ((), ["P-1"], False)
    assert [(each.level, each.affected, each.points) for each in seen.levels] == [(3, None, 1)]
    assert world.seen(grid, id_).points[0].used_until == date(2026, 7, 1)
    for owner, expected in ((plant, [id_]), (grid, [id_]), (STRANGER, [])):
        with world.store.reading() as work:
            found, _ = recalls_seen(work, owner, LATER, before=_MOST, most=9, text="CHECK")
            assert [each.case.id for each in found] == expected
            assert recalls_seen(work, owner, LATER, before=_MOST, most=9, text="che%")[0] == []

    # The mails: one to each owner with an address, of what is its own.
    with world.store.engine.connect() as connection:
        rows = connection.execute(text("SELECT organization, address, content FROM outgoing WHERE channel = 'mail'")).all()
    mails = {row.organization: (row.address, msgspec.json.decode(row.content, type=Mail)) for row in rows}
    assert mails.keys() == {"plant", "grid"}
    for name, own, other in (("plant", "P-1", "P-3"), ("grid", "P-3", "P-1")):
        address, mail = mails[name]
        assert address == f"office@{name}.example"
        assert (
            mail.subject == "[Traceability registry] Recall of Measurement standard S: 0 items and 1 metering points of yours"
        )
        for body in (mail.text, mail.html):
            assert own in body
            assert f"https://registry.example/recalls/{id_}?lang=en" in body
            assert other not in body
    # Once its meter is calibrated anew the point no longer rests on the standard, and for its owner the case is closed.
    _record(world.store, _party(OTHER, "otto"), LATER, certificates=[_certificate("m-2b", "M-2", "2026-06-20", "NS")])
    assert (world.seen(plant, id_).state, world.seen(plant, id_).points[0].used_until) == (
        RecallState.CLOSED,
        date(2026, 6, 19),
    )


def test_four_eyes_hold_a_case_back_until_another_person_confirms_it(world: World) -> None:
    """One person tells a laboratory's customers that their meters count no more; or everybody hears of what was dropped."""
    with world.store.writing() as work:
        change_settings(work, LAB, OrganizationSettings(four_eyes=True), version=None, party=OPERATOR, at=BEGUN)
    id_ = world.opened()
    assert (world.seen(ANNA, id_).state, world.told()) == (RecallState.WAITING, [])
    for nobody in (OWNER, STRANGER):
        with pytest.raises(UnknownError):
            world.seen(nobody, id_)
    with world.store.writing() as work:
        with pytest.raises(NotPermittedError):
            decide_recall(work, ANNA, id_, REASON, LATER, is_confirmed=True)
        with pytest.raises(NotPermittedError):
            decide_recall(work, _party(LAB), id_, REASON, LATER, is_confirmed=True)
        with pytest.raises(ConflictError):
            justify_item(work, ANNA, id_, "M-1", REASON, LATER)
        decide_recall(work, BERT, id_, "未经核实（合成）", LATER, is_confirmed=False)
    assert (world.seen(ANNA, id_).state, world.told()) == (RecallState.REJECTED, [])
    # Dropped, another one may be opened because of the same record.
    again = world.opened(subject="S")
    with world.store.writing() as work:
        decide_recall(work, BERT, again, REASON, LATER, is_confirmed=True)
        with pytest.raises(ConflictError):
            decide_recall(work, BERT, again, REASON, LATER, is_confirmed=False)
    assert (world.seen(OWNER, again).state, len(world.told())) == (RecallState.OPEN, 2)
    with world.store.reading() as work:
        found, following = recalls_seen(work, ANNA, LATER, before=_MOST, most=1)
        assert ([each.case.id for each in found], following is None) == ([again], False)
        found, _ = recalls_seen(work, ANNA, LATER, before=_MOST, most=9, state=RecallState.REJECTED)
        assert [each.case.id for each in found] == [id_]
        assert [each.case.id for each in recalls_seen(work, OWNER, LATER, before=_MOST, most=9)[0]] == [again]
        assert recalls_seen(work, STRANGER, LATER, before=_MOST, most=9) == ([], None)


def test_who_may_open_what(world: World) -> None:
    """A recall without a reason on record, twice for one, or by somebody who has nothing to do with the standard."""
    with world.store.writing() as work:
        for party, subject, error in (
            (ANNA, "M-1", UnacceptableError),
            (ANNA, "nothing", UnknownError),
            (STRANGER, "S", UnknownError),
            (OWNER, "check", UnknownError),
        ):
            with pytest.raises(error):
                open_recall(work, party, subject, REASON, AT)
        with pytest.raises(UnacceptableError):
            open_recall(work, ANNA, "S", "  ", AT)
    id_ = world.opened(AUTHORITY)
    with pytest.raises(ConflictError):
        world.opened()
    with world.store.writing() as work:
        with pytest.raises(UnknownError):  # It is not the laboratory's own case.
            justify_item(work, ANNA, id_, "M-1", REASON, LATER)
        with pytest.raises(UnknownError):
            justify_item(work, AUTHORITY, id_, "M-0", REASON, LATER)
        with pytest.raises(NotPermittedError):
            justify_item(
                work,
                Party(name="client/x", organization="office", role=Role.REGULATOR, client="x", mandated=frozenset({LAB})),
                id_,
                "M-1",
                REASON,
                LATER,
            )
        justify_item(work, AUTHORITY, id_, "M-1", REASON, LATER)


@pytest.mark.parametrize(
    ("paper", "cause", "affected"),
    [
        ({"as_found": "out_of_tolerance"}, RecallCause.OUT_OF_TOLERANCE, {"M-1"}),
        ({"outcome": "fail"}, RecallCause.FAILED, {"M-1"}),
        ({"withdrawal": {"on": "2026-05-01", "void_from": "2026-01-10"}}, RecallCause.WITHDRAWN, set()),
    ],
)
def test_papers_call_for_recalls(world: World, paper: dict[str, Any], cause: RecallCause, affected: set[str]) -> None:
    """A standard that came back out of tolerance, failed, or lost its certificate is noticed by nobody."""
    _record(world.store, ANNA, AT, certificates=[_certificate("s-new", "S", "2026-05-10", "NS", **paper)])
    with world.store.reading() as work:
        found = preview_recall(work, ANNA, "s-new", LATER)
    assert (found.ground.cause, {each.item for each in found.items}) == (cause, affected)
