"""A reminder in words: what came into a warning window, as text and as HTML, in the organization's language."""

from api import links
from api.language import Language, text
from api.render import words
from api.render.names import Names
from api.templating import rendered_alone
from registry.notices.mailing import Mail
from registry.notices.reminding import OVERDUE, Compose, Digest
from registry.usecases.due_list import DueItem


def composing(base_url: str) -> Compose:
    """The way to put reminders of this registry into words."""
    return lambda digest: reminder_mail(digest, base_url)


def reminder_mail(digest: Digest, base_url: str) -> Mail:
    """The mail about one window."""
    language = Language(digest.language)
    heading = _heading(digest, language)
    rows = [_row(row, language, base_url) for row in digest.items]
    more = digest.in_all - len(rows)
    address = f"{base_url.rstrip('/')}/due?lang={language.value}"
    values = {"heading": heading, "rows": rows, "more": more, "address": address, "organization": digest.organization}
    return Mail(
        subject=text(language, "[计量溯源登记] {heading}", heading=heading),
        text=rendered_alone("reminder.txt", language, **values),
        html=rendered_alone("reminder.html", language, **values),
        language=language.tag,
    )


def _heading(digest: Digest, language: Language) -> str:
    if digest.days == OVERDUE:
        return text(language, "{count} 件器具的证书已过期", count=digest.in_all)
    return text(language, "{count} 件器具的证书在 {days} 天内到期", count=digest.in_all, days=digest.days)


def _row(row: DueItem, language: Language, base_url: str) -> dict[str, str]:
    certificate = row.due.certificate
    return {
        "ends_on": str(row.due.ends_on),
        "name": Names(language=language).shown(row.item.name) or words.ITEM_KINDS[row.item.kind].in_(language),
        "id": row.item.id,
        "serial": row.item.serial or "",
        "number": "" if certificate is None else certificate.number,
        "address": links.label(base_url, row.item.id),
    }
