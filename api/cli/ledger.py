"""`registry log check`, `registry log checkpoint`: the ledger computed anew, and what is to leave this machine."""

import base64
import gc
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from api import clock
from api.cli.exporting import replaced
from api.cli.output import JsonOption, LanguageOption, remark, write_bytes, write_json
from api.cli.stores import opened
from api.failures import INTEGRITY, ParameterError
from api.language import Bilingual, Language
from registry.ledger.notes import Checkpoint, Signer, verifier_key, verifier_of
from registry.ledger.notes import opened as opened_note
from registry.repositories.witnesses import attestations_on
from registry.settings import Settings
from registry.usecases.check_ledger import LedgerReport, check_ledger
from registry.usecases.make_checkpoint import attested_note, ledger_signer, make_checkpoint
from registry.witness_tables import AttestationKind

_Files = Annotated[
    list[Path] | None,
    typer.Option("--checkpoint", dir_okay=False, help="在别处保存的检查点文件，可多次 / Checkpoint kept elsewhere, repeatable"),
]
_Key = Annotated[
    str | None,
    typer.Option("--key", help="检查点的验证公钥；缺省用本机密钥 / Verifier key of these; this machine's when left out"),
]


def check(
    checkpoints: _Files = None,
    key: _Key = None,
    as_json: JsonOption = False,  # noqa: FBT002
    language: LanguageOption = Language.ZH,
) -> None:
    """重新计算账本，指出第一处不符（退出码 6）。/ Compute the ledger anew and name the first difference (exit code 6)."""
    with opened() as store:
        outside = tuple(_outside(path, key) for path in checkpoints or ())
        gc.freeze()  # What was loaded stays until the end: not worth a look each time that rows come and go.
        with store.reading() as work:
            report = check_ledger(work, outside)
    if as_json:
        write_json(_plain(report))
    elif report.difference is None:
        remark(
            language,
            "账本完好：{size} 叶，核对检查点 {count} 个、原始文件 {files} 份",
            size=report.size,
            count=report.checkpoints,
            files=report.originals,
        )
        if not outside:
            remark(language, "整部历史若被重做，只有在别处保存的检查点才能发现（--checkpoint）")
        typer.echo(report.root.hex())
    else:
        found = report.difference
        place = f"leaf {found.leaf}" if found.section is None else f"{found.section} {found.record or ''}".rstrip()
        remark(language, "账本不符：{place}：{reason}", place=place, reason=Bilingual(found.zh, found.en).in_(language))
    raise typer.Exit(0 if report.difference is None else INTEGRITY.exit_code)


def checkpoint(
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="写入文件 / File to write")] = None,
    stamp: Annotated[
        Path | None, typer.Option("--timestamp", dir_okay=False, help="另存时间戳（RFC 3161）/ File for its time stamp")
    ] = None,
    show_key: Annotated[bool, typer.Option("--show-key", help="只显示验证公钥 / Show the verifier key only")] = False,  # noqa: FBT002
) -> None:
    """签署账本的当前检查点，请保存到别处。/ Sign a checkpoint of the ledger; keep it elsewhere."""
    signer = own_signer()
    if show_key:
        typer.echo(verifier_key(signer))
        return
    with opened(is_writing=True) as store, store.writing() as work:
        made = make_checkpoint(work, signer, clock.now())
        note = attested_note(work, made)
        stamps = [each for each in attestations_on(work, made.entry) if each.kind is AttestationKind.TIMESTAMP]
    if stamp is not None:
        if not stamps:
            raise ParameterError("--timestamp", Bilingual("此检查点还没有时间戳", "this checkpoint has no time stamp yet"))
        with replaced(stamp) as write:
            write(base64.b64decode(stamps[-1].content))
    if out is None:
        write_bytes(note.encode())
        return
    with replaced(out) as write:
        write(note.encode())


def own_signer() -> Signer:
    """What signs this registry's checkpoints and proofs."""
    settings = Settings()
    return ledger_signer(settings.data_dir, origin(), settings.ledger_algorithm)


def origin() -> str:
    """The name under which this registry signs: the host and path of its base URL."""
    address = urlsplit(Settings().base_url)
    return f"{address.netloc}{address.path.rstrip('/')}/log"


def note_of(path: Path) -> str:
    """The text of a checkpoint's file."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ParameterError("--checkpoint", Bilingual(f"无法读取 {path}（{reason}）", f"{path}: {reason}")) from error


def _outside(path: Path, key: str | None) -> Checkpoint:
    """A checkpoint from a file, its signature checked."""
    note = note_of(path)
    line = key or verifier_key(own_signer())
    return opened_note(note, verifier_of(line))


def _plain(report: LedgerReport) -> dict[str, object]:
    found = report.difference
    return {
        "size": report.size,
        "root": report.root.hex(),
        "checkpoints": report.checkpoints,
        "originals": report.originals,
        "difference": None
        if found is None
        else {"leaf": found.leaf, "section": found.section, "record": found.record, "en": found.en, "zh": found.zh},
    }
