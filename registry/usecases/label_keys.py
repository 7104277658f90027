"""The keys that sign stickers: made when the first sticker needs one, renewed when they end, revoked when they leak."""

from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.access import OPERATOR, Party
from registry.labels.errors import SigningKeyError
from registry.labels.key_files import KeyFolder
from registry.labels.records import KeyRecord
from registry.labels.sticker import VerifyingKey, key_id_of
from registry.repositories import labels
from registry.repositories.recordings import Recorder
from registry.unit_of_work import UnitOfWork
from registry.usecases.issue_labels import SOURCE
from traceability.periods import civil_day

_YEARS = 2  # For which a key signs; what it signed is verified with it for ever.


def verifying_keys(work: UnitOfWork) -> dict[bytes, VerifyingKey]:
    """The public keys by id, old and revoked ones included: what an offline verification needs."""
    return {
        key.id: VerifyingKey(
            public=key.public, valid_from=key.valid_from, valid_until=key.valid_until, is_revoked=key.is_revoked
        )
        for key in labels.signing_keys(work)
    }


def signing_key(
    work: UnitOfWork, folder: KeyFolder, *, party: Party = OPERATOR, at: datetime
) -> tuple[KeyRecord, Ed25519PrivateKey]:
    """The key that signs today, public and private; a new one when none at hand does."""
    today = civil_day(at)
    for key in reversed(labels.signing_keys(work)):
        private = folder.find(key.id) if key.valid_from <= today <= key.valid_until and not key.is_revoked else None
        if private is not None:
            return key, private
    private = folder.make(taken={key.id for key in labels.signing_keys(work)})
    public = private.public_key().public_bytes_raw()
    made = KeyRecord(
        entry=labels.next_key_entry(work),
        id=key_id_of(public),
        public=public,
        valid_from=today,
        valid_until=_years_later(today),
        is_revoked=False,
    )
    labels.add_signing_key(work, made, Recorder(work, party=party, at=at, source=SOURCE).begun())
    return made, private


def revoke_key(work: UnitOfWork, key_id: bytes, reason: str, *, party: Party = OPERATOR, at: datetime) -> None:
    """No sticker of this key counts any more, whenever it was signed. SigningKeyError when there is no such key."""
    key = next((key for key in labels.signing_keys(work) if key.id == key_id), None)
    if key is None:
        raise SigningKeyError(f"there is no key {key_id.hex()}", f"没有密钥 {key_id.hex()}")
    if not key.is_revoked:
        labels.add_key_revocation(work, key, reason, Recorder(work, party=party, at=at, source=SOURCE).begun())


def _years_later(day: date) -> date:
    return date(day.year + _YEARS, day.month, min(day.day, 28))
