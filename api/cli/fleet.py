"""`registry assess-all`: the verdict on every item at once, to a file for other programs, with a summary for people."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import typer

from api import asking, clock
from api.cli.output import LanguageOption, people, progress_console, show, table
from api.cli.questions import KnownAt, PolicyOption
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from api.render import words
from registry.settings import Settings
from registry.usecases.assess_all import SNAPSHOTS
from registry.usecases.assess_all import assess_all as answers_for_all
from registry.usecases.assess_on_cluster import ITEMS_A_PART, LOCAL, assess_on_cluster, connected, prepared
from traceability.fleet.answers import SCHEMA
from traceability.fleet.digests import Digest
from traceability.json_text import dump
from traceability.verdict import Status

if TYPE_CHECKING:
    from distributed import Client

_ROWS_AT_ONCE = 10_000


def assess_all(
    out: Annotated[
        Path, typer.Option("--out", dir_okay=False, help="写入 .parquet、.csv 或 .ndjson / File to write, by its ending")
    ],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="D", help="判定日 / Day asked for")] = None,
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="ADDRESS", help="Dask 调度器地址，或 local:N / Dask scheduler's address, or local:N"),
    ] = None,
    parts: Annotated[
        Path | None,
        typer.Option("--parts", file_okay=False, help="各工作机可见的分区目录 / Folder for the parts, seen by all workers"),
    ] = None,
    items_a_part: Annotated[int, typer.Option(min=1, help="每个分区的器具数 / Items in a part")] = ITEMS_A_PART,
    language: LanguageOption = Language.ZH,
) -> None:
    """判定全部器具并写入文件。/ The verdict on every item, written to a file."""
    write = _writer_of(out)
    question = asking.asked(now=clock.now(), as_of=as_of, known_at=known_at, policy=policy)
    say = partial(text, language)
    folder, summary = Settings().data_dir / SNAPSHOTS, _Summary()
    with progress_console().status("") as shown, opened() as store:
        steps = {
            "load": say("读取数据库"), "encode": say("编码"), "assess": say("判定"), "write": say("写出"),
            "broadcast": say("分发标准器"),
        }  # fmt: skip

        def tell(step: str) -> None:
            shown.update(steps.get(step, step))

        if dask is None:
            answers = answers_for_all(store, question.as_of, question.known_at, question.policy, snapshots=folder, tell=tell)
            tell("write")
            _written(out, write, summary.of([answers]))
        else:
            place = (parts or folder / "parts").absolute()
            with _cluster(dask) as client:
                prepared(store, question.known_at, place, items_a_part, tell)
                pieces = assess_on_cluster(client, place, question.as_of, question.policy, tell)
                _written(out, write, summary.of(pieces))
    rows = table(say("结论"), say("器具"))
    for status in Status:
        rows.add_row(words.STATUSES[status].words.in_(language), f"{summary.counts[status.value]:,}")
    show(say("{count} 件器具，判定日 {day}", count=f"{summary.digest.rows:,}", day=question.as_of), rows)
    people().print(say("结论摘要（SHA-256）：{digest}", digest=summary.digest.hexdigest()), soft_wrap=True)


class _Summary:
    """Counts by status and the digest of all answers that went by."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.digest = Digest()

    def of(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The pieces, counted as they go by."""
        for answers in pieces:
            for each in pc.value_counts(answers["status"].cast(pa.string())).to_pylist():
                self.counts[each["values"]] += each["counts"]
            self.digest.add(answers)
            yield answers


@contextmanager
def _cluster(address: str) -> "Iterator[Client]":
    """A client of the cluster; a sentence when the library for it or the address is missing."""
    if find_spec("distributed") is None:
        raise ParameterError(
            "--dask",
            Bilingual("需要安装附加组件 cluster（distributed）", "needs the extra `cluster` (distributed) to be installed"),
        )
    workers = address.removeprefix(LOCAL)
    if address.startswith(LOCAL) and not (workers.isascii() and workers.isdigit() and int(workers) > 0):
        raise ParameterError("--dask", Bilingual("local: 之后须为进程数", "local: is followed by a number of processes"))
    with connected(address) as client:
        yield client


Writer = Callable[[Iterable[pa.Table], Path], None]


def _writer_of(path: Path) -> Writer:
    """How files of this ending are written; ParameterError for others."""
    writers = {".parquet": _parquet, ".csv": _csv, ".ndjson": _ndjson}
    if path.suffix not in writers:
        reason = Bilingual("文件名须以 .parquet、.csv 或 .ndjson 结尾", "the name must end in .parquet, .csv or .ndjson")
        raise ParameterError("--out", reason)
    return writers[path.suffix]


def _written(path: Path, write: Writer, answers: Iterable[pa.Table]) -> None:
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


def _parquet(answers: Iterable[pa.Table], path: Path) -> None:
    with pyarrow.parquet.ParquetWriter(path, SCHEMA) as writer:
        for each in answers:
            writer.write_table(each)


def _csv(answers: Iterable[pa.Table], path: Path) -> None:
    """Findings in one field, with blanks between them."""
    plain = pa.schema([field.with_type(pa.string()) if field.name in {"status", "findings"} else field for field in SCHEMA])
    with pyarrow.csv.CSVWriter(str(path), plain) as writer:
        for each in answers:
            words_of = {"findings": pc.binary_join(each["findings"], " "), "status": each["status"].cast(pa.string())}
            writer.write_table(pa.table([words_of.get(name, each[name]) for name in SCHEMA.names], schema=plain))


def _ndjson(answers: Iterable[pa.Table], path: Path) -> None:
    with path.open("wb") as target:
        for batch in (batch for each in answers for batch in each.to_batches(max_chunksize=_ROWS_AT_ONCE)):
            target.write(b"".join(dump(row) + b"\n" for row in batch.to_pylist()))
