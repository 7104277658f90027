"""`registry import`: records documents and Digital Calibration Certificates, told apart by what is in them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from api import clock
from api.cli.output import JsonOption, LanguageOption, people, progress, show, table, tell_failure, write_json
from api.cli.stores import opened
from api.failures import ParameterError, failure_of
from api.language import Bilingual, Language, text
from registry.access import Party, Role
from registry.errors import ConflictError
from registry.exchange.text import decoded_chunks
from registry.repositories import stored
from registry.repositories.recordings import Count
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.import_dcc import DccReport, import_dcc
from registry.usecases.import_records import ImportReport, import_records, import_tables
from traceability.problems import InputError
from traceability.records import Certificate

_CHUNK = 1024 * 1024  # Bytes read at a time.
_LARGEST_DCC = 64 * 1024 * 1024  # Bytes; a certificate is read whole, and the largest real one known here has 2 MB.
_STANDARD_INPUT = "-"
_ZIP = b"PK\x03\x04"  # What a zip file begins with.


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader of a certificate should know that its record cannot say, with its place in the file."""

    code: str
    severity: str
    place: str
    zh: str
    en: str


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. `kind` is `records` or `dcc`; counts are `[new, same]` by list.

    Of a DCC: `items` and `certificates` are the ids it got, `not_held` the numbers of certificates that it cites and nobody
    has brought in yet, `relinked` earlier certificates that rest on it from now on, `remarks` what it is worth knowing.
    """

    file: str
    kind: str
    counts: dict[str, tuple[int, int]]
    new: int
    recording: int | None
    sha256: str
    items: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    relinked: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


def import_files(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="记录文档或 DCC；- 为标准输入 / Records or DCC; - is stdin")
    ],
    holder: Annotated[
        str | None, typer.Option("--for", help="由该机构持有 / The organization that is to hold the records")
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """导入记录文档、表格 (CSV, Parquet) 或 DCC。/ Import records documents, folders of tables, or DCCs."""
    reports, failures = [], []
    with opened(is_writing=True) as store:
        for name in files:
            try:
                reports.append(_imported(store, name, _party(holder), language))
            except (InputError, ConflictError) as error:
                # One bad file does not keep the others out; the exit code is that of the first.
                failure = failure_of(error)
                failures.append(failure._replace(path=f"{name}: {failure.path}"))
                tell_failure(failures[-1])
    if as_json and reports:
        write_json({"files": reports})
    elif reports:
        _show(reports, language)
    raise typer.Exit(failures[0].kind.exit_code if failures else 0)


def _imported(store: Store, name: str, party: Party, language: Language) -> FileReport:
    """One file, or a folder of tables, in a transaction of its own."""
    if name != _STANDARD_INPUT and Path(name).is_dir():
        with store.writing() as work:
            return _tables(work, name, party)
    with _opened_file(name) as source, store.writing() as work:
        start = source.read(_CHUNK)
        if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
            return _records(work, name, source, start, party, language)
        if start.startswith(_ZIP) and name != _STANDARD_INPUT:
            return _tables(work, name, party)
        return _certificate(work, name, source, start, party)


def _records(work: UnitOfWork, name: str, source: BinaryIO, start: bytes, party: Party, language: Language) -> FileReport:
    size = Path(name).stat().st_size if name != _STANDARD_INPUT else None
    with progress(text(language, "导入 {name}", name=name), size) as bar:
        chunks = decoded_chunks(_pieces(source, start, lambda count: bar.advance(bar.task_ids[0], count)))
        report = import_records(work, chunks, party=party, at=clock.now(), source=name)
    return _report_of_records(name, report)


def _tables(work: UnitOfWork, name: str, party: Party) -> FileReport:
    return _report_of_records(name, import_tables(work, Path(name), party=party, at=clock.now(), source=name))


def _report_of_records(name: str, report: ImportReport) -> FileReport:
    return FileReport(
        file=name,
        kind="records",
        counts=_counts(report.counts),
        new=report.new,
        recording=report.recording,
        sha256=report.sha256,
    )


def _certificate(work: UnitOfWork, name: str, source: BinaryIO, start: bytes, party: Party) -> FileReport:
    """Whatever is no JSON: a DCC, or a file that is refused by the name of what it is."""
    content = start + source.read(_LARGEST_DCC)
    if len(content) > _LARGEST_DCC:
        megabytes = _LARGEST_DCC // (1024 * 1024)
        raise InputError("$", f"larger than {megabytes} MiB", f"大于 {megabytes} MiB")
    report = import_dcc(work, content, party=party, at=clock.now(), source=name)
    return _report_of_dcc(name, report, _items_of(work, report.certificates))


def _items_of(work: UnitOfWork, certificates: tuple[str, ...]) -> tuple[str, ...]:
    found = stored.with_ids(work, "certificates", list(certificates))
    return tuple(sorted({each.record.item for each in found if isinstance(each.record, Certificate)}))


def _report_of_dcc(name: str, report: DccReport, items: tuple[str, ...]) -> FileReport:
    remarks = (
        Remark(code=each.code, severity=each.severity, place=each.xpath, zh=each.zh, en=each.en) for each in report.findings
    )
    return FileReport(
        file=name,
        kind="dcc",
        counts=_counts(report.counts),
        new=sum(count.new for count in report.counts.values()),
        recording=report.recording,
        sha256=report.sha256,
        items=items,
        certificates=report.certificates,
        not_held=tuple(cited.number or cited.name for cited in report.not_held),
        relinked=report.relinked,
        remarks=tuple(remarks),
    )


def _counts(counts: dict[str, Count]) -> dict[str, tuple[int, int]]:
    return {section: (count.new, count.same) for section, count in counts.items() if count.new or count.same}


def _show(reports: list[FileReport], language: Language) -> None:
    say = partial(text, language)
    rows = table(say("文件"), say("列表"), say("新增"), say("已有"))
    for report in reports:
        for index, (section, (new, same)) in enumerate((report.counts or {"-": (0, 0)}).items()):
            rows.add_row(report.file if index == 0 else "", section, str(new), str(same))
    show(say("已导入"), rows)
    for report in (report for report in reports if report.kind == "dcc"):
        _show_certificate(report, language)


def _show_certificate(report: FileReport, language: Language) -> None:
    say, console = partial(text, language), people()
    lines = [say("{file}：器具 {items}", file=report.file, items=", ".join(report.items))]
    lines += [say("  此前的证书现依据本证书：{certificate}", certificate=certificate) for certificate in report.relinked]
    for remark in report.remarks:
        said = Bilingual(remark.zh, remark.en).in_(language)
        lines.append(f"  {'!' if remark.severity == 'warning' else '·'} {remark.code} {said}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _party(holder: str | None) -> Party:
    """The operator, on behalf of the organization that is to hold what is new, where one is named."""
    if holder is None:
        return Party(name=_user())
    return Party(name=_user(), organization=holder, role=Role.ADMINISTRATOR)


def _user() -> str:
    """Who runs the command; a container may know the user by number only."""
    try:
        return getuser()
    except (KeyError, OSError):
        return str(os.getuid())


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
