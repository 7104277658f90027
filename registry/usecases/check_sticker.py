"""A scanned sticker against what the store knows now."""

from datetime import date

from registry.labels.errors import LabelError
from registry.labels.sticker import Answer, Examination, KnownLabel, digits_in_address, examine, from_digits
from registry.repositories import labels
from registry.unit_of_work import UnitOfWork
from registry.usecases.label_keys import verifying_keys


def known_labels(work: UnitOfWork, codes: list[str]) -> dict[str, KnownLabel]:
    """What an examination needs of labels, by code; blanks are left out, as no sticker is theirs."""
    found = labels.labels_with_codes(work, codes)
    stickers = labels.stickers_of(work, found)
    return {
        code: KnownLabel(
            state=label.state,
            serial=label.serial,
            issues={sticker.issue: sticker.state for sticker in stickers.get(code, ())},
        )
        for code, label in found.items()
        if not label.is_blank
    }


def check_sticker(work: UnitOfWork, text: str, on: date, *, nameplate: str | None = None) -> Examination:
    """The answer to a sticker's address (of any base) or number, and what the sticker says.

    `nameplate`: the serial number read on the instrument.
    """
    digits = digits_in_address(text) or text.strip()
    try:
        signed = from_digits(digits)
    except LabelError:
        return Examination(answer=Answer.UNREADABLE)
    keys = verifying_keys(work)
    said = examine(signed, keys, {}, on).sticker
    known = known_labels(work, [said.code]) if said is not None else {}
    return examine(signed, keys, known, on, nameplate=nameplate)
