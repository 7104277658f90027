"""A registry as Parquet in parts, for many machines: a folder with a folder for each part, in it a file for each table.

Part 0 holds the standards and all competences, the others the rest of the items by the piece; then come metering points by the
piece, with the items that serve them (traceability.fleet.partitions).
A folder is written completely or not at all, and never changed: `manifest.json` says what it holds.
"""

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from registry.errors import StoreError
from traceability.fleet.partitions import Division
from traceability.fleet.points import POINT_SHEETS
from traceability.fleet.sheets import SHEETS, Sheets

LAYOUT = "traceability-partitions/2"
_MANIFEST = "manifest.json"
_COMPRESSION = "zstd"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder of parts holds."""

    layout: str
    version: str
    latest: int
    items_a_part: int
    items: tuple[int, ...]  # How many each part has, part 0 first.
    points: tuple[int, ...] = ()  # How many metering points each of the parts behind those has.

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.items) + len(self.points)


def manifest_of(folder: Path) -> Manifest | None:
    """What a folder says that it holds; None when there is none, or one of another layout."""
    try:
        manifest = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    return manifest if manifest.layout == LAYOUT else None


def write_parts(
    folder: Path,
    sheet: Callable[[str], pa.Table],
    *,
    items_a_part: int,
    version: str = "",
    latest: int = 0,
    points: Sheets | None = None,
) -> Manifest:
    """Write the tables of a registry in parts; the folder takes the place of the one before.

    `sheet` gives a table by its name. One table after the other is asked for, so that only the largest needs room.
    `points`: the tables of its metering points.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    written = folder.with_name(f".{folder.name}-{secrets.token_hex(8)}")
    written.mkdir()
    try:
        items = sheet("items")
        division = Division(items, pc.unique(sheet("certificate_references")["item"].combine_chunks()), items_a_part, points)
        counts = [0] * division.parts
        for number in range(division.parts + len(division.points)):
            part_of(written, number).mkdir()
        for number, own in enumerate(division.points, division.parts):
            for name, rows in own.items():
                pyarrow.parquet.write_table(rows, _file(written, number, name), compression=_COMPRESSION)
        for name in SHEETS:
            for number, rows in division.of(name, items if name == "items" else sheet(name)):
                pyarrow.parquet.write_table(rows, _file(written, number, name), compression=_COMPRESSION)
                if name == "items" and number < division.parts:
                    counts[number] = len(rows)
        manifest = Manifest(
            layout=LAYOUT,
            version=version,
            latest=latest,
            items_a_part=items_a_part,
            items=tuple(counts),
            points=tuple(len(own["metering_points"]) for own in division.points),
        )
        (written / _MANIFEST).write_bytes(msgspec.json.encode(manifest))
        shutil.rmtree(folder, ignore_errors=True)
        written.replace(folder)
    except OSError as error:
        raise StoreError(f"the parts cannot be written: {error}", f"无法写入分区：{error}") from error
    finally:
        shutil.rmtree(written, ignore_errors=True)
    return manifest


def read_part(folder: Path, number: int) -> Sheets:
    """The tables of a part. Where nothing was written there is an empty table."""
    if not part_of(folder, number).is_dir():
        raise StoreError(f"{part_of(folder, number)} is not there", f"找不到 {part_of(folder, number)}")
    return {name: _read(_file(folder, number, name), schema) for name, schema in SHEETS.items()}


def read_points(folder: Path, number: int) -> Sheets | None:
    """The tables of the metering points of a part; None for a part of items."""
    if not _file(folder, number, "metering_points").exists():
        return None
    return {name: _read(_file(folder, number, name), schema) for name, schema in POINT_SHEETS.items()}


def part_of(folder: Path, number: int) -> Path:
    """The folder of a part."""
    return folder / f"part-{number:05}"


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    return pyarrow.parquet.read_table(path, memory_map=True) if path.exists() else schema.empty_table()


def _file(folder: Path, number: int, name: str) -> Path:
    return part_of(folder, number) / f"{name}.parquet"
