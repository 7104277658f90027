"""A laboratory at work, for the tests of its pages: people with passwords, standards good and lapsed, a ledger. Synthetic."""

from typing import Any

import msgspec
from pwdlib.hashers.argon2 import Argon2Hasher

from registry.access import OPERATOR, Party, Role
from registry.accounts import Membership, Person
from registry.passwords import Passwords
from registry.repositories import accounts
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from tests.api.parties import BEGUN, OWN, Parties, claim

PASSWORD = "合成口令-四个词-不外传"
QUICK = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))  # KiB; the real cost is measured elsewhere.
TECHNICIAN, REVIEWER = "laborant", "pruefer"  # Sign-in names.
PEOPLE = {TECHNICIAN: "合成检定员", REVIEWER: "合成核验员"}
LABORATORY = Party(name=f"person/{TECHNICIAN}", organization=OWN, role=Role.LABORATORY, person=TECHNICIAN)
METER, GOOD, LAPSED = "M-1", "STD-GOOD", "STD-LAPSED"
QUANTITY = "active_energy"
_NMI = "synthetic-nmi"
_U = {"value": 0.02, "unit": "%", "k": 2}


def open_laboratory(store: Store) -> Parties:
    """Claim the store, give the laboratory two people who sign in, its competence, and its standards with their papers."""
    parties = claim(store)
    with store.writing() as work:
        import_records(work, [_text(_trusted())], party=OPERATOR, at=BEGUN, source="synthetic")
        import_records(work, [_text(_own())], party=LABORATORY, at=BEGUN, source="synthetic")
        recording = Recorder(work, party=OPERATOR, at=BEGUN, source="synthetic").begun()
        for id_, name in PEOPLE.items():
            person = Person(entry=0, id=id_, sign_in=id_, name=name, email=None, subject=None, is_active=True)
            accounts.append_person(work, person, recording)
            membership = Membership(person=id_, organization=OWN, role=Role.LABORATORY)
            accounts.append_membership(work, membership, recording, is_active=True)
            accounts.append_password(work, id_, QUICK.hashed(PASSWORD), recording)
    return parties


def ledger(meters: int = 3) -> dict[str, Any]:
    """What the technician brings in the morning: the meters of a customer."""
    items = [
        {
            "id": f"M-{number}",
            "kind": "meter",
            "name": f"合成电能表 {number} 号",
            "serial": f"SN-{number:04}",
            "quantities": [QUANTITY],
            "interval_months": 24,
        }
        for number in range(1, meters + 1)
    ]
    return {"format": "traceability-records/1", "items": items}


def _trusted() -> dict[str, Any]:
    """What trust hangs on."""
    return {
        "format": "traceability-records/1",
        "organizations": [{"id": _NMI, "name": "合成国家计量院", "kind": "national_metrology_institute", "country": "CN"}],
        "competences": [_competence(_NMI, "national_standard", 0.005), _competence(OWN, "measurement_standard", 0.01)],
        "items": [{"id": "NS-1", "kind": "national_standard", "name": "合成电能国家基准", "quantities": [QUANTITY]}],
    }


def _competence(organization: str, scheme: str, best: float) -> dict[str, Any]:
    scope = {
        "quantity": QUANTITY,
        "unit": "kWh",
        "low": 0,
        "high": 1000,
        "best_uncertainty": {"value": best, "unit": "%", "k": 2},
    }
    return {
        "id": f"competence-{organization}",
        "organization": organization,
        "scheme": scheme,
        "number": f"SYN-{organization}",
        "valid_from": "2020-01-01",
        "scope": [scope],
    }


def _own() -> dict[str, Any]:
    """The standards of the laboratory: one in force, one whose paper ended long ago."""
    return {
        "format": "traceability-records/1",
        "items": [
            {"id": GOOD, "kind": "measurement_standard", "name": "合成电能标准装置", "serial": "G-1", "quantities": [QUANTITY]},
            {"id": LAPSED, "kind": "measurement_standard", "name": "合成旧电能标准", "serial": "L-1", "quantities": [QUANTITY]},
        ],
        "certificates": [
            _certificate("c-good", GOOD, "G-1", "2026-01-10", "2027-01-09"),
            _certificate("c-lapsed", LAPSED, "L-1", "2023-01-10", "2024-01-09"),
        ],
    }


def _certificate(id_: str, item: str, serial: str, day: str, until: str) -> dict[str, Any]:
    return {
        "id": id_,
        "number": id_.upper(),
        "kind": "verification",
        "issuer": _NMI,
        "item": item,
        "serial": serial,
        "calibrated_on": day,
        "issued_on": day,
        "valid_until": until,
        "results": [{"quantity": QUANTITY, "unit": "kWh", "low": 0, "high": 1000, "uncertainty": _U}],
        "references": [{"item": "NS-1"}],
    }


def _text(document: dict[str, Any]) -> str:
    return msgspec.json.encode(document).decode()
