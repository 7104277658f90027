"""`registry export`: all records as one document."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api import asking, clock
from api.cli.output import write_bytes
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual
from registry.usecases.export_records import export_records


class Form(StrEnum):
    """The forms in which records are written."""

    JSON = "json"
    NDJSON = "ndjson"


def export(
    form: Annotated[Form, typer.Option("--format", help="输出格式 / Form of the output")] = Form.JSON,
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="写入文件 / File to write")] = None,
    known_at: Annotated[str | None, typer.Option("--known-at", help="只含此刻已知的记录 / Known at this instant only")] = None,
) -> None:
    """导出全部记录。/ Export all records."""
    moment = asking.asked(now=clock.now(), known_at=known_at).known_at if known_at else None
    with opened() as store, store.reading() as work:
        pieces = export_records(work, known_at=moment, form=form.value)
        if out is None:
            for piece in pieces:
                write_bytes(piece)
            return
        with replaced(out) as write:
            for piece in pieces:
                write(piece)


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
