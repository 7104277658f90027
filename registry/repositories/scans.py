"""The history of scans: appended in batches, read by label, forgotten when old."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, Select, bindparam, delete, func, select

from registry.labels.sticker import LabelState
from registry.queries import Query, Spelling
from registry.scan_tables import ScanPurges, Scans
from registry.scanning.anomalies import Scan
from registry.spelling import storable
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import Store, UnitOfWork

MOST = 50_000  # Scans that are looked through for what is odd, the latest.

_scans = table_of(Scans)
_purges = table_of(ScanPurges)
_recordings = table_of(Recordings)
_COLUMNS = (
    *(_scans.c.hour, _scans.c.code, _scans.c.state, _scans.c.client),
    *(_scans.c.place, _scans.c.seen_serial, _scans.c.round, _scans.c.site),
)


def add_scans(work: UnitOfWork, scans: Sequence[Scan]) -> None:
    """Write scans down."""
    entries = work.allot_many(Scans, len(scans))
    rows = [
        (entry, scan.hour, scan.code, scan.state.value, scan.client, *map(_storable, scan[4:]))
        for entry, scan in zip(entries, scans, strict=True)
    ]
    work.append(Scans, rows)


def latest_scans(work: UnitOfWork, since_hour: int, most: int = MOST) -> list[Scan]:
    """The scans since an hour, the latest first, as many as asked for."""
    return [_scan(row) for row in work.rows(_LATEST, since=since_hour, most=most)]


def forgotten_before(work: UnitOfWork) -> int:
    """The hour before which scans are forgotten; 0 when none ever were."""
    return int(work.rows(_PURGED)[0][0] or 0)


def latest_recording(work: UnitOfWork) -> int:
    """The number of the latest recording: as long as it is the same, so is every answer of the register."""
    return int(work.rows(_VERSION)[0][0] or 0)


def latest_recording_now(store: Store) -> int:
    """The same, as it is at this moment."""
    return store.number(_VERSION)


def has_before(work: UnitOfWork, hour: int) -> bool:
    """Whether there are scans before an hour."""
    return bool(work.rows(_BEFORE, hour=hour))


def forget_before(work: UnitOfWork, hour: int, recording: int) -> None:
    """Write down that scans before an hour are forgotten, and forget them."""
    work.append(ScanPurges, [(work.allot(ScanPurges), hour, recording)])
    work.run(_FORGET, hour=hour)


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _scan(row: Any) -> Scan:
    hour, code, state, *others = row
    return Scan(hour, code, LabelState(state), *others)


def _latest(_: Spelling) -> Select[Any]:
    since = select(*_COLUMNS).where(_scans.c.hour >= bindparam("since"))
    return since.order_by(_scans.c.hour.desc(), _scans.c.entry.desc()).limit(bindparam("most"))


def _forget(_: Spelling) -> Delete:
    return delete(_scans).where(_scans.c.hour < bindparam("hour"))


_LATEST = Query(_latest)
_PURGED = Query(lambda _: select(func.max(_purges.c.before_hour)))
_VERSION = Query(lambda _: select(func.max(_recordings.c.entry)))
_BEFORE = Query(lambda _: select(_scans.c.entry).where(_scans.c.hour < bindparam("hour")).limit(1))
_FORGET = Query(_forget)
