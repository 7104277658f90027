"""The mail to an owner of what a recall reaches, as text and as HTML, in the organization's language."""

from api import links
from api.language import Language, text
from api.render import words
from api.render.names import names_among
from api.render.recall_words import CAUSES
from api.templating import rendered_alone
from registry.notices.mailing import Mail
from registry.notices.settings import NoticeSettings
from registry.notices.telling_recalls import MOST_LISTED, ComposeRecall, RecallDigest
from registry.recalls import Reached
from traceability.affected_points import AffectedPoint
from traceability.records import Records


def composing_recalls(settings: NoticeSettings) -> ComposeRecall | None:
    """The way to put mails about recalls of this registry into words; None where no mail goes out."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return lambda digest: recall_mail(digest, settings.base_url)


def recall_mail(digest: RecallDigest, base_url: str) -> Mail:
    """The mail about one recall to one owner."""
    language, ground = Language(digest.language), digest.ground
    names = names_among(Records(), digest.names, language)
    counted = {"items": len(digest.items), "points": len(digest.points)}
    heading = text(language, "召回 {name}：涉及 {items} 件器具、{points} 个计量点", name=names.of(ground.item), **counted)
    rows = [
        *(_item(each, names.of(each.item), language, base_url) for each in digest.items[:MOST_LISTED]),
        *(_point(each, names.of(each.item), language, base_url) for each in digest.points[:MOST_LISTED]),
    ]
    values = {
        "heading": heading,
        "organization": digest.organization,
        "cause": CAUSES[ground.cause].in_(language),
        "counts_from": str(ground.on),
        "rows": rows,
        "more": len(digest.items) + len(digest.points) - len(rows),
        "address": f"{base_url.rstrip('/')}{links.inside('recalls', digest.recall)}?lang={language.value}",
    }
    return Mail(
        subject=text(language, "[计量溯源登记] {heading}", heading=heading),
        text=rendered_alone("recall_mail.txt", language, **values),
        html=rendered_alone("recall_mail.html", language, **values),
        language=language.tag,
    )


def _item(each: Reached, name: str, language: Language, base_url: str) -> dict[str, str]:
    return {
        "name": name,
        "id": each.item,
        "kind": text(language, "器具"),
        "severity": words.SEVERITIES[each.severity].in_(language),
        "used": f"{each.used_from} … {each.used_until}",
        "address": links.label(base_url, each.item),
    }


def _point(each: AffectedPoint, name: str, language: Language, base_url: str) -> dict[str, str]:
    return {
        "name": name,
        "id": each.metering_point,
        "kind": text(language, "计量点"),
        "severity": words.SEVERITIES[each.severity].in_(language),
        "used": f"{each.used_from} … {each.used_until}",
        "address": links.label(base_url, each.metering_point),
    }
