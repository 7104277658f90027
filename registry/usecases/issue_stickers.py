"""Certificate stickers: signed statements of the certificate in force, one after the other on the label of an item."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from registry.access import OPERATOR, Party
from registry.labels.errors import LabelError
from registry.labels.key_files import KeyFolder
from registry.labels.records import LabelRecord, StickerRecord
from registry.labels.sticker import LabelState, Sticker, sign
from registry.repositories import labels
from registry.repositories.chains import load_items
from registry.repositories.recordings import Recorder
from registry.unit_of_work import UnitOfWork
from registry.usecases.issue_labels import SOURCE, issue_labels
from registry.usecases.label_keys import signing_key
from traceability.inquiry import ANY_PURPOSE
from traceability.known import Known, known_records
from traceability.periods import civil_day
from traceability.records import Certificate, Outcome
from traceability.resolution import certificate_in_force, end_of


class Stickered(NamedTuple):
    """A label with its sticker and the certificate that the sticker is of."""

    label: LabelRecord
    sticker: StickerRecord
    certificate: Certificate


def issue_stickers(
    work: UnitOfWork, items: Iterable[str], folder: KeyFolder, *, party: Party = OPERATOR, at: datetime
) -> list[Stickered]:
    """The sticker of each item's certificate in force; the same one again while certificate, end and serial stay.

    Raises UnknownTargetError; LabelError for an item without certificate in force, whose certificate is negative or has no
    known end, or without a serial number: nobody could compare such a sticker with the nameplate.
    """
    wanted = list(dict.fromkeys(items))
    of_items = issue_labels(work, wanted, party=party, at=at)
    known = known_records(load_items(work, wanted), at)
    before = labels.stickers_of(work, (label.code for label in of_items))
    return [_issued(work, label, known, before.get(label.code, []), folder, party, at) for label in of_items]


def _issued(
    work: UnitOfWork,
    label: LabelRecord,
    known: Known,
    before: list[StickerRecord],
    folder: KeyFolder,
    party: Party,
    at: datetime,
) -> Stickered:
    today = civil_day(at)
    certificate, last_day = _in_force(known, str(label.item), today)
    serial = label.serial or known.items[str(label.item)].serial
    if serial is None:
        raise _refused(label, "it has no serial number", "没有登记出厂编号")
    last = before[-1] if before else None
    said = (certificate.id, last_day, serial)
    if last and last.state is LabelState.ACTIVE and said == (last.certificate, last.valid_until, last.serial):
        return Stickered(label, last, certificate)
    sticker = Sticker(
        code=label.code, issue=last.issue + 1 if last else 1, issued_on=today, valid_until=last_day, serial=serial
    )
    key, private = signing_key(work, folder, party=party, at=at)
    made = StickerRecord(
        entry=labels.next_sticker_entry(work),
        code=label.code,
        issue=sticker.issue,
        certificate=certificate.id,
        issued_on=today,
        valid_until=last_day,
        serial=serial,
        signed=sign(sticker, private),
        state=LabelState.ACTIVE,
        reason="",
    )
    labels.add_sticker(work, label, made, key.entry, Recorder(work, party=party, at=at, source=SOURCE).begun())
    return Stickered(label, made, certificate)


def _in_force(known: Known, item: str, today: date) -> tuple[Certificate, date]:
    """The certificate that a sticker may speak of, and its last valid day."""
    certificate = certificate_in_force(known, item, today, ANY_PURPOSE).found
    if certificate is None:
        raise LabelError(f"{item!r} has no certificate in force", f"{item!r} 没有现行证书，不能签发证书标识")
    if certificate.outcome is Outcome.FAIL:
        raise LabelError(
            f"the certificate {certificate.number} of {item!r} is negative",
            f"{item!r} 的证书 {certificate.number} 结论为不合格",
        )
    last_day = end_of(known, known.items[item], certificate).last_day
    if last_day is None:
        raise LabelError(
            f"the certificate {certificate.number} of {item!r} has no known end",
            f"{item!r} 的证书 {certificate.number} 没有有效期",
        )
    if last_day < today:
        raise LabelError(
            f"the certificate {certificate.number} of {item!r} ended on {last_day}",
            f"{item!r} 的证书 {certificate.number} 已于 {last_day} 到期",
        )
    return certificate, last_day


def _refused(label: LabelRecord, en: str, zh: str) -> LabelError:
    return LabelError(f"no sticker for {label.item!r}: {en}", f"不能为 {label.item!r} 签发证书标识：{zh}")
