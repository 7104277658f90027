"""The questions of the self-check as an edition: chapter by chapter, each with the clause that it comes from.

`figure` names what the registry knows about a question (registry.review.figures), so that the unit need not look it up.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from registry.review.jurisdiction import Words

FORMAT = "review-checklist/1"


class Figure(StrEnum):
    """What the registry tells of a question."""

    EQUIPPED = "equipped"  # 配备率, level by level.
    GOOD = "good"  # 完好率
    IN_FORCE = "in_force"  # 检定/校准率
    ACCURATE = "accurate"  # 准确度符合率
    TRACEABLE = "traceable"  # 可溯源率
    CONNECTED = "connected"  # 接入率
    LEDGER = "ledger"  # How many meters the ledger has, and how many of them without details.


class OnSite(StrEnum):
    """What a round can find of a meter, and an offer to issue against a question."""

    MISSING = "missing"  # On the list of the round, and not scanned.
    MISPLACED = "misplaced"  # Scanned, and not on the list.
    UNKNOWN = "unknown"  # A label that leads to nothing on record.
    SEAL = "seal"  # Seen broken.
    NAMEPLATE = "nameplate"  # Seen to differ from what is on record.


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question; `clause` is its name in answers, `basis` where it is asked for besides, `on_site` what speaks against it."""

    clause: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    chapter: Words
    question: Words
    basis: Words | None = None
    figure: Figure | None = None
    on_site: tuple[OnSite, ...] = ()


class Checklist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition of the questions, with its source and how sure we are of it."""

    format: Literal["review-checklist/1"]
    id: str
    standard: str
    title: Words
    source: str
    confidence: Words
    in_force_from: date
    in_force_until: date | None = None
    questions: Annotated[tuple[Question, ...], msgspec.Meta(min_length=1, max_length=200)]


def checklist_in_force(lists: Iterable[Checklist], day: date) -> Checklist | None:
    """The edition in force on a day: of several, the one that came into force last."""
    in_force = [
        each for each in lists if each.in_force_from <= day and (each.in_force_until is None or day <= each.in_force_until)
    ]
    return max(in_force, key=lambda each: (each.in_force_from, each.id), default=None)
