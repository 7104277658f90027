"""What breaks when a standard fails or a certificate loses its force, on the columns of a fleet (traceability.affected).

The same answer as there, for a standard on which a million meters hang.
"""

from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from traceability.affected import Grade, Window
from traceability.fleet import loops
from traceability.fleet.codes import place_of
from traceability.fleet.columns import Array, Columns, Fleet, frozen
from traceability.fleet.links import ends_of, found_on, links_of, owners_of, users_of
from traceability.fleet.loops.validity import check
from traceability.fleet.rules import CODES
from traceability.fleet.sheets import days_of, number_of
from traceability.verdict import SEVERITIES

SCHEMA = pa.schema(
    {
        "level": pa.int32(), "certificate": pa.string(), "item": pa.string(), "calibrated_on": pa.date32(),
        "used_from": pa.date32(), "used_until": pa.date32(), "code": pa.string(), "severity": pa.string(),
        "is_in_force": pa.bool_(),
    }
)  # fmt: skip
_WORST_FIRST = pa.array([severity.value for severity in SEVERITIES])
_CODES = pa.array([code.value for code in CODES])
_UNAFFECTED = -1
_EMPTY = np.empty(0, np.int64)
_ROOM = 64  # More than there are codes: a grade is severity * _ROOM + what is left to _ROOM, so that the worst is the largest.


class Reach(NamedTuple):
    """The certificates that a recall reaches, by their places, in order: how far down, how badly, through which uses.

    `grade`: the worst of them as one number, the larger the worse. `first`, `last`: the first and last day of the uses.
    """

    certificates: Array
    level: Array
    grade: Array
    first: Array
    last: Array


