"""`registry monitoring …`: the upload interface of the monitoring system, and a simulated one to try it with."""

from threading import Event
from typing import Annotated

import typer
import uvicorn

from api import clock
from api.cli.output import JsonOption, LanguageOption, people, remark, write_json
from api.cli.service import address, listening
from api.cli.stores import opened
from api.language import Language, text
from registry.access import OPERATOR
from registry.exchange.monitoring_upload import NumericValid
from registry.monitoring.simulated import SimulatedPlatform
from registry.notices.posting import posting_over_http
from registry.settings import Settings
from registry.usecases.monitoring_link import connect_unit, pull_register, send_readings

_PORT = 8018  # Of the simulated monitoring system.
_PAUSE = 2.0  # Seconds before the second try, doubled for each further one.

Unit = Annotated[str, typer.Argument(help="用能单位的机构标识 / Organization of the unit")]


def connect(
    organization: Unit,
    url: Annotated[str, typer.Option("--url", help="监测系统的注册地址 / Where it registers enterprises")],
    region: Annotated[str, typer.Option("--region", help="六位行政区划代码 / Code of the region, six digits")],
    language: LanguageOption = Language.ZH,
) -> None:
    """在监测系统注册，密钥加密保存。/ Register with the monitoring system; its key is kept sealed."""
    settings = Settings().notices
    post = posting_over_http(allows_private=settings.allows_private)
    with opened(is_writing=True) as store:
        found = connect_unit(store, organization, url, region, party=OPERATOR, at=clock.now(), post=post, settings=settings)
    remark(language, "已注册，设备标识 {device}", device=found.device_id)


def send(organization: Unit, as_json: JsonOption = False, language: LanguageOption = Language.ZH) -> None:  # noqa: FBT002
    """发送上次以来登记的读数；中断后再运行即续传。/ Send readings recorded since the last time; run it again to resume."""
    settings = Settings().notices
    post = posting_over_http(allows_private=settings.allows_private)
    with opened(is_writing=True) as store:
        done = send_readings(store, organization, at=clock.now(), post=post, settings=settings, wait=_wait)
    if as_json:
        write_json({"values": done.values, "left_out": done.left_out})
    remark(language, "已发送 {values} 个值，{left_out} 条读数没有对应的统计周期", values=done.values, left_out=done.left_out)


def pull(
    organization: Unit,
    numeric_state: Annotated[
        NumericValid | None, typer.Option("--numeric-state", help="0/1 中哪个为合格 / Which of 0 and 1 means passed")
    ] = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """取回监测系统的登记表并登记为今天的。/ Fetch the register of meters and record it as that of today."""
    settings = Settings().notices
    post = posting_over_http(allows_private=settings.allows_private)
    with opened(is_writing=True) as store:
        done = pull_register(
            store,
            organization,
            numeric_state=numeric_state,
            party=OPERATOR,
            at=clock.now(),
            post=post,
            settings=settings,
        )
    for note in done.notes:
        remark(language, "第 {row} 行：{said}", row=note.row, said=note.zh if language is Language.ZH else note.en)
    remark(language, "登记表有 {count} 台器具", count=done.meters)
    raise typer.Exit(3 if done.notes else 0)


def simulate(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口 / Port")] = _PORT,
    language: LanguageOption = Language.ZH,
) -> None:
    """运行一个模拟的监测系统，供试用接口；数据只在内存。/ Run a simulated monitoring system; it keeps nothing."""
    listener = listening("127.0.0.1", port)
    platform = SimulatedPlatform(base_url=address(listener))
    people().print(text(language, "模拟监测系统：{url}/register", url=platform.base_url), markup=False)
    config = uvicorn.Config(platform, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def _wait(number: int) -> None:
    Event().wait(_PAUSE * 2 ** (number - 1))
