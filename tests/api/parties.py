"""A registry in use, for the tests of everything that asks who is there: organizations, and a party of each role in each.

`claim(store)` makes them in one transaction, with keys and sessions instead of passwords, so it costs next to nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from registry.access import OPERATOR, Role
from registry.accounts import Membership, Person
from registry.repositories import accounts
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.clients import add_client, add_key
from registry.usecases.signing_in import start_session
from registry.usecases.taking_charge import FirstAdministrator, take_charge
from tests.api.worlds import NOW
from traceability.interchange import Entry
from traceability.records import Organization, OrganizationKind

OPERATORS = "operator-org"  # Runs the registry.
OWN = "alpha"  # Whose records a test makes.
FOREIGN = "beta"  # Who must learn nothing of them.
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)  # When everything of this module was set up.
NAMES = {OPERATORS: "合成运营机构", OWN: "合成甲机构", FOREIGN: "合成乙机构"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Somebody who can be asked as: `headers` are those of a machine, `session_headers` those of a browser that writes."""

    organization: str
    role: Role
    person: str
    client: str
    headers: Mapping[str, str]
    session_headers: Mapping[str, str]

    @property
    def cookie_only(self) -> dict[str, str]:
        """The browser without the token that its writes must show."""
        return {"cookie": self.session_headers["cookie"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Everybody, by organization and role; `administrator` is the first one, of the operator's organization."""

    administrator: Acting
    own: Mapping[Role, Acting]
    foreign: Mapping[Role, Acting]


def claim(store: Store) -> Parties:
    """Take charge of an empty or filled store, and give each of two organizations a person and a client of each role."""
    with store.writing() as work:
        operators = Organization(id=OPERATORS, name=NAMES[OPERATORS], kind=OrganizationKind.REGULATOR)
        first = FirstAdministrator(organization=operators, sign_in="admin", name="合成管理员")
        membership = take_charge(work, first, "no password: signs in by nothing but this fixture", at=BEGUN)
        recorder = Recorder(work, party=OPERATOR, at=BEGUN, source="tests.api.parties")
        kind = OrganizationKind.CALIBRATION_LABORATORY
        members = [Organization(id=id_, name=NAMES[id_], kind=kind) for id_ in (OWN, FOREIGN)]
        recorder.add("organizations", [Entry("organizations", index, each) for index, each in enumerate(members)])
        recording = recorder.begun()
        return Parties(
            administrator=acting(work, membership),
            own={role: acting(work, _member(work, OWN, role, recording)) for role in Role},
            foreign={role: acting(work, _member(work, FOREIGN, role, recording)) for role in Role},
        )


def acting(work: UnitOfWork, membership: Membership, cookie: str = "registry") -> Acting:
    """A membership with a session, and a client of the same role with a key."""
    client = add_client(
        work,
        organization=membership.organization,
        name=f"machine of {membership.person}",
        role=membership.role,
        scopes=None,
        party=OPERATOR,
        at=BEGUN,
    )
    key = add_key(work, client.id, expires_at=None, party=OPERATOR, at=BEGUN)
    begun = start_session(work, membership, membership.person, BEGUN, NOW + timedelta(days=365))
    return Acting(
        organization=membership.organization,
        role=membership.role,
        person=membership.person,
        client=client.id,
        headers={"authorization": f"Bearer {key.text}"},
        session_headers={"cookie": f"{cookie}={begun.token}", "x-csrf-token": begun.session.csrf},
    )


def _member(work: UnitOfWork, organization: str, role: Role, recording: int) -> Membership:
    id_ = f"{organization}-{role}"
    person = Person(entry=0, id=id_, sign_in=id_, name=id_, email=None, subject=None, is_active=True)
    accounts.append_person(work, person, recording)
    membership = Membership(person=id_, organization=organization, role=role)
    accounts.append_membership(work, membership, recording, is_active=True)
    return membership
