"""`registry assess-all`: the verdict on every item at once, to a file for other programs, with a summary for people."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import typer

from api import asking, clock
from api.cli.output import LanguageOption, progress_console, show, table
from api.cli.questions import KnownAt, PolicyOption
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from api.render import words
from registry.settings import Settings
from registry.usecases.assess_all import SNAPSHOTS
from registry.usecases.assess_all import assess_all as answers_for_all
from traceability.json_text import dump
from traceability.verdict import Status

_ROWS_AT_ONCE = 10_000


def assess_all(
    out: Annotated[
        Path, typer.Option("--out", dir_okay=False, help="写入 .parquet、.csv 或 .ndjson / File to write, by its ending")
    ],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="D", help="判定日 / Day asked for")] = None,
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """判定全部器具并写入文件。/ The verdict on every item, written to a file."""
    write = _writer_of(out)
    question = asking.asked(now=clock.now(), as_of=as_of, known_at=known_at, policy=policy)
    say = partial(text, language)
    with progress_console().status("") as shown, opened() as store:
        steps = {"load": say("读取数据库"), "encode": say("编码"), "assess": say("判定"), "write": say("写出")}

        def tell(step: str) -> None:
            shown.update(steps[step])

        answers = answers_for_all(
            store, question.as_of, question.known_at, question.policy, snapshots=Settings().data_dir / SNAPSHOTS, tell=tell
        )
        tell("write")
        _written(out, write, answers)
    counts = dict.fromkeys(Status, 0) | {Status(status): count for status, count in _counts(answers)}
    rows = table(say("结论"), say("器具"))
    for status, count in counts.items():
        rows.add_row(words.STATUSES[status].words.in_(language), f"{count:,}")
    show(say("{count} 件器具，判定日 {day}", count=f"{len(answers):,}", day=question.as_of), rows)


def _counts(answers: pa.Table) -> list[tuple[str, int]]:
    counted = pc.value_counts(answers["status"].cast(pa.string())).to_pylist()
    return [(each["values"], each["counts"]) for each in counted]


def _writer_of(path: Path) -> Callable[[pa.Table, Path], None]:
    """How files of this ending are written; ParameterError for others."""
    writers = {".parquet": _parquet, ".csv": _csv, ".ndjson": _ndjson}
    if path.suffix not in writers:
        reason = Bilingual("文件名须以 .parquet、.csv 或 .ndjson 结尾", "the name must end in .parquet, .csv or .ndjson")
        raise ParameterError("--out", reason)
    return writers[path.suffix]


def _written(path: Path, write: Callable[[pa.Table, Path], None], answers: pa.Table) -> None:
    """Write a file that appears complete or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(answers, part)
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("--out", Bilingual(f"无法写入（{reason}）", f"cannot be written ({reason})")) from error
    finally:
        part.unlink(missing_ok=True)


def _parquet(answers: pa.Table, path: Path) -> None:
    pyarrow.parquet.write_table(answers, path)


def _csv(answers: pa.Table, path: Path) -> None:
    """Findings in one field, with blanks between them."""
    findings = pc.binary_join(answers["findings"], " ")
    plain = answers.set_column(answers.schema.get_field_index("findings"), "findings", findings)
    place = plain.schema.get_field_index("status")
    pyarrow.csv.write_csv(plain.set_column(place, "status", plain["status"].cast(pa.string())), path)


def _ndjson(answers: pa.Table, path: Path) -> None:
    with path.open("wb") as target:
        for batch in answers.to_batches(max_chunksize=_ROWS_AT_ONCE):
            target.write(b"".join(dump(row) + b"\n" for row in batch.to_pylist()))
