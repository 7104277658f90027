"""Editions as files: rule tables, factors and sectors are read in one way, and what is none is named with its place."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from registry.edition_files import MOST_BYTES, editions_in, read_edition
from traceability.problems import InputError


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    level: int
    share: Decimal


KINDS = {"table/1": _Table}
GOOD = '{"format": "table/1", "level": 2, "share": 0.10}'


@pytest.mark.parametrize("share", ["0.10", '"0.10"'])
def test_numbers_are_exact_however_they_are_written(share: str) -> None:
    """A threshold would move by the last digit of a binary number; operators write decimals as numbers and as texts."""
    table = read_edition(GOOD.replace("0.10", share).encode(), KINDS)
    assert (table, str(table.share)) == (_Table("table/1", 2, Decimal("0.10")), "0.10")


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (GOOD.replace("table/1", "table/2"), "$.format"),
        ("[]", "$.format"),
        (GOOD.replace("2,", "2.5,"), "$.level"),
        (GOOD.replace("0.10", '"a tenth"'), "$.share"),
        (GOOD.replace("}", ', "note": ""}'), "$.note"),
        (GOOD.replace("}", ', "level": 3}'), "$.level"),
        ("{", "$"),
        ('"' + "x" * MOST_BYTES + '"', "$"),
    ],
)
def test_what_is_no_edition_is_refused_with_its_place(content: str, path: str, tmp_path: Path) -> None:
    """A table that is left out in silence is a rule that does not count; of a folder the file is named as well."""
    with pytest.raises(InputError) as caught:
        read_edition(content.encode(), KINDS)
    assert caught.value.path.startswith(path)
    (tmp_path / "a.json").write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"a\.json"):
        editions_in(tmp_path, KINDS)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    """The same files would make another edition count on another machine."""
    for name in ("b.json", "a.json", "readme.txt"):
        (tmp_path / name).write_text(GOOD, "utf-8")
    assert [name for name, _ in editions_in(tmp_path, KINDS)] == ["a.json", "b.json"]
    assert editions_in(tmp_path / "none", KINDS) == []
