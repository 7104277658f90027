"""The authorization matrix: every operation of the app, asked by everybody, about their own things and about other people's.

It is made from the app's routes, so an operation that is added is asked as well; one that declares no need fails. The table is
shown at the end of a run of the tests.
"""

import asyncio
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from api import examples
from api.needs import Operation, operations
from api.security import ANYBODY, PUBLIC
from registry.access import OPERATOR, PERMISSIONS, Party, Permission, Role
from registry.accounts import Membership
from registry.labels.code import new_code
from registry.monitoring.differences import Difference, DifferenceCode
from registry.notices.settings import NoticeSettings
from registry.registers import NewRegistered, RegisterKind
from registry.repositories import accounts
from registry.repositories.monitoring import Origin, add_ticket
from registry.repositories.recordings import Recorder
from registry.repositories.submissions import Submission, submit
from registry.review.cases import NewReview
from registry.review.facts import Unit
from registry.review.plans import Plan as ReviewPlan
from registry.review.register import DeclaredConflict, RegisteredInspector
from registry.review.steps import Notified
from registry.rounds import ObservationTold
from registry.unit_of_work import Store, UnitOfWork, open_store
from registry.usecases.calendars import make_feed
from registry.usecases.clients import add_client, add_key, revoke_key
from registry.usecases.fleet_runs import ask_for_run
from registry.usecases.import_files import NewImport, receive
from registry.usecases.import_records import import_records
from registry.usecases.inspectors import declare_conflict, record_inspector
from registry.usecases.issue_labels import issue_labels
from registry.usecases.mandates import give_mandate
from registry.usecases.people import Particulars, invite
from registry.usecases.recalls import open_recall
from registry.usecases.registers import register
from registry.usecases.review_cases import bring_file, open_review, take_step
from registry.usecases.review_plans import draft_plan
from registry.usecases.rounds import Plan, keep_photo, plan_round, record_observations
from registry.usecases.signing_in import start_session
from registry.usecases.units import record_facts, set_area
from registry.usecases.webhooks import WantedEndpoint, make_endpoint
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, FOREIGN, OPERATORS, OWN, Acting, Parties, claim
from tests.api.worlds import NOW
from traceability.interchange import Entry, parse_object, record_from
from traceability.json_text import dump
from traceability.records import Certificate

