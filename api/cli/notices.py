"""`registry notices run`: reminders, mails and webhooks, once or round after round."""

from threading import Event
from typing import Annotated

import typer

from api import clock
from api.cli.output import JsonOption, LanguageOption, remark, write_json
from api.cli.stores import opened
from api.language import Language
from api.render.reminder_mail import composing
from api.render.review.reminder_mail import composing_reviews
from registry.notices.running import Round, run_notices
from registry.notices.settings import NoticeSettings
from registry.settings import Settings
from registry.unit_of_work import Store

Once = Annotated[bool, typer.Option("--once", help="只运行一轮 / One round only")]
Every = Annotated[int, typer.Option("--every", min=1, max=86_400, help="两轮之间的秒数 / Seconds between two rounds")]


def run(
    once: Once = False,  # noqa: FBT002
    every: Every = 60,
    as_json: JsonOption = False,  # noqa: FBT002
    language: LanguageOption = Language.ZH,
) -> None:
    """发送到期提醒、邮件和 webhook；可以同时运行多个。/ Send what is due to be told; several may run at once."""
    settings = Settings().notices
    with opened(is_writing=True) as store:
        while True:
            _tell(one_round(store, settings), language, as_json=as_json)
            if once:
                return
            Event().wait(every)


def one_round(store: Store, settings: NoticeSettings) -> Round:
    """One round now, in our words: what the command does, and whoever runs it from time to time."""
    base_url = settings.base_url
    return run_notices(store, settings, clock.now(), compose=composing(base_url), compose_reviews=composing_reviews(base_url))


def _tell(done: Round, language: Language, *, as_json: bool) -> None:
    if as_json:
        write_json({"reminded": done.reminded, "mailed": done.mailed, "delivered": done.delivered})
        return
    remark(
        language,
        "新提醒 {items} 件；邮件发出 {mails}，失败 {mail_failures}；webhook 送达 {hooks}，失败 {hook_failures}",
        items=done.reminded.items,
        mails=done.mailed.good,
        mail_failures=done.mailed.failed,
        hooks=done.delivered.good,
        hook_failures=done.delivered.failed,
    )
