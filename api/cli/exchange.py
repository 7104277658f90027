"""`registry import` and `registry export`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from enum import StrEnum
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from api import clock
from api.cli.output import JsonOption, LanguageOption, progress, show, table, write_bytes, write_json
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from registry.exchange.text import decoded_chunks
from registry.unit_of_work import Store
from registry.usecases.export_records import export_records
from registry.usecases.import_records import ImportReport, import_records
from traceability.json_text import instant
from traceability.problems import InputError, InvalidValueError

_CHUNK = 1024 * 1024  # Bytes read at a time.
_STANDARD_INPUT = "-"


class Form(StrEnum):
    """The forms in which records are written."""

    JSON = "json"
    NDJSON = "ndjson"


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file; counts are `[new, same]` by list."""

    file: str
    counts: dict[str, tuple[int, int]]
    new: int
    recording: int | None
    sha256: str


def import_files(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="记录文档或 DCC；- 为标准输入 / Records or DCC; - is stdin")
    ],
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """导入记录文档 (JSON, NDJSON) 或数字校准证书 (DCC)。/ Import records documents or Digital Calibration Certificates."""
    with opened() as store:
        reports = [_imported(store, name, language) for name in files]
    if as_json:
        write_json({"files": reports})
        return
    say = partial(text, language)
    rows = table(say("文件"), say("列表"), say("新增"), say("已有"))
    for report in reports:
        for section, (new, same) in (report.counts or {"-": (0, 0)}).items():
            rows.add_row(report.file, section, str(new), str(same))
    show(say("已导入"), rows)


def export(
    form: Annotated[Form, typer.Option("--format", help="输出格式 / Form of the output")] = Form.JSON,
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="写入文件 / File to write")] = None,
    known_at: Annotated[str | None, typer.Option("--known-at", help="只含此刻已知的记录 / Known at this instant only")] = None,
) -> None:
    """导出全部记录。/ Export all records."""
    with opened() as store, store.reading() as work:
        pieces = export_records(work, known_at=None if known_at is None else _instant(known_at), form=form.value)
        if out is None:
            for piece in pieces:
                write_bytes(piece)
            return
        with _replaced(out) as write:
            for piece in pieces:
                write(piece)


def _imported(store: Store, name: str, language: Language) -> FileReport:
    """One file, in a transaction of its own; an error names the file."""
    with _opened_file(name) as source:
        start = source.read(_CHUNK)
        try:
            return _records(store, name, source, start, language)
        except InputError as error:
            raise error.__class__(f"{name}: {error.path}", error.en, error.zh) from error


def _records(store: Store, name: str, source: BinaryIO, start: bytes, language: Language) -> FileReport:
    size = Path(name).stat().st_size if name != _STANDARD_INPUT else None
    with progress(text(language, "导入 {name}", name=name), size) as bar, store.writing() as work:
        chunks = decoded_chunks(_pieces(source, start, lambda count: bar.advance(bar.task_ids[0], count)))
        report = import_records(work, chunks, recorded_by=getuser(), at=clock.now(), source=name)
    return _file_report(name, report)


def _file_report(name: str, report: ImportReport) -> FileReport:
    return FileReport(
        file=name,
        counts={section: (count.new, count.same) for section, count in report.counts.items()},
        new=report.new,
        recording=report.recording,
        sha256=report.sha256,
    )


def _pieces(source: BinaryIO, start: bytes, advance: Callable[[int], None]) -> Iterator[bytes]:
    piece = start
    while piece:
        advance(len(piece))
        yield piece
        piece = source.read(_CHUNK)


@contextmanager
def _opened_file(name: str) -> Iterator[BinaryIO]:
    """The file, or standard input; one that cannot be read is a wrong argument."""
    if name == _STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            reason = error.strerror or str(error)
            raise ParameterError(name, Bilingual(f"无法读取（{reason}）", f"cannot be read ({reason})")) from error
        yield source


@contextmanager
def _replaced(path: Path) -> Iterator[Callable[[bytes], object]]:
    """A file that appears complete or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as target:
            yield target.write
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("--out", Bilingual(f"无法写入（{reason}）", f"cannot be written ({reason})")) from error
    finally:
        part.unlink(missing_ok=True)


def _instant(written: str) -> datetime:
    try:
        return instant(written)
    except InvalidValueError as error:
        raise ParameterError("--known-at", Bilingual(error.zh, error.en)) from error