SECRET = "ALPHA-ONLY"  # Stands in everything that belongs to the own organization, and is to stand in nothing that others get.
UNKNOWN = "ALPHA-NONE"  # As long, and nothing is known by it.
# Written into what everybody may read of a label: the verdict, not the results (tests/api/test_security.py).
_DAMAGE = {"id": f"{SECRET}-DAMAGE", "item": f"{SECRET}-METER", "kind": "damaged", "on": "2026-01-06"}
LABEL_PAGES = ("/i/{code}", "/i/{code}/verdict", "/calendars/{token}.ics")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service with everybody, and for each path parameter a thing of the own organization and one that does not exist."""

    service: TestClient
    asked: Callable[
        ..., httpx2.Response
    ]  # The same service without a thread between: a third of the time for thousands of requests.
    parties: Parties
    known: Mapping[str, str]
    unknown: Mapping[str, str]
    nobody: Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("authorization") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    known = _things(store, path.parent)
    unknown = {name: _unknown(name, value) for name, value in known.items()}
    nobody = _nobody(store, parties)
    with client_of(store) as service, asking(service) as asked:
        yield World(service=service, asked=asked, parties=parties, known=known, unknown=unknown, nobody=nobody)
    store.close()


@contextmanager
def asking(service: TestClient) -> Iterator[Callable[..., httpx2.Response]]:
    """What asks the app of a started service, in a loop of its own in this thread."""
    with asyncio.Runner() as runner:
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(service.app), base_url=service.base_url)

        def ask(*arguments: Any, **named: Any) -> httpx2.Response:
            client.cookies.clear()
            return runner.run(client.request(*arguments, **named))

        yield ask
        runner.run(client.aclose())


def _things(store: Store, folder: Path) -> dict[str, str]:
    """A thing of the own organization for each path parameter. A new parameter needs a line here."""
    laboratory = Party(name="person/alpha", organization=OWN, role=Role.LABORATORY, person=f"{OWN}-{Role.LABORATORY}")
    with store.writing() as work:
        import_records(work, [dump(_records()).decode()], party=laboratory, at=BEGUN, source="test")
        record_facts(work, [_unit()], party=OPERATOR, at=BEGUN, source="test")
        (label,) = issue_labels(work, [f"{SECRET}-METER"], party=laboratory, at=BEGUN)
        spare = add_client(work, organization=OWN, name=SECRET, role=Role.LABORATORY, scopes=None, party=OPERATOR, at=BEGUN)
        key = add_key(work, spare.id, expires_at=None, party=OPERATOR, at=BEGUN)
        person = Particulars(sign_in=SECRET, name=SECRET, email="alpha-only@example.org")
        invited = invite(work, person, organization=OWN, role=Role.AUDITOR, party=OPERATOR, at=BEGUN)
        regulator = Party(name="person/alpha", organization=OWN, role=Role.REGULATOR, person=f"{OWN}-{Role.REGULATOR}")
        run_id, _ = ask_for_run(work, policy="structure/1", as_of=BEGUN.date(), party=regulator, at=BEGUN)
        mandate = give_mandate(
            work, holder=OPERATORS, over=OWN, valid_from=BEGUN.date(), valid_until=BEGUN.date(), party=OPERATOR, at=BEGUN
        )
        submission = submit(work, _waiting())
        damage = {"format": _records()["format"], "events": [_DAMAGE]}
        import_records(work, [dump(damage).decode()], party=laboratory, at=BEGUN, source="test")
        recall = open_recall(work, laboratory, str(_DAMAGE["id"]), SECRET, BEGUN)
        registered = register(work, OPERATOR, _pilot(), BEGUN)
        city = Party(name="person/alpha", organization=OWN, role=Role.REGULATOR, person=f"{OWN}-{Role.REGULATOR}")
        set_area(work, OWN, "310115", BEGUN.date(), party=OPERATOR, at=BEGUN)
        asked = NewReview(organization=OWN, year=2026, inspectors=(), reason=SECRET)
        case = open_review(work, OPERATOR, asked, BEGUN)
        told = Notified(self_check_until=BEGUN.date(), remark=SECRET)
        take_step(work, city, case, told, after=0, at=BEGUN)
        kept = bring_file(work, city, case, f"{SECRET}.pdf", b"%PDF-" + SECRET.encode(), BEGUN)
        ticket = _ticket(work)
        feed = make_feed(work, laboratory, name=SECRET, language="zh", at=BEGUN)
        wanted = WantedEndpoint(url=f"https://{SECRET}.example/hook".lower(), event_types=["item.recorded"], name=SECRET)
        hook = make_endpoint(work, laboratory, wanted, BEGUN, NoticeSettings(data_dir=folder))
    file = io.BytesIO(f"标识,器具类别\n{SECRET}-NEW,计量表\n".encode())
    new = NewImport(file=file, name=f"{SECRET}.csv", is_dry_run=True)
    import_id, _ = receive(store, new, party=laboratory, at=BEGUN)
    return {
        "item_id": f"{SECRET}-METER",
        "code": label.code,
        "digits": "1234567890",
        "certificate_id": f"{SECRET}-CERTIFICATE",
        "competence_id": f"{SECRET}-COMPETENCE",
        "event_id": f"{SECRET}-EVENT",
        "recall_id": recall,
        "register_id": registered,
        "case_id": case,
        "file_digest": kept.sha256,
        "ticket_id": ticket,
        "metering_point_id": f"{SECRET}-POINT",
        "organization_id": OWN,
        "person_id": invited.person.id,
        "client_id": spare.id,
        "key_id": str(key.key.entry),
        "mandate_id": mandate.id,
        "number": str(submission),
        "import_id": import_id,
        "run_id": run_id,
        "calendar_id": feed.feed.id,
        "token": feed.token,
        "endpoint_id": hook.endpoint.id,
        "deed": "ping",
        "role": Role.AUDITOR.value,
        "plan_id": _plan(store),
        "size": "12345678",
        **_round(store),
    }


def _plan(store: Store) -> str:
    """A plan of the own regulators for the own area, and one of their inspectors with a conflict of interest."""
    regulator = Party(name="person/alpha", organization=OWN, role=Role.REGULATOR, person=f"{OWN}-{Role.REGULATOR}")
    area = "310115"
    with store.writing() as work:
        told: dict[str, Any] = {"area": area, "number": SECRET, "organization": OWN, "since": BEGUN.date()}
        inspector = RegisteredInspector(**told, person=f"{OWN}-{Role.AUDITOR}", qualifications=SECRET)
        record_inspector(work, regulator, inspector, BEGUN)
        declare_conflict(work, regulator, DeclaredConflict(**told, reason=SECRET), BEGUN)
        return draft_plan(work, regulator, ReviewPlan(year=2026, title=SECRET, how_many=1), BEGUN)


def _ticket(work: UnitOfWork) -> str:
    """A ticket of the own organization as a unit."""
    difference = Difference(code=DifferenceCode.MISSING_IN_RECORDS, subject=SECRET, theirs=SECRET)
    recording = Recorder(work, party=OPERATOR, at=BEGUN, source="test").begun()
    return add_ticket(work, OWN, difference, OWN, BEGUN.date(), Origin("local", BEGUN, recording))


def _round(store: Store) -> dict[str, str]:
    """A round of the own auditors at their own organization, with an observation that has a photo."""
    auditor = Party(name="person/alpha", organization=OWN, role=Role.AUDITOR, person=f"{OWN}-{Role.AUDITOR}")
    with store.writing() as work:
        planned = plan_round(work, auditor, Plan(organization=OWN, site=SECRET, items=(f"{SECRET}-METER",)), BEGUN)
    photo = keep_photo(store, auditor, planned.id, b"\xff\xd8\xff" + SECRET.encode(), BEGUN)
    seen = ObservationTold(
        id=f"{SECRET}-SEEN",
        item=f"{SECRET}-METER",
        nameplate_matches=False,
        seal_intact=False,
        photo=photo,
        remark=SECRET,
        observed_at=BEGUN,
    )
    record_observations(store, auditor, planned.id, [seen], BEGUN)
    return {"round_id": planned.id, "observation_id": seen.id, "digest": photo, "deed": "confirmed"}


def _records() -> dict[str, Any]:
    """One of everything, with the secret in every name."""
    meter, certificate = f"{SECRET}-METER", f"{SECRET}-CERTIFICATE"
    return {
        "format": "traceability-records/1",
        "competences": [
            {
                **examples.RECORDS["competences"][0],
                "id": f"{SECRET}-COMPETENCE",
                "organization": OWN,
            }
        ],
        "items": [{"id": meter, "kind": "meter", "name": SECRET, "serial": SECRET}],
        "certificates": [
            {**examples.RECORDS["certificates"][0], "id": certificate, "number": SECRET, "issuer": OWN, "item": meter}
        ],
        "events": [{"id": f"{SECRET}-EVENT", "item": meter, "kind": "repaired", "on": "2026-01-05"}],
        "metering_points": [
            {"id": f"{SECRET}-POINT", "organization": OWN, "level": 1, "branches": [{"name": SECRET, "item": meter}]}
        ],
    }


def _unit() -> Unit:
    """The own organization as a unit of the energy-metering review."""
    code = "91310000MA1K0000X0"
    return Unit(organization=OWN, credit_code=code, area="310115", institute=SECRET, since=BEGUN.date())


def _pilot() -> NewRegistered:
    """A pilot of the own organization that is not approved yet."""
    kind = RegisterKind.CARBON_PILOT
    return NewRegistered(kind=kind, title=SECRET, organization=OWN, area="310115", on=BEGUN.date(), document=SECRET)


def _waiting() -> Submission:
    """A certificate of the own organization that waits for a second person."""
    certificate = record_from(parse_object(dump({**_records()["certificates"][0], "id": f"{SECRET}-WAITING"})), Certificate)
    return Submission(
        organization=OWN,
        submitted_by=f"client/{SECRET}",
        person=None,
        client=SECRET,
        submitted_at=BEGUN,
        source=SECRET,
        reason=SECRET,
        root="$",
        entries=(Entry("certificates", 0, certificate),),
        contradictions=(),
    )


def _unknown(name: str, known: str) -> str:
    """An id of the same form under which there is nothing."""
    if name in {"role", "deed"}:
        return known
    if name == "code":
        return new_code()
    return known.replace(SECRET, UNKNOWN) if SECRET in known else f"9{known[1:]}" if known.isdigit() else known[:-3] + "zzz"


def _nobody(store: Store, parties: Parties) -> dict[str, Mapping[str, str]]:
    """Those who were somebody, or never were."""
    laboratory = parties.own[Role.LABORATORY]
    with store.writing() as work:
        revoked = add_key(work, laboratory.client, expires_at=None, party=OPERATOR, at=BEGUN)
        revoke_key(work, laboratory.client, revoked.key.entry, party=OPERATOR, at=BEGUN)
        membership = Membership(person=laboratory.person, organization=OWN, role=Role.LABORATORY)
        expired = start_session(work, membership, SECRET, BEGUN, NOW - timedelta(seconds=1))
    return {
        "nobody": {},
        "revoked key": {"authorization": f"Bearer {revoked.text}"},
        "expired session": {"cookie": f"registry={expired.token}", "x-csrf-token": expired.session.csrf},
    }


def test_every_operation_declares_what_it_needs(world: World) -> None:
    """A route that forgot it would be open to everybody once the registry is in use."""
    declared = {f"{each.method} {each.path}": each.needs for each in _all(world)}
    assert declared
    for operation, needs in declared.items():
        known = {PUBLIC, ANYBODY, *Permission}
        assert needs, f"{operation} declares no need: see api/security.py"
        assert needs <= known, f"{operation} declares {needs}"


def test_nobody_gets_anything_that_is_not_theirs(world: World, record_property: Any) -> None:
    """The matrix: who is refused is refused before anything is looked at, and a foreign thing is as if it were not."""
    rows, leaks = [], []
    for operation in _all(world):
        row = _row(world, operation)
        rows.append(row)
        leaks += [f"{operation.method} {operation.path}: {leak}" for leak in row.leaks]
    record_property("authorization matrix", _table(rows))
    assert leaks == []
    # Were the things unknown to everybody, there would be nothing to leak.
    for row in rows:
        if row.operation.method == "GET" and not row.operation.needs <= {PUBLIC}:
            assert "ok" in {cell for name, cell in row.cells.items() if name.startswith("own")}, row.operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The answers to one operation, by who asked; what of them is a leak."""

    operation: Operation
    cells: Mapping[str, str]
    leaks: list[str]


