"""What becomes of labels and stickers: lost, found, replaced, revoked. Said twice, it is recorded once."""

from datetime import datetime

from registry.access import OPERATOR, Party
from registry.labels.code import grouped, parse_code
from registry.labels.errors import UnknownLabelError
from registry.labels.records import LabelRecord, StickerRecord
from registry.labels.sticker import LabelState
from registry.repositories import labels
from registry.repositories.labels import Mount
from registry.repositories.recordings import Recorder
from registry.unit_of_work import UnitOfWork
from registry.usecases.bind_label import known_label
from registry.usecases.issue_labels import SOURCE, conflict, give_new_label

_FINAL = {LabelState.REPLACED: "已更换 / replaced", LabelState.REVOKED: "已吊销 / revoked"}


def replace_label(
    work: UnitOfWork, code: str, reason: str, *, party: Party = OPERATOR, at: datetime, seal: str | None = None
) -> LabelRecord:
    """The label that takes the place of one, bound to the same item; the present successor of one that was replaced already.

    `seal`: the number of the seal that was put on with the new one. ConflictError for a blank or a revoked label.
    """
    label = known_label(work, parse_code(code))
    if label.replaced_by is not None:
        return labels.labels_of_items(work, [str(label.item)])[str(label.item)][-1]
    if label.item is None:
        raise conflict(label.code, "a blank label has nothing to replace", "空白标签尚未绑定，无需更换")
    if label.state is LabelState.REVOKED:
        raise conflict(label.code, "the label is revoked; issue a new one", "该标签已吊销；请另行签发")
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    mount = Mount(label.item, label.serial, label.seal if seal is None else seal)
    new = give_new_label(work, recorder, mount, label, reason)
    return known_label(work, new)


def revoke_label(work: UnitOfWork, code: str, reason: str, *, party: Party = OPERATOR, at: datetime) -> LabelRecord:
    """The label, revoked for good, blank or bound."""
    return _changed(work, code, LabelState.REVOKED, reason, party, at)


def report_lost(work: UnitOfWork, code: str, reason: str, *, party: Party = OPERATOR, at: datetime) -> LabelRecord:
    """The label, known as lost until it is found."""
    return _changed(work, code, LabelState.LOST, reason, party, at)


def report_found(work: UnitOfWork, code: str, reason: str, *, party: Party = OPERATOR, at: datetime) -> LabelRecord:
    """The label that was lost, active again."""
    return _changed(work, code, LabelState.ACTIVE, reason, party, at)


def revoke_sticker(
    work: UnitOfWork, code: str, issue: int, reason: str, *, party: Party = OPERATOR, at: datetime
) -> StickerRecord:
    """The sticker of a label, revoked; the label itself stays. UnknownLabelError when it was never issued."""
    label = known_label(work, parse_code(code))
    sticker = _sticker(work, label, issue)
    if sticker.state is LabelState.REVOKED:
        return sticker
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    labels.add_sticker_fact(work, sticker, LabelState.REVOKED, reason, recorder.begun())
    return _sticker(work, label, issue)


def _sticker(work: UnitOfWork, label: LabelRecord, issue: int) -> StickerRecord:
    for sticker in labels.stickers_of(work, [label.code]).get(label.code, ()):
        if sticker.issue == issue:
            return sticker
    raise UnknownLabelError(
        f"label {grouped(label.code)} has no sticker {issue}", f"标签 {grouped(label.code)} 没有第 {issue} 次证书标识"
    )


def _changed(work: UnitOfWork, code: str, state: LabelState, reason: str, party: Party, at: datetime) -> LabelRecord:
    label = known_label(work, parse_code(code))
    if label.state is state:
        return label
    if label.state in _FINAL:
        zh, _, en = _FINAL[label.state].partition(" / ")
        raise conflict(label.code, f"the label is {en} for good", f"该标签{zh}，不能再变更")
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    labels.add_fact(work, label, state, reason, None, recorder.begun())
    return known_label(work, label.code)
