"""The audit package: what a phone needs to check scans of one round without a network, signed as one text.

It holds the items of the round and, as far as there is room, the others that the organization holds, so that a misplaced one
can be told: their verdicts of the day with their last good day, the codes that lead to them, and what became of labels,
stickers and keys. The text is JSON with its keys in order and no blanks; the signature is over its bytes, so whoever checks it
need not write JSON the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.labels.records import LabelRecord, StickerRecord
from registry.labels.sticker import LabelState
from registry.private_keys import private_key_made_once
from registry.repositories import labels, rounds
from registry.repositories.latest import latest_items
from registry.repositories.rounds import MOST_ITEMS
from registry.rounds import Round
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_many import assess_many
from registry.usecases.label_keys import verifying_keys
from traceability.periods import civil_day
from traceability.policy import Policy
from traceability.records import Item
from traceability.verdict import Code, Severity, Status, Verdict

FORMAT = "traceability-round-package/1"
KEY_FILE = "package-key.pem"  # In the data folder.

_CONTEXT = b"traceability-registry round package\x00"  # A signature over a package is good for nothing else.


class PackageFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, without the sentence: pages have the words."""

    code: Code
    severity: Severity
    subject: str


class PackageVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as far as a phone shows it. `traceable_until`: the last good day; null when it never ends, or is not good."""

    status: Status
    as_of: date
    traceable_until: date | None
    findings: tuple[PackageFinding, ...]


class PackageLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label of an item with what became of it; `stickers`: the state of each by its issue number."""

    code: str
    state: LabelState
    stickers: Mapping[str, LabelState]


class PackageItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as an auditor recognizes it. `aliases`: the codes of others that name it, as they were given."""

    id: str
    name: str | None
    serial: str | None
    verdict: PackageVerdict
    labels: tuple[PackageLabel, ...]
    aliases: tuple[str, ...]


class PackageKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of stickers, in hexadecimal, with the days on which it signs."""

    id: str
    public_key: str
    valid_from: date
    valid_until: date
    is_revoked: bool


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What the signed text says."""

    format: str
    round: str
    organization: str
    site: str
    sites: tuple[str, ...]
    as_of: date
    known_at: datetime
    policy: str
    listed: tuple[str, ...]
    items: tuple[PackageItem, ...]
    keys: tuple[PackageKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPackage:
    """The text of a package with its signature, and the public key that checks it; both in hexadecimal."""

    text: str
    signature: str
    public_key: str


def package_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key that signs packages, made at its first use."""
    return private_key_made_once(data_dir / KEY_FILE)


def package_of(work: UnitOfWork, found: Round, at: datetime, policy: Policy) -> Package:
    """The package of a round as of the day of `at`. `work` reads everything: verdicts rest on records of others."""
    others = rounds.items_held_by(work, found.organization, MOST_ITEMS)
    ids = list(dict.fromkeys((*found.items, *others)))[:MOST_ITEMS]
    known = latest_items(work, ids)
    of_items = labels.labels_of_items(work, ids)
    stickers = labels.stickers_of(work, (label.code for each in of_items.values() for label in each))
    aliases = labels.aliases_of_items(work, ids)
    verdicts = assess_many(work, known, civil_day(at), at, policy)
    items = tuple(
        _item(
            known[id_],
            verdicts[id_],
            tuple(_label(label, stickers.get(label.code, [])) for label in of_items.get(id_, ())),
            tuple(alias.value for alias in aliases.get(id_, ())),
        )
        for id_ in ids
        if id_ in verdicts
    )
    return Package(
        format=FORMAT,
        round=found.id,
        organization=found.organization,
        site=found.site,
        sites=found.sites,
        as_of=civil_day(at),
        known_at=at,
        policy=policy.name,
        listed=found.items,
        items=items,
        keys=tuple(
            PackageKey(
                id=id_.hex(),
                public_key=key.public.hex(),
                valid_from=key.valid_from,
                valid_until=key.valid_until,
                is_revoked=key.is_revoked,
            )
            for id_, key in sorted(verifying_keys(work).items())
        ),
    )


def told_verdict(verdict: Verdict) -> PackageVerdict:
    """A verdict as far as a phone shows it."""
    until = verdict.traceable_until
    return PackageVerdict(
        status=verdict.status,
        as_of=verdict.as_of,
        traceable_until=None if isinstance(until, msgspec.UnsetType) else until,
        findings=tuple(
            PackageFinding(code=each.code, severity=each.severity, subject=each.subject)
            for each in verdict.findings
            if each.severity is not Severity.NOTE
        ),
    )


def signed(package: Package, private: Ed25519PrivateKey) -> SignedPackage:
    """The package as one signed text."""
    text = msgspec.json.encode(package, order="sorted")
    return SignedPackage(
        text=text.decode(),
        signature=private.sign(_CONTEXT + text).hex(),
        public_key=private.public_key().public_bytes_raw().hex(),
    )


def _item(item: Item, verdict: Verdict, of_item: tuple[PackageLabel, ...], aliases: tuple[str, ...]) -> PackageItem:
    return PackageItem(
        id=item.id, name=item.name, serial=item.serial, verdict=told_verdict(verdict), labels=of_item, aliases=aliases
    )


def _label(label: LabelRecord, stickers: list[StickerRecord]) -> PackageLabel:
    states = {str(sticker.issue): sticker.state for sticker in stickers}
    return PackageLabel(code=label.code, state=label.state, stickers=states)
