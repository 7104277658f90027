"""`registry serve`, `registry doctor`, `registry migrate`."""

import gc
import os
import signal
import socket
from datetime import timedelta
from threading import Event, Thread
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from rich.table import Table
from uvicorn.supervisors import Multiprocess

from api import clock, links
from api.app import create_app
from api.background import job_runner, telling, working
from api.cli.diagnosis import diagnose
from api.cli.ledger import own_signer
from api.cli.notices import one_round
from api.cli.output import JsonOption, LanguageOption, people, remark, write_json
from api.cli.stores import opened
from api.cli.witnessing import authority_of, send_when_due
from api.failures import ParameterError
from api.guard import LOOPBACK
from api.language import Bilingual, Language, text
from api.oidc import Provider
from api.render.fonts import warm_up
from registry import schema
from registry.jobs.running import JobRunner
from registry.repositories import accounts
from registry.settings import Settings
from registry.unit_of_work import Store, open_store
from registry.usecases.check_ledger import make_up_leaves
from registry.usecases.taking_charge import make_first_token

PORT = 8000
_COLLECTED_AFTER = 50_000  # Objects that may refer to others, more made than gone: some tens of requests, some megabytes.
Host = Annotated[
    str,
    typer.Option(
        "--host", help="监听地址；在有人接管之前只能是本机 / Address to listen on; loopback until somebody took charge"
    ),
]
Threads = Annotated[int, typer.Option("--threads", min=1, max=16, help="线程数 / Threads")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="服务进程数 / Processes that serve")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="端口，0 为任意空闲端口 / Port, 0 for any free one")]


def serve(host: Host = "127.0.0.1", port: Port = PORT, workers: Workers = 1, language: LanguageOption = Language.ZH) -> None:
    """启动服务。/ Serve pages and HTTP API."""
    settings = Settings()
    authority_of(settings)
    provider_of(settings)  # A mistake in the settings ends the command before anything listens.
    with opened(is_writing=True) as store:
        with store.reading() as work:
            is_claimed = accounts.is_claimed(work)
        with listening(host, port, is_claimed=is_claimed) as listener:
            with store.writing() as work:
                token = make_first_token(work, clock.now())
            url = address(listener)
            remark(language, "服务地址 {url}，按 Ctrl+C 结束", url=url)
            if token is not None:
                remark(
                    language, "尚无管理员。首位管理员请打开（一次有效，每次启动更换）：{url}", url=links.take_charge(url, token)
                )
            elif host not in LOOPBACK and not settings.base_url.startswith("https:"):
                remark(language, "注意：REGISTRY_BASE_URL 不是 https，密码和密钥将以明文传输")
            app = _app(store, settings)
            _settle_in()
            with working(app.state.context.jobs(), threads=1), telling(lambda: _round(store, settings)):
                run(app, listener) if workers == 1 else _run_processes(listener, workers)


def _round(store: Store, settings: Settings) -> None:
    """What the service does by itself from time to time."""
    one_round(store, settings.notices)
    send_when_due(store, settings)


def app_of_settings() -> FastAPI:
    """The service on the store of the settings, for a process of several; the store is open as long as the process lives."""
    settings = Settings()
    _settle_in()
    return _app(open_store(settings.store_url), settings)


def _settle_in() -> None:
    """What a process that serves does once, at its start."""
    collect_seldom()
    Thread(target=warm_up, name="fonts", daemon=True).start()


def _app(store: Store, settings: Settings) -> FastAPI:
    return create_app(
        store,
        base_url=settings.base_url,
        notices=settings.notices,
        session_lifetime=timedelta(hours=settings.session_hours),
        provider=provider_of(settings),
        scans_kept_days=settings.scan_days,
        workers=settings.workers,
        fleet=settings.fleet,
        signer=own_signer(),
        open_data_licence=settings.open_data_licence,
        stamps=authority_of(settings),
    )


