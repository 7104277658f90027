"""What breaks when a standard fails or a certificate loses its force: the preview of a recall.

A failure shown on a day casts doubt back to the last good evidence (SEMANTICS 3.4) and ends what was calibrated before it
(3.2); a withdrawal takes a certificate away from a day on (3.1 step 2). Whoever used the standard meanwhile is affected at
level 1, whoever used that at level 2, and so on. The severity is that of the finding which the use of the standard then gets
(3.3), passed down as it is: all that a certificate rests on must hold.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import cast

import msgspec

from traceability.known import Known, is_evidence, shows_good_state
from traceability.periods import day_before
from traceability.problems import UnknownTargetError
from traceability.records import Certificate, Item, Outcome, Purpose, Reference, Value, Withdrawal
from traceability.resolution import certificate_in_force, end_of
from traceability.rules import validity
from traceability.verdict import SEVERITIES, Code, Severity

CODES = tuple(Code)
ANY_PURPOSE = Purpose()
Grade = tuple[Severity, Code]
Grading = Callable[[date, Purpose], Grade | None]  # Of a use of an item on a day; None where nothing is wrong with it.


class Affected(Value, frozen=True, kw_only=True):
    """A certificate that rests on a use of the failed standard.

    `level`: 1 for what was calibrated with it. `used_from`, `used_until`: the first and last day of the uses through which it
    is reached. `code`, `severity`: the worst finding that these uses get. `is_in_force`: whether it is the certificate of its
    item on the day of the preview.
    """

    level: int
    certificate: str
    item: str
    calibrated_on: date
    used_from: date
    used_until: date
    code: Code
    severity: Severity
    is_in_force: bool


class Window(Value, frozen=True, kw_only=True):
    """The days in question: after the last good evidence (absent: without beginning), until the failure showed."""

    last_good_on: date | None
    failed_on: date


class Recall(Value, frozen=True, kw_only=True):
    """What a failure or a withdrawal breaks, nearest first; then by item, day and certificate.

    Of a failure `window` is told, of a withdrawal `void_from`.
    """

    subject: str
    item: str
    window: Window | None = None
    void_from: date | None = None
    affected: tuple[Affected, ...]


def window_of(known: Known, item_id: str, failed_on: date) -> Window:
    """The days in question when an item fails on a day (SEMANTICS 3.4)."""
    good = [
        *(each.calibrated_on for each in known.live_of(item_id) if is_evidence(each) and shows_good_state(each)),
        *(event.on for event in known.events_of(item_id) if shows_good_state(event)),
    ]
    return Window(last_good_on=max((day for day in good if day < failed_on), default=None), failed_on=failed_on)


def of_failure(known: Known, item_id: str, failed_on: date, as_of: date) -> Recall:
    """What is affected when an item is found to be wrong on a day, recorded or supposed.

    A national standard counts as not recognized from that day on; nothing casts doubt on it before.
    """
    item = known.items.get(item_id)
    if item is None:
        raise UnknownTargetError(item_id)
    window = window_of(known, item_id, failed_on)
    grading = _grading_of_failure(known, item, window)
    return Recall(subject=item_id, item=item_id, window=window, affected=_spread(known, _direct(known, item, grading), as_of))


def of_withdrawal(known: Known, certificate_id: str, void_from: date, as_of: date) -> Recall:
    """What is affected when a certificate has no force from a day on, recorded or supposed."""
    certificate = known.certificates.get(certificate_id)
    if certificate is None or certificate.item not in known.items:
        raise UnknownTargetError(certificate_id)
    item = known.items[certificate.item]
    direct = _direct(known, item, _grading_of_withdrawal(known, certificate, void_from))
    return Recall(subject=certificate_id, item=item.id, void_from=void_from, affected=_spread(known, direct, as_of))


def grading_of(known: Known, recall: Recall) -> Grading:
    """What the failure or withdrawal of a recall makes of a use of its item on a day."""
    item = known.items[recall.item]
    if recall.void_from is not None:
        return _grading_of_withdrawal(known, known.certificates[recall.subject], recall.void_from)
    return _grading_of_failure(known, item, cast("Window", recall.window))


def _direct(known: Known, item: Item, grading: Grading) -> dict[str, Grade]:
    """The certificates that were made with the item, as far as that is affected: the worst of their uses."""
    direct: dict[str, Grade] = {}
    for user, reference in _uses_of(known, item.id):
        grade = grading(user.calibrated_on, reference)
        if grade is not None:
            direct[user.id] = worse(grade, direct.get(user.id))
    return direct


def _grading_of_withdrawal(known: Known, certificate: Certificate, void_from: date) -> Grading:
    item = known.items[certificate.item]
    before = _with_withdrawal(known, certificate, None)
    after = _with_withdrawal(known, certificate, Withdrawal(on=void_from, void_from=void_from))

    def grade(day: date, asked: Purpose) -> Grade | None:
        found = certificate_in_force(before, item.id, day, asked).found
        is_relied_on = day >= void_from and found is not None and found.id == certificate.id
        return _worst_at(after, item, day, asked) if is_relied_on else None

    return grade


def _grading_of_failure(known: Known, item: Item, window: Window) -> Grading:
    return lambda day, asked: _grade_of_failure(known, item, window, day, asked)


def worse(one: Grade, other: Grade | None) -> Grade:
    """The worse of two grades."""
    return one if other is None else min(one, other, key=_rank)


def _uses_of(known: Known, item_id: str) -> Iterator[tuple[Certificate, Reference]]:
    """The certificates of other items that refer to the item, with the reference."""
    for certificate, reference in _followed(known):
        if reference.item == item_id:
            yield certificate, reference


def _followed(known: Known) -> Iterator[tuple[Certificate, Reference]]:
    """The references that lead from one item known to another; nobody looks at those of a certificate that failed (3.3)."""
    for item_id in known.items.keys() & known.live.keys():
        for certificate in known.live[item_id]:
            for reference in () if certificate.outcome is Outcome.FAIL else certificate.references:
                if reference.item != item_id and reference.item in known.items:
                    yield certificate, reference


def _grade_of_failure(known: Known, item: Item, window: Window, day: date, asked: Purpose) -> Grade | None:
    """What the failure makes of a use on a day."""
    if item.is_anchor:
        return (Severity.FAIL, Code.ANCHOR_NOT_RECOGNIZED) if day >= window.failed_on else None
    found = certificate_in_force(known, item.id, day, asked).found
    if found is None:
        return None
    if found.outcome is Outcome.FAIL:
        return (Severity.FAIL, Code.FAILED) if found.calibrated_on == window.failed_on else None
    if day < window.failed_on:
        is_doubtful = window.last_good_on is None or window.last_good_on < day
        return (Severity.INDETERMINATE, Code.SUSPECT) if is_doubtful else None
    last_day = end_of(known, item, found).last_day
    has_held = last_day is None or last_day >= day_before(window.failed_on)
    if found.calibrated_on < window.failed_on and has_held and not item.is_retired(day):
        return Severity.FAIL, Code.EVENT_AFTER_CALIBRATION
    return None


def _worst_at(known: Known, item: Item, day: date, asked: Purpose) -> Grade | None:
    """The worst finding about an item on a day of use, notes left out."""
    resolution = certificate_in_force(known, item.id, day, asked)
    grades = [(each.severity, each.code) for each in validity.checked(known, item, resolution, day, asked)]
    return min((grade for grade in grades if grade[0] is not Severity.NOTE), key=_rank, default=None)


def _rank(grade: Grade) -> tuple[int, int]:
    return SEVERITIES.index(grade[0]), CODES.index(grade[1])


def _with_withdrawal(known: Known, certificate: Certificate, withdrawal: Withdrawal | None) -> Known:
    """The same records with another withdrawal of one certificate."""
    changed = msgspec.structs.replace(certificate, withdrawal=withdrawal)
    own = tuple(changed if each.id == certificate.id else each for each in known.live_of(certificate.item))
    return Known(
        known_at=known.known_at,
        items=known.items,
        metering_points=known.metering_points,
        certificates=known.certificates | {certificate.id: changed},
        live=known.live | {certificate.item: own},
        events=known.events,
        competences=known.competences,
    )


def _spread(known: Known, direct: dict[str, Grade], as_of: date) -> tuple[Affected, ...]:
    """From the certificates affected directly down to the last that rests on one of them."""
    users = _users(known)
    grades = dict(direct)
    used = {name: (known.certificates[name].calibrated_on,) * 2 for name in direct}
    levels: dict[str, int] = {}
    layer, level = set(direct), 1
    while layer:
        levels |= {name: level for name in layer if name not in levels}
        changed = set()
        for upper in sorted(layer):
            for lower in users[upper]:
                grade = min(grades[upper], grades.get(lower, grades[upper]), key=_rank)
                days = used[upper] + used.get(lower, ())
                if (grade, (min(days), max(days))) != (grades.get(lower), used.get(lower)):
                    grades[lower], used[lower] = grade, (min(days), max(days))
                    changed.add(lower)
        layer, level = changed, level + 1
    rows = (_affected(known, name, levels[name], used[name], grades[name], as_of) for name in levels)
    return tuple(sorted(rows, key=lambda each: (each.level, each.item, each.calibrated_on, each.certificate)))


def _affected(known: Known, certificate_id: str, level: int, used: tuple[date, date], grade: Grade, as_of: date) -> Affected:
    certificate = known.certificates[certificate_id]
    in_force = certificate_in_force(known, certificate.item, as_of, ANY_PURPOSE).found
    return Affected(
        level=level,
        certificate=certificate_id,
        item=certificate.item,
        calibrated_on=certificate.calibrated_on,
        used_from=used[0],
        used_until=used[1],
        severity=grade[0],
        code=grade[1],
        is_in_force=in_force is certificate,
    )


def _users(known: Known) -> dict[str, set[str]]:
    """Which certificates rest on each certificate, by what was found on the day of use."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for certificate, reference in _followed(known):
        if known.items[reference.item].is_anchor:
            continue
        found = certificate_in_force(known, reference.item, certificate.calibrated_on, reference).found
        if found is not None:
            users[found.id].add(certificate.id)
    return users
