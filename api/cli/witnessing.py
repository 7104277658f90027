"""`registry log witness`, `registry log send`: others who sign the ledger's checkpoints."""

from functools import partial
from typing import Annotated

import typer

from api import clock
from api.cli.ledger import own_signer
from api.cli.output import JsonOption, LanguageOption, remark, show, table, write_json
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from registry.ledger.timestamps import Authority, authority
from registry.notices.posting import posting_over_http
from registry.repositories import ledger, witnesses
from registry.repositories.witnesses import Witness
from registry.settings import Settings
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.attest_checkpoint import Attested, attest_checkpoint, end_witness, enter_witness

_Key = Annotated[
    str | None, typer.Option("--key", help="见证方的验证公钥 / Verifier key of the witness (c2sp.org/tlog-cosignature)")
]
_Url = Annotated[str | None, typer.Option("--url", help="见证方的地址 / Where it takes checkpoints (c2sp.org/tlog-witness)")]


def witness(
    key: _Key = None,
    url: _Url = None,
    end: Annotated[str | None, typer.Option("--end", help="不再请此见证方签署 / Do not ask this witness any more")] = None,
    as_json: JsonOption = False,  # noqa: FBT002
    language: LanguageOption = Language.ZH,
) -> None:
    """登记、停用或列出见证方。/ Enter or end a witness of the ledger, or list them."""
    if (key is None) != (url is None):
        missing = "--url" if url is None else "--key"
        raise ParameterError(missing, Bilingual("公钥和地址须一起给出", "key and address are given together"))
    with opened(is_writing=True) as store:
        if key is not None and url is not None:
            with store.writing() as work:
                enter_witness(work, key, url, at=clock.now(), allows_private=Settings().webhooks_allow_private)
        if end is not None:
            with store.writing() as work:
                end_witness(work, end, at=clock.now())
        with store.reading() as work:
            _list(work, language, as_json=as_json)


def send(as_json: JsonOption = False, language: LanguageOption = Language.ZH) -> None:  # noqa: FBT002
    """把检查点送交各方签署，有一方未签时退出码为 1。/ Have others sign the checkpoint; exit code 1 unless all did."""
    settings = Settings()
    with opened(is_writing=True) as store:
        done = _sent(store, settings, is_wanted_now=True)
    if as_json:
        write_json({"asked": [_plain(each) for each in done]})
    for each in done:
        if each.said is not None:
            remark(language, "{source} 未签署：{reason}", source=each.source, reason=each.said)
        elif each.attestation is not None:
            remark(language, "{source} 已签署 {size} 叶的检查点", source=each.source, size=each.size)
    if not done:
        remark(language, "没有待签的一方")
    raise typer.Exit(1 if any(each.said is not None for each in done) else 0)


def send_when_due(store: Store, settings: Settings) -> list[Attested]:
    """The same for a service that runs: at most hourly for a new checkpoint, and again after the pause for one that failed."""
    return _sent(store, settings, is_wanted_now=False)


def _sent(store: Store, settings: Settings, *, is_wanted_now: bool) -> list[Attested]:
    post = posting_over_http(allows_private=settings.webhooks_allow_private)
    stamps = authority_of(settings)
    return attest_checkpoint(store, own_signer(), post, clock.now(), stamps=stamps, is_wanted_now=is_wanted_now)


def authority_of(settings: Settings) -> Authority | None:
    """The time stamping authority of the settings; ParameterError when they say half of it."""
    if settings.timestamp_url is None:
        return None
    if settings.timestamp_roots is None:
        reason = Bilingual("缺少 REGISTRY_TIMESTAMP_ROOTS", "REGISTRY_TIMESTAMP_ROOTS is missing")
        raise ParameterError("REGISTRY_TIMESTAMP_URL", reason)
    return authority(settings.timestamp_url, settings.timestamp_roots)


def _list(work: UnitOfWork, language: Language, *, as_json: bool) -> None:
    last = next(iter(ledger.checkpoints(work, 1)), None)
    rows = [(each, _standing(work, each, 0 if last is None else last.entry)) for each in witnesses.all_witnesses(work)]
    if as_json:
        write_json(
            {"witnesses": [{"name": each.name, "url": each.url, "is_active": each.is_active, **at} for each, at in rows]}
        )
        return
    say = partial(text, language)
    rows_shown = table(say("见证方"), say("地址"), say("状态"), say("已签署的叶数"), say("签署时间"), say("最近的失败"))
    for each, at in rows:
        state = say("启用") if each.is_active else say("停用")
        rows_shown.add_row(each.name, each.url, state, *("" if value is None else str(value) for value in at.values()))
    show(say("见证方"), rows_shown)


def _standing(work: UnitOfWork, witness: Witness, checkpoint: int) -> dict[str, object]:
    signed = witnesses.latest_attestation(work, witness.name)
    failed = witnesses.failed_tries(work, checkpoint, witness.name)
    return {
        "size": None if signed is None else signed.size,
        "signed_at": None if signed is None else signed.signed_at,
        "failure": failed[0].said if failed else None,
    }


def _plain(each: Attested) -> dict[str, object]:
    signed_at = None if each.attestation is None else each.attestation.signed_at
    return {"source": each.source, "size": each.size, "signed_at": signed_at, "said": each.said}
