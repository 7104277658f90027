"""Which standards a laboratory can choose for a calibration on a day: those it holds, as the rules find them as references.

What is found is what step 5 of SEMANTICS 3.5 finds of a reference on the day of use: no certificate in force, expired,
withdrawn, in doubt, not recognized. What lies above it shows in the verdict on the item.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.access import Party
from registry.repositories.chains import load_around
from registry.repositories.standards import held_standards
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.list_records import ItemFilters, list_records
from traceability.known import Known, known_records
from traceability.policy import Policy
from traceability.records import Certificate, CertificateKind, Item, Records, Reference
from traceability.rules.descent import Step, steps_up
from traceability.verdict import Finding, Severity

MOST = 40  # Standards of one search.
_PREVENTING = frozenset({Severity.FAIL, Severity.INDETERMINATE})
_NOBODY = "~"  # Stands for what a calibration that is only tried does not have yet.


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A standard (None where none is on record), its certificate in force on the day, and why it cannot be chosen."""

    id: str
    item: Item | None
    certificate: Certificate | None
    reasons: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """Whether it can be relied on on the day."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The chosen ones first, then what was found; `records` and `known` name what the reasons are about."""

    choices: tuple[Choice, ...]
    has_more: bool
    records: Records
    known: Known


def reference_choices(
    store: Store,
    party: Party,
    item_id: str,
    day: date,
    *,
    chosen: Sequence[str] = (),
    text: str = "",
    at: datetime,
    policy: Policy,
) -> Choices:
    """What can be chosen for a calibration of an item on a day, at most MOST besides those chosen.

    `text` finds items by what is printed on them; without one all standards are found.
    """
    if text.strip():
        with store.reading(party.viewers) as work:
            found = _found(work, text, at)
    with store.reading() as everything:
        if not text.strip():
            found = held_standards(everything, party.viewers, MOST + 1)
        ids = list(dict.fromkeys((*chosen, *(id_ for id_ in found[:MOST] if id_ != item_id))))
        records = load_around(everything, [*ids, item_id], ())
    known = known_records(records, at)
    return Choices(
        choices=tuple(_choices(known, policy, item_id, day, ids)), has_more=len(found) > MOST, records=records, known=known
    )


def _found(work: UnitOfWork, text: str, at: datetime) -> list[str]:
    """The items that a text leads to, whatever they are: what serves as a standard here may be an instrument elsewhere."""
    page = list_records(work, ItemFilters(text=text), known_at=at, most=MOST + 1)
    return [record.id for record in page.records]


def _choices(known: Known, policy: Policy, item_id: str, day: date, ids: Sequence[str]) -> Iterator[Choice]:
    for step in _steps(known, policy, item_id, day, ids):
        yield Choice(
            id=step.reference.item,
            item=known.items.get(step.reference.item),
            certificate=step.found,
            reasons=tuple(finding for finding in step.findings if finding.severity in _PREVENTING),
        )


def _steps(known: Known, policy: Policy, item_id: str, day: date, ids: Sequence[str]) -> Iterator[Step]:
    """Each as a reference of a calibration on the day."""
    trial = Certificate(
        id=_NOBODY,
        number=_NOBODY,
        kind=CertificateKind.CALIBRATION,
        issuer=_NOBODY,
        item=item_id,
        calibrated_on=day,
        issued_on=day,
        references=tuple(Reference(item=id_) for id_ in ids),
    )
    return steps_up(known, policy, trial)
