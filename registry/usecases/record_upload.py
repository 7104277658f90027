"""An upload of the monitoring system comes in as readings, its data codes checked against the points that they stand for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.editions import Editions
from registry.exchange.monitoring_upload import Code, NumericValid, read_upload
from registry.readings import Place, Problem
from registry.repositories.holdings import held_among
from registry.repositories.latest import latest_points
from registry.spelling import is_storable
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.record_readings import ReadingReport, record_readings
from traceability.periods import civil_day

SOURCE = "monitoring upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload as it was sent, what its codes stand for, what a numeric `valid` means, and where in the body it stands."""

    data: bytes
    codes: Sequence[Code]
    numeric_valid: NumericValid | None = None
    root: str = "$"


def record_upload(
    store: Store, upload: Upload, *, party: Party, at: datetime, editions: Editions, is_dry_run: bool = False
) -> ReadingReport:
    """What recording an upload comes to; InputError for what is no upload at all.

    A code of another energy than its point (the digits 11 to 14, as far as the edition in force knows them) is a problem.
    """
    uploaded = read_upload(upload.data, upload.codes, upload.numeric_valid, upload.root)
    with store.reading() as work:
        wrong = list(_of_other_energies(work, party, upload.codes, editions, at))
    return record_readings(
        store,
        uploaded.sent,
        party=party,
        at=at,
        source=SOURCE,
        problems=[*wrong, *uploaded.problems],
        left_out=[(en, zh, count) for (en, zh), count in uploaded.left_out.items()],
        is_dry_run=is_dry_run,
    )


def _of_other_energies(
    work: UnitOfWork, party: Party, codes: Sequence[Code], editions: Editions, at: datetime
) -> Iterator[Problem]:
    edition = editions.sectors_on(civil_day(at))
    if edition is None:
        return
    wanted = {code.metering_point for code in codes if is_storable(code.metering_point)}
    points = latest_points(work, held_among(work, "metering_points", wanted, party.viewers))
    kinds = {code: kind for kind in edition.energies for code in kind.upload_codes}
    for index, code in enumerate(codes):
        kind, point = kinds.get(code.energy_code), points.get(code.metering_point)
        known = {spelled for each in edition.energies for spelled in each.spellings}
        if kind is not None and point is not None and point.energy in known and point.energy not in kind.spellings:
            yield Problem(
                place=Place(f"$.codes[{index}].data_code"),
                en=f"the code is of {kind.en}, the point {point.id!r} of {point.energy}",
                zh=f"编码属于{kind.zh}，而计量点 {point.id!r} 为 {point.energy}",
            )
