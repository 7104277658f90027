"""The first scan of a blank label: from then on it is the label of one item, for good."""

from datetime import datetime

from registry.access import OPERATOR, Party
from registry.labels.code import grouped, parse_code
from registry.labels.errors import UnknownLabelError
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState
from registry.repositories import labels
from registry.repositories.labels import Mount
from registry.repositories.latest import latest_items
from registry.repositories.recordings import Recorder
from registry.spelling import compared
from registry.unit_of_work import UnitOfWork
from registry.usecases.issue_labels import SOURCE, bind, conflict
from traceability.problems import UnknownTargetError


def bind_label(
    work: UnitOfWork,
    code: str,
    item: str,
    *,
    party: Party = OPERATOR,
    at: datetime,
    serial: str | None = None,
    seal: str | None = None,
    takes_place: bool = False,
) -> LabelRecord:
    """The label, bound to the item; as it is when it was bound so before.

    `serial`: as read on the nameplate, which must be the one on record; `seal`: the number of the seal, where there is one.
    `takes_place`: whether the item's present label is thereby replaced. Raises UnreadableCodeError, UnknownLabelError,
    UnknownTargetError, and ConflictError for a label of another item, one that is no longer good, another serial number, or an
    item that has a label already.
    """
    plain = parse_code(code)
    label = known_label(work, plain)
    known = latest_items(work, [item]).get(item)
    if known is None:
        raise UnknownTargetError(item)
    if serial is not None and known.serial is not None and compared(serial) != compared(known.serial):
        raise conflict(
            plain, f"the serial number on record is {known.serial!r}", f"登记的出厂编号为 {known.serial!r}，与所读不符"
        )
    if label.item is not None:
        return _as_bound(label, item, seal)
    if label.state is not LabelState.ACTIVE:
        raise conflict(plain, f"the label is {label.state}", "该标签已作废，不能绑定")
    last = labels.labels_of_items(work, [item]).get(item, [None])[-1]
    if last is not None and last.state is LabelState.ACTIVE and not takes_place:
        raise conflict(
            plain,
            f"{item!r} has the active label {grouped(last.code)}; say that this one takes its place",
            f"{item!r} 已有有效标签 {grouped(last.code)}；如需更换请注明",
        )
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    bind(work, recorder, (label.entry, plain), Mount(item, serial or known.serial, seal), last, "")
    return known_label(work, plain)


def known_label(work: UnitOfWork, code: str) -> LabelRecord:
    """The label with a code as stored; UnknownLabelError when there is none."""
    label = labels.labels_with_codes(work, [code]).get(code)
    if label is None:
        raise UnknownLabelError(f"no label {grouped(code)} was ever issued here", f"本登记处从未签发标签 {grouped(code)}")
    return label


def _as_bound(label: LabelRecord, item: str, seal: str | None) -> LabelRecord:
    """A label that is bound already, if that is what was asked for."""
    if label.item != item:
        raise conflict(label.code, "the label is bound to another item", "该标签已绑定于另一器具")
    if seal is not None and seal != label.seal:
        raise conflict(label.code, "the label is bound with another seal number", "该标签绑定时的封印号不同")
    return label
