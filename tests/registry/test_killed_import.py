"""kill -9 in the middle of an import, a handful of times; `make soak` does it hundreds of times."""

from pathlib import Path
from random import Random

from bench.kill_during_import import soak, written


def test_a_killed_import_leaves_all_of_a_file_or_nothing(empty_url: str, tmp_path: Path) -> None:
    """After the power fails, nobody should have to find out which half of a file arrived."""
    files = written(tmp_path, files=3, meters=80)
    assert soak(empty_url, files, kills=4, chance=Random()) >= 1
