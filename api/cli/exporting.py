"""`registry export`: all records as one document, or as tables; or one certificate as a DCC."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from api import asking, clock
from api.cli.output import write_bytes
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual
from registry.access import OPERATOR
from registry.exchange.folders import zipped
from registry.exchange.forms import RecordForm
from registry.usecases.export_records import export_records, export_tables
from registry.usecases.render_certificate import dcc_of


class Form(StrEnum):
    """The forms in which records are written."""

    JSON = "json"
    NDJSON = "ndjson"
    JSONLD = "jsonld"
    CSV = "csv"
    PARQUET = "parquet"
    DCC = "dcc"


def export(
    certificate: Annotated[
        str | None,
        typer.Argument(metavar="CERTIFICATE", help="证书标识，仅用于 dcc / Id of a certificate, for dcc alone"),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="输出格式 / Form of the output")] = Form.JSON,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="写入文件；表格为 .zip 或新文件夹 / File; of tables a .zip or a new folder"),
    ] = None,
    known_at: Annotated[str | None, typer.Option("--known-at", help="只含此刻已知的记录 / Known at this instant only")] = None,
) -> None:
    """导出全部记录；dcc：一份证书。/ Export all records; dcc: one certificate."""
    _check_subject(form, certificate)
    moment = asking.asked(now=clock.now(), known_at=known_at).known_at if known_at else None
    if certificate is not None:
        with opened() as store:
            document = dcc_of(store, OPERATOR, certificate, moment or clock.now())
        _write_all([document], out)
        return
    with opened() as store, store.reading() as work:
        if form is Form.CSV or form is Form.PARQUET:
            with _folder(out) as folder:
                export_tables(work, "csv" if form is Form.CSV else "parquet", folder, known_at=moment)
            return
        _write_all(export_records(work, known_at=moment, form=RecordForm(form.value)), out)


def _check_subject(form: Form, certificate: str | None) -> None:
    """A DCC is of one certificate, all other forms are of all records."""
    if form is Form.DCC and certificate is None:
        raise ParameterError("CERTIFICATE", Bilingual("dcc 需要证书标识", "dcc needs the id of a certificate"))
    if form is not Form.DCC and certificate is not None:
        raise ParameterError("CERTIFICATE", Bilingual("仅 --format dcc 可指定证书", "only --format dcc is of one certificate"))


def _write_all(pieces: Iterable[bytes], out: Path | None) -> None:
    if out is None:
        for piece in pieces:
            write_bytes(piece)
        return
    with replaced(out) as write:
        for piece in pieces:
            write(piece)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """A folder to fill, which becomes what was asked for: a new folder, a zip file, or a zip file on stdout."""
    try:
        if out is not None and out.suffix != ".zip":
            out.mkdir(exist_ok=True)
            if any(out.iterdir()):
                raise ParameterError("--out", Bilingual("文件夹不是空的", "the folder is not empty"))
            yield out
            return
        with TemporaryDirectory() as name:
            yield Path(name)
            if out is None:
                zipped(Path(name), typer.get_binary_stream("stdout"))
                return
            part = out.with_name(f".{out.name}.part")
            try:
                with part.open("wb") as target:
                    zipped(Path(name), target)
                part.replace(out)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("--out", Bilingual(f"无法写入（{reason}）", f"cannot be written ({reason})")) from error


@contextmanager
def replaced(path: Path) -> Iterator[Callable[[bytes], object]]:
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
