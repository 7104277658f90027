"""Labels for items, and blank ones in stock: a code is made once, and the same item asked again gets the same label."""

from collections.abc import Iterable
from datetime import datetime

from registry.access import OPERATOR, Party
from registry.errors import ConflictError
from registry.labels.code import new_code
from registry.labels.errors import LabelError
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState
from registry.repositories import labels
from registry.repositories.labels import Mount
from registry.repositories.latest import latest_items
from registry.repositories.recordings import Recorder
from registry.unit_of_work import UnitOfWork
from traceability.problems import UnknownTargetError

MOST_AT_ONCE = 10_000  # Labels of one order: some four hundred sheets.
SOURCE = "labels"  # The source of such recordings.


def issue_labels(work: UnitOfWork, items: Iterable[str], *, party: Party = OPERATOR, at: datetime) -> list[LabelRecord]:
    """The active label of each item, in the order given; a new one where there is none, in the place of one that was lost.

    UnknownTargetError for an id that is no item, LabelError for too many at once.
    """
    wanted = list(dict.fromkeys(items))
    _check_number(len(wanted))
    known = latest_items(work, wanted)
    for id_ in wanted:
        if id_ not in known:
            raise UnknownTargetError(id_)
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    before = labels.labels_of_items(work, wanted)
    for id_ in wanted:
        last = before[id_][-1] if id_ in before else None
        if last is None or last.state is not LabelState.ACTIVE:
            give_new_label(work, recorder, Mount(id_, known[id_].serial, None), last, "")
    after = labels.labels_of_items(work, wanted)
    return [after[id_][-1] for id_ in wanted]


def make_blank_labels(work: UnitOfWork, number: int, *, party: Party = OPERATOR, at: datetime) -> list[LabelRecord]:
    """So many labels of no item yet, to be printed in stock and bound by their first scan."""
    _check_number(number)
    codes = [new_code() for _ in range(number)]
    labels.add_labels(work, codes, Recorder(work, party=party, at=at, source=SOURCE).begun())
    made = labels.labels_with_codes(work, codes)
    return [made[code] for code in codes]


def give_new_label(work: UnitOfWork, recorder: Recorder, mount: Mount, last: LabelRecord | None, reason: str) -> str:
    """The code of a new label of an item; it takes the place of the last one, unless that was revoked for good."""
    code = new_code()
    entries = labels.add_labels(work, [code], recorder.begun())
    bind(work, recorder, (entries.start, code), mount, last, reason)
    return code


def bind(
    work: UnitOfWork, recorder: Recorder, new: tuple[int, str], mount: Mount, last: LabelRecord | None, reason: str
) -> None:
    """Bind a label (`new`: running number and code) that is none's yet; it takes the place of the last one of the item."""
    entry, code = new
    issue = 1 if last is None or last.issue is None else last.issue + 1
    labels.add_binding(work, entry, mount, issue, recorder.begun())
    if last is not None and last.state in {LabelState.ACTIVE, LabelState.LOST}:
        labels.add_fact(work, last, LabelState.REPLACED, reason, code, recorder.begun())


def conflict(code: str, en: str, zh: str) -> ConflictError:
    """What contradicts the state of a label."""
    return ConflictError("$.code", code, en, zh)


def _check_number(number: int) -> None:
    if not 1 <= number <= MOST_AT_ONCE:
        raise LabelError(f"between 1 and {MOST_AT_ONCE:,} labels at once", f"一次应为 1 至 {MOST_AT_ONCE} 枚标签")
