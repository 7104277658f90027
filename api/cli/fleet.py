"""`registry assess-all`: the verdict on every item and metering point, to a file for programs, with a summary for people."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from importlib.util import find_spec
from itertools import chain
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
from registry.fleet_tables import TargetKind
from registry.settings import Settings
from registry.unit_of_work import Store
from registry.usecases.assess_all import ANSWERS, SNAPSHOTS, Told, assess_everything, load_fleet, load_points, of_kind
from registry.usecases.assess_all import assess_all as answers_for_items
from registry.usecases.assess_on_cluster import ITEMS_A_PART, LOCAL, assess_on_cluster, connected, prepared
from traceability.fleet.coverage import SCHEMA as SHARES
from traceability.fleet.coverage import shares_of_all, shares_of_points
from traceability.fleet.digests import Digest
from traceability.json_text import dump
from traceability.verdict import Status

if TYPE_CHECKING:
    from distributed import Client

_ROWS_AT_ONCE = 10_000
_KINDS = {
    TargetKind.ITEM: Bilingual("器具", "Items"),
    TargetKind.METERING_POINT: Bilingual("计量点", "Metering points"),
}


def assess_all(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    out: Annotated[
        Path, typer.Option("--out", dir_okay=False, help="写入 .parquet、.csv 或 .ndjson / File to write, by its ending")
    ],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="D", help="判定日 / Day asked for")] = None,
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    kind: Annotated[
        TargetKind | None, typer.Option("--kind", help="只答器具，或只答计量点 / Items alone, or metering points alone")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="D", help="改问时段的覆盖：首日 / Coverage of a period instead: first day")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="D", help="时段末日 / Last day of the period")] = None,
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
    """判定全部器具和计量点并写入文件。/ The verdict on every item and metering point, written to a file."""
    write = _writer_of(out)
    question = asking.asked(now=clock.now(), as_of=as_of, known_at=known_at, policy=policy)
    say = partial(text, language)
    folder, summary = Settings().data_dir / SNAPSHOTS, _Summary()
    kinds = list(TargetKind) if kind is None else [kind]
    if start is not None or until is not None:
        if dask is not None:
            raise ParameterError("--dask", Bilingual("不能与 --from、--until 同用", "does not go with --from and --until"))
        period = asking.day("--from", start or ""), asking.day("--until", until or "")
        _covered(out, question, period, folder, kinds, language)
        return
    with progress_console().status("") as shown, opened() as store:
        steps = {
            "load": say("读取数据库"), "encode": say("编码"), "assess": say("判定"), "write": say("写出"),
            "broadcast": say("分发标准器"),
        }  # fmt: skip

        def tell(step: str) -> None:
            shown.update(steps.get(step, step))

        if dask is None:
            pieces = _answered(store, question, folder, kinds, tell)
            tell("write")
            _written(out, write, summary.of(pieces))
        else:
            place = (parts or folder / "parts").absolute()
            with _cluster(dask) as client:
                prepared(store, question.known_at, place, items_a_part, tell)
                of_cluster = assess_on_cluster(client, place, question.as_of, question.policy, tell, kinds)
                _written(out, write, summary.of(of_cluster))
    rows = table(say("结论"), *(_KINDS[each].in_(language) for each in kinds))
    for status in Status:
        rows.add_row(
            words.STATUSES[status].words.in_(language), *(f"{summary.counts[each.value, status.value]:,}" for each in kinds)
        )
    show(_title(say, summary.in_all, question.as_of), rows)
    people().print(say("结论摘要（SHA-256）：{digest}", digest=summary.digest.hexdigest()), soft_wrap=True)


def _answered(store: Store, question: asking.Asking, folder: Path, kinds: list[TargetKind], tell: Told) -> list[pa.Table]:
    """The answers of one machine, by kind."""
    asked = question.as_of, question.known_at, question.policy
    if kinds == [TargetKind.ITEM]:  # Metering points need not even be read.
        return [of_kind(answers_for_items(store, *asked, snapshots=folder, tell=tell), TargetKind.ITEM)]
    found = assess_everything(store, *asked, snapshots=folder, tell=tell)
    of_kinds = {TargetKind.ITEM: found.items, TargetKind.METERING_POINT: found.points}
    return [of_kind(of_kinds[each], each) for each in kinds]


def _title(say: Callable[..., str], counts: Counter[str], day: date) -> str:
    items, points = (counts[each.value] for each in (TargetKind.ITEM, TargetKind.METERING_POINT))
    return say("{items} 件器具，{points} 个计量点，判定日 {day}", items=f"{items:,}", points=f"{points:,}", day=day)


def _covered(
    out: Path,
    question: asking.Asking,
    period: tuple[date, date],
    folder: Path,
    kinds: list[TargetKind],
    language: Language,
) -> None:
    """How much of a period each target is covered, to a file, with a summary: all of it, some, nothing."""
    say = partial(text, language)
    with opened() as store:
        if kinds == [TargetKind.ITEM]:
            shares = [of_kind(shares_of_all(load_fleet(store, question.known_at, folder), *period, question.policy), *kinds)]
        else:
            points = load_points(store, question.known_at, folder).points
            shares = [
                of_kind(
                    shares_of_all(points.fleet, *period, question.policy)
                    if each is TargetKind.ITEM
                    else shares_of_points(points, *period, question.policy),
                    each,
                )
                for each in kinds
            ]
    _written(out, {".parquet": _parquet, ".csv": _shares_as_csv, ".ndjson": _ndjson}[out.suffix], shares)
    rows = table(say("覆盖"), *(_KINDS[each].in_(language) for each in kinds))
    counts: tuple[tuple[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]], ...] = (
        (say("整个时段"), lambda share: pc.equal(share, 1.0)),
        (say("部分"), lambda share: pc.and_(pc.greater(share, 0.0), pc.less(share, 1.0))),
        (say("没有一天"), lambda share: pc.equal(share, 0.0)),
    )
    for name, chosen in counts:
        rows.add_row(name, *(f"{pc.sum(chosen(each['share'])).as_py() or 0:,}" for each in shares))
    of_kinds = dict(zip(kinds, map(len, shares), strict=True))
    of_items, of_points = (f"{of_kinds.get(each, 0):,}" for each in (TargetKind.ITEM, TargetKind.METERING_POINT))
    counted = {"items": of_items, "points": of_points, "start": period[0], "until": period[1]}
    show(say("{items} 件器具，{points} 个计量点，{start} 至 {until}", **counted), rows)


def _shares_as_csv(shares: Iterable[pa.Table], path: Path) -> None:
    """Runs in one field, with blanks between them."""
    plain = pa.schema(
        [
            field.with_type(pa.string()) if field.name in {"kind", "runs"} else field
            for field in of_kind(SHARES.empty_table(), TargetKind.ITEM).schema
        ]
    )
    with pyarrow.csv.CSVWriter(str(path), plain) as writer:
        for each in shares:
            runs = [" ".join(f"{run['from']}/{run['until']}" for run in of_target) for of_target in each["runs"].to_pylist()]
            columns = {"runs": pa.array(runs, pa.string()), "kind": each["kind"].cast(pa.string())}
            writer.write_table(pa.table([columns.get(name, each[name]) for name in plain.names], schema=plain))


class _Summary:
    """Counts by kind and status and the digest of all answers that went by."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.in_all: Counter[str] = Counter()
        self.digest = Digest()

    def of(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The pieces, counted as they go by."""
        for answers in pieces:
            counted = answers.select(["kind", "status"]).group_by(["kind", "status"]).aggregate([([], "count_all")])
            for each in counted.to_pylist():
                self.counts[each["kind"], each["status"]] += each["count_all"]
                self.in_all[each["kind"]] += each["count_all"]
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
    pieces = iter(answers)
    first = next(pieces, ANSWERS.empty_table())
    with pyarrow.parquet.ParquetWriter(path, first.schema) as writer:
        for each in chain([first], pieces):
            writer.write_table(each)


def _csv(answers: Iterable[pa.Table], path: Path) -> None:
    """Findings in one field, with blanks between them."""
    texts = {"kind", "status", "findings"}
    plain = pa.schema([field.with_type(pa.string()) if field.name in texts else field for field in ANSWERS])
    with pyarrow.csv.CSVWriter(str(path), plain) as writer:
        for each in answers:
            words_of = {name: each[name].cast(pa.string()) for name in ("kind", "status")}
            words_of["findings"] = pc.binary_join(each["findings"], " ")
            writer.write_table(pa.table([words_of.get(name, each[name]) for name in ANSWERS.names], schema=plain))


def _ndjson(answers: Iterable[pa.Table], path: Path) -> None:
    with path.open("wb") as target:
        for batch in (batch for each in answers for batch in each.to_batches(max_chunksize=_ROWS_AT_ONCE)):
            target.write(b"".join(dump(row) + b"\n" for row in batch.to_pylist()))