def _all(world: World) -> list[Operation]:
    """All operations; those that end things last, as the others are asked about the same things."""
    found = [each for each in operations(world.service.app) if each.method != "HEAD"]  # type: ignore[arg-type]
    return sorted(found, key=lambda each: (each.method != "GET", each.method == "DELETE" or each.path.endswith("/end")))


def _row(world: World, operation: Operation) -> Row:
    ask = Asker(world, operation)
    cells: dict[str, str] = {}
    leaks: list[str] = []
    is_public = operation.needs <= {PUBLIC}
    for name, headers in world.nobody.items():
        answer = ask(headers, world.known)
        cells[name] = _cell(answer)
        if is_public:
            leaks += ask.leaks_in(name, answer)
        elif answer.status_code != 401:
            leaks.append(f"{name} gets {answer.status_code}")
    if operation.method not in {"GET", "HEAD"} and not is_public:
        answer = ask(world.parties.own[Role.LABORATORY].cookie_only, world.known)
        cells["no CSRF token"] = _cell(answer)
        if answer.status_code != 403:
            leaks.append(f"a session without its token gets {answer.status_code}")
    for side, acting in (("own", world.parties.own), ("foreign", world.parties.foreign)):
        for role, party in acting.items():
            cells[f"{side} {role}"], found = _asked_by(ask, operation, party, is_own=side == "own")
            leaks += [f"{side} {role} {leak}" for leak in found]
    return Row(operation=operation, cells=cells, leaks=leaks)


