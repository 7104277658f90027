"""Labels as the store tells of them."""

from dataclasses import dataclass
from datetime import date, datetime

from registry.labels.sticker import LabelState


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRecord:
    """A label in its latest state: `changed_at` and `changed_by` say since when and by whom, `reason` why.

    A blank has no `item` yet. `issue`: the how-manieth label of its item. `replaced_by`: the code that took its place.
    """

    entry: int
    code: str
    made_at: datetime
    made_by: str
    item: str | None
    issue: int | None
    serial: str | None
    seal: str | None
    state: LabelState
    reason: str
    replaced_by: str | None
    changed_at: datetime
    changed_by: str

    @property
    def is_blank(self) -> bool:
        """Whether it waits for the scan that binds it."""
        return self.item is None


@dataclass(frozen=True, slots=True, kw_only=True)
class StickerRecord:
    """A certificate sticker in its latest state, with what was signed."""

    entry: int
    code: str
    issue: int
    certificate: str
    issued_on: date
    valid_until: date
    serial: str
    signed: bytes
    state: LabelState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A public key with its row, as the store has it."""

    entry: int
    id: bytes
    public: bytes
    valid_from: date
    valid_until: date
    is_revoked: bool