NOTHING = Reach(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


def reached_by_failure(fleet: Fleet, item: str, window: Window) -> Reach:
    """What an item that is found to be wrong reaches (affected.of_failure).

    `window` is worked out from the item's records (affected.window_of), as columns do not tell interim checks that were passed.
    """
    columns = fleet.columns
    owner = place_of(item, fleet.item_ids)
    references = _uses_of(fleet, owner)
    links = links_of(fleet)
    day = columns.certificates["calibrated_on"][links.lower[references]].astype(np.int64)
    failed_on = number_of(window.failed_on) or 0
    if columns.items["role"][owner] == loops.ROLE_ANCHOR:
        grade = np.where(day >= failed_on, _grade(loops.FAIL, loops.ANCHOR_NOT_RECOGNIZED), _UNAFFECTED)
        return _spread(fleet, references, grade)
    good_on = number_of(window.last_good_on)
    since = -loops.FOREVER if good_on is None else good_on
    found = links.target[references]
    is_found, at = found >= 0, np.maximum(found, 0)
    is_failed = columns.certificates["marks"][at] & loops.FLAG_FAILED != 0
    calibrated = columns.certificates["calibrated_on"][at].astype(np.int64)
    has_held = (ends_of(columns, np.full(len(at), owner), at) >= failed_on - 1) & (day < columns.items["retired_on"][owner])
    is_ended = ~is_failed & (calibrated < failed_on) & (failed_on <= day) & has_held
    grade = np.where(is_ended, _grade(loops.FAIL, loops.EVENT_AFTER_CALIBRATION), _UNAFFECTED)
    grade[~is_failed & (since < day) & (day < failed_on)] = _grade(loops.INDETERMINATE, loops.SUSPECT)
    grade[is_failed & (calibrated == failed_on)] = _grade(loops.FAIL, loops.FAILED)
    return _spread(fleet, references, np.where(is_found, grade, _UNAFFECTED))


def reached_by_withdrawal(fleet: Fleet, certificate: str, void_from: date) -> Reach | None:
    """What a certificate without force from a day on reaches (affected.of_withdrawal).

    None when that is not on record, and it ends earlier ones or its item is in doubt: what it says of other certificates is
    worked out when records are encoded (as for Watch.withdraw), so that the graph is to be asked.
    """
    place = place_of(certificate, fleet.certificate_ids)
    if place < 0:  # It was replaced: nobody relies on it.
        return NOTHING
    owner = int(owners_of(fleet.columns)[place])
    extra = fleet.columns.extras[fleet.columns.items["extra"][owner]]
    says_more = fleet.columns.certificates["marks"][place] & loops.FLAG_DECISIVE or extra["doubt_last"] > extra["doubt_first"]
    if says_more and fleet.columns.certificates["void_from"][place] != number_of(void_from):
        return None
    before, after = (_with_void_from(fleet.columns, place, day) for day in (loops.FOREVER, number_of(void_from) or 0))
    references, links = _uses_of(fleet, owner), links_of(fleet)
    use, day = links.use[references], fleet.columns.certificates["calibrated_on"][links.lower[references]].astype(np.int64)
    relied = (found_on(before, np.full(len(use), owner), use, day) == place) & (day >= (number_of(void_from) or 0))
    grade = np.full(len(references), _UNAFFECTED, np.int64)
    # Many certificates use a standard for one purpose on one day.
    pairs, which = np.unique(np.stack([use[relied], day[relied]]), axis=1, return_inverse=True)
    grades = [_worst_at(after, owner, int(one), int(other)) for one, other in pairs.T]
    grade[relied] = np.array(grades, np.int64)[which.ravel()]
    return _spread(fleet, references, grade)


def told(fleet: Fleet, reach: Reach, as_of: date) -> pa.Table:
    """What is reached as rows by SCHEMA, nearest first."""
    columns, reached = fleet.columns, reach.certificates
    owner = owners_of(columns)[reached]
    in_force = found_on(columns, owner, loops.ANY_PURPOSE, number_of(as_of) or 0) == reached
    table = pa.Table.from_pydict(
        {
            "level": pa.array(reach.level, pa.int32()),
            "certificate": fleet.certificate_ids.take(pa.array(reached)),
            "item": fleet.item_ids.take(pa.array(owner)),
            "calibrated_on": days_of(columns.certificates["calibrated_on"][reached]),
            "used_from": days_of(reach.first),
            "used_until": days_of(reach.last),
            "code": codes_of(reach.grade),
            "severity": severities_of(reach.grade),
            "is_in_force": pa.array(in_force),
        },
        schema=SCHEMA,
    )
    order = [(name, "ascending") for name in ("level", "item", "calibrated_on", "certificate")]
    return table.sort_by(order)


def grade_of(grade: Grade) -> int:
    """A grade of the core as a number (Reach)."""
    severity, code = grade
    return _grade(loops.FAIL - SEVERITIES.index(severity), CODES.index(code))


def codes_of(grades: Array) -> pa.Array:
    """The codes of grades."""
    return _CODES.take(pa.array(_ROOM - 1 - grades % _ROOM))


def severities_of(grades: Array) -> pa.Array:
    """The severities of grades."""
    return _WORST_FIRST.take(pa.array(loops.FAIL - grades // _ROOM))


def _worst_at(columns: Columns, item: int, use: int, day: int) -> int:
    """The grade of the worst finding about an item on a day of use."""
    keys, severities = np.empty(16, np.int64), np.empty(16, np.int8)
    resolved = loops.resolve(columns, item, use, day)
    n = check(columns, item, use, day, resolved, keys, severities, 0)
    grades = [_grade(int(severity), int(key >> loops.CODE)) for key, severity in zip(keys[:n], severities[:n], strict=True)]
    return max(grades, default=_UNAFFECTED)


def _grade(severity: int, code: int) -> int:
    return severity * _ROOM + _ROOM - 1 - code


def _uses_of(fleet: Fleet, owner: int) -> Array:
    """The places of the references to an item."""
    uses = np.flatnonzero(fleet.columns.uses["owner"] == owner)
    return np.flatnonzero(np.isin(links_of(fleet).use, uses))


def _with_void_from(columns: Columns, place: int, day: int) -> Columns:
    certificates = columns.certificates.copy()
    certificates["void_from"][place] = day
    return columns._replace(certificates=frozen(certificates))


def _spread(fleet: Fleet, references: Array, grade: Array) -> Reach:
    """Whatever rests on the references that have a grade, down to the last certificate."""
    columns, links = fleet.columns, links_of(fleet)
    size = len(columns.certificates)
    is_affected = grade != _UNAFFECTED
    calibrated = columns.certificates["calibrated_on"].astype(np.int64)
    worst, level = np.full(size, _UNAFFECTED, np.int64), np.zeros(size, np.int32)
    first, last = np.full(size, loops.FOREVER, np.int64), np.full(size, -loops.FOREVER, np.int64)
    lower = links.lower[references[is_affected]]
    np.maximum.at(worst, lower, grade[is_affected])
    layer = np.unique(lower)
    first[layer] = last[layer] = calibrated[layer]
    step = 1
    while len(layer):
        level[layer[level[layer] == 0]] = step
        places, upper = users_of(links, layer)
        lower, upper = links.lower[places], layer[upper]
        before = worst[lower], first[lower], last[lower]
        given = worst[upper], first[upper], last[upper]
        np.maximum.at(worst, lower, given[0])
        np.minimum.at(first, lower, given[1])
        np.maximum.at(last, lower, given[2])
        is_changed = (worst[lower] != before[0]) | (first[lower] != before[1]) | (last[lower] != before[2])
        layer, step = np.unique(lower[is_changed]), step + 1
    every = np.flatnonzero(level)
    return Reach(every, level[every], worst[every], first[every], last[every])
