"""`registry serve`, `registry doctor`, `registry migrate`."""

import socket
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from rich.table import Table

from api.app import create_app
from api.cli.diagnosis import diagnose
from api.cli.ledger import origin
from api.cli.output import JsonOption, LanguageOption, people, remark, write_json
from api.cli.stores import opened
from api.failures import ParameterError
from api.guard import LOOPBACK
from api.language import Bilingual, Language, text
from registry import schema
from registry.settings import Settings
from registry.unit_of_work import open_store
from registry.usecases.check_ledger import make_up_leaves
from registry.usecases.make_checkpoint import ledger_signer

PORT = 8000
Host = Annotated[str, typer.Option("--host", help="只能是本机地址 / Loopback only")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="端口，0 为任意空闲端口 / Port, 0 for any free one")]


def serve(host: Host = "127.0.0.1", port: Port = PORT, language: LanguageOption = Language.ZH) -> None:
    """启动本机服务。/ Serve on this machine."""
    with listening(host, port) as listener, opened(is_writing=True) as store:
        remark(language, "服务地址 {url}，按 Ctrl+C 结束", url=address(listener))
        signer = ledger_signer(Settings().data_dir, origin())
        run(create_app(store, base_url=Settings().base_url, signer=signer), listener)


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


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; ParameterError for a host beyond this machine or a port that is taken."""
    if host not in LOOPBACK:
        reason = Bilingual(
            f"{host} 不是本机地址：在启用身份认证之前，服务只对本机开放",
            f"{host} is not a loopback address: until there is authentication the service is for this machine only",
        )
        raise ParameterError("--host", reason)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
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


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until interrupted; logs to stderr, no line per request."""
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
