"""Editions of factors and sectors of a data folder: what they say of a day is one thing, or they are refused."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.editions import Editions, load_editions
from tests.api.accounting_world import FACTORS, write_factors
from traceability.problems import InputError

JUNE = date(2026, 6, 1)


def loaded(folder: Path, *factors: dict[str, Any]) -> Editions:
    """The editions with one of these factors, each the synthetic one with something changed."""
    (of_gas,) = FACTORS["factors"]
    write_factors(folder, factors=[of_gas | changes for changes in factors])
    return load_editions(folder)


@pytest.mark.parametrize("other", ["天然气", "natural gas"])
def test_two_factors_of_one_energy_on_one_day_are_refused(tmp_path: Path, other: str) -> None:
    """Both would count: the emissions of a plant would double because an edition spells its energy in two ways."""
    first = {"valid_until": "2026-06-30"}
    found = loaded(tmp_path, first, {"energy": other, "valid_from": "2026-07-01"})
    assert [each.counted.start for each in found.factors_of("natural gas", JUNE, date(2026, 8, 1))] == [
        date(2026, 2, 1),
        date(2026, 7, 1),
    ]
    with pytest.raises(InputError, match=f"天然气.*{other}|{other}.*天然气" if other != "天然气" else "'天然气'"):
        loaded(tmp_path, first, {"energy": other, "valid_from": "2026-06-30"})
