"""The verdict on every item, past one machine: a Dask job over Parquet parts, with the standards sent to every worker once.

What runs on a worker is what runs here (traceability.fleet.partitions), on a part instead of the whole.
"""

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet

from registry.columns import instant_number
from registry.errors import StoreError
from registry.exchange.partitions import Manifest, manifest_of, read_part, read_points, write_parts
from registry.fleet_tables import TargetKind
from registry.repositories.sheets import reading
from registry.unit_of_work import Store
from registry.usecases.assess_all import Told, of_kind
from traceability.fleet.partitions import STANDARDS, Standards, answers_of_part, answers_of_points, answers_of_standards
from traceability.policy import Policy

if TYPE_CHECKING:
    from distributed import Client

ITEMS_A_PART = 1_000_000  # Some three gigabytes of a worker's memory while they are answered (bench.fleet_cluster).
LOCAL = "local:"  # An address that stands for so many processes on this machine.
_PATIENCE = 10.0  # Seconds to wait for a scheduler.
_ATTEMPTS = 3  # A worker may be lost: another one answers its part again, the file is the same.


def _untold(_step: str) -> None:
    """Nobody wants to know."""


def prepared(
    store: Store, known_at: datetime, folder: Path, items_a_part: int = ITEMS_A_PART, tell: Told = _untold
) -> Manifest:
    """The parts of the registry as known at an instant, in a folder that all workers see.

    What is there is used when nothing was recorded since and it holds all that was known then; otherwise it is written anew.
    """
    with reading(store.engine) as opened:
        version, latest, moment = opened.version(), opened.latest(), instant_number(known_at)
        name = f"{version.recording} {version.stored_at}" if latest <= moment else f"{version.recording} as of {moment}"
        kept = manifest_of(folder)
        if kept is not None and (kept.version, kept.items_a_part) == (name, items_a_part):
            return kept
        tell("load")
        return write_parts(
            folder,
            lambda sheet: opened.sheet(sheet, moment),
            items_a_part=items_a_part,
            version=name,
            latest=latest,
            points=opened.point_sheets(moment),
        )


def assess_on_cluster(
    client: "Client",
    folder: Path,
    as_of: date,
    policy: Policy,
    tell: Told = _untold,
    kinds: Collection[TargetKind] = tuple(TargetKind),
) -> Iterator[pa.Table]:
    """What `assess` answers for all of the parts in a folder, part after part, in the order of one machine (ANSWERS).

    Workers write their answers beside the parts; they are read from there one by one, and removed at the end. `tell` hears how
    many parts are done.
    """
    from distributed import KilledWorker, as_completed  # noqa: PLC0415 - an optional extra.

    manifest = manifest_of(folder)
    if manifest is None:
        raise StoreError(f"{folder} holds no parts of a registry", f"{folder} 中没有分区")
    answers = folder / f"answers-{secrets.token_hex(8)}"
    answers.mkdir()
    try:
        tell("broadcast")
        standards = client.scatter(Standards.of(read_part(folder, STANDARDS)), broadcast=True, hash=False)
        of_items = len(manifest.items)
        numbers = [
            *(range(of_items) if TargetKind.ITEM in kinds else ()),
            *(range(of_items, manifest.parts) if TargetKind.METERING_POINT in kinds else ()),
        ]
        futures = client.map(
            answer_part, numbers, folder=folder, standards=standards, day=as_of, policy=policy, answers=answers,
            pure=False, retries=_ATTEMPTS - 1,
        )  # fmt: skip
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            tell(f"{done}/{len(futures)}")
        for number in numbers:
            kind = TargetKind.ITEM if number < of_items else TargetKind.METERING_POINT
            yield of_kind(pyarrow.parquet.read_table(_answers(answers, number)), kind)
    except (OSError, KilledWorker) as error:
        raise StoreError(f"the cluster failed: {error}", f"集群运行失败：{error}") from error
    finally:
        shutil.rmtree(answers, ignore_errors=True)


def answer_part(number: int, *, folder: Path, standards: Standards, day: date, policy: Policy, answers: Path) -> int:
    """Answer one part and write the answers; how many there are. This is what a worker does."""
    if number == STANDARDS:
        table = answers_of_standards(standards, day, policy)
    elif (points := read_points(folder, number)) is not None:
        table = answers_of_points(standards, read_part(folder, number), points, day, policy)
    else:
        table = answers_of_part(standards, read_part(folder, number), day, policy)
    path = _answers(answers, number)
    written = path.with_suffix(f".{secrets.token_hex(8)}")  # Two workers may answer the same part.
    pyarrow.parquet.write_table(table, written)
    written.replace(path)
    return len(table)


@contextmanager
def connected(address: str, timeout: float = _PATIENCE) -> Iterator["Client"]:
    """A client of the scheduler at an address (`tcp://…`), or of `local:N` processes started for it and ended after it."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an optional extra.

    if not address.startswith(LOCAL):
        with _reached(address, timeout) as client:
            yield client
        return
    workers = int(address.removeprefix(LOCAL))
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _reached(address: str, timeout: float) -> "Client":
    from distributed import Client  # noqa: PLC0415 - an optional extra.

    try:
        return Client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise StoreError(f"no scheduler answers at {address}: {error}", f"{address} 没有调度器应答：{error}") from error


def _answers(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05}.parquet"
