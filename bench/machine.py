"""The machine that figures were measured on, and the figures of repeated runs."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from pathlib import Path

REPETITIONS = 5  # Medians of at least so many runs, interleaved with their baseline.


def describe() -> str:
    """Processor, cores, memory and versions, in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) // 1024**2 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{model}, {os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def spread(values: Sequence[float]) -> str:
    """Median, smallest and largest."""
    return f"median {statistics.median(values):.4g} (of {len(values)}: {min(values):.4g} to {max(values):.4g})"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
