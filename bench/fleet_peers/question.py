"""What all peers are asked, as plain arrays: the part of the question that each of them can answer."""

from typing import NamedTuple

import numpy as np

from traceability.fleet import loops
from traceability.fleet.columns import Array, Columns, Fleet


class Question(NamedTuple):
    """Certificates of standards come first, up to `standards`. A step says from which day on a certificate is in force."""

    day: int
    is_anchor: Array  # By item.
    standards: int
    calibrated_on: Array  # By certificate.
    end: Array
    is_failed: Array
    reference_certificate: Array  # By reference, ascending.
    reference_item: Array
    step_item: Array  # By step, ascending by item and day.
    step_day: Array
    step_certificate: Array  # -1: none any more.


def question_of(fleet: Fleet, day: int) -> Question:
    """The question about all items of a fleet; every certificate in it has references to known items."""
    columns = fleet.columns
    items, certificates, references = columns.items, columns.certificates, columns.references
    sizes = items["certificate_last"] - items["certificate_first"]
    owner = np.repeat(np.arange(len(items)), sizes)
    retired = items["retired_on"][owner].astype(np.int64)
    last_before = np.where(retired < loops.FOREVER, retired - 1, retired)
    end = np.minimum(np.minimum(certificates["interval_end"], certificates["event_end"]), last_before)
    assert (references["use"] >= 0).all()
    counts = certificates["reference_last"] - certificates["reference_first"]
    step_item, step_day, step_certificate = _steps(columns, owner)
    return Question(
        day=day,
        is_anchor=items["role"] == loops.ROLE_ANCHOR,
        standards=int(items["certificate_last"][: fleet.standards].max(initial=0)),
        calibrated_on=certificates["calibrated_on"].astype(np.int64),
        end=end.astype(np.int64),
        is_failed=certificates["marks"] & loops.FLAG_FAILED != 0,
        reference_certificate=np.repeat(np.arange(len(certificates)), counts),
        reference_item=columns.uses["owner"][references["use"]].astype(np.int64),
        step_item=step_item,
        step_day=step_day,
        step_certificate=step_certificate,
    )


def _steps(columns: Columns, owner: Array) -> tuple[Array, Array, Array]:
    """When which certificate comes into force: on its day, and again when a later one is withdrawn.

    A city's withdrawals begin after the day of calibration, so on its own day every certificate is in force.
    """
    certificates = columns.certificates
    item, day = [owner], [certificates["calibrated_on"].astype(np.int64)]
    found = [np.arange(len(certificates))]
    assert (certificates["void_from"] > certificates["calibrated_on"]).all()
    for withdrawn in np.flatnonzero(certificates["void_from"] < loops.FOREVER):
        of_item, void = owner[withdrawn], int(certificates["void_from"][withdrawn])
        item.append(np.array([of_item]))
        day.append(np.array([void]))
        found.append(np.array([loops.resolve(columns, of_item, loops.ANY_PURPOSE, void)[0]]))
    order = np.lexsort((np.concatenate(found), np.concatenate(day), np.concatenate(item)))
    return np.concatenate(item)[order], np.concatenate(day)[order], np.concatenate(found)[order]
