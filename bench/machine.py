"""The machine that figures were measured on, and the figures of repeated runs."""

import math
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


def interval_of_median(values: Sequence[float], certainty: float = 0.95) -> tuple[float, float]:
    """Between which two of the values the median of all that could be measured lies, at least so certainly.

    By order statistics: a value is above the median with probability one half, so how many are is binomial, whatever the
    distribution. With fewer than six values the whole range is not that certain; it is given all the same.
    """
    ordered, count = sorted(values), len(values)
    outside, cut = 0.0, 0
    while cut < (count - 1) // 2:
        outside += 2 * math.comb(count, cut) / 2**count
        if outside > 1 - certainty:
            break
        cut += 1
    first = max(cut - 1, 0)
    return ordered[first], ordered[count - 1 - first]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
