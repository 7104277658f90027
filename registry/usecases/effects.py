"""What a correction would do to verdicts: on the item itself, and on what rests on it, as far as the party sees it."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from registry.access import Party
from registry.repositories.chains import load_above
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.impact import impact
from registry.usecases.recording import Asked
from traceability.assess import assess_known
from traceability.known import known_records
from traceability.problems import UnknownTargetError
from traceability.records import Certificate, Records
from traceability.verdict import Status

MOST_LOOKED_AT = 30  # Items whose verdicts are given before and after; some milliseconds each.


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The verdict on an item before and after."""

    item: str
    before: Status
    after: Status

    @property
    def is_change(self) -> bool:
        """Whether the verdict turns."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """On the item itself first, then the nearest; `left_out` items that rest on it too were not looked at."""

    effects: tuple[Effect, ...]
    left_out: int
    records: Records


def effects_of(store: Store, party: Party, correction: Certificate, *, at: datetime, asked: Asked) -> Effects:
    """What recording the correction at the instant `at` would turn.

    `correction`: a certificate on record with its withdrawal, or one that replaces another.
    """
    subject = correction.id if correction.replaces is None or correction.withdrawal is not None else correction.replaces
    with store.reading() as work:
        items = _items(work, party, subject, correction.item, at)
        records = load_above(work, items[:MOST_LOOKED_AT], [correction.issuer])
    before, after = known_records(records, at), known_records(_with(records, _known_at(correction, at)), at)
    effects = tuple(
        Effect(
            item=item,
            before=assess_known(before, item, asked.as_of, asked.policy).status,
            after=assess_known(after, item, asked.as_of, asked.policy).status,
        )
        for item in items[:MOST_LOOKED_AT]
        if item in before.items
    )
    return Effects(effects=effects, left_out=len(items[MOST_LOOKED_AT:]), records=records)


def _items(work: UnitOfWork, party: Party, subject: str, item: str, at: datetime) -> list[str]:
    """The items that may be touched and that the party sees, the nearest first."""
    try:
        dependents = impact(work, subject, at)
    except UnknownTargetError:  # It is replaced already, and so nothing rests on it.
        return [item]
    below = dict.fromkeys(each.item for each in dependents if each.item != item)
    seen = held_among(work, "items", below, party.viewers)
    return [item, *(each for each in below if each in seen)]


def _known_at(correction: Certificate, at: datetime) -> Certificate:
    withdrawal = correction.withdrawal
    if withdrawal is None:
        return msgspec.structs.replace(correction, recorded_at=at)
    return msgspec.structs.replace(correction, withdrawal=msgspec.structs.replace(withdrawal, recorded_at=at))


def _with(records: Records, correction: Certificate) -> Records:
    others = (each for each in records.certificates if each.id != correction.id)
    return msgspec.structs.replace(records, certificates=(*others, correction))