def _asked_by(ask: "Asker", operation: Operation, party: Acting, *, is_own: bool) -> tuple[str, list[str]]:
    """How a role of an organization is answered; what is wrong with it.

    What is for people alone is read by a session; written, it would end it.
    """
    is_of_session = operation.needs == {ANYBODY} and operation.method == "GET"
    headers = party.session_headers if is_of_session else party.headers
    answer = ask(headers, ask.world.known)
    needed = operation.needs - {PUBLIC, ANYBODY}
    if not needed <= {permission.value for permission in PERMISSIONS[party.role]}:
        return _cell(answer), [] if answer.status_code == 403 else [f"gets {answer.status_code} without the permission"]
    if answer.status_code >= 500 or answer.status_code == 401:
        return _cell(answer), [f"gets {answer.status_code}"]
    if is_own or operation.path in LABEL_PAGES:
        return _cell(answer), []
    leaks = ask.leaks_in("the answer", answer)
    if ask.is_about_something:
        other = ask(headers, ask.world.unknown)
        if (answer.status_code, ask.normal(answer.text)) != (other.status_code, ask.normal(other.text)):
            leaks.append(f"tells {answer.status_code} from {other.status_code}: {answer.text[:200]} / {other.text[:200]}")
    return _cell(answer), leaks


_QUERIED = {"without": "item_id"}  # Parameters after the question mark that name a thing, as names in paths do.


def _needed(parameters: list[Any]) -> Iterator[tuple[str, str]]:
    """What a URL must say: what is searched for is the secret, everything else is as its documentation shows it."""
    for each in parameters:
        if each["in"] == "query" and each.get("required"):
            yield each["name"], SECRET if each["name"] == "q" else each["schema"]["examples"][0]


