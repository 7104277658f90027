"""What a scan is about: the label as it stands, the item behind it, and whether whoever scans holds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.labels.errors import MistypedCodeError, UnknownLabelError, UnreadableCodeError
from registry.labels.records import LabelRecord
from registry.ledger.merkle import root
from registry.repositories import ledger
from registry.repositories.disputes import Dispute, disputed_with_codes
from registry.repositories.photos import ItemPhoto, photo_of
from registry.unit_of_work import UnitOfWork
from registry.usecases.resolve_code import Way, resolve_code
from registry.usecases.seeing import sees_target
from traceability.problems import UnknownTargetError
from traceability.records import SECTIONS, Records

# What a guess comes to. A mistyped code is none: its check symbol tells before anything is looked up.
MISSES = (UnknownLabelError, UnknownTargetError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan that led somewhere. `label`: the one read, else the item's latest; `target` is None for a blank label."""

    way: Way
    target: str | None
    label: LabelRecord | None
    dispute: Dispute | None
    photo: ItemPhoto | None
    is_holder: bool

    @property
    def is_public(self) -> bool:
        """Whether everybody gets there: by what stands on the instrument, not by an id."""
        return self.way is not Way.ID

    @property
    def shown_label(self) -> LabelRecord | None:
        """The label whose code may be told: to whoever has read it or holds the item, as a code is what a copy needs."""
        return self.label if self.is_holder or not self.is_public else self.read_label

    @property
    def read_label(self) -> LabelRecord | None:
        """The label whose code was read; None for somebody else's code and for an id."""
        return self.label if self.way is Way.CODE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Which state of the register an answer is of: the number of its leaves and their root."""

    size: int
    root: bytes


def scan_label(work: UnitOfWork, text: str, party: Party | None, *, shows_photo: bool = True) -> Scanned:
    """What a code, a code of others or, for whoever may read it, an id is about; `shows_photo`: whether to look for one.

    MistypedCodeError for a code whose check symbol disagrees, UnknownLabelError for one that was never issued here,
    UnknownTargetError for everything else that leads nowhere.
    """
    try:
        found = resolve_code(work, text, sees=lambda target: sees_target(work, party, target))
    except MistypedCodeError:
        raise
    except UnreadableCodeError as error:
        raise UnknownTargetError(text) from error
    label = found.label
    dispute = None if label is None else disputed_with_codes(work, [label.code]).get(label.code)
    return Scanned(
        way=found.way,
        target=found.item,
        label=label,
        dispute=dispute,
        photo=photo_of(work, found.item) if shows_photo and found.item is not None else None,
        is_holder=found.item is not None and sees_target(work, party, found.item),
    )


def register_of(work: UnitOfWork) -> Register:
    """The state of the register that is read."""
    size = ledger.tree_size(work)
    return Register(size=size, root=root(size, ledger.nodes_of(work)))


def next_known(records: Records, at: datetime) -> datetime | None:
    """When something that is on record already becomes known after an instant; None when everything is known."""
    return min((moment for moment in _recorded(records) if moment > at), default=None)


def _recorded(records: Records) -> Iterator[datetime]:
    for section in SECTIONS:
        for record in getattr(records, section):
            for each in (record, getattr(record, "withdrawal", None)):
                moment = getattr(each, "recorded_at", None)
                if moment is not None:
                    yield moment
