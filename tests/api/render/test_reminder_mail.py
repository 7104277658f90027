"""Reminders in words, in both languages."""

import re
from datetime import date

import pytest

from api.language import Language
from api.render.reminder_mail import reminder_mail
from registry.notices.reminding import OVERDUE, Digest
from registry.usecases.due_list import DueItem
from tests.traceability.building import certificate
from traceability.due import Due, DueStanding
from traceability.records import Item, ItemKind

EVIL = "<b>表</b> & \r\nBcc: x@y.example"
HAN = re.compile("[一-鿿]")


def digest(language: str, days: int = 30, name: str = "Meter", in_all: int = 1) -> Digest:
    due = Due(standing=DueStanding.VALID, certificate=certificate("c"), ends_on=date(2026, 12, 1))
    row = DueItem(item=Item(id="m/1", kind=ItemKind.METER, name=name, serial="S-1"), due=due, window="30")
    return Digest(organization="alpha", language=language, day=date(2026, 11, 22), days=days, items=(row,), in_all=in_all)


@pytest.mark.parametrize(
    ("language", "days", "subject"),
    [
        ("zh", 30, "[计量溯源登记] 1 件器具的证书在 30 天内到期"),
        ("zh", OVERDUE, "[计量溯源登记] 1 件器具的证书已过期"),
        ("en", 30, "[Traceability registry] Certificates of 1 item(s) end within 30 days"),
        ("en", OVERDUE, "[Traceability registry] Certificates of 1 item(s) have ended"),
    ],
)
def test_the_subject_says_how_many_and_how_soon(language: str, days: int, subject: str) -> None:
    """A keeper decides by the subject whether to open it."""
    assert reminder_mail(digest(language, days), "https://registry.example").subject == subject


@pytest.mark.parametrize("language", list(Language))
def test_text_and_html_name_the_item_the_day_and_where_to_look(language: Language) -> None:
    """A mail that does not say which meter is no reminder."""
    mail = reminder_mail(digest(language.value, in_all=150), "https://registry.example/")
    for body in (mail.text, mail.html):
        for fact in (
            "m/1",
            "S-1",
            "CN-c",
            "2026-12-01",
            "https://registry.example/i/m%2F1",
            "149",
            "https://registry.example/due",
        ):
            assert fact in body, fact
    if language is Language.EN:
        assert not HAN.search(mail.subject + mail.text + mail.html)


def test_a_name_stays_a_name() -> None:
    """A record could put markup into the mail of everybody who is reminded."""
    mail = reminder_mail(digest("en", name=EVIL), "https://registry.example")
    assert "&lt;b&gt;" in mail.html
    assert "<b>" not in mail.html
    assert "<b>表</b> & " in mail.text