class Asker:
    """Asks one operation with the example of its documentation as body, about things that are known or unknown."""

    def __init__(self, world: World, operation: Operation) -> None:
        self.world = world
        self._operation = operation
        self._names = re.findall(r"{([a-z_]+)}", operation.path)
        missing = [name for name in self._names if name not in world.known]
        assert not missing, f"{operation.path}: add {missing} to _things in {__file__}"
        document: Any = world.service.app.openapi()["paths"]  # type: ignore[attr-defined]
        described = document.get(operation.path, {}).get(operation.method.lower(), {})
        self._body = described.get("requestBody", {})
        self._query = dict(_needed(described.get("parameters", [])))
        self._things_asked = {name: _QUERIED[name] for name in self._query if name in _QUERIED}
        self._names += self._things_asked.values()

    @property
    def is_about_something(self) -> bool:
        """Whether the URL names a thing."""
        return bool(self._names)

    def __call__(self, headers: Mapping[str, str], things: Mapping[str, str]) -> Any:
        """The answer."""
        path = self._operation.path.format(**{name: things[name] for name in self._names})
        query = self._query | {name: things[thing] for name, thing in self._things_asked.items()}
        body = dict(self._content())
        return self.world.asked(
            self._operation.method,
            path,
            params=query,
            headers={"if-match": "*", **body.pop("headers", {}), **headers},
            follow_redirects=False,
            **body,
        )

    def leaks_in(self, who: str, answer: Any) -> list[str]:
        """What of the own organization stands in an answer to somebody else."""
        if self._operation.path in LABEL_PAGES or SECRET not in self.normal(answer.text):
            return []
        return [f"{who} reads {SECRET}"]

    def normal(self, text: str) -> str:
        """An answer without the ids that were asked for, which it may repeat."""
        for name in sorted(self._names, key=lambda name: -len(self.world.known[name])):
            for value in (self.world.known[name], self.world.unknown[name]):
                text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", f"<{name}>", text)
        return text

    def _content(self) -> Iterator[tuple[str, Any]]:
        if self._operation.method in {"GET", "HEAD", "DELETE"}:
            return
        content = self._body.get("content", {})
        for media_type, described in content.items():
            yield "content", dump(described.get("example"))
            yield "headers", {"content-type": media_type}
            return
        if not self._operation.path.startswith("/api/"):
            yield "data", {"name": "N", "role": "laboratory", "organization": FOREIGN, "version": "1", "key": "1"}


def _cell(answer: Any) -> str:
    """A status as the table shows it."""
    status = answer.status_code
    return "ok" if status < 400 else str(status)


def _table(rows: list[Row]) -> str:
    """The matrix as text: a row an operation, a column for each who asked."""
    columns = list(dict.fromkeys(name for row in rows for name in row.cells))
    names = [f"{row.operation.method} {row.operation.path}" for row in rows]
    width = max(map(len, names))
    lines = [f"{chr(ord('A') + index)} = {column}" for index, column in enumerate(columns)]
    heading = " ".join(f"{chr(ord('A') + index):>3}" for index in range(len(columns)))
    lines += [f"{'':{width}} {'need':20} {heading}"]
    for name, row in zip(names, rows, strict=True):
        need = ",".join(sorted(row.operation.needs - {PUBLIC})) or PUBLIC
        lines.append(f"{name:{width}} {need:20} " + " ".join(f"{row.cells.get(column, ''):>3}" for column in columns))
    cells = sum(len(row.cells) for row in rows)
    lines.append(f"{len(rows)} operations, {cells} cells, {sum(len(row.leaks) for row in rows)} leaks")
    return "\n".join(lines)


def test_the_operators_administrator_reaches_all_accounts_and_no_records(world: World) -> None:
    """Somebody has to help an organization that lost its administrator; nobody has to read its records for that."""
    headers = world.parties.administrator.headers
    for path, is_reached in (
        (f"/api/v1/people/{world.known['person_id']}", True),
        (f"/api/v1/clients/{world.known['client_id']}", True),
        (f"/api/v1/mandates/{world.known['mandate_id']}", True),
        (f"/api/v1/organizations/{OWN}/settings", True),
        (f"/api/v1/items/{world.known['item_id']}", False),
    ):
        assert (world.service.get(path, headers=headers).status_code == 200) is is_reached, path
    with _store_of(world).reading() as work:
        assert accounts.operators_organization(work) == OPERATORS


def _store_of(world: World) -> Store:
    store: Store = world.service.app.state.context.store  # type: ignore[attr-defined]
    return store
