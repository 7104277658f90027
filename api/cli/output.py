"""What commands say: data on stdout, everything else on stderr; tables for people, JSON for programs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from api.failures import Failure
from api.language import Language, text
from traceability.json_text import dump

LanguageOption = Annotated[
    Language, typer.Option("--lang", envvar="REGISTRY_LANG", help="输出语言 / Language of the output", show_choices=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Answer as JSON")]


def people() -> Console:
    """Where tables for people go: stdout. Made anew for each use, as tests redirect the stream."""
    return Console(highlight=False, soft_wrap=False)


def progress_console() -> Console:
    """Where progress and remarks go: stderr."""
    return Console(stderr=True, highlight=False)


def table(*headings: str) -> Table:
    """A table for people with these headings."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def show(title: str, rows: Table) -> None:
    """A table on stdout, its title as a line of its own."""
    console = people()
    console.print(Text(title, style="bold"))
    console.print(rows)


def write_json(value: object) -> None:
    """A value on stdout as one line of JSON."""
    write_bytes(dump(value) + b"\n")


def write_bytes(data: bytes) -> None:
    """Bytes on stdout, as they are."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def remark(language: Language, message: str, **values: object) -> None:
    """A sentence on stderr, not broken into lines: an address in it is to be copied."""
    progress_console().print(text(language, message, **values), markup=False, soft_wrap=True)


def tell_failure(failure: Failure) -> None:
    """A failure on stderr, in both languages where they differ: the language asked for may not be known yet."""
    place = "" if failure.path is None else f"{failure.path}: "
    wanted = os.environ.get("REGISTRY_LANG", "")
    if wanted == Language.EN:
        lines = [f"{failure.kind.title.en}: {place}{failure.reason.en}"]
    else:
        lines = [f"{failure.kind.title.zh}：{place}{failure.reason.zh}", f"{failure.kind.title.en}: {place}{failure.reason.en}"]
    for line in lines:
        progress_console().print(line, markup=False, soft_wrap=True)


@contextmanager
def progress(description: str, total: float | None) -> Iterator[Progress]:
    """A progress bar on stderr with one task, shown to people only."""
    console = progress_console()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        bar.add_task(description, total=total)
        yield bar
