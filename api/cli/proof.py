"""`registry proof …`: evidence that stands on its own, made here and checked anywhere."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api import asking, clock
from api.cli.exporting import replaced
from api.cli.ledger import note_of, own_signer
from api.cli.output import JsonOption, LanguageOption, people, remark, show, table, write_json
from api.cli.questions import KnownAt, PolicyOption, Target, show_verdict
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from api.render import words
from api.render.names import names_in
from api.render.open_points import not_checked
from api.render.standings import STANDINGS
from api.render.verifying_page import standalone_page
from api.render.withheld import withheld_rows
from api.schemas.proofs import proof_answer
from registry.access import OPERATOR
from registry.editions import load_editions
from registry.evidence.bundle import Account, Question
from registry.evidence.verifying import Proved, certificates_of_file, verified
from registry.ledger.notes import opened as opened_note
from registry.ledger.notes import verifier_key, verifier_of
from registry.settings import Settings
from registry.usecases.make_checkpoint import KEY_FILES, current_checkpoint
from registry.usecases.make_proof import make_proof
from traceability.policy import DEFAULT_POLICY, policy_named

_File = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="证明文件 / Proof bundle")]
Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="写入文件 / File to write")]
_Key = Annotated[
    str | None,
    typer.Option("--key", metavar="VKEY", help="验证公钥；缺省用本机密钥 / Verifier key; this machine's when left out"),
]
Readings = Annotated[
    bool, typer.Option("--readings", help="附上计量点在时段内的读数 / Enclose what a metering point measured in the period")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="D", help="判定日 / Day asked for")]
From = Annotated[str | None, typer.Option("--from", metavar="D", help="时段首日 / First day of a period")]
Until = Annotated[str | None, typer.Option("--until", metavar="D", help="时段末日 / Last day of a period")]
Against = Annotated[
    Path | None,
    typer.Option("--checkpoint", dir_okay=False, help="针对在别处保存的检查点 / Prove against a checkpoint kept elsewhere"),
]


def make(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    target: Target,
    out: Out,
    as_of: AsOf = None,
    start: From = None,
    until: Until = None,
    readings: Readings = False,  # noqa: FBT002
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    checkpoint: Against = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """制作可离线核验的溯源证明。/ Make a proof that is checked offline."""
    made = made_bundle(target, as_of, start, until, known_at, policy, checkpoint, has_readings=readings)
    with replaced(out) as write:
        write(made)
    remark(language, "溯源证明：{size} 字节；请把验证公钥另行交给核验人", size=len(made))


def verify(
    file: _File,
    key: _Key = None,
    policy: PolicyOption = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", dir_okay=False, help="在别处保存的检查点 / Checkpoint kept elsewhere")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--document", dir_okay=False, help="手上的原始文件，可多次给出 / Original file at hand, may be repeated"),
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002
    language: LanguageOption = Language.ZH,
) -> None:
    """只凭公钥核验证明并重新判定；核验不过退出码为 6。/ Check a proof with nothing but the key; exit code 6 on failure."""
    verifier = verifier_of(key or own_key())
    outside = None if checkpoint is None else opened_note(note_of(checkpoint), verifier)
    proved = verified(_content(file), verifier, policy_named(policy or DEFAULT_POLICY), outside)
    names = names_in(proved.records, language, proved.bundle.question.known_at)
    originals = {each: certificates_of_file(proved.bundle, _content(each)) for each in documents or ()}
    if as_json:
        write_json(proof_answer(proved, names))
    else:
        show_verdict(proved.verdict, names)
        _show_proof(proved, language, is_compared=bool(originals))
        for each, certificates in originals.items():
            people().print(
                text(language, "{file} 是证书 {ids} 的原件", file=each.name, ids=", ".join(certificates)), markup=False
            )
    days = [proved.verdict.status, *(days.status for days in proved.coverage)]
    raise typer.Exit(0 if all(status.is_good for status in days) else 1)


def page(out: Out, key: _Key = None, language: LanguageOption = Language.ZH) -> None:
    """写出可离线使用的核验网页。/ Write the page that checks proofs in a browser, without network."""
    line = key or verifier_key(own_signer())
    verifier_of(line)
    with replaced(out) as write:
        write(standalone_page(line, language).encode())


def made_bundle(
    target: str,
    as_of: str | None,
    start: str | None,
    until: str | None,
    known_at: str | None,
    policy: str | None,
    checkpoint: Path | None,
    *,
    has_readings: bool = False,
) -> bytes:
    """The bundle that the options ask for."""
    now = clock.now()
    asked = asking.asked(now=now, as_of=as_of or until, known_at=known_at, policy=policy)
    is_of_period = start is not None or until is not None
    question = Question(
        target=target,
        as_of=asked.as_of,
        start=asking.day("--from", start or "") if is_of_period else None,
        until=asking.day("--until", until or "") if is_of_period else None,
        known_at=asked.known_at,
        policy=asked.policy.name,
        readings=has_readings,
    )
    signer = own_signer()
    editions = load_editions(Settings().data_dir) if has_readings else None
    with opened(is_writing=True) as store:
        note = current_checkpoint(store, signer, now).note if checkpoint is None else note_of(checkpoint)
        against = opened_note(note, verifier_of(verifier_key(signer)))
        with store.reading() as work:
            return make_proof(
                work, question, party=OPERATOR, checkpoint=against, note=note, signer=signer, at=now, editions=editions
            )


def _show_proof(proved: Proved, language: Language, *, is_compared: bool) -> None:
    say = partial(text, language)
    if proved.coverage:
        rows = table(say("自"), say("至"), say("结论"), say("原因"))
        for days in proved.coverage:
            status = words.STATUSES[days.status].words.in_(language)
            rows.add_row(str(days.start), str(days.until), status, ", ".join(days.findings))
        show(say("时段内的判定"), rows)
    if proved.account is not None:
        _show_account(proved.account, language)
    if proved.withheld:
        rows = table(say("记录"), say("标识"), say("未出示"))
        for row in withheld_rows(proved.withheld, language):
            rows.add_row(*row)
        show(say("未出示的内容"), rows)
    people().print(
        say(
            "证明属实：{facts} 条记录在 {origin} 的 {size} 叶账本中",
            facts=len(proved.bundle.facts),
            origin=proved.checkpoint.origin,
            size=proved.checkpoint.size,
        )
    )
    for line in not_checked(proved, language, is_compared=is_compared):
        people().print(line, markup=False)


def _show_account(account: Account, language: Language) -> None:
    say = partial(text, language)
    rows = table(say("结论"), say("天数"), say("有读数的天数"), say("数量"), say("至少"), say("至多"), "tCO2e")
    for share in account.shares:
        amounts = (f"{each} {account.unit or ''}".strip() for each in (share.quantity, share.at_least, share.at_most))
        emissions = share.emissions if account.factors else say("无因子")
        rows.add_row(STANDINGS[share.standing].in_(language), str(share.days), str(share.read_days), *amounts, emissions)
    show(say("时段内的计量"), rows)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ParameterError("FILE", Bilingual(f"无法读取 {file}（{reason}）", f"{file}: {reason}")) from error


def own_key() -> str:
    """The key of the registry of this machine, if there is one."""
    settings = Settings()
    if not (settings.data_dir / KEY_FILES[settings.ledger_algorithm]).exists():
        raise ParameterError("--key", Bilingual("本机没有密钥，请给出验证公钥", "there is no key here; give the verifier key"))
    return verifier_key(own_signer())
