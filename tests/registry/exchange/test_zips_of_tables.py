"""Zip files of tables that strangers bring: what is none is refused with its place, and none unpacks without bound."""

import io
import zipfile
from pathlib import Path

import pytest

from registry.exchange.documents import read_document
from registry.exchange.folders import read_folder, write_folder
from registry.exchange.import_sources import FileFormat, format_of, opened
from traceability.interchange import collect
from traceability.problems import InputError


def zip_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zip_of(items__csv=b"record,id,kind\n0,M,meter\n"), "format.json"),
        (zip_of(items__csv=b"record,id,kind\n0,M,meter\n", evil__sh=b""), "evil.sh"),
        (zip_of(items__parquet=b"no parquet", format__json=b'{"format": "traceability-records/1"}'), "items.parquet"),
        (zip_of(items__csv=b"x" * 100)[:60], "damaged"),
    ],
    ids=["no format", "a program", "no parquet", "cut short"],
)
def test_a_zip_file_of_something_else_is_refused(content: bytes, said: str) -> None:
    """With what is wrong, and without writing a file that is no table."""
    assert format_of(content, "a.zip") is FileFormat.TABLES
    with pytest.raises(InputError, match=said):
        list(opened([content], len(content), FileFormat.TABLES, name="a.zip", organization="A").items)


def test_a_zip_file_that_unpacks_to_more_than_fits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some kilobytes can unpack to what fills a disk; the limit counts what comes out, not what the file says of itself."""
    monkeypatch.setattr("registry.exchange.folders._MOST_UNPACKED", 1000)
    content = zip_of(items__csv=b"record,id,kind\n" + b"0,M,meter\n" * 200)
    with pytest.raises(InputError, match="more than 1000 bytes"):
        list(opened([content], len(content), FileFormat.TABLES, name="a.zip", organization="A").items)


def test_a_parquet_file_of_more_than_fits_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its pages are packed once more inside, so the size of the file says little."""
    head = '{"format": "traceability-records/1", "items": ['
    records = collect(read_document([head + ", ".join(f'{{"id": "M{n}", "kind": "meter"}}' for n in range(500)) + "]}"]))
    (tmp_path / "a").mkdir()
    write_folder([("items", records.items)], "parquet", tmp_path / "a")
    assert collect(read_folder(tmp_path / "a")) == records
    monkeypatch.setattr("registry.exchange.folders._MOST_UNPACKED", 1000)
    with pytest.raises(InputError, match="more than 1000 bytes"):
        collect(read_folder(tmp_path / "a"))
