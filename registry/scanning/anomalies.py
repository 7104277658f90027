"""What a label's history of scans tells of copies: a score with its reasons, and nothing about people.

A scan is known to the hour and to a tenth of a degree, so only what no vehicle does counts as impossible. A score accuses
nobody: it orders a list that the authority looks through.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from registry.labels.sticker import LabelState

HIGHEST = 100

_FASTEST = 1_000  # km/h: an airliner, gates and roads included.
_NEAR = 50  # km: the next tenth of a degree, and a phone that is wrong about where it is.
_RADIUS = 6_371  # km, of the Earth.
_COORDINATES = re.compile(r"(-?\d{1,3}(?:\.\d{1,9})?),(-?\d{1,3}(?:\.\d{1,9})?)", re.ASCII)


class Scan(NamedTuple):
    """A scan as kept: `hour` since 1970, `place` in tenths of a degree, `seen_serial` where the nameplate says another one."""

    hour: int
    code: str
    state: LabelState
    client: str
    place: str | None = None
    seen_serial: str | None = None
    round: str | None = None
    site: str | None = None


class Reason(StrEnum):
    """What is odd about scans of one label."""

    OTHER_SERIAL = "other_serial"  # Somebody read another serial number on the nameplate.
    TWO_PLACES = "two_places"  # Two places in less time than any journey takes.
    TWO_SITES = "two_sites"  # Two sites of one auditor's round.
    NOT_ACTIVE = "not_active"  # Scanned after it was revoked, replaced or lost.


# What the first of a kind weighs, and each further one.
_WEIGHTS = {
    Reason.OTHER_SERIAL: (60, 20),
    Reason.TWO_PLACES: (50, 15),
    Reason.TWO_SITES: (40, 15),
    Reason.NOT_ACTIVE: (20, 5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A label with something odd about it: `score` up to 100, `reasons` with how often each was met."""

    code: str
    score: int
    reasons: tuple[tuple[Reason, int], ...]
    scans: int
    last_hour: int


def anomalies(scans: Iterable[Scan]) -> list[Anomaly]:
    """The labels with something odd about them, the oddest first."""
    by_code: defaultdict[str, list[Scan]] = defaultdict(list)
    for scan in scans:
        by_code[scan.code].append(scan)
    found = [each for code, own in by_code.items() if (each := anomaly_of(code, own)).score]
    return sorted(found, key=lambda each: (-each.score, each.code))


def anomaly_of(code: str, scans: Sequence[Scan]) -> Anomaly:
    """What the scans of one label tell."""
    counts = {
        Reason.OTHER_SERIAL: sum(scan.seen_serial is not None for scan in scans),
        Reason.TWO_PLACES: sum(_impossible(scans)),
        Reason.TWO_SITES: _sites_too_many(scans),
        Reason.NOT_ACTIVE: sum(scan.state is not LabelState.ACTIVE for scan in scans),
    }
    met = tuple((reason, count) for reason, count in counts.items() if count)
    total = sum(_WEIGHTS[reason][0] + (count - 1) * _WEIGHTS[reason][1] for reason, count in met)
    last = max((scan.hour for scan in scans), default=0)
    return Anomaly(code=code, score=min(total, HIGHEST), reasons=met, scans=len(scans), last_hour=last)


def place_of(latitude: float, longitude: float) -> str | None:
    """A place as coarse as it is kept; None for one that is not on Earth."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return f"{latitude:.1f},{longitude:.1f}"


def place_told(text: str) -> str | None:
    """A place that is told as latitude and longitude in degrees, as coarse as it is kept; None for anything else."""
    found = _COORDINATES.fullmatch(text)
    return None if found is None else place_of(float(found[1]), float(found[2]))


def _impossible(scans: Sequence[Scan]) -> Iterator[bool]:
    """Whether each journey between neighbouring scans is one that nobody makes; hours are whole, so one is given besides."""
    placed = sorted((scan for scan in scans if scan.place is not None), key=lambda scan: (scan.hour, str(scan.place)))
    for first, second in pairwise(placed):
        kilometres = _distance(str(first.place), str(second.place))
        yield kilometres > _NEAR and kilometres > _FASTEST * (second.hour - first.hour + 1)


def _distance(one: str, other: str) -> float:
    """Kilometres along a great circle (haversine)."""
    (lat_1, long_1), (lat_2, long_2) = (tuple(math.radians(float(part)) for part in each.split(",")) for each in (one, other))
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((long_2 - long_1) / 2) ** 2
    return 2 * _RADIUS * math.asin(min(1.0, math.sqrt(half)))


def _sites_too_many(scans: Sequence[Scan]) -> int:
    sites: defaultdict[str, set[str]] = defaultdict(set)
    for scan in scans:
        if scan.round is not None and scan.site is not None:
            sites[scan.round].add(scan.site)
    return sum(len(each) - 1 for each in sites.values())
