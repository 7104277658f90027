"""kill -9 during bulk imports: nothing acknowledged is lost, no half file, and the rest is completed (issue 3)."""

import random

import pytest

from bench import kill_during_bulk


@pytest.mark.parametrize(("engine_name", "kills"), [("sqlite", 2), ("postgresql", 1)], indirect=["engine_name"])
def test_a_killed_import_is_completed_by_the_next_worker(empty_url: str, kills: int) -> None:
    """A power cut during the import of a ledger; `python -m bench.kill_during_bulk` does this two hundred times."""
    files = kill_during_bulk.written(files=2, meters=40)
    kill_during_bulk.soak(empty_url, files, kills, random.Random(5))