def _run_processes(listener: socket.socket, workers: int) -> None:
    """Serve in several processes, which share the socket; jobs and notices stay in this one.

    Each is told by its environment how many there are, for what is counted in memory: a visitor may meet any of them.
    """
    os.environ["REGISTRY_WORKERS"] = str(workers * Settings().workers)
    config = uvicorn.Config(
        "api.cli.service:app_of_settings",
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    Multiprocess(config, sockets=[listener]).run()


def provider_of(settings: Settings) -> Provider | None:
    """The identity provider of the settings; ParameterError when they say half of it."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None or settings.oidc_client_secret is None:
        reason = Bilingual("缺少 REGISTRY_OIDC_CLIENT_ID 或 …_SECRET", "REGISTRY_OIDC_CLIENT_ID or …_SECRET is missing")
        raise ParameterError("REGISTRY_OIDC_ISSUER", reason)
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        base_url=settings.base_url,
    )


def work(threads: Threads = 1, language: LanguageOption = Language.ZH) -> None:
    """另开进程处理导入等后台任务。/ Do background jobs, such as imports, in a further process."""
    with opened(is_writing=True) as store, working(_runner(store, Settings()), threads):
        remark(language, "正在等待任务，按 Ctrl+C 结束")
        stopped = Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: stopped.set())
        stopped.wait()


def _runner(store: Store, settings: Settings) -> JobRunner:
    return job_runner(store, clock.now, settings.data_dir, settings.fleet)


def doctor(as_json: JsonOption = False, language: LanguageOption = Language.ZH) -> None:  # noqa: FBT002
    """检查环境、数据库和设置；有问题时退出码为 1。/ Check environment, database and settings; exit code 1 on findings."""
    checks = diagnose(Settings())
    if as_json:
        write_json({"checks": checks})
    else:
        table = Table(show_header=False, box=None)
        for check in checks:
            mark = "[green]✔[/green]" if check.is_good else "[red]✘[/red]"
            table.add_row(mark, check.name_in(language), check.detail)
        people().print(table)
    raise typer.Exit(0 if all(check.is_good for check in checks) else 1)


def migrate(as_json: JsonOption = False, language: LanguageOption = Language.ZH) -> None:  # noqa: FBT002
    """把数据库结构升级到本版本。/ Bring the database schema up to this release."""
    store = open_store(Settings().store_url)
    try:
        before = schema.current_revision(store)
        schema.upgrade(store)
        after = schema.current_revision(store)
        with store.writing() as work:
            leaves = make_up_leaves(work)
    finally:
        store.close()
    if as_json:
        write_json({"from": before, "to": after, "leaves": leaves})
    else:
        typer.echo(text(language, "数据库结构：{before} → {after}", before=before or "-", after=after))


def listening(host: str, port: int, *, is_claimed: bool = False) -> socket.socket:
    """A socket that listens; ParameterError for a port that is taken, and for a host beyond this machine before its time."""
    if host not in LOOPBACK and not is_claimed:
        reason = Bilingual(
            f"{host} 不是本机地址：在有人接管之前，服务只对本机开放",
            f"{host} is not a loopback address: until somebody has taken charge the service is for this machine only",
        )
        raise ParameterError("--host", reason)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: else asyncio lets the end of an answer wait for the visitor's receipt of its beginning, up to 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        said = error.strerror or str(error)
        raise ParameterError("--port", Bilingual(f"端口 {port} 不可用（{said}）", f"port {port}: {said}")) from error
    listener.listen()
    return listener


def address(listener: socket.socket) -> str:
    """The URL at which a socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def collect_seldom() -> None:
    """Let Python look for circles of garbage after many new objects instead of few.

    An answer makes thousands of values that hold one another and no circle; looking through them took a sixth of the processor.
    """
    gc.set_threshold(_COLLECTED_AFTER, *gc.get_threshold()[1:])


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until interrupted; logs to stderr, no line per request."""
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
