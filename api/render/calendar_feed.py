"""What is due as a calendar (RFC 5545): an all-day entry for each item on the last day that its certificate is good."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import TRANSP, Alarm, Calendar, Event

from api import links
from api.language import Language, text
from api.render.names import Names
from api.render.review.case_words import awaited_in
from registry.review.cases import ReviewCase
from registry.usecases.due_list import DueItem, DueList

MEDIA_TYPE = "text/calendar; charset=utf-8"

_PRODUCT = "-//traceability-registry//due//EN"
_REFRESH = timedelta(hours=12)  # How often a calendar program should ask again.


def calendar_feed(
    found: DueList, language: Language, base_url: str, made_at: datetime, reviews: Iterable[ReviewCase] = ()
) -> bytes:
    """The calendar. An item keeps its entry from certificate to certificate, so that a program moves it; so does a review."""
    rows = [row for row in found.rows if row.due.ends_on is not None]
    described = text(language, "登记库中即将到期和已过期的器具，共 {count} 件", count=len(rows))
    if found.matching > len(found.rows):
        described += text(language, "；另有 {count} 件未列出", count=found.matching - len(found.rows))
    calendar = Calendar.new(
        prodid=_PRODUCT,
        calscale="GREGORIAN",
        method="PUBLISH",
        name=text(language, "检定校准到期日"),
        description=described,
        language=language.tag,
        refresh_interval=_REFRESH,
        subcomponents=[
            *(_event(row, found.warning_days, language, base_url, made_at) for row in rows),
            *(_deadline(case, language, base_url, made_at) for case in reviews),
        ],
    )
    written: bytes = calendar.to_ical()
    return written


def _deadline(case: ReviewCase, language: Language, base_url: str, made_at: datetime) -> Event:
    """The day until which somebody of the organization is awaited in a review."""
    actor, due = case.awaits or (None, None)
    address = f"{base_url.rstrip('/')}{links.inside('review-cases', case.id)}"
    what = "" if actor is None else awaited_in(case.standing.stage, actor, language)
    return Event.new(
        uid=str(uuid5(NAMESPACE_URL, address)),
        stamp=made_at,
        start=due,
        end=None if due is None else due + timedelta(days=1),
        summary=text(language, "审查：{what}（{unit}）", what=what, unit=case.organization),
        description=address,
        url=address,
        transparency=TRANSP.TRANSPARENT,
    )


def _event(row: DueItem, warning_days: Iterable[int], language: Language, base_url: str, made_at: datetime) -> Event:
    ends_on, certificate = row.due.ends_on, row.due.certificate
    address = links.label(base_url, row.item.id)
    name = Names(language=language).shown(row.item.name) or row.item.id
    summary = text(language, "到期：{name}", name=name)
    facts = [text(language, "器具标识：{id}", id=row.item.id)]
    if row.item.serial:
        facts.append(text(language, "出厂编号：{serial}", serial=row.item.serial))
    if certificate is not None:
        facts.append(text(language, "证书编号：{number}", number=certificate.number))
    alarms = []
    for days in sorted(warning_days, reverse=True):
        alarm = Alarm.new(description=summary)
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(days=-days))
        alarms.append(alarm)
    return Event.new(
        uid=str(uuid5(NAMESPACE_URL, address)),
        stamp=made_at,
        start=ends_on,
        end=None if ends_on is None else ends_on + timedelta(days=1),
        summary=summary,
        description="\n".join([*facts, address]),
        url=address,
        transparency=TRANSP.TRANSPARENT,
        subcomponents=alarms,
    )
