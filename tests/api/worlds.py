"""Records that the tests of the API and of the command line ask about: the seed chains on their rendered day."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.ledger.notes import Ed25519Signer, verifier_key, verifier_of
from seed_data.chains import RENDERED_ON, chains
from traceability.assess import assess
from traceability.interchange import dump_records
from traceability.policy import POLICIES
from traceability.records import Records
from traceability.verdict import Verdict

TODAY = RENDERED_ON
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Ten in the morning of TODAY in Shanghai.
SEED = chains(TODAY)
DOCUMENT = dump_records(SEED)
# A key for tests alone: everybody knows it.
SIGNER = Ed25519Signer(name="registry.example/log", private=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = verifier_key(SIGNER)
VERIFIER = verifier_of(KEY)


def asked_of(records: Records, target: str, policy: str = "cn-legal/1") -> Verdict:
    """The verdict of the core itself, to compare with what is shown."""
    return assess(records, target, TODAY, NOW, POLICIES[policy])
